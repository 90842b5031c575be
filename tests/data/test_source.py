"""A source is read in short moments, keeps watch on its file, and shows whatever lies in it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.bare import build_bare
from tests.builders.tac import build_tac
from tests.builders.vedette import NOW, create
from vedette.data.errors import SourceError
from vedette.data.headline import read_headline
from vedette.data.rows import RELATIONS, Event, Run, coerce
from vedette.data.source import Source, open_source

Open = Callable[[Path], Source]

SAY = (
    "INSERT INTO events (level, kind, message, created_at)"
    " VALUES ('info', 'log', ?, '2026-11-21T14:02:31.000000Z')"
)

WRITER_TO_KILL = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.executemany(sys.argv[2], [("m",)] * 1500)
connection.commit()
connection.execute("DELETE FROM events WHERE seq < 700")
print("ready", flush=True)
sys.stdin.read()
"""

ODD: tuple[Any, ...] = (
    None,
    0,
    -1,
    2**63 - 1,
    1.5,
    float("inf"),
    float("-inf"),
    "",
    "words",
    "\x1b[2J\x00\x07‮",
    "x" * 100_000,
    b"",
    b"\xff\xfe\x00",
    "2026-11-21T14:02:31.123456Z",
)


@pytest.fixture
def source_of() -> Iterator[Open]:
    opened: list[Source] = []

    def open_(path: Path) -> Source:
        opened.append(open_source(str(path)))
        return opened[-1]

    yield open_
    for source in opened:
        source.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create(tmp_path / "runs.db").close()
    return tmp_path / "runs.db"


def _say(path: Path, message: str = "said", count: int = 1) -> None:
    with closing(sqlite3.connect(path)) as writer, writer:
        _say_on(writer, message, count)


def _say_on(writer: sqlite3.Connection, message: str, count: int = 1) -> None:
    writer.executemany(SAY, [(message,)] * count)


def _events(source: Source) -> list[str]:
    rows = source.select("SELECT * FROM event ORDER BY seq")
    return [row.message for row in coerce(Event, rows)]


def _replaced(source: Source, looks: int = 1) -> SourceError:
    for _ in range(looks - 1):
        source.moved()
    with pytest.raises(SourceError) as raised:
        source.moved()
    return raised.value


# Whether anything moved


def test_nothing_moved_is_false_again_and_again(path: Path, source_of: Open) -> None:
    source = source_of(path)
    assert [source.moved() for _ in range(5)] == [False] * 5


def test_a_look_reads_no_row(path: Path, source_of: Open) -> None:
    source, seen = source_of(path), []
    source.connection.set_trace_callback(seen.append)
    source.moved()
    assert seen
    assert all(statement.startswith("PRAGMA") for statement in seen)


def test_a_commit_by_another_process_moved_it_once(path: Path, source_of: Open) -> None:
    source = source_of(path)
    say = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    )
    subprocess.run([sys.executable, "-c", say, str(path), SAY.replace("?", "'m'")], check=True)
    assert [source.moved(), source.moved()] == [True, False]


def test_what_is_not_committed_did_not_move_it(path: Path, source_of: Open) -> None:
    source = source_of(path)
    with closing(sqlite3.connect(path)) as writer:
        _say_on(writer, "perhaps")
        assert source.moved() is False
        assert _events(source) == []
        writer.commit()
    assert source.moved() is True


def test_a_closed_file_is_watched_for_a_writer(
    path: Path, source_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access
    # Root may write any folder; this is what the others meet.
    monkeypatch.setattr("os.access", lambda place, mode: mode != os.W_OK and access(place, mode))
    source = source_of(path)
    assert source.moved() is False
    with closing(sqlite3.connect(path)) as writer:
        _say_on(writer, "hello")
        writer.commit()
        assert "it got a writer" in _replaced(source).title
        assert _events(source_of(path)) == ["hello"]


# Another file at the same place


def test_a_file_put_in_its_place_is_noticed_at_once(
    path: Path, tmp_path: Path, source_of: Open
) -> None:
    source = source_of(path)
    create(tmp_path / "new.db").close()
    os.replace(tmp_path / "new.db", path)
    error = _replaced(source)
    assert (error.kind, "replaced by another file" in error.title) == ("replaced", True)


def test_a_deleted_file_is_noticed_at_once(path: Path, source_of: Open) -> None:
    source = source_of(path)
    path.unlink()
    assert _replaced(source).kind == "missing"


def test_a_file_copied_over_it_is_noticed(path: Path, tmp_path: Path, source_of: Open) -> None:
    _say(path, "old", 2000)
    other = tmp_path / "other.db"
    create(other).close()
    _say(other, "new", 3000)
    source = source_of(path)
    assert len(_events(source)) == 2000
    shutil.copyfile(other, path)
    error = _replaced(source, looks=2)
    assert (error.kind, "overwritten in place" in error.title) == ("replaced", True)


def test_other_tables_are_noticed(path: Path, source_of: Open) -> None:
    source = source_of(path)
    with closing(sqlite3.connect(path)) as owner:
        owner.execute("ALTER TABLE events ADD COLUMN colour TEXT")
    assert "tables changed" in _replaced(source).title


def test_a_truncated_file_is_damaged_never_half_shown(path: Path, source_of: Open) -> None:
    _say(path, "row " * 50, 5000)
    source = source_of(path)
    os.truncate(path, 8192)
    for read in (lambda: _events(source), lambda: _events(source_of(path))):
        with pytest.raises(SourceError) as raised:
            read()
        assert raised.value.kind == "corrupt"


def test_a_checkpoint_is_no_other_file(path: Path, source_of: Open) -> None:
    source = source_of(path)
    with closing(sqlite3.connect(path)) as writer:
        for number in range(3):
            _say_on(writer, f"{number}", 200)
            writer.commit()
            assert source.moved() is True
            assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0
            source.moved()
            source.moved()
            assert source.moved() is False


# Out of the writer's way


def test_between_two_reads_the_writer_can_empty_its_wal(path: Path, source_of: Open) -> None:
    source = source_of(path)
    wal = Path(f"{path}-wal")
    with closing(sqlite3.connect(path)) as writer:
        for _ in range(20):
            _say_on(writer, "x" * 500, 50)
            writer.commit()
            assert source.moved() is True
            with source.reading():
                _events(source)
                read_headline(source, NOW)
            busy, _, _ = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
            assert busy == 0
            assert wal.stat().st_size == 0


def test_a_read_that_fails_holds_no_transaction(path: Path, source_of: Open) -> None:
    source = source_of(path)
    with pytest.raises(SourceError), source.reading():
        source.select("SELECT nothing FROM nowhere")
    with pytest.raises(KeyError), source.reading():
        raise KeyError
    assert not source.connection.in_transaction
    with closing(sqlite3.connect(path)) as writer:
        _say_on(writer, "x")
        writer.commit()
        assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0


def test_everything_inside_one_reading_is_of_one_moment(path: Path, source_of: Open) -> None:
    source = source_of(path)
    with source.reading():
        before = _events(source)
        _say(path)
        assert _events(source) == before
    assert _events(source) == ["said"]


def test_a_read_that_takes_too_long_is_stopped(path: Path, source_of: Open) -> None:
    source = source_of(path)
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    )
    with pytest.raises(SourceError) as stopped, source.limited(0.05):
        source.select(endless)
    assert stopped.value.kind == "slow"
    assert _events(source) == []


def test_a_writer_killed_while_we_read_loses_nothing(path: Path, source_of: Open) -> None:
    source = source_of(path)
    arguments = [sys.executable, "-c", WRITER_TO_KILL, str(path), SAY]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        assert source.moved() is True
        writer.send_signal(signal.SIGKILL)
    assert len(_events(source)) == 1500
    source.close()
    assert len(_events(source_of(path))) == 1500


# Whatever lies in the file


def test_a_byte_that_is_no_text_fails_no_page(path: Path, source_of: Open) -> None:
    _say(path, "before")
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute("PRAGMA ignore_check_constraints = 1")
        writer.execute("UPDATE events SET message = CAST(x'41ff42' AS TEXT)")
    _say(path, "after")
    assert _events(source_of(path)) == ["A\ufffdB", "after"]


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_any_value_in_every_column_is_read(tmp_path: Path, source_of: Open, value: Any) -> None:
    path = tmp_path / "bare.db"
    build_bare(path, lambda *_: value)
    source = source_of(path)
    assert source.system.name == "vedette"
    for relation, row_type in RELATIONS.items():
        rows = coerce(row_type, source.select(f'SELECT * FROM "{relation}"'))  # noqa: S608
        assert all(_is_of_its_types(row) for row in rows)
    with source.reading():
        read_headline(source, NOW)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
)


@pytest.mark.parametrize("row_type", RELATIONS.values(), ids=list(RELATIONS))
def test_a_row_is_of_its_types_whatever_the_file_held(row_type: type[Any]) -> None:
    @settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.tuples(*[VALUES] * len(row_type._fields)))
    def hold(values: tuple[Any, ...]) -> None:
        (row,) = coerce(row_type, [values])
        assert _is_of_its_types(row)

    hold()


def _is_of_its_types(row: Any) -> bool:
    for value, annotation in zip(row, type(row).__annotations__.values(), strict=True):
        may_be_none = "None" in str(annotation)
        wants_text = "str" in str(annotation)
        if value is None and may_be_none:
            continue
        if not isinstance(value, str if wants_text else (int, float)):
            return False
    return True


# Which system


def test_a_newer_schema_opens_and_says_so(path: Path, source_of: Open) -> None:
    _say(path, "still here")
    with closing(sqlite3.connect(path)) as owner, owner:
        owner.execute("CREATE TABLE dreams (id TEXT, content TEXT)")
        owner.execute("ALTER TABLE events ADD COLUMN colour TEXT")
        owner.execute("UPDATE schema_migrations SET version = 999 WHERE version = 1")
    source = source_of(path)
    assert source.system.variant == "999"
    (note,) = source.system.notes
    assert "newer than this console knows" in note
    assert "dreams" in note
    assert "events.colour" in note
    assert _events(source) == ["still here"]


def test_an_unknown_schema_opens_with_what_was_looked_for(tmp_path: Path, source_of: Open) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as owner:
        owner.execute("CREATE TABLE cats (name)")
    source = source_of(tmp_path / "other.db")
    assert source.system.name == "unknown"
    assert "cats" in source.system.looked_for[-1]
    assert source.select("SELECT * FROM run") == []
    assert "Tables" in source.lacks["run"]


@pytest.mark.parametrize("version", [1, 2])
def test_tac_opens_and_says_what_it_lacks(tmp_path: Path, source_of: Open, version: int) -> None:
    build_tac(tmp_path / "tac.db", version)
    source = source_of(tmp_path / "tac.db")
    assert (source.system.name, source.system.variant) == ("tac", str(version))
    assert coerce(Run, source.select("SELECT * FROM run"))
    assert "no gates" in source.lacks["approval"]
