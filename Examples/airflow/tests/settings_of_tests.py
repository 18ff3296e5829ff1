"""Variables and connections for tests, given as Airflow takes them from its environment."""

from __future__ import annotations

import json
from typing import Any

import pytest

LOCATIONS = {
    "antifraud_raw": "s3://bucket/raw/*.txt",
    "antifraud_clean": "s3://bucket/clean",
    "antifraud_models": "s3://bucket/models/",
    "antifraud_reports": "s3://bucket/reports",
}
PODS = {
    "antifraud_pod_image": "registry.example.org/antifraud-tools:1.2.3",
    "antifraud_pod_namespace": "fraud",
    "antifraud_pod_secret": "antifraud-credentials",
}
YANDEX = {
    "antifraud_yandex_bucket": "bucket",
    "antifraud_yandex_subnet": "subnet-1",
    "antifraud_yandex_zone": "ru-central1-b",
    "antifraud_yandex_service_account": "account-1",
    "antifraud_yandex_scripts": "s3a://bucket/airflow",
    "antifraud_yandex_bundle": "https://storage.example.org/bucket/antifraud.tar.gz",
    "antifraud_yandex_bundle_sha256": "0" * 64,
    "antifraud_yandex_secret": "lockbox-1",
}
S3 = {
    "conn_type": "aws",
    "login": "key-id",
    "password": "s3-secret-text",
    "extra": {"endpoint_url": "https://storage.example.org", "region_name": "ru-central1"},
}
MLFLOW = {
    "conn_type": "http",
    "host": "mlflow.example.org",
    "schema": "https",
    "login": "trainer",
    "password": "mlflow-secret-text",
}
#: Short limits, no second attempt.
QUICK = {"retries": 0, "retry_minutes": 0.01, "teardown_retries": 2, "poll_minutes": 0.01}


class Settings:
    """Sets variables and connections for one test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def variables(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self._monkeypatch.setenv(f"AIRFLOW_VAR_{name.upper()}", value)

    def without(self, *names: str) -> None:
        for name in names:
            for kind in ("VAR", "CONN"):
                self._monkeypatch.delenv(f"AIRFLOW_{kind}_{name.upper()}", raising=False)

    def connection(self, name: str, value: dict[str, Any]) -> None:
        self._monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(value))

    def options(self, **values: Any) -> None:
        self.variables({"antifraud_options": json.dumps(QUICK | values)})

    def local(self, binaries: str) -> None:
        self.variables(LOCATIONS | {"antifraud_flavour": "local", "antifraud_binaries": binaries})
        self.connection("antifraud_s3", S3)
        self.connection("antifraud_mlflow", MLFLOW)
        self.options()

    def kubernetes(self) -> None:
        self.variables(LOCATIONS | PODS | {"antifraud_flavour": "kubernetes"})
        self.connection("antifraud_kubernetes", {"conn_type": "kubernetes"})
        self.options()

    def yandex(self) -> None:
        self.variables(LOCATIONS | YANDEX | {"antifraud_flavour": "yandex"})
        self.connection(
            "antifraud_yandex", {"conn_type": "yandexcloud", "extra": {"oauth": "x", "folder_id": "folder-1"}}
        )
        self.options()
