"""What a relation's command prints is what plain SQL finds in the file."""

import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.commands.conftest import Run
from vedette.data.listing import RELATION_OF
from vedette.data.migrations import migrations
from vedette.data.rows import RELATIONS

Sql = Callable[..., list[tuple[Any, ...]]]

DERIVED = {
    "runs": ["agents", "tokens_in", "tokens_out", "cost_usd", "unpriced"],
    "agents": ["depth", "tokens_in", "tokens_out"],
    "approvals": ["sha256"],
}


@pytest.mark.parametrize("name", RELATION_OF)
def test_every_row_has_the_relations_columns_and_the_derived_ones(
    run: Run, fleet: Path, name: str
) -> None:
    result = run(name, "--db", fleet, "--json")
    assert result.code == 0
    assert list(result.document) == ["source", "as_of", "rows", "truncated"]
    newest = str(migrations()[-1].version)
    source = {"system": "vedette", "variant": newest, "path": str(fleet)}
    assert result.document["source"] == source
    expected = [*RELATIONS[RELATION_OF[name]]._fields, *DERIVED.get(name, [])]
    assert result.rows
    assert all(list(row) == expected for row in result.rows)


_SEQS = "SELECT seq FROM {} ORDER BY seq DESC"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("runs", "runs"),
        ("agents", "agents"),
        ("prompts", "prompts"),
        ("tools", "tool_calls"),
        ("events", "events"),
        ("audit", "audit"),
        ("alarms", "alarms"),
        ("approvals", "approvals"),
        ("schedules", "schedules"),
        ("watchers", "watchers"),
        ("rules", "rules"),
        ("health", "health"),
        ("checks", "checks"),
        ("routes", "routing_decisions"),
    ],
)
def test_the_rows_are_those_of_the_table(
    run: Run, fleet: Path, sql: Sql, name: str, table: str
) -> None:
    in_file = [seq for (seq,) in sql(fleet, _SEQS.format(table))]
    printed = [row["seq"] for row in run(name, "--db", fleet, "--limit", 10_000, "--json").rows]
    is_log = name in ("events", "audit")
    assert printed == (in_file[::-1] if is_log else in_file)


def test_tasks_and_their_steps_are_all_there(run: Run, fleet: Path, sql: Sql) -> None:
    in_file = sql(fleet, "SELECT id FROM tasks UNION ALL SELECT id FROM steps")
    assert len(in_file) > 3
    for limit in (1, 2, 3, len(in_file), 1000):
        result = run("tasks", "--db", fleet, "--limit", limit, "--json")
        assert len(result.rows) == min(limit, len(in_file))
        assert result.document["truncated"] is (limit < len(in_file))
    assert sorted(row["id"] for row in result.rows) == sorted(id_ for (id_,) in in_file)


def test_a_runs_totals_are_the_sums_of_its_calls(run: Run, fleet: Path, sql: Sql) -> None:
    expected = sql(
        fleet,
        """
        SELECT runs.id,
            (SELECT count(*) FROM agents WHERE agents.run_id = runs.id),
            coalesce(sum(prompts.tokens_in), 0), coalesce(sum(prompts.tokens_out), 0),
            coalesce(sum(prompts.cost_micros), 0),
            count(prompts.completed_at) FILTER (WHERE prompts.cost_micros IS NULL)
        FROM runs LEFT JOIN prompts ON prompts.run_id = runs.id AND completed_at IS NOT NULL
        GROUP BY runs.id
        """,
    )
    printed = [
        (
            row["id"],
            row["agents"],
            row["tokens_in"],
            row["tokens_out"],
            round((row["cost_usd"] or 0) * 1_000_000),
            row["unpriced"],
        )
        for row in run("runs", "--db", fleet, "--json").rows
    ]
    assert sorted(printed) == sorted(expected)


def test_an_agents_depth_counts_the_agents_above_it(run: Run, tac: Path, sql: Sql) -> None:
    expected = sql(
        tac,
        """
        WITH RECURSIVE tree (id, depth) AS (
            SELECT id, 0 FROM agents WHERE parent_agent_id IS NULL
            UNION ALL
            SELECT agents.id, tree.depth + 1
            FROM agents JOIN tree ON agents.parent_agent_id = tree.id
        )
        SELECT id, depth FROM tree
        """,
    )
    rows = run("agents", "--db", tac, "--limit", 1000, "--json").rows
    assert sorted((row["id"], row["depth"]) for row in rows) == sorted(expected)
    assert max(row["depth"] for row in rows) > 1


def test_a_circle_of_parents_has_a_depth(run: Run, fleet: Path) -> None:
    connection = sqlite3.connect(fleet)
    with connection:
        connection.execute("UPDATE agents SET parent_id = 'coder-a81f' WHERE id = 'planner-a81f'")
        connection.execute("UPDATE agents SET parent_id = 'planner-a81f' WHERE id = 'coder-a81f'")
    connection.close()
    rows = {row["id"]: row["depth"] for row in run("agents", "--db", fleet, "--json").rows}
    assert (rows["coder-a81f"], rows["planner-a81f"]) == (1, 1)


def test_an_approvals_hash_is_that_of_its_payload(run: Run, fleet: Path, sql: Sql) -> None:
    stored = dict(sql(fleet, "SELECT id, payload_sha256 FROM approvals"))
    rows = run("approvals", "--db", fleet, "--json").rows
    assert {row["id"]: row["sha256"] for row in rows} == stored
    for row in rows:
        assert row["sha256"] == hashlib.sha256(row["payload"].encode()).hexdigest()


def test_the_limit_keeps_the_newest_and_says_that_it_left_some_out(run: Run, fleet: Path) -> None:
    every = run("events", "--db", fleet, "--limit", 10_000, "--json")
    assert every.document["truncated"] is False
    few = run("events", "--db", fleet, "--limit", 3, "--json")
    assert few.document["truncated"] is True
    assert few.rows == every.rows[-3:]
    exactly = run("events", "--db", fleet, "--limit", len(every.rows), "--json")
    assert exactly.document["truncated"] is False


def test_the_default_limit_is_two_hundred(run: Run, fleet: Path) -> None:
    assert len(run("events", "--db", fleet, "--json").rows) == 200


def test_a_filter_is_tried_before_the_limit(run: Run, fleet: Path) -> None:
    result = run("events", "--db", fleet, "--limit", 1, "--filter", "level:error", "--json")
    assert [row["level"] for row in result.rows] == ["error"]
    assert result.rows[0]["seq"] < max(
        row["seq"] for row in run("events", "--json", "--db", fleet).rows
    )


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("runs", "state:waiting", ["a81f02c4"]),
        ("runs", "run:fix-auth", ["a81f02c4"]),
        ("runs", "cost>1 !fix-auth", ["77c0be19"]),
        ("agents", "run:fix-auth agent:cod*", ["coder-a81f"]),
        ("agents", "ctx>90%", ["loader-77c0"]),
        ("approvals", "state:pending risk:high agent:planner", ["g-5513"]),
        ("alarms", "severity:critical state:open", ["m-108"]),
    ],
)
def test_short_words_and_names_find_rows(
    run: Run, fleet: Path, name: str, text: str, ids: list[str]
) -> None:
    rows = run(name, "--db", fleet, "--filter", text, "--json").rows
    assert [row["id"] for row in rows] == ids


def test_a_filter_that_finds_nothing_says_which_term_did_it(run: Run, fleet: Path) -> None:
    result = run("runs", "--db", fleet, "--filter", "state:waiting cost>99")
    assert result == (0, "", "nothing matches: cost>99 removed the last 1\n")


def test_a_field_that_is_not_there_is_wrong_use(run: Run, fleet: Path) -> None:
    result = run("runs", "--db", fleet, "--filter", "stat:waiting")
    assert result.code == 2
    assert result.out == ""
    assert "did you mean state?" in result.err


def test_json_lines_and_csv_hold_the_same_rows(run: Run, fleet: Path) -> None:
    document = run("agents", "--db", fleet, "--json").rows
    lines = run("agents", "--db", fleet, "--jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == document
    table = list(csv.DictReader(run("agents", "--db", fleet, "--csv").out.splitlines()))
    assert [row["id"] for row in table] == [row["id"] for row in document]
    assert list(table[0]) == list(document[0])


def test_what_is_left_out_is_said_on_stderr(run: Run, fleet: Path) -> None:
    for style in ("--jsonl", "--csv", "--no-style"):
        arguments = [] if style == "--no-style" else [style]
        result = run("runs", "--db", fleet, "--limit", 2, *arguments)
        assert "rows were left out after 2" in result.err
    assert run("runs", "--db", fleet, "--limit", 2, "--json").err == ""


def test_a_table_for_people_has_heads_and_aligned_numbers(run: Run, fleet: Path) -> None:
    lines = run("runs", "--db", fleet).out.splitlines()
    assert lines[0].startswith("ID        STATUS     AGENTS     IN    OUT  COST $")
    end_of_cost = lines[0].index("COST $") + len("COST $")
    assert all(line[end_of_cost - 3 : end_of_cost].strip() for line in lines[1:])
    assert lines[1].startswith("a81f02c4  waiting")


def test_a_relation_that_a_system_lacks_is_empty_with_its_reason(run: Run, tac: Path) -> None:
    result = run("alarms", "--db", tac)
    assert (result.code, result.out) == (0, "")
    assert "TAC records no alarms" in result.err
    assert run("alarms", "--db", tac, "--json").rows == []


HOSTILE = "\x1b[2J\x1b]52;c;ZXZpbA==\x07\x9b31m\u202etxt\x00\x07 [red]x[/] 日本"


def test_no_control_byte_of_a_stranger_reaches_the_terminal(run: Run, fleet: Path) -> None:
    connection = sqlite3.connect(fleet)
    with connection:
        connection.execute("UPDATE runs SET title = ?, project = ?", (HOSTILE, HOSTILE))
        connection.execute("UPDATE events SET message = ?, kind = ?", (HOSTILE, HOSTILE))
    connection.close()
    for name in ("runs", "events"):
        for style in ([], ["--json"], ["--jsonl"]):
            out = run(name, "--db", fleet, *style).out
            assert not set(out) & set("\x1b\x07\x9b\x00\u202e")
    assert run("runs", "--db", fleet, "--json").rows[0]["title"] == HOSTILE
    assert HOSTILE in run("events", "--db", fleet, "--csv").out


def test_numbers_that_are_none_are_null(run: Run, fleet: Path) -> None:
    connection = sqlite3.connect(fleet)
    with connection:
        connection.execute("UPDATE agents SET context_used = 'much' WHERE id = 'coder-a81f'")
        connection.execute("UPDATE agents SET context_used = 9e999 WHERE id = 'planner-a81f'")
    connection.close()
    rows = {row["id"]: row for row in run("agents", "--db", fleet, "--json").rows}
    assert rows["coder-a81f"]["context_used"] is None
    assert rows["planner-a81f"]["context_used"] is None
    assert "?" in run("agents", "--db", fleet, "--filter", "coder").out


def test_the_help_names_every_filter_field(run: Run) -> None:
    out = run("runs", "--help").out
    assert "newest first" in out
    assert all(field in out for field in ("cost_usd", "state", "unpriced", "age"))
    assert "oldest of them first" in run("events", "--help").out


def test_alarms_the_console_infers_are_printed_where_asked_for(run: Run, fleet: Path) -> None:
    recorded = run("alarms", "--db", fleet, "--json").rows
    assert {row["derived"] for row in recorded} == {0}
    both = run("alarms", "--db", fleet, "--derived", "--json").rows
    inferred = [row for row in both if row["derived"]]
    assert inferred
    assert both == inferred + recorded
    assert all(list(row) == list(recorded[0]) for row in inferred)
    only = run("alarms", "--db", fleet, "--derived", "--filter", "derived:yes", "--json").rows
    assert only == inferred
