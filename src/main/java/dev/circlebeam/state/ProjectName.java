package dev.circlebeam.state;

import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Who a project is.
 *
 * @param id its id; null when it could not be read and no earlier run has
 * @param slug its slug as CircleCI spells it
 * @param organizationId its organization's id; null when CircleCI did not say
 * @param organizationSlug its organization's slug; null when CircleCI did not say
 */
public record ProjectName(
    @Nullable String id,
    String slug,
    @Nullable String organizationId,
    @Nullable String organizationSlug)
    implements Serializable {
  /**
   * Returns how people know its organization.
   *
   * @return the organization's slug, or else its id; null when neither is known
   */
  public @Nullable String organization() {
    return organizationSlug != null ? organizationSlug : organizationId;
  }
}
