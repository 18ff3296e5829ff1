"""A stand-in for Yandex Cloud behind its SDK: the provider's operators, hook and wrappers run as they are.

Its state is in a folder and shared by all processes, since tasks under a real supervisor are separate processes.
Every call is recorded; a fault can be set for each.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from yandex.cloud.dataproc.v1 import cluster_pb2, cluster_service_pb2, job_pb2, job_service_pb2
from yandexcloud._wrappers import Wrappers
from yandexcloud.operations import OperationError, OperationResult

ALWAYS = 20


class ServiceError(grpc.RpcError):
    """The service responds with a status other than OK."""

    def __init__(self, status: grpc.StatusCode) -> None:
        super().__init__(status)
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status


class Cloud:
    """The state of the cloud: the record of all calls, and faults to come."""

    def __init__(self, folder: Path) -> None:
        self._calls = folder / "calls.jsonl"
        self._faults = folder / "faults.json"
        self._calls.touch()
        self._faults.write_text("{}")

    def lay_fault(self, call: str, kind: str, times: int = ALWAYS) -> None:
        """The next calls of that name: 'unavailable', 'fails', 'hangs' or 'kills'."""
        faults = json.loads(self._faults.read_text())
        faults.setdefault(call, []).extend([kind] * times)
        self._faults.write_text(json.dumps(faults))

    def calls(self, name: str = "") -> list[dict[str, Any]]:
        entries = [json.loads(line) for line in self._calls.read_text().splitlines()]
        return [entry for entry in entries if entry["call"].startswith(name)]

    def record(self, call: str, **values: Any) -> None:
        with self._calls.open("a") as file:
            file.write(json.dumps({"call": call, **values}) + "\n")

    def fault(self, call: str) -> str | None:
        faults = json.loads(self._faults.read_text())
        kind = faults[call].pop(0) if faults.get(call) else None
        self._faults.write_text(json.dumps(faults))
        return kind

    def clusters(self) -> dict[str, str]:
        """Names of the clusters that exist, by id."""
        found: dict[str, str] = {}
        for entry in self.calls("cluster is"):
            if entry["call"] == "cluster is there":
                found[entry["id"]] = entry["name"]
            else:
                found.pop(entry["id"], None)
        return found

    def active_jobs(self) -> list[str]:
        active: list[str] = []
        for entry in self.calls("job is"):
            if entry["call"] == "job is running":
                active.append(entry["id"])
            elif entry["id"] in active:
                active.remove(entry["id"])
        return active


class StandInSDK:
    """What yandexcloud.SDK is for the provider."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.wrappers = Wrappers(self)
        self.helpers = SimpleNamespace()

    def client(self, stub: type) -> Any:
        return {"ClusterServiceStub": _Clusters, "JobServiceStub": _Jobs}[stub.__name__](self._cloud)

    def create_operation_and_get_result(self, request: Any, service: type, method_name: str, **_: Any) -> Any:
        return getattr(self.client(service), method_name)(request)


class _Service:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def _begin(self, call: str, request: Any) -> str | None:
        fault = self._cloud.fault(call)
        self._cloud.record(call, fault=fault, request=MessageToDict(request, preserving_proto_field_name=True))
        if fault == "unavailable":
            raise ServiceError(grpc.StatusCode.UNAVAILABLE)
        return fault

    @staticmethod
    def _end(fault: str | None, call: str) -> None:
        if fault == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "hangs":
            for _ in range(1200):
                time.sleep(0.1)
        if fault == "fails":
            raise OperationError(f"{call} failed", OperationResult(operation=None))


class _Clusters(_Service):
    def List(self, request: Any) -> Any:
        clusters = [
            cluster_pb2.Cluster(id=identifier, name=name)
            for identifier, name in self._cloud.clusters().items()
            if request.filter == f'name = "{name}"'
        ]
        return cluster_service_pb2.ListClustersResponse(clusters=clusters)

    def Create(self, request: Any) -> Any:
        fault = self._begin("create cluster", request)
        if request.name in self._cloud.clusters().values():
            raise ServiceError(grpc.StatusCode.ALREADY_EXISTS)
        identifier = f"cluster-{len(self._cloud.calls('cluster is there')) + 1}"
        self._cloud.record("cluster is there", id=identifier, name=request.name)
        self._end(fault, "create cluster")
        return OperationResult(operation=None, response=cluster_pb2.Cluster(id=identifier, name=request.name))

    def Delete(self, request: Any) -> Any:
        fault = self._begin("delete cluster", request)
        if request.cluster_id not in self._cloud.clusters():
            raise ServiceError(grpc.StatusCode.NOT_FOUND)
        if fault == "fails":
            self._end(fault, "delete cluster")
        self._cloud.record("cluster is gone", id=request.cluster_id)
        self._end(fault, "delete cluster")
        return OperationResult(operation=None)


class _Jobs(_Service):
    def List(self, request: Any) -> Any:
        jobs = [job_pb2.Job(id=identifier, status=job_pb2.Job.RUNNING) for identifier in self._cloud.active_jobs()]
        return job_service_pb2.ListJobsResponse(jobs=jobs)

    def Create(self, request: Any) -> Any:
        fault = self._begin(f"run {request.name}", request)
        if request.cluster_id not in self._cloud.clusters():
            raise ServiceError(grpc.StatusCode.NOT_FOUND)
        if self._cloud.active_jobs():
            raise ServiceError(grpc.StatusCode.FAILED_PRECONDITION)
        identifier = f"job-{len(self._cloud.calls('job is running')) + 1}"
        self._cloud.record("job is running", id=identifier)
        if fault in ("hangs", "kills"):
            self._end(fault, request.name)
        self._cloud.record("job is over", id=identifier)
        self._end(fault, request.name)
        return OperationResult(operation=None, response=job_pb2.Job(id=identifier))

    def Cancel(self, request: Any) -> Any:
        self._begin("cancel job", request)
        self._cloud.record("job is over", id=request.job_id)
        return OperationResult(operation=None)
