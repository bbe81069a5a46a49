package dev.circlebeam.fetch;

import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.report.RequestError;
import java.util.List;

/** Where a fetching step puts what it has; called by its one processing thread. */
interface FetchOutput {
  /**
   * Rows of one answer, of one table.
   *
   * @param rows at least one
   */
  void page(List<TableRecord> rows);

  /**
   * A list of a full-refresh table was read to its end.
   *
   * @param scope whose
   */
  void scope(ScopeRead scope);

  /**
   * A request or an item was given up.
   *
   * @param error which
   */
  void error(RequestError error);
}
