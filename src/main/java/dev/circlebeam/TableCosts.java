package dev.circlebeam;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.CatalogDocument;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.PlainLine;
import dev.circlebeam.fetch.FetchSpec;
import java.io.PrintStream;

/** What a run's tables cost in requests, said before it makes them. */
final class TableCosts {
  private TableCosts() {}

  /**
   * Prints a line for each table that is not everybody's.
   *
   * @param fetch what the run reads
   * @param out where to
   */
  static void print(FetchSpec fetch, PrintStream out) {
    for (Table table : fetch.catalog().tables()) {
      if (fetch.read().contains(table.name()) && !table.group().equals(Catalog.CORE)) {
        out.println(PlainLine.of(table.name() + ": " + CatalogDocument.cost(table)));
      }
    }
  }
}
