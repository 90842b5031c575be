"""The screens on a TAC file, where they differ from those on Vedette's own."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import tac
from tests.tui.harness import ScriptedConsole, live, shown

AT = (tac.BEGAN + timedelta(hours=46)).timestamp()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tac") / "orchestrator.db"
    tac.build_tac(path, 2, 1_200)
    return path


def console(path: Path, screen: str, **where: Any) -> ScriptedConsole:
    return ScriptedConsole(
        screen, source=path, now=AT, freshness=live(AT), path="orchestrator.db", **where
    )


def test_fleet(path: Path, snap_compare: Any) -> None:
    assert snap_compare(console(path, "fleet"), run_before=asked_again, terminal_size=(80, 24))


def test_stream(path: Path, snap_compare: Any) -> None:
    assert snap_compare(console(path, "stream"), run_before=asked_again, terminal_size=(80, 24))


def test_approvals_says_why_there_are_none(path: Path, snap_compare: Any) -> None:
    assert snap_compare(console(path, "approvals"), run_before=asked_again, terminal_size=(80, 24))


@pytest.mark.parametrize("tab", ["tasks", "routing"])
def test_operations(path: Path, snap_compare: Any, tab: str) -> None:
    app = console(path, "operations", tab=tab)
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


@pytest.mark.parametrize("screen", ["costs", "alarms", "events", "tables"])
def test_other_screens(path: Path, snap_compare: Any, screen: str) -> None:
    assert snap_compare(console(path, screen), run_before=asked_again, terminal_size=(80, 24))


SESSION = "SELECT session_id FROM agents ORDER BY rowid DESC"


def test_run(path: Path, snap_compare: Any) -> None:
    with closing(sqlite3.connect(path)) as connection:
        session = connection.execute(SESSION).fetchone()[0]
    app = console(path, "run", run_id=session)
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


async def asked_again(pilot: Any) -> None:
    """As the poller does once the cursor stands on a row."""
    await pilot.pause()
    await pilot.app.ask_again()
    await pilot.pause()


async def test_a_run_without_agents_has_no_cost_that_is_known(tmp_path: Path) -> None:
    path = tmp_path / "orchestrator.db"
    with closing(tac.create(path, 2)) as connection, connection:
        connection.execute(
            "INSERT INTO orchestrator_agents (id, name, agent_type) VALUES ('o', 'adw', 'builder')"
        )
        connection.execute(
            "INSERT INTO ai_developer_workflows (id, orchestrator_agent_id, adw_name,"
            " workflow_type, status) VALUES ('1a2b3c4d', 'o', 'fix the login', 'sdlc',"
            " 'in_progress')"
        )
    app = console(path, "fleet")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_again(pilot)
        [run] = app.screen.facts.fleet.runs
        assert (run.title, run.agents, run.cost_usd, run.unpriced) == ("fix the login", (), None, 0)
        text = "\n".join(shown(app))
        assert "fix the login" in text
        assert "0.00" not in text
        assert "unpriced" not in text
    app = console(path, "run", run_id="1a2b3c4d")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_again(pilot)
        text = "\n".join(shown(app))
        assert "fix the login" in text
        assert "$0.00" not in text
        assert "unpriced" not in text
