"""Words that a system's documents do not list: counted, shown as written, never taken for done."""

# ruff: noqa: S608 - table names are the documents' own
import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.systems import SYSTEMS
from vedette.data.doctor import examine
from vedette.data.rows import OPEN
from vedette.data.source import Source, open_source
from vedette.data.sources import read_sources
from vedette.data.systems.words import words_of
from vedette.data.unknown_words import NEWEST, UnknownWords, read_unknown_words

NOW = 1_000.0


@pytest.fixture
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of the system that the test is parametrised with."""
    path = tmp_path / "source.db"
    SYSTEMS[request.param](path)
    return path


every_system = pytest.mark.parametrize("path", SYSTEMS, indirect=True)


def all_words(source: Source, now: float = NOW) -> UnknownWords:
    """The words when every table is looked through."""
    found = read_unknown_words(source, now)
    while found.is_behind:
        found = read_unknown_words(source, now)
    return found


@pytest.fixture
def opened() -> Iterator[list[Source]]:
    """Sources that are closed when the test is over."""
    sources: list[Source] = []
    yield sources
    for source in sources:
        source.close()


def write(path: Path, statement: str) -> int:
    """Changes the file as no rule of its own would let it; how many rows were changed."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        return connection.execute(statement).rowcount


def spoil(path: Path, word: str) -> dict[str, int]:
    """Puts a word nobody knows into one row of each listed column; where it stands now."""
    source = open_source(str(path))
    listed = words_of(source.system.name, source.system.variant)
    source.close()
    done = {}
    for table, columns in listed.items():
        for column in columns:
            one = f"rowid = (SELECT max(rowid) FROM {table})"
            try:
                count = write(path, f"UPDATE {table} SET {column} = '{word}' WHERE {one}")
            except sqlite3.OperationalError:
                # A form without the table or the column.
                continue
            if count:
                done[f"{table}.{column}"] = count
    return done


@every_system
def test_each_column_that_holds_an_unknown_word_is_counted(
    path: Path, opened: list[Source]
) -> None:
    opened.append(open_source(str(path)))
    before = {column for column, _, _ in all_words(opened[0]).words}
    assert before <= {"workflows.status"}
    done = spoil(path, "parked")
    assert done
    opened.append(open_source(str(path)))
    found = all_words(opened[1])
    assert {column: n for column, word, n in found.words if word == "parked"} == done
    for column, count in done.items():
        assert f"{column} 'parked' ×{count}" in found.said()


@every_system
def test_an_unknown_word_is_shown_as_written_and_never_taken_for_done(
    path: Path, opened: list[Source]
) -> None:
    spoil(path, "parked")
    source = open_source(str(path))
    opened.append(source)
    told = 0
    for relation in ("run", "agent", "prompt", "tool_call", "task"):
        rows = source.select(f'SELECT source_status, status FROM "{relation}"')
        parked = [status for word, status in rows if word == "parked"]
        told += len(parked)
        assert all(status in (*OPEN, "failed") for status in parked), relation
    assert told
    gates = source.select("SELECT source_status, status FROM approval")
    assert all(status not in ("approved", "expired") for word, status in gates if word == "parked")
    alarms = source.select("SELECT status FROM alarm")
    assert "resolved" not in [status for (status,) in alarms if status == "parked"]


@every_system
def test_a_file_that_holds_only_what_its_documents_list_says_nothing(
    path: Path, opened: list[Source]
) -> None:
    # The pictures' Amelia has a workflow of a word that is not in its documents.
    with contextlib.suppress(sqlite3.OperationalError):
        write(path, "UPDATE workflows SET status = 'failed' WHERE status = 'under_review'")
    opened.append(open_source(str(path)))
    assert all_words(opened[0]) == UnknownWords(0, ())


@pytest.mark.parametrize("path", ["tac 2"], indirect=True)
def test_only_the_newest_rows_are_looked_through_and_that_is_said(
    path: Path, opened: list[Source], tmp_path: Path
) -> None:
    write(path, "UPDATE agent_logs SET log_level = 'LOUD' WHERE rowid <= 10")
    last = write(path, "UPDATE agent_logs SET log_level = 'LOUD' WHERE rowid > 795")
    with closing(sqlite3.connect(path)) as connection, connection:
        columns = "agent_id, log_level, log_type, message, details, created_at"
        fill = f"INSERT INTO agent_logs ({columns}) SELECT agent_id, 'INFO', log_type, message,"
        connection.execute(f"{fill} details, created_at FROM agent_logs LIMIT {NEWEST - last}")
    opened.append(open_source(str(path)))
    assert all_words(opened[0]).words == (("agent_logs.log_level", "LOUD", last),)
    words = next(c for c in examine(str(path), str(tmp_path), {}, NOW) if c.check == "words")
    assert words.outcome == "warning"
    assert f"agent_logs.log_level 'LOUD' ×{last}" in words.fact
    assert f"{NEWEST:,}" in words.fact


@pytest.mark.parametrize("path", ["tac 2"], indirect=True)
def test_they_are_looked_for_anew_after_a_while_and_not_at_every_look(
    path: Path, opened: list[Source]
) -> None:
    opened.append(open_source(str(path)))
    assert all_words(opened[0], NOW).rows == 0
    write(path, "UPDATE agents SET status = 'parked' WHERE rowid = 1")
    assert read_unknown_words(opened[0], NOW + 9).rows == 0
    assert all_words(opened[0], NOW + 11).rows == 0
    later = [read_unknown_words(opened[0], NOW + 11) for _ in range(5)]
    assert later[-1].said() == "agents.status 'parked' ×1"


@pytest.mark.parametrize("path", ["tac 2"], indirect=True)
def test_a_word_that_is_no_text_or_steers_a_terminal_is_told_cleaned(
    path: Path, opened: list[Source]
) -> None:
    write(path, "UPDATE agents SET status = 'x' || char(27) || '[2J' WHERE rowid = 1")
    opened.append(open_source(str(path)))
    assert "\x1b" not in all_words(opened[0]).said()


@pytest.mark.parametrize("path", ["amelia events"], indirect=True)
def test_sources_has_them(path: Path, opened: list[Source]) -> None:
    opened.append(open_source(str(path)))
    assert read_sources(opened[0], NOW).unknown.said() == "workflows.status 'under_review' ×1"
