package dev.circlebeam;

import dev.circlebeam.catalog.Catalog;
import dev.circlebeam.catalog.CatalogException;
import dev.circlebeam.report.RunFailure;
import dev.circlebeam.storage.Folder;
import dev.circlebeam.storage.StoredFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The catalogue of a command: the built-in tables, and those that {@code --catalog} declares. The
 * files are read here and nowhere else: workers get a catalogue that has their texts in it.
 */
final class UserCatalog {
  private static final String ENDING = ".avsc";

  private static final String WHAT_TO_GIVE =
      "give a folder with a file <table>.avsc for each table of your own";

  /** A hundred times what the longest of the built-in ones has. */
  private static final long LARGEST = 1_000_000;

  private final String flag;
  private final Folder folder;

  private UserCatalog(String flag, Folder folder) {
    this.flag = flag;
    this.folder = folder;
  }

  /**
   * Reads {@code --catalog}.
   *
   * @param flags all flags
   * @return every table there is to choose from
   * @throws UsageException when the folder cannot be read, or a file in it is wrong; in a line that
   *     names the flag, the file and what to do
   */
  static Catalog of(Flags flags) {
    String address = flags.orNull(flags.options().getCatalog());
    if (address == null) {
      return Catalog.builtIn();
    }
    return new UserCatalog("--catalog=" + address, flags.folder("--catalog", address)).read();
  }

  private Catalog read() {
    Map<String, String> declarations;
    try {
      declarations = declarations();
    } catch (IOException e) {
      throw new UsageException(flag + " cannot be read: " + reason(e) + "; " + WHAT_TO_GIVE);
    } catch (RunFailure e) {
      throw new UsageException(flag + " cannot be read: " + e.getMessage() + "; " + e.whatToDo());
    }
    if (declarations.isEmpty()) {
      throw new UsageException(
          flag + " holds no file that ends in " + ENDING + "; " + WHAT_TO_GIVE);
    }
    try {
      return Catalog.builtInAnd(declarations);
    } catch (CatalogException e) {
      throw new UsageException(flag + ": " + e.getMessage() + " (see docs/catalog.md)");
    }
  }

  private Map<String, String> declarations() throws IOException {
    Map<String, String> declarations = new TreeMap<>();
    for (String name : folder.files()) {
      // Editors leave hidden files beside those that they have open.
      if (name.endsWith(ENDING) && !name.startsWith(".")) {
        declarations.put(name, text(name));
      }
    }
    return declarations;
  }

  private String text(String name) throws IOException {
    try (StoredFile file = folder.open(name)) {
      if (!file.exists()) {
        throw new NoSuchFileException(name);
      }
      if (file.contents().size() > LARGEST) {
        throw new IOException(name + " is larger than " + LARGEST + " bytes");
      }
      return new String(file.bytes(), StandardCharsets.UTF_8);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return "there is no " + missing.getFile();
    }
    if (e instanceof NotDirectoryException file) {
      return file.getFile() + " is no folder";
    }
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    return String.valueOf(e.getMessage());
  }
}
