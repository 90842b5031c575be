"""Whatever each screen asks of a file in a look, and what was asked, kept."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from vedette import sql
from vedette.data import alarms, approvals, costs, events, fleet, operations, run, stream, tables
from vedette.data.budgets import read_budgets
from vedette.data.burn import read_burn
from vedette.data.headline import read_headline
from vedette.data.pace import read_pace
from vedette.data.preview import read_preview
from vedette.data.source import Question, Source
from vedette.data.sources import read_sources
from vedette.data.span_detail import read_detail


class Asked(NamedTuple):
    """A statement and what it was given."""

    name: str
    statement: str
    given: Mapping[str, object]


class Watched(Source):
    """A source that keeps what is asked of it."""

    asked: list[Asked]

    def raw(self, name: str, **parameters: object) -> list[tuple[Any, ...]]:
        self.asked.append(Asked(name, sql.load(f"queries/{name}"), parameters))
        return super().raw(name, **parameters)

    def select(self, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
        self.asked.append(Asked(statement[:60], statement, parameters))
        return super().select(statement, **parameters)


def _fleet(source: Source, now: float) -> None:
    facts = fleet.read_fleet(source, now)
    read_pace(source, facts, now)
    costs.today(source, now)
    for seen in facts.runs[:5]:
        for agent in seen.agents[:5]:
            read_preview(source, agent.id, seen.id, now)


def _run(source: Source, now: float) -> None:
    for seen in fleet.read_fleet(source, now).runs[:5]:
        known = run.read_run(source, seen.id, now)
        for span in known.spans[:10]:
            read_detail(source, seen.id, span.key)


def _stream(source: Source, now: float) -> None:
    stream.read_stream(source, now)
    for seen in fleet.read_fleet(source, now).runs[:3]:
        stream.read_stream(source, now, stream.Where(run_id=seen.id))
        for agent in seen.agents[:3]:
            where = stream.Where(agent_id=agent.id)
            for item in stream.read_stream(source, now, where).items[-2:]:
                stream.read_whole(source, item)
            stream.read_stream(source, now, where)


def _costs(source: Source, now: float) -> None:
    for by in ("model", "agent", "run", "day", "calls"):
        costs.read_costs(source, now, by, "all")
    read_budgets(source, now)
    read_burn(source, now)


def _approvals(source: Source, now: float) -> None:
    gates = approvals.read_approvals(source, now, "all")
    for gate in (*gates.rows[:3], *gates.rows[-3:]):
        approvals.read_review(source, gate.id, now)


def _events(source: Source, now: float) -> None:
    for shown in ("all", "info", "warn", "error", "audit"):
        tail = events.read_tail(source, now, shown)
        events.read_after(source, tail.lines[-1].seq if tail.lines else 0, shown)


SCREENS: dict[str, Question[Any]] = {
    "headline": read_headline,
    "fleet": _fleet,
    "run": _run,
    "stream": _stream,
    "costs": _costs,
    "alarms": lambda source, now: [
        alarms.read_alarms(source, now, which) for which in ("open", "all", "closed")
    ],
    "approvals": _approvals,
    "events": _events,
    "operations": lambda source, now: operations.read_operations(source, now, counts=True),
    "tables": tables.read_tables,
    "sources": read_sources,
}
