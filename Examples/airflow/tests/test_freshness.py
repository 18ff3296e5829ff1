"""Training waits for a cleaning of the same day."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from antifraud_airflow.commands import CLEAN_TRANSACTIONS
from antifraud_airflow.freshness import data_are_there

MIDNIGHT = datetime(2026, 3, 5, tzinfo=timezone.utc)


class Events:
    """The events of an asset, as Airflow hands them out."""

    def __init__(self, moments: list[datetime]) -> None:
        self._moments = sorted(moments)

    def after(self, moment: str) -> Events:
        return Events([each for each in self._moments if each >= datetime.fromisoformat(moment)])

    def ascending(self, ascending: bool) -> Events:
        assert not ascending
        return self

    def limit(self, count: int) -> list[Any]:
        return [SimpleNamespace(timestamp=each) for each in reversed(self._moments)][:count]


@pytest.mark.parametrize(
    ("cleaned", "expected"),
    [
        ([], False),
        ([MIDNIGHT - timedelta(seconds=1)], False),
        ([MIDNIGHT], True),
        ([MIDNIGHT - timedelta(days=9), MIDNIGHT + timedelta(minutes=45)], True),
        ([MIDNIGHT + timedelta(days=3)], True),
    ],
)
@pytest.mark.parametrize("hours", [0, 1, 23])
@pytest.mark.parametrize("zone", [timezone.utc, timezone(timedelta(hours=3))])
def test_cleaned_since_midnight(cleaned: list[datetime], expected: bool, hours: int, zone: timezone) -> None:
    run_after = (MIDNIGHT + timedelta(hours=hours)).astimezone(zone)
    context = {"dag_run": SimpleNamespace(run_after=run_after), "inlet_events": {CLEAN_TRANSACTIONS: Events(cleaned)}}
    assert data_are_there(**context) is expected
