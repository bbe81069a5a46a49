package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.Locale;
import java.util.UUID;

/**
 * A project: one backed by a repository, or the standalone one that larger organizations have at
 * index 1.
 */
final class Project {
  /** The index of the standalone project, if there is one. */
  static final int STANDALONE = 1;

  /** The default branch of every project. */
  static final String DEFAULT_BRANCH = "main";

  private static final int FEWEST_WITH_STANDALONE = 3;
  private static final ImmutableList<String> NAMES =
      ImmutableList.of(
          "web-shop",
          "Parcel Tracker",
          "ledger.service",
          "image-tools",
          "docs-site",
          "fraud-model",
          "terraform-live",
          "mobile-app");

  private final SampleConfig config;
  private final int index;
  private final UUID id;
  private final UUID organizationId;
  private final Noise noise;
  private final Timeline timeline;
  private final String slug;

  /** The project at the index of the organization that the configuration describes. */
  Project(SampleConfig config, Ids ids, UUID organizationId, int index) {
    this.config = config;
    this.index = index;
    this.organizationId = organizationId;
    this.id = ids.encode(new IdName(IdName.Kind.PROJECT, index, 0, 0, 0));
    this.noise = new Noise(config.seed()).child(index);
    this.timeline = new Timeline(config, noise.child(0));
    this.slug =
        standalone()
            ? "circleci/" + Base58.encode(organizationId) + "/" + Base58.encode(id)
            : config.vcs().shortForm() + "/" + config.organization() + "/" + name();
  }

  /** The position in the organization. */
  int index() {
    return index;
  }

  /** The project's id. */
  UUID id() {
    return id;
  }

  /** The canonical slug, in short form. */
  String slug() {
    return slug;
  }

  /** The noise from which all that belongs to the project is made. */
  Noise noise() {
    return noise;
  }

  /** When its pipelines were created. */
  Timeline timeline() {
    return timeline;
  }

  /** How many of a thousand of its pipelines are run again after days. */
  int lateReruns() {
    return config.lateReruns();
  }

  /** The provider of its repository, if it is not standalone. */
  SampleVcs vcs() {
    return config.vcs();
  }

  /** Whether its slug starts with {@code circleci} and its pipelines have no {@code vcs}. */
  boolean standalone() {
    return index == STANDALONE && config.projects() >= FEWEST_WITH_STANDALONE;
  }

  /** The name: of the repository, or a free one with blanks if standalone. */
  String name() {
    String name = NAMES.get(index % NAMES.size());
    if (!standalone()) {
      name = name.replace(' ', '-').toLowerCase(Locale.ROOT);
    }
    int round = index / NAMES.size();
    return round == 0 ? name : name + "-" + (round + 1);
  }

  /** The repository as people write it, {@code organization/name}. */
  String repository() {
    return config.organization() + "/" + name().replace(' ', '-');
  }

  /** The address of the repository at its provider. */
  String repositoryUrl() {
    return config.vcs().origin() + repository();
  }

  /** The answer of {@code /project/{slug}}. */
  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("slug", slug).put("name", name()).put("id", id.toString());
    node.put("organization_name", config.organization());
    node.put(
        "organization_slug",
        standalone()
            ? "circleci/" + Base58.encode(organizationId)
            : config.vcs().shortForm() + "/" + config.organization());
    node.put("organization_id", organizationId.toString());
    node.putObject("vcs_info")
        .put(
            "vcs_url",
            standalone() ? "//circleci.com/" + organizationId + "/" + id : repositoryUrl())
        .put("provider", standalone() ? "CircleCI" : config.vcs().provider())
        .put("default_branch", DEFAULT_BRANCH);
    node.putObject("x_sampled").put("index", index);
    return node;
  }
}
