package dev.circlebeam.storage;

import static java.util.stream.Collectors.toMap;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.common.base.Splitter;
import dev.circlebeam.report.RunFailure;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A folder in a bucket of Cloud Storage. Files take their place in one request, which names the
 * generation that it replaces: the server refuses it when that is not there any more. So nothing
 * temporary is ever written.
 *
 * @param access how Cloud Storage is reached
 * @param bucket the bucket's name
 * @param path the folder's path in it, without slashes around it; empty for the whole bucket
 */
public record GcsFolder(GcsAccess access, String bucket, String path) implements Folder {
  /** What addresses in Cloud Storage begin with. */
  public static final String SCHEME = "gs://";

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

  /** Readers and Google's own tools take these for patterns. */
  private static final Pattern UNFIT = Pattern.compile("[*?#\\[\\]\\p{Cntrl}]");

  private static final int ENOUGH_TO_TELL = 1000;

  /** Each is a request. */
  private static final int LOOKED_INTO = 20;

  /**
   * Reads an address.
   *
   * @param access how Cloud Storage is reached
   * @param address such as {@code gs://bucket/path}; a slash at its end does not count
   * @return the folder
   * @throws IllegalArgumentException when it is none, saying why
   */
  public static GcsFolder parse(GcsAccess access, String address) {
    String rest = address.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException("'" + bucket + "' cannot be a bucket's name");
    }
    String path = slash < 0 ? "" : withoutSlash(rest.substring(slash + 1));
    List<String> parts = path.isEmpty() ? List.of() : Splitter.on('/').splitToList(path);
    if (parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))
        || UNFIT.matcher(path).find()) {
      throw new IllegalArgumentException(
          "a path in a bucket has no empty parts, no '.' or '..', and none of * ? # [ ]");
    }
    return new GcsFolder(access, bucket, path);
  }

  @Override
  public String address() {
    return SCHEME + bucket + (path.isEmpty() ? "" : "/" + path);
  }

  /** Returns the name in the bucket of a file in this folder. */
  String object(String name) {
    return path.isEmpty() ? name : path + "/" + name;
  }

  @Override
  public void check() {
    try {
      checkOurs();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void checkOurs() throws IOException {
    List<String> names = names(ENOUGH_TO_TELL);
    if (names.stream().map(GcsFolder::withoutSlash).anyMatch(OutputFiles::isOurs)) {
      return;
    }
    for (String folder :
        names.stream().filter(name -> name.endsWith("/")).limit(LOOKED_INTO).toList()) {
      if (Gcs.find(this, folder + OutputFiles.MANIFEST) != null) {
        return;
      }
    }
    if (!names.isEmpty()) {
      throw RunFailure.misconfigured(
          "--output="
              + address()
              + " holds files that circlebeam did not write, such as "
              + names.get(0),
          "give a new or empty folder");
    }
  }

  private static String withoutSlash(String name) {
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  /** Returns what is right below the folder; folders with a slash behind their names. */
  private List<String> names(int most) throws IOException {
    String below = path.isEmpty() ? "" : path + "/";
    return Gcs.call(
        "storage.objects.list",
        () ->
            client()
                .list(
                    bucket,
                    BlobListOption.prefix(below),
                    BlobListOption.currentDirectory(),
                    BlobListOption.pageSize(most))
                .streamValues()
                .map(blob -> blob.getName().substring(below.length()))
                .filter(name -> !name.isEmpty() && !name.startsWith("."))
                // A check that may not delete leaves its file.
                .filter(name -> !name.startsWith(GcsProof.PREFIX))
                .toList());
  }

  /** A file that is not there is answered like a bucket that is not. */
  @Override
  public void reach() {
    try {
      names(1);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  @Override
  public void prove() {
    try {
      GcsProof.of(this);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Buckets have no folders. */
  @Override
  public void make() {}

  @Override
  public boolean exists() {
    try {
      names(1);
      return true;
    } catch (IOException | RunFailure e) {
      // Without credentials, too.
      return false;
    }
  }

  /** Syncs leave nothing behind; a check that is killed may. */
  @Override
  public void removeLeftovers() {
    try {
      GcsProof.removeLeftovers(this);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  @Override
  public RunLock lock(OutputGuard run, @Nullable Consumer<String> broken) {
    return GcsLock.take(this, run, broken, Instant::now);
  }

  @Override
  public <T> T whileHeld(OutputGuard run, Step<T> step) throws IOException {
    // The step names what it replaces, and read that before. Who takes the lock afterwards and
    // replaces the same file makes the step fail; who replaced it before had the lock by now.
    GcsLock.check(this, run);
    return step.run();
  }

  @Override
  public StoredFile open(String name) throws IOException {
    while (true) {
      Blob blob = Gcs.find(this, name);
      StoredFile file = blob == null ? GcsFile.absent(this, name) : GcsFile.open(this, name, blob);
      if (file != null) {
        return file;
      }
      // Replaced after it was found.
    }
  }

  @Override
  public Listing list(String name) throws IOException {
    String below = object(name) + "/";
    return Gcs.call(
        "storage.objects.list",
        () ->
            new GcsListing(
                this,
                name,
                client()
                    .list(
                        bucket,
                        BlobListOption.prefix(below),
                        BlobListOption.fields(BlobField.NAME, BlobField.GENERATION))
                    .streamAll()
                    .collect(toMap(blob -> blob.getName().substring(below.length()), b -> b))));
  }

  @Override
  public List<String> files() throws IOException {
    return names(ENOUGH_TO_TELL).stream().filter(name -> !name.endsWith("/")).sorted().toList();
  }

  @Override
  public void write(String name, byte[] bytes) throws IOException {
    Gcs.call("storage.objects.create", () -> client().create(Gcs.info(this, name), bytes));
  }

  @Override
  public RunFailure unwritable(IOException e) {
    return e instanceof GcsException refused
        ? refused.failure(this)
        : RunFailure.failed(
            "unwritable",
            "--output=" + address() + " cannot be written to: " + e.getMessage(),
            "check the network and the space for temporary files, then run again");
  }

  Storage client() {
    return access.client();
  }

  /** All that is below a folder, from one listing of a thousand files a request. */
  private record GcsListing(GcsFolder folder, String name, Map<String, Blob> files)
      implements Listing {
    @Override
    public List<String> folders() {
      TreeSet<String> folders = new TreeSet<>();
      for (String file : files.keySet()) {
        int slash = file.indexOf('/');
        if (slash >= 0) {
          folders.add(file.substring(0, slash));
        }
      }
      return List.copyOf(folders);
    }

    @Override
    public StoredFile open(String file) throws IOException {
      String whole = name + "/" + file;
      Blob blob = files.get(file);
      if (blob == null) {
        return GcsFile.absent(folder, whole);
      }
      StoredFile listed = GcsFile.open(folder, whole, blob);
      return listed == null ? folder.open(whole) : listed;
    }
  }
}
