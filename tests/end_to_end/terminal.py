"""A program in a pseudo-terminal: keys go in, the screen comes out, states are waited for.

with Terminal(["vedette", "runs.db"], size=(80, 24)) as terminal:
    terminal.until("LIVE")
    terminal.keys("6")
    terminal.until("This list cannot decide")
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import pyte

PATIENCE = 20.0
"""Seconds a state is waited for: several times what a loaded machine needs."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
    "ctrl+z": "\x1a",
}

_ANSWERS = {
    # Does the terminal know synchronised output? It does, and it is off.
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[c": b"\x1b[?62;c",
}
# What pyte would print as text: private modes with letters of their own.
_UNREADABLE = re.compile(rb"\x1b\[[?>=<][\d;]*\$?[puq]|\x1b[P_^X][^\x1b]*\x1b\\")
_OPEN_END = re.compile(rb"\x1b(?:\[[^@-~]*|[P_^X\]][^\x07\x1b]*)?\Z")


class Terminal:
    """A program and the screen it writes to. Use it as a context: the program ends with it."""

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
        cwd: str | os.PathLike[str] | None = None,
    ) -> None:
        """Starts the command; `size` in columns and rows. A variable that is None is not set."""
        self.raw = bytearray()
        """All that was written, as it was."""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._pending = b""
        self._fd, inside = pty.openpty()
        self.resize(*size)
        self.process = subprocess.Popen(
            list(command),
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=_environment(env or {}),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(inside)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # What a person does

    def keys(self, *keys: str) -> None:
        """Types: names such as `enter` as those keys, anything else letter by letter."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())

    def paste(self, text: str) -> None:
        """Pastes, as a terminal does that brackets what is pasted."""
        os.write(self._fd, b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Gives the terminal another size."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Takes the terminal away, as a closed window does."""
        with suppress(OSError):
            os.close(self._fd)
        self._fd = -1

    # What a person sees

    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def until(self, text: str, timeout: float = PATIENCE) -> str:
        """Waits until the text stands on the screen; the screen then. AssertionError if not."""
        return self.until_true(lambda screen: text in screen, f"{text!r} to appear", timeout)

    def until_gone(self, text: str, timeout: float = PATIENCE) -> str:
        """Waits until the text no longer stands on the screen."""
        return self.until_true(lambda screen: text not in screen, f"{text!r} to go", timeout)

    def until_true(
        self, is_so: Callable[[str], bool], what: str = "it", timeout: float = PATIENCE
    ) -> str:
        """Waits until the screen's text is as asked; AssertionError with the screen if not."""
        end = time.monotonic() + timeout
        while not is_so(self.text()):
            left = end - time.monotonic()
            is_open = left > 0 and self._read(left)
            if not is_open and not is_so(self.text()):
                raise AssertionError(self._told(what, timeout, is_over=left <= 0))
        return self.text()

    def take_in(self, seconds: float) -> None:
        """Takes in what is written within a time; AssertionError if the program has ended."""
        if not self._read(seconds):
            raise AssertionError(self._told("more", seconds, is_over=False))

    def until_ended(self, timeout: float = PATIENCE) -> int:
        """Waits until the program ends; its exit code, negative for a signal."""
        end = time.monotonic() + timeout
        while self.process.poll() is None:
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(self._told("the program to end", timeout, is_over=True))
            if self._fd < 0 or not self._read(min(left, 0.05)):
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(min(left, 0.05))
        self._drain()
        return self.process.returncode

    def close(self) -> None:
        """Ends the program, if it has not ended, and gives the terminal back."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.hang_up()

    # The screen

    def _read(self, seconds: float) -> bool:
        """Takes in what is written within a time; False when nobody writes any more."""
        if self._fd < 0:
            return False
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._fd, 65_536)
        except OSError:
            # The last writer has closed its end.
            return False
        self._take(data)
        return bool(data)

    def _drain(self) -> None:
        while self._fd >= 0 and select.select([self._fd], [], [], 0)[0]:
            if not self._read(0):
                return

    def _take(self, data: bytes) -> None:
        self.raw += data
        data = self._pending + data
        # A sequence may be cut by the end of a read: its rest is still to come.
        cut = _OPEN_END.search(data)
        data, self._pending = (data[: cut.start()], data[cut.start() :]) if cut else (data, b"")
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._fd, answer)
        self._stream.feed(_UNREADABLE.sub(b"", data))

    def _told(self, what: str, timeout: float, *, is_over: bool) -> str:
        why = f"not within {timeout:g}s" if is_over else "the program has ended"
        return f"waited for {what}: {why}; the screen:\n{self.text()}"


def _environment(env: Mapping[str, str | None]) -> dict[str, str]:
    """Like a plain colour terminal in UTC, whoever runs the tests."""
    base: dict[str, str | None] = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": None,
        # They would speak louder than the terminal's own size.
        "COLUMNS": None,
        "LINES": None,
        **env,
    }
    return {name: value for name, value in base.items() if value is not None}


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
