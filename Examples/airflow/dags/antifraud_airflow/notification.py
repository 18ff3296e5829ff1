"""Failure notifications through a callable that the variable antifraud_on_failure names."""

from __future__ import annotations

import logging
from importlib import import_module

from airflow.sdk import Context, Variable

from antifraud_airflow.settings import ON_FAILURE

log = logging.getLogger(__name__)


def notify_failure(context: Context) -> None:
    """Calls what antifraud_on_failure names, such as my_company.alerts.page, with the context of the failed task.

    It may be a function or an Airflow notifier. Its errors are logged and have no other effect.
    """
    name = Variable.get(ON_FAILURE, default=None)
    if not name:
        return
    try:
        module, _, attribute = name.rpartition(".")
        getattr(import_module(module), attribute)(context)
    except Exception:
        log.exception("The callable %s of the variable %s failed", name, ON_FAILURE)
