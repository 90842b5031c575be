"""Any table of any file: listed, paged by key, followed by foreign key, asked by SQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from vedette.data import tables
from vedette.data.errors import UsageError
from vedette.data.source import Source, open_source


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    """A file no system is recognised in, with awkward names and values."""
    path = tmp_path / "odd.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE parent (id TEXT PRIMARY KEY, note TEXT);
        CREATE TABLE "odd ""name" (
            rowid TEXT, "a b" TEXT, parent_id TEXT REFERENCES parent (id), raw BLOB
        );
        CREATE TABLE pairs (a TEXT, b INTEGER, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
        CREATE INDEX by_note ON parent (note);
        CREATE VIEW doubled AS SELECT id || id AS twice FROM parent;
        """
    )
    connection.execute("INSERT INTO parent VALUES ('p1', 'first')")
    connection.executemany(
        'INSERT INTO "odd ""name" VALUES (?, ?, ?, ?)',
        [(str(number), "x" * number, "p1", b"\xff\x00") for number in range(25)],
    )
    connection.executemany(
        "INSERT INTO pairs VALUES (?, ?, 'c')", [("k", number) for number in range(30)]
    )
    connection.commit()
    connection.close()
    opened = open_source(str(path))
    yield opened
    opened.close()


def test_every_table_is_listed_with_its_rows_columns_and_indexes(source: Source) -> None:
    found = {table.name: table for table in tables.read_tables(source, 0.0).tables}
    assert sorted(found) == ["doubled", 'odd "name', "pairs", "parent"]
    assert found["pairs"].rows == 30
    assert found["parent"].indexes[0].columns == ("note",)
    assert found['odd "name'].columns[2].references == ("parent", "id")
    assert found["doubled"].is_view
    assert found["doubled"].rows is None


def test_pages_by_row_number_meet_without_a_gap(source: Source) -> None:
    first = tables.read_page(source, 'odd "name', limit=10)
    second = tables.read_page(source, 'odd "name', after=first.keys[-1], limit=10)
    third = tables.read_page(source, 'odd "name', after=second.keys[-1], limit=10)
    values = [row[0] for page in (first, second, third) for row in page.rows]
    assert values == [str(number) for number in range(25)]
    assert (first.more_after, third.more_after) == (True, False)


def test_pages_go_back_in_the_same_order(source: Source) -> None:
    first = tables.read_page(source, "pairs", limit=10)
    second = tables.read_page(source, "pairs", after=first.keys[-1], limit=10)
    back = tables.read_page(source, "pairs", before=second.keys[0], limit=10)
    assert back.rows == first.rows
    assert not back.more_before


def test_a_foreign_key_leads_to_its_row(source: Source) -> None:
    page = tables.read_row(source, "parent", "id", "p1")
    assert page.rows == (("p1", "first"),)


def test_the_rows_that_hold_a_key_are_found_from_the_row_it_names(source: Source) -> None:
    page = tables.read_row(source, "parent", "id", "p1")
    [refers] = page.referrers
    assert refers == ('odd "name', "parent_id", "id")
    held = tables.read_referring(source, refers.table, refers.column, "p1", limit=10)
    assert [row[0] for row in held.rows] == [str(number) for number in range(10)]
    assert held.more_after
    assert tables.read_referring(source, refers.table, refers.column, "p2").rows == ()


def test_a_key_that_names_no_column_points_at_the_primary_key(tmp_path: Path) -> None:
    path = tmp_path / "linked.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE Team (code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
        CREATE TABLE member (id INTEGER PRIMARY KEY, team TEXT REFERENCES team);
        INSERT INTO Team VALUES ('a', 'Ana''s');
        INSERT INTO member VALUES (1, 'a');
        """
    )
    connection.close()
    with closing(open_source(str(path))) as source:
        members = tables.read_page(source, "member")
        assert members.declared[1].references == ("team", "code")
        assert tables.read_row(source, "team", "code", "a").rows == (("a", "Ana's"),)
        assert tables.read_page(source, "Team").referrers == (("member", "team", "code"),)


def test_a_view_shows_its_first_rows(source: Source) -> None:
    assert tables.read_page(source, "doubled").rows == (("p1p1",),)


def test_sql_runs_one_reading_statement(source: Source) -> None:
    page = tables.run_sql(source, "SELECT count(*) AS n FROM pairs")
    assert (page.columns, page.rows) == (("n",), ((30,),))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM pairs",
        "CREATE TABLE x (y)",
        "CREATE TEMP TABLE x (y)",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only = 0",
        "SELECT load_extension('x')",
        "SELECT 1; SELECT 2",
        "not sql at all",
    ],
)
def test_sql_that_is_not_one_reading_statement_is_refused(source: Source, statement: str) -> None:
    with pytest.raises(UsageError):
        tables.run_sql(source, statement)
    assert tables.run_sql(source, "SELECT count(*) FROM pairs").rows == ((30,),)


def test_sql_that_takes_too_long_is_stopped(source: Source) -> None:
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    with pytest.raises(UsageError, match="stopped after"):
        tables.run_sql(source, endless, seconds=0.05)


def test_a_table_that_is_not_there_is_named(source: Source) -> None:
    with pytest.raises(UsageError, match="there is no table nosuch"):
        tables.read_page(source, "nosuch")
