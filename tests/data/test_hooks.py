"""What a client's hooks tell becomes rows: sessions, agents, tool calls, and lines of the log."""

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.hooked import SESSION, Session, event, said
from tests.builders.recorded import START, change, row, rows, value
from vedette.data import times
from vedette.data.fleet import read_fleet
from vedette.data.ingest import hooks, ids
from vedette.data.ingest.events import MOST_BYTES, parse, read
from vedette.data.source import open_source

RUN = f"claude-code:{SESSION}"
MAIN = f"{RUN}:main"
SUB = f"{RUN}:a1b2c3d4"


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


@pytest.fixture
def session(db: str) -> Session:
    return Session(db)


def statuses(db: str) -> tuple[str, str]:
    """The run's and the main agent's."""
    return (
        value(db, "SELECT status FROM runs"),
        value(db, "SELECT status FROM agents WHERE parent_id IS NULL"),
    )


def kinds(db: str) -> list[str]:
    return [each[0] for each in rows(db, "SELECT kind FROM events ORDER BY seq")]


def test_a_session_is_a_run_with_its_main_agent(db: str, session: Session) -> None:
    session.tell("SessionStart", source="startup", model="claude-sonnet-4-5")
    run = row(db, "SELECT * FROM runs")
    assert (run["id"], run["kind"], run["project"], run["title"]) == (
        RUN,
        "session",
        "shop",
        "shop",
    )
    assert run["started_at"] == times.text(START + 1)
    agent = row(db, "SELECT * FROM agents")
    assert (agent["id"], agent["name"], agent["model"]) == (
        MAIN,
        "claude-code",
        "claude-sonnet-4-5",
    )
    # Nobody has asked for anything yet.
    assert statuses(db) == ("paused", "paused")
    assert kinds(db) == ["run.start", "session.start"]


def test_a_turn_runs_from_the_prompt_to_the_stop(db: str, session: Session) -> None:
    session.tell("SessionStart", source="startup")
    session.tell("UserPromptSubmit", prompt="Make the cart survive.\nIt is lost.")
    assert statuses(db) == ("running", "running")
    assert value(db, "SELECT title FROM runs") == "Make the cart survive."
    session.tell("Stop", last_assistant_message="Done.")
    assert statuses(db) == ("paused", "paused")
    session.tell("UserPromptSubmit", prompt="More.")
    assert statuses(db) == ("running", "running")
    assert value(db, "SELECT title FROM runs") == "Make the cart survive."
    said_so = rows(db, "SELECT kind, message FROM events WHERE kind IN ('prompt.user', 'turn.end')")
    assert [tuple(each) for each in said_so] == [
        ("prompt.user", "Make the cart survive.\nIt is lost."),
        ("turn.end", "Done."),
        ("prompt.user", "More."),
    ]


def test_a_compaction_in_the_middle_of_a_turn_does_not_end_it(db: str, session: Session) -> None:
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tell("PreCompact", trigger="auto")
    session.tell("SessionStart", source="compact")
    assert statuses(db) == ("running", "running")
    assert "context.compact" in kinds(db)


def test_a_turn_that_fails_says_why(db: str, session: Session) -> None:
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tell("StopFailure", error="overloaded")
    assert statuses(db) == ("paused", "paused")
    assert value(db, "SELECT error FROM runs") == "overloaded"
    assert value(db, "SELECT level FROM events WHERE kind = 'turn.end'") == "error"
    session.tell("UserPromptSubmit", prompt="Again.")
    assert value(db, "SELECT error FROM runs") is None


def test_a_session_that_ends_is_over_and_one_that_is_resumed_goes_on(
    db: str, session: Session
) -> None:
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tool("PreToolUse", "t1")
    session.tell("SessionEnd", reason="prompt_input_exit")
    assert statuses(db) == ("completed", "completed")
    tool = row(db, "SELECT status, error FROM tool_calls")
    assert tool == {"status": "cancelled", "error": "the session ended without its result"}
    session.tell("SessionStart", source="resume")
    run = row(db, "SELECT status, ended_at FROM runs")
    assert run == {"status": "paused", "ended_at": None}


def test_a_tool_call_has_its_status_its_output_and_its_time(db: str, session: Session) -> None:
    session.tool("PreToolUse", "t1")
    call = row(db, "SELECT * FROM tool_calls")
    assert (call["id"], call["agent_id"], call["name"]) == (f"{RUN}:t1", MAIN, "Bash")
    assert (call["status"], json.loads(call["input"])) == ("running", {"command": "pytest -q"})
    session.tool("PostToolUse", "t1", tool_response={"stdout": "2 passed"}, duration_ms=812)
    call = row(db, "SELECT * FROM tool_calls")
    assert (call["status"], call["latency_ms"]) == ("completed", 812)
    assert json.loads(call["output"]) == {"stdout": "2 passed"}
    assert kinds(db) == ["run.start", "tool.start", "tool.end"]


def test_a_time_that_is_not_told_is_the_time_that_was_seen(db: str, session: Session) -> None:
    session.tool("PreToolUse", "t1")
    session.tool("PostToolUse", "t1", tool_response="ok")
    assert value(db, "SELECT latency_ms FROM tool_calls") == 1000


def test_a_call_whose_start_was_not_heard_is_there_all_the_same(db: str, session: Session) -> None:
    session.tool("PostToolUse", "t1", tool_response="ok")
    call = row(db, "SELECT status, latency_ms FROM tool_calls")
    assert call == {"status": "completed", "latency_ms": None}


@pytest.mark.parametrize(
    ("name", "fields", "status", "error"),
    [
        ("PostToolUseFailure", {"error": "exit 1"}, "failed", "exit 1"),
        ("PostToolUseFailure", {"error": {"code": 3}}, "failed", '{"code": 3}'),
        ("PostToolUseFailure", {}, "failed", "it failed"),
        ("PostToolUseFailure", {"error": "x", "is_interrupt": True}, "cancelled", "x"),
        ("PermissionDenied", {"reason": "not that one"}, "cancelled", "not that one"),
    ],
)
def test_a_call_that_does_not_end_well_says_why(
    db: str, session: Session, name: str, fields: dict[str, Any], status: str, error: str
) -> None:
    session.tool("PreToolUse", "t1")
    session.tool(name, "t1", **fields)
    call = row(db, "SELECT status, error FROM tool_calls")
    assert call == {"status": status, "error": error}


def test_an_event_told_twice_is_one_row(db: str, session: Session) -> None:
    for _ in range(2):
        session.tool("PreToolUse", "t1")
        session.tool("PostToolUse", "t1", tool_response="ok")
    assert value(db, "SELECT count(*) FROM tool_calls") == 1
    assert kinds(db) == ["run.start", "tool.start", "tool.end"]


def test_a_sub_agent_hangs_below_who_called_it_and_ends_with_its_own_word(
    db: str, session: Session
) -> None:
    agent = {"agent_id": "a1b2c3d4", "agent_type": "Explore"}
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tool("PreToolUse", "t1", "Agent", tool_input={"subagent_type": "Explore"})
    session.tell("SubagentStart", **agent)
    # In the background: its call comes back before it does anything.
    session.tool("PostToolUse", "t1", "Agent", tool_response={"isAsync": True})
    sub = row(db, "SELECT * FROM agents WHERE id = ?", SUB)
    assert (sub["name"], sub["parent_id"], sub["status"]) == ("Explore", MAIN, "running")
    session.tool("PreToolUse", "s1", "Grep", tool_input={"pattern": "Cart"}, **agent)
    assert value(db, "SELECT agent_id FROM tool_calls WHERE name = 'Grep'") == SUB
    session.tell("SubagentStop", last_assistant_message="web.py", **agent)
    sub = row(db, "SELECT status, ended_at FROM agents WHERE id = ?", SUB)
    assert sub == {"status": "completed", "ended_at": times.text(session.now)}
    told = rows(db, "SELECT kind, message FROM events WHERE agent_id = ?", SUB)
    assert [tuple(each) for each in told] == [
        ("agent.start", "Explore"),
        ("tool.start", "Grep"),
        ("agent.end", "web.py"),
    ]


def test_a_sub_agent_of_a_sub_agent_hangs_below_it(db: str, session: Session) -> None:
    first, second = {"agent_id": "a1b2c3d4"}, {"agent_id": "deeper"}
    session.tool("PreToolUse", "t1", "Agent")
    session.tell("SubagentStart", agent_type="Explore", **first)
    session.tool("PreToolUse", "t2", "Agent", **first)
    session.tell("SubagentStart", **second)
    deeper = row(db, "SELECT name, parent_id FROM agents WHERE id = ?", f"{RUN}:deeper")
    assert deeper == {"name": "subagent", "parent_id": SUB}


def test_a_run_goes_on_while_a_sub_agent_does(db: str, session: Session) -> None:
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tell("SubagentStart", agent_id="a1b2c3d4")
    session.tell("Stop")
    assert statuses(db) == ("running", "paused")
    # What a sub-agent does is not the main thread's.
    session.tool("PreToolUse", "s1", agent_id="a1b2c3d4")
    assert statuses(db) == ("running", "paused")
    session.tell("SubagentStop", agent_id="a1b2c3d4")
    session.tell("Stop")
    assert statuses(db) == ("paused", "paused")


def test_a_sub_agents_end_that_names_nobody_ends_nobody(db: str, session: Session) -> None:
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tell("SubagentStop")
    assert statuses(db) == ("running", "running")


@pytest.mark.parametrize(
    "asks",
    [
        {"notification_type": "permission_prompt", "message": "?"},
        {"message": "Claude needs your permission to use Bash"},
    ],
)
def test_a_client_that_asks_by_itself_waits_until_it_goes_on(
    db: str, session: Session, asks: dict[str, str]
) -> None:
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tool("PreToolUse", "t1")
    session.tell("Notification", **asks)
    assert statuses(db) == ("waiting", "waiting")
    session.tool("PostToolUse", "t1", tool_response="ok")
    assert statuses(db) == ("running", "running")
    assert "notification" in kinds(db)


def test_a_client_that_asks_by_itself_is_asking_in_the_fleet_and_not_at_work(
    db: str, session: Session
) -> None:
    session.tell("UserPromptSubmit", prompt="Go.")
    session.tool("PreToolUse", "t1")
    assert _in_the_fleet(db, session.now) == ("tool", "Bash")
    asks = "Claude needs your permission to use Bash"
    session.tell("Notification", notification_type="permission_prompt", message=asks)
    assert _in_the_fleet(db, session.now) == ("asking", asks)
    session.tool("PostToolUse", "t1", tool_response="ok")
    assert _in_the_fleet(db, session.now)[0] != "asking"


def _in_the_fleet(db: str, now: float) -> tuple[str, str]:
    with closing(open_source(db)) as source:
        status = read_fleet(source, now).runs[0].status
    return status.state, status.now


def test_another_notification_is_a_line_of_the_log(db: str, session: Session) -> None:
    session.tell("Stop")
    session.tell("Notification", notification_type="idle_prompt", message="Claude is waiting")
    assert statuses(db) == ("paused", "paused")


def test_who_waits_at_a_gate_waits_whatever_else_is_told(db: str, session: Session) -> None:
    session.tool("PreToolUse", "t1")
    change(
        db,
        "INSERT INTO approvals (id, run_id, agent_id, title, payload, payload_sha256, requested_at,"
        " updated_at) VALUES ('g', ?, ?, 't', 'p', 'x', '', '')",
        RUN,
        MAIN,
    )
    change(db, "UPDATE runs SET status = 'waiting'")
    change(db, "UPDATE agents SET status = 'waiting'")
    session.tool("PreToolUse", "t2")
    session.tool("PostToolUse", "t2", tool_response="ok")
    session.tell("Stop")
    assert statuses(db) == ("waiting", "waiting")


def test_an_event_that_is_not_known_is_a_line_of_the_log(db: str, session: Session) -> None:
    session.tell("TeammateIdle", message="bored")
    told = row(db, "SELECT kind, message FROM events ORDER BY seq DESC LIMIT 1")
    assert told == {"kind": "hook.TeammateIdle", "message": "bored"}
    assert statuses(db) == ("running", "running")


def test_a_tool_that_was_never_seen_is_recorded_as_any_other(db: str, session: Session) -> None:
    session.tool("PreToolUse", "t1", "mcp__new__thing", tool_input=[1, "two"])
    call = row(db, "SELECT name, input FROM tool_calls")
    assert call == {"name": "mcp__new__thing", "input": '[1, "two"]'}


def test_secrets_are_masked_and_large_texts_stand_apart(db: str, session: Session) -> None:
    key = "sk-ant-api03-" + "Ab1" * 31
    session.tool("PreToolUse", "t1", tool_input={"command": f"export KEY={key}"})
    session.tell("UserPromptSubmit", prompt=f"use {key}")
    session.tool("PostToolUse", "t1", tool_response="x" * 100_000)
    whole = "\n".join(map(str, map(tuple, rows(db, "SELECT * FROM tool_calls"))))
    assert key not in whole + str([tuple(each) for each in rows(db, "SELECT * FROM events")])
    artifact = row(db, "SELECT * FROM artifacts")
    assert (artifact["id"], artifact["size"]) == (f"{RUN}:t1:output", 100_000)
    assert value(db, "SELECT output_artifact_id FROM tool_calls") == artifact["id"]


def test_what_is_wrong_with_the_rules_is_said_once_in_a_run(db: str) -> None:
    for _ in range(3):
        hooks.record(db, ids.CLAUDE_CODE, event("Stop"), START, note="rules.toml:3: no")
    noted = rows(db, "SELECT level, message FROM events WHERE kind = 'hook.rules'")
    assert [tuple(each) for each in noted] == [("error", "rules.toml:3: no")]


@pytest.mark.parametrize(("name", "is_known"), [("claude", True), ("launcher", False)])
def test_a_client_is_known_by_its_name_past_its_shell(
    tmp_path: Path, name: str, is_known: bool
) -> None:
    (tmp_path / name).symlink_to(os.path.realpath("/bin/sh"))
    program = tmp_path / "program.py"
    program.write_text(
        "from vedette.data.ingest.hooks import process_of; print(process_of('claude-code'))"
    )
    # A launcher's end is not the session's, so it is not taken for the client.
    inner = f"sh -c '{sys.executable} {program}; true'; true"
    begun = subprocess.Popen([tmp_path / name, "-c", inner], stdout=subprocess.PIPE, text=True)
    out, _ = begun.communicate(timeout=60)
    assert (f"pid={begun.pid}," in out) == is_known


def test_a_client_that_dies_is_known_to_the_run(db: str) -> None:
    by = hooks.Client(4711, "boot/1/99")
    hooks.record(db, ids.CLAUDE_CODE, event("UserPromptSubmit", prompt="Go."), START, by=by)
    hooks.record(db, ids.CLAUDE_CODE, event("PreToolUse", tool_name="Bash"), START + 1, by=by)
    process = row(db, "SELECT * FROM processes")
    assert (process["pid"], process["program"]) == (4711, "claude-code")
    assert value(db, "SELECT process_id FROM runs") == process["id"]


def test_codex_tells_the_same_of_its_threads(db: str) -> None:
    session = Session(db, "codex")
    session.tell("SessionStart", source="startup", model="gpt-5.1-codex", turn_id="1")
    session.tell("UserPromptSubmit", prompt="Rename it.")
    session.tool("PreToolUse", "call_1")
    session.tool("PreToolUse", "call_2", agent_id="0190-cccc", agent_type="default")
    agents = rows(db, "SELECT id, parent_id, name, model FROM agents ORDER BY seq")
    assert [tuple(each) for each in agents] == [
        (f"codex:{SESSION}:main", None, "codex", "gpt-5.1-codex"),
        (f"codex:{SESSION}:0190-cccc", f"codex:{SESSION}:main", "default", None),
    ]
    # The session's own thread is its main agent, also where it is named.
    session.tool("PreToolUse", "call_3", agent_id=SESSION)
    assert value(db, "SELECT agent_id FROM tool_calls WHERE id LIKE '%_3'").endswith(":main")


def test_what_is_not_json_is_a_line_of_the_log_of_nobody(db: str) -> None:
    hooks.record(db, ids.CLAUDE_CODE, parse(b"{nonsense"), START)
    told = row(db, "SELECT run_id, level, kind FROM events")
    assert told == {"run_id": None, "level": "warn", "kind": "hook.unread"}
    assert value(db, "SELECT count(*) FROM runs") == 0


def test_an_event_that_is_too_large_is_told_as_far_as_it_is_clear(db: str, tmp_path: Path) -> None:
    fields = said("PostToolUse", tool_name="Read", tool_input={}, tool_response="x" * MOST_BYTES)
    large = tmp_path / "event.json"
    large.write_text(json.dumps(fields | {"tool_use_id": "t9"}))
    with large.open("rb") as file:
        found = read(file)
        assert file.read() == b"", "a client must be able to finish writing"
    assert found.fault == "the event is larger than 4 MB"
    assert (found.name, found.session, found.tool) == ("PostToolUse", SESSION, "Read")
    hooks.record(db, ids.CLAUDE_CODE, found, START)
    call = row(db, "SELECT id, status, output FROM tool_calls")
    assert call == {"id": f"{RUN}:t9", "status": "completed", "output": None}
    assert "larger than 4 MB" in value(db, "SELECT message FROM events WHERE kind = 'hook.unread'")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"hook_event_name":"PreToolUse","tool_input":{"hook_event_name":"Stop"},',
        b'{"tool_input":{"command":"echo \\"hook_event_name\\":\\"Stop\\""},',
        b"",
        b"[]",
        b"5",
        b'{"tool_input":['
        + b'{"hook_event_name":"Stop"},' * 60
        + b'{}],"hook_event_name":"PreToolUse"',
        b'{"hook_event_name":5}',
        b'{"hook_event_name":null,"tool_name":"Bash"}',
        b"[" * 100_000,
        b'{"a":' + b"9" * 5_000 + b"}",
        b"\xff\xfe\x00",
    ],
)
def test_an_event_that_does_not_clearly_say_what_it_is_may_be_gated(raw: bytes) -> None:
    assert parse(raw).may_be_gated


def test_an_event_that_clearly_is_no_tools_is_never_gated() -> None:
    assert not parse(b'{"hook_event_name":"Stop","x":').may_be_gated
    assert not parse(b'{"hook_event_name":"NeverSeen"}').may_be_gated


VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2)
NAMES = st.sampled_from([*sorted(hooks._TELLERS), "PreToolUse", "NeverSeen", ""]) | VALUES
FIELDS = (
    *("session_id", "cwd", "agent_id", "agent_type", "tool_name", "tool_input", "tool_use_id"),
    *("tool_response", "error", "duration_ms", "prompt", "message", "source", "reason", "model"),
    *("last_assistant_message", "is_interrupt", "notification_type"),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=NAMES,
    fields=st.dictionaries(
        st.sampled_from(FIELDS), VALUES | st.dictionaries(st.text(), VALUES, max_size=2)
    ),
    session=st.sampled_from(["s", "", None]),
)
def test_whatever_a_client_says_is_recorded_as_far_as_it_goes(
    db: str, name: object, fields: dict[str, Any], session: str | None
) -> None:
    told = {"hook_event_name": name, **fields}
    if session is not None:
        told["session_id"] = session
    before = value(db, "SELECT coalesce(max(seq), 0) FROM events") if Path(db).exists() else 0
    found = parse(json.dumps(told).encode())
    hooks.record(db, ids.CLAUDE_CODE, found, time.time())
    if not (found.session and found.name):
        assert value(db, "SELECT max(seq) FROM events") > before


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reading(raw: bytes) -> None:
    found = parse(raw)
    assert found.fault is not None or isinstance(found.fields, dict)
