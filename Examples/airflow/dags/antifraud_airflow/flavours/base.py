"""What a flavour is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from airflow.sdk import BaseOperator

from antifraud_airflow.commands import Command
from antifraud_airflow.options import Options
from antifraud_airflow.settings import Requirements


class Cluster(NamedTuple):
    """The tasks that create and delete what the commands run on."""

    create: BaseOperator
    delete: BaseOperator


class Flavour(ABC):
    """Turns commands into Airflow tasks."""

    @abstractmethod
    def requirements(self, commands: list[Command]) -> Requirements:
        """What must be set for these commands, beyond their locations."""

    @abstractmethod
    def task(self, command: Command, options: Options) -> BaseOperator:
        """The task that runs a command."""

    def cluster(self, options: Options) -> Cluster | None:
        """The tasks around the commands, if the flavour needs a cluster."""
        return None
