package dev.circlebeam.sample;

import com.google.common.collect.ImmutableMap;
import java.util.UUID;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Finds the organization and its projects by all the names that requests may use. */
final class Directory {
  private static final String CIRCLECI = "circleci";

  private final SampleOrganization organization;
  private final ImmutableMap<String, Project> byName;

  /** The names of that organization. */
  Directory(SampleOrganization organization) {
    this.organization = organization;
    ImmutableMap.Builder<String, Project> names = ImmutableMap.builder();
    for (Project project : organization.projectList()) {
      if (!project.standalone()) {
        names.put(project.name(), project);
      }
    }
    this.byName = names.buildOrThrow();
  }

  /**
   * The project with that slug, in long or short form or with ids for its opaque parts.
   *
   * @throws ApiException if there is none
   */
  Project project(String provider, String owner, String name) throws ApiException {
    Project project = null;
    if (provider.equals(CIRCLECI)) {
      UUID ownerId = opaque(owner);
      UUID id = opaque(name);
      if (ownerId == null || id == null) {
        throw new ApiException(400, "Invalid project slug circleci/" + owner + "/" + name);
      }
      project = ownerId.equals(organization.id()) ? find(id) : null;
    } else if (isOurs(provider, owner)) {
      project = byName.get(name);
    }
    if (project == null) {
      throw new ApiException(404, "Project not found");
    }
    return project;
  }

  /**
   * The project with that id.
   *
   * @throws ApiException if there is none
   */
  Project project(String id) throws ApiException {
    UUID parsed = Ids.parse(id);
    Project project = parsed == null ? null : find(parsed);
    if (project == null) {
      throw new ApiException(404, "Project not found");
    }
    return project;
  }

  /** Whether the text is the organization's id or one of its slugs. */
  boolean isOrganization(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return organization.id().equals(Ids.parse(text));
    }
    String provider = text.substring(0, slash);
    String owner = text.substring(slash + 1);
    return provider.equals(CIRCLECI)
        ? organization.id().equals(opaque(owner))
        : isOurs(provider, owner);
  }

  /** Whether the text is the organization's id, as the newer routes want it. */
  boolean isOrganizationId(String text) {
    return organization.id().equals(Ids.parse(text));
  }

  private boolean isOurs(String provider, String owner) {
    SampleConfig config = organization.config();
    return config.vcs().isNamed(provider) && owner.equals(config.organization());
  }

  private @Nullable Project find(UUID id) {
    IdName name = organization.ids().decode(id);
    return name != null
            && name.kind() == IdName.Kind.PROJECT
            && name.project() < organization.projectList().size()
        ? organization.projectList().get(name.project())
        : null;
  }

  private static @Nullable UUID opaque(String part) {
    UUID id = Ids.parse(part);
    return id == null ? Base58.decode(part) : id;
  }
}
