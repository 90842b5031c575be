"""Paging by the order of appending loses no row and repeats none, whatever the source holds."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.builders.vedette import create
from vedette.data import listing
from vedette.data.listing import Listing, money, read_listing
from vedette.data.source import open_source

AT = "2026-11-21T12:00:00.000000Z"


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """Twenty tasks and twenty steps: two tables with the same numbers behind one relation."""
    path = tmp_path / "tasks.db"
    connection = create(path)
    with connection:
        connection.executemany(
            "INSERT INTO tasks (id, title, updated_at) VALUES (?, 'task', ?)",
            [(f"t{number}", AT) for number in range(20)],
        )
        connection.executemany(
            "INSERT INTO steps (id, task_id, title, updated_at) VALUES (?, 't0', 'step', ?)",
            [(f"s{number}", AT) for number in range(20)],
        )
    connection.close()
    return path


def _read(path: Path, name: str, **how: object) -> Listing:
    source = open_source(str(path))
    try:
        return read_listing(source, name, time.time(), **how)  # type: ignore[arg-type]
    finally:
        source.close()


@pytest.mark.parametrize("page", [2, 3, 7, 39, 40, 41])
def test_rows_of_one_number_are_never_torn_apart(
    tasks: Path, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", page)
    found = _read(tasks, "tasks", limit=100, filter_text="title:t|s")
    ids = [row[1] for row in found.rows]
    assert len(ids) == len(set(ids)) == 40
    assert [row[0] for row in found.rows] == sorted((row[0] for row in found.rows), reverse=True)


@pytest.mark.parametrize("limit", range(1, 42))
def test_every_limit_is_kept_exactly(tasks: Path, limit: int) -> None:
    found = _read(tasks, "tasks", limit=limit)
    assert len(found.rows) == min(limit, 40)
    assert found.truncated is (limit < 40)


def test_a_rare_row_is_found_behind_many_pages(tasks: Path) -> None:
    connection = sqlite3.connect(tasks)
    with connection:
        connection.executemany(
            "INSERT INTO events (kind, message, created_at) VALUES ('note', ?, ?)",
            [(f"line {number}", AT) for number in range(3000)],
        )
    connection.close()
    found = _read(tasks, "events", limit=5, filter_text='"line 7 "|"line 77"')
    assert [row[6] for row in found.rows] == [
        "line 779",
        "line 778",
        "line 777",
        "line 776",
        "line 775",
    ]
    assert found.truncated


def test_money_is_summed_without_the_errors_of_floats() -> None:
    assert money([0.1] * 10) == 1.0
    assert money([1e9, 0.000001, -1e9]) == 0.000001
    assert money([None, 0.25, "odd"]) == 0.25
    assert money([None, None]) is None
    assert money([]) == 0.0
