"""The Alarms screen: its four faces, and answers written by keys."""

import sqlite3
from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import ScriptedConsole
from vedette.data.alarms import AlarmsFacts
from vedette.data.freshness import Freshness
from vedette.tui.screens.alarms import AlarmsScreen


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path / "runs.db"
    build_fleet(path)
    return path


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_full(snap_compare, fleet: Path, size: tuple[int, int]) -> None:
    assert snap_compare(ScriptedConsole("alarms", source=fleet), terminal_size=size)


def test_loading(snap_compare) -> None:
    app = ScriptedConsole("alarms", freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare) -> None:
    facts = AlarmsFacts((), 9, NOW, None)
    assert snap_compare(ScriptedConsole("alarms", facts=facts), terminal_size=(80, 24))


def test_stale(snap_compare, fleet: Path) -> None:
    freshness = Freshness("STALE", 72.0, NOW - 72)
    app = ScriptedConsole("alarms", source=fleet, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24))


def _statuses(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    rows = dict(connection.execute("SELECT id, status FROM alarms").fetchall())
    connection.close()
    return rows


async def test_a_acknowledges_the_selected_alarm(fleet: Path) -> None:
    app = ScriptedConsole("alarms", source=fleet, path=str(fleet))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, AlarmsScreen)
        chosen = screen._list.cursor_key
        await pilot.press("a")
        await app.workers.wait_for_complete()
        assert _statuses(fleet)[chosen] == "acked"


async def test_resolving_needs_a_note(fleet: Path) -> None:
    app = ScriptedConsole("alarms", source=fleet, path=str(fleet))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, AlarmsScreen)
        chosen = screen._list.cursor_key
        await pilot.press("R", "enter")
        await app.workers.wait_for_complete()
        assert _statuses(fleet)[chosen] == "open"
        await pilot.press("R", *"raised", "enter")
        await app.workers.wait_for_complete()
        assert _statuses(fleet)[chosen] == "resolved"


async def test_a_stale_view_answers_nothing(fleet: Path) -> None:
    freshness = Freshness("STALE", 72.0, NOW - 72)
    app = ScriptedConsole("alarms", source=fleet, path=str(fleet), freshness=freshness)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = _statuses(fleet)
        await pilot.press("a")
        await app.workers.wait_for_complete()
        assert _statuses(fleet) == before


async def test_read_only_offers_no_answers(fleet: Path) -> None:
    app = ScriptedConsole("alarms", source=fleet, path=str(fleet), read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = _statuses(fleet)
        await pilot.press("a")
        await app.workers.wait_for_complete()
        assert _statuses(fleet) == before
        assert "ack" not in [word for _, word in app.screen._keys()]
