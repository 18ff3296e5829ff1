"""The cluster is deleted whatever step fails, hangs or is killed: each step in turn, under the real Airflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cloud import ALWAYS, Cloud, StandInSDK
from conftest import Run
from settings_of_tests import Settings
from supervised import run_under_supervisor

STEPS = {
    "prepare_data": ["create cluster", "run clean"],
    "train_model": ["create cluster", "run train", "run promote"],
}
FAULTS = ["unavailable", "fails", "hangs", "kills"]
MATRIX = [(dag_id, step, fault) for dag_id, steps in STEPS.items() for step in steps for fault in FAULTS]
TASKS = {"create cluster": "create_cluster", "run clean": "clean", "run train": "train", "run promote": "promote"}


def limits(step: str, fault: str) -> dict[str, float]:
    """A short time for a step that hangs; all others have the time that they need, on busy machines, too."""
    return {f"{step.split()[-1 if step.startswith('run') else 0]}_minutes": 0.03} if fault == "hangs" else {}


@pytest.fixture
def cloud(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, data_are_there: None) -> Cloud:
    cloud = Cloud(tmp_path)
    monkeypatch.setattr("airflow.providers.yandex.hooks.yandex.yandexcloud.SDK", lambda **_: StandInSDK(cloud))
    settings.yandex()
    return cloud


@pytest.fixture
def supervised(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a task is to be killed, tasks run as separate processes."""
    if fault == "kills":
        monkeypatch.setattr("airflow.sdk.execution_time.supervisor.MIN_HEARTBEAT_INTERVAL", 0.1)
        monkeypatch.setattr("airflow.sdk.execution_time.supervisor.run_task_in_process", run_under_supervisor)


@pytest.mark.parametrize("dag_id", STEPS)
def test_without_a_fault_the_cluster_lives_as_long_as_the_run(
    dag_id: str, cloud: Cloud, run_dag: Callable[[str], Run]
) -> None:
    run = run_dag(dag_id)
    assert run.state == "success"
    assert set(run.states.values()) == {"success"}
    calls = [entry["call"] for entry in cloud.calls() if " is " not in entry["call"]]
    assert calls == [*STEPS[dag_id], "delete cluster"]
    assert cloud.clusters() == {}


@pytest.mark.parametrize(("dag_id", "step", "fault"), MATRIX)
def test_the_cluster_is_deleted_whatever_fails(
    dag_id: str,
    step: str,
    fault: str,
    cloud: Cloud,
    settings: Settings,
    run_dag: Callable[[str], Run],
    supervised: None,
) -> None:
    settings.options(**limits(step, fault))
    cloud.lay_fault(step, fault)
    run = run_dag(dag_id)
    assert run.state == "failed"
    assert run.states["check_settings"] == "success"
    assert run.states[TASKS[step]] == "failed"
    assert run.states["delete_cluster"] == "success"
    created = cloud.calls("cluster is there")
    assert len(created) == (0 if (step, fault) == ("create cluster", "unavailable") else 1)
    assert len(cloud.calls("delete cluster")) == len(created)
    assert cloud.clusters() == {}


@pytest.mark.parametrize("fault", ["fails", "hangs", "kills"])
def test_a_second_attempt_at_creation_deletes_what_the_first_has_left(
    fault: str, cloud: Cloud, settings: Settings, run_dag: Callable[[str], Run], supervised: None
) -> None:
    settings.options(**limits("create cluster", fault), retries=1)
    cloud.lay_fault("create cluster", fault, times=1)
    run = run_dag("prepare_data")
    assert run.state == "success"
    assert run.attempts["create_cluster"] == 2
    assert len(cloud.calls("cluster is there")) == 2
    assert cloud.clusters() == {}


@pytest.mark.parametrize("fault", ["unavailable", "hangs", "kills"])
def test_a_second_attempt_of_a_job_cancels_what_the_first_has_left_running(
    fault: str, cloud: Cloud, settings: Settings, run_dag: Callable[[str], Run], supervised: None
) -> None:
    settings.options(**limits("run clean", fault), retries=1)
    cloud.lay_fault("run clean", fault, times=1)
    run = run_dag("prepare_data")
    assert run.state == "success"
    assert run.attempts["clean"] == 2
    assert len(cloud.calls("cancel job")) == (0 if fault == "unavailable" else 1)
    assert len(cloud.calls("cluster is there")) == 1
    assert cloud.clusters() == {}


def test_a_failed_job_is_not_repeated_by_airflow(
    cloud: Cloud, settings: Settings, run_dag: Callable[[str], Run]
) -> None:
    settings.options(retries=2)
    cloud.lay_fault("run clean", "fails")
    run = run_dag("prepare_data")
    assert run.state == "failed"
    assert len(cloud.calls("run clean")) == 1
    assert cloud.clusters() == {}


@pytest.mark.parametrize("fault", ["unavailable", "fails", "hangs", "kills"])
def test_deletion_is_repeated(
    fault: str, cloud: Cloud, settings: Settings, run_dag: Callable[[str], Run], supervised: None
) -> None:
    settings.options(**limits("delete cluster", fault))
    cloud.lay_fault("delete cluster", fault, times=1)
    run = run_dag("prepare_data")
    assert run.state == "success"
    assert run.attempts["delete_cluster"] == 2
    assert cloud.clusters() == {}


def test_a_cluster_that_cannot_be_deleted_fails_the_run(cloud: Cloud, run_dag: Callable[[str], Run]) -> None:
    cloud.lay_fault("delete cluster", "fails", times=ALWAYS)
    run = run_dag("prepare_data")
    assert run.states["clean"] == "success"
    assert run.states["delete_cluster"] == "failed"
    assert run.state == "failed"


def test_nothing_is_created_when_settings_are_missing(
    cloud: Cloud, settings: Settings, run_dag: Callable[[str], Run]
) -> None:
    settings.without("antifraud_yandex_subnet")
    run = run_dag("train_model")
    assert run.state == "failed"
    assert run.states["check_settings"] == "failed"
    assert run.states["delete_cluster"] == "upstream_failed"
    assert cloud.calls() == []


def test_what_is_asked_of_the_cloud(cloud: Cloud, run_dag: Callable[[str], Run]) -> None:
    run_dag("train_model")
    (created,) = cloud.calls("create cluster")
    request = created["request"]
    assert request["folder_id"] == "folder-1"
    assert request["bucket"] == "bucket"
    assert request["zone_id"] == "ru-central1-b"
    assert request["service_account_id"] == "account-1"
    assert request["labels"] == {"created-by": "airflow", "antifraud-dag": "train_model"}
    assert len(request["name"]) <= 63
    assert request["name"].startswith("antifraud-train-model-20")
    hadoop = request["config_spec"]["hadoop"]
    assert hadoop["services"] == ["YARN", "SPARK"]
    assert hadoop["initialization_actions"] == [
        {
            "uri": "s3a://bucket/airflow/install-antifraud.sh",
            "args": ["https://storage.example.org/bucket/antifraud.tar.gz", "0" * 64],
            "timeout": "600",
        }
    ]
    (trained,) = cloud.calls("run train")
    job = trained["request"]["pyspark_job"]
    assert trained["request"]["cluster_id"] == "cluster-1"
    assert job["main_python_file_uri"] == "s3a://bucket/airflow/run_command.py"
    separator = job["args"].index("--")
    assert job["args"][:separator] == ["--secret=lockbox-1", "--attempts=1", "--pause=1", "--final=64"]
    assert job["args"][separator + 1 : separator + 4] == ["train-model", "--data", "s3://bucket/clean/"]
    (promoted,) = cloud.calls("run promote")
    assert "--success=3" in promoted["request"]["pyspark_job"]["args"]
