package dev.circlebeam;

import static org.junit.Assert.assertEquals;

import com.google.cloud.storage.BlobInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DataflowTest {
  @ClassRule public static final GcsEmulator GCS = new GcsEmulator();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void explore() throws Exception {
    String bucket = GCS.bucket();
    Path jar = folder.newFile("tiny.jar").toPath();
    Files.writeString(jar, "x");
    try (DataflowServer dataflow = DataflowServer.start("JOB_STATE_RUNNING")) {
      List<String> args =
          new ArrayList<>(
              List.of(
                  "sync",
                  "--runner=DataflowRunner",
                  "--project=test-project",
                  "--region=europe-west1",
                  "--tempLocation=gs://" + bucket + "/temp",
                  "--gcsEndpoint=" + GCS.endpoint(),
                  "--apiRootUrl=" + dataflow.url() + "/",
                  "--credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory",
                  "--filesToStage=" + jar,
                  "--projects=gh/acme/web",
                  "--output=gs://" + bucket + "/out",
                  "--token=secret:projects/p/secrets/s/versions/latest"));
      Syncs.Outcome outcome = Syncs.run(args.toArray(String[]::new));
      System.out.println(outcome);
      System.out.println(dataflow.requests());
      Files.writeString(Path.of("/tmp/df/job.json"), dataflow.jobs().toString());
      System.out.println(GCS.names(bucket, ""));
      for (String name : GCS.names(bucket, "")) {
        Path to = Path.of("/tmp/df/staged/" + name);
        Files.createDirectories(to.getParent());
        Files.write(to, GCS.client().readAllBytes(bucket, name));
      }
      assertEquals(0, outcome.code());
    }
  }
}
