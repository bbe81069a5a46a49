package dev.circlebeam;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.CatalogDocument;
import dev.circlebeam.catalog.DbtSources;
import java.io.PrintStream;

/** The command {@code tables}. */
final class TablesCommand {
  private TablesCommand() {}

  /** Prints the catalogue in the form that {@code --format} names. */
  static int run(SyncOptions options, PrintStream out) {
    Catalog catalog = UserCatalog.of(new Flags(options));
    CatalogDocument document = new CatalogDocument(catalog);
    out.print(
        switch (options.getFormat()) {
          case "text" -> document.text();
          case "markdown" -> document.markdown();
          case "json" -> document.json();
          case "dbt" -> new DbtSources(catalog).yaml();
          default ->
              throw new UsageException(
                  "--format=" + options.getFormat() + " is none; give text, markdown, json or dbt");
        });
    return 0;
  }
}
