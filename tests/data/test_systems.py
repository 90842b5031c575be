"""A file is recognised by its tables and columns, never by its name, and never by half of them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import amelia, syris, tac
from tests.builders import vedette as own
from tests.builders.asked import ask_amelia, ask_dossier, ask_syris
from vedette import sql
from vedette.data.rows import RELATIONS
from vedette.data.source import open_source
from vedette.data.systems import System, create_views, recognise

NEWEST = len(sql.names("migrations"))

# What other systems' files have in common with Vedette's and TAC's: the names, not the columns.
LOOKALIKES = {
    "syris as designed, but for the key its events are told apart by": """
        CREATE TABLE events (event_id TEXT PRIMARY KEY, trace_id TEXT NOT NULL);
        CREATE TABLE approvals (approval_id TEXT PRIMARY KEY, status TEXT, how_to_approve TEXT);
        CREATE TABLE audit_events (audit_id TEXT PRIMARY KEY, ref_approval_id TEXT);
        CREATE TABLE tasks (task_id TEXT PRIMARY KEY, status TEXT);
        CREATE TABLE alarms (alarm_id TEXT PRIMARY KEY, dedupe_key TEXT, status TEXT);
        CREATE TABLE rules (rule_id TEXT PRIMARY KEY, name TEXT);
    """,
    "syris as coded, but for its messages": """
        CREATE TABLE messages (event_id TEXT PRIMARY KEY, trace_id TEXT, content TEXT);
        CREATE TABLE task_steps (step_id TEXT PRIMARY KEY, task_id TEXT, status TEXT);
        CREATE TABLE audit_events (audit_id TEXT PRIMARY KEY, trace_id TEXT);
        CREATE TABLE approvals (approval_id TEXT PRIMARY KEY, status TEXT, how_to_approve TEXT);
        CREATE TABLE schedules (schedule_id TEXT PRIMARY KEY, name TEXT);
    """,
    "half of amelia": """
        CREATE TABLE workflows (id TEXT PRIMARY KEY, issue_id TEXT, worktree_path TEXT);
        CREATE TABLE events (id TEXT PRIMARY KEY, workflow_id TEXT, sequence INTEGER);
        CREATE TABLE token_usage (id TEXT PRIMARY KEY, cache_creation_tokens INTEGER);
        CREATE TABLE prompts (id TEXT PRIMARY KEY, agent TEXT NOT NULL, name TEXT NOT NULL);
    """,
    "half of dossier": """
        CREATE TABLE _migrations (name TEXT PRIMARY KEY, applied_at TEXT);
        CREATE TABLE orchestration_run (id TEXT PRIMARY KEY, status TEXT);
        CREATE TABLE card_assignment (id TEXT PRIMARY KEY, agent_role TEXT);
        CREATE TABLE agent_execution (id TEXT PRIMARY KEY, status TEXT);
    """,
    "tac's successor, which keeps the names": """
        CREATE TABLE orchestrator_agents (id TEXT PRIMARY KEY, session_id TEXT, status TEXT);
        CREATE TABLE agents (id TEXT PRIMARY KEY, orchestrator_agent_id TEXT, session_id TEXT);
        CREATE TABLE prompts (id TEXT PRIMARY KEY, agent_id TEXT, author TEXT);
        CREATE TABLE agent_logs (id TEXT PRIMARY KEY, agent_id TEXT, event_type TEXT);
    """,
    "a console with the same words": """
        CREATE TABLE runs (id TEXT PRIMARY KEY);
        CREATE TABLE agents (id TEXT PRIMARY KEY, run_id TEXT);
        CREATE TABLE approvals (id TEXT PRIMARY KEY, status TEXT);
        CREATE TABLE audit (id TEXT PRIMARY KEY);
        CREATE TABLE processes (id TEXT PRIMARY KEY);
    """,
    "views of vedette's names": """
        CREATE VIEW runs AS SELECT 1 AS id;
        CREATE VIEW agents AS SELECT 1 AS run_id;
        CREATE VIEW approvals AS SELECT 1 AS payload_sha256;
        CREATE VIEW audit AS SELECT 1 AS approval_id;
        CREATE VIEW processes AS SELECT 1 AS id;
    """,
}


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty database."""
    connection = sqlite3.connect(tmp_path / "watched.db", isolation_level=None)
    yield connection
    connection.close()


@pytest.fixture
def vedette_file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = own.create(tmp_path / "own.db")
    connection.isolation_level = None
    yield connection
    connection.close()


def migrated(connection: sqlite3.Connection, version: int) -> System:
    connection.execute("DROP TABLE schema_migrations")
    connection.execute("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("INSERT INTO schema_migrations VALUES (?, 'later')", (version,))
    return recognise(connection)


def test_vedettes_own_database_is_recognised(vedette_file: sqlite3.Connection) -> None:
    system = migrated(vedette_file, NEWEST)
    assert (system.name, system.variant, system.label) == ("vedette", str(NEWEST), "Vedette")
    assert system.answers == "vedette"
    assert system.notes == ()


def test_vedettes_tables_without_a_migrations_table_are_version_1(
    vedette_file: sqlite3.Connection,
) -> None:
    vedette_file.execute("DROP TABLE schema_migrations")
    assert recognise(vedette_file).variant == "1"


def test_a_newer_schema_is_read_and_what_is_not_shown_is_named(
    vedette_file: sqlite3.Connection,
) -> None:
    vedette_file.execute("ALTER TABLE runs ADD COLUMN mood TEXT")
    vedette_file.execute("CREATE TABLE dreams (id TEXT)")
    system = migrated(vedette_file, 999)
    assert system.variant == "999"
    (note,) = system.notes
    assert "newer" in note
    assert note.endswith("not shown are dreams, runs.mood")
    assert create_views(vedette_file, system) == {}


def test_an_older_schema_says_how_to_upgrade_it(vedette_file: sqlite3.Connection) -> None:
    (note,) = migrated(vedette_file, 0).notes
    assert "older" in note
    assert "vedette migrate" in note


def test_a_strange_version_is_read_as_the_first(vedette_file: sqlite3.Connection) -> None:
    vedette_file.execute("DROP TABLE schema_migrations")
    vedette_file.execute("CREATE TABLE schema_migrations (version TEXT)")
    vedette_file.execute("INSERT INTO schema_migrations VALUES ('beta')")
    assert recognise(vedette_file).variant == "1"


@pytest.mark.parametrize(("version", "label"), [(1, "TAC Bootstrap v1"), (2, "TAC Bootstrap v2")])
def test_tac_is_recognised_with_its_version(tmp_path: Path, version: int, label: str) -> None:
    connection = tac.create(tmp_path / "anything.db", version)
    system = recognise(connection)
    connection.close()
    assert (system.name, system.variant, system.label) == ("tac", str(version), label)
    assert system.answers == ""
    assert "no gates" in system.lacks["approval"]
    assert any("may be dead" in note for note in system.notes)
    assert ("task" in system.lacks) == (version == 1)


@pytest.mark.parametrize("form", amelia.FORMS)
def test_amelia_is_recognised_in_all_its_forms(tmp_path: Path, form: str) -> None:
    connection = amelia.create(tmp_path / "anything.db", form)
    system = recognise(connection)
    connection.close()
    assert (system.name, system.variant) == ("amelia", form)


@pytest.mark.parametrize("form", syris.FORMS)
def test_syris_is_recognised_in_both_its_forms(tmp_path: Path, form: syris.Form) -> None:
    connection = syris.create(tmp_path / "anything.db", form)
    system = recognise(connection)
    connection.close()
    assert (system.name, system.variant) == ("syris", form)
    assert "no costs" in system.lacks["cost"]
    assert ("alarm" in system.lacks) == (form == "coded")
    assert not any("has no table" in note for note in system.notes)


def test_the_case_of_names_does_not_matter(file: sqlite3.Connection) -> None:
    file.executescript(
        """
        CREATE TABLE ORCHESTRATOR_AGENTS (ID TEXT PRIMARY KEY, NAME TEXT);
        CREATE TABLE Agents (ID TEXT, Session_ID TEXT, Parent_Agent_ID TEXT, Status TEXT,
                             Orchestrator_Agent_ID TEXT);
        CREATE TABLE Agent_Logs (ID INTEGER PRIMARY KEY, Agent_ID TEXT);
        CREATE TABLE PROMPTS (ID TEXT PRIMARY KEY, AGENT_ID TEXT, STATUS TEXT);
        INSERT INTO agents (id, session_id, status) VALUES ('a', 's', 'executing');
        """
    )
    system = recognise(file)
    lacks = create_views(file, system)
    assert system.label == "TAC Bootstrap v1"
    assert lacks["audit"] == "this file has no table system_logs"
    assert file.execute("SELECT id, run_id, status FROM agent").fetchall() == [
        ("a", "s", "running")
    ]


@pytest.mark.parametrize("schema", LOOKALIKES.values(), ids=LOOKALIKES)
def test_a_lookalike_is_not_taken_for_a_system(file: sqlite3.Connection, schema: str) -> None:
    file.executescript(schema)
    assert recognise(file).name == "unknown"


def test_an_unknown_file_has_every_relation_empty_with_a_reason(file: sqlite3.Connection) -> None:
    file.executescript(LOOKALIKES["half of amelia"])
    lacks = create_views(file, recognise(file))
    assert set(lacks) == set(RELATIONS)
    for relation, row_type in RELATIONS.items():
        cursor = file.execute(f'SELECT * FROM "{relation}"')  # noqa: S608
        assert tuple(column[0] for column in cursor.description) == row_type._fields
        assert cursor.fetchall() == []


def test_an_unknown_file_says_what_was_looked_for_and_found(file: sqlite3.Connection) -> None:
    file.executescript(LOOKALIKES["tac's successor, which keeps the names"])
    tac_line, *_, vedette_line, found = recognise(file).looked_for
    assert tac_line.startswith("TAC Bootstrap would have orchestrator_agents, agents,")
    assert tac_line.endswith("missing agents.parent_agent_id")
    assert vedette_line.endswith("missing runs, approvals, audit, processes, agents.run_id")
    assert found == "found agent_logs, agents, orchestrator_agents, prompts"


def test_a_database_without_tables_says_so(file: sqlite3.Connection) -> None:
    assert recognise(file).looked_for[-1] == "found no tables"


def test_a_virtual_table_of_an_unknown_module_does_not_hide_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    connection = tac.create(path)
    connection.execute("PRAGMA writable_schema = 1")
    connection.execute(
        "INSERT INTO sqlite_master VALUES"
        " ('table', 'memories', 'memories', 0, 'CREATE VIRTUAL TABLE memories USING vec99(a)')"
    )
    connection.commit()
    connection.close()
    connection = sqlite3.connect(path)
    assert recognise(connection).label == "TAC Bootstrap v2"
    connection.close()


def test_a_sources_own_table_of_a_relations_name_stays_in_reach(file: sqlite3.Connection) -> None:
    file.executescript("CREATE TABLE run (id TEXT); INSERT INTO run VALUES ('theirs')")
    create_views(file, recognise(file))
    assert file.execute("SELECT id FROM main.run").fetchall() == [("theirs",)]
    assert file.execute("SELECT id FROM run").fetchall() == []


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look at\n" * 9)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError):
        recognise(connection)
    connection.close()


def test_views_can_be_made_on_a_read_only_connection_and_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    tac.build_tac(path, rows=40)
    before = path.read_bytes()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    create_views(connection, recognise(connection))
    assert not connection.in_transaction
    connection.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("make", "answers", "expires_gates", "tells_pickup"),
    [
        (lambda path: ask_syris(path, "design"), "syris_design", True, True),
        (lambda path: ask_syris(path, "coded"), "syris_coded", False, True),
        (ask_amelia, "amelia", False, False),
        (ask_dossier, "dossier", False, False),
    ],
)
def test_each_system_says_how_its_gates_are_answered_and_whether_they_end(
    tmp_path: Path,
    make: Callable[[Path], None],
    answers: str,
    expires_gates: bool,
    tells_pickup: bool,
) -> None:
    path = tmp_path / "runs.db"
    make(path)
    with closing(open_source(str(path))) as source:
        system = source.system
    told = (system.answers, system.expires_gates, system.tells_pickup)
    assert told == (answers, expires_gates, tells_pickup)
