"""One look at a file that nobody has open: nothing is left beside it, nothing torn believed."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.asked import change
from vedette.data.deciding.door import look
from vedette.data.errors import SourceError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A WAL database that was closed cleanly."""
    path = tmp_path / "runs.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("CREATE TABLE gates (status TEXT)")
        connection.execute("INSERT INTO gates VALUES ('pending')")
    return path


def status(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT status FROM gates").fetchone()[0])


def test_a_look_leaves_nothing_beside_the_file(path: Path) -> None:
    before = path.read_bytes()

    assert look(str(path), status) == "pending"

    assert [each.name for each in path.parent.iterdir()] == ["runs.db"]
    assert path.read_bytes() == before


def test_what_is_still_in_the_wal_of_a_writer_is_seen(path: Path) -> None:
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("UPDATE gates SET status = 'approved'")
        writer.commit()

        assert look(str(path), status) == "approved"


def test_a_file_that_is_written_while_it_is_looked_at_is_read_again(path: Path) -> None:
    seen = []

    def read(connection: sqlite3.Connection) -> str:
        if not seen:
            change(path, "UPDATE gates SET status = 'approved'")
            seen.append("torn")
            return "torn"
        seen.append(status(connection))
        return seen[-1]

    assert look(str(path), read) == "approved"
    assert seen == ["torn", "approved"]


def test_an_error_of_a_torn_look_is_not_believed_either(path: Path) -> None:
    seen = []

    def read(connection: sqlite3.Connection) -> str:
        if not seen:
            change(path, "UPDATE gates SET status = 'approved'")
            seen.append("torn")
            raise sqlite3.DatabaseError("database disk image is malformed")
        return status(connection)

    assert look(str(path), read) == "approved"


def test_an_error_of_a_whole_look_is_raised(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        look(str(path), lambda connection: connection.execute("SELECT 1 FROM no_such"))
    with pytest.raises(SourceError):
        look(f"{path}-none", status)


def test_threads_that_look_and_write_at_once_see_whole_files(path: Path) -> None:
    """Were the file's locks lost to a look, rows would be lost or the file damaged."""
    found: list[str] = []

    def go(number: int) -> None:
        found.append(look(str(path), status))

    threads = [threading.Thread(target=go, args=(number,)) for number in range(20)]
    with closing(sqlite3.connect(path)) as writer:
        # Its -shm tells everybody that it has the file open.
        writer.execute("SELECT 1 FROM gates").fetchall()
        for thread in threads:
            thread.start()
            writer.execute("INSERT INTO gates VALUES ('pending')")
            writer.commit()
        for thread in threads:
            thread.join()
        assert writer.execute("SELECT count(*) FROM gates").fetchone() == (21,)
        assert writer.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert found == ["pending"] * 20
