package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.DatasetReference;
import com.google.api.services.bigquery.model.TableReference;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dataset of BigQuery's.
 *
 * @param project the project that it is in, which need not be the one that pays for jobs
 * @param dataset its name there
 */
public record BigQueryDataset(String project, String dataset) implements Serializable {
  /** What {@code --output} begins with. */
  public static final String SCHEME = "bigquery://";

  private static final String HOW = "; give bigquery://project/dataset";
  private static final Pattern ADDRESS = Pattern.compile("bigquery://([^/]*)/([^/]*)(/.*)?");
  // Beam's own rules, which are stricter than its messages are clear.
  private static final Pattern PROJECT = Pattern.compile("[a-z][-a-z0-9:.]{4,61}[a-z0-9]");
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9_]{1,1024}");

  /**
   * Reads an address.
   *
   * @param address such as {@code bigquery://my-project/circleci}
   * @return the dataset
   * @throws IllegalArgumentException when it is none, with the reason
   */
  public static BigQueryDataset parse(String address) {
    Matcher parts = ADDRESS.matcher(address.endsWith("/") ? chop(address) : address);
    if (!parts.matches() || parts.group(2).isEmpty()) {
      throw new IllegalArgumentException("--output=" + address + " names no dataset" + HOW);
    }
    if (parts.group(3) != null) {
      throw new IllegalArgumentException(
          "--output=" + address + " goes on after the dataset, which holds all tables" + HOW);
    }
    if (!PROJECT.matcher(parts.group(1)).matches()) {
      throw new IllegalArgumentException(
          "--output="
              + address
              + ": '"
              + parts.group(1)
              + "' is no project id (not its name or number: small letters, digits and '-')"
              + HOW);
    }
    if (!DATASET.matcher(parts.group(2)).matches()) {
      throw new IllegalArgumentException(
          "--output="
              + address
              + ": '"
              + parts.group(2)
              + "' is no dataset (letters, digits and '_')"
              + HOW);
    }
    return new BigQueryDataset(parts.group(1), parts.group(2));
  }

  private static String chop(String address) {
    return address.substring(0, address.length() - 1);
  }

  /**
   * Returns the dataset as people name it.
   *
   * @return {@code bigquery://project/dataset}
   */
  public String address() {
    return SCHEME + project + "/" + dataset;
  }

  /** Returns a table's name as errors and consoles show it. */
  String nameOf(String table) {
    return project + "." + dataset + "." + table;
  }

  DatasetReference reference() {
    return new DatasetReference().setProjectId(project).setDatasetId(dataset);
  }

  TableReference reference(String table) {
    return new TableReference().setProjectId(project).setDatasetId(dataset).setTableId(table);
  }
}
