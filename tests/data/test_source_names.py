"""Several files: each once, each with a short name of its own."""

import os
from pathlib import Path

from vedette.data.source_names import distinct_files, source_names


def test_a_name_takes_as_many_folders_as_tell_it_from_the_others() -> None:
    assert source_names(["/a/x/runs.db", "/b/x/runs.db", "/c/tac.db"]) == [
        "a/x/runs.db",
        "b/x/runs.db",
        "tac.db",
    ]
    assert source_names(["/only/runs.db"]) == ["runs.db"]


def test_names_are_fit_for_a_screen_and_still_apart() -> None:
    names = source_names(["/d/a\x1b.db", "/d/a\x1c.db", f"/d/{'long' * 60}1", f"/d/{'long' * 60}2"])
    assert len(set(names)) == 4
    assert all(name.isprintable() for name in names)


def test_a_file_named_twice_is_opened_once(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    (tmp_path / "link.db").symlink_to("a.db")
    os.link(tmp_path / "a.db", tmp_path / "hard.db")
    a, away = str(tmp_path / "a.db"), str(tmp_path / "away.db")
    named = [a, str(tmp_path / "." / "a.db"), str(tmp_path / "link.db"), str(tmp_path / "hard.db")]
    assert distinct_files([*named, away, away]) == [a, away]
