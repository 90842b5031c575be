"""A program in a pseudo-terminal: what it writes and when, what it costs, and keys for it."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from .programs import environment

WIDE = (120, 40)
"""Columns and rows of most measurements."""

QUIET_SECONDS = 0.12
"""A program that wrote nothing for so long has finished painting."""

DEADLINE = 30.0

LOOKS = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class NotSeen(Exception):
    """The program ended, or did not show what was waited for."""


class Terminal:
    """A running program and the terminal it believes to be in."""

    def __init__(self, command: Sequence[str], size: tuple[int, int] = WIDE) -> None:
        self.written = bytearray()
        """Every byte the program wrote."""
        self.last_write = 0.0
        """When it wrote last; seconds of time.perf_counter, like every time here."""
        self._ended = False
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            _become(command, {**environment(), **LOOKS})
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the program."""
        if not self._ended:
            os.kill(self.pid, signal.SIGTERM)
            deadline = time.perf_counter() + 3
            while not self._ended and time.perf_counter() < deadline:
                self.read(0.05)
        if not self._ended:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._master)
        os.waitpid(self.pid, 0)

    def send(self, keys: str) -> float:
        """Presses keys; the moment they were sent."""
        os.write(self._master, keys.encode())
        return time.perf_counter()

    def read(self, seconds: float) -> int:
        """Takes what the program writes, waiting at most so long for it; the count of bytes."""
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return 0
        try:
            some = os.read(self._master, 1 << 20)
        except OSError:
            some = b""
        self._ended = not some
        if some:
            self.last_write = time.perf_counter()
            self.written += some
        return len(some)

    def read_for(self, seconds: float) -> int:
        """Takes what it writes in that time; the count of bytes."""
        before = len(self.written)
        deadline = time.perf_counter() + seconds
        while not self._ended and (left := deadline - time.perf_counter()) > 0:
            self.read(left)
        return len(self.written) - before

    def settle(self, quiet: float = QUIET_SECONDS) -> int:
        """Takes what it writes until it is quiet; the count of bytes."""
        before = len(self.written)
        deadline = time.perf_counter() + DEADLINE
        while self.read(quiet) and time.perf_counter() < deadline:
            pass
        return len(self.written) - before

    def wait_for(self, sign: bytes, since: int = 0) -> float:
        """Waits until the program wrote `sign` after the byte `since`; the moment it came.

        Raises NotSeen.
        """
        searched = since
        deadline = time.perf_counter() + DEADLINE
        while self.written.find(sign, searched) < 0:
            searched = max(since, len(self.written) - len(sign))
            if self._ended or time.perf_counter() > deadline:
                raise NotSeen(f"{sign!r} was not written; the screen says:\n{self.text()}")
            self.read(0.25)
        return self.last_write

    def text(self) -> str:
        """The screen as a person reads it."""
        self._stream.feed(bytes(self.written[self._fed :]))
        self._fed = len(self.written)
        return "\n".join(self._screen.display)

    def cpu(self) -> float:
        """Seconds of processor time of all its threads so far, to the microsecond."""
        self._must_run()
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9

    def resident(self) -> float:
        """Megabytes of memory it occupies now."""
        self._must_run()
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise NotSeen("the program has no memory any more")

    def _must_run(self) -> None:
        if self._ended:
            raise NotSeen(f"the program ended; its last screen says:\n{self.text()}")


def _become(command: Sequence[str], env: Mapping[str, str]) -> None:
    """In the child: the command, or an exit code that says it is not there."""
    try:
        os.execvpe(command[0], list(command), env)
    finally:
        os._exit(127)
