"""Flavour 'yandex': each run has a Yandex Data Processing cluster, created before its commands and deleted after."""

from __future__ import annotations

from airflow.sdk import BaseOperator

from antifraud_airflow import settings
from antifraud_airflow.commands import Command
from antifraud_airflow.flavours.base import Cluster, Flavour
from antifraud_airflow.flavours.yandex_operators import (
    CreateRunClusterOperator,
    DeleteRunClusterOperator,
    RunOnClusterOperator,
)
from antifraud_airflow.options import Options
from antifraud_airflow.settings import Requirements, optional

#: At most 63 of a-z, 0-9 and '-', unique in the folder. Every attempt of a run finds its cluster by it.
CLUSTER_NAME = (
    optional(settings.YANDEX_CLUSTER_PREFIX, "antifraud") + "-{{ dag.dag_id | replace('_', '-') }}-{{ dag_run.run_after"
    " | ts_nodash | lower }}"
)
CREATE = "create_cluster"


class YandexFlavour(Flavour):
    def requirements(self, commands: list[Command]) -> Requirements:
        return Requirements(
            variables=(
                settings.YANDEX_BUCKET,
                settings.YANDEX_SUBNET,
                settings.YANDEX_ZONE,
                settings.YANDEX_SERVICE_ACCOUNT,
                settings.YANDEX_SCRIPTS,
                settings.YANDEX_BUNDLE,
                settings.YANDEX_BUNDLE_SHA256,
                settings.YANDEX_SECRET,
            ),
            connections=(settings.YANDEX_CONNECTION,),
        )

    def task(self, command: Command, options: Options) -> BaseOperator:
        return RunOnClusterOperator(
            task_id=command.task_id,
            command=command,
            attempts=options.retries + 1,
            pause_seconds=round(options.retry_minutes * 60),
            cluster_id=f"{{{{ ti.xcom_pull(task_ids='{CREATE}') }}}}",
            connection_id=settings.YANDEX_CONNECTION,
            execution_timeout=command.timeout,
            outlets=list(command.outlets),
            doc_md=command.doc,
        )

    def cluster(self, options: Options) -> Cluster:
        create = CreateRunClusterOperator(
            task_id=CREATE,
            cluster_name=CLUSTER_NAME,
            connection_id=settings.YANDEX_CONNECTION,
            execution_timeout=options.minutes("create"),
            doc_md="Creates the cluster of this run; one that an earlier attempt has left is deleted first.",
        )
        delete = DeleteRunClusterOperator(
            task_id="delete_cluster",
            cluster_name=CLUSTER_NAME,
            connection_id=settings.YANDEX_CONNECTION,
            execution_timeout=options.minutes("delete"),
            retries=options.teardown_retries,
            # It gets the next free slot of the pool: the cluster costs money until it is deleted.
            priority_weight=1000,
            weight_rule="absolute",
            retry_exponential_backoff=True,
            doc_md="Deletes the cluster of this run, whatever happened before.",
        )
        return Cluster(create, delete)


FLAVOUR = YandexFlavour()
