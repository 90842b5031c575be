"""The Fleet screen: its four faces, its sizes, and its keys."""

from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import ScriptedConsole
from vedette.data.errors import SourceError
from vedette.data.fleet import FleetFacts
from vedette.data.freshness import Freshness
from vedette.tui.frame import OneLine
from vedette.tui.glyphs import ASCII
from vedette.tui.line import plain
from vedette.tui.screens.fleet import FleetScreen, Seen

EMPTY = Seen(FleetFacts((), 3600.0, False), None)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path_factory.mktemp("fleet") / "runs.db"
    build_fleet(path)
    return path


async def test_every_run_of_the_window_stands_in_order_of_urgency(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(120, 40)):
        states = [run.status.state for run in app.screen.facts.fleet.runs]
        assert states[0] == "WAITING"
        assert states[-1] == "done"
        assert "FAILED" in states


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        ((80, 24), "dark"),
        ((120, 40), "dark"),
        ((60, 16), "dark"),
        ((200, 50), "dark"),
        ((80, 24), "light"),
        ((80, 24), "ansi-dark"),
        ((80, 24), "mono"),
    ],
)
def test_full(snap_compare, fleet: Path, size: tuple[int, int], mode: str) -> None:
    """Full, at every size and in every palette."""
    assert snap_compare(ScriptedConsole("fleet", source=fleet, mode=mode), terminal_size=size)


def test_full_in_ascii(snap_compare, fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet, mode="mono", glyphs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24))


def test_loading(snap_compare) -> None:
    app = ScriptedConsole("fleet", freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare) -> None:
    assert snap_compare(ScriptedConsole("fleet", facts=EMPTY), terminal_size=(80, 24))


def test_stale(snap_compare, fleet: Path) -> None:
    freshness = Freshness("STALE", 72.0, NOW - 72)
    app = ScriptedConsole("fleet", source=fleet, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24))


def test_broken(snap_compare, fleet: Path) -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    freshness = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    app = ScriptedConsole("fleet", source=fleet, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24))


async def test_filter_counts_its_matches_and_names_what_removed_the_last(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, FleetScreen)
        before = len(screen._list.rows)
        said = screen.apply_filter("state:WAITING")
        assert 0 < len(screen._list.rows) < before
        assert "match" in said[0][0]
        said = screen.apply_filter("state:WAITING cost>5000")
        assert len(screen._list.rows) == 0
        assert "cost>5000" in said[1][0]
        await pilot.pause()


async def test_folding_a_run_hides_its_agents(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, FleetScreen)
        before = len(screen._list.rows)
        await pilot.press("h")
        assert len(screen._list.rows) < before
        await pilot.press("l")
        assert len(screen._list.rows) == before


async def test_a_row_keeps_its_place_while_only_costs_move(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)):
        screen = app.screen
        assert isinstance(screen, FleetScreen)
        before = [row.key for row in screen._list.rows]
        runs = screen.facts.fleet.runs
        dearer = tuple(run._replace(cost_usd=99.0) for run in reversed(runs))
        screen.receive(Seen(FleetFacts(dearer, 3600.0, False), None))
        assert [row.key for row in screen._list.rows] == before


async def test_a_changed_state_is_marked_for_two_seconds(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)):
        screen = app.screen
        assert isinstance(screen, FleetScreen)
        runs = screen.facts.fleet.runs
        failed = runs[0]._replace(status=runs[0].status._replace(state="FAILED"))
        screen.receive(Seen(FleetFacts((failed, *runs[1:]), 3600.0, False), None))
        assert f"run {failed.id}" in screen._fresh
        app.now += 3
        screen.second()
        assert not screen._fresh


async def test_the_list_names_the_command_that_shows_it(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)):
        choices = {choice.key: choice.text for choice in app.screen.copy_choices()}
        assert choices["l"].startswith("vedette agents")


async def test_esc_brings_every_row_back(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, FleetScreen)
        before = len(screen._list.rows)
        screen.apply_filter("state:waiting cost>5000")
        assert screen.has_class("-nothing")
        await pilot.press("escape")
        assert len(screen._list.rows) == before
        assert not screen.has_class("-nothing")


async def test_a_message_stays_while_only_ages_move(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("G", "a")
        await pilot.pause()
        message = app.screen.query_one("#prompt-side", OneLine)
        assert "no gate is open" in plain(message.line)
        app.now += 1
        app.screen.second()
        assert "no gate is open" in plain(message.line)


@pytest.mark.parametrize(
    ("size", "has_pace", "has_minutes"),
    [((120, 40), False, False), ((160, 40), True, False), ((200, 50), True, True)],
)
async def test_only_what_there_is_room_for_is_asked(
    fleet: Path, size: tuple[int, int], has_pace: bool, has_minutes: bool
) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.ask_again()
        facts = app.screen.facts
        assert (facts.pace is not None, facts.minutes is not None) == (has_pace, has_minutes)


async def test_a_stale_view_reads_what_is_known_beside_the_loop(fleet: Path) -> None:
    freshness = Freshness("STALE", 72.0, NOW - 72)
    app = ScriptedConsole("fleet", source=fleet, path=str(fleet), freshness=freshness)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.screen.second()
        await app.workers.wait_for_complete()
        screen = app.screen
        assert isinstance(screen, FleetScreen)
        assert screen._known is not None
        assert screen._known.size
