"""How connections become the environment of programs."""

from __future__ import annotations

import pytest
from airflow.sdk import Connection

from antifraud_airflow.environment import CredentialsError, inherited, mlflow_environment, s3_environment


def connection(**values: object) -> Connection:
    return Connection(**({"conn_id": "some_connection", "conn_type": "http", "host": "host"} | values))


def test_settings_of_airflow_are_not_inherited() -> None:
    kept = {"PATH": "/bin", "HADOOP_CONF_DIR": "/etc/hadoop", "https_proxy": "http://proxy"}
    dropped = {
        "AIRFLOW__CORE__FERNET_KEY": "x",
        "AIRFLOW_CONN_OTHER": "x",
        "__AIRFLOW_SUPERVISOR_FD": "3",
        "AIRFLOW_HOME": "/",
    }
    assert inherited(kept | dropped) == kept


def test_s3_without_keys_leaves_the_role_of_the_worker() -> None:
    assert s3_environment(connection(extra='{"region_name": "eu-central-1"}')) == {"AWS_REGION": "eu-central-1"}


def test_half_a_key_is_refused() -> None:
    with pytest.raises(CredentialsError, match="some_connection needs both login"):
        s3_environment(connection(login="key"))


@pytest.mark.parametrize(
    ("values", "uri"),
    [
        ({}, "http://host"),
        ({"port": 5000}, "http://host:5000"),
        ({"schema": "https"}, "https://host"),
        ({"host": "https://host", "port": 8443}, "https://host:8443"),
        ({"conn_type": "postgres", "schema": "mlflow"}, "postgresql://host/mlflow"),
        (
            {"conn_type": "postgres", "schema": "mlflow", "login": "a b", "password": "p@/:", "port": 5432},
            "postgresql://a%20b:p%40%2F%3A@host:5432/mlflow",
        ),
    ],
)
def test_addresses_of_tracking(values: dict[str, object], uri: str) -> None:
    assert mlflow_environment(connection(**values)) == {"MLFLOW_TRACKING_URI": uri}


def test_credentials_of_tracking() -> None:
    assert mlflow_environment(connection(login="user", password="word", extra='{"token": "t"}')) == {
        "MLFLOW_TRACKING_URI": "http://host",
        "MLFLOW_TRACKING_USERNAME": "user",
        "MLFLOW_TRACKING_PASSWORD": "word",
        "MLFLOW_TRACKING_TOKEN": "t",
    }


@pytest.mark.parametrize("values", [{"host": None}, {"conn_type": "mysql"}])
def test_tracking_that_cannot_be_used_is_refused_by_name(values: dict[str, object]) -> None:
    with pytest.raises(CredentialsError, match="some_connection"):
        mlflow_environment(connection(**values))
