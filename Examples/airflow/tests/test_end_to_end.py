"""Both DAGs with the real programs against a real S3, PostgreSQL and MLflow, as an operator runs them.

scripts/test-airflow starts the servers and says where they are.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import DAGS

BUCKET = "s3://antifraud-airflow"
OPTIONS = {
    "retries": 0,
    "train_arguments": ["--test-share", "0.3", "--rounds", "20"],
}


def needed(name: str) -> str:
    """A setting of scripts/test-airflow."""
    value = os.environ.get(name)
    assert value, f"{name} is not set: run scripts/test-airflow"
    return value


class System:
    """The programs and servers, and an Airflow over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.binaries = Path(needed("ANTIFRAUD_BINARIES"))
        self.key = needed("ANTIFRAUD_TEST_S3_KEY")
        self.secret = needed("ANTIFRAUD_TEST_S3_SECRET")
        self.endpoint = needed("ANTIFRAUD_TEST_S3_ENDPOINT")
        self.mlflow = needed("ANTIFRAUD_TEST_MLFLOW_URI")
        self.user = needed("ANTIFRAUD_TEST_MLFLOW_USER")
        self.password = needed("ANTIFRAUD_TEST_MLFLOW_PASSWORD")

    def program(self, name: str, *arguments: str) -> Any:
        """Runs a program and returns what it prints as JSON."""
        result = subprocess.run(
            [str(self.binaries / name), *arguments, "--json"],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ
            | {
                "AWS_ACCESS_KEY_ID": self.key,
                "AWS_SECRET_ACCESS_KEY": self.secret,
                "AWS_ENDPOINT_URL": self.endpoint,
            },
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def run_dag(self, dag_id: str) -> str:
        """Runs a DAG to its end and returns the log."""
        result = subprocess.run(
            [sys.executable, "-m", "airflow", "dags", "test", dag_id],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=self._environment(),
        )
        assert result.returncode == 0, result.stdout
        assert self.secret not in result.stdout
        assert self.password not in result.stdout
        return result.stdout

    def version(self, alias: str) -> str | None:
        """The version of the registered model that an alias points at."""
        credentials = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310
            f"{self.mlflow}/api/2.0/mlflow/registered-models/alias?name=antifraud&alias={alias}",
            headers={"Authorization": f"Basic {credentials}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return json.load(response)["model_version"]["version"]
        except urllib.error.HTTPError as error:
            if error.code in (400, 404):
                return None
            raise

    def _environment(self) -> Mapping[str, str]:
        s3 = {
            "conn_type": "aws",
            "login": self.key,
            "password": self.secret,
            "extra": {"endpoint_url": self.endpoint, "region_name": "us-east-1"},
        }
        tracking = {"conn_type": "http", "host": self.mlflow, "login": self.user, "password": self.password}
        variables = {
            "flavour": "local",
            "binaries": str(self.binaries),
            "raw": f"{BUCKET}/raw/*.txt",
            "clean": f"{BUCKET}/clean/",
            "models": f"{BUCKET}/models/",
            "reports": f"{BUCKET}/reports/",
            "options": json.dumps(OPTIONS),
        }
        return (
            os.environ
            | {f"AIRFLOW_VAR_ANTIFRAUD_{name.upper()}": value for name, value in variables.items()}
            | {
                "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
                "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
                "AIRFLOW_CONN_ANTIFRAUD_S3": json.dumps(s3),
                "AIRFLOW_CONN_ANTIFRAUD_MLFLOW": json.dumps(tracking),
            }
        )


@pytest.fixture
def system(database: Path, tmp_path: Path) -> System:
    return System(tmp_path)


def rows(system: System) -> int:
    """Rows of the clean data set, as another reader counts them."""
    local = system.folder / "clean"
    system.program("copy-data", f"{BUCKET}/clean/", f"{local}/", "--delete")
    files = [path for path in local.rglob("*.parquet") if not path.name.startswith(("_", "."))]
    count = "import sys, pyarrow.parquet as p; print(sum(p.ParquetFile(f).metadata.num_rows for f in sys.argv[1:]))"
    result = subprocess.run(
        [needed("ANTIFRAUD_PYTHON"), "-c", count, *map(str, files)], capture_output=True, text=True, check=True
    )
    return int(result.stdout)


def test_from_raw_files_to_a_promoted_model(system: System) -> None:
    raw = system.folder / "raw"
    system.program("simulate-transactions", "--output", str(raw), "--transactions", "60000", "--days", "90")
    files = sorted(raw.glob("*.txt"))
    assert len(files) == 3

    # Two files are there, another one arrives: each run takes what is new.
    counts = []
    for arrived in (files[:2], files[2:]):
        for file in arrived:
            system.program("copy-data", str(file), f"{BUCKET}/raw/")
        system.run_dag("prepare_data")
        counts.append(rows(system))
    assert 0 < counts[0] < counts[1] < 62_000

    # Nothing new: a success that changes nothing.
    system.run_dag("prepare_data")
    assert rows(system) == counts[1]

    # The first model becomes the champion without a comparison.
    assert system.version("champion") is None
    log = system.run_dag("train_model")
    assert "The data were cleaned at" in log
    assert system.version("candidate") == system.version("champion") == "1"

    # The same data give the same model, which is not better: promotion is skipped, and the run succeeds.
    log = system.run_dag("train_model")
    assert "promote-model ended with exit code 3" in log
    assert system.version("candidate") == "2"
    assert system.version("champion") == "1"
