package dev.circlebeam.storage;

import java.io.Serializable;

/**
 * The place of one file.
 *
 * @param folder the folder that it is in
 * @param name its name below that
 */
public record Place(Folder folder, String name) implements Serializable {
  /**
   * Returns the place as people name it.
   *
   * @return its absolute address
   */
  public String address() {
    return folder.address(name);
  }
}
