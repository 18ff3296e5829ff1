"""The three ways to run the same commands. Each is loaded only when it is chosen, with the provider that it needs."""

from __future__ import annotations

from importlib import import_module

from antifraud_airflow.flavours.base import Flavour
from antifraud_airflow.settings import FLAVOUR

#: Flavour: the package that it needs.
PACKAGES = {
    "local": "apache-airflow-providers-standard",
    "kubernetes": "apache-airflow-providers-cncf-kubernetes",
    "yandex": "apache-airflow-providers-yandex",
}


class FlavourError(ValueError):
    """The flavour cannot be used; the message says why and what to do."""


def load_flavour(name: str | None) -> Flavour:
    """The flavour that the variable antifraud_flavour names."""
    choices = ", ".join(PACKAGES)
    if not name:
        raise FlavourError(f"The Airflow variable {FLAVOUR} is missing. Set it to one of: {choices}.")
    if name not in PACKAGES:
        raise FlavourError(f"The Airflow variable {FLAVOUR} is '{name}'. It must be one of: {choices}.")
    try:
        module = import_module(f"antifraud_airflow.flavours.{name}")
    except ImportError as error:
        raise FlavourError(
            f"The flavour '{name}' (variable {FLAVOUR}) needs the Python package {PACKAGES[name]}, "
            f"which this Airflow does not have: {error}."
        ) from error
    return module.FLAVOUR
