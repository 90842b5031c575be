"""A look into files that nobody named: short, harmless, and true."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet, create
from vedette.data import peek
from vedette.data.discovery import Candidate
from vedette.data.peek import look_inside, survey, with_runs


def _place(path: Path) -> Candidate:
    return Candidate(str(path), path.exists(), "a test")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    build_fleet(tmp_path / "runs.db")
    return tmp_path / "runs.db"


def test_a_file_with_runs_says_whose_it_is_and_how_new(fleet: Path) -> None:
    found = look_inside(_place(fleet))
    assert (found.system, found.has_runs) == ("Vedette", True)
    assert NOW - 60 < found.newest <= NOW


def test_a_look_leaves_nothing_beside_the_file(fleet: Path) -> None:
    before = sorted(os.listdir(fleet.parent)), fleet.read_bytes()
    assert before[0] == ["runs.db"]
    look_inside(_place(fleet))
    assert (sorted(os.listdir(fleet.parent)), fleet.read_bytes()) == before


def test_a_file_in_use_is_read_with_what_its_writer_has_not_moved_yet(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with closing(create(path)) as writer:
        assert not look_inside(_place(path)).has_runs
        writer.execute(
            "INSERT INTO runs (id, title, status, started_at, updated_at) VALUES"
            " ('r', 'x', 'running', '2026-11-21T14:00:00.000000Z', '2026-11-21T14:00:00.000000Z')"
        )
        writer.commit()
        assert look_inside(_place(path)).has_runs


def test_what_is_not_worth_opening_says_why(tmp_path: Path) -> None:
    create(tmp_path / "bare.db").close()
    (tmp_path / "empty.db").touch()
    (tmp_path / "words.db").write_text("words, and more words than a header is long" * 9)
    (tmp_path / "folder.db").mkdir()
    os.mkfifo(tmp_path / "pipe.db")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other, other:
        other.execute("CREATE TABLE books (title TEXT)")
    said = {
        name: look_inside(_place(tmp_path / f"{name}.db"))
        for name in ("bare", "empty", "words", "folder", "pipe", "other", "absent")
    }
    assert not any(found.has_runs for found in said.values())
    assert {name: found.why for name, found in said.items()} == {
        "bare": "there, 0 runs",
        "empty": "there, empty",
        "words": "there, not a database",
        "folder": "not a file",
        "pipe": "not a file",
        "other": "there, of no known system",
        "absent": "not there",
    }


def test_those_with_runs_come_the_newest_first(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".amelia").mkdir(parents=True)
    build_fleet(home / ".amelia" / "amelia.db", NOW - 9_000)
    build_fleet(tmp_path / "orchestrator.db", NOW)
    env = {name: str(tmp_path / name) for name in ("XDG_DATA_HOME", "XDG_STATE_HOME")}
    found = with_runs(survey(str(tmp_path), env | {"HOME": str(home)}))
    assert [each.place.path for each in found] == [
        str(tmp_path / "orchestrator.db"),
        str(home / ".amelia" / "amelia.db"),
    ]


def test_the_start_waits_for_no_more_than_a_moment(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peek, "ALL_SECONDS", -1.0)
    env = {name: str(tmp_path / name) for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    found = with_runs(survey(str(tmp_path), env | {"ORCHESTRATOR_DB_PATH": str(fleet)}))
    assert [(each.place.path, each.why) for each in found] == [(str(fleet), "not read yet")]
