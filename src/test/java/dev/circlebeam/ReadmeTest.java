package dev.circlebeam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The README's questions have answers. */
public class ReadmeTest {
  private static final Pattern SQL = Pattern.compile("```sql\n(.*?);\n```", Pattern.DOTALL);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void givenASyncedOrganization_thenEachQueryOfTheReadmeFindsSomething() throws Exception {
    Path output = folder.getRoot().toPath().resolve("out");
    SampleConfig config =
        SampleConfig.defaults()
            .withProjects(3)
            .withHistory(20, 10)
            .withFaults(SampleFaults.parse("FORBIDDEN@/job$:every=30"));
    try (SampleServer server = SampleServer.start(config)) {
      Syncs.sync(server, output, "--maxErrors=100");
    }
    List<String> queries = new ArrayList<>();
    Matcher matcher = SQL.matcher(Files.readString(Path.of("README.md")));
    while (matcher.find()) {
      queries.add(matcher.group(1).replace("'out/", "'" + output + "/"));
    }
    assertEquals(3, queries.size());
    for (String query : queries) {
      assertFalse(query, DuckDb.query(output, query).isEmpty());
    }
  }
}
