"""What becomes of runs, and what reaches Dataflow and Flink; without either."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from conftest import ROOT, TOKEN

SECRET = "secret:projects/p/secrets/circleci/versions/1"


@pytest.fixture(scope="session")
def sync(dagbag):
    import circlebeam_sync

    return circlebeam_sync


@pytest.fixture
def errors(sync):
    from airflow.sdk import exceptions

    return exceptions


def context(**params):
    ti = SimpleNamespace(dag_id="circlebeam", run_id="scheduled__2026-11-28T15:00:00+00:00", try_number=2)
    return {"ti": ti, "params": params}


def write_report(folder, run, **said):
    (folder / "_runs").mkdir()
    body = {"run_id": run, "status": "x", "exit_code": 1, "reason": None, "what_to_do": None, **said}
    (folder / "_runs" / f"{run}.json").write_text(json.dumps(body))


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ({"status": "locked", "exit_code": 4}, "AirflowSkipException"),
        ({"status": "too_many_errors", "exit_code": 3}, None),
        ({"status": "invalid_credentials"}, "AirflowFailException"),
        ({"status": "unreachable"}, "AirflowException"),
        ({"status": "running"}, "AirflowException"),
        # Killed after its last slice was reported, and before it ended.
        ({"status": "succeeded", "exit_code": 0}, "AirflowException"),
    ],
)
def test_given_a_failed_process_then_its_report_decides(sync, errors, connect, tmp_path, said, becomes):
    connect("http://127.0.0.1:9", output=str(tmp_path))
    write_report(tmp_path, "r", **said)
    failure = errors.AirflowException("Apache Beam process failed with return code 1")
    settings = sync.Settings.of(context())
    if becomes is None:
        assert sync.judged("r", settings, failure) == "r"
        return
    with pytest.raises(errors.AirflowException) as raised:
        sync.judged("r", settings, failure)
    assert type(raised.value).__name__ == becomes
    assert said["status"] in str(raised.value)


def test_given_no_report_then_only_a_wrong_command_line_fails_for_good(sync, errors, connect, tmp_path):
    connect("http://127.0.0.1:9", output=str(tmp_path))
    settings = sync.Settings.of(context())
    with pytest.raises(errors.AirflowFailException):
        sync.judged("r", settings, errors.AirflowException("Apache Beam process failed with return code 2"))
    killed = errors.AirflowException("Apache Beam process failed with return code -9")
    with pytest.raises(errors.AirflowException) as raised:
        sync.judged("r", settings, killed)
    assert raised.value is killed


def test_given_an_output_in_a_bucket_then_the_report_is_read_there(sync, connect, monkeypatch):
    asked = []

    class Storage(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            found = "r.json" in self.path
            self.send_response(200 if found else 404)
            body = b'{"run_id": "r"}' if found else b"{}"
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Storage)
    threading.Thread(target=server.serve_forever).start()
    try:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
        google = {"conn_type": "google_cloud_platform", "extra": {"is_anonymous": True, "project": "p"}}
        monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", json.dumps(google))
        connect("http://127.0.0.1:9", output="gs://bucket/ci")
        settings = sync.Settings.of(context())
        assert sync.report_of("r", settings) == {"run_id": "r"}
        assert sync.report_of("none", settings) is None
        assert any(re.search(r"/b/bucket/o/ci(/|%2F)_runs(/|%2F)r\.json", path) for path in asked)
    finally:
        server.shutdown()
        server.server_close()


def test_given_bigquery_then_reports_lie_beside_the_state(sync, errors, connect):
    connect("http://127.0.0.1:9", output="bigquery://p/d", flags={"state": "gs://b/state.json"})
    assert sync.Settings.of(context()).reports == "gs://b/state.json.d/_runs"
    connect("http://127.0.0.1:9", output="bigquery://p/d")
    with pytest.raises(errors.AirflowFailException):
        sync.Settings.of(context()).reports


def test_given_dataflow_then_the_launch_has_texts_and_no_token(sync, connect):
    environment = {"maxWorkers": 2}
    connect(
        "https://circleci.com", way="dataflow", projects="gh/a/b", output="gs://b/ci", template="gs://b/t.json",
        token=SECRET, environment=environment, flags={"tempLocation": "gs://b/tmp", "fullRefresh": True, "maxErrors": 3},
    )
    body = sync.launch(context(), None)["launchParameter"]
    assert body["containerSpecGcsPath"] == "gs://b/t.json"
    assert body["environment"] == {"maxWorkers": 2, "tempLocation": "gs://b/tmp"}
    assert body["parameters"] == {
        "projects": "gh/a/b",
        "output": "gs://b/ci",
        "circleciUrl": "https://circleci.com",
        "token": SECRET,
        "fullRefresh": "true",
        "maxErrors": "3",
        "runId": "circlebeam-scheduled__2026-11-28T15-00-00-00-00-2",
    }
    assert TOKEN not in json.dumps(body)


def test_given_dataflow_and_a_token_elsewhere_then_nothing_is_launched(sync, errors, connect):
    connect("https://circleci.com", way="dataflow", projects="gh/a/b", output="gs://b/ci", template="gs://b/t.json")
    with pytest.raises(errors.AirflowFailException, match="Secret Manager"):
        sync.launch(context(), None)


def test_given_a_job_that_failed_since_the_output_is_held_then_skipped(sync, errors, connect, tmp_path, dagbag):
    connect("https://circleci.com", way="dataflow", output=str(tmp_path), token=SECRET)
    write_report(tmp_path, sync.run_name(context()), status="locked", exit_code=4)
    task = dagbag.dags["circlebeam"].get_task("sync_dataflow")
    with pytest.raises(errors.AirflowSkipException, match="locked"):
        task.execute_complete(context(), {"status": "error", "message": "the job has failed its execution"})


def test_given_flink_then_its_jar_and_its_flags_are_taken(sync, connect):
    connect(
        "https://circleci.com", way="flink", projects="gh/a/b", output="gs://b/ci", jar="/opt/circlebeam.jar",
        flinkJar="/opt/circlebeam-flink.jar", flinkMaster="flink:8081", parallelism=4, token="file:/run/secrets/circleci",
    )
    assert sync.jar(context(), None) == "/opt/circlebeam-flink.jar"
    flags = sync.flink_flags(context(), None)
    assert flags["flinkMaster"] == "flink:8081"
    assert flags["parallelism"] == 4
    assert flags["token"] == "file:/run/secrets/circleci"


def test_given_params_that_nobody_declared_then_what_runs_is_still_the_connections(sync, errors, connect):
    connect("https://circleci.com", jar="/opt/circlebeam.jar", projects="gh/a/b")
    settings = sync.Settings.of(context(jar="/tmp/evil.jar", token="file:/etc/passwd", projects="gh/a/c"))
    assert settings["jar"] == "/opt/circlebeam.jar"
    assert settings.flags["token"] == "env:CIRCLECI_TOKEN"
    assert settings.flags["projects"] == "gh/a/c"
    with pytest.raises(errors.AirflowFailException, match="circleciUrl"):
        sync.Settings.of(context(flags={"circleciUrl": "http://evil.example"}))


def test_given_organizations_then_projects_may_be_missing(sync, errors, connect):
    connect("https://circleci.com", jar="/opt/circlebeam.jar", flags={"orgs": "gh/acme"})
    assert "projects" not in sync.Settings.of(context()).flags
    assert sync.Settings.of(context(projects="gh/b/c")).flags["projects"] == "gh/b/c"
    connect("https://circleci.com", jar="/opt/circlebeam.jar")
    with pytest.raises(errors.AirflowFailException, match="'projects'"):
        sync.Settings.of(context()).flags


def test_given_something_missing_then_it_is_named(sync, errors, connect):
    connect("https://circleci.com")
    with pytest.raises(errors.AirflowFailException, match="'jar'.*'circleci'"):
        sync.jar(context(), None)


def test_given_any_run_then_its_name_can_be_a_files(sync):
    odd = context()
    odd["ti"].run_id = "manual__" + "ü/+" * 100
    for each in (context(), odd):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", sync.run_name(each))


def test_given_the_flags_that_a_run_may_set_then_circlebeam_has_them(sync):
    ours = set(re.findall(r"^  --(\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert len(ours) > 20
    assert set(sync.FLAGS) - ours == {"bigQueryProject", "jobLabelsMap"}
    fateful = {"token", "circleciUrl", "runner", "caFile", "allowInsecureHttp", "breakLock", "runId", "tempLocation"}
    assert not fateful & set(sync.FLAGS)


def test_given_the_template_then_it_takes_what_a_run_may_set(sync):
    metadata = ROOT / "pipelines" / "flex-template" / "metadata.json"
    if not metadata.exists():
        pytest.skip("there is no pipelines/flex-template/metadata.json")
    takes = {parameter["name"] for parameter in json.loads(metadata.read_text())["parameters"]}
    assert {*sync.FLAGS, "projects", "output", "circleciUrl", "token", "runId"} - {"maxDuration"} <= takes
