"""The DAG in a real Airflow, on this machine, against the sample server."""

import fcntl
import json
import subprocess
import time
from pathlib import Path

import duckdb
import psutil

from conftest import HOME, JAR, TOKEN, DagRun

SMALL = ("--sampleProjects=1", "--samplePipelines=20", "--sampleJobs=2")


def report(output, run):
    return json.loads((output / "_runs" / f"{run}.json").read_text())


def rows(output, table):
    """The rows of a table but for the moment in which they were written."""
    read = f"read_parquet('{output}/{table}/**/*.parquet', union_by_name = true)"
    with duckdb.connect() as db:
        return db.execute(f"SELECT * EXCLUDE (_synced_at) FROM {read} ORDER BY ALL").fetchall()


def ended(run):
    """Waits for a run of the DAG; returns the states of the run and its tasks."""
    code = run.process.wait(timeout=300)
    said = run.said.read_text()
    assert code == 0, said
    return json.loads(said.splitlines()[-1])


def test_given_the_folder_then_airflow_takes_the_dag_alone_and_without_warnings(dagbag):
    assert [Path(file.file).name for file in dagbag.dagbag_stats] == ["circlebeam_dag.py"]
    assert dagbag.import_errors == {}
    assert dagbag.captured_warnings == {}
    assert list(dagbag.dags) == ["circlebeam"]


def test_given_the_dag_then_one_sync_at_a_time(dagbag):
    dag = dagbag.dags["circlebeam"]
    assert dag.max_active_runs == 1
    assert not dag.catchup
    asking = {task.task_id for task in dag.tasks if task.pool == "circleci"}
    assert asking == {"check", "sync_local", "sync_flink", "sync_dataflow"}
    assert dag.get_task("check").downstream_task_ids == {"choose"}
    for name in asking:
        assert dag.get_task(name).retries == 3
    for name in asking - {"check"}:
        assert dag.get_task(name).upstream_task_ids == {"choose"}
        assert dag.get_task(name).downstream_task_ids == {"test_report"}


def test_given_two_runs_of_the_local_way_then_the_second_is_incremental(airflow, serve, connect, tmp_path):
    server = serve(*SMALL)
    connect(server.url, jar=str(JAR))
    output = tmp_path / "out"
    conf = json.dumps({"projects": server.projects, "output": str(output)})
    runs, tables, said = [], [], ""
    for _ in range(2):
        command = [airflow, "dags", "test", "circlebeam", "-c", conf]
        test = subprocess.run(command, capture_output=True, text=True, timeout=300)
        said += test.stdout + test.stderr
        assert test.returncode == 0, said
        new = {path.stem for path in (output / "_runs").iterdir()} - set(runs)
        assert len(new) == 1, said
        runs += new
        tables.append({table: rows(output, table) for table in ("projects", "pipelines", "workflows", "jobs")})

    first, second = (report(output, run) for run in runs)
    assert (first["status"], second["status"]) == ("succeeded", "succeeded")
    assert first["tables"]["pipelines"]["rows"] == 20
    assert 0 < second["requests"]["sent"] < first["requests"]["sent"] / 4
    assert tables[0] == tables[1]
    assert len(tables[0]["jobs"]) > 20

    assert f"'requests': {second['requests']['sent']}" in said, "the task hands on the run's figures"
    assert "sync_local" in said
    assert TOKEN not in said
    files = [path for folder in (HOME, output) for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "airflow.db" for path in files)
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []


def test_given_another_run_holds_the_output_then_the_sync_is_skipped(dag_run, serve, connect, tmp_path):
    server = serve(*SMALL)
    connect(server.url, jar=str(JAR), way="local", projects=server.projects, output=str(tmp_path))
    with open(tmp_path / "_lock", "w") as lock:
        lock.write("run other, pid 1, since yesterday\n")
        lock.flush()
        fcntl.lockf(lock, fcntl.LOCK_EX)
        states = ended(dag_run())

    assert states == {
        "run": "success",
        "check": "success",
        "choose": "success",
        "sync_local": "skipped",
        "sync_flink": "skipped",
        "sync_dataflow": "skipped",
        "test_report": "skipped",
        "warn": "skipped",
    }
    assert [report(tmp_path, path.stem)["status"] for path in (tmp_path / "_runs").iterdir()] == ["locked"]


def test_given_a_try_that_is_killed_then_the_next_resumes_and_errors_are_warned_of(dag_run, serve, connect, tmp_path):
    """Some requests fail for good, so that the run ends with exit code 3."""
    server = serve(*SMALL, "--sampleFaults=redirect@/workflow/.*/job:every=20")
    flags = {"slicePipelines": 5, "maxErrors": 0, "requestsPerSecond": 10}
    connect(server.url, jar=str(JAR), projects=server.projects, output=str(tmp_path), flags=flags)
    run = dag_run()
    kill_after_first_slice(tmp_path / "_runs", run)
    states = ended(run)

    reports = [report(tmp_path, path.stem) for path in sorted((tmp_path / "_runs").iterdir())]
    assert [r["run_id"][-2:] for r in reports] == ["-1", "-2"]
    killed, resumed = reports
    assert killed["status"] == "running"
    assert resumed["exit_code"] == 3
    assert 0 < sum(s["pipelines"] for s in resumed["slices"]) < 20
    assert len(rows(tmp_path, "pipelines")) == 20
    assert [states[name] for name in ("run", "sync_local", "test_report", "warn")] == ["success"] * 4


def kill_after_first_slice(reports: Path, run: DagRun):
    deadline = time.monotonic() + 200
    while not any('"running"' in path.read_text() for path in reports.glob("*.json")):
        assert time.monotonic() < deadline, "no slice was committed"
        assert run.process.poll() is None, run.said.read_text()
        time.sleep(0.02)
    killed = 0
    for child in psutil.Process(run.process.pid).children(recursive=True):
        if "--runner=DirectRunner" in child.cmdline():
            child.kill()
            killed += 1
    assert killed == 1
