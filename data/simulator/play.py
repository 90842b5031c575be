"""Writes a made-up fleet into a database: its history at once, then its life in real time."""

import os
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

from ...sql import load
from .. import store, times
from ..errors import UsageError
from ..recorder import Recorder
from ..rows import Run as Row
from ..source import open_source
from . import huge, machinery, presets
from .clock import Clock, Ids
from .huge import Progress
from .rows import insert
from .stage import Stage

PROGRAM = "vedette demo"

HISTORY = 8 * 86_400.0
"""Seconds for which the process that wrote a history is said to have run."""


@dataclass(frozen=True)
class Summary:
    """What a simulator wrote."""

    path: str
    preset: str
    seed: int
    start: float
    """Epoch seconds at which the history ends."""
    runs: int
    agents: int
    pending: int
    """Gates that still waited at the end."""


def simulate(
    path: str,
    *,
    seed: int = 7,
    preset: str = "busy",
    speed: float = 1.0,
    seconds: float | None = None,
    start: float,
    stop: threading.Event | None = None,
    rows: int = huge.ROWS,
    progress: Progress | None = None,
) -> Summary:
    """Writes the history that ends at `start` (epoch seconds), then plays on in real time.

    For `seconds`, or until `stop`; the agents act `speed` times as fast. With `seconds` 0 the
    history is all, as `write_history` leaves it. `rows` and `progress` are of the preset huge:
    see `write_huge`. Raises UsageError for an unknown preset or a file that holds runs,
    VedetteError where it cannot be written.
    """
    plot = _Plot(preset, seed, start, rows, progress)
    if seconds == 0:
        return _write_still(path, plot)
    _refuse(path, preset)
    since = time.monotonic()
    clock, ids = Clock(start), Ids(seed)
    with Recorder(path, clock=clock, ids=ids, program=PROGRAM, price=False) as recorder:
        stage = _history(recorder, clock, ids, plot, is_still=False)
        _beat(recorder, ids.latest["process"], start)
        stage.play_live(since, speed, seconds, stop or threading.Event())
        summary = _summary(recorder, plot)
        stage.end()
    return summary


def write_history(path: str, *, seed: int = 7, preset: str = "busy", start: float) -> Summary:
    """Writes the history that ends at `start`, in epoch seconds, and leaves all as it stands.

    The same seed and start give the same rows. Open runs stay open, as those of a process on
    another machine; gates wait: one without a limit, one for 24 h, one is overdue. Raises as
    `simulate` does.
    """
    return _write_still(path, _Plot(preset, seed, start))


def write_huge(
    path: str,
    *,
    seed: int = 7,
    rows: int = huge.ROWS,
    start: float,
    progress: Progress | None = None,
) -> Summary:
    """Writes `rows` events of thirty days, other tables in proportion, and the busy fleet.

    `progress` is told how many events are written, and of how many. Raises as `simulate` does.
    """
    return _write_still(path, _Plot("huge", seed, start, rows, progress))


class _Plot(NamedTuple):
    """What is to be played."""

    preset: str
    seed: int
    start: float
    rows: int = huge.ROWS
    progress: Progress | None = None


class _Leaving(Recorder):
    """A recorder that goes without ending what is open."""

    def leave(self, process_id: str, now: float) -> None:
        """Writes what waits and goes; its runs are left to a process on another machine."""
        self._desk.children.clear()
        self.close()
        connection = store.connect(self.path)
        try:
            with store.writing(connection):
                facts = {"id": process_id, "now": times.text(now)}
                facts["started_at"] = times.text(now - HISTORY)
                connection.execute(load("simulator/leave"), facts)
        finally:
            connection.close()


def _write_still(path: str, plot: _Plot) -> Summary:
    _refuse(path, plot.preset)
    clock, ids = Clock(plot.start), Ids(plot.seed)
    recorder = _Leaving(path, clock=clock, ids=ids, program=PROGRAM, price=False)
    try:
        _history(recorder, clock, ids, plot, is_still=True)
        return _summary(recorder, plot)
    finally:
        recorder.leave(ids.latest["process"], plot.start)


def _refuse(path: str, preset: str) -> None:
    """Refuses what cannot be played, and a file that holds somebody's runs."""
    if preset not in presets.NAMES:
        known = ", ".join(presets.NAMES)
        raise UsageError(f"there is no preset {preset}", f"the presets are {known}", kind="preset")
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return
    source = open_source(path)
    try:
        holds_runs = bool(source.all("fleet/latest_runs", Row, limit=1))
    finally:
        source.close()
    if holds_runs:
        raise UsageError(
            f"{path} holds runs already: a demo is never mixed with them",
            "name a file that is not there yet",
            kind="not_empty",
        )


def _history(recorder: Recorder, clock: Clock, ids: Ids, plot: _Plot, *, is_still: bool) -> Stage:
    stage = Stage(recorder, clock, ids, plot.start, plot.seed, is_still=is_still)
    if plot.preset == "huge":
        huge.write(recorder, plot.seed, plot.rows, plot.start, plot.progress)
    presets.cast(stage, plot.preset, plot.start)
    stage.play_history()
    insert(recorder, machinery.tables(plot.start, stage.names))
    return stage


def _beat(recorder: Recorder, process_id: str, now: float) -> None:
    """A heartbeat as play begins: the last one is as old as the history, and nobody is gone yet."""
    facts = {"id": process_id, "now": times.text(now), "dropped": recorder.dropped}
    recorder._desk.call(lambda there: there.execute(load("records/process_beat"), facts))


def _summary(recorder: Recorder, plot: _Plot) -> Summary:
    recorder.flush()
    with closing(store.connect_reading(recorder.path)) as connection:
        runs, agents, pending = connection.execute(load("simulator/summary")).fetchone()
    return Summary(
        path=recorder.path,
        preset=plot.preset,
        seed=plot.seed,
        start=plot.start,
        runs=runs,
        agents=agents,
        pending=pending,
    )
