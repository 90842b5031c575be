"""Each finding of the doctor comes with its remedy."""

import os
import sqlite3
import time
from pathlib import Path

import pytest

from tests.builders.vedette import create
from vedette.data import doctor, times
from vedette.data.doctor import Check, examine, exit_code, file_system_of
from vedette.data.migrations import migrate

NOW = time.time()


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    return {name: str(tmp_path / name) for name in names}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "runs.db"
    migrate(str(path), NOW)
    return path


def _finding(path: Path, env: dict[str, str], name: str) -> Check:
    found = [each for each in examine(str(path), "/", env, NOW) if each.check == name]
    return next((each for each in found if each.outcome != "ok"), found[0])


def test_a_sound_database_has_no_findings(sound: Path, env: dict[str, str]) -> None:
    checks = examine(str(sound), "/", env, NOW)
    assert [check for check in checks if check.outcome != "ok"] == []
    assert exit_code(checks) == 0


def test_whatever_is_found_has_a_remedy(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "text.db").write_text("words " * 100)
    for path in (tmp_path / "text.db", tmp_path / "gone.db", tmp_path):
        checks = examine(str(path), "/", env, NOW)
        assert exit_code(checks) == 2
        assert all(check.remedy for check in checks if check.outcome != "ok")


def test_a_rollback_journal_is_a_warning(tmp_path: Path, env: dict[str, str]) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    assert _finding(tmp_path / "other.db", env, "journal").outcome == "warning"
    assert _finding(tmp_path / "other.db", env, "system").outcome == "warning"
    assert exit_code(examine(str(tmp_path / "other.db"), "/", env, NOW)) == 1


def test_broken_pages_make_it_unusable(sound: Path, env: dict[str, str]) -> None:
    connection = sqlite3.connect(sound)
    with connection:
        connection.executemany(
            "INSERT INTO events (kind, message, created_at) VALUES ('note', ?, ?)",
            [("x" * 500, times.text(NOW)) for _ in range(500)],
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    content = bytearray(sound.read_bytes())
    # The newest pages, which hold nothing but these events.
    content[-65_536:-57_344] = b"\xff" * 8192
    sound.write_bytes(content)
    assert _finding(sound, env, "pages").outcome == "unusable"


def test_a_large_wal_is_a_warning(
    sound: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "WAL_LARGE", 1000)
    writer = sqlite3.connect(sound)
    with writer:
        writer.execute(
            "INSERT INTO events (kind, created_at) VALUES ('note', ?)", (times.text(NOW),)
        )
    finding = _finding(sound, env, "wal")
    writer.close()
    assert finding.outcome == "warning"
    assert "wal_checkpoint" in finding.remedy


def test_a_row_from_the_future_says_that_a_clock_is_wrong(
    tmp_path: Path, env: dict[str, str]
) -> None:
    connection = create(tmp_path / "runs.db")
    with connection:
        connection.execute(
            "INSERT INTO events (kind, created_at) VALUES ('note', ?)", (times.text(NOW + 60),)
        )
    connection.close()
    assert "60 s ahead" in _finding(tmp_path / "runs.db", env, "clock").fact


def test_a_writer_that_dropped_rows_is_named(tmp_path: Path, env: dict[str, str]) -> None:
    connection = create(tmp_path / "runs.db")
    with connection:
        connection.execute(
            "INSERT INTO processes (id, pid, host, program, started_at, heartbeat_at, dropped) "
            "VALUES ('p', 7, 'mira', 'etl.py', ?, ?, 12)",
            (times.text(NOW), times.text(NOW)),
        )
    connection.close()
    finding = _finding(tmp_path / "runs.db", env, "writer")
    assert "etl.py, pid 7 on mira dropped 12 rows" in finding.fact


def test_a_faulty_configuration_is_a_warning(sound: Path, env: dict[str, str]) -> None:
    file = Path(env["XDG_CONFIG_HOME"]) / "vedette" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("theme = 'pink'\n")
    finding = _finding(sound, env, "configuration")
    assert finding.outcome == "warning"
    assert "config.toml:1: theme" in finding.fact


def test_without_a_database_it_says_where_it_looked(tmp_path: Path, env: dict[str, str]) -> None:
    checks = examine(None, str(tmp_path), env, NOW)
    assert exit_code(checks) == 2
    assert str(tmp_path / ".vedette") in checks[-1].remedy


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/ana/my\\040disk xfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/runs.db", "ext4"),
        ("/home/ana/runs.db", "nfs4"),
        ("/homestead/runs.db", "ext4"),
        ("/home/ana/my disk/runs.db", "xfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert file_system_of(path, MOUNTS) == kind
    assert file_system_of(path, "") == ""


def test_a_network_file_system_is_a_warning(
    sound: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_mounts", lambda: "server:/ / nfs rw 0 0\n")
    assert "over a network" in _finding(sound, env, "file system").fact


def test_a_file_that_others_may_read_is_a_warning(sound: Path, env: dict[str, str]) -> None:
    os.chmod(sound, 0o644)
    assert _finding(sound, env, "permissions").remedy == f"chmod 600 {sound}"
