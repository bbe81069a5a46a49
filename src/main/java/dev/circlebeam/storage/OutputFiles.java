package dev.circlebeam.storage;

import java.util.Set;

/** Names by which an output is known. */
final class OutputFiles {
  /** What is in the folder of every table. */
  static final String MANIFEST = "_table.json";

  private static final Set<String> OURS = Set.of("_state.json", "_runs", "_lock", "_writer");

  private OutputFiles() {}

  /** Tells whether something right below an output was put there by circlebeam. */
  static boolean isOurs(String name) {
    return OURS.contains(name);
  }
}
