package dev.circlebeam;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the launcher of the Dataflow flex template starts: the command {@code sync}. */
public final class FlexTemplate {
  private FlexTemplate() {}

  /**
   * Submits a sync and exits with its code.
   *
   * @param args flags, as the launcher makes them of the template's parameters
   */
  public static void main(String[] args) {
    List<String> sync = new ArrayList<>(List.of(Command.SYNC.spelled()));
    sync.addAll(Arrays.asList(args));
    CircleBeam.main(sync.toArray(String[]::new));
  }
}
