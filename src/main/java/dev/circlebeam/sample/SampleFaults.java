package dev.circlebeam.sample;

import com.google.common.base.CharMatcher;
import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;

/**
 * What goes wrong on purpose: rules, of which the first that applies to a request decides.
 *
 * <p>Immutable; what a rule has counted is the server's business.
 */
public final class SampleFaults {
  private static final SampleFaults NONE = new SampleFaults(ImmutableList.of());
  private static final Splitter PIECES =
      Splitter.on(CharMatcher.whitespace().or(CharMatcher.is(','))).omitEmptyStrings();

  private final ImmutableList<FaultRule> rules;

  private SampleFaults(ImmutableList<FaultRule> rules) {
    this.rules = rules;
  }

  /**
   * A server that works.
   *
   * @return no rules
   */
  public static SampleFaults none() {
    return NONE;
  }

  /**
   * Faults by these rules.
   *
   * @param rules in the order in which they are asked
   * @return the faults
   */
  public static SampleFaults of(FaultRule... rules) {
    return new SampleFaults(ImmutableList.copyOf(rules));
  }

  /**
   * Reads rules such as {@code status_500@/workflow/:times=2, truncated_body@/job$:every=10}.
   *
   * @param text rules separated by commas or blanks, so an expression can contain neither; may be
   *     empty
   * @return the faults
   * @throws IllegalArgumentException if a rule is wrong; the message shows it and lists the kinds
   */
  public static SampleFaults parse(String text) {
    return new SampleFaults(
        PIECES.splitToStream(text).map(FaultRule::parse).collect(ImmutableList.toImmutableList()));
  }

  /**
   * The rules.
   *
   * @return in the order in which they are asked
   */
  public ImmutableList<FaultRule> rules() {
    return rules;
  }

  /** The text that {@link #parse} reads back. */
  @Override
  public String toString() {
    return Joiner.on(' ').join(rules);
  }
}
