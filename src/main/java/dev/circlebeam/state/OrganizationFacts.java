package dev.circlebeam.state;

import java.io.Serializable;

/**
 * What a slice of a run learned about an organization's export.
 *
 * @param id the organization's id
 * @param organization how people know it
 * @param table the table that the export fills
 * @param soFar what the run has done of it, this slice included
 * @param failed whether something could not be read
 * @param postponed whether only another run can go on, since CircleCI takes no more for now
 */
public record OrganizationFacts(
    String id,
    String organization,
    String table,
    ExportSoFar soFar,
    boolean failed,
    boolean postponed)
    implements Serializable {
  /**
   * Names what the facts are about.
   *
   * @return such as {@code gh/acme (usage)}
   */
  public String shown() {
    return organization + " (" + table + ")";
  }
}
