"""Flavour 'local': exit codes, credentials, time limits and what is left running."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from settings_of_tests import Settings
from supervised import run_under_supervisor


class Programs:
    """Shell scripts in the role of the executables. Each notes its arguments and environment at each start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, body: str) -> None:
        path = self.folder / name
        note = f'{{ printf "%s\\n" "$*"; env; echo "--"; }} >>"{self.folder}/{name}.log"'
        path.write_text(f"#!/bin/sh\n{note}\n{body}\n")
        path.chmod(0o755)

    def starts(self, name: str) -> list[str]:
        log = self.folder / f"{name}.log"
        return log.read_text().split("\n--\n")[:-1] if log.exists() else []


@pytest.fixture
def programs(tmp_path: Path, settings: Settings, data_are_there: None) -> Programs:
    programs = Programs(tmp_path)
    for name in ("clean-transactions", "train-model", "promote-model"):
        programs.write(name, "exit 0")
    settings.local(str(tmp_path))
    settings.options(retries=1)
    return programs


def test_commands_run_with_locations_and_credentials(
    programs: Programs, run_dag: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__UNRELATED_SECRET", "database-secret-text")
    assert run_dag("prepare_data").state == "success"
    assert run_dag("train_model").state == "success"
    (clean,) = programs.starts("clean-transactions")
    arguments, environment = clean.split("\n", 1)
    words = arguments.split()
    assert words[:5] == ["--input", "s3://bucket/raw/*.txt", "--output", "s3://bucket/clean/", "--incremental"]
    assert words[words.index("--report") + 1].startswith("s3://bucket/reports/cleaning/20")
    assert "AWS_ACCESS_KEY_ID=key-id\n" in environment
    assert "AWS_SECRET_ACCESS_KEY=s3-secret-text\n" in environment
    assert "AWS_ENDPOINT_URL=https://storage.example.org\n" in environment
    assert "\nMLFLOW_" not in environment
    (train,) = programs.starts("train-model")
    assert "--output s3://bucket/models/20" in train
    assert "MLFLOW_TRACKING_URI=https://mlflow.example.org\n" in train
    assert "MLFLOW_TRACKING_PASSWORD=mlflow-secret-text\n" in train
    (promote,) = programs.starts("promote-model")
    assert promote.startswith("--candidate models:/antifraud@candidate --champion models:/antifraud@champion")
    for start in (clean, train, promote):
        assert "secret-text" not in start.split("\n", 1)[0]
        assert "AIRFLOW_" not in start


@pytest.mark.parametrize(
    ("dag_id", "program", "body", "state", "task", "task_state", "attempts"),
    [
        ("prepare_data", "clean-transactions", "exit 1", "failed", "clean", "failed", 2),
        ("prepare_data", "clean-transactions", "exit 2", "failed", "clean", "failed", 1),
        ("prepare_data", "clean-transactions", "exit 64", "failed", "clean", "failed", 1),
        ("prepare_data", "clean-transactions", "exit 3", "failed", "clean", "failed", 2),
        ("prepare_data", "clean-transactions", "kill -KILL $$", "failed", "clean", "failed", 2),
        ("train_model", "train-model", "exit 1", "failed", "train", "failed", 2),
        ("train_model", "train-model", "exit 64", "failed", "train", "failed", 1),
        ("train_model", "promote-model", "exit 3", "success", "promote", "skipped", 1),
        ("train_model", "promote-model", "exit 2", "failed", "promote", "failed", 2),
    ],
)
def test_exit_codes_count_for_what_they_mean(
    dag_id: str,
    program: str,
    body: str,
    state: str,
    task: str,
    task_state: str,
    attempts: int,
    programs: Programs,
    run_dag: Callable[[str], Run],
) -> None:
    programs.write(program, body)
    run = run_dag(dag_id)
    assert run.state == state
    assert run.states[task] == task_state
    assert run.attempts[task] == attempts
    assert len(programs.starts(program)) == attempts


def test_a_retry_goes_on(programs: Programs, run_dag: Callable[[str], Run]) -> None:
    programs.write(
        "clean-transactions", f'[ -e "{programs.folder}/again" ] || {{ touch "{programs.folder}/again"; exit 1; }}'
    )
    run = run_dag("prepare_data")
    assert run.state == "success"
    first, second = programs.starts("clean-transactions")
    # The same names, so that the second attempt replaces what the first has written.
    assert first.split("\n", 1)[0] == second.split("\n", 1)[0]


def test_a_missing_program_is_named_and_not_tried_again(programs: Programs, run_dag: Callable[[str], Run]) -> None:
    (programs.folder / "clean-transactions").unlink()
    run = run_dag("prepare_data")
    assert run.state == "failed"
    assert run.attempts["clean"] == 1


def test_a_connection_that_cannot_be_used_is_not_tried_again(
    programs: Programs, settings: Settings, run_dag: Callable[[str], Run]
) -> None:
    settings.connection("antifraud_mlflow", {"conn_type": "mysql", "host": "mlflow.example.org"})
    run = run_dag("train_model")
    assert run.state == "failed"
    assert run.attempts["train"] == 1
    assert programs.starts("train-model") == []


@pytest.mark.parametrize("trap", ["", "trap '' TERM"])
def test_a_program_over_its_time_is_ended_with_all_it_has_started(
    trap: str,
    programs: Programs,
    settings: Settings,
    run_dag: Callable[[str], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("antifraud_airflow.process.GRACE_SECONDS", 0.2)
    settings.options(clean_minutes=0.05)
    programs.write(
        "clean-transactions", f'{trap}\nsleep 300 &\necho "$! $$" >"{programs.folder}/processes"\nwait; sleep 300'
    )
    run = run_dag("prepare_data")
    assert run.state == "failed"
    for process in (programs.folder / "processes").read_text().split():
        assert not is_running(process)


def test_a_killed_task_leaves_no_program_running(
    programs: Programs, run_dag: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airflow.sdk.execution_time.supervisor.MIN_HEARTBEAT_INTERVAL", 0.1)
    monkeypatch.setattr("airflow.sdk.execution_time.supervisor.run_task_in_process", run_under_supervisor)
    first = programs.folder / "first"
    programs.write(
        "clean-transactions", f'[ -e "{first}" ] || {{ echo $$ >"{first}"; kill -KILL $PPID; exec sleep 300; }}'
    )
    run = run_dag("prepare_data")
    assert run.state == "success"
    assert run.attempts["clean"] == 2
    assert not is_running(first.read_text().strip())


def is_running(process: str) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def test_failures_are_reported_to_the_callable_of_the_variable(
    programs: Programs,
    settings: Settings,
    run_dag: Callable[[str], Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "bank_alerts.py").write_text(
        "import json\n"
        "def page(context):\n"
        "    text = json.dumps([context['ti'].task_id, str(context['exception'])])\n"
        f"    open({str(tmp_path / 'page')!r}, 'w').write(text)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.variables({"antifraud_on_failure": "bank_alerts.page"})
    programs.write("clean-transactions", "exit 2")
    assert run_dag("prepare_data").state == "failed"
    task, message = json.loads((tmp_path / "page").read_text())
    assert task == "clean"
    assert "clean-transactions failed with exit code 2" in message
    settings.variables({"antifraud_on_failure": "bank_alerts.missing"})
    assert run_dag("prepare_data").states == {"check_settings": "success", "clean": "failed"}
