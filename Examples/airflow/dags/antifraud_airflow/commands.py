"""The command lines of the pipeline, the same in all flavours. No secret is ever part of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from airflow.sdk import Asset

from antifraud_airflow import settings
from antifraud_airflow.options import Options
from antifraud_airflow.settings import RUN, folder, optional, required

#: What prepare_data has cleaned. Its location is a variable, so the asset has a name only.
CLEAN_TRANSACTIONS = Asset(name="antifraud_clean_transactions")

#: The command line is wrong (sysexits.h): a retry gives the same.
USAGE_ERROR = 64
#: clean-transactions: a rule dropped too much, nothing was published.
DROPPED_TOO_MUCH = 2
#: promote-model: the champion stays.
KEPT_CHAMPION = 3


@dataclass(frozen=True)
class Command:
    """One run of one executable."""

    task_id: str
    program: str
    #: Templates, rendered by Airflow when the task runs.
    arguments: tuple[str, ...]
    timeout: timedelta
    doc: str
    #: Exit codes that end the task as skipped.
    skip_codes: frozenset[int] = frozenset()
    #: Exit codes of failures that a retry cannot fix.
    final_codes: frozenset[int] = frozenset({USAGE_ERROR})
    outlets: tuple[Asset, ...] = ()
    uses_tracking: bool = False


def clean(options: Options) -> Command:
    """Appends what is new among the raw files to the clean data set."""
    reports = folder(settings.REPORTS)
    return Command(
        task_id="clean",
        program="clean-transactions",
        arguments=(
            "--input",
            required(settings.RAW),
            "--output",
            folder(settings.CLEAN) + "/",
            "--incremental",
            "--rejects",
            f"{reports}/rejects/",
            "--report",
            f"{reports}/cleaning/{RUN}.json",
            *options.clean_arguments,
        ),
        timeout=options.minutes("clean"),
        final_codes=frozenset({DROPPED_TOO_MUCH, USAGE_ERROR}),
        outlets=(CLEAN_TRANSACTIONS,),
        doc=(
            "Cleans raw files that are new since the last run and appends them to the clean data set in one atomic "
            "step. Without new files it succeeds. Exit code 2 (a rule drops too much, nothing was published) fails "
            "without a retry: look at the report, then correct the input or the plan."
        ),
    )


def train(options: Options) -> Command:
    """Trains a model and registers it as the candidate."""
    return Command(
        task_id="train",
        program="train-model",
        arguments=(
            "--data",
            folder(settings.CLEAN) + "/",
            "--output",
            f"{folder(settings.MODELS)}/{RUN}/",
            "--experiment",
            optional(settings.EXPERIMENT, "antifraud-experiment"),
            "--register",
            "--registered-model-name",
            optional(settings.MODEL_NAME, "antifraud"),
            "--alias",
            "candidate",
            *options.train_arguments,
        ),
        timeout=options.minutes("train"),
        uses_tracking=True,
        doc=(
            "Trains on the clean data set, logs the run, registers the model and points the alias `candidate` at it. "
            "A second attempt registers another version and moves the alias: the champion is not touched."
        ),
    )


def promote(options: Options) -> Command:
    """Compares the candidate with the champion and promotes it when it is better."""
    name = optional(settings.MODEL_NAME, "antifraud")
    return Command(
        task_id="promote",
        program="promote-model",
        arguments=(
            "--candidate",
            f"models:/{name}@candidate",
            "--champion",
            f"models:/{name}@champion",
            "--data",
            folder(settings.CLEAN) + "/",
            "--policy",
            optional(settings.PROMOTION_POLICY, "better"),
            "--report",
            f"{folder(settings.REPORTS)}/promotion/{RUN}.html",
            *options.promote_arguments,
        ),
        timeout=options.minutes("promote"),
        skip_codes=frozenset({KEPT_CHAMPION}),
        uses_tracking=True,
        doc=(
            "Compares candidate and champion on rows that neither was trained on, and moves the alias `champion` when "
            "the candidate is better. Skipped: the champion stays (exit code 3); the DAG run succeeds."
        ),
    )
