package dev.circlebeam;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.circlebeam.plan.Organizations;
import dev.circlebeam.plan.ProjectSlug;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.GcsAccess;
import dev.circlebeam.storage.GcsFolder;
import dev.circlebeam.storage.LocalFolder;
import dev.circlebeam.storage.Place;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.beam.sdk.extensions.gcp.options.GcsOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads flags' texts; every complaint names the flag, the value and what to give instead. */
record Flags(SyncOptions options) {
  private static final Splitter LIST =
      Splitter.on(CharMatcher.whitespace().or(CharMatcher.is(','))).omitEmptyStrings();
  private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final DateTimeFormatter RUN_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /** Splits a list at commas and blanks. */
  static List<String> list(@Nullable String text) {
    return text == null ? List.of() : LIST.splitToList(text);
  }

  /** The slugs of {@code --projects}, each once, in CircleCI's short form. */
  List<String> projects() {
    Set<String> slugs = new LinkedHashSet<>();
    for (String slug : list(options.getProjects())) {
      slugs.add(parsed(() -> ProjectSlug.parse(slug)));
    }
    if (slugs.isEmpty() && organizations().names().isEmpty()) {
      throw new UsageException(
          "--projects is missing: give project slugs such as --projects=gh/acme/web,gh/acme/api, or"
              + " --orgs=gh/acme for all projects of an organization");
    }
    return List.copyOf(slugs);
  }

  /** {@code --orgs}, less {@code --excludeProjects}. */
  Organizations organizations() {
    List<String> names = list(options.getOrgs());
    List<String> globs = list(options.getExcludeProjects());
    if (names.isEmpty() && !globs.isEmpty()) {
      throw new UsageException(
          "--excludeProjects leaves out projects of --orgs, which is missing: give --orgs, or name"
              + " only what is wanted with --projects");
    }
    return parsed(() -> Organizations.parse(names, globs));
  }

  /** {@code --startDate}; null for everything. */
  @Nullable Instant startDate() {
    String text = orNull(options.getStartDate());
    if (text == null) {
      return null;
    }
    Instant moment = moment(text);
    if (moment == null) {
      throw new UsageException(
          "--startDate="
              + text
              + " is no date; give one such as 2026-01-31 or"
              + " 2026-01-31T12:00:00Z");
    }
    return moment;
  }

  /** {@code --runId}, or one made of the time. */
  String runId(Instant startedAt) {
    String given = orNull(options.getRunId());
    if (given == null) {
      return RUN_TIME.format(startedAt) + "-" + UUID.randomUUID().toString().substring(0, 6);
    }
    if (!RUN_ID.matcher(given).matches()) {
      throw new UsageException(
          "--runId=" + given + " cannot be a file's name; give letters, digits, '.', '_' and '-'");
    }
    return given;
  }

  /** A duration, in days or smaller units. */
  Duration duration(String flag, String text) {
    Duration duration = duration(text);
    if (duration == null || duration.isNegative()) {
      throw new UsageException(
          flag + "=" + text + " is no duration; give one such as PT6H, PT30M or P7D");
    }
    return duration;
  }

  /** A whole number above zero. */
  int positive(String flag, String text) {
    try {
      int number = Integer.parseInt(text.strip());
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw notPositive(flag, text);
    }
    throw notPositive(flag, text);
  }

  /** A number above zero. */
  double positiveNumber(String flag, String text) {
    try {
      double number = Double.parseDouble(text.strip());
      if (number > 0 && number < 1e9) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw notPositive(flag, text);
    }
    throw notPositive(flag, text);
  }

  /** A number from 0 to 1. */
  double share(String flag, String text) {
    try {
      double share = Double.parseDouble(text.strip());
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      throw notShare(flag, text);
    }
    throw notShare(flag, text);
  }

  /** A folder to write into. */
  Folder folder(String flag, String text) {
    return text.startsWith(GcsFolder.SCHEME)
        ? gcsFolder(flag, text)
        : LocalFolder.of(localPath(flag, text));
  }

  /** The file of {@code --state}. */
  Place state(String text) {
    if (text.startsWith(GcsFolder.SCHEME)) {
      int name = text.lastIndexOf('/') + 1;
      if (name <= GcsFolder.SCHEME.length() || name == text.length()) {
        throw new UsageException("--state=" + text + " names no file; give gs://bucket/path/file");
      }
      return new Place(gcsFolder("--state", text.substring(0, name)), text.substring(name));
    }
    Path file = localPath("--state", text);
    return new Place(LocalFolder.of(file.getParent()), file.getFileName().toString());
  }

  private GcsFolder gcsFolder(String flag, String text) {
    try {
      GcsAccess access = new GcsAccess(orNull(options.as(GcsOptions.class).getGcsEndpoint()));
      return GcsFolder.parse(access, text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          flag + "=" + text + ": " + e.getMessage() + "; give gs://bucket/path");
    }
  }

  private static Path localPath(String flag, String text) {
    if (text.contains("://")) {
      throw new UsageException(
          flag
              + "="
              + text
              + " is not supported yet; give a folder on a local disk, or gs://bucket/path");
    }
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new UsageException(flag + "=" + text + " is no path: " + e.getReason());
    }
  }

  /** A text, or null when there is nothing in it. */
  @Nullable String orNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }

  /** What a parser makes of a flag; its complaint is passed on. */
  <T> T parsed(Supplier<T> parser) {
    try {
      return parser.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static @Nullable Instant moment(String text) {
    try {
      return text.contains("T")
          ? DateTimeFormatter.ISO_DATE_TIME.parse(text, Instant::from)
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static UsageException notShare(String flag, String text) {
    return new UsageException(flag + "=" + text + " is not a number from 0 to 1, such as 0.1");
  }

  private static UsageException notPositive(String flag, String text) {
    return new UsageException(flag + "=" + text + " is not a number above zero");
  }
}
