"""A Codex rollout tells each call once, whether its client tells usage singly or in sums."""

from pathlib import Path

import pytest

from tests.builders import transcripts as made
from tests.builders.recorded import row, rows, value
from tests.builders.transcripts import Codex, append, assert_totals_are_true, write
from vedette.data import times
from vedette.data.ingest import ids
from vedette.data.ingest.transcripts import Imported, Importer
from vedette.data.prices import pricing

LATER = (times.parse("2026-11-02T09:32:00Z") or 0.0) + 60
CALLS = "SELECT tokens_in, cache_read, tokens_out, response FROM prompts ORDER BY completed_at"


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


def read(db: str, place: Path) -> Imported:
    return Importer(db, ids.CODEX, pricing(None), LATER).read([str(place)], LATER)


def calls(db: str) -> list[tuple[object, ...]]:
    return [tuple(each) for each in rows(db, CALLS)]


def test_of_growing_sums_the_differences_count(db: str, home: Path) -> None:
    made.old_rollout(home)
    assert read(db, home)[2:6] == (1, 1, 2, 1)
    assert calls(db) == [(9_000, 6_000, 150, None), (9_400, 9_000, 60, "It is in a.sql.")]
    assert_totals_are_true(db)


def test_what_is_told_singly_and_in_sums_counts_once(db: str, home: Path) -> None:
    made.new_rollout(home)
    assert read(db, home)[2:6] == (1, 2, 3, 1)
    assert calls(db) == [
        (8_000, 2_000, 90, None),
        (3_000, 1_000, 30, "a.sql, line 3."),
        (8_300, 8_000, 40, "It is in a.sql."),
    ]
    assert_totals_are_true(db)


def test_a_sub_agents_thread_is_an_agent_of_its_parents_run(db: str, home: Path) -> None:
    made.new_rollout(home)
    read(db, home)
    agents = rows(db, "SELECT id, parent_id, name, status FROM agents ORDER BY id DESC")
    assert [tuple(agent) for agent in agents] == [
        ("codex:0190-bbbb:main", None, "codex", "running"),
        ("codex:0190-bbbb:0190-cccc", "codex:0190-bbbb:main", "scout", "completed"),
    ]
    assert row(db, "SELECT title, project FROM runs") == {
        "title": "Rename the column.",
        "project": "shop",
    }


def test_a_sub_agent_that_names_its_parent_only_finds_the_root(db: str, home: Path) -> None:
    for thread, parent in (("t-1", None), ("t-2", "t-1"), ("t-3", "t-2")):
        rollout = Codex(thread, parent=parent)
        rollout.says(f"I am {thread}")
        rollout.used(f"resp_{thread}", 100, 0, 10)
        write(home / "2026" / "11" / "02" / f"rollout-x-{thread}.jsonl", rollout.lines)
    read(db, home)
    assert value(db, "SELECT count(*) FROM runs") == 1
    assert value(db, "SELECT count(*) FROM agents WHERE run_id = 'codex:t-1'") == 3


def test_importing_again_and_in_pieces_changes_nothing(db: str, home: Path) -> None:
    path = made.old_rollout(home)
    content, cut = path.read_bytes(), 0
    while cut < len(content):
        cut += 97
        path.write_bytes(content[:cut])
        read(db, home)
    assert read(db, home)[2:6] == (0, 0, 0, 0)
    assert [call[:3] for call in calls(db)] == [(9_000, 6_000, 150), (9_400, 9_000, 60)]
    assert_totals_are_true(db)


def test_a_sum_that_comes_one_step_late_belongs_to_the_step_before(db: str, home: Path) -> None:
    rollout = Codex()
    rollout.user("two steps")
    rollout.calls("call_1", "ls")
    rollout.gives("call_1", "a b")
    rollout.says("Two files.")
    rollout.counted(500, 0, 20)
    rollout.counted(600, 400, 30)
    write(home / "rollout-x-0190-aaaa.jsonl", rollout.lines)
    read(db, home)
    assert calls(db) == [(500, 0, 20, None), (600, 400, 30, "Two files.")]


def test_a_command_that_ended_badly_is_a_failure(db: str, home: Path) -> None:
    rollout = Codex()
    rollout.calls("call_1", "make")
    rollout.calls("call_2", "make")
    rollout.calls("call_3", "make")
    rollout.gives("call_1", "no rule", code=2)
    rollout.item("function_call_output", call_id="call_2", output="Exit code: 1\nOutput:\nno rule")
    rollout.item("function_call_output", call_id="call_3", output="Exit code: 0\nOutput:\nfine")
    write(home / "rollout-x-0190-aaaa.jsonl", rollout.lines)
    read(db, home)
    found = rows(db, "SELECT status, output FROM tool_calls ORDER BY id")
    assert [each["status"] for each in found] == ["failed", "failed", "completed"]
    assert found[0]["output"] == "no rule"
    told = rows(db, "SELECT message FROM events WHERE level = 'error'")
    assert [each["message"] for each in told] == ["shell: no rule", "shell: no rule"]


def test_what_the_client_adds_to_a_prompt_is_not_the_prompt(db: str, home: Path) -> None:
    rollout = Codex()
    added = [{"type": "input_text", "text": "<environment_context>x</environment_context>"}]
    rollout.item("message", role="user", content=added)
    rollout.user("What is this?")
    rollout.says("A shop.")
    rollout.used("resp_1", 10, 0, 1)
    write(home / "rollout-x-0190-aaaa.jsonl", rollout.lines)
    read(db, home)
    assert row(db, "SELECT request, response FROM prompts") == {
        "request": "What is this?",
        "response": "A shop.",
    }


def test_the_same_response_told_twice_counts_once(db: str, home: Path) -> None:
    rollout = Codex()
    rollout.says("once")
    rollout.used("resp_1", 10, 0, 1)
    path = write(home / "rollout-x-0190-aaaa.jsonl", [*rollout.lines, rollout.lines[-1]])
    read(db, home)
    append(path, [rollout.lines[-1]])
    read(db, home)
    assert [call[0] for call in calls(db)] == [10]
    assert_totals_are_true(db)


def test_a_file_that_says_not_whose_it_is_is_named(db: str, home: Path) -> None:
    path = home / "rollout-x-1.jsonl"
    path.parent.mkdir()
    path.write_text('{"type":"hologram"}\n')
    assert read(db, home).strange == (str(path),)
