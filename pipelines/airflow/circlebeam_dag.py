"""Keeps a copy of a CircleCI organization's history up to date with circlebeam.

The sync is the same wherever it runs: in a process of this worker, on Dataflow, or on Flink; the
param `way` says which. Where CircleCI is and what runs, with whose token, is said by the connection
`circleci`, which only administrators write; what is copied is said by the params, which fall back to
the connection. docs/operations.md of circlebeam describes both.

Each try of a sync is a run of circlebeam with a name of its own, and goes on where the last one
committed. What becomes of a task is decided by the report that circlebeam leaves of the run, since a
runner says no more than that a job has failed.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from datetime import timedelta
from typing import Any

from airflow.providers.apache.beam.hooks.beam import beam_options_to_args
from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from circlebeam_sync import (
    FLAGS,
    HOPELESS,
    TOO_MANY_ERRORS,
    WRONG_COMMAND_LINE,
    Settings,
    SyncInProcess,
    SyncOnDataflow,
    flink_flags,
    jar,
    launch,
    report_of,
    setting,
    sync_flags,
)

# CircleCI's limit belongs to the token's user, so one sync at a time. The pool must count deferred
# tasks: a sync on Dataflow is one for most of its time.
POOL = "circleci"

log = logging.getLogger(__name__)


@dag(
    dag_id="circlebeam",
    description="Copies what is new in CircleCI into tables",
    schedule="@hourly",
    # The state says what is complete, not the data interval: one run makes up for all that were missed.
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=30),
    },
    params={
        "way": Param(
            None,
            type=["null", "string"],
            enum=[None, "local", "dataflow", "flink"],
            description="Where the sync runs. Empty: as the connection says, else local.",
        ),
        "projects": Param(
            None,
            type=["null", "string"],
            description="Project slugs, separated by commas or blanks. Empty: the connection's.",
        ),
        "output": Param(
            None,
            type=["null", "string"],
            pattern="^(/|gs://|bigquery://).",
            description="An absolute folder, gs://… or bigquery://…. Empty: the connection's.",
        ),
        "flags": Param(
            {},
            type="object",
            propertyNames={"enum": FLAGS},
            description='Other flags of circlebeam, such as {"tables": "all", "maxDuration": "PT50M"}.',
        ),
    },
    tags=["circleci", "beam"],
    doc_md=__doc__,
)
def circlebeam():
    @task(pool=POOL, execution_timeout=timedelta(minutes=10))
    def check():
        """Proves token, projects and output before anything is copied."""
        settings = Settings.of(get_current_context())
        flags = settings.flags
        if settings["way"] == "dataflow":
            if not settings.values.get("jar") or not shutil.which("java"):
                raise AirflowSkipException("no jar of circlebeam, or no Java, on this worker: left to the job itself")
        else:
            # On Dataflow it is another account that writes.
            flags["output"] = settings["output"]
        ended = subprocess.run(
            ["java", "-jar", settings.jar, "check", *beam_options_to_args(flags)],
            env={**os.environ, **settings.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        log.info("%s", ended.stdout)
        if ended.returncode == 0:
            return
        verdicts = {line.partition(":")[0] for line in ended.stdout.splitlines()}
        if ended.returncode == WRONG_COMMAND_LINE or verdicts & HOPELESS:
            raise AirflowFailException("check says what is wrong, and what to do")
        raise AirflowException(f"check ended with exit code {ended.returncode}")

    @task.branch(trigger_rule="none_failed")
    def choose() -> str:
        return f"sync_{Settings.of(get_current_context())['way']}"

    sync_local = SyncInProcess(
        task_id="sync_local",
        pool=POOL,
        jar=jar,
        pipeline_options=sync_flags,
        # Deferred, the process would run in the triggerer.
        deferrable=False,
    )
    sync_flink = SyncInProcess(
        task_id="sync_flink",
        pool=POOL,
        runner="FlinkRunner",
        jar=jar,
        pipeline_options=flink_flags,
        deferrable=False,
    )
    sync_dataflow = SyncOnDataflow(
        task_id="sync_dataflow",
        pool=POOL,
        body=launch,
        location=setting("region"),
        project_id=setting("project"),
        deferrable=True,
    )

    @task(trigger_rule="none_failed_min_one_success", retries=0)
    def test_report() -> dict[str, Any]:
        """Holds the run to its report, and hands on its figures."""
        context = get_current_context()
        settings = Settings.of(context)
        run = context["ti"].xcom_pull(task_ids=f"sync_{settings['way']}")
        report = report_of(run, settings)
        if report is None:
            raise AirflowFailException(f"there is no report {settings.reports}/{run}.json")
        if report["run_id"] != run or report["exit_code"] not in (0, TOO_MANY_ERRORS):
            raise AirflowFailException(f"the report is of {report['run_id']}, and says {report['status']}")
        if not report["requests"] or not report["requests"]["sent"]:
            raise AirflowFailException("the run asked for nothing")
        figures = {name: report[name] for name in ("run_id", "status", "exit_code", "reason", "seconds", "errors")}
        figures["requests"] = report["requests"]["sent"]
        figures["rows"] = {name: table["rows"] for name, table in report["tables"].items()}
        figures["backfill_left"] = len(report["backfill_left"])
        return figures

    @task
    def warn(figures: dict[str, Any]) -> None:
        """Runs only when too many requests failed for good: the place for a notifier."""
        if figures["exit_code"] != TOO_MANY_ERRORS:
            raise AirflowSkipException("nothing to warn of")
        log.warning("%s; see the table _errors; the next run tries again", figures["reason"])

    syncs = [sync_local, sync_dataflow, sync_flink]
    tested = test_report()
    check() >> choose() >> syncs >> tested
    warn(tested)


circlebeam()
