package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.Answer;
import dev.circlebeam.circleci.CircleCiClient;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.PageReader;
import dev.circlebeam.record.Timestamps;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Sends a table's request once and reads the answer. Used by many threads. */
final class TableAccess {
  private final CircleCiClient client;
  private final Map<String, PageReader> readers = new HashMap<>();

  TableAccess(CircleCiClient client, FetchSpec spec) {
    this.client = client;
    long syncedAt = Timestamps.micros(spec.startedAt());
    for (String name : spec.read()) {
      Table table = spec.catalog().table(name);
      Set<String> excluded = spec.excluded().get(name);
      readers.put(name, new PageReader(table, excluded == null ? Set.of() : excluded, syncedAt));
    }
  }

  Answer<Page> send(TableRequest request) {
    PageReader reader = readers.get(request.table().name());
    if (request.elsewhere() != null) {
      return client.get(request.request(), body -> reader.readElsewhere(body, request.parent()));
    }
    return client.get(
        request.request(),
        body -> reader.read(body, request.isList(), request.parent(), request.before()));
  }
}
