"""The Help screen: every key of the screen it was called from, in groups, searchable."""

from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import ScriptedConsole, shown
from vedette.data.freshness import Freshness
from vedette.tui.screens.help import HelpScreen, binding_rows


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path_factory.mktemp("help") / "runs.db"
    build_fleet(path)
    return path


async def test_the_screens_own_keys_come_first_and_common_ones_last(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = binding_rows(app.screen)
        groups = list(dict.fromkeys(row.group for row in rows))
        assert groups == ["this screen", "lists", "everywhere"]
        assert "review gate" in [row.does for row in rows if row.group == "this screen"]
        assert "filter" in [row.does for row in rows if row.group == "everywhere"]


async def test_keys_that_nobody_comes_for_are_left_out(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert not [row for row in binding_rows(app.screen) if row.does.startswith("Focus")]


async def test_a_search_keeps_the_headings_of_what_it_finds(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, HelpScreen)
        screen.apply_filter("fold")
        rows = screen.query_one("#help-list").rows
        assert [row.does for row in rows if row.does] == ["fold", "unfold"]
        assert rows[0].group == "this screen"


async def test_before_anything_is_open_it_says_nothing_of_a_source() -> None:
    app = ScriptedConsole("help", freshness=Freshness("READING", 0.0, NOW))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first, second = shown(app)[:2]
        assert first.startswith(" vedette ")
        assert "runs.db" not in first
        assert "READING" not in first
        assert not second


async def test_the_palette_shows_what_is_selected_where_there_are_no_grounds(fleet: Path) -> None:
    app = ScriptedConsole("fleet", source=fleet, mode="mono")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p")
        await pilot.pause(0.2)
        found = app.screen.query_one("CommandList")
        style = found.get_visual_style("option-list--option-highlighted")
        assert style.underline
        assert not app.screen.query_one("SearchIcon").display
