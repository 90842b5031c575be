"""The Tables screen: the list, a page of rows, one row in full, and the way between them."""

import sqlite3
from pathlib import Path

import pytest

from tests.builders.vedette import NOW
from tests.tui.harness import ScriptedConsole
from vedette.data.tables import Page
from vedette.tui.drawing import tables as drawing
from vedette.tui.glyphs import UNICODE
from vedette.tui.line import plain
from vedette.tui.view import View

VIEW = View(NOW, True, UNICODE, "dark")
PAGE = Page(
    "customers",
    ("id", "name", "spent"),
    ((7, "Ana", 3.5), (1234, None, 12.25)),
    (),
)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of no system that is known."""
    path = tmp_path_factory.mktemp("tables") / "runs.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, spent REAL);
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, total REAL
        );
        INSERT INTO customers VALUES (1, 'Ana', 3.5), (2, 'Bo', NULL);
        """
    )
    connection.close()
    return path


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_list(snap_compare, stranger: Path, size: tuple[int, int]) -> None:
    assert snap_compare(ScriptedConsole("tables", source=stranger), terminal_size=size)


def test_numbers_stand_at_the_right_of_their_column_and_so_does_its_head() -> None:
    at = drawing.grid(PAGE, 0, 40)
    head = plain(drawing.grid_head(PAGE, at, 40, VIEW))
    rows = [plain(drawing.grid_line(row, at, 40, VIEW)) for row in PAGE.rows]
    ends = {len(head), *map(len, rows)}
    assert len(ends) == 1
    assert head.index("id") + 2 == rows[0].index("7") + 1 == rows[1].index("1234") + 4


def test_nothing_is_faint_and_not_a_number() -> None:
    at = drawing.grid(PAGE, 0, 40)
    spans = dict(drawing.grid_line(PAGE.rows[1], at, 40, VIEW).spans)
    assert spans["NULL"] == "faint"


async def test_a_filter_shows_only_the_tables_that_match(stranger: Path) -> None:
    app = ScriptedConsole("tables", source=stranger)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.screen
        screen.apply_filter("orders")
        assert [table.name for table in screen.query_one("#tables-list").rows] == ["orders"]
        await pilot.press("escape")
        assert len(screen.query_one("#tables-list").rows) == 2


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """Orders that name their customers."""
    path = tmp_path / "linked.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT);
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY, customer_id TEXT REFERENCES customers, total REAL
        );
        INSERT INTO customers VALUES ('c-1', 'Ana'), ('c-2', 'Bo');
        INSERT INTO orders VALUES (1, 'c-2', 3.5), (2, 'c-2', 4.5), (3, 'c-1', 1.0);
        """
    )
    connection.close()
    return path


async def test_a_foreign_key_jumps_there_and_back(linked: Path) -> None:
    app = ScriptedConsole("tables", source=linked, path=str(linked), table="orders")
    async with app.run_test(size=(80, 24)) as pilot:

        async def press(*keys: str) -> None:
            for key in keys:
                await pilot.press(key)
                await app.workers.wait_for_complete()
                await pilot.pause()

        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        screen = app.screen
        assert screen.crumbs() == ("Tables", "orders")
        await press("enter", "j", "enter")
        assert screen.crumbs() == ("Tables", "customers")
        assert screen._page.rows == (("c-2", "Bo"),)
        # From the customer to the orders that name it, and all the way back.
        await press("enter", "G", "enter")
        assert screen.crumbs() == ("Tables", "orders")
        assert [row[0] for row in screen._page.rows] == [1, 2]
        await press("escape")
        assert screen.crumbs() == ("Tables", "customers", "row")
        await press("escape", "escape")
        assert screen.crumbs() == ("Tables", "orders", "row")
        await press("escape", "escape")
        assert screen.crumbs() == ("Tables",)
