"""The log's tail, its pages, its levels, and the place of a time in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import tac
from tests.builders.vedette import create
from vedette.data import events, times
from vedette.data.source import Source, open_source

START = 1_795_269_000.0


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    """A log of 1,000 events a second apart: every hundredth an error, every tenth debug."""
    path = tmp_path / "runs.db"
    connection = create(path)
    rows = [
        (_level(number), f"event {number}", times.text(START + number)) for number in range(1, 1001)
    ]
    connection.executemany(
        "INSERT INTO events (level, kind, message, created_at) VALUES (?, 'k', ?, ?)", rows
    )
    connection.commit()
    connection.close()
    opened = open_source(str(path))
    yield opened
    opened.close()


def _level(number: int) -> str:
    return "error" if number % 100 == 0 else "debug" if number % 10 == 0 else "info"


def test_the_tail_is_the_newest_oldest_first(source: Source) -> None:
    lines = events.read_tail(source, 0.0, "all", limit=5).lines
    assert [line.seq for line in lines] == [996, 997, 998, 999, 1000]


def test_pages_before_meet_the_tail(source: Source) -> None:
    tail = events.read_tail(source, 0.0, "all", limit=5)
    older = events.read_before(source, tail.lines[0].seq, "all", limit=5)
    assert [line.seq for line in older.lines] == [991, 992, 993, 994, 995]


def test_what_was_appended_follows(source: Source) -> None:
    assert [line.seq for line in events.read_after(source, 998, "all").lines] == [999, 1000]


def test_a_level_hides_what_is_below_it(source: Source) -> None:
    assert {line.level for line in events.read_tail(source, 0.0, "info").lines} == {"info", "error"}
    errors = events.read_tail(source, 0.0, "error", limit=100)
    assert [line.seq for line in errors.lines] == list(range(100, 1001, 100))
    assert {line.level for line in events.read_after(source, 900, "warn").lines} == {"error"}


def test_a_time_is_found_by_halving(source: Source) -> None:
    assert events.seq_at(source, START + 500) == 500
    assert events.seq_at(source, START - 9) == 1
    assert events.seq_at(source, START + 5000) == 1001


def test_missing_numbers_are_counted_as_gaps(tmp_path: Path) -> None:
    path = tmp_path / "gaps.db"
    connection = create(path)
    for seq in (1, 2, 5, 9):
        connection.execute(
            "INSERT INTO events (seq, kind, created_at) VALUES (?, 'k', ?)",
            (seq, times.text(START)),
        )
    connection.commit()
    connection.close()
    opened = open_source(str(path))
    assert events.read_tail(opened, 0.0, "all").gaps == 5
    opened.close()


def test_where_no_index_tells_levels_they_are_looked_for_among_so_many_lines_and_said(
    tmp_path: Path,
) -> None:
    path = tmp_path / "tac.db"
    connection = tac.create(path, 2)
    connection.execute("PRAGMA foreign_keys = OFF")
    rows = [("ERROR" if number in (100, 6_000, 6_900) else "INFO") for number in range(1, 7_001)]
    connection.executemany(
        "INSERT INTO agent_logs (agent_id, log_level, log_type, message, created_at)"
        " VALUES ('a', ?, 'error', 'm', '2026-01-31 08:00:00')",
        ((level,) for level in rows),
    )
    connection.commit()
    connection.close()
    opened = open_source(str(path))
    tail = events.read_tail(opened, 0.0, "error")
    older = events.read_before(opened, 5_000, "error")
    assert ([line.seq for line in tail.lines], tail.among) == ([6_000, 6_900], 5_000)
    assert [line.seq for line in older.lines] == [100]
    assert events.read_tail(opened, 0.0, "all").among is None
    assert any("5,000 lines" in note for note in opened.system.notes)
    opened.close()


def test_an_index_on_levels_finds_them_however_far_back(source: Source) -> None:
    assert events.read_tail(source, 0.0, "error").among is None
