"""A child process whose output goes to the task's log line by line, and that leaves nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence

#: What a program has to end in after SIGTERM, before SIGKILL.
GRACE_SECONDS = 20.0


class Process:
    """Starts a program in a process group and a temporary folder of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="antifraud-")
        try:
            self._child = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=self._folder.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError:
            self._folder.cleanup()
            raise

    def wait(self, line: Callable[[str, str], None]) -> int:
        """Hands each line of output over and returns the exit code, negative for the signal that ended it."""
        for raw in self._child.stdout or ():
            line("%s", raw.decode("utf-8", errors="backslashreplace").rstrip())
        code = self._child.wait()
        self._folder.cleanup()
        return code

    def stop(self) -> None:
        """SIGTERM to the whole group, and SIGKILL when that does not end it."""
        self._signal(signal.SIGTERM)
        try:
            self._child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._child.wait()
        self._folder.cleanup()

    def _signal(self, number: signal.Signals) -> None:
        if self._child.poll() is None:
            os.killpg(self._child.pid, number)
