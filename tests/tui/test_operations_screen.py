"""The Operations screen: its four faces, its tabs, the tree of tasks, and what its keys do."""

from pathlib import Path

import pytest

from tests.builders import tac
from tests.builders.vedette import NOW
from tests.tui.harness import ScriptedConsole
from vedette.data import migrations
from vedette.data.belongings import Belongings, Part
from vedette.data.freshness import Freshness
from vedette.data.machinery import Standing
from vedette.data.operations import Entry
from vedette.data.simulator import play
from vedette.tui.drawing import operations as drawing
from vedette.tui.glyphs import ASCII, UNICODE
from vedette.tui.line import plain
from vedette.tui.screens.operations import OperationsScreen
from vedette.tui.view import View


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's file, with machinery of every kind."""
    path = tmp_path_factory.mktemp("operations") / "runs.db"
    play.write_history(str(path), seed=7, preset="busy", start=NOW)
    return path


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    """A file in which nothing is recorded."""
    path = tmp_path / "runs.db"
    migrations.migrate(str(path), NOW)
    return path


def console(source: Path, **settings: object) -> ScriptedConsole:
    return ScriptedConsole("operations", source=source, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16)])
def test_full(snap_compare, busy: Path, size: tuple[int, int]) -> None:
    assert snap_compare(console(busy), terminal_size=size)


@pytest.mark.parametrize(
    "tab", ["schedules", "watchers", "rules", "health", "routing", "checks", "records"]
)
def test_each_tab(snap_compare, busy: Path, tab: str) -> None:
    assert snap_compare(console(busy, tab=tab), terminal_size=(80, 24))


@pytest.mark.parametrize("mode", ["light", "ansi-dark"])
def test_palettes(snap_compare, busy: Path, mode: str) -> None:
    assert snap_compare(console(busy, mode=mode), terminal_size=(80, 24))


def test_mono_and_ascii(snap_compare, busy: Path) -> None:
    assert snap_compare(console(busy, mode="mono", glyphs=ASCII), terminal_size=(80, 24))


def test_loading(snap_compare) -> None:
    app = ScriptedConsole("operations", freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare, nothing: Path) -> None:
    assert snap_compare(console(nothing), terminal_size=(80, 24))


def test_stale(snap_compare, busy: Path) -> None:
    freshness = Freshness("STALE", 72.0, NOW - 72)
    assert snap_compare(console(busy, freshness=freshness), terminal_size=(80, 24))


def shown(app: ScriptedConsole) -> list[str]:
    """The names of the rows in sight."""
    screen = app.screen
    assert isinstance(screen, OperationsScreen)
    return [str(row["name" if "name" in row else "table"]) for row in screen.export_rows()]


async def test_late_and_stuck_come_first_and_say_since_when(busy: Path) -> None:
    app = console(busy, now=NOW + 380)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, OperationsScreen)
        rows = [row for row in screen.export_rows() if not row["part_of"]]
        states = [row["state"] for row in rows]
        assert states[:2] == ["LATE", "STUCK"]
        assert states.index("FAILED") < states.index("done")
        stuck = next(row for row in rows if row["state"] == "STUCK")
        assert stuck["since"] == NOW - 531


async def test_tab_goes_through_the_tabs_there_are(busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, OperationsScreen)
        seen = [screen.tab]
        for _ in range(7):
            await pilot.press("tab")
            seen.append(screen.tab)
        assert seen == [
            "tasks", "schedules", "watchers", "rules", "health", "routing", "checks", "records",
        ]  # fmt: skip
        await pilot.press("v")
        assert screen.tab == "tasks"


async def test_a_tab_is_only_there_where_the_source_has_it(tmp_path: Path) -> None:
    path = tmp_path / "tac.db"
    tac.build_tac(path, 2, rows=100)
    app = console(path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, OperationsScreen)
        names = screen._names()
        assert "tasks" in names
        assert not {"schedules", "watchers", "health", "checks"} & set(names)


async def test_z_folds_a_task_and_unfolds_it(busy: Path) -> None:
    app = console(busy, key="task t-176")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = shown(app)
        assert {"stage", "merge", "report"} <= set(before)
        await pilot.press("z")
        assert "merge" not in shown(app)
        await pilot.press("z")
        assert shown(app) == before


async def test_a_filter_speaks_the_one_grammar(busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.screen.apply_filter("inferred:yes")
        assert shown(app) == ["Restore drill of last night's backup"]
        await pilot.press("escape")
        assert len(shown(app)) > 2


async def test_enter_opens_the_run_of_a_task(busy: Path) -> None:
    app = console(busy, key="task t-176")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.name_ == "run"


async def test_enter_on_a_table_opens_it_in_tables(busy: Path) -> None:
    app = console(busy, tab="records", path=str(busy))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = app.screen._list.cursor_key
        await pilot.press("enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.screen.name_ == "tables"
        assert app.screen.crumbs()[:2] == ("Tables", table)


async def test_the_palette_and_the_command_line_know_the_screen(busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert "Operations (8)" in titles
        await pilot.press("4")
        await pilot.pause()
        await pilot.press(":", *"oper", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.screen.name_ == "operations"


@pytest.mark.parametrize("width", [30, 40, 60])
def test_what_belongs_to_a_row_never_touches_its_count(width: int) -> None:
    entry = Entry("tasks", "task:p", Standing("running", NOW, 5), "shop", "", None, {})
    names = ("planning actions", "system policy profiles", "requirements that nobody wrote down")
    owned = tuple(Part("t", "c", name, (("", 41),), False) for name in names)
    about = Belongings("task:p", "project", "id", "p", owned)
    lines = drawing.details(entry, about, width, 40, View(NOW, True, UNICODE, "dark"))
    counted = [plain(line).rstrip() for line in lines if plain(line).rstrip().endswith("41")]
    assert len(counted) == 3
    assert all(line.endswith("  41") for line in counted)
