"""The log and the audit trail: their tails, pages before them, and the place of a time in them."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from . import times
from .headline import MOST
from .rows import Audit, Event, Writer
from .source import Source
from .text import clean

PAGE = 300
"""Lines read at a time."""

FAR = 2**62
"""Beyond every seq."""

Shown = Literal["info", "warn", "error", "all", "audit"]
"""Which lines: from a level on, every level, or the audit trail instead."""

_HIDDEN = {"info": ("debug",), "warn": ("debug", "info"), "error": ("debug", "info", "warn")}
_NAMES_KEPT = 5_000


class LogLine(NamedTuple):
    """One event, or one line of the audit trail."""

    seq: int
    at: float | None
    """Epoch seconds."""
    level: str
    """debug, info, warn, error; of the audit trail its outcome."""
    where: str
    """run/agent, or the trail's stage."""
    kind: str
    message: str
    run_id: str | None
    agent_id: str | None
    details: str
    actor: str = ""
    risk: str = ""


@dataclass(frozen=True)
class EventsFacts:
    """Lines of the log, oldest first."""

    lines: tuple[LogLine, ...]
    shown: Shown
    dropped: int
    """Rows the writers dropped rather than hold their agents up."""
    gaps: int
    """Numbers missing between these lines: rows that were taken back or removed."""
    reaches_start: bool
    """Whether the first line is the log's first."""
    among: int | None = None
    """How many lines these were picked out of, at most; None: they are all there are."""


def read_tail(source: Source, now: float, shown: Shown, limit: int = PAGE) -> EventsFacts:
    """The newest lines."""
    return read_before(source, FAR, shown, limit)


def read_before(source: Source, before: int, shown: Shown, limit: int = PAGE) -> EventsFacts:
    """The lines before a place, the nearest `limit` of them."""
    if shown == "audit":
        rows = source.all("events/audit_latest", Audit, before=before, limit=limit)
        return _facts(source, [_audit_line(row) for row in reversed(rows)], shown, limit)
    found = _events_before(source, before, shown, limit)
    return _facts(source, [_line(source, row) for row in reversed(found)], shown, limit)


def read_after(source: Source, after: int, shown: Shown, limit: int = PAGE) -> EventsFacts:
    """The lines appended since a place."""
    if shown == "audit":
        trail = source.all("events/audit_after", Audit, after=after, limit=limit)
        return _facts(source, [_audit_line(row) for row in trail], shown, limit)
    rows = source.all("events/after", Event, after=after, limit=limit)
    hidden = _HIDDEN.get(shown, ())
    lines = [_line(source, row) for row in rows if row.level not in hidden]
    return _facts(source, lines, shown, limit)


def seq_at(source: Source, at: float) -> int:
    """The first event's seq at or after a time, found by halving; FAR when there is none."""
    ends = source.raw("events/ends")
    low, high = (ends[0][0], ends[0][1]) if ends else (None, None)
    if not isinstance(low, int) or not isinstance(high, int):
        return FAR
    high += 1
    while low < high:
        middle = (low + high) // 2
        found = source.raw("events/at_or_after", seq=middle)
        when = times.parse(found[0][1]) if found else None
        if found and when is not None and when < at:
            low = int(found[0][0]) + 1
        else:
            high = middle
    return low


def _events_before(source: Source, before: int, shown: Shown, limit: int) -> list[Event]:
    """Newest first. Rare levels have an index each; the others are most of the log."""
    if shown in ("warn", "error"):
        levels = ("error",) if shown == "error" else ("error", "warn")
        if reach := source.system.reach.get("event"):
            return source.all(
                "events/latest_within",
                Event,
                level=levels[0],
                other=levels[-1],
                before=before,
                reach=reach,
                limit=limit,
            )
        found = [
            row
            for level in levels
            for row in source.all(
                "events/latest_of_level", Event, level=level, before=before, limit=limit
            )
        ]
        return sorted(found, key=lambda row: -row.seq)[:limit]
    rows = source.all("events/latest", Event, before=before, limit=limit)
    hidden = _HIDDEN.get(shown, ())
    return [row for row in rows if row.level not in hidden]


def _facts(source: Source, lines: list[LogLine], shown: Shown, limit: int) -> EventsFacts:
    writers = source.all("headline/open_writers", Writer, limit=MOST)
    seqs = [line.seq for line in lines]
    whole = shown in ("all", "audit")
    missing = seqs[-1] - seqs[0] + 1 - len(seqs) if seqs and whole else 0
    return EventsFacts(
        lines=tuple(lines),
        shown=shown,
        dropped=sum(int(writer.dropped or 0) for writer in writers),
        gaps=max(0, missing),
        reaches_start=len(lines) < limit and (whole or not lines or lines[0].seq <= 1),
        among=source.system.reach.get("event") if shown in ("warn", "error") else None,
    )


def _line(source: Source, row: Event) -> LogLine:
    return LogLine(
        seq=row.seq,
        at=times.parse(row.created_at),
        level=row.level if row.level in ("debug", "info", "warn", "error") else clean(row.level, 8),
        where=run_or_agent_name(source, row.run_id, row.agent_id),
        kind=clean(row.kind, 40),
        message=clean(row.message, 500),
        run_id=row.run_id,
        agent_id=row.agent_id,
        details=row.details or "",
    )


def _audit_line(row: Audit) -> LogLine:
    return LogLine(
        seq=row.seq,
        at=times.parse(row.created_at),
        level=clean(row.outcome, 12),
        where=clean(row.stage, 20),
        kind=clean(row.type, 40),
        message=clean(row.summary, 500),
        run_id=row.run_id,
        agent_id=row.agent_id,
        details=row.details or "",
        actor=clean(row.actor or "", 40),
        risk=clean(row.risk or "", 10),
    )


def run_or_agent_name(source: Source, run_id: str | None, agent_id: str | None) -> str:
    """`run/agent` by their names, as far as they are given; each is asked for once."""
    run = _name(source, "run", run_id)
    agent = _name(source, "agent", agent_id)
    return f"{run}/{agent}" if run and agent else run or agent


def _name(source: Source, kind: str, found: str | None) -> str:
    """A run's title or an agent's name; each is asked for once."""
    if not found:
        return ""
    names: dict[tuple[str, str], str] = source.memo.setdefault("names", {})
    if (kind, found) not in names:
        if len(names) > _NAMES_KEPT:
            names.clear()
        rows = source.raw(f"events/{kind}_name", id=found)
        text = rows[0][0] if rows else found
        names[kind, found] = clean(str(text), 60)
    return names[kind, found]
