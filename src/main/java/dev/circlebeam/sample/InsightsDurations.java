package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** Figures of how long runs took; without any, only their total is known. */
final class InsightsDurations {
  private final int[] sorted;

  private InsightsDurations(int[] sorted) {
    this.sorted = sorted;
  }

  /** The figures of so many seconds each. */
  static InsightsDurations of(int[] seconds) {
    int[] sorted = seconds.clone();
    Arrays.sort(sorted);
    return new InsightsDurations(sorted);
  }

  /** The least value that is not below that share of all. */
  int rank(double share) {
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  /** All of them together. */
  long total() {
    return Arrays.stream(sorted).asLongStream().sum();
  }

  /** Writes the figures of a summary. */
  void write(ObjectNode node) {
    double mean = Arrays.stream(sorted).average().orElseThrow();
    double variance =
        Arrays.stream(sorted).mapToDouble(s -> (s - mean) * (s - mean)).average().orElseThrow();
    node.put("min", sorted[0]);
    node.put("mean", (int) Math.round(mean));
    node.put("median", rank(0.5));
    node.put("p95", rank(0.95));
    node.put("max", sorted[sorted.length - 1]);
    node.put("standard_deviation", (double) Math.round(Math.sqrt(variance)));
  }

  /** Writes the figures of a point in time. */
  void writePoint(ObjectNode node) {
    node.put("min", sorted[0]);
    node.put("median", rank(0.5));
    node.put("max", sorted[sorted.length - 1]);
    node.put("p95", rank(0.95));
    node.put("total", total());
  }
}
