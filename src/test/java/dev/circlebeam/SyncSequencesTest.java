package dev.circlebeam;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Random sequences of syncs, moves of the server's clock and bad ends, each from a seed that is
 * printed. {@code -Dcirclebeam.sequences} sets how many of each kind, {@code
 * -Dcirclebeam.firstSeed} the first seed; {@code scripts/bench sequences} runs hundreds.
 */
public class SyncSequencesTest {
  private static final int SEQUENCES = Integer.getInteger("circlebeam.sequences", 15);
  private static final long FIRST_SEED = Long.getLong("circlebeam.firstSeed", 1);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenAnySequence_whenListingAllAgain_thenTablesEqualAFullRead() throws Exception {
    run(false);
  }

  @Test
  public void givenAnySequence_whenDetectingReruns_thenAllThatInsightsShowsIsThere()
      throws Exception {
    run(true);
  }

  private void run(boolean detection) throws Exception {
    List<String> failures = new ArrayList<>();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES; seed++) {
      long begun = System.nanoTime();
      String result = "ok";
      try {
        new SyncSequence(seed, detection, folder.newFolder().toPath()).run();
      } catch (AssertionError e) {
        result = "FAILED";
        failures.add("seed " + seed + ": " + e.getMessage());
      }
      System.out.printf(
          "sequence with %s, seed %d: %s, %.1f s%n",
          detection ? "detection" : "lookback", seed, result, (System.nanoTime() - begun) / 1e9);
    }
    assertEquals(String.join("\n\n", failures), 0, failures.size());
  }
}
