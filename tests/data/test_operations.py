"""What Operations shows: the newest, the open, their wholes and parts; and every other table."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import syris, tac
from tests.builders.vedette import NOW
from vedette import sql
from vedette.data import migrations, times
from vedette.data.machinery import WINDOW, task_standing
from vedette.data.operations import OperationsFacts, read_operations, tree
from vedette.data.record_words import words_for
from vedette.data.records import read_records
from vedette.data.rows import Task
from vedette.data.source import open_source
from vedette.data.troubles import read_troubles


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file of Vedette's, at runs.db, to add rows to."""
    migrations.migrate(str(tmp_path / "runs.db"), NOW)
    connection = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    yield connection
    connection.close()


def add(file: sqlite3.Connection, name: str, parent: str | None = None, **row: Any) -> None:
    given = {"status": "running", "updated": times.text(NOW - 10), "kind": "task"} | row
    file.execute(
        "INSERT INTO tasks (id, parent_id, title, status, kind, updated_at) "
        "VALUES (:id, :parent, :id, :status, :kind, :updated)",
        {"id": name, "parent": parent, **given},
    )


def facts(tmp_path: Path, **wanted: Any) -> OperationsFacts:
    with closing(open_source(str(tmp_path / "runs.db"))) as source, source.reading():
        return read_operations(source, NOW, **wanted)


def names(found: OperationsFacts) -> list[str]:
    return [entry.title for tab in found.tabs if tab.name == "tasks" for entry in tab.entries]


def test_a_plan_of_four_levels_is_one_tree(tmp_path: Path, file: sqlite3.Connection) -> None:
    above: str | None = None
    for name in ("project", "workflow", "activity", "card"):
        add(file, name, above, kind=name)
        above = name
    [tab] = facts(tmp_path).tabs
    lines = tree(tab.entries, lambda entry, best: False)
    assert [(line.entry.title, len(line.lasts)) for line in lines] == [
        ("project", 0),
        ("workflow", 1),
        ("activity", 2),
        ("card", 3),
    ]
    folded = tree(tab.entries, lambda entry, best: entry.title == "workflow")
    assert [(line.entry.title, line.folded) for line in folded] == [("project", 0), ("workflow", 2)]


def test_an_open_task_behind_the_newest_is_shown(tmp_path: Path, file: sqlite3.Connection) -> None:
    add(file, "old and open")
    for number in range(WINDOW + 5):
        add(file, f"done {number}", status="completed")
    found = facts(tmp_path)
    assert names(found)[0] == "old and open"
    assert found.tabs[0].is_cut
    assert "done 0" not in names(found)
    assert "done 0" in names(facts(tmp_path, limit=2 * WINDOW))


def test_parts_of_what_is_over_are_read_when_asked_for(
    tmp_path: Path, file: sqlite3.Connection
) -> None:
    add(file, "whole", status="completed")
    file.execute(
        "INSERT INTO steps (id, task_id, title, status, updated_at) "
        "VALUES ('s', 'whole', 'step', 'completed', '')"
    )
    assert names(facts(tmp_path)) == ["whole"]
    assert names(facts(tmp_path, opened=["whole"])) == ["whole", "step"]


def test_a_task_whose_step_waits_at_a_gate_waits_and_is_not_late(tmp_path: Path) -> None:
    path = tmp_path / "syris.db"
    syris.build_syris(path, "design", 150)
    gated = """
        SELECT tasks.task_id, steps.step_id
        FROM tasks
        JOIN steps ON steps.task_id = tasks.task_id
        JOIN approvals ON approvals.ref_step_id = steps.step_id
        WHERE tasks.status = 'running' AND steps.status = 'running' AND approvals.status = 'pending'
    """
    with closing(sqlite3.connect(path)) as writer, writer:
        task, step = writer.execute(gated).fetchone()
        running = {
            str(each)
            for (each,) in writer.execute("SELECT task_id FROM tasks WHERE status = 'running'")
        }
        held = {str(each) for each, _ in writer.execute(gated)}
        writer.execute("UPDATE tasks SET next_wake_time = '2020-01-01T00:00:00Z'")
    with closing(open_source(str(path))) as source, source.reading():
        [tasks] = [tab for tab in read_operations(source, NOW).tabs if tab.name == "tasks"]
    standing = {entry.key: entry.standing for entry in tasks.entries}
    assert standing[f"task {task}"].state == "WAITING"
    assert standing[f"task {step}"].state == "WAITING"
    assert {standing[f"task {free}"].state for free in running - held} == {"LATE"}


def test_a_task_that_waits_for_a_person_is_no_stuck_one(
    tmp_path: Path, file: sqlite3.Connection
) -> None:
    add(file, "asks", updated=times.text(NOW - 5_000))
    add(file, "stands", updated=times.text(NOW - 5_000))
    file.execute(
        "INSERT INTO steps (id, task_id, title, status, updated_at) "
        "VALUES ('s', 'asks', 'step', 'waiting', :at)",
        {"at": times.text(NOW - 5_000)},
    )
    with closing(open_source(str(tmp_path / "runs.db"))) as source, source.reading():
        found = read_troubles(source, NOW).found
    stuck = [each.subject for each in found if each.kind == "task_stuck"]
    assert stuck == ["stands"]


def test_parents_that_go_round_in_a_circle_are_shown_once(
    tmp_path: Path, file: sqlite3.Connection
) -> None:
    add(file, "own", status="failed")
    file.execute("UPDATE tasks SET parent_id = 'own'")
    add(file, "a")
    add(file, "b", "a")
    file.execute("UPDATE tasks SET parent_id = 'b' WHERE id = 'a'")
    found = names(facts(tmp_path))
    assert found.count("own") == 1
    assert len(found) == len(set(found))


def test_a_tab_without_rows_is_not_there_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    tac.build_tac(path, 2, rows=100)
    found = facts(tmp_path)
    assert "TAC records no schedules" in dict(found.lacks)["schedules"]
    assert "schedules" not in [tab.name for tab in found.tabs]


def test_every_table_is_in_a_relation_or_among_the_records(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    tac.build_tac(path, 2, rows=100)
    with closing(open_source(str(path))) as source:
        records = {record.table for record in read_records(source)}
        read = " ".join(str(view) for _, view in source.select(sql.load("tables/views")))
        tables = {str(name) for name, _, _ in source.select(sql.load("tables/all"))}
    assert {table for table in tables if f"main.{table}" not in read} <= records
    # Of the templates a view takes name and kind: the rows are on no screen.
    assert "orchestrator_agents" in records


def test_once_they_are_counted_tables_without_rows_come_last(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "runs.db")
    connection.executescript("CREATE TABLE a (a); CREATE TABLE b (a); INSERT INTO b VALUES (1)")
    connection.close()
    assert [each.table for each in facts(tmp_path, counts=True).records] == ["b", "a"]
    assert [each.table for each in facts(tmp_path).records] == ["a", "b"]


def test_an_unknown_file_has_all_its_tables_among_the_records(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "runs.db")
    connection.executescript("CREATE TABLE one (a); INSERT INTO one VALUES (1), (2)")
    connection.close()
    found = facts(tmp_path, counts=True)
    assert [(each.table, each.rows, each.is_exact) for each in found.records] == [("one", 2, True)]
    assert found.tabs == ()


@pytest.mark.parametrize(
    ("system", "tables"),
    [
        ("syris", "idempotency_outcomes artifacts autonomy_settings quiet_hours_policies"),
        ("amelia", "prompts prompt_versions brainstorm_sessions brainstorm_messages "
                   "brainstorm_artifacts profiles server_settings"),
        ("dossier", "card_requirement card_known_fact card_assumption card_question "
                    "card_planned_file system_policy_profile pull_request_candidate memory_unit "
                    "memory_unit_relation memory_retrieval_log planning_action context_artifact"),
        ("tac", "orchestrator_agents orchestrator_chat"),
    ],
)  # fmt: skip
def test_tables_of_known_systems_have_words(system: str, tables: str) -> None:
    assert all(words_for(system)[table] for table in tables.split())


@pytest.mark.parametrize("odd", [None, "", "soon"])
def test_times_and_numbers_that_are_none_judge_nothing(odd: Any) -> None:
    task = Task(
        1, "t", None, None, "task", "t", "running", None, None, None, odd, odd, odd, odd, ""
    )
    assert task_standing(task._replace(next_wake_at=None), NOW).state == "running"
