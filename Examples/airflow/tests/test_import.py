"""The DAGs have no import errors in each flavour, with and without the providers of the others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import airflow
import pytest
from airflow.sdk import DAG

from conftest import DAGS, Run
from settings_of_tests import Settings

TASKS = {
    "local": {
        "prepare_data": ["check_settings", "clean"],
        "train_model": ["check_settings", "wait_for_data", "train", "promote"],
    },
    "yandex": {
        "prepare_data": ["check_settings", "create_cluster", "clean", "delete_cluster", "cluster_is_deleted"],
        "train_model": [
            "check_settings",
            "wait_for_data",
            "create_cluster",
            "train",
            "promote",
            "delete_cluster",
            "cluster_is_deleted",
        ],
    },
}
TASKS["kubernetes"] = TASKS["local"]
#: What is not there without a provider: in airflow.providers and among the other packages.
PROVIDERS = {
    "kubernetes": ("cncf", "kubernetes*", "apache_airflow_providers_cncf*"),
    "yandex": ("yandex", "yandex*", "grpc*", "apache_airflow_providers_yandex*"),
}
PACKAGES = {"kubernetes": "apache-airflow-providers-cncf-kubernetes", "yandex": "apache-airflow-providers-yandex"}
READ = """
import sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
assert not bag.import_errors, bag.import_errors
for dag_id, dag in sorted(bag.dags.items()):
    print(dag_id, *dag.task_ids)
    print(dag.get_task("check_settings").problem)
"""


def packages_without(flavours: list[str], folder: Path) -> Path:
    """A folder of links to all installed packages but the providers of some flavours."""
    installed = Path(airflow.__path__[0]).parent
    hidden = [pattern for flavour in flavours for pattern in PROVIDERS[flavour][1:]]
    for source, shown in ((installed, folder), (installed / "airflow", folder / "airflow")):
        shown.mkdir(parents=True)
        for entry in source.iterdir():
            if entry.name not in ("airflow", "providers") and not any(fnmatch(entry.name, each) for each in hidden):
                (shown / entry.name).symlink_to(entry)
    providers = folder / "airflow" / "providers"
    providers.mkdir()
    for entry in (installed / "airflow" / "providers").iterdir():
        if entry.name not in [PROVIDERS[flavour][0] for flavour in flavours]:
            (providers / entry.name).symlink_to(entry)
    return folder


def read_without(flavours: list[str], folder: Path) -> list[str]:
    """What a Python without these providers finds in the DAGs."""
    result = subprocess.run(
        [sys.executable, "-S", "-W", "ignore", "-c", READ, str(DAGS)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": f"{packages_without(flavours, folder)}:{DAGS}"},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-4:]


@pytest.mark.parametrize("flavour", TASKS)
def test_the_dags_are_there(flavour: str, database: object, settings: Settings, load_dag: Callable[[str], DAG]) -> None:
    settings.variables({"antifraud_flavour": flavour})
    for dag_id, tasks in TASKS[flavour].items():
        dag = load_dag(dag_id)
        assert [task.task_id for task in dag.topological_sort()] == tasks
        assert dag.max_active_runs == 1
        assert dag.catchup is False
        assert dag.doc_md
        assert "antifraud" in dag.tags
        # When it expires, Airflow skips the teardown, too.
        assert dag.dagrun_timeout is None
        for task in dag.tasks:
            assert task.owner == "antifraud"
            if task.task_id != "cluster_is_deleted":
                assert task.execution_timeout is not None
                assert task.doc_md
            assert task.retries <= 5


@pytest.mark.parametrize("flavour", TASKS)
def test_providers_of_other_flavours_are_not_needed(
    flavour: str, database: object, settings: Settings, tmp_path: Path
) -> None:
    settings.variables({"antifraud_flavour": flavour})
    lines = read_without([other for other in PROVIDERS if other != flavour], tmp_path / "packages")
    assert lines[1] == lines[3] == "None"
    assert sorted(lines[2].split()[1:]) == sorted(TASKS[flavour]["train_model"])


@pytest.mark.parametrize("flavour", PROVIDERS)
def test_a_missing_provider_is_named_by_the_first_task(
    flavour: str, database: object, settings: Settings, tmp_path: Path
) -> None:
    settings.variables({"antifraud_flavour": flavour})
    lines = read_without([flavour], tmp_path / "packages")
    assert lines[0] == "prepare_data check_settings"
    assert f"needs the Python package {PACKAGES[flavour]}" in lines[1]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "The Airflow variable antifraud_flavour is missing. Set it to one of: local, kubernetes, yandex."),
        ({"antifraud_flavour": "mars"}, "The Airflow variable antifraud_flavour is 'mars'."),
        ({"antifraud_flavour": "local", "antifraud_options": "{"}, "The variable antifraud_options is not JSON"),
        ({"antifraud_flavour": "local", "antifraud_options": '{"pol": "x"}'}, "unknown key 'pol'"),
    ],
)
@pytest.mark.parametrize("dag_id", ["prepare_data", "train_model"])
def test_settings_that_cannot_be_used_fail_the_first_task(
    dag_id: str,
    variables: dict[str, str],
    message: str,
    settings: Settings,
    load_dag: Callable[[str], DAG],
    run_dag: Callable[[str], Run],
) -> None:
    settings.variables(variables)
    assert message in load_dag(dag_id).get_task("check_settings").problem
    run = run_dag(dag_id)
    assert run.state == "failed"
    assert run.states == {"check_settings": "failed"}
    assert run.attempts == {"check_settings": 1}
