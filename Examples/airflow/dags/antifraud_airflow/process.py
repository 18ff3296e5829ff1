"""A child process whose output goes to the task's log line by line, and that leaves nothing running."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence

#: What a program has to end in after SIGTERM, before SIGKILL.
GRACE_SECONDS = 20.0


class Process:
    """Starts a program in its own process group and temporary folder."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        if shutil.which(command[0], path=environment.get("PATH")) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
        self._folder = tempfile.TemporaryDirectory(prefix="antifraud-")
        self._child = subprocess.Popen(
            [*self._ended_with_its_parent(), *command],
            env=dict(environment),
            cwd=self._folder.name,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @staticmethod
    def _ended_with_its_parent() -> list[str]:
        """Has the kernel end the program when the task is killed, so that it does not run beside the next attempt."""
        setpriv = shutil.which("setpriv")
        return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []

    def wait(self, line: Callable[[str, str], None]) -> int:
        """Passes each line of output on and returns the exit code, negative for the signal that ended it."""
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
