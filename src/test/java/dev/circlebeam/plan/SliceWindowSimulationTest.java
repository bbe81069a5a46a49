package dev.circlebeam.plan;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.Test;

/** The window, driven as the lists of pipelines drive it, over lists of every kind. */
public class SliceWindowSimulationTest {
  private static final Instant NEWEST = Instant.parse("2026-05-30T15:00:00Z");
  private static final int CASES = 600;

  /** A list as the server has it, newest first, and how far it was read. */
  private static final class Feed {
    final List<Instant> pipelines = new ArrayList<>();
    final boolean isSlow;
    int read;

    Feed(boolean isSlow) {
      this.isSlow = isSlow;
    }
  }

  /** What became of a slice. */
  private record Slice(@Nullable Instant cut, List<Instant> released, int found, int rounds) {}

  @Test
  public void givenAnyLists_thenTheSliceHoldsJustTheDaysThatFit() {
    int cutShort = 0;
    int oneDay = 0;
    for (int seed = 0; seed < CASES; seed++) {
      Random random = new Random(seed);
      int size = 1 + random.nextInt(60);
      int page = 1 + random.nextInt(20);
      List<Feed> feeds = feeds(random);
      Slice slice = simulate("case " + seed, random, feeds, size, page);
      String which = "case " + seed + ": " + size + " a slice, " + page + " a page, " + slice.cut();

      NavigableMap<Instant, Integer> days = days(feeds);
      Instant expected = expectedCut(days, size);
      assertEquals(which, expected, slice.cut());
      int inside = 0;
      for (Feed feed : feeds) {
        for (Instant created : feed.pipelines) {
          inside += expected == null || !created.isBefore(expected) ? 1 : 0;
        }
      }
      assertEquals(which, inside, slice.released().size());
      for (Instant released : slice.released()) {
        assertTrue(which, expected == null || !released.isBefore(expected));
      }
      boolean isOneDay = expected != null && expected.equals(days.lastKey());
      assertTrue(which, inside <= size || isOneDay);
      // Twice what a slice holds, what was in flight then, and once more by the one behind.
      int most = inside + 3 * size + (feeds.size() + 1) * page;
      assertTrue(which + ": found " + slice.found() + " > " + most, slice.found() <= most);
      cutShort += expected != null ? 1 : 0;
      oneDay += isOneDay ? 1 : 0;
    }
    assertTrue(cutShort + " were cut", cutShort > CASES / 4 && cutShort < CASES);
    assertTrue(oneDay + " of one day", oneDay > CASES / 20);
  }

  /** What the lists hold is known here: days from the newest on, while they fit. */
  private static @Nullable Instant expectedCut(NavigableMap<Instant, Integer> days, int size) {
    int taken = 0;
    Instant last = null;
    for (Map.Entry<Instant, Integer> day : days.descendingMap().entrySet()) {
      taken += day.getValue();
      if (taken > size) {
        return last != null ? last : day.getKey();
      }
      last = day.getKey();
    }
    return null;
  }

  private static NavigableMap<Instant, Integer> days(List<Feed> feeds) {
    NavigableMap<Instant, Integer> days = new TreeMap<>();
    for (Feed feed : feeds) {
      feed.pipelines.forEach(at -> days.merge(at.truncatedTo(ChronoUnit.DAYS), 1, Integer::sum));
    }
    return days;
  }

  private static Slice simulate(
      String which, Random random, List<Feed> feeds, int size, int pageSize) {
    SliceWindow window = new SliceWindow(size);
    Set<Feed> waiting = new HashSet<>(feeds);
    List<Feed> inFlight = new ArrayList<>();
    List<Instant> held = new ArrayList<>();
    List<Instant> released = new ArrayList<>();
    int open = feeds.size();
    int found = 0;
    int rounds = 0;
    for (Feed feed : feeds) {
      // Some begin in the middle, at a known place.
      boolean atTop = feed.pipelines.isEmpty() || random.nextInt(4) > 0;
      window.open(feed, atTop ? Instant.MAX : feed.pipelines.get(0).plusMillis(1));
    }
    while (true) {
      for (Feed feed : List.copyOf(waiting)) {
        if (window.isWanted(feed)) {
          waiting.remove(feed);
          inFlight.add(feed);
        }
      }
      Instant newestHeld;
      while ((newestHeld = newest(held)) != null && window.holds(newestHeld)) {
        held.remove(newestHeld);
        released.add(newestHeld);
      }
      if (inFlight.isEmpty()) {
        assertTrue(which + " stands still", open == 0 || window.cut() != null);
        return new Slice(window.cut(), released, found, rounds);
      }
      rounds++;
      assertTrue(which + " goes on for ever", rounds < 10_000);
      Feed feed = inFlight.remove(next(random, inFlight));
      int end = Math.min(feed.pipelines.size(), feed.read + pageSize);
      List<Instant> page = feed.pipelines.subList(feed.read, end);
      feed.read = end;
      found += page.size();
      page.forEach(window::found);
      held.addAll(page);
      if (end == feed.pipelines.size() || random.nextInt(500) == 0) {
        // At its end, or it cannot be read on: then what is left is as if it were not there.
        feed.pipelines.subList(end, feed.pipelines.size()).clear();
        window.close(feed);
        open--;
      } else {
        window.reached(feed, page.get(page.size() - 1));
        assertFalse(waiting.contains(feed));
        waiting.add(feed);
      }
    }
  }

  /** Answers come in any order; those of slow lists hardly ever. */
  private static int next(Random random, List<Feed> inFlight) {
    int next = random.nextInt(inFlight.size());
    for (int again = 0; again < 20 && inFlight.get(next).isSlow; again++) {
      next = random.nextInt(inFlight.size());
    }
    return next;
  }

  private static @Nullable Instant newest(List<Instant> held) {
    return held.stream().max(Instant::compareTo).orElse(null);
  }

  private static List<Feed> feeds(Random random) {
    List<Feed> feeds = new ArrayList<>();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      Feed feed = new Feed(random.nextInt(4) == 0);
      Instant at = NEWEST.minus(Duration.ofMinutes(random.nextInt(60 * 24 * 20)));
      long usual = (long) Math.pow(10, 3 + random.nextDouble() * 5.5);
      for (int n = random.nextInt(300); n > 0; n--) {
        feed.pipelines.add(at);
        boolean isSudden = random.nextInt(100) == 0;
        usual = isSudden ? (long) Math.pow(10, 3 + random.nextDouble() * 5.5) : usual;
        at = at.minusMillis(random.nextInt(8) == 0 ? 0 : (long) (usual * random.nextDouble()));
      }
      feeds.add(feed);
    }
    return feeds;
  }
}
