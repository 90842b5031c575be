"""Vedette's own file is private from its first moment, and every connection obeys the house."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from vedette.data.migrations import migrate
from vedette.data.store import StoreFailed, connect, create, writing


def _mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_file_and_folders_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert create(str(tmp_path / "new" / "deep" / "runs.db"))
    finally:
        os.umask(before)
    assert _mode(tmp_path / "new") == 0o700
    assert _mode(tmp_path / "new" / "deep") == 0o700
    assert _mode(tmp_path / "new" / "deep" / "runs.db") == 0o600


def test_file_is_private_before_anything_else_happens_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    close = os.close

    def look_and_close(descriptor: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        close(descriptor)

    before = os.umask(0)
    monkeypatch.setattr(os, "close", look_and_close)
    try:
        create(str(tmp_path / "runs.db"))
    finally:
        monkeypatch.undo()
        os.umask(before)
    assert seen == [0o600]


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir(mode=0o755)
    create(str(tmp_path / "shared" / "runs.db"))
    assert _mode(tmp_path / "shared") == 0o755


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    path.write_text("mine")
    assert not create(str(path))
    assert path.read_text() == "mine"


def test_wal_and_shm_are_as_private_as_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.db")
    before = os.umask(0)
    try:
        migrate(path, 0.0)
        with closing(connect(path)) as connection:
            with writing(connection):
                connection.execute(
                    "INSERT INTO budgets (scope, limit_micros, updated_at) VALUES ('day', 1, '')"
                )
            assert [_mode(path + side) for side in ("", "-wal", "-shm")] == [0o600] * 3
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_every_connection_has_every_pragma(tmp_path: Path, pragma: str, value: object) -> None:
    path = str(tmp_path / "runs.db")
    migrate(path, 0.0)
    for _ in range(2):
        with closing(connect(path)) as connection:
            assert connection.execute(f"PRAGMA {pragma}").fetchone()[0] == value


@pytest.mark.parametrize("name", ["a#b.db", "a?mode=memory.db", "with space.db", "übung-日.db"])
def test_any_name_is_the_name_of_the_file(tmp_path: Path, name: str) -> None:
    migrate(str(tmp_path / name), 0.0)
    connect(str(tmp_path / name)).close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_connecting_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed) as caught:
        connect(str(tmp_path / "none.db"))
    assert caught.value.kind == "missing"
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFailed, match=r"file/runs\.db cannot be made"):
        create(str(tmp_path / "file" / "runs.db"))


def test_a_transaction_that_fails_writes_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.db")
    migrate(path, 0.0)
    with closing(connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            _write_a_good_and_a_bad_row(connection)
        assert connection.execute("SELECT count(*) FROM budgets").fetchone()[0] == 0
        assert not connection.in_transaction


def _write_a_good_and_a_bad_row(connection: sqlite3.Connection) -> None:
    statement = "INSERT INTO budgets (scope, limit_micros, updated_at) VALUES ('day', ?, '')"
    with writing(connection):
        connection.execute(statement, (1,))
        connection.execute(statement, (-1,))
