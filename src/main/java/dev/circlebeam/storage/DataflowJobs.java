package dev.circlebeam.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.circlebeam.google.GoogleApi;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Dataflow knows of jobs. */
final class DataflowJobs {
  private static final Logger LOG = LoggerFactory.getLogger(DataflowJobs.class);
  private static final String PROJECT = "dataflow_project";
  private static final String REGION = "dataflow_region";
  private static final String JOB = "dataflow_job";

  /** What a lock says becomes part of an address. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}");

  private static final Set<String> ENDED =
      Set.of(
          "JOB_STATE_DONE",
          "JOB_STATE_FAILED",
          "JOB_STATE_CANCELLED",
          "JOB_STATE_UPDATED",
          "JOB_STATE_DRAINED");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How its API is reached. */
  @FunctionalInterface
  interface Access {
    /** Google's. */
    Access GOOGLE = () -> GoogleApi.of("dataflow");

    GoogleApi open() throws IOException;
  }

  private final Access access;

  DataflowJobs(Access access) {
    this.access = access;
  }

  /** Returns what a lock says of a job, so that others can ask for it. */
  static Map<String, String> metadata(String project, String region, String job) {
    return Map.of(PROJECT, project, REGION, region, JOB, job);
  }

  /** Tells whether the job that a lock names is known to have ended. */
  boolean hasEnded(Map<String, String> metadata) {
    String project = metadata.getOrDefault(PROJECT, "");
    String region = metadata.getOrDefault(REGION, "");
    String job = metadata.getOrDefault(JOB, "");
    if (!isName(project) || !isName(region) || !isName(job)) {
      return false;
    }
    try {
      GoogleApi.Answer answer =
          access.open().get("v1b3/projects/" + project + "/locations/" + region + "/jobs/" + job);
      return answer.status() == 200
          && ENDED.contains(JSON.readTree(answer.body()).path("currentState").asText());
    } catch (IOException e) {
      LOG.warn("nothing is known of the job {} that holds the lock: {}", job, e.getMessage());
      return false;
    }
  }

  private static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }
}
