"""The Help screen: every key of the screen it was called from, in groups, searchable."""

from pathlib import Path

import pytest

from tests.builders.vedette import build_fleet
from tests.tui.harness import ScriptedConsole
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
