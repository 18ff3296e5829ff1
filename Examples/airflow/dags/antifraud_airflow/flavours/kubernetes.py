"""Flavour 'kubernetes': each command is a pod of the restricted Pod Security profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from kubernetes.client import models as k8s

from antifraud_airflow import settings
from antifraud_airflow.commands import Command
from antifraud_airflow.flavours.base import Flavour
from antifraud_airflow.options import Options
from antifraud_airflow.settings import Requirements, optional, required

#: What the kernel's out-of-memory killer leaves: 128 + SIGKILL.
_KILLED = 137
_TEMPORARY = "temporary"
_TEMPORARY_PATH = "/tmp"  # noqa: S108 (a volume that only the pod uses)


class CommandPodOperator(KubernetesPodOperator):
    """A pod that runs one command and maps its exit code to the state of the task.

    Its environment comes from a secret and, optionally, a config map of the namespace: Airflow does not know
    the credentials in it.
    """

    template_fields: Sequence[str] = (*KubernetesPodOperator.template_fields, "secret_name", "config_name")

    def __init__(self, *, secret_name: str, config_name: str, final_codes: frozenset[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.secret_name = secret_name
        self.config_name = config_name
        self.final_codes = sorted(final_codes)

    def execute(self, context: Context) -> Any:
        # Not in the constructor: the provider renders no templates in names of secrets.
        self.env_from = [k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name=self.secret_name))]
        if self.config_name:
            self.env_from.append(k8s.V1EnvFromSource(config_map_ref=k8s.V1ConfigMapEnvSource(name=self.config_name)))
        return super().execute(context)

    def cleanup(
        self,
        pod: k8s.V1Pod,
        remote_pod: k8s.V1Pod,
        xcom_result: dict[str, Any] | None = None,
        context: Context | None = None,
    ) -> None:
        """Deletes the pod and raises the exception for its exit code."""
        try:
            super().cleanup(pod, remote_pod, xcom_result, context)
        except AirflowSkipException:
            raise
        except AirflowException as error:
            ended = self._terminated(remote_pod)
            if ended is not None and ended.exit_code in self.final_codes:
                raise AirflowFailException(
                    f"The pod ended with exit code {ended.exit_code}; a retry would give the same."
                ) from error
            if ended is not None and (ended.reason == "OOMKilled" or ended.exit_code == _KILLED):
                raise AirflowException(
                    f"The pod was killed ({ended.reason or 'SIGKILL'}). If it ran out of memory, raise the "
                    f"variable {settings.POD_MEMORY}."
                ) from error
            raise

    def _terminated(self, pod: k8s.V1Pod | None) -> k8s.V1ContainerStateTerminated | None:
        statuses = pod.status.container_statuses if pod and pod.status else None
        for status in statuses or []:
            if status.name == self.base_container_name and status.state:
                return status.state.terminated
        return None


class KubernetesFlavour(Flavour):
    def requirements(self, commands: list[Command]) -> Requirements:
        return Requirements(
            variables=(settings.POD_IMAGE, settings.POD_NAMESPACE, settings.POD_SECRET),
            connections=(settings.KUBERNETES_CONNECTION,),
        )

    def task(self, command: Command, options: Options) -> BaseOperator:
        memory = optional(settings.POD_MEMORY, "2Gi")
        disk = optional(settings.POD_DISK, "10Gi")
        return CommandPodOperator(
            task_id=command.task_id,
            doc_md=command.doc,
            outlets=list(command.outlets),
            execution_timeout=command.timeout,
            kubernetes_conn_id=settings.KUBERNETES_CONNECTION,
            namespace=required(settings.POD_NAMESPACE),
            image=required(settings.POD_IMAGE),
            name=f"antifraud-{command.task_id}",
            labels={"app.kubernetes.io/name": "antifraud", "app.kubernetes.io/component": command.task_id},
            cmds=[command.program],
            arguments=list(command.arguments),
            secret_name=required(settings.POD_SECRET),
            config_name=optional(settings.POD_CONFIG, ""),
            env_vars={"TMPDIR": _TEMPORARY_PATH, "HOME": _TEMPORARY_PATH},
            container_resources=k8s.V1ResourceRequirements(
                requests={"cpu": optional(settings.POD_CPU, "1"), "memory": memory, "ephemeral-storage": disk},
                limits={"memory": memory, "ephemeral-storage": disk},
            ),
            volumes=[k8s.V1Volume(name=_TEMPORARY, empty_dir=k8s.V1EmptyDirVolumeSource())],
            volume_mounts=[k8s.V1VolumeMount(name=_TEMPORARY, mount_path=_TEMPORARY_PATH)],
            security_context=k8s.V1PodSecurityContext(
                run_as_non_root=True, seccomp_profile=k8s.V1SeccompProfile(type="RuntimeDefault")
            ),
            container_security_context=k8s.V1SecurityContext(
                allow_privilege_escalation=False,
                read_only_root_filesystem=True,
                run_as_non_root=True,
                capabilities=k8s.V1Capabilities(drop=["ALL"]),
            ),
            automount_service_account_token=False,
            # The pod ends even if Airflow does not run any more.
            active_deadline_seconds=int(command.timeout.total_seconds()) + 300,
            startup_timeout_seconds=600,
            termination_grace_period=30,
            on_finish_action="delete_pod",
            get_logs=True,
            log_events_on_failure=True,
            log_pod_spec_on_failure=False,
            do_xcom_push=False,
            deferrable=False,
            skip_on_exit_code=sorted(command.skip_codes) or None,
            final_codes=command.final_codes,
        )


FLAVOUR = KubernetesFlavour()
