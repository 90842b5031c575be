"""Each migration is applied once, in order, or not at all; what is not ours is left alone."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.recorded import change, row, rows, value
from vedette.data.errors import SourceError, VedetteError
from vedette.data.migrations import MIGRATIONS, MigrationRefused, migrate, migrations, status

NOW = 1_793_282_551.25
NAMES = tuple(migration.name for migration in migrations())
NEXT = f"{len(NAMES) + 1:03d}_place"
SECOND = "ALTER TABLE runs ADD COLUMN place TEXT;\nCREATE INDEX runs_place ON runs (place);\n"
TABLES = "SELECT name, sql FROM sqlite_master ORDER BY name"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of migrations as released, to which a test adds the next ones."""
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))


def _all(path: str, statement: str) -> list[tuple[object, ...]]:
    return [tuple(found) for found in rows(path, statement)]


def _with_a_run(path: str) -> None:
    migrate(path, NOW)
    change(path, "INSERT INTO runs (id, title, started_at, updated_at) VALUES ('r', 't', '', '')")


def test_first_use_makes_the_whole_schema(path: str) -> None:
    assert migrate(path, NOW).applied == NAMES
    found = rows(path, "SELECT * FROM schema_migrations")[0]
    assert found["version"] == 1
    assert found["sha256"] == migrations()[0].sha256
    assert found["applied_at"] == "2026-10-29T14:02:31.250000Z"
    assert value(path, "PRAGMA journal_mode") == "wal"


def test_second_use_does_nothing(path: str) -> None:
    migrate(path, NOW)
    before = _all(path, "SELECT * FROM schema_migrations")
    assert migrate(path, NOW + 60).applied == ()
    assert _all(path, "SELECT * FROM schema_migrations") == before


def test_an_empty_file_is_taken_as_new(path: str) -> None:
    Path(path).touch()
    assert migrate(path, NOW).applied == NAMES


def test_status_tells_without_touching(path: str) -> None:
    assert status(path) == (False, (), NAMES)
    assert not os.path.exists(path)
    migrate(path, NOW)
    exists, applied, pending = status(path)
    assert (exists, [each.name for each in applied], pending) == (True, list(NAMES), ())


STARTER = """
import sys, time
from vedette.data.migrations import migrate
path, go = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
print(*migrate(path, time.time(), go).applied)
"""


def test_processes_that_start_together_apply_each_migration_once(path: str, folder: Path) -> None:
    (folder / f"{NEXT}.sql").write_text(SECOND)
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", STARTER, path, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for starter in starters:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
    said = [starter.communicate("go\n")[0].strip() for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * 4
    assert sorted(said) == ["", "", "", " ".join((*NAMES, NEXT))]
    assert value(path, "SELECT count(*) FROM schema_migrations") == len(NAMES) + 1
    assert not os.path.exists(f"{path}.migrating")


def test_a_lock_file_left_behind_stops_nobody(path: str) -> None:
    Path(f"{path}.migrating").touch()
    assert migrate(path, NOW).applied == NAMES


def test_an_upgrade_keeps_a_private_copy_of_what_was(path: str, folder: Path) -> None:
    _with_a_run(path)
    (folder / f"{NEXT}.sql").write_text(SECOND)
    migrated = migrate(path, NOW, str(folder))
    assert migrated.applied == (NEXT,)
    assert migrated.backup_path == f"{path}.before-{NEXT[:3]}-20261029T140231Z"
    assert stat.S_IMODE(os.stat(migrated.backup_path).st_mode) == 0o600
    assert value(migrated.backup_path, "SELECT title FROM runs") == "t"
    assert value(migrated.backup_path, "SELECT count(*) FROM schema_migrations") == len(NAMES)
    assert row(path, "SELECT title, place FROM runs") == {"title": "t", "place": None}


def test_an_upgrade_of_a_database_without_rows_needs_no_copy(path: str, folder: Path) -> None:
    migrate(path, NOW)
    (folder / f"{NEXT}.sql").write_text(SECOND)
    assert migrate(path, NOW, str(folder)) == ((NEXT,), None)


def test_a_copy_is_never_overwritten(path: str, folder: Path) -> None:
    _with_a_run(path)
    (folder / f"{NEXT}.sql").write_text(SECOND)
    kept = Path(f"{path}.before-{NEXT[:3]}-20261029T140231Z")
    kept.write_text("an older copy")
    with pytest.raises(MigrationRefused, match="already there"):
        migrate(path, NOW, str(folder))
    assert kept.read_text() == "an older copy"
    assert value(path, "SELECT count(*) FROM schema_migrations") == len(NAMES)


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE runs ADD COLUMN place TEXT; CREATE TABLE runs (id TEXT);",
        "ALTER TABLE runs ADD COLUMN place TEXT; DELETE FROM runs WHERE id = 'r';",
    ],
    ids=["a statement fails", "a reference would dangle"],
)
def test_a_failure_leaves_the_database_as_it_was(path: str, folder: Path, script: str) -> None:
    _with_a_run(path)
    change(
        path,
        "INSERT INTO agents (id, run_id, name, started_at, updated_at)"
        " VALUES ('a', 'r', 'n', '', '')",
    )
    before = _all(path, TABLES), _all(path, "SELECT * FROM runs")
    (folder / f"{NEXT[:3]}_bad.sql").write_text(script)
    with pytest.raises(MigrationRefused, match=f"{NEXT[:3]}_bad failed") as caught:
        migrate(path, NOW, str(folder))
    assert "a copy lies at" in caught.value.hint
    assert (_all(path, TABLES), _all(path, "SELECT * FROM runs")) == before


def test_what_came_before_a_failure_stays_applied(path: str, folder: Path) -> None:
    (folder / f"{NEXT}.sql").write_text(SECOND)
    (folder / "900_bad.sql").write_text("SELECT nothing;")
    with pytest.raises(MigrationRefused, match="900_bad"):
        migrate(path, NOW, str(folder))
    assert status(path, str(folder)).pending == ("900_bad",)


def test_a_changed_migration_is_refused(path: str, folder: Path) -> None:
    migrate(path, NOW, str(folder))
    with open(folder / "001_initial.sql", "a") as file:
        file.write("-- one more thought\n")
    for look in (lambda: migrate(path, NOW, str(folder)), lambda: status(path, str(folder))):
        with pytest.raises(MigrationRefused, match="001_initial is not the one") as caught:
            look()
        assert caught.value.kind == "changed"


def test_a_newer_database_is_refused(path: str, folder: Path) -> None:
    (folder / f"{NEXT}.sql").write_text(SECOND)
    migrate(path, NOW, str(folder))
    with pytest.raises(MigrationRefused, match=f"newer Vedette: it has been through {NEXT}"):
        migrate(path, NOW)


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE runs (id TEXT PRIMARY KEY, title TEXT)",
        "CREATE TABLE schema_migrations (version TEXT PRIMARY KEY)",
    ],
    ids=["tables of the same name", "another tool's migrations"],
)
def test_another_systems_database_is_left_alone(path: str, schema: str) -> None:
    change(path, schema)
    before = Path(path).read_bytes()
    with pytest.raises(MigrationRefused, match="another system's database") as caught:
        migrate(path, NOW)
    assert caught.value.kind == "foreign"
    assert Path(path).read_bytes() == before
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


def test_what_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, however long one looks at it\n" * 40)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, words in {
        "text": "is not an SQLite database",
        "pipe": "is a named pipe",
        "folder": "is a folder",
        "text/below": "cannot be made",
    }.items():
        with pytest.raises(VedetteError, match=words):
            migrate(str(tmp_path / name), NOW)


def test_a_dangling_link_is_not_filled(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "nowhere.db")
    with pytest.raises(SourceError):
        migrate(str(tmp_path / "link.db"), NOW)
    assert not (tmp_path / "nowhere.db").exists()


AUDIT = (
    "INSERT INTO audit (id, stage, type, outcome, summary, created_at)"
    " VALUES ('one', 'gate', 'gate.open', 'info', 'as it was', '')"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET summary = 'as I like it'",
        "DELETE FROM audit",
        AUDIT.replace("INSERT", "INSERT OR REPLACE").replace("as it was", "as I like it"),
        "REPLACE INTO audit (seq, id, stage, type, outcome, summary, created_at)"
        " VALUES (1, 'two', 'gate', 'gate.open', 'info', 'as I like it', '')",
        "UPDATE OR REPLACE audit SET id = 'two'",
    ],
)
def test_the_audit_trail_refuses_a_hand_typed_change(path: str, statement: str) -> None:
    migrate(path, NOW)
    change(path, AUDIT)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        change(path, statement)
    assert value(path, "SELECT summary FROM audit") == "as it was"


def test_the_audit_trail_outlives_its_run(path: str) -> None:
    _with_a_run(path)
    change(path, AUDIT.replace("(id,", "(run_id, id,").replace("VALUES (", "VALUES ('r', "))
    change(path, "DELETE FROM runs")
    assert value(path, "SELECT run_id FROM audit") == "r"


LOOKUP = 'EXPLAIN QUERY PLAN SELECT 1 FROM "{table}" WHERE "{column}" = 1'


def test_every_reference_chooses_what_happens_and_has_an_index(path: str) -> None:
    migrate(path, NOW)
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM pragma_table_list()")]
        for table in tables:
            for key in connection.execute(f"PRAGMA foreign_key_list('{table}')").fetchall():
                column, on_delete = key[3], key[6]
                assert on_delete in ("CASCADE", "SET NULL"), (table, column)
                lookup = LOOKUP.format(table=table, column=column)
                plan = connection.execute(lookup).fetchone()[3]
                assert "INDEX" in plan, (table, column, plan)


def test_only_one_alarm_of_a_key_is_open(path: str) -> None:
    migrate(path, NOW)
    alarm = (
        "INSERT INTO alarms (id, severity, status, kind, title, dedupe_key, opened_at, updated_at)"
        " VALUES (?, 'error', ?, 'k', 't', 'same', '', '')"
    )
    change(path, alarm, "a", "resolved")
    change(path, alarm, "b", "acked")
    with pytest.raises(sqlite3.IntegrityError, match="dedupe_key"):
        change(path, alarm, "c", "open")
