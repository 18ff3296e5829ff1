"""Operators over those of the Yandex provider: clusters are found by name, so that no attempt can lose one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import grpc
from airflow.providers.yandex.hooks.dataproc import DataprocHook
from airflow.providers.yandex.operators.dataproc import (
    DataprocBaseOperator,
    DataprocCreateClusterOperator,
    DataprocCreatePysparkJobOperator,
    InitializationAction,
)
from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException
from yandex.cloud.dataproc.v1 import (
    cluster_pb2,
    cluster_service_pb2,
    cluster_service_pb2_grpc,
    job_pb2,
    job_service_pb2,
    job_service_pb2_grpc,
)
from yandexcloud.operations import OperationError

from antifraud_airflow import settings
from antifraud_airflow.commands import Command
from antifraud_airflow.settings import folder, optional, required

_INSTALL_SECONDS = 600
_ENDED_JOBS = {job_pb2.Job.ERROR, job_pb2.Job.DONE, job_pb2.Job.CANCELLED}


def _clusters(hook: DataprocHook, name: str) -> Iterator[cluster_pb2.Cluster]:
    """The clusters of that name in the connection's folder: one, or none."""
    if not hook.default_folder_id:
        raise AirflowFailException(f"The connection {hook.connection_id} has no folder_id.")
    service = hook.sdk.client(cluster_service_pb2_grpc.ClusterServiceStub)
    token = ""
    while True:
        page = service.List(
            cluster_service_pb2.ListClustersRequest(
                folder_id=hook.default_folder_id, filter=f'name = "{name}"', page_size=100, page_token=token
            )
        )
        yield from (cluster for cluster in page.clusters if cluster.name == name)
        token = page.next_page_token
        if not token:
            return


def delete_clusters(hook: DataprocHook, name: str) -> list[str]:
    """Deletes the clusters of that name and returns their ids; those that are gone meanwhile do not count."""
    deleted = []
    for cluster in list(_clusters(hook, name)):
        try:
            hook.dataproc_client.delete_cluster(cluster.id)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                raise
        deleted.append(cluster.id)
    return deleted


class CreateRunClusterOperator(DataprocCreateClusterOperator):
    """Creates the cluster of a run. A retry deletes what the attempt before it may have left, then creates it again."""

    template_fields: Sequence[str] = (
        "cluster_name",
        "cluster_image_version",
        "s3_bucket",
        "subnet_id",
        "zone",
        "service_account_id",
        "masternode_resource_preset",
        "computenode_resource_preset",
        "disk_gib",
        "install_script",
        "install_arguments",
        "labels",
    )

    def __init__(self, **kwargs: Any) -> None:
        preset = optional(settings.YANDEX_PRESET, "s3-c4-m16")
        super().__init__(
            cluster_description="One run of an Airflow DAG of Antifraud, which deletes it",
            cluster_image_version=optional(settings.YANDEX_IMAGE_VERSION, "2.1"),
            services=("YARN", "SPARK"),
            s3_bucket=required(settings.YANDEX_BUCKET),
            subnet_id=required(settings.YANDEX_SUBNET),
            zone=required(settings.YANDEX_ZONE),
            service_account_id=required(settings.YANDEX_SERVICE_ACCOUNT),
            masternode_resource_preset=preset,
            masternode_disk_type="network-ssd",
            # The commands run on the master. A cluster without HDFS needs one node more.
            datanode_count=0,
            computenode_count=1,
            computenode_resource_preset=optional(settings.YANDEX_PRESET, "s3-c2-m8"),
            computenode_disk_type="network-hdd",
            oslogin_enabled=True,
            labels={"created-by": "airflow", "antifraud-dag": "{{ dag.dag_id }}"},
            **kwargs,
        )
        self.disk_gib = optional(settings.YANDEX_DISK_GIB, "64")
        self.install_script = folder(settings.YANDEX_SCRIPTS) + "/install-antifraud.sh"
        self.install_arguments = [required(settings.YANDEX_BUNDLE), required(settings.YANDEX_BUNDLE_SHA256)]

    def execute(self, context: Context) -> dict[str, Any]:
        try:
            self.masternode_disk_size = self.computenode_disk_size = int(self.disk_gib)
        except ValueError as error:
            raise AirflowFailException(
                f"The variable {settings.YANDEX_DISK_GIB} must be a whole number, not '{self.disk_gib}'."
            ) from error
        self.initialization_actions = [
            InitializationAction(uri=self.install_script, args=self.install_arguments, timeout=_INSTALL_SECONDS)
        ]
        for left in delete_clusters(DataprocHook(yandex_conn_id=self.yandex_conn_id), self.cluster_name):
            self.log.info("Deleted cluster %s, which an earlier attempt had left", left)
        return super().execute(context)


class DeleteRunClusterOperator(BaseOperator):
    """Deletes the cluster of a run, found by its name: also one whose creation has failed, hung or was killed."""

    template_fields: Sequence[str] = ("cluster_name",)

    def __init__(self, *, cluster_name: str, connection_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cluster_name = cluster_name
        self.connection_id = connection_id

    def execute(self, context: Context) -> None:
        deleted = delete_clusters(DataprocHook(yandex_conn_id=self.connection_id), self.cluster_name)
        self.log.info("Deleted %s", ", ".join(deleted) or f"nothing: there is no cluster {self.cluster_name}")


class RunOnClusterOperator(DataprocCreatePysparkJobOperator):
    """Runs a command on the master of the cluster with the PySpark job run_command.py.

    Data Processing reports whether a job is done or has failed, but no exit code. So run_command.py interprets exit
    codes and repeats failed commands itself; a job that finally fails also fails the task, without a retry.
    Airflow repeats the task if the service could not be reached or the task timed out.
    """

    template_fields: Sequence[str] = (*DataprocBaseOperator.template_fields, "main_python_file_uri", "args")

    def __init__(self, *, command: Command, attempts: int, pause_seconds: int, **kwargs: Any) -> None:
        codes = [f"--success={code}" for code in sorted(command.skip_codes)]
        codes += [f"--final={code}" for code in sorted(command.final_codes)]
        super().__init__(
            main_python_file_uri=folder(settings.YANDEX_SCRIPTS) + "/run_command.py",
            args=[
                f"--secret={required(settings.YANDEX_SECRET)}",
                f"--attempts={attempts}",
                f"--pause={pause_seconds}",
                *codes,
                "--",
                command.program,
                *command.arguments,
            ],
            properties={"spark.submit.deployMode": "client"},
            name=command.task_id,
            **kwargs,
        )

    def execute(self, context: Context) -> None:
        self._cancel_earlier_jobs(DataprocHook(yandex_conn_id=self.yandex_conn_id))
        try:
            super().execute(context)
        except OperationError as error:
            raise AirflowFailException(
                f"The job '{self.name}' failed after its own attempts; its output is in the cluster's log: {error}"
            ) from error

    def _cancel_earlier_jobs(self, hook: DataprocHook) -> None:
        """Only this run uses the cluster, one step at a time: an active job belongs to an earlier attempt."""
        service = hook.sdk.client(job_service_pb2_grpc.JobServiceStub)
        jobs = service.List(job_service_pb2.ListJobsRequest(cluster_id=self.cluster_id, page_size=1000)).jobs
        for job in jobs:
            if job.status in _ENDED_JOBS:
                continue
            self.log.info("Cancelling job %s of an earlier attempt", job.id)
            hook.sdk.create_operation_and_get_result(
                job_service_pb2.CancelJobRequest(cluster_id=self.cluster_id, job_id=job.id),
                service=job_service_pb2_grpc.JobServiceStub,
                method_name="Cancel",
                response_type=job_pb2.Job,
                meta_type=job_service_pb2.CreateJobMetadata,
            )
