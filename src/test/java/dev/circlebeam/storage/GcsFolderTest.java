package dev.circlebeam.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.circlebeam.GcsEmulator;
import dev.circlebeam.report.ExitCode;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/** Files in a bucket: there whole or not at all, and replaced only by who read what was there. */
public class GcsFolderTest {
  private static final int MORE_THAN_ONE_REQUEST = 20_000_000;

  @ClassRule public static final GcsEmulator GCS = new GcsEmulator();

  private String bucket;
  private GcsFolder folder;

  @Before
  public void make() {
    bucket = GCS.bucket();
    folder =
        SerializableUtils.clone(
            new GcsFolder(new GcsAccess(GCS.endpoint()), bucket, "deep/folder"));
  }

  @Test
  public void givenNothing_thenAbsentAndNothingListed() throws IOException {
    assertNull(folder.read("file"));
    Listing listing = folder.list("table");
    assertEquals(List.of(), listing.folders());
    try (StoredFile file = listing.open("file")) {
      assertFalse(file.exists());
    }
    assertEquals(List.of(), GCS.names(bucket, ""));
  }

  @Test
  public void givenFilesAndFolders_thenTheFilesRightInItAreListed() throws IOException {
    assertEquals(List.of(), folder.files());
    folder.write("c/d", bytes("d"));
    folder.write("b", bytes("b"));
    folder.write("a", bytes("a"));
    assertEquals(List.of("a", "b"), folder.files());
  }

  @Test
  public void givenFiles_thenReadAndListedFromTheFolderOn() throws IOException {
    folder.write("table/dt=2026-05-05/a", bytes("a"));
    folder.write("table/dt=2026-05-04/b", bytes("b"));
    folder.write("table/_table.json", bytes("{}"));
    folder.write("tables/dt=2026-05-06/c", bytes("c"));
    Listing listing = folder.list("table");
    assertEquals(List.of("dt=2026-05-04", "dt=2026-05-05"), listing.folders());
    try (StoredFile file = listing.open("dt=2026-05-04/b");
        StoredFile none = listing.open("dt=2026-05-04/c")) {
      assertArrayEquals(bytes("b"), file.bytes());
      assertFalse(none.exists());
    }
    assertArrayEquals(bytes("{}"), folder.read("table/_table.json"));
    assertEquals("gs://" + bucket + "/deep/folder/table/x", folder.address("table/x"));
    assertEquals(4, GCS.names(bucket, "deep/folder").size());
  }

  @Test
  public void givenListedFileThatWasReplaced_thenTheNewOneIsRead() throws IOException {
    folder.write("table/a", bytes("old"));
    Listing listing = folder.list("table");
    folder.write("table/a", bytes("new"));
    try (StoredFile file = listing.open("a")) {
      assertArrayEquals(bytes("new"), file.bytes());
    }
  }

  @Test
  public void givenAnOldFileThatIsReplacedWhileItIsRead_thenItIsReadToItsEnd() throws IOException {
    folder.write("a", bytes("old"));
    try (StoredFile file = folder.open("a")) {
      ByteBuffer one = ByteBuffer.allocate(1);
      assertEquals(1, file.contents().read(one));
      folder.write("a", bytes("new"));
      assertArrayEquals(bytes("old"), file.bytes());
    }
  }

  @Test
  public void givenTwoThatReadTheSame_thenTheSlowerOneIsRefused() throws IOException {
    for (String before : new String[] {null, "old"}) {
      String name = "after-" + before;
      if (before != null) {
        folder.write(name, bytes(before));
      }
      try (StoredFile first = folder.open(name);
          StoredFile second = folder.open(name)) {
        assertTrue(first.replace("run-1", bytes("first")));
        assertFalse(second.replace("run-2", bytes("second")));
        assertFalse("what it replaced is gone", first.replace("run-1", bytes("again")));
      }
      assertArrayEquals(bytes("first"), folder.read(name));
    }
  }

  @Test
  public void givenTheOldFileVanished_thenRefused() throws IOException {
    folder.write("a", bytes("old"));
    try (StoredFile old = folder.open("a")) {
      assertTrue(GCS.client().delete(bucket, "deep/folder/a"));
      assertFalse(old.replace("run", bytes("new")));
    }
    assertNull(folder.read("a"));
  }

  @Test
  public void givenALargeFile_thenWholeAndConditionalToo() throws IOException {
    byte[] large = new byte[MORE_THAN_ONE_REQUEST];
    new Random(1).nextBytes(large);
    try (StoredFile none = folder.open("large");
        StoredFile late = folder.open("large")) {
      try (Draft draft = none.successor("run")) {
        try (OutputStream out = draft.begin()) {
          out.write(large);
        }
        assertEquals(large.length, draft.size());
        assertNull("nobody sees it yet", folder.read("large"));
        assertTrue(draft.replace());
      }
      assertArrayEquals(large, folder.read("large"));
      assertFalse(late.replace("late", new byte[MORE_THAN_ONE_REQUEST]));
    }
    assertArrayEquals(large, folder.read("large"));
    assertEquals(List.of("large"), GCS.names(bucket, "deep/folder"));
  }

  @Test
  public void givenADraftThatIsGivenUp_thenNothingIsThere() throws IOException {
    try (StoredFile none = folder.open("a");
        Draft draft = none.successor("run")) {
      try (OutputStream out = draft.begin()) {
        out.write(bytes("half"));
      }
    }
    assertEquals(List.of(), GCS.names(bucket, ""));
  }

  @Test
  public void givenNewOrEmptyFolders_thenOurs() {
    folder.check();
    new GcsFolder(folder.access(), bucket, "").check();
    for (String ours : List.of("_state.json", "_lock", "_runs/x.json", "jobs/_table.json")) {
      String path = "out-" + ours.replace('/', '-');
      GCS.write(bucket, path + "/" + ours, "");
      GCS.write(bucket, path + "/notes.txt", "");
      new GcsFolder(folder.access(), bucket, path).check();
    }
  }

  @Test
  public void givenFilesOfOthers_thenRefusedNamingOne() {
    GCS.write(bucket, "deep/folder/src/main.c", "");
    RunFailure failure = assertThrows(RunFailure.class, folder::check);
    assertEquals(ExitCode.USAGE, failure.exitCode());
    assertThat(failure.getMessage(), containsString("--output=" + folder.address()));
    assertThat(failure.getMessage(), containsString("such as src/"));
  }

  @Test
  public void givenNoBucket_thenSaidSo() {
    GcsFolder nowhere = new GcsFolder(folder.access(), "no-such-bucket", "x");
    RunFailure failure = assertThrows(RunFailure.class, nowhere::check);
    assertEquals("no_resources", failure.status());
    assertThat(failure.whatToDo(), containsString("no-such-bucket"));
    assertFalse(nowhere.exists());
    assertTrue(folder.exists());
  }

  @Test
  public void givenAFolderThatCanBeWrittenTo_thenProvedAndNothingLeft() {
    folder.prove();
    assertEquals(List.of(), GCS.names(bucket, ""));
  }

  @Test
  public void givenAddresses_thenReadOrRefused() {
    GcsAccess google = new GcsAccess(null);
    assertEquals(new GcsFolder(google, "b-1", ""), GcsFolder.parse(google, "gs://b-1"));
    assertEquals(new GcsFolder(google, "b-1", ""), GcsFolder.parse(google, "gs://b-1/"));
    assertEquals(new GcsFolder(google, "b.1", "x/y z"), GcsFolder.parse(google, "gs://b.1/x/y z/"));
    assertEquals("gs://b.1/x", GcsFolder.parse(google, "gs://b.1/x/").address());
    assertEquals("gs://b-1", GcsFolder.parse(google, "gs://b-1/").address());
    List<String> wrong =
        List.of("", "b", "Bucket", "/x", "b_1//x", "b_1/x//y", "b_1/../x", "b_1/x*", "b_1/x/#");
    for (String rest : wrong) {
      assertThrows(
          rest, IllegalArgumentException.class, () -> GcsFolder.parse(google, "gs://" + rest));
    }
  }

  @Test
  public void givenARunWithoutTheLock_thenItReplacesNothing() throws IOException {
    OutputGuard run = new OutputGuard(folder, "run", Instant.EPOCH);
    try (StoredFile none = folder.open("a")) {
      assertThrows(RunFailure.class, () -> run.replace(none, bytes("a")));
      try (RunLock lock = RunLock.take(run)) {
        assertTrue(lock != null);
        assertTrue(run.replace(none, bytes("a")));
      }
    }
    assertEquals(List.of("a"), GCS.names(bucket, "deep/folder"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
