"""Several databases were found: the newest first, one or several are opened."""

from pathlib import Path
from typing import Any

import pytest

from tests.builders.vedette import NOW, build_fleet
from vedette.data.discovery import Candidate
from vedette.data.peek import Peek
from vedette.tui.app import VedetteApp
from vedette.tui.glyphs import UNICODE
from vedette.tui.settings import Settings

FOUND = [
    Peek(Candidate("/proj/.vedette/runs.db", True, "nearest .vedette"), "Vedette", True, NOW - 4),
    Peek(Candidate("/srv/share/vedette/runs.db", False, "data folder"), why="not there"),
    Peek(Candidate("/srv/amelia.db", True, "Amelia", True), "Amelia", True, NOW - 90_000),
    Peek(Candidate("/srv/dossier.db", True, "Dossier", True), "", True, NOW - 600, "not read yet"),
]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was used is kept away from home."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def _console(places: list[Peek]) -> VedetteApp:
    settings = Settings(glyphs=UNICODE, mode="dark", actor="ana")
    return VedetteApp(places[0].place.path, settings, places=places, clock=lambda: NOW)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_pick(snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(_console(FOUND), terminal_size=size)


def _found(path: Path, newest: float) -> Peek:
    build_fleet(path)
    return Peek(Candidate(str(path), True, "recently used"), "Vedette", True, newest)


async def test_enter_opens_the_one_under_the_cursor_and_nothing_was_opened_before(
    tmp_path: Path, kept: None
) -> None:
    places = [_found(tmp_path / "old.db", 1.0), _found(tmp_path / "new.db", 2.0)]
    app = _console(places)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.screen.name_ == "pick"
        assert app.poller.source is None
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.name_ == "fleet"
        assert [source.name for source in app.sources] == ["new.db"]


async def test_those_that_are_marked_open_as_one_fleet(tmp_path: Path, kept: None) -> None:
    places = [_found(tmp_path / f"{name}.db", 1.0) for name in ("a", "b", "c")]
    app = _console(places)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("space", "j", "space", "enter")
        await pilot.pause()
        assert app.screen.name_ == "fleet"
        assert len(app.sources) == 2


async def test_one_with_runs_is_opened_and_row_1_says_so(tmp_path: Path, kept: None) -> None:
    absent = Peek(Candidate("/nowhere/runs.db", False, "nearest .vedette"), why="not there")
    app = _console([absent, _found(tmp_path / "amelia.db", 1.0)])
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        assert app.screen.name_ == "fleet"
        said = "".join(text for text, _ in app.screen._source_name())
        assert said.strip().startswith("found")
        assert said.endswith("amelia.db")
