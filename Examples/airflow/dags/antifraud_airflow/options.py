"""The optional variable antifraud_options: what Airflow must know when it reads the DAGs, before any task runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from antifraud_airflow.settings import OPTIONS


class OptionsError(ValueError):
    """antifraud_options cannot be used; the message says why and what is allowed."""


@dataclass(frozen=True)
class Options:
    """Pool, owner, retries, time limits in minutes, and further arguments of commands."""

    owner: str = "antifraud"
    pool: str = "default_pool"
    retries: int = 2
    retry_minutes: float = 1
    teardown_retries: int = 5
    check_minutes: float = 5
    wait_minutes: float = 720
    poll_minutes: float = 1
    create_minutes: float = 30
    clean_minutes: float = 60
    train_minutes: float = 240
    promote_minutes: float = 60
    delete_minutes: float = 30
    clean_arguments: tuple[str, ...] = ()
    train_arguments: tuple[str, ...] = ("--test-share", "0.2")
    promote_arguments: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Options:
        """Options from the JSON object that the variable holds."""
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise OptionsError(f"The variable {OPTIONS} is not JSON: {error}.") from error
        if not isinstance(values, dict):
            raise OptionsError(f'The variable {OPTIONS} must be a JSON object such as {{"pool": "antifraud"}}.')
        known = {field.name: field for field in fields(cls)}
        for name in values:
            if name not in known:
                raise OptionsError(
                    f"The variable {OPTIONS} has an unknown key '{name}'. Known are: {', '.join(known)}."
                )
        return cls(**{name: _checked(name, value, known[name].default) for name, value in values.items()})

    def minutes(self, step: str) -> timedelta:
        """The time limit of a step, such as 'clean'."""
        return timedelta(minutes=getattr(self, f"{step}_minutes"))


def _checked(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        expected = "a list of strings"
    elif isinstance(default, str):
        if isinstance(value, str) and value:
            return value
        expected = "a string"
    elif name.endswith("retries"):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        expected = "a whole number from 0 on"
    else:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return value
        expected = "a number of minutes above 0"
    raise OptionsError(f"'{name}' in the variable {OPTIONS} must be {expected}, not {json.dumps(value)}.")
