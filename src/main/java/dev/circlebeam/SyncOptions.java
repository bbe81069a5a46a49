package dev.circlebeam;

import dev.circlebeam.Flag.Group;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Every flag of every command. Values are texts: {@link SyncConfig} reads and checks them, so that
 * a wrong one is answered with the flag's name and not with Beam's.
 */
public interface SyncOptions extends PipelineOptions {
  @Flag(group = Group.WHAT, place = 1, value = "SLUGS")
  @Description(
      "Project slugs, separated by commas or blanks: gh/acme/web, bb/…, github/…,"
          + " circleci/<id>/<id>.")
  String getProjects();

  void setProjects(String value);

  @Flag(group = Group.WHAT, place = 2, value = "ORGANIZATIONS")
  @Description(
      "Organizations, all projects of which are copied: slugs such as gh/acme, or ids, separated by"
          + " commas or blanks.")
  String getOrgs();

  void setOrgs(String value);

  @Flag(group = Group.WHAT, place = 3, value = "GLOBS")
  @Description(
      "Less these of the organizations' projects: slugs in which * stands for anything, such as"
          + " gh/acme/sandbox-*. Where slugs are opaque: the organization's with the project's name"
          + " behind.")
  String getExcludeProjects();

  void setExcludeProjects(String value);

  @Flag(group = Group.WHAT, place = 4, value = "NAMES")
  @Description("Tables or groups of tables, separated by commas or blanks, or all.")
  @Default.String("core")
  String getTables();

  void setTables(String value);

  @Flag(group = Group.WHAT, place = 5, value = "DIR")
  @Description(
      "A folder, on a disk or in a bucket, that declares tables of your own, each in a file"
          + " <table>.avsc; docs/catalog.md says how. They are chosen by their names, and with all.")
  String getCatalog();

  void setCatalog(String value);

  @Flag(group = Group.WHAT, place = 6, value = "NAME")
  @Description(
      "Only pipelines of this branch. What is complete of the whole project does not change by it.")
  String getBranch();

  void setBranch(String value);

  @Flag(group = Group.WHAT, place = 7, value = "TABLE.COLUMN,…")
  @Description("Columns that are neither written nor kept in _extra or _errors.")
  String getExcludeColumns();

  void setExcludeColumns(String value);

  @Flag(group = Group.WHAT, place = 8, value = "DATE")
  @Description(
      "An ISO date or instant: nothing created before it. Moved earlier, it extends the backfill."
          + " Without it: everything.")
  String getStartDate();

  void setStartDate(String value);

  @Flag(group = Group.WHAT, place = 9, value = "DURATION")
  @Description("How far before the newest complete pipeline a sync starts again.")
  @Default.String("PT6H")
  String getOverlap();

  void setOverlap(String value);

  @Flag(group = Group.WHAT, place = 10, value = "DURATION")
  @Description(
      "Unfinished work that is older is given up; CircleCI itself ends everything after 90 days.")
  @Default.String("P91D")
  String getUnfinishedMaxAge();

  void setUnfinishedMaxAge(String value);

  @Flag(group = Group.WHAT, place = 11, value = "SHARE")
  @Description(
      "Unfinished work older than a day is looked at again when this share of its age has passed"
          + " since the last time; 0 for every run.")
  @Default.String("0.1")
  String getUnfinishedBackoff();

  void setUnfinishedBackoff(String value);

  @Flag(group = Group.WHAT, place = 12, value = "DURATION")
  @Description(
      "Reruns are new workflows under old pipelines: the workflows of pipelines younger than this"
          + " are listed again in every run. At most P90D, after which CircleCI allows no rerun.")
  @Default.String("PT0S")
  String getRerunLookback();

  void setRerunLookback(String value);

  @Flag(group = Group.WHAT, place = 13, value = "WHEN", valueIsOptional = true)
  @Description(
      "Look in Insights for reruns under older pipelines: daily (once in 24 hours of syncs), true"
          + " (in every run) or false.")
  @Default.String("daily")
  String getDetectReruns();

  void setDetectReruns(String value);

  @Flag(group = Group.WHAT, place = 14)
  @Description("Read everything again. What the server no longer has stays in the tables.")
  boolean isFullRefresh();

  void setFullRefresh(boolean value);

  @Flag(group = Group.WHERE, place = 1, value = "DIR")
  @Description(
      "The folder that the tables are written into, on a disk or in a bucket: gs://bucket/path; or"
          + " bigquery://project/dataset, which also needs --state and --tempLocation=gs://…."
          + " Required.")
  String getOutput();

  void setOutput(String value);

  @Flag(group = Group.WHERE, place = 2, value = "FILE")
  @Description("Where the state is kept that makes the next run incremental.")
  @Default.String("<output>/_state.json")
  String getState();

  void setState(String value);

  @Flag(group = Group.WHERE, place = 3, value = "KEY")
  @Description(
      "The Cloud KMS key for new BigQuery tables:"
          + " projects/P/locations/L/keyRings/R/cryptoKeys/K. Without it: the dataset's.")
  String getBigQueryKmsKey();

  void setBigQueryKmsKey(String value);

  @Flag(group = Group.FROM, place = 1, value = "URL")
  @Description("The server's address, bare or ending in /api/v2.")
  @Default.String("https://circleci.com")
  String getCircleciUrl();

  void setCircleciUrl(String value);

  @Flag(group = Group.FROM, place = 2, value = "REFERENCE")
  @Description(
      "Where the token is, never the token itself: env:NAME, file:PATH, or"
          + " secret:projects/P/secrets/S/versions/V in Google's Secret Manager. It must be a"
          + " personal API token.")
  @Default.String("env:CIRCLECI_TOKEN")
  String getToken();

  void setToken(String value);

  @Flag(group = Group.FROM, place = 3)
  @Description("Allow plain http to hosts other than this machine. Shows the token to the network.")
  boolean isAllowInsecureHttp();

  void setAllowInsecureHttp(boolean value);

  @Flag(group = Group.FROM, place = 4, value = "PEM")
  @Description(
      "Certificates to trust beside the system's. Proxies are taken from HTTPS_PROXY and NO_PROXY.")
  String getCaFile();

  void setCaFile(String value);

  @Flag(group = Group.PACE, place = 1, value = "NUMBER")
  @Description(
      "A fixed limit for the whole run. Without it the server's limit is found out (1000 with"
          + " --sample).")
  String getRequestsPerSecond();

  void setRequestsPerSecond(String value);

  @Flag(group = Group.PACE, place = 2, value = "NUMBER")
  @Description("Where the limit is found out: it is not looked for above this.")
  @Default.String("50")
  String getMaxRequestsPerSecond();

  void setMaxRequestsPerSecond(String value);

  @Flag(group = Group.PACE, place = 3, value = "NUMBER")
  @Description("How many requests may be in flight at once, per shard.")
  @Default.String("32")
  String getMaxConcurrentRequests();

  void setMaxConcurrentRequests(String value);

  @Flag(group = Group.PACE, place = 4, value = "NUMBER")
  @Description(
      "Into how many shards the limit is divided; more than 1 only together with"
          + " --requestsPerSecond.")
  @Default.String("1")
  String getFetchShards();

  void setFetchShards(String value);

  @Flag(group = Group.RUN, place = 3, value = "NUMBER")
  @Description(
      "About how many pipelines are read before what was read is written and committed. A run that"
          + " is killed loses at most that. Default: 5000; 50000 where the launcher does not wait.")
  @Default.InstanceFactory(Engine.SlicePipelines.class)
  String getSlicePipelines();

  void setSlicePipelines(String value);

  @Flag(group = Group.RUN, place = 4, value = "DURATION")
  @Description(
      "End after the slice in which so much time has passed, and leave the rest to the next run.")
  String getMaxDuration();

  void setMaxDuration(String value);

  @Flag(group = Group.RUN, place = 1, value = "NUMBER")
  @Description(
      "How many requests may fail for good, as a number or a share, before the run ends with exit"
          + " code 3. Not counted: what failed in the last run already.")
  @Default.String("1%")
  String getMaxErrors();

  void setMaxErrors(String value);

  @Flag(group = Group.RUN, place = 2, value = "NAME")
  @Description("The run's name, for its report. Made up if not given.")
  String getRunId();

  void setRunId(String value);

  @Flag(group = Group.RUN, place = 5)
  @Description(
      "For emergencies: take the output from a run that holds it and cannot be ended. That run can"
          + " write nothing more, and fails.")
  boolean isBreakLock();

  void setBreakLock(boolean value);

  @Flag(group = Group.SAMPLE, place = 1)
  @Description("Sync the sample organization, from a server inside this process. Needs no token.")
  boolean isSample();

  void setSample(boolean value);

  @Flag(group = Group.SAMPLE, place = 2, value = "NUMBER")
  @Description("The same number makes the same organization.")
  @Default.String("1")
  String getSampleSeed();

  void setSampleSeed(String value);

  @Flag(group = Group.SAMPLE, place = 3, value = "NUMBER")
  @Description("How many projects it has.")
  @Default.String("4")
  String getSampleProjects();

  void setSampleProjects(String value);

  @Flag(group = Group.SAMPLE, place = 4, value = "NUMBER")
  @Description("How many pipelines each project has.")
  @Default.String("40")
  String getSamplePipelines();

  void setSamplePipelines(String value);

  @Flag(group = Group.SAMPLE, place = 5, value = "DAYS")
  @Description("Over how many days they are spread.")
  @Default.String("30")
  String getSampleDays();

  void setSampleDays(String value);

  @Flag(group = Group.SAMPLE, place = 6, value = "NUMBER")
  @Description("How many jobs a workflow has, about.")
  @Default.String("6")
  String getSampleJobs();

  void setSampleJobs(String value);

  @Flag(group = Group.SAMPLE, place = 7, value = "INSTANT")
  @Description(
      "What its clock shows at the start; the history ends there. Without it:"
          + " 2026-06-30T12:00:00Z for sync --sample, so that it is always the same, and the last"
          + " midnight for sample-server, so that it has a present.")
  String getSampleNow();

  void setSampleNow(String value);

  @Flag(group = Group.SAMPLE, place = 8, value = "DURATION")
  @Description("How long each answer takes.")
  @Default.String("PT0S")
  String getSampleLatency();

  void setSampleLatency(String value);

  @Flag(group = Group.SAMPLE, place = 9, value = "NUMBER")
  @Description("How many requests a second it allows; 0 for any number.")
  @Default.String("0")
  String getSampleLimit();

  void setSampleLimit(String value);

  @Flag(group = Group.SAMPLE, place = 10, value = "FORM")
  @Description("How it counts: token_bucket or fixed_window.")
  @Default.String("token_bucket")
  String getSampleLimitForm();

  void setSampleLimitForm(String value);

  @Flag(group = Group.SAMPLE, place = 11)
  @Description("No header tells of the limit; only refusals show that there is one.")
  boolean isSampleLimitSilent();

  void setSampleLimitSilent(boolean value);

  @Flag(group = Group.SAMPLE, place = 12, value = "FAULTS")
  @Description(
      "What goes wrong: kind@path[:times=N|:every=N], separated by commas, where path is a regular"
          + " expression. A wrong kind is answered with all there are.")
  String getSampleFaults();

  void setSampleFaults(String value);

  @Flag(group = Group.SAMPLE, place = 13, value = "PORT")
  @Description("The port that sample-server listens on, on 127.0.0.1; 0 for any free one.")
  @Default.String("8080")
  String getSamplePort();

  void setSamplePort(String value);

  @Flag(group = Group.SAMPLE, place = 14, value = "DURATION")
  @Description("How long after a workflow has ended Insights shows it.")
  @Default.String("PT1H")
  String getSampleInsightsDelay();

  void setSampleInsightsDelay(String value);

  @Flag(group = Group.TABLES, place = 1, value = "FORMAT")
  @Description("How the catalogue is shown: text, markdown, json or dbt.")
  @Default.String("text")
  String getFormat();

  void setFormat(String value);
}
