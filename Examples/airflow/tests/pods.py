"""A stand-in for the Kubernetes API: KubernetesPodOperator, its hook and its pod manager run as they are."""

from __future__ import annotations

import json
import os
import signal
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from kubernetes.client import ApiClient, ApiException
from kubernetes.client import models as k8s


class PodServer:
    """Pods that end at once with an exit code, keep running, or see their task killed. The state is in a folder."""

    api_client = ApiClient()

    def __init__(self, folder: Path) -> None:
        self._pods = folder / "pods.json"
        self._pods.write_text("{}")
        self._log = folder / "calls"
        self._log.touch()
        self._ends = folder / "ends.json"
        self.end_with({})

    def end_with(self, ends: dict[str, Any]) -> None:
        """How the programs end, by name: an exit code, [exit code, reason], 'runs', or 'kills' for once."""
        self._ends.write_text(json.dumps(ends))

    def calls(self) -> list[str]:
        return self._log.read_text().splitlines()

    def pods(self) -> dict[str, Any]:
        return json.loads(self._pods.read_text())

    def created(self) -> list[Any]:
        return [json.loads(line[len("create ") :]) for line in self.calls() if line.startswith("create ")]

    # What the operator calls.

    def create_namespaced_pod(self, body: Any, namespace: str, **_: Any) -> k8s.V1Pod:
        pod = self.api_client.sanitize_for_serialization(body)
        pod["metadata"] |= {"namespace": namespace, "uid": pod["metadata"]["name"]}
        self._note("create " + json.dumps(pod))
        self._store(pod)
        return self._model(pod)

    def read_namespaced_pod(self, name: str, namespace: str, **_: Any) -> k8s.V1Pod:
        if name not in self.pods():
            raise ApiException(status=404)
        return self._model(self.pods()[name])

    def list_namespaced_pod(self, namespace: str, label_selector: str, **_: Any) -> k8s.V1PodList:
        wanted = [term.split("=", 1) for term in label_selector.split(",") if "=" in term and "!=" not in term]
        return k8s.V1PodList(
            items=[
                self._model(pod)
                for pod in self.pods().values()
                if all(pod["metadata"]["labels"].get(key) == value for key, value in wanted)
            ]
        )

    def delete_namespaced_pod(self, name: str, namespace: str, **_: Any) -> None:
        self._note(f"delete {name}")
        pods = self.pods()
        if pods.pop(name, None) is None:
            raise ApiException(status=404)
        self._pods.write_text(json.dumps(pods))

    def patch_namespaced_pod(self, name: str, namespace: str, body: Any, **_: Any) -> None:
        pod = self.pods()[name]
        pod["metadata"]["labels"] |= body["metadata"]["labels"]
        self._store(pod)

    def read_namespaced_pod_log(self, name: str, namespace: str, **_: Any) -> Any:
        program = self.pods()[name]["spec"]["containers"][0]["command"][0]
        ends = json.loads(self._ends.read_text())
        if ends.get(program) == "kills":
            self.end_with(ends | {program: "ends when looked at again"})
            os.kill(os.getpid(), signal.SIGKILL)
        if ends.get(program) == "ends when looked at again":
            self.end_with(ends | {program: 0})
        return _Lines()

    def list_namespaced_event(self, namespace: str, **_: Any) -> k8s.CoreV1EventList:
        return k8s.CoreV1EventList(items=[])

    def _note(self, line: str) -> None:
        with self._log.open("a") as file:
            file.write(line + "\n")

    def _store(self, pod: Any) -> None:
        self._pods.write_text(json.dumps(self.pods() | {pod["metadata"]["name"]: pod}))

    def _model(self, pod: Any) -> k8s.V1Pod:
        container = pod["spec"]["containers"][0]
        end = json.loads(self._ends.read_text()).get(container["command"][0], 0)
        code, reason = end if isinstance(end, list) else (end, None)
        now = datetime.now(tz=timezone.utc)
        if isinstance(code, str):
            state = k8s.V1ContainerState(running=k8s.V1ContainerStateRunning(started_at=now))
            phase = "Running"
        else:
            ended = k8s.V1ContainerStateTerminated(exit_code=code, reason=reason, started_at=now, finished_at=now)
            state = k8s.V1ContainerState(terminated=ended)
            phase = "Failed" if code else "Succeeded"
        status = k8s.V1ContainerStatus(
            name=container["name"], state=state, image="", image_id="", ready=False, restart_count=0
        )
        return k8s.V1Pod(
            metadata=k8s.V1ObjectMeta(**pod["metadata"] | {"annotations": {}}),
            spec=k8s.V1PodSpec(containers=[k8s.V1Container(name=container["name"])]),
            status=k8s.V1PodStatus(phase=phase, container_statuses=[status]),
        )


class _Lines:
    """The response of the log: one line."""

    headers: dict[str, str] = {}

    def stream(self, *_: Any, **__: Any) -> Any:
        return iter([f"{datetime.now(tz=timezone.utc).isoformat()} cleaned\n".encode()])

    def __iter__(self) -> Any:
        return self.stream()

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass

    def release_conn(self) -> None:
        pass
