"""What runs on the nodes of a cluster: installing the bundle, and running one command with the secret's entries."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "yandex"
SECRET = "lockbox-1"
PROGRAMS = ("clean-transactions", "train-model", "promote-model", "copy-data")


class Cloud:
    """Metadata, Lockbox and Object Storage as a node sees them."""

    def __init__(self) -> None:
        cloud = self
        self.objects: dict[str, bytes] = {}
        self.secret = {"AWS_SECRET_ACCESS_KEY": "s3-secret-text", "MLFLOW_TRACKING_URI": "https://mlflow.example.org"}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = cloud.respond(self.path, dict(self.headers))
                self.send_response(200 if body is not None else 403)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(self, path: str, headers: dict[str, str]) -> bytes | None:
        if path.startswith("/computeMetadata/") and headers.get("Metadata-Flavor") == "Google":
            return json.dumps({"access_token": "token-text"}).encode()
        if headers.get("Authorization") != "Bearer token-text":
            return None
        if path == "/lockbox/v1/secrets/lockbox-1/payload":
            entries = [{"key": key, "textValue": value} for key, value in self.secret.items()]
            return json.dumps({"versionId": "1", "entries": entries}).encode()
        return self.objects.get(path)


@pytest.fixture
def node() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.stop()


def run_command(node: Cloud, programs: Path, *arguments: str, secret: str = SECRET) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPTS / "run_command.py"), f"--secret={secret}", "--pause=0.01", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "ANTIFRAUD_METADATA_URL": node.url,
            "ANTIFRAUD_LOCKBOX_URL": node.url,
            "ANTIFRAUD_PROGRAMS": str(programs),
        },
    )


def program(folder: Path, body: str) -> Path:
    path = folder / "clean-transactions"
    path.write_text(f'#!/bin/sh\necho "$*" >>"{folder}/starts"\n{body}\n')
    path.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("body", "options", "code", "starts"),
    [
        ("exit 0", ["--attempts=3"], 0, 1),
        ("exit 1", ["--attempts=3"], 1, 3),
        ("exit 2", ["--attempts=3", "--final=2", "--final=64"], 2, 1),
        ("exit 3", ["--attempts=3", "--success=3"], 0, 1),
        ("kill -KILL $$", ["--attempts=2"], 137, 2),
        (
            '[ "$(wc -l <"$0.log" 2>/dev/null || echo 0)" = 0 ] && { echo >"$0.log"; exit 1; }; exit 0',
            ["--attempts=3"],
            0,
            2,
        ),
    ],
)
def test_exit_codes_and_attempts(
    body: str, options: list[str], code: int, starts: int, node: Cloud, tmp_path: Path
) -> None:
    result = run_command(node, program(tmp_path, body), *options, "--", "clean-transactions", "--input", "s3://b/*.txt")
    assert result.returncode == code, result.stdout + result.stderr
    assert (tmp_path / "starts").read_text().splitlines() == ["--input s3://b/*.txt"] * starts


def test_the_secret_is_the_environment_and_nothing_else(node: Cloud, tmp_path: Path) -> None:
    body = f'[ "$AWS_SECRET_ACCESS_KEY" = s3-secret-text ] && tr "\\0" " " </proc/$$/cmdline >"{tmp_path}/line"'
    result = run_command(node, program(tmp_path, body), "--", "clean-transactions", "--quiet")
    assert result.returncode == 0
    assert "clean-transactions --quiet" in (tmp_path / "line").read_text()
    for text in (result.stdout, result.stderr, (tmp_path / "line").read_text()):
        assert "secret-text" not in text
        assert "token-text" not in text


def test_a_secret_that_cannot_be_read_is_named(node: Cloud, tmp_path: Path) -> None:
    result = run_command(node, program(tmp_path, "exit 0"), "--", "clean-transactions", secret="other")
    assert result.returncode == 1
    assert "The secret other cannot be read" in result.stdout
    assert not (tmp_path / "starts").exists()


@pytest.fixture
def executables(tmp_path: Path) -> Path:
    """curl in the role of our programs: it is linked to many libraries, too."""
    folder = tmp_path / "release"
    folder.mkdir()
    for name in PROGRAMS:
        shutil.copy(shutil.which("curl") or "/usr/bin/curl", folder / name)
    return folder


def make_bundle(executables: Path, bundle: Path) -> str:
    result = subprocess.run(
        [str(SCRIPTS / "make-bundle"), str(executables), str(bundle)], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def install(node: Cloud, folder: Path, checksum: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPTS / "install-antifraud.sh"), f"{node.url}/bucket/antifraud.tar.gz", checksum],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "ANTIFRAUD_METADATA_URL": node.url, "ANTIFRAUD_FOLDER": str(folder)},
    )


def test_a_bundle_is_installed_and_runs_with_its_own_libraries(node: Cloud, tmp_path: Path, executables: Path) -> None:
    bundle = tmp_path / "antifraud.tar.gz"
    checksum = make_bundle(executables, bundle)
    assert checksum == sha256(bundle.read_bytes()).hexdigest()
    assert make_bundle(executables, tmp_path / "again.tar.gz") == checksum
    node.objects["/bucket/antifraud.tar.gz"] = bundle.read_bytes()
    folder = tmp_path / "opt"
    for _ in range(2):
        result = install(node, folder, checksum)
        assert result.returncode == 0, result.stderr
        assert result.stdout.startswith("curl ")
        assert sorted(path.name for path in folder.iterdir()) == ["bin", "lib", "programs"]
    started = subprocess.run(
        [str(folder / "bin" / "train-model"), "--version"],
        capture_output=True,
        text=True,
        check=True,
        env={"LD_DEBUG": "libs", "PATH": os.environ["PATH"]},
    )
    initialised = {line.split("calling init: ")[1] for line in started.stderr.splitlines() if "calling init: " in line}
    assert f"{folder}/lib/libcurl.so.4" in initialised
    # What the bundle has is taken from it, the C library of the wrapper's shell aside.
    bundled = {path.name for path in (folder / "lib").iterdir()}
    others = {Path(library).name for library in initialised if not library.startswith(str(folder))}
    assert others & bundled <= {"libc.so.6", "ld-linux-x86-64.so.2"}


def test_another_bundle_than_announced_is_not_installed(node: Cloud, tmp_path: Path) -> None:
    node.objects["/bucket/antifraud.tar.gz"] = b"something else"
    folder = tmp_path / "opt"
    result = install(node, folder, "0" * 64)
    assert result.returncode == 1
    assert "does not have the SHA-256" in result.stderr
    assert not folder.exists()
