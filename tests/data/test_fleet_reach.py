"""What the fleet does not read again at every look is still what a first look would show."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.vedette import NOW
from vedette.data import migrations, times
from vedette.data.fleet import LATEST_RUNS, FleetFacts, read_fleet
from vedette.data.source import Source, open_source

MINUTE = 60.0

INSERT = """
INSERT INTO runs (id, title, status, started_at, ended_at, updated_at)
VALUES (:id, :id, :status, :began, :ended, :updated)
"""
UPDATE = """
UPDATE runs
SET status = :status, ended_at = :ended, updated_at = :updated
WHERE id = :id
"""


class Runs:
    """Writes runs that began one after the other."""

    def __init__(self, path: Path) -> None:
        migrations.migrate(str(path), NOW)
        self._connection = sqlite3.connect(path, isolation_level=None)

    def add(self, name: str, status: str, ended_ago: float | None) -> None:
        """A run that ended so many seconds before NOW; None: it has not ended."""
        self._connection.execute(INSERT, self._facts(name, status, ended_ago))

    def change(self, name: str, status: str, ended_ago: float | None) -> None:
        """The run is in another state."""
        self._connection.execute(UPDATE, self._facts(name, status, ended_ago))

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _facts(self, name: str, status: str, ended_ago: float | None) -> dict[str, object]:
        ended = None if ended_ago is None else times.text(NOW - ended_ago)
        began = times.text(NOW - 600 * MINUTE)
        updated = ended or times.text(NOW)
        return {"id": name, "status": status, "began": began, "ended": ended, "updated": updated}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def runs(path: Path) -> Iterator[Runs]:
    with closing(Runs(path)) as runs:
        yield runs


Look = Callable[[], FleetFacts]


@pytest.fixture
def source(path: Path, runs: Runs) -> Iterator[Source]:
    for number in range(LATEST_RUNS + 50):
        runs.add(f"old-{number}", "completed", 300 * MINUTE)
    runs.add("ended", "completed", 30 * MINUTE)
    runs.add("open", "running", None)
    runs.add("long-over", "completed", 200 * MINUTE)
    with closing(open_source(str(path))) as source:
        yield source


def titles(facts: FleetFacts) -> set[str]:
    return {run.title for run in facts.runs}


def read(source: Source, now: float = NOW) -> FleetFacts:
    with source.reading():
        return read_fleet(source, now)


def test_a_second_look_says_what_the_first_said(source: Source) -> None:
    first = read(source)
    assert titles(first) == {"ended", "open"}
    assert read(source) == first
    assert first.older


def test_a_run_that_begins_comes_in(source: Source, runs: Runs) -> None:
    read(source)
    runs.add("new", "running", None)
    assert titles(read(source)) == {"ended", "open", "new"}


def test_a_run_that_ends_stays_until_the_window_has_passed(source: Source, runs: Runs) -> None:
    read(source)
    runs.change("open", "completed", 0.0)
    assert titles(read(source)) == {"ended", "open"}
    assert titles(read(source, NOW + 45 * MINUTE)) == {"open"}
    assert titles(read(source, NOW + 61 * MINUTE)) == set()
    assert read(source, NOW + 61 * MINUTE).older


def test_a_run_begun_again_is_seen_while_it_goes_on_and_after(source: Source, runs: Runs) -> None:
    read(source)
    runs.change("old-240", "running", None)
    assert "old-240" in titles(read(source))
    runs.change("old-240", "failed", 0.0)
    assert "old-240" in titles(read(source))


def test_a_wider_window_looks_through_all_again(source: Source) -> None:
    read(source)
    with source.reading():
        wide = read_fleet(source, NOW, window=250 * MINUTE)
    assert titles(wide) == {"ended", "open", "long-over"}


def test_the_rows_read_do_not_grow_with_the_runs_that_are_over(source: Source) -> None:
    read(source)
    statements: list[int] = []
    fetch = source.raw

    def counted(name: str, **parameters: object) -> list[tuple[object, ...]]:
        rows = fetch(name, **parameters)
        statements.append(len(rows))
        return rows

    source.raw = counted  # type: ignore[method-assign]
    read(source)
    assert sum(statements) < 20
