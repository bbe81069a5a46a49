package dev.circlebeam.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.circlebeam.fuzz.Choices;
import dev.circlebeam.fuzz.Fuzzing;
import dev.circlebeam.fuzz.Leaf;
import dev.circlebeam.fuzz.OddJson;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Whatever the file holds: a state that is all that stood there, or a refusal. */
public class StateFuzzTest {
  private static final LocalFolder ROOT = new LocalFolder("/out");
  private static final StateStore STORE =
      new StateStore(new Place(ROOT, StateStore.NAME), "", "", ROOT);
  private static final Pattern VALUE =
      Pattern.compile("\"[^\"]*\"(?!\\s*:)|\\b[0-9]+\\b|true|false");
  private static final AtomicInteger READ = new AtomicInteger();
  private static final String VALID =
      """
      {"version": 2, "circleci_url": "https://circleci.com", "output": "/out",
       "written_by": {"run_id": "r", "slice": 0, "started_at": "2026-05-04T09:12:31.123456789Z"},
       "committed": {"until": "1970-01-01T00:00:00Z", "since": ["2026-05-04T09:12:31.123456Z"]},
       "projects": {"p-1": {"slug": "gh/acme/web", "organization_id": "o", "organization_slug": null,
         "complete": {"pipelines": [{"from": "1970-01-01T00:00:00Z", "to": "2026-05-01T00:00:00Z"},
            {"from": "2026-05-02T00:00:00Z", "to": "2026-05-04T00:00:00Z"}]},
         "backfill": {"page_token": "AAR", "since": "2026-05-02T00:00:00Z", "branch": "main"},
         "unfinished": {"pl-1": {"created_at": "2026-05-02T00:00:00Z",
            "since": "2026-05-03T00:00:00Z", "last_read": "2026-05-04T00:00:00Z",
            "why": ["failed:jobs", "workflows"]}},
         "failed": ["contexts"], "settled": {"2026-05-02T00:00:00Z": ["abcdefghijk"]},
         "searched_at": "2026-05-04T00:00:00Z",
         "this_run": {"read": [{"from": "2026-05-02T00:00:00Z", "to": "2026-05-03T00:00:00Z"}],
            "blocked": false, "searched": true}}}}
      """;

  @Rule public final Timeout limit = Timeout.seconds(600);

  @Test
  public void givenAnyFile_thenAllOfItOrARefusal() {
    assertTrue(STORE.parse(VALID.getBytes(StandardCharsets.UTF_8)).projects().containsKey("p-1"));
    Fuzzing.run("states", StateFuzzTest::fuzzerTestOneInput);
    assertTrue("read: " + READ, READ.get() > 100);
  }

  /** Reads one file; what Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    byte[] file = file(new Choices(data));
    SyncState state;
    try {
      state = STORE.parse(file);
    } catch (RunFailure e) {
      assertEquals(ExitCode.USAGE, e.exitCode());
      assertTrue(e.getMessage(), e.getMessage().startsWith("the state /out/_state.json is "));
      return;
    }
    READ.incrementAndGet();
    byte[] written;
    try {
      written = StateJson.write(state);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a state that cannot be written again", e);
    }
    assertEquals(state, STORE.parse(written));
    Set<String> lost = said(file);
    lost.removeAll(said(written));
    assertEquals("lost", Set.of(), lost);
    for (ProjectState project : state.projects().values()) {
      project.unfinished().values().forEach(each -> each.isDue(Instant.EPOCH, 0.1, Set.of()));
      project.completeIn(project.complete().keySet()).before(Instant.EPOCH).watermark();
    }
  }

  private static byte[] file(Choices choices) {
    int form = choices.below(8);
    if (form == 7) {
      return choices.rest();
    }
    OddJson odd = new OddJson(choices, List.of("slug", "projects", "since", "from", "to", "why"));
    if (form >= 5) {
      return odd.spoiled(VALID);
    }
    // Some value, or two, in another's place.
    String text = VALID;
    for (int n = choices.below(3); n > 0; n--) {
      List<Integer> places = new ArrayList<>();
      Matcher values = VALUE.matcher(text);
      while (values.find()) {
        places.add(values.start());
      }
      values.find(choices.of(places));
      text = text.substring(0, values.start()) + odd.value() + text.substring(values.end());
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What a file says, but for the order of lists, and for intervals, which merge. */
  private static Set<String> said(byte[] file) throws IOException {
    Set<String> said = new TreeSet<>();
    for (Leaf leaf : Leaf.of(file)) {
      boolean isInterval = leaf.path().matches(".*/(complete|read)/.*");
      if (!isInterval && !leaf.isNull() && !Set.of("{}", "[]").contains(leaf.text())) {
        said.add(times(leaf.path().replaceAll("/[0-9]+$", "")) + " = " + times(leaf.text()));
      }
    }
    return said;
  }

  /** Spells a moment in one way. */
  private static String times(String text) {
    StringBuilder spelled = new StringBuilder();
    for (String part : text.split("/", -1)) {
      try {
        spelled.append('/').append(Instant.parse(part));
      } catch (DateTimeException e) {
        spelled.append('/').append(part);
      }
    }
    return spelled.toString();
  }
}
