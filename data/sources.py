"""The health of a source: its file, its writers, what it lacks, and how fast it grows."""

from dataclasses import dataclass
from typing import NamedTuple

from . import judgements, times
from .rows import Writer
from .source import Source
from .text import clean
from .unknown_words import NOTHING, UnknownWords, read_unknown_words

WRITERS = 20
"""Processes shown, newest first."""


class WriterFacts(NamedTuple):
    """One process that writes, or wrote, the source."""

    pid: int | None
    program: str
    host: str
    state: str
    """running, lost, closed or crashed."""
    heard: float | None
    """Epoch seconds of its last heartbeat."""
    dropped: int


@dataclass(frozen=True)
class SourceFacts:
    """One source as it stands. Sizes in bytes; `wal_size` -1: there is no -wal."""

    path: str
    label: str
    journal_mode: str
    size: int
    wal_size: int
    data_version: int
    newest_row: float | None
    """Epoch seconds of the newest event."""
    events_per_second: float | None
    """Since the look before; None at the first."""
    writers: tuple[WriterFacts, ...]
    notes: tuple[str, ...]
    lacks: tuple[tuple[str, str], ...]
    unknown: UnknownWords = NOTHING
    """Words that the system's documents do not list."""


def read_sources(source: Source, now: float) -> SourceFacts:
    """The source's health; nothing is scanned."""
    look = source.look()
    newest = source.raw("sources/newest_event")
    seq, at = newest[0] if newest else (0, None)
    mode = source.select("PRAGMA main.journal_mode")
    return SourceFacts(
        path=source.path,
        label=source.system.label,
        journal_mode=str(mode[0][0]) if mode else "",
        size=look.file.size,
        wal_size=look.file.wal_size,
        data_version=look.data_version,
        newest_row=times.parse(at if isinstance(at, str) else None),
        events_per_second=_rate(source, seq if isinstance(seq, int) else 0, now),
        writers=tuple(
            _writer(row, now) for row in source.all("sources/writers", Writer, limit=WRITERS)
        ),
        notes=source.system.notes,
        lacks=tuple(sorted(source.lacks.items())),
        unknown=read_unknown_words(source, now),
    )


def _rate(source: Source, seq: int, now: float) -> float | None:
    """Events a second over the last looks; the watermark is renewed every ten seconds."""
    mark: tuple[int, float] | None = source.memo.get("sources")
    if mark is None or now - mark[1] > 10.0 or seq < mark[0]:
        source.memo["sources"] = (seq, now)
    if mark is None or now <= mark[1]:
        return None
    return max(0, seq - mark[0]) / (now - mark[1])


def _writer(row: Writer, now: float) -> WriterFacts:
    heard = times.parse(row.heartbeat_at)
    if row.ended_at is not None:
        state = row.ending or "closed"
    elif judgements.is_lost(heard, row.heartbeat_seconds or 5, False, now):
        state = "lost"
    else:
        state = "running"
    program, host = clean(row.program or "", 80), clean(row.host or "", 40)
    return WriterFacts(row.pid, program, host, state, heard, row.dropped or 0)
