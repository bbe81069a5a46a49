package dev.circlebeam.fetch;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.Table;
import dev.circlebeam.circleci.ApiAccess;
import dev.circlebeam.circleci.Pace;
import dev.circlebeam.plan.PipelineList;
import dev.circlebeam.plan.ProjectTask;
import dev.circlebeam.plan.ProjectTask.RereadFrom;
import dev.circlebeam.record.Page;
import dev.circlebeam.record.PageReader;
import dev.circlebeam.record.ScopeRead;
import dev.circlebeam.record.StoredTables;
import dev.circlebeam.record.TableRecord;
import dev.circlebeam.record.Timestamps;
import dev.circlebeam.report.RequestError;
import dev.circlebeam.state.Intervals;
import dev.circlebeam.state.ProjectName;
import dev.circlebeam.state.UnfinishedPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** What walks need, for tests that walk without a server. */
final class Walks {
  static final Catalog CATALOG = Catalog.builtIn();
  static final Table PIPELINES = CATALOG.table("pipelines");
  static final Set<String> CORE = Set.of("projects", "pipelines", "workflows", "jobs");

  /** An output that has no table yet. */
  static final StoredTables NOTHING_STORED = (table, columns, from, to, rows) -> {};

  private Walks() {}

  /** Keeps what a walk hands on. */
  static final class Kept implements FetchOutput {
    final List<TableRecord> rows = new ArrayList<>();
    final List<RequestError> errors = new ArrayList<>();
    final List<ScopeRead> scopes = new ArrayList<>();

    @Override
    public void page(List<TableRecord> page) {
      rows.addAll(page);
    }

    @Override
    public void scope(ScopeRead scope) {
      scopes.add(scope);
    }

    @Override
    public void error(RequestError error) {
      errors.add(error);
    }
  }

  /** Everything of the core tables is read and written. */
  static FetchSpec spec(Instant startedAt, int slice, int slicePipelines) {
    return spec(CORE, startedAt, slice, slicePipelines);
  }

  /** Everything of some tables is read and written, and what they need is read. */
  static FetchSpec spec(Set<String> tables, Instant startedAt, int slice, int slicePipelines) {
    TreeSet<String> read = new TreeSet<>(CATALOG.withAncestors(tables));
    read.add(Table.PROJECTS);
    return new FetchSpec(
        "walk-test",
        startedAt,
        new ApiAccess("walk-test", null, Pace.fixed(1_000_000, 1), 4, Duration.ofMillis(1)),
        CATALOG,
        new TreeSet<>(tables),
        read,
        Map.of(),
        null,
        slice,
        slicePipelines);
  }

  static Tally tally(FetchSpec spec, FetchOutput output) {
    return new Tally(spec, output, Clock.systemUTC());
  }

  /** The first slice of gh/acme/web: these lists, and all that is unfinished. */
  static ProjectTask task(
      Instant now,
      List<PipelineList> lists,
      Intervals done,
      Map<String, UnfinishedPipeline> unfinished) {
    return new ProjectTask(
        new ProjectName("project-1", "gh/acme/web", "organization-1", "gh/acme"),
        now,
        Instant.EPOCH,
        lists,
        done,
        new TreeMap<>(),
        new TreeMap<>(),
        new RereadFrom(Duration.ofHours(6), Duration.ZERO),
        new TreeMap<>(unfinished),
        new TreeSet<>(unfinished.keySet()),
        new TreeSet<>(),
        new TreeMap<>(),
        new TreeSet<>(),
        null,
        true,
        new TreeSet<>(Set.of(Table.PROJECT)));
  }

  /** Reads an answer; single quotes stand for double ones. */
  static Page page(TableRequest request, String json) {
    byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    try {
      return new PageReader(request.table(), Set.of(), 0)
          .read(bytes, request.isList(), request.parent(), request.before());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pipelines that were created then. */
  static List<GenericRecord> pipelines(Instant... created) {
    List<GenericRecord> rows = new ArrayList<>();
    for (Instant each : created) {
      GenericRecord row = new GenericData.Record(PIPELINES.schema());
      row.put("created_at", Timestamps.micros(each));
      rows.add(row);
    }
    return rows;
  }

  /** The answer that is a list's last page, or an only one. */
  static String list(String... items) {
    return "{'items':[" + String.join(",", items) + "]}";
  }
}
