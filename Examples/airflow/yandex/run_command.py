"""Runs one command of Antifraud on a node of a Yandex Data Processing cluster, as the driver of a PySpark job.

    run_command.py --secret ID [--attempts N] [--pause SECONDS] [--success CODE]... [--final CODE]... -- COMMAND...

The entries of the Lockbox secret become the command's environment: AWS_ACCESS_KEY_ID, MLFLOW_TRACKING_URI and so on.
They are read with the token of the node's service account, and are never written, logged or passed as arguments.

A failed command is run again, up to N times in all. Exit codes of --success count as success; those of --final are
failures that are not retried. Plain Python 3.8 without packages: it runs with the node's own interpreter.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

METADATA = os.environ.get("ANTIFRAUD_METADATA_URL", "http://169.254.169.254")
LOCKBOX = os.environ.get("ANTIFRAUD_LOCKBOX_URL", "https://payload.lockbox.api.cloud.yandex.net")
PROGRAMS = Path(os.environ.get("ANTIFRAUD_PROGRAMS", "/opt/antifraud/bin"))
TIMEOUT_SECONDS = 30


def read_json(url: str, headers: dict[str, str]) -> dict[str, object]:
    """The JSON object at an address."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
        return json.load(response)


def read_secret(identifier: str) -> dict[str, str]:
    """The entries of a Lockbox secret, read as the node's service account."""
    token = read_json(
        f"{METADATA}/computeMetadata/v1/instance/service-accounts/default/token", {"Metadata-Flavor": "Google"}
    )["access_token"]
    payload = read_json(f"{LOCKBOX}/lockbox/v1/secrets/{identifier}/payload", {"Authorization": f"Bearer {token}"})
    entries = payload.get("entries", [])
    return {entry["key"]: entry["textValue"] for entry in entries if "textValue" in entry}  # type: ignore[attr-defined]


def run(command: list[str], environment: dict[str, str]) -> int:
    """Runs the command and returns its exit code, as a shell tells it: 128 + N for signal N."""
    code = subprocess.run(command, env=environment, check=False).returncode
    return code if code >= 0 else 128 - code


def parse(arguments: list[str]) -> argparse.Namespace:
    """The arguments; what follows '--' is the command."""
    parser = argparse.ArgumentParser(description="Run a command with the entries of a Lockbox secret as environment.")
    parser.add_argument("--secret", required=True)
    parser.add_argument("--attempts", type=int, default=1)
    parser.add_argument("--pause", type=float, default=60)
    parser.add_argument("--success", type=int, action="append", default=[])
    parser.add_argument("--final", type=int, action="append", default=[])
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Runs the command as often as needed and allowed."""
    options = parse(arguments)
    command = [str(PROGRAMS / options.command[0]), *options.command[1:]]
    code = 1
    for attempt in range(1, options.attempts + 1):
        try:
            environment = {**os.environ, **read_secret(options.secret)}
            print(f"Attempt {attempt} of {options.attempts}: {' '.join(command)}", flush=True)
            code = run(command, environment)
        except OSError as error:
            print(f"The secret {options.secret} cannot be read, or the command not run: {error}", flush=True)
            code = 1
        print(f"Exit code {code}", flush=True)
        if code == 0 or code in options.success:
            return 0
        if code in options.final:
            break
        if attempt < options.attempts:
            time.sleep(options.pause)
    return code


if __name__ == "__main__":
    failure = main(sys.argv[1:])
    if failure:
        sys.exit(failure)
