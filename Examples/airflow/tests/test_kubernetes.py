"""Flavour 'kubernetes': which pods are created, what their exit codes mean, and that no pod is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from pods import PodServer
from settings_of_tests import Settings
from supervised import run_under_supervisor


@pytest.fixture
def server(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, data_are_there: None) -> PodServer:
    server = PodServer(tmp_path)
    hook = "airflow.providers.cncf.kubernetes.hooks.kubernetes.KubernetesHook"
    monkeypatch.setattr(f"{hook}.core_v1_client", server)
    monkeypatch.setattr(f"{hook}.is_in_cluster", True)
    monkeypatch.setattr(f"{hook}.get_conn", lambda self: None)
    settings.kubernetes()
    settings.options(retries=1)
    return server


def test_pods_are_of_the_restricted_profile(server: PodServer, run_dag: Callable[[str], Run]) -> None:
    assert run_dag("prepare_data").states == {"check_settings": "success", "clean": "success"}
    (pod,) = server.created()
    assert pod["metadata"]["namespace"] == "fraud"
    assert pod["metadata"]["labels"]["app.kubernetes.io/component"] == "clean"
    spec = pod["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["restartPolicy"] == "Never"
    assert spec["activeDeadlineSeconds"] == 3900
    assert spec["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert not spec.get("hostNetwork")
    (container,) = spec["containers"]
    assert container["image"] == "registry.example.org/antifraud-tools:1.2.3"
    assert container["command"] == ["clean-transactions"]
    assert container["args"][:2] == ["--input", "s3://bucket/raw/*.txt"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"] == {
        "requests": {"cpu": "1", "memory": "2Gi", "ephemeral-storage": "10Gi"},
        "limits": {"memory": "2Gi", "ephemeral-storage": "10Gi"},
    }
    assert container["volumeMounts"] == [{"name": "temporary", "mountPath": "/tmp"}]
    assert spec["volumes"] == [{"name": "temporary", "emptyDir": {}}]
    # Credentials come only from the secret.
    assert container["envFrom"] == [{"secretRef": {"name": "antifraud-credentials"}}]
    assert {variable["name"] for variable in container["env"]} == {"TMPDIR", "HOME"}
    assert server.pods() == {}


def test_resources_and_addresses_come_from_variables(
    server: PodServer, settings: Settings, run_dag: Callable[[str], Run]
) -> None:
    settings.variables({"antifraud_pod_cpu": "4", "antifraud_pod_memory": "16Gi", "antifraud_pod_disk": "50Gi"})
    settings.variables({"antifraud_pod_config": "antifraud"})
    assert run_dag("train_model").state == "success"
    for pod in server.created():
        assert pod["spec"]["containers"][0]["envFrom"] == [
            {"secretRef": {"name": "antifraud-credentials"}},
            {"configMapRef": {"name": "antifraud"}},
        ]
        assert pod["spec"]["containers"][0]["resources"] == {
            "requests": {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "50Gi"},
            "limits": {"memory": "16Gi", "ephemeral-storage": "50Gi"},
        }


@pytest.mark.parametrize(
    ("dag_id", "program", "end", "state", "task", "task_state", "attempts"),
    [
        ("prepare_data", "clean-transactions", 1, "failed", "clean", "failed", 2),
        ("prepare_data", "clean-transactions", 2, "failed", "clean", "failed", 1),
        ("prepare_data", "clean-transactions", 64, "failed", "clean", "failed", 1),
        ("prepare_data", "clean-transactions", [137, "OOMKilled"], "failed", "clean", "failed", 2),
        ("prepare_data", "clean-transactions", "runs", "failed", "clean", "failed", 2),
        ("train_model", "train-model", 1, "failed", "train", "failed", 2),
        ("train_model", "train-model", "runs", "failed", "train", "failed", 2),
        ("train_model", "promote-model", 3, "success", "promote", "skipped", 1),
        ("train_model", "promote-model", 1, "failed", "promote", "failed", 2),
        ("train_model", "promote-model", "runs", "failed", "promote", "failed", 2),
    ],
)
def test_ends_count_for_what_they_mean_and_no_pod_is_left(
    dag_id: str,
    program: str,
    end: Any,
    state: str,
    task: str,
    task_state: str,
    attempts: int,
    server: PodServer,
    settings: Settings,
    run_dag: Callable[[str], Run],
) -> None:
    if end == "runs":
        settings.options(retries=1, clean_minutes=0.02, train_minutes=0.02, promote_minutes=0.02)
    server.end_with({program: end})
    run = run_dag(dag_id)
    assert run.state == state
    assert run.states[task] == task_state
    assert run.attempts[task] == attempts
    assert server.pods() == {}


def test_a_pod_whose_task_was_killed_is_taken_up_again(
    server: PodServer, run_dag: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airflow.sdk.execution_time.supervisor.MIN_HEARTBEAT_INTERVAL", 0.1)
    monkeypatch.setattr("airflow.sdk.execution_time.supervisor.run_task_in_process", run_under_supervisor)
    server.end_with({"clean-transactions": "kills"})
    run = run_dag("prepare_data")
    assert run.state == "success"
    assert run.attempts["clean"] == 2
    assert len(server.created()) == 1
    assert server.pods() == {}
