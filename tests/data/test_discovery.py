"""The database is looked for in one order, and what was looked in can be told."""

import stat
from pathlib import Path

import pytest

from vedette.data.discovery import (
    Candidate,
    candidates,
    data_path,
    default_path,
    recent,
    recording_path,
    remember,
)
from vedette.data.errors import SourceError


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        "HOME": str(tmp_path / "home"),
        "XDG_DATA_HOME": str(tmp_path / "share"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "src" / "deep").mkdir(parents=True)
    return tmp_path / "project"


def _touch(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return str(path)


def test_a_named_database_wins_even_where_it_is_not(project: Path, env: dict[str, str]) -> None:
    _touch(project / ".vedette" / "runs.db")
    assert default_path(str(project), env, "other.db") == str(project / "other.db")
    env["VEDETTE_DB"] = "../named.db"
    assert default_path(str(project), env) == str(project.parent / "named.db")


def test_the_nearest_folder_upwards_is_next(project: Path, env: dict[str, str]) -> None:
    near = _touch(project / ".vedette" / "runs.db")
    assert default_path(str(project / "src" / "deep"), env) == near


def test_a_recently_used_database_comes_before_the_data_folder(
    project: Path, env: dict[str, str]
) -> None:
    _touch(Path(data_path(env)))
    used = _touch(project / "used.db")
    assert remember(used, env)
    assert default_path(str(project), env) == used


def test_without_any_the_error_says_where_it_looked(project: Path, env: dict[str, str]) -> None:
    with pytest.raises(SourceError) as caught:
        default_path(str(project), env)
    assert caught.value.kind == "missing"
    assert str(project / ".vedette" / "runs.db") in caught.value.hint
    assert data_path(env) in caught.value.hint


def test_every_place_is_listed_once_with_what_was_found(project: Path, env: dict[str, str]) -> None:
    env["VEDETTE_DB"] = data_path(env)
    used = _touch(project / "used.db")
    remember(used, env)
    own = [place for place in candidates(str(project), env) if not place.is_foreign]
    assert own == [
        Candidate(data_path(env), False, "$VEDETTE_DB"),
        Candidate(str(project / ".vedette" / "runs.db"), False, "nearest .vedette"),
        Candidate(used, True, "recently used"),
    ]


def test_recording_goes_to_the_nearest_folder_never_to_a_recent_file(
    project: Path, env: dict[str, str]
) -> None:
    remember(_touch(project / "used.db"), env)
    assert recording_path(str(project), env) == data_path(env)
    (project / ".vedette").mkdir()
    assert recording_path(str(project / "src"), env) == str(project / ".vedette" / "runs.db")
    assert recording_path(str(project), env, "named.db") == str(project / "named.db")


def test_the_latest_used_stands_first_and_few_are_kept(tmp_path: Path, env: dict[str, str]) -> None:
    paths = [str(tmp_path / f"{number}.db") for number in range(25)]
    for path in [*paths, paths[3]]:
        assert remember(path, env)
    assert recent(env)[:3] == [paths[3], paths[24], paths[23]]
    assert len(recent(env)) == 20


def test_what_was_used_is_nobody_elses_business(tmp_path: Path, env: dict[str, str]) -> None:
    remember(str(tmp_path / "a.db"), env)
    folder = tmp_path / "state" / "vedette"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600]


def test_an_odd_name_is_kept_as_it_is(tmp_path: Path, env: dict[str, str]) -> None:
    odd = str(tmp_path / "a #?é\udcff.db")
    assert remember(odd, env)
    assert recent(env) == [odd]
    assert not remember("two\nlines.db", env)


def test_a_home_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": _touch(tmp_path / "a file")}
    assert not remember("x.db", env)
    assert recent(env) == []


def _foreign(cwd: Path, env: dict[str, str]) -> list[tuple[str, str]]:
    return [(c.path, c.note) for c in candidates(str(cwd), env) if c.is_foreign]


def test_other_systems_usual_places_come_after_our_own(project: Path, env: dict[str, str]) -> None:
    (project / ".git").mkdir()
    inside, home = project / "src", Path(env["HOME"])
    assert _foreign(inside, env) == [
        (str(home / ".amelia" / "amelia.db"), "Amelia"),
        (str(home / ".dossier" / "dossier.db"), "Dossier"),
        (str(inside / "data" / "orchestrator.db"), "TAC"),
        (str(inside / "orchestrator.db"), "TAC"),
        (str(project / "data" / "orchestrator.db"), "TAC"),
        (str(project / "orchestrator.db"), "TAC"),
    ]
    assert [place.is_foreign for place in candidates(str(inside), env)][:2] == [False, False]


def test_their_variables_are_asked_before_their_defaults(
    project: Path, env: dict[str, str]
) -> None:
    env |= {
        "AMELIA_DATABASE_PATH": "~/a.db",
        "DOSSIER_DATA_DIR": str(project / "d"),
        "SQLITE_PATH": "s.db",
        "DATABASE_PATH": "postgresql://host/name",
        "ORCHESTRATOR_DB_PATH": "sqlite:///o.db",
    }
    assert _foreign(project, env)[:4] == [
        (str(project / "d" / "dossier.db"), "$DOSSIER_DATA_DIR"),
        (str(Path("~/a.db").expanduser()), "$AMELIA_DATABASE_PATH"),
        (str(project / "s.db"), "$SQLITE_PATH"),
        (str(project / "o.db"), "$ORCHESTRATOR_DB_PATH"),
    ]


def test_one_file_of_another_system_is_taken_and_of_several_none(
    project: Path, env: dict[str, str]
) -> None:
    amelia = _touch(Path(env["HOME"]) / ".amelia" / "amelia.db")
    assert default_path(str(project), env) == amelia
    tac = _touch(project / "orchestrator.db")
    with pytest.raises(SourceError) as caught:
        default_path(str(project), env)
    assert caught.value.kind == "several"
    assert amelia in caught.value.hint
    assert tac in caught.value.hint
    own = _touch(project / ".vedette" / "runs.db")
    assert default_path(str(project), env) == own
