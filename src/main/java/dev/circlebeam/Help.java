package dev.circlebeam;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.commons.text.WordUtils;

/** What {@code --help} prints. */
final class Help {
  private static final int INDENT = 6;
  private static final int WIDTH = 90;

  private Help() {}

  /** Prints the commands and our flags. */
  static void print(PrintStream out) {
    out.println("circlebeam copies a CircleCI organization's history into tables.");
    out.println();
    out.println("  circlebeam <command> [--flag=value …]");
    out.println();
    out.println("Commands");
    for (Command command : Command.values()) {
      out.printf("  %-14s %s%n", command.spelled(), command.does());
    }
    for (Flag.Group group : Flag.Group.values()) {
      out.println();
      out.println(group.title());
      flags(group).forEach(flag -> print(out, flag));
    }
    out.println();
    out.println("--help=all also shows the flags of Beam and its runners.");
    out.println(
        "Exit codes: 0 done; 1 failed; 2 the command line or configuration is wrong; 3 done, but"
            + " too");
    out.println("many requests failed for good; 4 another run holds the output.");
  }

  /** Prints everything, Beam's flags included. */
  static void printAll(PrintStream out) {
    print(out);
    PipelineOptionsFactory.register(SyncOptions.class);
    BeamFlags.register();
    PipelineOptionsFactory.getRegisteredOptions().stream()
        .filter(type -> type != SyncOptions.class)
        .sorted(Comparator.comparing(Class::getName))
        .forEach(
            type -> {
              out.println();
              PipelineOptionsFactory.printHelp(out, type);
            });
  }

  /** Returns the flags under a heading, in their order. */
  static List<Method> flags(Flag.Group group) {
    return Arrays.stream(SyncOptions.class.getDeclaredMethods())
        .filter(m -> m.isAnnotationPresent(Flag.class))
        .filter(m -> m.getAnnotation(Flag.class).group() == group)
        .sorted(Comparator.comparingInt(m -> m.getAnnotation(Flag.class).place()))
        .toList();
  }

  /** Returns a flag's name. */
  static String name(Method flag) {
    String getter = flag.getName();
    return java.beans.Introspector.decapitalize(getter.substring(getter.startsWith("is") ? 2 : 3));
  }

  private static void print(PrintStream out, Method flag) {
    String value = flag.getAnnotation(Flag.class).value();
    Default.String standard = flag.getAnnotation(Default.String.class);
    String text = flag.getAnnotation(Description.class).value();
    if (standard != null) {
      text += " Default: " + standard.value() + ".";
    }
    String form = value.isEmpty() ? "" : "=" + value;
    if (flag.getAnnotation(Flag.class).valueIsOptional()) {
      form = "[" + form + "]";
    }
    out.println("  --" + name(flag) + form);
    String indent = " ".repeat(INDENT);
    out.println(indent + WordUtils.wrap(text, WIDTH - INDENT, "\n" + indent, false));
  }
}
