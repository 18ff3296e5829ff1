"""Training waits until prepare_data has cleaned everything that had arrived before the day began."""

from __future__ import annotations

import logging
from datetime import datetime, timezone

from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import BaseOperator

from antifraud_airflow.commands import CLEAN_TRANSACTIONS
from antifraud_airflow.options import Options

log = logging.getLogger(__name__)


def start_of_day(moment: datetime) -> datetime:
    """Midnight, UTC, of the day of an aware moment."""
    return moment.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def data_are_there(**context: object) -> bool:
    """Whether prepare_data has succeeded since the beginning of the day of this run."""
    moment = start_of_day(context["dag_run"].run_after)  # type: ignore[attr-defined]
    events = context["inlet_events"][CLEAN_TRANSACTIONS]  # type: ignore[index]
    newest = list(events.after(moment.isoformat()).ascending(False).limit(1))
    if not newest:
        log.info("prepare_data has not succeeded since %s; waiting", moment.isoformat())
        return False
    log.info("The data were cleaned at %s", newest[0].timestamp)
    return True


def wait_for_data(options: Options) -> BaseOperator:
    """The sensor. It frees its slot between two checks."""
    return PythonSensor(
        task_id="wait_for_data",
        python_callable=data_are_there,
        inlets=[CLEAN_TRANSACTIONS],
        mode="reschedule",
        poke_interval=options.minutes("poll").total_seconds(),
        timeout=options.minutes("wait").total_seconds(),
        execution_timeout=options.minutes("check"),
        doc_md="Waits for a success of prepare_data that is later than midnight (UTC) of this run's day.",
    )
