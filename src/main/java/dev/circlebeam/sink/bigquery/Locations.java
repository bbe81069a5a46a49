package dev.circlebeam.sink.bigquery;

import java.util.Locale;

/** Which buckets a dataset's load jobs may read from. */
final class Locations {
  private Locations() {}

  /**
   * Tells whether a bucket is certainly in the wrong place. Where BigQuery's rules leave room (dual
   * regions, the US, which loads from anywhere) it is not.
   *
   * @param dataset the dataset's location, such as {@code EU} or {@code us-central1}
   * @param bucket the bucket's
   */
  static boolean conflict(String dataset, String bucket) {
    String of = dataset.toLowerCase(Locale.ROOT);
    String from = bucket.toLowerCase(Locale.ROOT);
    if (of.equals(from) || of.equals("us")) {
      return false;
    }
    if (of.equals("eu")) {
      return !from.startsWith("eu");
    }
    return isRegion(of) && isRegion(from);
  }

  private static boolean isRegion(String location) {
    return location.indexOf('-') > 0;
  }
}
