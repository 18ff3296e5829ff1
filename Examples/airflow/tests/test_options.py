"""The variable antifraud_options."""

from __future__ import annotations

from datetime import timedelta

import pytest

from antifraud_airflow.commands import clean, train
from antifraud_airflow.options import Options, OptionsError


def test_defaults_and_given_values() -> None:
    options = Options.parse('{"pool": "fraud", "clean_minutes": 0.5, "train_arguments": ["--grid"]}')
    assert options.pool == "fraud"
    assert options.minutes("clean") == timedelta(seconds=30)
    assert options.minutes("train") == timedelta(hours=4)
    assert train(options).arguments[-1] == "--grid"
    assert clean(options).timeout == timedelta(seconds=30)
    assert Options.parse("{}") == Options()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pool=x", "is not JSON"),
        ("[]", "must be a JSON object"),
        ('{"retry": 1}', "unknown key 'retry'"),
        ('{"retries": -1}', "'retries' in the variable antifraud_options must be a whole number from 0 on, not -1"),
        ('{"retries": true}', "must be a whole number"),
        ('{"clean_minutes": 0}', "must be a number of minutes above 0"),
        ('{"clean_minutes": "5"}', 'not "5"'),
        ('{"pool": ""}', "must be a string"),
        ('{"train_arguments": "--grid"}', "must be a list of strings"),
        ('{"train_arguments": [1]}', "must be a list of strings"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, message: str) -> None:
    with pytest.raises(OptionsError) as error:
        Options.parse(text)
    assert message in str(error.value)
