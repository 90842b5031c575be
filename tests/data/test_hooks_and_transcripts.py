"""Hooks and transcripts of one session meet as one run, whoever comes first: nothing twice."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.builders import transcripts as made
from tests.builders.hooked import SESSION, Session
from tests.builders.recorded import row, rows, until, value
from tests.builders.transcripts import Codex, assert_totals_are_true, write
from vedette.data import times
from vedette.data.ingest import ids
from vedette.data.ingest.transcripts import Importer
from vedette.data.prices import pricing

RUN = f"claude-code:{SESSION}"
MAIN, SUB = f"{RUN}:main", f"{RUN}:a1b2c3d4"
BEGIN = (times.parse("2026-11-02T09:30:00Z") or 0.0) + 0.0
LATER = BEGIN + 120

Step = Callable[[], None]


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "projects" / "-home-ana-shop"


def hooked(db: str, begin: float = BEGIN) -> list[Step]:
    """What the hooks tell of the session that `transcripts.shop` writes, an event a step."""
    session = Session(db, now=begin)
    sub = {"agent_id": "a1b2c3d4", "agent_type": "Explore"}
    read = {"file_path": "cart.py"}
    grep = {"pattern": "Cart"}
    return [
        lambda: session.tell("SessionStart", source="startup"),
        lambda: session.tell(
            "UserPromptSubmit", prompt="Make the cart survive a restart.\nIt lives in memory now."
        ),
        lambda: session.tool("PreToolUse", "toolu_1", "Read", tool_input=read),
        lambda: session.tool("PostToolUse", "toolu_1", "Read", tool_response="class Cart"),
        lambda: session.tool("PreToolUse", "toolu_2", "Task"),
        lambda: session.tell("SubagentStart", **sub),
        lambda: session.tool("PreToolUse", "toolu_s1", "Grep", tool_input=grep, **sub),
        lambda: session.tool("PostToolUse", "toolu_s1", "Grep", tool_response="web.py", **sub),
        lambda: session.tell("SubagentStop", **sub),
        lambda: session.tool("PostToolUse", "toolu_2", "Task", tool_response="web.py"),
        lambda: session.tool("PreToolUse", "toolu_3"),
        lambda: session.tool("PostToolUseFailure", "toolu_3", error="exit 1"),
        lambda: session.tell("Stop", last_assistant_message="Two tests still fail."),
    ]


def moved(path: Path, seconds: float) -> list[bytes]:
    """A transcript's lines as if it had been written so much later."""

    def later(found: re.Match[str]) -> str:
        at = times.parse(found[0])
        assert at is not None
        return times.text(at + seconds)

    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", later, path.read_text())
    return text.encode().splitlines(keepends=True)


def imported(db: str, home: Path, client: str = ids.CLAUDE_CODE) -> Importer:
    importer = Importer(db, client, pricing(None), LATER)
    importer.read([str(home)], LATER)
    return importer


def everything(db: str) -> dict[str, list[tuple[object, ...]]]:
    """What must be the same in whatever order it is told."""
    return {
        table: [tuple(each) for each in rows(db, statement)]
        for table, statement in (
            ("runs", "SELECT id, title, project, status FROM runs"),
            ("agents", "SELECT id, parent_id, name, status, calls, tokens_in, tokens_out,"
             " cost_micros FROM agents ORDER BY id"),
            ("prompts", "SELECT id, agent_id, tokens_in, tokens_out FROM prompts ORDER BY id"),
            ("tools", "SELECT id, agent_id, name, status, prompt_id FROM tool_calls ORDER BY id"),
            ("ends", "SELECT kind, agent_id, count(*) FROM events WHERE kind IN"
             " ('agent.start', 'agent.end', 'tool.end', 'run.start') AND level = 'error'"
             " GROUP BY kind, agent_id"),
            ("starts", "SELECT kind, agent_id, count(*) FROM events WHERE kind IN"
             " ('agent.start', 'agent.end') AND agent_id LIKE '%a1b2%' GROUP BY kind, agent_id"),
        )
    }  # fmt: skip


def expected(db: str) -> None:
    """The one run of both."""
    run = row(db, "SELECT * FROM runs")
    assert (run["id"], run["status"]) == (RUN, "paused")
    assert run["title"] == "Make the cart survive a restart."
    agents = rows(db, "SELECT id, parent_id, name, status FROM agents ORDER BY id")
    assert [tuple(each) for each in agents] == [
        (SUB, MAIN, "Explore", "completed"),
        (MAIN, None, "claude-code", "paused"),
    ]
    tools = rows(db, "SELECT id, agent_id, status FROM tool_calls ORDER BY id")
    assert [tuple(each) for each in tools] == [
        (f"{RUN}:toolu_1", MAIN, "completed"),
        (f"{RUN}:toolu_2", MAIN, "completed"),
        (f"{RUN}:toolu_3", MAIN, "failed"),
        (f"{RUN}:toolu_s1", SUB, "completed"),
    ]
    assert value(db, "SELECT count(*) FROM tool_calls WHERE prompt_id IS NULL") == 0
    assert value(db, "SELECT count(*) FROM prompts") == 6
    assert_totals_are_true(db)
    once = "SELECT count(*) FROM events WHERE kind = ? AND agent_id = ?"
    assert value(db, once, "agent.start", SUB) == 1
    assert value(db, once, "agent.end", SUB) == 1
    assert value(db, f"{once} AND level = 'error'", "tool.end", MAIN) == 1


def test_the_hooks_come_first(db: str, home: Path) -> None:
    for step in hooked(db):
        step()
    made.shop(home)
    imported(db, home)
    expected(db)


def test_the_transcript_comes_first(db: str, home: Path) -> None:
    made.shop(home)
    imported(db, home)
    for step in hooked(db):
        step()
    expected(db)


@pytest.mark.parametrize("seed", range(12))
def test_they_come_at_once(db: str, home: Path, tmp_path: Path, seed: int) -> None:
    """The transcript grows, is followed, and the hooks tell, in any order of the three."""
    chance = Random(seed)
    whole = made.shop(tmp_path / "made")
    below = whole.parent / SESSION / "subagents"
    files = [
        (whole, home / whole.name),
        *((each, home / SESSION / "subagents" / each.name) for each in below.iterdir()),
    ]
    grown = [(target, source.read_bytes()) for source, target in files]
    importer = Importer(db, ids.CLAUDE_CODE, pricing(None), LATER)
    # The meta file stands there before the first line, as the client writes it.
    for target, body in grown:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body if target.suffix == ".json" else b"")
    steps, written = hooked(db), {target: 0 for target, _ in grown}
    while steps or any(written[target] < len(body) for target, body in grown):
        choice = chance.randrange(3)
        if choice == 0 and steps:
            steps.pop(0)()
        elif choice == 1:
            target, body = chance.choice(grown)
            if target.suffix == ".jsonl":
                written[target] = min(len(body), written[target] + chance.randrange(1, 900))
                target.write_bytes(body[: written[target]])
            else:
                written[target] = len(body)
        else:
            importer.read([str(home)], LATER)
    importer._walk_at = 0.0
    importer.read([str(home)], LATER + 60)
    expected(db)


def test_another_process_follows_while_the_hooks_tell(db: str, home: Path, tmp_path: Path) -> None:
    """Both write as they come, and wait for each other's locks."""
    whole = made.shop(tmp_path / "made")
    (sub,) = (whole.parent / SESSION / "subagents").glob("*.jsonl")
    home.mkdir(parents=True)
    # By the clock of a process of its own it would else be over long ago.
    late = time.time() - LATER
    words = ["import", "claude-code", str(home), "--follow", "--db", db]
    env = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "vedette.tui", *words]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as following:
        shutil.copytree(sub.parent, home / SESSION / "subagents", ignore=lambda *_: [sub.name])
        grown = [
            (home / whole.name, moved(whole, late)),
            (home / SESSION / "subagents" / sub.name, moved(sub, late)),
        ]
        steps = hooked(db, BEGIN + late)
        while steps or any(lines for _, lines in grown):
            for path, lines in grown:
                if lines:
                    with path.open("ab") as file:
                        file.write(lines.pop(0))
            if steps:
                steps.pop(0)()
            # So that some of it is read in between; it must be right whatever is.
            until(lambda: Path(db).exists() and value(db, "SELECT count(*) FROM transcripts"))
            time.sleep(0.1)
        try:
            until(lambda: value(db, "SELECT count(*) FROM prompts") == 6)
            until(lambda: not value(db, "SELECT count(*) FROM tool_calls WHERE prompt_id IS NULL"))
        finally:
            following.send_signal(signal.SIGTERM)
        assert following.wait(30) == 0
    expected(db)


def test_following_while_the_hooks_tell_changes_no_total(db: str, home: Path) -> None:
    made.shop(home)
    importer = imported(db, home)
    before = everything(db)
    for step in hooked(db):
        step()
        importer.read([str(home)], LATER)
    after = everything(db)
    assert after["prompts"] == before["prompts"]
    assert after["tools"] == before["tools"]
    assert after["agents"] == before["agents"]
    expected(db)


def test_a_gated_call_that_the_transcript_wrote_first_waits_with_its_risk(
    db: str, home: Path
) -> None:
    main = made.Claude()
    main.user("Go.")
    main.said("m1", made.tool("toolu_9", "Bash", command="rm x"))
    write(home / f"{SESSION}.jsonl", main.lines)
    imported(db, home)
    assert value(db, "SELECT status FROM tool_calls") == "running"
    from tests.builders.hooked import event
    from vedette.data.ingest import hooks

    told = event(
        "PreToolUse", tool_name="Bash", tool_use_id="toolu_9", tool_input={"command": "rm x"}
    )
    hooks.record(db, ids.CLAUDE_CODE, told, LATER, status="waiting", risk="high")
    call = row(db, "SELECT status, risk, prompt_id IS NOT NULL AS linked FROM tool_calls")
    assert call == {"status": "waiting", "risk": "high", "linked": 1}


def test_a_call_that_is_over_is_not_opened_again_by_a_late_hook(db: str, home: Path) -> None:
    made.shop(home)
    imported(db, home)
    Session(db, now=LATER).tool("PreToolUse", "toolu_3")
    assert value(db, "SELECT status FROM tool_calls WHERE id LIKE '%_3'") == "failed"


def test_a_session_that_ended_stays_ended_while_its_transcript_is_read(db: str, home: Path) -> None:
    for step in hooked(db):
        step()
    Session(db, now=LATER - 60).tell("SessionEnd", reason="other")
    made.shop(home)
    importer = imported(db, home)
    importer.read([str(home)], LATER + 7_200)
    assert value(db, "SELECT status FROM runs") == "completed"
    assert value(db, "SELECT ended_at FROM runs") == times.text(LATER - 59)


def test_an_output_too_large_for_its_column_is_stored_once(db: str, home: Path) -> None:
    large = "x" * 100_000
    session = Session(db, now=BEGIN)
    session.tool("PreToolUse", "toolu_9")
    session.tool("PostToolUse", "toolu_9", tool_response=large)
    main = made.Claude()
    main.user("Go.")
    main.said("m1", made.tool("toolu_9", "Bash", command="cat x"))
    main.result("toolu_9", large)
    write(home / f"{SESSION}.jsonl", main.lines)
    imported(db, home)
    session.tool("PostToolUse", "toolu_9", tool_response=large)
    assert value(db, "SELECT count(*) FROM artifacts") == 1


@pytest.mark.parametrize("is_hook_first", [True, False])
def test_codex_tells_its_hook_nothing_of_a_failure_and_its_rollout_does(
    db: str, tmp_path: Path, is_hook_first: bool
) -> None:
    rollouts = tmp_path / "sessions"

    def tell() -> None:
        session = Session(db, "codex", now=BEGIN)
        for name in ("PreToolUse", "PostToolUse"):
            session.tool(name, "call_1", session_id="0190-aaaa", tool_response="no such file")

    if is_hook_first:
        tell()
    rollout = Codex("0190-aaaa", session="0190-aaaa")
    rollout.user("Look.")
    rollout.calls("call_1", "ls /nowhere")
    rollout.gives("call_1", "no such file", code=2)
    write(rollouts / "rollout-2026-11-02T09-30-00-0190-aaaa.jsonl", rollout.lines)
    for _ in range(2):
        imported(db, rollouts, ids.CODEX)
    if not is_hook_first:
        tell()
    call = row(db, "SELECT status, error, latency_ms FROM tool_calls")
    assert (call["status"], call["error"]) == ("failed", "no such file")
    assert call["latency_ms"] is not None
    failures = "SELECT count(*) FROM events WHERE kind = 'tool.end' AND level = 'error'"
    assert value(db, failures) == 1


@pytest.mark.parametrize("is_hook_first", [True, False])
def test_codex_meets_its_rollout(db: str, tmp_path: Path, is_hook_first: bool) -> None:
    rollouts = tmp_path / "sessions"

    def tell() -> None:
        session = Session(db, "codex", now=BEGIN)
        for name in ("PreToolUse", "PostToolUse"):
            session.tool(name, "call_1", session_id="0190-aaaa")
        session.tell("Stop", session_id="0190-aaaa")

    if is_hook_first:
        tell()
    rollout = Codex("0190-aaaa", session="0190-aaaa")
    rollout.user("Rename the column.")
    rollout.calls("call_1", "grep -rn colour .")
    rollout.used("r1", 9_000, 6_000, 150)
    rollout.gives("call_1", "a.sql:3")
    rollout.says("It is in a.sql.")
    rollout.used("r2", 9_400, 9_000, 60)
    name = "rollout-2026-11-02T09-30-00-0190-aaaa.jsonl"
    write(rollouts / "2026" / "11" / "02" / name, rollout.lines)
    imported(db, rollouts, ids.CODEX)
    if not is_hook_first:
        tell()
    assert value(db, "SELECT id FROM runs") == "codex:0190-aaaa"
    assert value(db, "SELECT id FROM agents") == "codex:0190-aaaa:main"
    call = row(db, "SELECT id, status, prompt_id IS NOT NULL AS linked FROM tool_calls")
    assert call == {"id": "codex:0190-aaaa:call_1", "status": "completed", "linked": 1}
    assert value(db, "SELECT sum(tokens_in) FROM prompts") == 18_400
    assert json.loads(json.dumps(everything(db)["agents"]))[0][5] == 18_400
