package dev.circlebeam.storage;

import java.io.IOException;
import java.util.List;

/** What was below a folder at one moment. */
public interface Listing {
  /**
   * Returns the folders right below it.
   *
   * @return their names, sorted
   */
  List<String> folders();

  /**
   * Looks at a file. Some kinds of folder show the one that was listed, some the one that is there
   * now.
   *
   * @param name its name below the folder that was listed
   * @return the file, or its absence; to be closed
   * @throws IOException when it cannot be opened
   */
  StoredFile open(String name) throws IOException;
}
