package dev.circlebeam;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What {@code check} says of a BigQuery output. */
public class BigQueryCheckTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Emulators emulators;

  @Before
  public void start() throws Exception {
    emulators = Emulators.start(folder.getRoot().toPath());
  }

  @After
  public void stop() throws Exception {
    if (emulators != null) {
      emulators.close();
    }
  }

  @Test
  public void givenAllIsThere_thenItEndsInOkAndLeavesNothing() throws Exception {
    emulators.createDataset("circleci");
    Syncs.Outcome outcome = check(emulators.flags());
    assertEquals(outcome.out(), 0, outcome.code());
    assertThat(
        outcome.out(), containsString("dataset        bigquery://test-project/circleci, in US"));
    assertThat(outcome.out(), containsString("bucket         gs://waiting-rows, in US"));
    assertThat(outcome.out().strip(), endsWith("ok"));
    assertEquals(List.of(), emulators.tables("circleci"));
    assertEquals(List.of(), emulators.objects());
  }

  @Test
  public void givenNoDataset_thenItSaysHowToMakeIt() throws Exception {
    Syncs.Outcome outcome = check(emulators.flags());
    assertEquals(1, outcome.code());
    assertThat(outcome.out(), containsString("mk --dataset test-project:circleci"));
  }

  @Test
  public void givenNoBucket_thenItSaysSo() throws Exception {
    emulators.createDataset("circleci");
    List<String> flags = new ArrayList<>(emulators.flags());
    flags.removeIf(flag -> flag.startsWith("--tempLocation="));
    flags.add("--tempLocation=gs://not-there/rows");
    Syncs.Outcome outcome = check(flags);
    assertEquals(1, outcome.code());
    assertThat(outcome.out(), containsString("no_resources: "));
    assertThat(outcome.out(), containsString("gs://not-there"));
  }

  @Test
  public void givenAPermissionOfBigQueryIsMissing_thenItIsNamed() throws Exception {
    emulators.createDataset("circleci");
    namesMissing("bigquery.datasets.get", r -> r.path().endsWith("/datasets/circleci"));
    namesMissing("bigquery.tables.create", r -> isTo(r, "POST", "/tables"));
    namesMissing("bigquery.jobs.create on the project test-project", r -> isTo(r, "POST", "/jobs"));
    namesMissing("bigquery.tables.delete", r -> isTo(r, "DELETE", "/tables/"));
  }

  @Test
  public void givenAPermissionOfCloudStorageIsMissing_thenItIsNamed() throws Exception {
    emulators.createDataset("circleci");
    namesMissingOfStorage(
        "storage.buckets.get",
        r -> r.method().equals("GET") && r.path().split("\\?", 2)[0].endsWith("/waiting-rows"));
    namesMissingOfStorage("storage.objects.create", r -> r.path().contains("/upload/"));
  }

  private static boolean isTo(RecordingProxy.Request request, String method, String path) {
    return request.method().equals(method) && request.path().contains(path);
  }

  private void namesMissing(String permission, Predicate<RecordingProxy.Request> refused)
      throws Exception {
    try (RecordingProxy proxy = RecordingProxy.refusing(emulators.bigQueryUrl(), refused)) {
      names(permission, check(Emulators.flags(proxy.url(), emulators.storageUrl())));
    }
  }

  private void namesMissingOfStorage(String permission, Predicate<RecordingProxy.Request> refused)
      throws Exception {
    try (RecordingProxy proxy = RecordingProxy.refusing(emulators.storageUrl(), refused)) {
      names(permission, check(Emulators.flags(emulators.bigQueryUrl(), proxy.url())));
    }
  }

  private static void names(String permission, Syncs.Outcome outcome) {
    assertEquals(permission + ": " + outcome.out(), 1, outcome.code());
    assertThat(outcome.out(), containsString("invalid_permissions: "));
    assertThat(outcome.out(), containsString("grant " + permission + " to the account"));
  }

  private Syncs.Outcome check(List<String> flags) {
    List<String> args = new ArrayList<>(List.of("check", "--sample", "--sampleProjects=1"));
    args.addAll(flags);
    args.add("--output=bigquery://" + Emulators.PROJECT + "/circleci");
    args.add("--state=" + folder.getRoot().toPath().resolve("state.json"));
    return Syncs.run(args.toArray(String[]::new));
  }
}
