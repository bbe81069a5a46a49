package dev.circlebeam;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a flag is shown by {@code --help}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Flag {
  /** The heading that the flag stands under, and its place there. */
  Group group();

  /** The flag's place in its group. */
  int place();

  /** What stands for the value; empty for a flag that is given or not. */
  String value() default "";

  /** Whether the value may be left out, which means {@code true}. */
  boolean valueIsOptional() default false;

  /** The headings. */
  enum Group {
    WHAT("What to copy"),
    WHERE("Where to"),
    FROM("Where from"),
    PACE("How fast"),
    RUN("The run"),
    SAMPLE("The sample organization (sync --sample, sample-server)"),
    TABLES("The catalogue (tables)");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }
}
