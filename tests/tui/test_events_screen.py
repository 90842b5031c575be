"""The Events screen: its four faces, levels, marks, and what it hides."""

from pathlib import Path

import pytest

from tests.builders import tac
from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import ScriptedConsole
from vedette.data.events import EventsFacts
from vedette.data.freshness import Freshness
from vedette.tui.screens.events import EventsScreen


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path_factory.mktemp("fleet") / "runs.db"
    build_fleet(path)
    return path


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_full(snap_compare, fleet: Path, size: tuple[int, int]) -> None:
    assert snap_compare(ScriptedConsole("events", source=fleet), terminal_size=size)


def test_audit_trail(snap_compare, fleet: Path) -> None:
    app = ScriptedConsole("events", source=fleet, shown="audit")
    assert snap_compare(app, terminal_size=(80, 24))


def test_loading(snap_compare) -> None:
    app = ScriptedConsole("events", freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare) -> None:
    facts = EventsFacts((), "info", 0, 0, True)
    assert snap_compare(ScriptedConsole("events", facts=facts), terminal_size=(80, 24))


def test_stale(snap_compare, fleet: Path) -> None:
    freshness = Freshness("STALE", 72.0, NOW - 72)
    app = ScriptedConsole("events", source=fleet, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24))


async def test_hiding_a_line_hides_all_like_it_and_says_so(fleet: Path) -> None:
    app = ScriptedConsole("events", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EventsScreen)
        chosen = screen._list.selected
        assert chosen is not None
        assert chosen.line is not None
        await pilot.press("backslash")
        shown = [row.line for row in screen._list.rows if row.line is not None]
        assert chosen.line not in shown
        assert all((x.kind, x.agent_id) != (chosen.line.kind, chosen.line.agent_id) for x in shown)


async def test_a_mark_stands_between_what_was_and_what_comes(fleet: Path) -> None:
    app = ScriptedConsole("events", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EventsScreen)
        await pilot.press("m")
        assert screen._list.rows[-1].line is None


async def test_v_goes_through_the_levels_to_the_audit_trail(fleet: Path) -> None:
    app = ScriptedConsole("events", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EventsScreen)
        seen = []
        for _ in range(4):
            await pilot.press("v")
            seen.append(screen.shown)
        assert seen == ["warn", "error", "all", "audit"]


async def test_how_many_lines_a_level_is_looked_for_among_stands_beside_it(tmp_path: Path) -> None:
    tac.build_tac(tmp_path / "tac.db", 2, 300)
    app = ScriptedConsole("events", source=tmp_path / "tac.db", shown="error")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EventsScreen)
        assert ("level", "error and up of 5,000 lines") in screen.crumb_values()
