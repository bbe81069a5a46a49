package dev.circlebeam;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Keeps libraries quiet. */
final class Logging {
  private static final String VARIABLE = "CIRCLEBEAM_LOG";

  private Logging() {}

  /**
   * Sets how much is logged: nothing, or what the variable {@code CIRCLEBEAM_LOG} names, such as
   * {@code INFO} or {@code FINE}.
   *
   * @param environment the environment's variables
   */
  static void quiet(Map<String, String> environment) {
    Level level = Level.OFF;
    String wanted = environment.get(VARIABLE);
    if (wanted != null) {
      try {
        level = Level.parse(wanted);
      } catch (IllegalArgumentException e) {
        level = Level.INFO;
      }
    }
    Logger root = LogManager.getLogManager().getLogger("");
    root.setLevel(level);
    for (java.util.logging.Handler handler : root.getHandlers()) {
      handler.setLevel(level);
    }
  }
}
