"""What programs find in their environment: credentials come from Airflow connections, never from command lines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote

from airflow.sdk import Connection
from airflow.sdk.log import mask_secret


class CredentialsError(ValueError):
    """A connection exists but cannot be used; the message names it and the field."""


def inherited(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The worker's environment without Airflow's own settings, which hold the keys of its database and secrets."""
    return {name: value for name, value in environment.items() if not name.lstrip("_").startswith("AIRFLOW_")}


def s3_environment(connection: Connection) -> dict[str, str]:
    """Variables for an S3 store, from a connection of type aws."""
    extra = connection.extra_dejson
    values = {
        "AWS_ACCESS_KEY_ID": connection.login,
        "AWS_SECRET_ACCESS_KEY": connection.password,
        "AWS_SESSION_TOKEN": extra.get("aws_session_token"),
        "AWS_ENDPOINT_URL": extra.get("endpoint_url"),
        "AWS_REGION": extra.get("region_name"),
    }
    if bool(connection.login) != bool(connection.password):
        raise CredentialsError(
            f"The connection {connection.conn_id} needs both login (access key) and password (secret key), "
            "or neither if the worker has its own role."
        )
    return _present(values, secrets=("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))


def mlflow_environment(connection: Connection) -> dict[str, str]:
    """Variables for MLflow, from a connection of type http (a server) or postgres (directly to its database)."""
    if not connection.host:
        raise CredentialsError(f"The connection {connection.conn_id} has no host.")
    if connection.conn_type in ("postgres", "postgresql"):
        user = quote(connection.login or "", safe="")
        password = quote(connection.password or "", safe="")
        authority = f"{user}:{password}@" if password else f"{user}@" if user else ""
        port = f":{connection.port}" if connection.port else ""
        uri = f"postgresql://{authority}{connection.host}{port}/{quote(connection.schema or '', safe='')}"
        return _present({"MLFLOW_TRACKING_URI": uri}, secrets=("MLFLOW_TRACKING_URI",) if password else ())
    if connection.conn_type not in ("http", "https"):
        raise CredentialsError(
            f"The connection {connection.conn_id} must be of type http or postgres, not {connection.conn_type}."
        )
    scheme, separator, host = connection.host.rpartition("://")
    if not separator:
        scheme = connection.schema or connection.conn_type
    port = f":{connection.port}" if connection.port else ""
    values = {
        "MLFLOW_TRACKING_URI": f"{scheme}://{host}{port}",
        "MLFLOW_TRACKING_USERNAME": connection.login,
        "MLFLOW_TRACKING_PASSWORD": connection.password,
        "MLFLOW_TRACKING_TOKEN": connection.extra_dejson.get("token"),
    }
    return _present(values, secrets=("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"))


def _present(values: Mapping[str, str | None], secrets: tuple[str, ...]) -> dict[str, str]:
    present = {name: value for name, value in values.items() if value}
    for name in secrets:
        if name in present:
            mask_secret(present[name])
    return present
