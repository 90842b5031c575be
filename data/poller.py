"""The one poller: looks at a source on its own thread and answers the visible screen's question.

A tick is one hop to the thread: has anything moved, and only then the question, in one short read
transaction. A failure is a value like an answer; the thread opens the file again by itself.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import aiosqlite

from .errors import SourceError
from .freshness import Looks
from .opening import fault
from .source import Question, Source, open_source

T = TypeVar("T")

BACKOFF = (1.0, 2.0, 4.0, 8.0)
"""Seconds between looks while they fail; the last one repeats."""

QUESTION_SECONDS = 5.0
"""After this a question is stopped: no screen's question takes longer on any size of file."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What one look brought."""

    looks: Looks
    value: T | None = None
    """The question's answer; None when nothing moved, or when the look failed."""
    took_ms: float = 0.0


@dataclass
class Cost:
    """What the console itself has cost its source so far: the Sources screen shows it."""

    looks: int = 0
    reads: int = 0
    failures: int = 0
    reopened: int = 0
    recent_ms: list[float] = field(default_factory=list)
    """How long the last reads held their transaction, newest last."""


class _Thread(aiosqlite.Connection):
    """aiosqlite's thread with our own connection on it."""

    def __init__(self, path: str) -> None:
        self.source: Source | None = None
        self._path = path
        super().__init__(self._open, iter_chunk_size=64)
        # A read that hangs in a dead mount must not keep the process alive.
        self._thread.daemon = True

    def _open(self) -> sqlite3.Connection:
        self.source = open_source(self._path)
        return self.source.connection

    async def run(self, work: Callable[[Source], T]) -> T:
        """`work` on the thread: one hop, however many statements it sends."""
        source = self.source
        assert source is not None, "awaited before use"
        result: T = await self._execute(work, source)  # type: ignore[no-untyped-call]
        return result


class Poller:
    """Looks at one source. `clock` gives epoch seconds; no two ticks overlap: the later waits."""

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self.looks = Looks()
        self.cost = Cost()
        self._clock = clock
        self._thread: _Thread | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def source(self) -> Source | None:
        """The open source, for its name and what it lacks; never read from another thread."""
        return self._thread.source if self._thread is not None else None

    async def tick(self, question: Question[T], *, force: bool = False) -> Answer[T]:
        """One look: `question` is answered if anything moved since the last one, or if `force`."""

        def look(source: Source) -> tuple[T | None, float]:
            moved = source.moved()
            return _read(source, question, self._clock()) if moved or force else (None, 0.0)

        return await self._look(look, reopened=lambda s: _read(s, question, self._clock()))

    async def ask(self, question: Question[T]) -> Answer[T]:
        """The answer to `question` now, whether anything moved or not; ticks keep their watch."""

        def read(source: Source) -> tuple[T | None, float]:
            source.look()
            return _read(source, question, self._clock())

        return await self._look(read, reopened=read)

    async def close(self) -> None:
        """Lets go of the file and ends the thread."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await thread.close()

    async def _look(
        self,
        work: Callable[[Source], tuple[T | None, float]],
        reopened: Callable[[Source], tuple[T | None, float]],
    ) -> Answer[T]:
        async with self._one_at_a_time:
            try:
                value, took_ms = await self._opened(work, reopened)
            except SourceError as error:
                return self._failed(error)
            except sqlite3.Error as error:
                return self._failed(fault(self.path, error))
            except Exception as error:
                # What is in the file was not foreseen: better a fault in row 2 than no console.
                return self._failed(_unforeseen(self.path, error))
            self._succeeded(took_ms)
            return Answer(self.looks, value, took_ms)

    async def _opened(
        self,
        work: Callable[[Source], tuple[T | None, float]],
        reopened: Callable[[Source], tuple[T | None, float]],
    ) -> tuple[T | None, float]:
        """`work` on the open source; on another file, or after a fault, `reopened` on a new one."""
        if self._thread is not None and self.looks.fault is None:
            try:
                return await self._thread.run(work)
            except SourceError as error:
                # A file that was overwritten in place looks damaged to a connection with a cache.
                if error.kind not in ("replaced", "corrupt"):
                    raise
        await self.close()
        thread = _Thread(self.path)
        await thread
        self._thread = thread
        self.cost.reopened += 1
        return await thread.run(reopened)

    def _succeeded(self, took_ms: float) -> None:
        self.looks = Looks(good_at=self._clock())
        self.cost.looks += 1
        if took_ms:
            self.cost.reads += 1
            self.cost.recent_ms = [*self.cost.recent_ms[-99:], took_ms]

    def _failed(self, error: SourceError) -> Answer[Any]:
        now = self._clock()
        attempts = self.looks.attempts + 1
        wait = BACKOFF[min(attempts, len(BACKOFF)) - 1]
        self.cost.failures += 1
        self.looks = Looks(
            good_at=self.looks.good_at,
            fault=error,
            fault_since=self.looks.fault_since or now,
            attempts=attempts,
            next_at=now + wait,
        )
        return Answer(self.looks)


def _unforeseen(path: str, error: Exception) -> SourceError:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    at = f" at {frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame is not None else ""
    return SourceError(
        f"{path} holds something this screen cannot read: {type(error).__name__}{at}",
        "the other screens still work; please report it with this line",
        kind="unforeseen",
    )


def _read(source: Source, question: Question[T], now: float) -> tuple[T | None, float]:
    started = time.perf_counter()
    with source.limited(QUESTION_SECONDS), source.reading():
        value = question(source, now)
    return value, (time.perf_counter() - started) * 1000
