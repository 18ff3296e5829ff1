"""Names of the Airflow variables and connections that the DAGs use, and templates that read them at run time."""

from __future__ import annotations

from dataclasses import dataclass

FLAVOUR = "antifraud_flavour"
OPTIONS = "antifraud_options"
ON_FAILURE = "antifraud_on_failure"

RAW = "antifraud_raw"
CLEAN = "antifraud_clean"
MODELS = "antifraud_models"
REPORTS = "antifraud_reports"
MODEL_NAME = "antifraud_model_name"
EXPERIMENT = "antifraud_experiment"
PROMOTION_POLICY = "antifraud_promotion_policy"

BINARIES = "antifraud_binaries"

POD_IMAGE = "antifraud_pod_image"
POD_NAMESPACE = "antifraud_pod_namespace"
POD_SECRET = "antifraud_pod_secret"
POD_CONFIG = "antifraud_pod_config"
POD_CPU = "antifraud_pod_cpu"
POD_MEMORY = "antifraud_pod_memory"
POD_DISK = "antifraud_pod_disk"

YANDEX_BUCKET = "antifraud_yandex_bucket"
YANDEX_SUBNET = "antifraud_yandex_subnet"
YANDEX_ZONE = "antifraud_yandex_zone"
YANDEX_SERVICE_ACCOUNT = "antifraud_yandex_service_account"
YANDEX_SCRIPTS = "antifraud_yandex_scripts"
YANDEX_BUNDLE = "antifraud_yandex_bundle"
YANDEX_BUNDLE_SHA256 = "antifraud_yandex_bundle_sha256"
YANDEX_SECRET = "antifraud_yandex_secret"
YANDEX_IMAGE_VERSION = "antifraud_yandex_image_version"
YANDEX_PRESET = "antifraud_yandex_preset"
YANDEX_DISK_GIB = "antifraud_yandex_disk_gib"
YANDEX_CLUSTER_PREFIX = "antifraud_yandex_cluster_prefix"

S3_CONNECTION = "antifraud_s3"
MLFLOW_CONNECTION = "antifraud_mlflow"
KUBERNETES_CONNECTION = "antifraud_kubernetes"
YANDEX_CONNECTION = "antifraud_yandex"


@dataclass(frozen=True)
class Requirements:
    """The variables and connections without which a DAG cannot run."""

    variables: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()

    def __add__(self, other: Requirements) -> Requirements:
        return Requirements(self.variables + other.variables, self.connections + other.connections)


def required(name: str) -> str:
    """A template for the value of a variable that must exist."""
    return f"{{{{ var.value.{name} }}}}"


def optional(name: str, default: str) -> str:
    """A template for the value of a variable, or the default."""
    return f"{{{{ var.value.get('{name}', '{default}') }}}}"


def folder(name: str) -> str:
    """A template for a location to which names are appended, without its trailing slash."""
    return f"{{{{ var.value.{name}.rstrip('/') }}}}"


#: The same for all attempts of a DAG run, and sorted by time: names what a run writes.
RUN = "{{ dag_run.run_after | ts_nodash }}"
