package dev.circlebeam.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** The routes of a project's settings, environment variables and checkout keys. */
final class ProjectSettingsRoutes {
  private static final String PROJECT = "/api/v2/project/{provider}/{owner}/{name}";
  private static final ImmutableList<String> VARIABLES =
      ImmutableList.of("SMTP_PASSWORD", "FLAG", "DEPLOY_TOKEN", "SIGNING_KEY");
  private static final int FINGERPRINT_BYTES = 16;

  private static final int OPEN_SOURCE = 1;
  private static final int FORKS = 2;
  private static final int VARIABLE_COUNT = 3;
  private static final int KEY_COUNT = 4;
  private static final int KEYS = 10;
  private static final int VARIABLES_FROM = 100;

  private final SampleOrganization organization;
  private final Directory directory;
  private final Pages pages;
  private final Leaks leaks;

  /** Routes that answer from the organization, in such pages. */
  ProjectSettingsRoutes(SampleOrganization organization, Directory directory, Pages pages) {
    this.organization = organization;
    this.directory = directory;
    this.pages = pages;
    this.leaks = new Leaks(organization.config().has(SampleTrait.LEAKING));
  }

  /** Adds all routes of this class. The settings are of the newer sort that refuses %2F. */
  void addTo(RouteTable routes) {
    routes.addStrict("project-settings", PROJECT + "/settings", this::settings);
    routes.add("project-environment-variables", PROJECT + "/envvar", this::variables);
    routes.add("checkout-keys", PROJECT + "/checkout-key", this::keys);
  }

  private Reply settings(ApiRequest request) throws ApiException {
    Project project = OrganizationRoutes.project(directory, request);
    Noise noise = thing(project, 0).noise();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ObjectNode advanced = node.putObject("advanced");
    advanced
        .put("autocancel_builds", project.index() % 2 == 0)
        .put("build_fork_prs", noise.chance(FORKS, 300))
        .put("build_prs_only", false)
        .put("disable_ssh", false)
        .put("forks_receive_secret_env_vars", false);
    if (!project.standalone()) {
      // Words of GitHub, which not every project has.
      advanced.put("oss", noise.chance(OPEN_SOURCE, 200)).put("set_github_status", true);
    }
    advanced.put("setup_workflows", true).put("write_settings_requires_admin", false);
    advanced.putArray("pr_only_branch_overrides").add(Project.DEFAULT_BRANCH).add("release");
    return Reply.json(200, node);
  }

  private Reply variables(ApiRequest request) throws ApiException {
    Project project = OrganizationRoutes.project(directory, request);
    int count = 2 + thing(project, 0).noise().below(VARIABLE_COUNT, VARIABLES.size() - 1);
    Reply page =
        pages.page(
            request,
            "variables of project " + project.index(),
            numbers(count),
            Integer::longValue,
            index -> variable(project, index));
    return leaks.in(page, "/value", "name");
  }

  private ObjectNode variable(Project project, int index) {
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", VARIABLES.get(index))
            .put("value", "xxxx" + SecretMarks.TAIL);
    // Nobody knows any more when the older ones were set.
    return index == 1
        ? node.putNull("created_at")
        : node.put("created_at", thing(project, VARIABLES_FROM + index).created());
  }

  /** Standalone projects have none; the fingerprint is in the form that is asked for. */
  private Reply keys(ApiRequest request) throws ApiException {
    Project project = OrganizationRoutes.project(directory, request);
    String digest = request.queryValue("digest");
    if (digest != null && !digest.equals("md5") && !digest.equals("sha256")) {
      throw new ApiException(400, "digest is invalid.");
    }
    int count = project.standalone() ? 0 : 1 + thing(project, 0).noise().below(KEY_COUNT, 2);
    Reply page =
        pages.page(
            request,
            "keys of project " + project.index(),
            numbers(count),
            Integer::longValue,
            index -> key(project, index, "sha256".equals(digest)));
    return leaks.in(page, "/public_key", "fingerprint");
  }

  private ObjectNode key(Project project, int index, boolean sha256) {
    Standing key = thing(project, KEYS + index);
    String user = project.vcs() == SampleVcs.BITBUCKET ? "bitbucket-user-key" : "github-user-key";
    String digits = key.noise().sha1(0);
    StringJoiner pairs = new StringJoiner(":");
    for (int i = 0; i < FINGERPRINT_BYTES; i++) {
      pairs.add(digits.substring(2 * i, 2 * i + 2));
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("public_key", "ssh-ed25519 " + SecretMarks.KEY + digits.substring(0, 8) + " sample")
        .put("type", index == 0 ? "deploy-key" : user)
        .put("fingerprint", sha256 ? "SHA256:" + digits : pairs.toString())
        .put("preferred", index == 0)
        .put("created_at", key.created());
  }

  private Standing thing(Project project, int index) {
    return Standing.of(organization, IdName.Kind.PROJECT, project.index(), 1 + index);
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }
}
