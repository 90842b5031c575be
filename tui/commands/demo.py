"""The command `demo`: made-up agents in a database of their own, and the console on it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from ...data import times
from ...data.errors import UsageError, VedetteError
from .console import need_terminal, open_console
from .options import chosen_db
from .output import say

if TYPE_CHECKING:
    from ...data.source import Source

PRESETS = ("calm", "busy", "incident", "huge")

_READY_SECONDS = 30.0
_GONE_SECONDS = 3.0


def command(_name: str) -> click.Command:
    """The command `demo`."""
    return demo


@click.command(short_help="Made-up agents, and the console on them.")
@click.option(
    "--seed", type=int, default=7, show_default=True, help="The same seed, the same rows."
)
@click.option(
    "--preset", type=click.Choice(PRESETS), default="busy", show_default=True, help="What goes on."
)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    show_default=True,
    help="How many times as fast the agents act.",
)
@click.option(
    "--db", metavar="PATH", help="A new file (default: a temporary one, gone afterwards)."
)
@click.option("--no-console", is_flag=True, help="Only write; then say what was written.")
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    help="Write so long and end; 0: history only. Without it: until ctrl+c or the console ends.",
)
@click.option(
    "--start",
    metavar="TIME",
    help="When the history ends (default: now; of a history alone the last full hour).",
)
@click.option("--until-eof", is_flag=True, hidden=True)
def demo(
    seed: int,
    preset: str,
    speed: float,
    db: str | None,
    no_console: bool,
    seconds: float | None,
    start: str | None,
    until_eof: bool,
) -> int:
    """Writes made-up agents with the recorder and opens the console on them: some gates to answer,
    a loop, a silent agent, alarms, several models with one unpriced.

    Nothing of it is real; no agent runs and nothing leaves this machine.
    """
    db = chosen_db(db)
    began = _moment(start, is_still=no_console and seconds == 0)
    if no_console:
        return _write(db, seed, preset, speed, seconds, began, until_eof=until_eof)
    need_terminal()
    arguments = [f"--seed={seed}", f"--preset={preset}", f"--speed={speed}"]
    arguments += [f"--start={times.text(began)}"]
    if seconds is not None:
        arguments.append(f"--seconds={seconds}")
    with _place(db) as path, _writer(path, arguments, whole=preset != "huge"):
        return open_console([path], {"is_demo": True})


def _write(
    db: str | None,
    seed: int,
    preset: str,
    speed: float,
    seconds: float | None,
    start: float,
    *,
    until_eof: bool,
) -> int:
    # The recorder and its threads: only this command and `gate` write.
    from ...data.simulator import simulate

    path = db or os.path.join(tempfile.mkdtemp(prefix="vedette-demo-"), "runs.db")
    stop = _stop_on_signals()
    if until_eof:
        threading.Thread(target=_wait_for_eof, args=(stop,), daemon=True).start()
    elif seconds is None:
        say(f"writing into {path} until ctrl+c")
    summary = simulate(
        path, seed=seed, preset=preset, speed=speed, seconds=seconds, start=start, stop=stop
    )
    click.echo(
        f"{summary.path}: {summary.runs:,} runs, {summary.agents:,} agents, "
        f"{summary.pending:,} gates waiting (preset {summary.preset}, seed {summary.seed})"
    )
    return 0


def _moment(start: str | None, *, is_still: bool) -> float:
    if start is None:
        now = time.time()
        # A history alone begins from a fixed point, so that two of one seed are the same rows.
        return now - now % 3600 if is_still else now
    moment = times.moment(start, time.time())
    if moment is None:
        raise UsageError(f"“{start}” is no time", "say it as in 2026-11-21T14:02:31Z or -1h")
    return moment


def _stop_on_signals() -> threading.Event:
    """Set by ctrl+c and by the signals that end a program: the agents end their runs first."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, end)
    return stop


def _wait_for_eof(stop: threading.Event) -> None:
    """The console holds the other end of stdin: when it is gone, whatever way, so are we."""
    sys.stdin.buffer.read()
    stop.set()


@contextmanager
def _place(db: str | None) -> Iterator[str]:
    """The file to write: as named, or a temporary one that goes with the console."""
    if db:
        yield db
        return
    folder = tempfile.mkdtemp(prefix="vedette-demo-")
    try:
        yield os.path.join(folder, "runs.db")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _writer(path: str, arguments: list[str], *, whole: bool) -> Iterator[None]:
    """A process of its own that writes while the console runs, as real agents do."""
    program = [sys.executable, "-m", "vedette.tui", "demo", "--no-console", "--until-eof"]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            [*program, f"--db={path}", *arguments],
            stdin=subprocess.PIPE,
            stdout=words,
            stderr=words,
            # ctrl+c in the terminal is the console's; the writer ends when the console does.
            start_new_session=True,
        )
        try:
            _wait_until_written(path, process, whole=whole)
            if process.poll():
                words.seek(0)
                raise _failed(words.read().decode("utf-8", "replace"))
            yield
        finally:
            _end(process)


def _wait_until_written(path: str, process: subprocess.Popen[bytes], *, whole: bool) -> None:
    """Waits for the history: of the whole of it the cursor begins on what is most urgent.

    Of a huge one the first rows are enough: nobody should wait for the rest.
    """
    from ...data.source import open_source

    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            source = open_source(path)
        except VedetteError:
            time.sleep(0.02)
            continue
        try:
            if is_written(source, whole=whole):
                return
        except VedetteError:
            continue
        finally:
            source.close()
        time.sleep(0.02)


def is_written(source: "Source", *, whole: bool) -> bool:
    """Whether rows are there; the health of the parts is written behind the whole history."""
    from ...data.machinery import read_health

    return bool(read_health(source) if whole else source.raw("headline/last_event"))


def _failed(words: str) -> VedetteError:
    """What the writer said before it ended, as this command's own error."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    title = lines[0].removeprefix("vedette: ") if lines else "the writer ended at once"
    error = UsageError if len(lines) <= 2 else VedetteError
    return error(title, lines[1] if len(lines) > 1 else "")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_GONE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
