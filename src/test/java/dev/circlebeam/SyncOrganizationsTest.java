package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;

import dev.circlebeam.report.FetchFigures;
import dev.circlebeam.sample.SampleConfig;
import dev.circlebeam.sample.SampleFaults;
import dev.circlebeam.sample.SampleServer;
import dev.circlebeam.sample.SampleTrait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Syncs that name organizations rather than projects. */
public class SyncOrganizationsTest {
  private static final SampleConfig CONFIG =
      SampleConfig.defaults().withProjects(4).withHistory(60, 10);
  private static final SampleConfig OWN = CONFIG.with(SampleTrait.SELF_HOSTED);
  private static final String FEED = "organization-pipelines";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path output() {
    return folder.getRoot().toPath().resolve("out");
  }

  private Syncs.Outcome sync(SampleServer server, String... more) throws Exception {
    return Syncs.run(args(server, more).toArray(String[]::new));
  }

  private List<String> args(SampleServer server, String... more) throws Exception {
    List<String> args = new ArrayList<>(Syncs.args(server, output()));
    args.removeIf(arg -> arg.startsWith("--projects="));
    // Ninety days ago, by the server's clock, may be another time by ours.
    args.add("--startDate=2020-01-01");
    args.addAll(Arrays.asList(more));
    return args;
  }

  private List<String> projects() throws Exception {
    return DuckDb.query(output(), "select slug from {projects} order by slug");
  }

  private FetchFigures.OfOrganization found() throws Exception {
    List<FetchFigures.OfOrganization> all = Syncs.report(output()).organizations();
    assertEquals(all.toString(), 1, all.size());
    return all.get(0);
  }

  private static long asked(SampleServer server, String route) {
    return server.stats().byRoute().getOrDefault(route, 0L);
  }

  @Test
  public void givenAnOrganization_thenEachOfItsProjectsOnce() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Syncs.Outcome outcome = sync(server, "--orgs=github/acme", "--maxErrors=0");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(server.organization().projectSlugs().stream().sorted().toList(), projects());
      assertEquals(4, asked(server, "project"));
      assertEquals("the list is complete", 1, asked(server, FEED));
      FetchFigures.OfOrganization found = found();
      assertEquals("gh/acme", found.organization());
      assertEquals(4, found.read());
      assertEquals(Long.valueOf(4), found.listed());
      assertEquals(Long.valueOf(4), found.named());
      assertThat(
          outcome.out(), containsString("gh/acme: 4 projects (4 listed by API v3, 4 named by"));
      assertThat(
          DuckDb.number(output(), "select count(distinct project_id) from {jobs}"),
          greaterThan(3L));
    }
  }

  @Test
  public void givenAnId_thenTheSame() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Syncs.Outcome outcome = sync(server, "--orgs=" + server.organization().id());

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(4, projects().size());
      assertEquals("gh/acme", found().organization());
    }
  }

  @Test
  public void givenAServerWithoutAList_thenNamesAndTheFeed_andInLaterRunsOnlyItsTop()
      throws Exception {
    try (SampleServer server = SampleServer.start(OWN)) {
      Syncs.Outcome outcome = sync(server, "--orgs=gh/acme", "--maxErrors=0");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(server.organization().projectSlugs().stream().sorted().toList(), projects());
      assertNull(found().listed());
      assertEquals("the feed knows the one without a repository, too", 4, found().read());
      assertThat(outcome.out(), containsString("v2 alone sees only what the token's user follows"));
      assertFalse(Files.exists(output().resolve("_errors")));
      long pages = asked(server, FEED);
      assertThat(pages, greaterThan(2L));
      server.resetStats();

      outcome = sync(server, "--orgs=gh/acme", "--overlap=PT1H");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(4, projects().size());
      assertEquals(4, asked(server, "project"));
      assertThat(asked(server, FEED), lessThan(pages));
    }
  }

  @Test
  public void givenAListThatBreaksOff_thenWhatElseIsKnown_andARowOfErrors() throws Exception {
    SampleConfig broken = CONFIG.withFaults(SampleFaults.parse("status_500@/api/v3/projects"));
    try (SampleServer server = SampleServer.start(broken)) {
      Syncs.Outcome outcome =
          Syncs.impatient(
              CommandLine.parse(
                  args(server, "--orgs=gh/acme", "--maxErrors=1").stream().skip(1).toList()));

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(4, projects().size());
      assertNull(found().listed());
      assertEquals(
          1,
          DuckDb.number(
              output(),
              "select count(*) from {_errors} where url like '/api/v3/projects%'"
                  + " and kind = 'server_error'"));
    }
  }

  @Test
  public void givenGlobs_thenTheOthers_andWhatIsNamedAllTheSame() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      String excluded = "--excludeProjects=gh/acme/web-* gh/acme/Parcel* */image-tools";
      Syncs.Outcome outcome =
          sync(server, "--orgs=gh/acme", excluded, "--projects=gh/acme/image-tools");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(List.of("gh/acme/image-tools", "gh/acme/ledger.service"), projects());
      assertEquals(2, found().read());
    }
  }

  @Test
  public void givenAProjectThatIsGone_thenARowOfErrors_andTheOthers() throws Exception {
    SampleConfig gone =
        OWN.withFaults(SampleFaults.parse("not_found@/api/v2/project/gh/acme/web-shop"));
    try (SampleServer server = SampleServer.start(gone)) {
      Syncs.Outcome outcome = sync(server, "--orgs=gh/acme", "--maxErrors=0");

      assertEquals(outcome.err(), 0, outcome.code());
      assertEquals(3, projects().size());
      assertEquals(
          1,
          DuckDb.number(
              output(),
              "select count(*) from {_errors} where kind = 'not_found' and \"table\" ="
                  + " 'projects'"));
    }
  }

  @Test
  public void givenTablesOfOrganizations_thenOnlyOfThoseThatAreNamed() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Syncs.Outcome outcome = sync(server, "--orgs=gh/acme", "--tables=contexts");

      assertEquals(outcome.err(), 0, outcome.code());
      assertThat(DuckDb.number(output(), "select count(*) from {contexts}"), greaterThan(0L));
    }
  }

  @Test
  public void givenAnUnknownOrganization_thenNothingElseIsAskedFor() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Syncs.Outcome outcome = sync(server, "--orgs=gh/elsewhere");

      assertEquals(1, outcome.code());
      assertThat(outcome.err(), containsString("unknown_organization"));
      assertThat(outcome.err(), containsString("gh/elsewhere"));
      assertEquals(
          List.of("me", "organization"),
          server.stats().byRoute().keySet().stream().sorted().toList());
      assertFalse(Files.exists(output().resolve("projects")));
    }
  }

  @Test
  public void givenAllExcluded_thenThereIsNothingToRead() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Syncs.Outcome outcome = sync(server, "--orgs=gh/acme", "--excludeProjects=*");

      assertEquals(1, outcome.code());
      assertThat(outcome.err(), containsString("no_resources"));
    }
  }

  @Test
  public void givenExcludedWithoutOrganizations_thenRefused() throws Exception {
    try (SampleServer server = SampleServer.start(CONFIG)) {
      Syncs.Outcome outcome = sync(server, "--excludeProjects=*", "--projects=gh/acme/web-shop");

      assertEquals(2, outcome.code());
      assertThat(outcome.err(), containsString("--orgs, which is missing"));
    }
  }
}
