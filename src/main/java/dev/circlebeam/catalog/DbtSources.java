package dev.circlebeam.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.apache.avro.Schema;

/**
 * The catalogue as a {@code sources.yml} of dbt: descriptions, tests of keys, and how old the
 * newest row may be.
 */
public final class DbtSources {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Catalog catalog;

  /**
   * @param catalog what to write down
   */
  public DbtSources(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * Writes it.
   *
   * @return YAML
   */
  public String yaml() {
    StringBuilder yaml = new StringBuilder();
    yaml.append("# Made by ./scripts/circlebeam tables --format=dbt\n");
    yaml.append("version: 2\n\nsources:\n  - name: circlebeam\n");
    yaml.append("    description: CircleCI's history, as circlebeam has copied it.\n");
    yaml.append("    loaded_at_field: ").append(Table.SYNCED_AT).append('\n');
    yaml.append("    freshness:\n      warn_after: {count: 36, period: hour}\n");
    yaml.append("    tables:\n");
    catalog.tables().forEach(table -> append(table, yaml));
    return yaml.toString();
  }

  private static void append(Table table, StringBuilder yaml) {
    yaml.append("      - name: ").append(table.name()).append('\n');
    yaml.append("        description: ").append(text(table.schema().getDoc())).append('\n');
    List<String> key = table.primaryKey();
    if (key.size() > 1) {
      yaml.append("        data_tests:\n");
      yaml.append("          - dbt_utils.unique_combination_of_columns:\n");
      yaml.append("              combination_of_columns: [");
      yaml.append(String.join(", ", key)).append("]\n");
    }
    yaml.append("        columns:\n");
    for (Schema.Field column : table.schema().getFields()) {
      yaml.append("          - name: ").append(column.name()).append('\n');
      yaml.append("            description: ").append(text(column.doc())).append('\n');
      if (key.equals(List.of(column.name()))) {
        yaml.append("            data_tests: [unique, not_null]\n");
      } else if (!Column.isNullable(column)) {
        yaml.append("            data_tests: [not_null]\n");
      }
    }
  }

  /** A text in quotes as JSON has them, which YAML takes too. */
  private static String text(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
