"""
### Prepare data

Cleans the raw transactions that have arrived since the last run and appends them to the clean data set.

- Every 15 minutes, one run at a time. Runs that were missed while Airflow was down are not caught up: the next run
  cleans everything new.
- Running it again is safe: without new files it changes nothing.
- `check_settings` names missing variables and connections.
- Each success updates the asset `antifraud_clean_transactions`, for which `train_model` waits.

Variables, connections and what to do when a task fails: README.md next to this DAG's folder.
"""

from __future__ import annotations

from datetime import datetime, timezone

from airflow.sdk import DAG

from antifraud_airflow import settings
from antifraud_airflow.commands import clean
from antifraud_airflow.pipeline import Pipeline

pipeline = Pipeline.read()

with DAG(
    dag_id="prepare_data",
    description="Cleans new raw transactions every 15 minutes",
    schedule="*/15 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    # No dagrun_timeout: when it expires, Airflow skips the remaining tasks, including the deletion of a cluster. Each
    # task has its own timeout.
    default_args=pipeline.default_args,
    tags=["antifraud", "data"],
    doc_md=__doc__,
):
    pipeline.assemble(variables=(settings.RAW, settings.CLEAN, settings.REPORTS), commands=[clean])
