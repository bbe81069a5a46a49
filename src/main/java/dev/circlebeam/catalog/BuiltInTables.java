package dev.circlebeam.catalog;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds the declarations that come with the program, in a jar or a folder of classes. */
final class BuiltInTables {
  private static final String FOLDER = "tables/";
  private static final String ENDING = ".avsc";

  private static final Supplier<ImmutableMap<String, String>> ALL =
      Suppliers.memoize(() -> ImmutableMap.copyOf(readAll()));
  private static final Supplier<String> VERSION = Suppliers.memoize(BuiltInTables::hash);

  private BuiltInTables() {}

  /**
   * Reads them, once in a process.
   *
   * @return by file name, each declaration's text
   */
  static ImmutableMap<String, String> read() {
    return ALL.get();
  }

  /**
   * Tells these declarations from those of another version.
   *
   * @return a hash of them all
   */
  static String version() {
    return VERSION.get();
  }

  private static String hash() {
    Hasher hasher = Hashing.sha256().newHasher();
    read()
        .forEach(
            (file, text) -> {
              hasher.putUnencodedChars(file).putInt(text.length()).putUnencodedChars(text);
            });
    return hasher.hash().toString();
  }

  private static Map<String, String> readAll() {
    Map<String, String> declarations = new TreeMap<>();
    try {
      for (String file : files()) {
        try (InputStream in = BuiltInTables.class.getResourceAsStream("/" + FOLDER + file)) {
          declarations.put(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return declarations;
  }

  private static List<String> files() throws IOException {
    // A folder cannot be asked what is in it through the class path; its jar or directory can. Any
    // one declaration leads there.
    URL anchor = BuiltInTables.class.getResource("/" + FOLDER + "pipelines" + ENDING);
    URLConnection connection = anchor.openConnection();
    if (connection instanceof JarURLConnection jar) {
      try (Stream<String> names = jar.getJarFile().stream().map(entry -> entry.getName())) {
        return names
            .filter(name -> name.startsWith(FOLDER) && name.endsWith(ENDING))
            .map(name -> name.substring(FOLDER.length()))
            .toList();
      }
    }
    try (Stream<Path> paths = Files.list(Path.of(anchor.toURI()).getParent())) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(ENDING))
          .toList();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }
}
