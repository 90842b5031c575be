"""Whatever a screen asks of another system's file in a look: no table that grows is read whole."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders import amelia, dossier, syris, tac
from tests.builders.looks import SCREENS, Watched
from tests.builders.plans import plan, unbounded_scans
from vedette.data.source import open_source
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
