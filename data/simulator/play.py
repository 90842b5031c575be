"""Writes a made-up fleet into a database: its history at once, then its life in real time."""

import threading
import time
from dataclasses import dataclass

from ...sql import load
from .. import store
from ..recorder import Recorder
from . import machinery, presets
from .clock import Clock, Ids
from .rows import insert
from .stage import Stage

PROGRAM = "vedette demo"


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
) -> Summary:
    """Writes the history that ends at `start` (epoch seconds), then plays on in real time.

    For `seconds`, or until `stop`; the agents act `speed` times as fast. With `seconds` 0 the
    history is all: see `write_history`. Raises UsageError for an unknown preset or a file that
    holds runs, VedetteError where it cannot be written.
    """
    if seconds == 0:
        return write_history(path, seed=seed, preset=preset, start=start)
    since = time.monotonic()
    clock, ids = Clock(start), Ids(seed)
    with Recorder(path, clock=clock, ids=ids, program=PROGRAM, price=False) as recorder:
        stage = _history(recorder, clock, ids, seed, preset, start, is_still=False)
        stage.play_live(since, speed, seconds, stop or threading.Event())
        summary = _summary(stage, preset, seed, start)
        stage.end()
    return summary


def write_history(path: str, *, seed: int = 7, preset: str = "busy", start: float) -> Summary:
    """Writes the history that ends at `start`, in epoch seconds, and leaves all as it stands.

    The same seed and start give the same rows. Open runs stay open, as those of a process on
    another machine; gates wait: one without a limit, one for 24 h, one is overdue. Raises as
    `simulate` does.
    """
    clock, ids = Clock(start), Ids(seed)
    recorder = _Leaving(path, clock=clock, ids=ids, program=PROGRAM, price=False)
    try:
        stage = _history(recorder, clock, ids, seed, preset, start, is_still=True)
        summary = _summary(stage, preset, seed, start)
    finally:
        recorder.leave(ids.latest["process"], start)
    return summary


class _Leaving(Recorder):
    """A recorder that goes without ending what is open."""

    def leave(self, process_id: str, now: float) -> None:
        """Writes what waits and goes; its runs are left to a process on another machine."""
        self._desk.children.clear()
        self.close()
        connection = store.connect(self.path)
        try:
            with store.writing(connection):
                facts = {"id": process_id, "now": self._desk.text(now)}
                connection.execute(load("simulator/leave"), facts)
        finally:
            connection.close()


def _history(
    recorder: Recorder,
    clock: Clock,
    ids: Ids,
    seed: int,
    preset: str,
    start: float,
    *,
    is_still: bool,
) -> Stage:
    stage = Stage(recorder, clock, ids, start, seed, is_still=is_still)
    presets.cast(stage, preset, start)
    stage.play_history()
    insert(recorder, machinery.tables(start, stage.names))
    return stage


def _summary(stage: Stage, preset: str, seed: int, start: float) -> Summary:
    return Summary(
        path=stage.path,
        preset=preset,
        seed=seed,
        start=start,
        runs=stage.runs_begun,
        agents=stage.agents_begun,
        pending=stage.pending,
    )
