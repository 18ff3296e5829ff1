"""
### Train model

Trains a model on the clean data set, registers it as the candidate, compares it with the champion and promotes it when
it is better.

- Daily at 01:00 UTC, one run at a time, no runs for days that were missed.
- `wait_for_data` waits until `prepare_data` has succeeded after midnight (UTC) of the run's day, so that the day before
  is in the data set. With only an asset schedule it would train after each of 96 cleanings a day; with only a time it
  would train on whatever is there.
- `promote` is skipped when the champion stays: that is a success.
- Running it again is safe: a second training registers another version, and only a better one is promoted.

Variables, connections and what to do when a task fails: README.md next to this DAG's folder.
"""

from __future__ import annotations

from datetime import datetime, timezone

from airflow.sdk import DAG

from antifraud_airflow import settings
from antifraud_airflow.commands import promote, train
from antifraud_airflow.freshness import wait_for_data
from antifraud_airflow.pipeline import Pipeline

pipeline = Pipeline.read()

with DAG(
    dag_id="train_model",
    description="Trains, compares and promotes a fraud model every day",
    schedule="0 1 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    # No dagrun_timeout, see prepare_data.
    default_args=pipeline.default_args,
    tags=["antifraud", "model"],
    doc_md=__doc__,
):
    pipeline.assemble(
        variables=(settings.CLEAN, settings.MODELS, settings.REPORTS),
        commands=[train, promote],
        before=[wait_for_data],
    )
