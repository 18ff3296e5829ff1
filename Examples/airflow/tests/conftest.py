"""One Airflow home with one metadata database for all tests. It is set before anything of Airflow is imported."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

DAGS = Path(__file__).resolve().parent.parent / "dags"
_HOME = Path(tempfile.mkdtemp(prefix="antifraud-airflow-"))

for _name in [name for name in os.environ if name.startswith("AIRFLOW_")]:
    del os.environ[_name]
os.environ |= {
    "AIRFLOW_HOME": str(_HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
}
sys.path.insert(0, str(DAGS))
from airflow.sdk import DAG  # noqa: E402
from airflow.sdk.exceptions import AirflowTaskTimeout  # noqa: E402
from airflow.sdk.execution_time.timeout import TimeoutPosix  # noqa: E402

from settings_of_tests import Settings  # noqa: E402

#: Code in which a task waits: sleeping (below), for its program, and for stand-ins of services.
_WAITING = {
    *map(str, Path(__file__).parent.glob("*.py")),
    str(DAGS / "antifraud_airflow/process.py"),
    subprocess.__file__,
}


def _raise_where_the_task_waits(limit: TimeoutPosix, _: int, frame: FrameType | None) -> None:
    """The handler of the signal that ends a task over its time limit.

    Airflow's own logs, then raises wherever the task happens to be. Tests run Airflow's API server in the same process,
    and an exception between taking the lock of `logging` and the `try` that releases it leaves the server waiting.
    """
    if frame is None or frame.f_code.co_filename in _WAITING:
        raise AirflowTaskTimeout(limit.error_message)
    signal.setitimer(signal.ITIMER_REAL, 0.002)


TimeoutPosix.handle_timeout = _raise_where_the_task_waits


def pytest_sessionfinish() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def database() -> Path:
    """The folder of an Airflow whose metadata database is there."""
    from airflow.utils.db import initdb

    initdb()
    return _HOME


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Airflow variables and connections of one test."""
    return Settings(monkeypatch)


@pytest.fixture
def load_dag() -> Callable[[str], DAG]:
    """Reads a DAG as Airflow does, with the settings of the moment."""
    from airflow.dag_processing.dagbag import DagBag

    def load(dag_id: str) -> DAG:
        bag = DagBag(dag_folder=DAGS / f"{dag_id}.py")
        assert not bag.import_errors
        return bag.dags[dag_id]

    return load


class Run:
    """The result of a DAG run."""

    def __init__(self, state: str, states: dict[str, str], attempts: dict[str, int]) -> None:
        self.state = state
        self.states = states
        self.attempts = attempts


@pytest.fixture
def run_dag(database: Path, load_dag: Callable[[str], DAG], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Run]:
    """Runs a DAG to its end with dag.test(), whose loop sleeps for a second when nothing can be done at once."""
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.05)))

    def run(dag_id: str) -> Run:
        instances = load_dag(dag_id).test().get_task_instances()
        dag_run = instances[0].get_dagrun()
        return Run(
            str(dag_run.state),
            {instance.task_id: str(instance.state) for instance in instances},
            {instance.task_id: instance.try_number for instance in instances},
        )

    return run


@pytest.fixture
def data_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if prepare_data had just succeeded."""
    monkeypatch.setattr("antifraud_airflow.freshness.data_are_there", lambda **_: True)
