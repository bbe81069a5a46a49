package dev.circlebeam.circleci;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Finds the server's limit by itself. Where answers announce one, it stays under that. Where they
 * do not, it begins slowly and goes faster until it is refused; after a refusal it goes on with
 * what the server has proved to let through, and climbs back towards what was refused, fast at
 * first and ever slower (as TCP CUBIC does), so that refusals stay rare; above that it goes very
 * slowly, since a limit may have been raised. It goes faster only while the limit is what holds
 * requests up.
 *
 * <p>Servers count in two ways. One that counts by the second refuses as soon as the rate is too
 * high: the refused rate tells the limit, and two of them are alike. One that saves up (a token
 * bucket) refuses only when its savings are used up, and the refused rate tells nothing; but what
 * it let through from one refusal to the next is the limit to the request, and two such figures are
 * alike.
 */
public final class AdaptiveRateLimit implements RateLimit {
  /** Announced limits are used up to this: networks delay some requests more than others. */
  private static final double USED = 0.97;

  /** A little less after each time that this was too much, but never less than this. */
  private static final double LEAST_USED = 0.92;

  /** Requests per second in the beginning, and the least ever. */
  private static final double FIRST = 5;

  private static final double FLOOR = 0.5;

  /** How fast the search goes: the time in which the rate doubles. */
  private static final double DOUBLES = seconds(2.2);

  private static final double DOUBLES_BELOW_ANNOUNCED = seconds(0.5);
  private static final double DOUBLES_ABOVE_REFUSED = seconds(30);

  /** How long the climb back takes: the first one, and later ones at least. */
  private static final double FIRST_CLIMB = seconds(20);

  private static final double SHORTEST_CLIMB = seconds(30);

  /** A later climb takes so many requests for each that was refused before it. */
  private static final double REQUESTS_FOR_A_REFUSAL = 300;

  /** A refusal before this share of the climb is done came early. */
  private static final double EARLY = 0.9;

  /** Figures of what was let through that differ by less agree. */
  private static final double AGREE = 0.06;

  /** So do refused rates; the first one was reached quickly and is a little too high. */
  private static final double REFUSED_AGREE = 0.12;

  /**
   * Up to so many seconds from one refusal to the next, the pause in between is so much of them
   * that figures of what was let through may agree by chance.
   */
  private static final double TOO_SHORT = 6;

  private static final long BURST = TimeUnit.SECONDS.toNanos(1);

  private final double ceiling;

  /** With what is left free of an announced limit, making up for more would exceed it. */
  private final Pacer pacer = new Pacer(Duration.ofMillis(25));

  private final Pause pause;
  private final KnownLimit known = new KnownLimit();

  private double used = USED;
  private boolean searching = true;
  private boolean begun;
  private long lastStart;

  /** For how long, in this climb or search, the limit held requests up. */
  private double climbed;

  private boolean isFirstClimb;
  private double from;
  private double to;

  /** Since the last refusal. */
  private long countedFrom;

  private long letThrough;
  private long refusals;
  private double letThroughBefore;
  private double refusedBefore;

  /**
   * @param ceiling requests per second that are never exceeded; above zero
   * @param now the time
   */
  public AdaptiveRateLimit(double ceiling, long now) {
    this.ceiling = ceiling;
    this.pause = new Pause(now);
  }

  @Override
  public long nextStart(long now) {
    return pause.orLater(pacer.nextStart(now));
  }

  @Override
  public void started(long now) {
    long interval = Pacer.interval(perSecond(now));
    if (begun) {
      double step = Math.min((double) (now - lastStart), 1.5 * interval);
      climbed += isAnnounced(now) && searching ? step * DOUBLES / DOUBLES_BELOW_ANNOUNCED : step;
    } else {
      // A server that saves up has done so for a second.
      countedFrom = now - BURST;
    }
    begun = true;
    lastStart = now;
    pacer.started(now, Pacer.interval(perSecond(now)));
  }

  @Override
  public void accepted(long now, long startedAt, AnnouncedLimits announced) {
    pause.accepted(startedAt);
    hear(now, announced);
    if (startedAt - countedFrom >= 0) {
      letThrough++;
    }
  }

  @Override
  public void refused(
      long now, long startedAt, @Nullable Duration retryAfter, AnnouncedLimits announced) {
    double refusedRate = perSecond(now);
    hear(now, announced);
    if (!pause.refused(now, startedAt, retryAfter)) {
      refusals++;
      return;
    }
    double seconds = (startedAt - countedFrom) / seconds(1);
    double let = letThrough / Math.max(seconds, 0.2);
    if (isByChance(now, let)) {
      used = Math.max(LEAST_USED, used - 0.01);
      refusals = 0;
      startCounting(let, startedAt);
      return;
    }
    if (searching) {
      searching = false;
      to = refusedRate;
      from = Math.max(0.5 * refusedRate, Math.min(let, 0.95 * refusedRate));
      isFirstClimb = true;
    } else {
      climbAgain(refusedRate, let, seconds);
      isFirstClimb = false;
    }
    refusedBefore = refusedRate;
    refusals = 1;
    climbed = 0;
    startCounting(let, startedAt);
  }

  private void startCounting(double let, long from) {
    letThroughBefore = let;
    letThrough = 0;
    countedFrom = from;
  }

  /**
   * Whether a server that announces its limit, and has let nearly that through, has refused because
   * networks and threads are not even, and not because others use the limit, too.
   */
  private boolean isByChance(long now, double let) {
    return let >= 0.75 * known.perSecond(now);
  }

  private void climbAgain(double refusedRate, double let, double seconds) {
    boolean isRefusedAlike = agree(refusedRate, refusedBefore, REFUSED_AGREE);
    boolean isLetThroughAlike =
        agree(let, letThroughBefore, AGREE) && !(isRefusedAlike && seconds < TOO_SHORT);
    if (climbed >= EARLY * climb()) {
      // The old height has held for long; the limit is between it and what was refused.
      from = 0.98 * to;
      to = Math.max(to, 0.92 * refusedRate);
    } else if (isLetThroughAlike) {
      from = Math.min(0.98 * let, 0.95 * refusedRate);
      to = 1.03 * let;
    } else if (isRefusedAlike) {
      from = 0.94 * Math.min(refusedRate, refusedBefore);
      to = 0.98 * Math.min(refusedRate, refusedBefore);
    } else {
      from = 0.9 * refusedRate;
      to = 0.96 * refusedRate;
    }
    to = Math.min(to, refusedRate);
    from = Math.min(from, to);
  }

  private static boolean agree(double figure, double before, double share) {
    return Math.abs(figure - before) < share * before;
  }

  /** How long the climb takes, in nanoseconds. */
  private double climb() {
    if (isFirstClimb) {
      return FIRST_CLIMB;
    }
    return Math.max(
        SHORTEST_CLIMB, seconds(REQUESTS_FOR_A_REFUSAL * refusals / Math.max(from, FLOOR)));
  }

  private void hear(long now, AnnouncedLimits announced) {
    Duration wait = known.heard(now, announced);
    if (wait != null) {
      pause.holdUntil(now + wait.toNanos());
    }
  }

  private boolean isAnnounced(long now) {
    return known.perSecond(now) < Double.POSITIVE_INFINITY;
  }

  @Override
  public long pausedUntil() {
    return pause.until();
  }

  @Override
  public double perSecond() {
    return perSecond(lastStart);
  }

  private double perSecond(long now) {
    double rate;
    if (searching) {
      rate = FIRST * Math.pow(2, climbed / DOUBLES);
    } else if (climbed < climb()) {
      double left = 1 - climbed / climb();
      rate = to - (to - from) * left * left * left;
    } else {
      rate = to * Math.pow(2, (climbed - climb()) / DOUBLES_ABOVE_REFUSED);
    }
    double most = Math.min(ceiling, used * known.perSecond(now));
    return Math.max(FLOOR, Math.min(rate, most));
  }

  /** In nanoseconds. */
  private static double seconds(double seconds) {
    return seconds * TimeUnit.SECONDS.toNanos(1);
  }
}
