"""Puts the tasks of a DAG together in the flavour that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import BaseOperator, Variable, chain

from antifraud_airflow import settings
from antifraud_airflow.checks import CheckSettingsOperator
from antifraud_airflow.commands import Command
from antifraud_airflow.flavours import FlavourError, load_flavour
from antifraud_airflow.flavours.base import Flavour
from antifraud_airflow.notification import notify_failure
from antifraud_airflow.options import Options, OptionsError
from antifraud_airflow.settings import Requirements

_MAX_RETRY_DELAY = timedelta(minutes=10)


@dataclass(frozen=True)
class Pipeline:
    """The settings of the variables antifraud_flavour and antifraud_options.

    If they cannot be used, the DAG still exists: its only task fails and says why.
    """

    options: Options
    flavour: Flavour | None
    problem: str | None = None

    @classmethod
    def read(cls) -> Pipeline:
        """Reads the two variables. Both are read each time that Airflow reads the DAG's file."""
        options = Options()
        try:
            options = Options.parse(Variable.get(settings.OPTIONS, default=None) or "{}")
            return cls(options, load_flavour(Variable.get(settings.FLAVOUR, default=None)))
        except (OptionsError, FlavourError) as error:
            return cls(options, None, str(error))

    @property
    def default_args(self) -> dict[str, Any]:
        """What all tasks share: a limited number of retries, with growing pauses."""
        return {
            "owner": self.options.owner,
            "pool": self.options.pool,
            "retries": self.options.retries,
            "retry_delay": timedelta(minutes=self.options.retry_minutes),
            "retry_exponential_backoff": True,
            "max_retry_delay": max(_MAX_RETRY_DELAY, timedelta(minutes=self.options.retry_minutes)),
            "execution_timeout": self.options.minutes("check"),
            "on_failure_callback": notify_failure,
        }

    def assemble(
        self,
        variables: Sequence[str],
        commands: Sequence[Callable[[Options], Command]],
        before: Sequence[Callable[[Options], BaseOperator]] = (),
    ) -> None:
        """Adds the tasks to the current DAG.

            check_settings >> before... >> [create_cluster >>] commands... [>> delete_cluster >> cluster_is_deleted]

        check_settings and create_cluster are the setups of delete_cluster. As check_settings has succeeded, the
        teardown runs also when create_cluster has failed, which may have left a cluster behind.
        """
        if self.flavour is None:
            CheckSettingsOperator(task_id="check_settings", problem=self.problem)
            return
        steps = [command(self.options) for command in commands]
        check = CheckSettingsOperator(
            task_id="check_settings",
            requirements=Requirements(variables=tuple(variables)) + self.flavour.requirements(steps),
            doc_md="Fails with the names of the variables and connections that are missing.",
        )
        cluster = self.flavour.cluster(self.options)
        tasks = [task(self.options) for task in before]
        if cluster:
            tasks.append(cluster.create)
        tasks += [self.flavour.task(step, self.options) for step in steps]
        chain(check, *tasks)
        if cluster:
            tasks[-1] >> cluster.delete
            cluster.delete.as_teardown(setups=[check, cluster.create])
            # The last command and this task decide the state of the run: it fails when a command or the deletion
            # has failed. With on_failure_fail_dagrun, only the deletion would decide: a run with failed commands would
            # be a success.
            cluster.delete >> EmptyOperator(task_id="cluster_is_deleted")
