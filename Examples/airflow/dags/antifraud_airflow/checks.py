"""The first task of each DAG: if a setting is missing that a run needs, the run ends here and names it."""

from __future__ import annotations

import logging

from airflow.sdk import BaseOperator, Connection, Context, Variable
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from antifraud_airflow import settings
from antifraud_airflow.settings import Requirements

log = logging.getLogger(__name__)

_S3_SCHEMES = ("s3://", "s3a://")
_NOTHING = Requirements()


class CheckSettingsOperator(BaseOperator):
    """Fails, without a retry, when a variable or connection is missing or when the DAG could not be put together."""

    def __init__(self, *, requirements: Requirements = _NOTHING, problem: str | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.requirements = requirements
        self.problem = problem

    def execute(self, context: Context) -> None:
        if self.problem:
            raise AirflowFailException(self.problem)
        values = {name: Variable.get(name, default=None) for name in self.requirements.variables}
        missing = [name for name, value in values.items() if not value]
        if missing:
            raise AirflowFailException(
                f"Airflow variables that this DAG needs are missing: {', '.join(missing)}. "
                f"Set them in the UI or with: airflow variables set {missing[0]} VALUE"
            )
        missing = [name for name in self.requirements.connections if not self._is_there(name, values)]
        if missing:
            raise AirflowFailException(
                f"Airflow connections that this DAG needs are missing: {', '.join(missing)}. "
                "Add them in the UI or with: airflow connections add"
            )
        log.info("All variables and connections are set: %s", ", ".join([*values, *self.requirements.connections]))

    @staticmethod
    def _is_there(name: str, values: dict[str, str | None]) -> bool:
        if name == settings.S3_CONNECTION and not any(
            (value or "").startswith(_S3_SCHEMES) for value in values.values()
        ):
            return True
        try:
            Connection.get(name)
        except AirflowNotFoundException:
            return False
        return True
