"""Whatever a screen asks of another system's file in a look: no table that grows is read whole."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders import amelia, dossier, syris, tac
from tests.builders.plans import plan, unbounded_scans
from vedette import sql
from vedette.data import alarms, approvals, costs, events, fleet, operations, run, stream, tables
from vedette.data.budgets import read_budgets
from vedette.data.burn import read_burn
from vedette.data.headline import read_headline
from vedette.data.pace import read_pace
from vedette.data.preview import read_preview
from vedette.data.source import Question, Source, open_source
from vedette.data.sources import read_sources
from vedette.data.span_detail import read_detail
from vedette.data.times import parse

EVENTS = 2_000

FORMS: dict[str, Callable[[Path], None]] = {
    "syris design": lambda path: syris.big(path, EVENTS, "design"),
    "syris coded": lambda path: syris.big(path, EVENTS, "coded"),
    "amelia events": lambda path: amelia.big(path, EVENTS, "events"),
    "amelia workflow_log": lambda path: amelia.big(path, EVENTS, "workflow_log"),
    "amelia upgraded": lambda path: amelia.big(path, EVENTS, "upgraded"),
    "amelia state_json": lambda path: amelia.big(path, EVENTS, "state_json"),
    "dossier": lambda path: dossier.big(path, EVENTS),
    "tac v1": lambda path: tac.build_tac(path, 1, EVENTS),
    "tac v2": lambda path: tac.build_tac(path, 2, EVENTS),
}

SMALL = {
    # name of the table as the plan tells it: why it may be read whole
    "main.sqlite_master": "grows with the tables, not with their rows",
    "temp.sqlite_temp_master": "grows with the relations",
    # Dossier's plan
    "main.project": "as many as people planned: a run adds none",
    "main.workflow": "as many as people planned: a run adds none",
    "main.workflow_activity": "as many as people planned: a run adds none",
}


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


@pytest.fixture(scope="module", params=FORMS)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    path = tmp_path_factory.mktemp("poll") / "file.db"
    FORMS[request.param](path)
    found = open_source(str(path))
    found.__class__ = Watched
    yield found
    found.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_reads_no_table_whole(source: Watched, screen: str) -> None:
    source.asked = []
    newest = source.raw("status/newest_event")
    now = (parse(str(newest[0][0])) or 0.0) + 60.0
    source.asked = []
    for look in range(3):
        SCREENS[screen](source, now + look)
    assert source.asked
    found = {}
    for asked in {one.name: one for one in source.asked}.values():
        if asked.statement.startswith("PRAGMA"):
            continue
        steps = plan(source.connection, asked.statement, asked.given)
        scans = unbounded_scans(steps, asked.statement)
        if bad := [scan for scan in scans if scan.split()[0] not in SMALL]:
            found[asked.name] = bad
    assert found == {}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM event",
        "SELECT event.id FROM event ORDER BY event.message LIMIT 5",
        "SELECT event.id FROM event WHERE event.message LIKE '%disk%'",
        "SELECT run.id FROM run WHERE EXISTS (SELECT 1 FROM event WHERE event.message = run.title)"
        " ORDER BY run.seq DESC LIMIT 5",
    ],
)
def test_a_statement_that_reads_a_table_whole_is_caught(source: Watched, statement: str) -> None:
    assert unbounded_scans(plan(source.connection, statement, {}), statement)


def test_a_statement_that_walks_the_order_of_appending_is_not(source: Watched) -> None:
    statement = "SELECT event.id, event.seq FROM event ORDER BY event.seq DESC LIMIT 5"
    assert unbounded_scans(plan(source.connection, statement, {}), statement) == []
