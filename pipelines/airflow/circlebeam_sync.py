"""What the DAG of circlebeam_dag.py is made of: settings, operators, and what a run's report means."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from airflow.providers.apache.beam.operators.beam import BeamRunJavaPipelineOperator
from airflow.providers.google.cloud.hooks.gcs import GCSHook
from airflow.providers.google.cloud.operators.dataflow import DataflowStartFlexTemplateOperator
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from google.cloud.exceptions import NotFound

CONNECTION = "circleci"

# What a run may say; the rest is the connection's alone.
PARAMS = ("way", "projects", "output", "flags")

# With these it helps nobody to try again.
HOPELESS = {
    "damaged_file",
    "invalid_credentials",
    "invalid_permissions",
    "no_dataset",
    "no_resources",
    "redirect",
    "unknown_column",
    "unknown_organization",
    "unknown_project",
}
WRONG_COMMAND_LINE = 2
TOO_MANY_ERRORS = 3
OUTPUT_IS_HELD = 4

# What a run's params may say beside projects and output. Nothing of it decides what code runs, or
# where the token goes; tempLocation would, since Dataflow's workers take their jars from there.
FLAGS = [
    "bigQueryKmsKey",
    "bigQueryProject",
    "branch",
    "detectReruns",
    "excludeColumns",
    "excludeProjects",
    "fetchShards",
    "fullRefresh",
    "jobLabelsMap",
    "maxConcurrentRequests",
    "maxDuration",
    "maxErrors",
    "maxRequestsPerSecond",
    "orgs",
    "overlap",
    "requestsPerSecond",
    "rerunLookback",
    "slicePipelines",
    "startDate",
    "state",
    "tables",
    "unfinishedBackoff",
    "unfinishedMaxAge",
]

# What scripts/circlebeam gives to Java, and names of files that are not ASCII.
JAVA = {
    "JDK_JAVA_OPTIONS": "-XX:+UseParallelGC -XX:TieredStopAtLevel=1 -Xmx2g",
    "LC_ALL": "C.UTF-8",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """What one DAG run is to do: the connection, and what the params say instead."""

    connection: Connection
    values: dict[str, Any]

    @classmethod
    def of(cls, context) -> Settings:
        connection = Connection.get(CONNECTION)
        # Whoever starts a run can give it params that no DAG has declared.
        params = {name: context["params"][name] for name in PARAMS if context["params"].get(name)}
        standing = connection.extra_dejson
        refused = params.get("flags", {}).keys() - set(FLAGS)
        if refused:
            raise AirflowFailException(f"flags that no run may set: {', '.join(sorted(refused))}")
        flags = {**standing.get("flags", {}), **params.get("flags", {})}
        return cls(connection, {"way": "local", **standing, **params, "flags": flags})

    def __getitem__(self, name: str) -> Any:
        value = self.values.get(name)
        if not value:
            raise AirflowFailException(f"{name!r} is missing: put it into the extra of the connection {CONNECTION!r}")
        return value

    @property
    def flags(self) -> dict[str, Any]:
        """The flags that say what is copied from where, and where the token is."""
        flags = dict(self.values["flags"])
        if self.values.get("projects") or not flags.get("orgs"):
            flags["projects"] = self["projects"]
        flags["circleciUrl"] = self.url
        flags["token"] = self.token
        return flags

    @property
    def jar(self) -> str:
        """The jar that this worker runs; Flink's has its runner, and all else as well."""
        return self["flinkJar" if self["way"] == "flink" else "jar"]

    @property
    def url(self) -> str:
        host = self.connection.host or "https://circleci.com"
        return f"{host}:{self.connection.port}" if self.connection.port else host

    @property
    def token(self) -> str:
        """Where the token is; never the token."""
        reference = self.values.get("token", "env:CIRCLECI_TOKEN")
        if self["way"] == "dataflow" and not reference.startswith("secret:"):
            raise AirflowFailException(
                f"workers of Dataflow take the token from Secret Manager: put 'token': 'secret:projects/…' into"
                f" the extra of the connection {CONNECTION!r}"
            )
        return reference

    @property
    def environment(self) -> dict[str, str]:
        """What a process of circlebeam finds in its environment, the connection's token among it."""
        environment = {name: os.environ.get(name, value) for name, value in JAVA.items()}
        if self.connection.password:
            environment["CIRCLECI_TOKEN"] = self.connection.password
        return environment

    @property
    def reports(self) -> str:
        """The folder in which runs leave their reports."""
        folder = self["output"]
        if folder.startswith("bigquery:"):
            state = self.values["flags"].get("state")
            if not state:
                raise AirflowFailException("with a bigquery:// output the flags need a 'state'")
            folder = f"{state}.d"
        return f"{folder.rstrip('/')}/_runs"


def run_name(context) -> str:
    """Names the run of circlebeam that a try of a task is."""
    ti = context["ti"]
    run = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{ti.dag_id}-{ti.run_id}")
    return f"{run[-90:].lstrip('._-')}-{ti.try_number}"


def report_of(run: str, settings: Settings) -> dict[str, Any] | None:
    """Reads what a run said of itself; None when it said nothing."""
    path = f"{settings.reports}/{run}.json"
    try:
        if path.startswith("gs://"):
            bucket, _, name = path.removeprefix("gs://").partition("/")
            return json.loads(GCSHook().download(bucket_name=bucket, object_name=name))
        return json.loads(Path(path).read_bytes())
    except (FileNotFoundError, NotFound):
        return None


def judged(run: str, settings: Settings, failure: AirflowException | None) -> str:
    """Decides what becomes of a task whose run has ended.

    Returns the run's name when it is done, with too many errors or not. Skips the task when another
    run held the output, fails it for good when it would fail again, else has it tried again.
    """
    if failure is None:
        return run
    report = report_of(run, settings)
    if report is None:
        # Such a run writes none. The operator says the process's exit code in its message only.
        if re.search(rf"return code {WRONG_COMMAND_LINE}\b", str(failure)):
            raise AirflowFailException("circlebeam does not take its flags; see its message above") from failure
        raise failure
    said = "; ".join(filter(None, (report["status"], report["reason"], report["what_to_do"])))
    if report["exit_code"] == OUTPUT_IS_HELD:
        raise AirflowSkipException(said) from failure
    if report["exit_code"] == TOO_MANY_ERRORS:
        log.warning("%s", said)
        return run
    if report["status"] in HOPELESS:
        raise AirflowFailException(said) from failure
    raise AirflowException(f"{failure} ({said})") from failure


@contextlib.contextmanager
def in_environment(more: dict[str, str]) -> Iterator[None]:
    """Gives variables to the processes that are started meanwhile, as the operator has no way to."""
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class SyncInProcess(BeamRunJavaPipelineOperator):
    """A sync in a process of this worker, which waits for the runner."""

    def execute(self, context):
        settings = Settings.of(context)
        failure = None
        with in_environment(settings.environment):
            try:
                super().execute(context)
            except AirflowException as e:
                failure = e
        return judged(run_name(context), settings, failure)

    def on_kill(self) -> None:
        """Ends the process, which commits what it has read whole; the operator would leave it to itself."""
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.name() == "java":
                    child.terminate()


class SyncOnDataflow(DataflowStartFlexTemplateOperator):
    """A sync as a job of Dataflow, for which no process waits."""

    def execute_complete(self, context, event):
        failure = None
        try:
            super().execute_complete(context, event)
        except AirflowException as e:
            failure = e
        return judged(run_name(context), Settings.of(context), failure)


# The operators' templates: functions rather than Jinja, so that what is missing is said in words.
def setting(name: str):
    return lambda context, jinja_env: Settings.of(context)[name]


def jar(context, jinja_env) -> str:
    return Settings.of(context).jar


def sync_flags(context, jinja_env) -> dict[str, Any]:
    settings = Settings.of(context)
    return {**settings.flags, "output": settings["output"], "runId": run_name(context)}


def flink_flags(context, jinja_env) -> dict[str, Any]:
    settings = Settings.of(context)
    flags = {**sync_flags(context, jinja_env), "flinkMaster": settings["flinkMaster"]}
    if "parallelism" in settings.values:
        flags["parallelism"] = settings["parallelism"]
    return flags


def launch(context, jinja_env) -> dict[str, Any]:
    """The request that starts the flex template."""
    settings = Settings.of(context)
    flags = sync_flags(context, jinja_env)
    environment = dict(settings.values.get("environment", {}))
    # A run is one slice there, and the template does not take it.
    flags.pop("maxDuration", None)
    if "tempLocation" in flags:
        environment["tempLocation"] = flags.pop("tempLocation")
    return {
        "launchParameter": {
            "jobName": "circlebeam",
            "containerSpecGcsPath": settings["template"],
            "parameters": {name: as_text(value) for name, value in flags.items() if value is not None},
            "environment": environment,
        }
    }


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
