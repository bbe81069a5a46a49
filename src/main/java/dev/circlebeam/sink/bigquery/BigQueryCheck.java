package dev.circlebeam.sink.bigquery;

import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.storage.model.Bucket;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.beam.sdk.extensions.gcp.options.GcsOptions;
import org.apache.beam.sdk.extensions.gcp.util.GcsUtil;
import org.apache.beam.sdk.extensions.gcp.util.gcsfs.GcsPath;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Proves that a sync can write to a dataset, by doing each thing once that it needs a permission
 * for. What it makes it removes.
 */
public final class BigQueryCheck {
  private static final Duration LIFE = Duration.ofHours(1);

  private final BigQueryAccess access;
  private final GcsUtil storage;
  private final String tempLocation;
  private final BiConsumer<String, String> say;

  /**
   * @param access the dataset
   * @param options Beam's; {@code --tempLocation} is where rows wait to be loaded
   * @param say takes what was proved, and what was found
   */
  public BigQueryCheck(
      BigQueryAccess access, PipelineOptions options, BiConsumer<String, String> say) {
    this.access = access;
    this.storage = options.as(GcsOptions.class).getGcsUtil();
    this.tempLocation = options.getTempLocation();
    this.say = say;
  }

  /**
   * Checks.
   *
   * @throws RunFailure when something is missing, with its name and what to do
   */
  public void run() {
    BigQueryConnection bigQuery = access.connect();
    Dataset dataset = bigQuery.dataset();
    if (dataset == null) {
      RunFailure none = BigQuerySink.noDataset(access.dataset());
      throw RunFailure.failed("no_resources", none.getMessage(), none.whatToDo());
    }
    say.accept("dataset", access.dataset().address() + ", in " + dataset.getLocation());
    writeTable(bigQuery);
    say.accept("tables", "can be made, written, read and dropped");
    writeObject(dataset.getLocation());
  }

  private void writeTable(BigQueryConnection bigQuery) {
    String id = UUID.randomUUID().toString().replace('-', '_');
    String name = "_check_" + id;
    String table = Sql.table(access.dataset(), name);
    bigQuery.create(
        new Table()
            .setTableReference(access.dataset().reference(name))
            .setExpirationTime(Instant.now().plus(LIFE).toEpochMilli())
            .setSchema(
                new TableSchema()
                    .setFields(List.of(new TableFieldSchema().setName("id").setType("STRING")))));
    try {
      bigQuery.run(
          Statement.change(
              "write to a table",
              "circlebeam_check_write_" + id,
              "INSERT INTO " + table + " (`id`) VALUES ('a')"));
      bigQuery.query(
          Statement.query(
              "read from a table", "circlebeam_check_read_" + id, "SELECT `id` FROM " + table),
          row -> {});
    } finally {
      bigQuery.drop(name);
    }
  }

  private void writeObject(String datasetLocation) {
    GcsPath folder = GcsPath.fromUri(tempLocation);
    String bucketName = "gs://" + folder.getBucket();
    Bucket bucket;
    try {
      bucket = storage.getBucket(folder);
    } catch (IOException e) {
      throw failure("look at the bucket " + bucketName, "storage.buckets.get", e);
    }
    if (bucket == null) {
      throw RunFailure.failed(
          "no_resources",
          "there is no bucket " + bucketName,
          "make it in " + datasetLocation + ", or correct --tempLocation");
    }
    if (Locations.conflict(datasetLocation, bucket.getLocation())) {
      throw RunFailure.failed(
          "misconfigured",
          String.format(
              "the bucket %s is in %s, the dataset in %s: BigQuery does not load from there",
              bucketName, bucket.getLocation(), datasetLocation),
          "give a bucket in " + datasetLocation + " with --tempLocation");
    }
    GcsPath object = folder.resolve("circlebeam-check-" + UUID.randomUUID());
    try (WritableByteChannel out =
        storage.create(
            object, GcsUtil.CreateOptions.builder().setContentType("text/plain").build())) {
      out.write(ByteBuffer.wrap("check".getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw failure("write to " + tempLocation, "storage.objects.create", e);
    }
    try {
      storage.remove(List.of(object.toString()));
    } catch (IOException e) {
      throw failure("remove from " + tempLocation, "storage.objects.delete", e);
    }
    say.accept("bucket", bucketName + ", in " + bucket.getLocation() + "; can be written to");
  }

  private static RunFailure failure(String what, String permission, IOException e) {
    return ApiFailures.isNotFound(e)
        ? RunFailure.failed(
            "no_resources",
            "cannot " + what + ": " + ApiFailures.message(e),
            "make the bucket, or correct --tempLocation")
        : ApiFailures.of(what, permission, e);
  }
}
