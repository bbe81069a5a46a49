"""A real Airflow in a temporary folder, and the sample server. Nothing is asked of the internet."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
JAR = ROOT / "target" / "circlebeam.jar"
TOKEN = "sample-token"

# Airflow reads these when it is imported.
HOME = Path(tempfile.mkdtemp(prefix="circlebeam-airflow-"))
os.environ.update(
    {
        "AIRFLOW_HOME": str(HOME),
        "HOME": str(HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(HERE),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "NO_PROXY": "*",
        "JDK_JAVA_OPTIONS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx1g -Xshare:auto -Xlog:disable"
        f""" "-XX:SharedArchiveFile={ROOT / 'target' / 'circlebeam.jsa'}\"""",
    }
)
for name in list(os.environ):
    if name.startswith(("AIRFLOW_CONN_", "AIRFLOW_VAR_")) or name == "CIRCLECI_TOKEN":
        del os.environ[name]


def pytest_unconfigure():
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def airflow():
    """Airflow's command, with a database of its own."""
    command = str(Path(sys.executable).parent / "airflow")
    migrated = subprocess.run(
        [command, "db", "migrate"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300
    )
    assert migrated.returncode == 0, migrated.stdout
    return command


@pytest.fixture(scope="session")
def dagbag(airflow):
    """The folder as Airflow takes it, with every warning."""
    sys.path.insert(0, str(HERE))
    # Before the DAG file: what the providers warn of at their first import is not its doing.
    import airflow.providers.apache.beam.operators.beam
    import airflow.providers.google.cloud.operators.dataflow
    from airflow.dag_processing.dagbag import DagBag

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        return DagBag(dag_folder=str(HERE))


# A process of its own, as a task's is; tries follow on each other at once.
RUN = """
import datetime, json, sys
from airflow.dag_processing.dagbag import DagBag
dag = DagBag(dag_folder=sys.argv[1]).dags["circlebeam"]
for task in dag.tasks:
    task.retry_delay, task.retry_exponential_backoff = datetime.timedelta(seconds=1), 0
run = dag.test()
print(json.dumps({"run": str(run.state), **{ti.task_id: str(ti.state) for ti in run.get_task_instances()}}))
"""


@pytest.fixture
def dag_run(airflow, tmp_path_factory):
    """Starts a run of the DAG; the last line of what it writes tells the states of run and tasks."""
    started = []

    def start():
        command = [sys.executable, "-c", RUN, str(HERE)]
        environment = {**os.environ, "PYTHONPATH": str(HERE)}
        said = tmp_path_factory.mktemp("dag") / "said"
        with said.open("w") as file:
            process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
        started.append(process)
        return DagRun(process, said)

    yield start
    for process in started:
        if process.poll() is None:
            # circlebeam, too, which a dead Airflow would leave alone.
            for each in [*psutil.Process(process.pid).children(recursive=True), process]:
                each.kill()
            process.wait()


@dataclass
class DagRun:
    process: subprocess.Popen
    said: Path


@dataclass
class Server:
    url: str
    projects: str


@pytest.fixture
def serve():
    """Starts sample servers with the flags given."""
    started = []

    def start(*flags):
        command = ["java", "-jar", str(JAR), "sample-server", "--samplePort=0", "--sampleNow=2026-06-30T12:00:00Z"]
        process = subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, text=True)
        started.append(process)
        # Ends the reading of a server that says nothing.
        patience = threading.Timer(120, process.kill)
        patience.start()
        try:
            said = {}
            for line in process.stdout:
                word, _, value = line.partition(":") if ":" in line.split(" ")[0] else line.partition(" at ")
                said[word] = value.strip()
                if "Projects" in said:
                    return Server(said["Serving"], said["Projects"])
        finally:
            patience.cancel()
        raise AssertionError("the sample server did not start")

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture
def connect(monkeypatch):
    """Sets the connection `circleci`."""

    def set_connection(host, password=TOKEN, **extra):
        value = {"conn_type": "generic", "host": host, "password": password, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_CIRCLECI", json.dumps(value))

    return set_connection
