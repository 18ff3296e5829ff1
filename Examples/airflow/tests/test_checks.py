"""What is missing is named by the first task, all of it at once, without a retry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException

from conftest import Run
from settings_of_tests import LOCATIONS, PODS, YANDEX, Settings

ALWAYS_NEEDED = {"prepare_data": {"antifraud_models"}, "train_model": {"antifraud_raw"}}


@pytest.mark.parametrize("dag_id", ["prepare_data", "train_model"])
@pytest.mark.parametrize(("flavour", "own"), [("local", {}), ("kubernetes", PODS), ("yandex", YANDEX)])
def test_each_missing_variable_is_named(
    flavour: str, own: dict[str, str], dag_id: str, settings: Settings, load_dag: Callable[[str], DAG], database: object
) -> None:
    getattr(settings, flavour)(*(["/nowhere"] if flavour == "local" else []))
    check = load_dag(dag_id).get_task("check_settings")
    check.execute({})
    needed = (set(LOCATIONS) | set(own)) - ALWAYS_NEEDED[dag_id]
    assert set(check.requirements.variables) == needed
    for name in needed:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv(f"AIRFLOW_VAR_{name.upper()}")
            with pytest.raises(AirflowFailException, match=f"missing: {name}\\."):
                check.execute({})
    for name in check.requirements.connections:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv(f"AIRFLOW_CONN_{name.upper()}")
            with pytest.raises(AirflowFailException, match=f"missing: {name}\\."):
                check.execute({})


def test_nothing_runs_after_a_failed_check(settings: Settings, run_dag: Callable[[str], Run]) -> None:
    settings.local("/nowhere")
    settings.options(retries=3)
    settings.without("antifraud_clean", "antifraud_models")
    run = run_dag("train_model")
    assert run.state == "failed"
    assert run.states["check_settings"] == "failed"
    assert run.attempts["check_settings"] == 1
    assert {run.states[task] for task in ("wait_for_data", "train", "promote")} == {"upstream_failed"}


def test_no_store_connection_is_needed_without_s3(
    settings: Settings, load_dag: Callable[[str], DAG], database: object
) -> None:
    settings.local("/nowhere")
    settings.variables({name: f"hdfs://namenode/{name}" for name in LOCATIONS})
    settings.without("antifraud_s3")
    load_dag("prepare_data").get_task("check_settings").execute({})
