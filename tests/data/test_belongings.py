"""What belongs to a row of Operations: counted by state, where an index finds it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import amelia, dossier, syris
from vedette.data import tables
from vedette.data.belongings import read_belongings
from vedette.data.operations import read_operations
from vedette.data.source import Source, open_source

NOW = dossier.NOW.timestamp()


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A Dossier file with one card of which much is known."""
    path = tmp_path / "dossier.db"
    dossier.build_dossier(path)
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute("DELETE FROM card_requirement")
        (card,) = writer.execute("SELECT id FROM card ORDER BY rowid LIMIT 1").fetchone()
        writer.execute("UPDATE card SET id = 'the-card' WHERE id = ?", (card,))
        for table in (
            "card_question", "card_planned_file", "card_assumption", "card_known_fact",
            "card_context_artifact", "card_assignment", "orchestration_run",
        ):  # fmt: skip
            writer.execute(f"UPDATE {table} SET card_id = 'the-card' WHERE card_id = ?", (card,))  # noqa: S608
        writer.executemany(
            "INSERT INTO card_requirement (id, card_id, text, status, source, position)"
            " VALUES (?, 'the-card', 't', ?, 'user', ?)",
            [(f"r-{at}", word, 9 - at) for at, word in enumerate(("approved", "draft") * 2)]
            + [("r-9", "approved", 0)],
        )
    return path


@pytest.fixture
def source(plan: Path) -> Iterator[Source]:
    """It, open."""
    with closing(open_source(str(plan))) as opened:
        yield opened


def test_what_belongs_to_a_card_is_counted_by_state(source: Source) -> None:
    found = read_belongings(source, "task the-card", "tasks", "card")
    assert found is not None
    assert (found.table, found.column, found.id) == ("card", "id", "the-card")
    told = {part.name: dict(part.words) for part in found.parts}
    assert told["requirements"] == {"approved": 3, "draft": 2}
    assert list(told)[:5] == [
        "requirements", "known facts", "assumptions", "questions", "planned files",
    ]  # fmt: skip
    assert told["context artifacts"] == {"": 1}


def test_what_no_index_finds_is_not_looked_for_at_every_look(source: Source) -> None:
    found = read_belongings(source, "task the-card", "tasks", "card")
    assert found is not None
    assert not tables.is_found_by_index(source, "card_assignment", "card_id")
    assert "card_assignment" not in [part.table for part in found.parts]
    # Where a person asks for the row itself they are counted.
    page = tables.read_row(source, "card", "id", "the-card")
    counts = tables.count_held(source, page.columns, page.rows[0], page.referrers)
    held = {refers.table: count for refers, count in counts.items()}
    [(assigned,)] = source.select(
        "SELECT count(*) FROM main.card_assignment WHERE card_id = 'the-card'"
    )
    assert held["card_assignment"] == assigned
    assert held["card_requirement"] == 5


def test_the_tree_itself_does_not_belong_to_its_rows(source: Source) -> None:
    [(project,)] = source.select("SELECT min(id) FROM main.project")
    found = read_belongings(source, f"task {project}", "tasks", "project")
    assert found is not None
    assert "workflow" not in [part.table for part in found.parts]
    assert {"system policy profiles", "planning actions", "context artifacts"} <= {
        part.name for part in found.parts
    }


def test_operations_tells_it_of_the_selected_row_alone(source: Source) -> None:
    with source.reading():
        found = read_operations(source, NOW, selected="task the-card")
        assert found.about is not None
        assert found.about.key == "task the-card"
        assert read_operations(source, NOW).about is None
        assert read_operations(source, NOW, selected="task gone").about is None


def test_a_broken_table_hides_no_other(plan: Path) -> None:
    with closing(sqlite3.connect(plan)) as reader:
        [(page,)] = reader.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'idx_card_question_card_id'"
        ).fetchall()
        [(size,)] = reader.execute("PRAGMA page_size").fetchall()
    with open(plan, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with closing(open_source(str(plan))) as opened:
        found = read_belongings(opened, "task the-card", "tasks", "card")
    assert found is not None
    told = {part.name: (part.error, dict(part.words)) for part in found.parts}
    assert told["questions"] == ("cannot be read", {})
    assert told["requirements"] == ("", {"approved": 3, "draft": 2})


def test_rows_that_belong_together_come_in_their_own_order(source: Source, tmp_path: Path) -> None:
    page = tables.read_referring(source, "card_requirement", "card_id", "the-card")
    at = page.columns.index("position")
    assert [row[at] for row in page.rows] == sorted(row[at] for row in page.rows)
    path = tmp_path / "amelia.db"
    amelia.build_amelia(path)
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute("DELETE FROM brainstorm_messages")
        (session,) = writer.execute("SELECT min(id) FROM brainstorm_sessions").fetchone()
        writer.executemany(
            "INSERT INTO brainstorm_messages (id, session_id, sequence, role, content, created_at)"
            " VALUES (?, ?, ?, 'user', ?, '2026-01-31T09:00:00+00:00')",
            [(f"m{at}", session, at, f"said {at}") for at in (3, 1, 2)],
        )
    with closing(open_source(str(path))) as opened:
        page = tables.read_row(opened, "brainstorm_sessions", "id", session)
        [messages] = [each for each in page.referrers if each.table == "brainstorm_messages"]
        said = tables.read_referring(opened, messages.table, messages.column, session)
    at = said.columns.index("content")
    assert [row[at] for row in said.rows] == ["said 1", "said 2", "said 3"]
    assert said.where == f"session_id = {session!r}"


@pytest.mark.parametrize(
    ("form", "table", "column", "parent"),
    [
        ("design", "approvals", "ref_task_id", "tasks"),
        ("design", "idempotency_outcomes", "tool_call_id", "tool_calls"),
        ("design", "audit_events", "payload_ref", "artifacts"),
        ("coded", "task_steps", "task_id", "tasks"),
        ("coded", "rules", "quiet_hours_policy_id", "quiet_hours_policies"),
    ],
)
def test_links_that_a_system_keeps_without_declaring_them_lead_both_ways(
    tmp_path: Path, form: syris.Form, table: str, column: str, parent: str
) -> None:
    path = tmp_path / "syris.db"
    syris.build_syris(path, form, 40)
    with closing(open_source(str(path))) as opened:
        declared = tables.read_page(opened, table).declared
        [link] = [each.references for each in declared if each.name == column]
        assert link is not None
        assert link[0] == parent
        pointing = {(each.table, each.column) for each in tables.referrers(opened, parent)}
        assert (table, column) in pointing


def test_a_column_that_may_point_at_several_tables_leads_to_none_of_them(source: Source) -> None:
    declared = tables.read_page(source, "memory_unit_relation").declared
    assert {each.name: each.references for each in declared}["entity_id"] is None
    assert ("memory_unit_relation", "entity_id") in {
        (each.table, each.column) for each in tables.referrers(source, "card")
    }
