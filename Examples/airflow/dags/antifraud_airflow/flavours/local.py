"""Flavour 'local': the executables run on the Airflow worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from airflow.sdk import BaseOperator, Connection, Context
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowNotFoundException,
    AirflowSkipException,
)

from antifraud_airflow import settings
from antifraud_airflow.commands import Command
from antifraud_airflow.environment import CredentialsError, inherited, mlflow_environment, s3_environment
from antifraud_airflow.flavours.base import Flavour
from antifraud_airflow.options import Options
from antifraud_airflow.process import Process
from antifraud_airflow.settings import Requirements, optional


class CommandOperator(BaseOperator):
    """Runs an executable, without a shell, and maps its exit code to the state of the task."""

    template_fields: Sequence[str] = ("folder", "arguments")

    def __init__(self, *, command: Command, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.folder = optional(settings.BINARIES, "")
        self.program = command.program
        self.arguments = list(command.arguments)
        self.skip_codes = sorted(command.skip_codes)
        self.final_codes = sorted(command.final_codes)
        self.uses_tracking = command.uses_tracking
        self._process: Process | None = None

    def execute(self, context: Context) -> None:
        program = str(Path(self.folder) / self.program) if self.folder else self.program
        try:
            environment = inherited() | self._credentials()
        except CredentialsError as error:
            raise AirflowFailException(str(error)) from error
        self.log.info("Running %s", " ".join([program, *self.arguments]))
        try:
            self._process = Process([program, *self.arguments], environment)
        except OSError as error:
            raise AirflowFailException(
                f"{program} cannot be run on this worker: {error.strerror}. "
                f"Install it there, or set the variable {settings.BINARIES} to its folder."
            ) from error
        code = self._process.wait(self.log.info)
        if code in self.skip_codes:
            raise AirflowSkipException(f"{self.program} ended with exit code {code}: there was nothing to change.")
        if code in self.final_codes:
            raise AirflowFailException(f"{self.program} failed with exit code {code}; a retry would give the same.")
        if code != 0:
            how = f"was ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
            raise AirflowException(f"{self.program} {how}; see its messages above.")

    def on_kill(self) -> None:
        """Ends the program when the task times out, is marked failed, or its worker is shut down."""
        if self._process is not None:
            self._process.stop()

    def _credentials(self) -> dict[str, str]:
        found: dict[str, str] = {}
        try:
            found |= s3_environment(Connection.get(settings.S3_CONNECTION))
        except AirflowNotFoundException:
            self.log.info("There is no connection %s: the worker's own credentials are used", settings.S3_CONNECTION)
        if self.uses_tracking:
            found |= mlflow_environment(Connection.get(settings.MLFLOW_CONNECTION))
        return found


class LocalFlavour(Flavour):
    def requirements(self, commands: list[Command]) -> Requirements:
        tracking = any(command.uses_tracking for command in commands)
        return Requirements(
            connections=(settings.S3_CONNECTION, settings.MLFLOW_CONNECTION) if tracking else (settings.S3_CONNECTION,)
        )

    def task(self, command: Command, options: Options) -> BaseOperator:
        return CommandOperator(
            task_id=command.task_id,
            command=command,
            execution_timeout=command.timeout,
            outlets=list(command.outlets),
            doc_md=command.doc,
        )


FLAVOUR = LocalFlavour()
