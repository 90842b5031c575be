"""A file is opened without hurting its owner, and each way that can fail has its own words."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.stranger import as_stranger, open_to_all
from vedette.data import opening
from vedette.data.errors import SourceError

ROWS = 1500
HOT_WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA wal_autocheckpoint = 0")
connection.execute("CREATE TABLE t (x)")
connection.execute("BEGIN")
connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(int(sys.argv[2]))])
connection.execute("COMMIT")
connection.execute("BEGIN")
connection.execute("INSERT INTO t VALUES ('never committed')")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that other users may look into, and that is writable again at the end."""
    open_to_all(tmp_path)
    yield tmp_path
    tmp_path.chmod(0o755)


def _make(path: Path | bytes, *, wal: bool = True, rows: int = 3) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}").fetchall()
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(rows)])
        connection.commit()


def _leave_hot_wal(path: Path, rows: int = ROWS) -> None:
    """A real writer, killed in the middle of its next transaction."""
    arguments = [sys.executable, "-c", HOT_WRITER, str(path), str(rows)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        writer.send_signal(signal.SIGKILL)


def _count(path: Path | str) -> int:
    try:
        with closing(opening.connect(str(path)).connection) as connection:
            return int(connection.execute("SELECT count(*) FROM t").fetchall()[0][0])
    except sqlite3.Error as error:
        raise opening.fault(str(path), error) from error


def _refused(path: Path | str, as_whom: Callable[..., int] = lambda work: work()) -> SourceError:
    with pytest.raises(SourceError) as refused:
        as_whom(lambda: _count(path))
    assert refused.value.title
    assert refused.value.hint
    return refused.value


def _side_files(path: Path) -> set[str]:
    return {each.name for each in path.parent.iterdir()} - {path.name}


# What is not a database


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    assert _refused(tmp_path / "gone.db").kind == "missing"
    assert _refused(tmp_path / "no" / "folder.db").kind == "missing"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_told_from_a_file(tmp_path: Path) -> None:
    error = _refused(tmp_path)
    assert error.kind == "not_a_file"
    assert "is a folder" in error.title


def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    error = _refused(tmp_path / "pipe.db")
    assert error.kind == "not_a_file"
    assert "is a named pipe" in error.title


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_is_not_read(device: str) -> None:
    assert "is a device" in _refused(device).title


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a.db").symlink_to(tmp_path / "b.db")
    (tmp_path / "b.db").symlink_to(tmp_path / "a.db")
    assert _refused(tmp_path / "a.db").kind == "missing"


def test_a_name_with_a_nul_is_refused() -> None:
    assert _refused("runs\0.db").kind == "missing"


def test_a_file_smaller_than_a_page_is_no_database_though_somebody_has_it_open(
    tmp_path: Path,
) -> None:
    (tmp_path / "runs.db").write_bytes(b"x")
    (tmp_path / "runs.db-shm").touch()
    assert _refused(tmp_path / "runs.db").kind == "not_a_database"


def test_an_empty_file_has_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert _refused(tmp_path / "empty.db").kind == "empty"


@pytest.mark.parametrize(
    "content",
    [b"words " * 500, bytes(range(256)) * 64, b"SQLite format 2"],
    ids=["text", "bytes", "old"],
)
def test_what_is_no_database_is_called_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.db").write_bytes(content)
    assert _refused(tmp_path / "other.db").kind == "not_a_database"
    assert _side_files(tmp_path / "other.db") == set()


def test_what_became_no_database_beside_its_side_files_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    _leave_hot_wal(path)
    path.write_bytes(b"words " * 5000)
    Path(f"{path}-wal").write_bytes(b"")
    assert _refused(path).kind == "not_a_database"


def test_damaged_pages_are_told_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    _make(path, rows=20_000, wal=False)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    error = _refused(path)
    assert error.kind == "corrupt"
    assert "integrity_check" in error.hint


def test_a_truncated_file_is_damaged_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    _make(path, rows=20_000, wal=False)
    os.truncate(path, 8192)
    assert _refused(path).kind == "corrupt"


# Who may read


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_the_file_that_may_not_be_read_is_named(folder: Path, suffix: str) -> None:
    path = folder / "runs.db"
    _leave_hot_wal(path)
    os.chmod(f"{path}{suffix}", 0)
    error = _refused(path, as_stranger)
    assert error.kind == "permission"
    assert f"{path}{suffix} cannot be read" in error.title
    assert f"{path}{suffix}`" in error.hint


def test_a_folder_that_may_not_be_entered_is_a_matter_of_permission(folder: Path) -> None:
    (folder / "closed").mkdir()
    _make(folder / "closed" / "runs.db")
    (folder / "closed").chmod(0)
    error = _refused(folder / "closed" / "runs.db", as_stranger)
    (folder / "closed").chmod(0o755)
    assert error.kind == "permission"


def test_another_user_never_leaves_files_the_owner_cannot_write(folder: Path) -> None:
    path = folder / "runs.db"
    _make(path)
    folder.chmod(0o777)
    error = _refused(path, as_stranger)
    assert error.kind == "side_files"
    assert "owner" in error.title
    assert _side_files(path) == set()
    with closing(sqlite3.connect(path)) as owner, owner:
        owner.execute("INSERT INTO t VALUES (4)")


def test_another_user_reads_beside_a_writer_and_leaves_nothing(folder: Path) -> None:
    path = folder / "runs.db"
    _make(path)
    with closing(sqlite3.connect(path)) as owner, owner:
        owner.execute("INSERT INTO t VALUES (4)")
        owner.commit()
        before = _side_files(path)
        assert as_stranger(lambda: _count(path)) == 4
        assert _side_files(path) == before


# A folder that cannot be written


def test_a_closed_database_in_a_read_only_folder_is_read(folder: Path) -> None:
    path = folder / "runs.db"
    _make(path)
    folder.chmod(0o555)
    assert as_stranger(lambda: (_count(path), opening.connect(str(path)).immutable)) == (3, True)
    assert _side_files(path) == set()


def test_an_empty_wal_in_a_read_only_folder_holds_nothing_back(folder: Path) -> None:
    path = folder / "runs.db"
    _make(path)
    Path(f"{path}-wal").touch()
    folder.chmod(0o555)
    assert as_stranger(lambda: _count(path)) == 3


def test_a_hot_wal_is_read_from_a_read_only_folder(folder: Path) -> None:
    path = folder / "runs.db"
    _leave_hot_wal(path)
    folder.chmod(0o555)
    assert as_stranger(lambda: _count(path)) == ROWS


def test_rows_in_a_wal_are_never_silently_left_out(folder: Path) -> None:
    path = folder / "runs.db"
    _leave_hot_wal(path)
    os.remove(f"{path}-shm")
    folder.chmod(0o555)
    error = _refused(path, as_stranger)
    assert error.kind == "side_files"
    assert "-wal" in error.title


# A writer that was killed, one that locks, one in this process


def test_a_writer_killed_with_a_hot_wal_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    _leave_hot_wal(path)
    assert _count(path) == ROWS
    os.remove(f"{path}-shm")
    assert _count(path) == ROWS


def test_an_exclusive_lock_is_waited_for_and_named(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    _make(path, wal=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        error = _refused(path)
    assert error.kind == "locked"
    assert _count(path) == 3


def test_opening_a_second_time_keeps_the_first_ones_lock(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    _make(path)
    with closing(opening.connect(str(path)).connection) as first:
        first.execute("SELECT count(*) FROM t").fetchall()
        # A file that is read past SQLite and closed takes every lock of this process with it.
        _count(path)
        write = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("
        write += "'INSERT INTO t VALUES (4)'); c.commit(); c.close()"
        subprocess.run([sys.executable, "-c", write, str(path)], check=True)
        assert os.path.exists(f"{path}-wal"), "its owner threw away what the reader still reads"
        assert first.execute("SELECT count(*) FROM t").fetchall() == [(4,)]


# Names


@pytest.mark.parametrize(
    "name", ["a#b.db", "a?mode=rwc.db", "a b.db", "100%41.db", "größe.db", "кот.db", "a\nb.db"]
)
def test_any_name_is_opened_and_none_is_made(tmp_path: Path, name: str) -> None:
    assert _refused(tmp_path / name).kind == "missing"
    assert list(tmp_path.iterdir()) == []
    _make(tmp_path / name, wal=False)
    assert _count(tmp_path / name) == 3
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_name_that_is_no_utf8_is_opened(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.db"
    _make(raw, wal=False)
    assert _count(os.fsdecode(raw)) == 3
    assert os.listdir(os.fsencode(tmp_path)) == [b"caf\xe9.db"]


# What a guarded connection lets through


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "runs.db"
    _make(path, wal=False)
    with closing(sqlite3.connect(path)) as owner:
        owner.execute("CREATE INDEX i ON t (x)")
    with closing(opening.connect(str(path)).connection) as connection:
        opening.guard(connection)
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET x = 1",
        "DELETE FROM t",
        "WITH w AS (SELECT 1) INSERT INTO t SELECT * FROM w",
        "CREATE TABLE u (x)",
        "CREATE TEMP TABLE u (x)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TEMP VIEW v AS SELECT 1",
        "DROP TABLE t",
        "ALTER TABLE t ADD COLUMN y",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        "VACUUM INTO 'beside.db'",
        "ATTACH 'beside.db' AS beside",
        "ATTACH ':memory:' AS beside",
        "DETACH main",
        "PRAGMA query_only = 0",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 7",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA writable_schema = 1",
        "PRAGMA temp_store_directory = '/'",
        "SELECT load_extension('x')",
        "SAVEPOINT s",
    ],
)
def test_nothing_but_reading_is_let_through(
    guarded: sqlite3.Connection,
    statement: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = (tmp_path / "runs.db").read_bytes()
    with pytest.raises(sqlite3.DatabaseError):
        guarded.execute(statement).fetchall()
    assert (tmp_path / "runs.db").read_bytes() == before
    assert not (tmp_path / "beside.db").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT x, upper(x) FROM t WHERE x IN (SELECT max(x) FROM t)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT * FROM n",
        "PRAGMA table_info(t)",
        "PRAGMA integrity_check",
        "PRAGMA data_version",
        "EXPLAIN QUERY PLAN SELECT * FROM t",
        "BEGIN",
    ],
)
def test_reading_is_let_through(guarded: sqlite3.Connection, statement: str) -> None:
    guarded.execute(statement).fetchall()
