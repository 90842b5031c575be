"""A client runs its hook: what a rule gates waits for a person or is closed, all else goes on."""

import fcntl
import io
import json
import os
import signal
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.hooked import SESSION, UNDISTURBED, Done, Hook, calls, said
from tests.builders.recorded import change, decide, row, rows, until, value, write_lock
from tests.tui.commands.conftest import Run
from vedette.data.ingest import missed
from vedette.data.ingest.events import MOST_BYTES
from vedette.data.migrations import migrate
from vedette.tui import hook as hooks

RUN = f"claude-code:{SESSION}"
RM = calls("PreToolUse", "Bash", "t1", command="rm -rf build/", description="clean")
LS = calls("PreToolUse", "Bash", "t2", command="ls")
ASKS = {**RM, "hook_event_name": "PermissionRequest"}
RULES = """
[[rule]]
name = "deletes"
tools = ["Bash"]
commands = ["rm *"]
risk = "high"
why = "it cannot be taken back"
"""

Begin = Callable[..., Hook]
Answer = Callable[..., Done]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a store and rules of its own."""
    folder = tmp_path / "shop"
    (folder / ".vedette").mkdir(parents=True)
    (folder / ".vedette" / "rules.toml").write_text(RULES)
    return folder


@pytest.fixture
def db(project: Path) -> Path:
    return project / ".vedette" / "runs.db"


@pytest.fixture
def begin(project: Path) -> Iterator[Begin]:
    """Starts a hook in the project; what is left of it at the end is killed."""
    started: list[Hook] = []

    def start(
        told: dict[str, Any] | bytes, *arguments: object, client: str = "claude-code"
    ) -> Hook:
        if isinstance(told, dict):
            told = {**told, "cwd": str(project)}
        started.append(Hook(client, told, *arguments, cwd=project))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.fixture
def answer(begin: Begin) -> Answer:
    """What a hook answers that waits for nobody."""
    return lambda *arguments, **named: begin(*arguments, **named).end()


def waiting(db: Path) -> dict[str, Any]:
    """The one gate, once it waits."""
    statement = "SELECT * FROM approvals WHERE status = 'pending'"
    return dict(until(lambda: db.exists() and _rows(db, statement))[0])


def decided(db: Path, outcome: str, reason: str | None = None) -> None:
    """A person answers the one gate, once it waits."""
    waiting(db)
    decide(db, outcome, reason=reason)


def _rows(db: Path, statement: str) -> list[sqlite3.Row]:
    try:
        return rows(db, statement)
    except sqlite3.OperationalError:
        # The tables are just being made.
        return []


def test_what_no_rule_names_is_recorded_and_not_disturbed(answer: Answer, db: Path) -> None:
    assert answer(LS) == UNDISTURBED
    assert answer(said("Stop")) == UNDISTURBED
    call = row(db, "SELECT id, status FROM tool_calls")
    assert call == {"id": f"{RUN}:t2", "status": "running"}


def test_an_approved_call_goes_on_and_leaves_its_receipts(
    begin: Begin, db: Path, project: Path
) -> None:
    hook = begin(RM)
    gate = waiting(db)
    assert (gate["run_id"], gate["agent_id"]) == (RUN, f"{RUN}:main")
    assert (gate["tool_call_id"], gate["risk"]) == (f"{RUN}:t1", "high")
    assert (gate["title"], gate["why"]) == ("Bash: rm -rf build/", "it cannot be taken back")
    assert json.loads(gate["payload"]) == {
        "tool": "Bash",
        "command": "rm -rf build/",
        "description": "clean",
        "cwd": str(project),
    }
    assert value(db, "SELECT status FROM runs") == "waiting"
    assert value(db, "SELECT status FROM tool_calls") == "waiting"
    decided(db, "approved")
    done = hook.end()
    assert (done.code, done.err) == (0, "")
    assert done.answer == {
        "hookEventName": "PreToolUse",
        "permissionDecision": "allow",
        "permissionDecisionReason": "Approved by ana in Vedette.",
    }
    gate = row(db, "SELECT * FROM approvals")
    assert gate["picked_up_at"] <= gate["moved_on_at"]
    assert value(db, "SELECT status FROM runs") == "running"
    assert value(db, "SELECT status FROM tool_calls") == "running"


def test_a_rejected_call_is_told_why(begin: Begin, db: Path) -> None:
    hook = begin(RM)
    decided(db, "rejected", reason="keep the build, it is still needed")
    done = hook.end()
    assert done.code == 0
    assert done.answer["permissionDecision"] == "deny"
    assert done.answer["permissionDecisionReason"] == (
        "Rejected by ana in Vedette: keep the build, it is still needed"
    )
    call = row(db, "SELECT status, error FROM tool_calls")
    assert call["status"] == "cancelled"
    assert "keep the build" in call["error"]


def test_nobody_answered_is_an_explicit_no_and_not_a_refusal(answer: Answer, db: Path) -> None:
    done = answer(RM, "--deadline", "0.5")
    assert (done.code, done.answer["permissionDecision"]) == (0, "deny")
    assert "nobody answered in 0.5 s" in done.answer["permissionDecisionReason"]
    assert value(db, "SELECT status FROM approvals") == "expired"


def test_the_rules_may_give_a_person_less_time(answer: Answer, project: Path) -> None:
    rules = project / ".vedette" / "rules.toml"
    rules.write_text(f'deadline = "500ms"\n{RULES}')
    assert "in 0.5 s" in answer(RM).answer["permissionDecisionReason"]


def test_another_payload_is_another_gate(answer: Answer, db: Path) -> None:
    for command in ("rm -rf build/", "rm -rf build/", "rm -rf /"):
        given = {**RM, "tool_input": {"command": command}}
        answer(given, "--deadline", "0.2")
    hashes = [each[0] for each in rows(db, "SELECT payload_sha256 FROM approvals ORDER BY seq")]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_permission_is_asked_for_here_in_the_clients_place(begin: Begin, db: Path) -> None:
    ask = {**ASKS, "tool_name": "WebFetch", "tool_input": {"url": "https://a.example"}}
    hook = begin(ask)
    assert waiting(db)["why"] == "the client asks for permission"
    decided(db, "approved")
    allowed = {"hookEventName": "PermissionRequest", "decision": {"behavior": "allow"}}
    assert hook.end().answer == allowed
    hook = begin(ask)
    decided(db, "rejected", reason="not there")
    decision = {"behavior": "deny", "message": "Rejected by ana in Vedette: not there"}
    assert hook.end().answer["decision"] == decision


def test_a_permission_is_about_the_call_that_waits_for_it(begin: Begin, db: Path) -> None:
    """The client does not say which: it asks without the call's id."""
    begin(calls("PreToolUse", "WebFetch", "t1", url="https://b.example")).end()
    begin(calls("PreToolUse", "WebFetch", "t2", url="https://a.example")).end()
    begin(calls("PreToolUse", "WebFetch", "t3", url="https://c.example")).end()
    ask = said("PermissionRequest", tool_name="WebFetch", tool_input={"url": "https://a.example"})
    hook = begin(ask)
    assert waiting(db)["tool_call_id"] == f"{RUN}:t2"
    decided(db, "rejected", reason="not there")
    hook.end()
    found = rows(db, "SELECT status, risk FROM tool_calls ORDER BY id")
    expected = [("running", None), ("cancelled", "medium"), ("running", None)]
    assert [tuple(each) for each in found] == expected


@pytest.mark.parametrize(
    ("over", "status"),
    [
        (calls("PostToolUse", "WebFetch", "t2", tool_response="a page"), "completed"),
        (calls("PostToolUseFailure", "WebFetch", "t2", error="404"), "failed"),
        (calls("PermissionDenied", "WebFetch", "t2", reason="no"), "cancelled"),
        (said("Stop"), "cancelled"),
    ],
    ids=lambda each: each["hook_event_name"] if isinstance(each, dict) else each,
)
def test_what_was_answered_in_the_clients_own_terminal_is_asked_no_longer(
    begin: Begin, answer: Answer, db: Path, over: dict[str, Any], status: str
) -> None:
    """The client shows its own dialog as well, and never says that it was answered there."""
    answer(calls("PreToolUse", "WebFetch", "t2", url="https://a.example"))
    ask = said("PermissionRequest", tool_name="WebFetch", tool_input={"url": "https://a.example"})
    hook = begin(ask)
    waiting(db)
    # Another call of the same agent is none of its business.
    assert answer(calls("PostToolUse", "Read", "t1", tool_response="")) == UNDISTURBED
    assert waiting(db)
    assert answer(over) == UNDISTURBED
    gate = row(db, "SELECT status, reason FROM approvals")
    assert gate["status"] == "withdrawn"
    assert gate["reason"] == "Claude Code went on without an answer from here"
    assert hook.end().code == 2
    assert value(db, "SELECT status FROM tool_calls WHERE id LIKE '%t2'") == status
    expected = "paused" if over["hook_event_name"] == "Stop" else "running"
    assert value(db, "SELECT status FROM runs") == expected


def test_permissions_are_only_watched_where_the_rules_say_so(
    answer: Answer, project: Path, db: Path
) -> None:
    rules = project / ".vedette" / "rules.toml"
    rules.write_text(f'permission_requests = "watch"\n{RULES}')
    ask = {**ASKS, "tool_name": "WebFetch"}
    assert answer(ask) == UNDISTURBED
    assert value(db, "SELECT count(*) FROM events WHERE kind = 'permission.asked'") == 1


@pytest.mark.parametrize(
    ("told", "outcome", "expected"),
    [
        # Codex reports an “allow” as a mistake of the hook.
        (RM, "approved", None),
        (
            RM,
            "rejected",
            {
                "hookEventName": "PreToolUse",
                "permissionDecision": "deny",
                "permissionDecisionReason": "Rejected by ana in Vedette: no",
            },
        ),
        (
            ASKS,
            "approved",
            {"hookEventName": "PermissionRequest", "decision": {"behavior": "allow"}},
        ),
        (
            ASKS,
            "rejected",
            {
                "hookEventName": "PermissionRequest",
                "decision": {"behavior": "deny", "message": "Rejected by ana in Vedette: no"},
            },
        ),
    ],
)
def test_codex_is_answered_in_its_own_form(
    begin: Begin, db: Path, told: dict[str, Any], outcome: str, expected: dict[str, Any] | None
) -> None:
    hook = begin(told, client="codex")
    decided(db, outcome, reason="no" if outcome == "rejected" else None)
    done = hook.end()
    assert (done.code, done.err) == (0, "")
    if expected is None:
        assert done.out == ""
    else:
        assert done.answer == expected


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_takes_the_question_back_and_blocks(begin: Begin, db: Path, number: int) -> None:
    hook = begin(RM)
    waiting(db)
    hook.kill(number)
    done = hook.end()
    assert (done.code, done.out) == (2, "")
    assert "withdrawn" in done.err
    assert value(db, "SELECT status FROM approvals") == "withdrawn"
    assert value(db, "SELECT status FROM tool_calls") == "cancelled"


def test_a_killed_hooks_question_is_taken_back_by_its_guard(begin: Begin, db: Path) -> None:
    hook = begin(RM)
    waiting(db)
    hook.kill()
    assert hook.end().code != 0
    until(lambda: not rows(db, "SELECT 1 FROM approvals WHERE status = 'pending'"))
    assert value(db, "SELECT status FROM approvals") == "withdrawn"


@pytest.mark.parametrize("next_", ["Stop", "UserPromptSubmit"])
def test_a_call_whose_hook_was_killed_does_not_wait_for_ever(
    begin: Begin, answer: Answer, db: Path, next_: str
) -> None:
    hook = begin(RM)
    waiting(db)
    hook.kill()
    until(lambda: not rows(db, "SELECT 1 FROM approvals WHERE status = 'pending'"))
    other = begin({**RM, "tool_use_id": "t9"})
    waiting(db)
    if next_ == "UserPromptSubmit":
        # Said in the middle of a turn: what is asked still counts.
        answer(said(next_, prompt="go on"))
        expected = [("cancelled", "its question was withdrawn"), ("waiting", None)]
        found = rows(db, "SELECT status, error FROM tool_calls ORDER BY id")
        assert [tuple(each) for each in found] == expected
        decided(db, "approved")
        assert other.end().answer["permissionDecision"] == "allow"
        return
    answer(said(next_))
    other.end()
    assert value(db, "SELECT count(*) FROM tool_calls WHERE status = 'cancelled'") == 2


def test_a_store_that_is_removed_while_it_waits_closes_the_gate(begin: Begin, db: Path) -> None:
    hook = begin(RM)
    waiting(db)
    for path in db.parent.glob("runs.db*"):
        path.unlink()
    done = hook.end()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Vedette: nothing may run: ")


def test_a_payload_changed_behind_its_back_is_not_run(begin: Begin, db: Path) -> None:
    hook = begin(RM)
    waiting(db)
    change(db, "UPDATE approvals SET payload = 'ls', payload_sha256 = 'other'")
    decided(db, "approved")
    done = hook.end()
    assert (done.code, done.out) == (2, "")
    assert "another payload" in done.err


def corrupt(db: Path) -> None:
    migrate(str(db), time.time())
    db.write_bytes(b"SQLite format 3\0" + b"\xff" * 8_000)


def foreign(db: Path) -> None:
    change(db, "CREATE TABLE theirs (id INTEGER)")


def newer(db: Path) -> None:
    migrate(str(db), time.time())
    change(
        db,
        "INSERT INTO schema_migrations (version, name, sha256, applied_at, duration_ms)"
        " VALUES (999, 'later', 'x', '', 0)",
    )


@pytest.mark.parametrize(
    "spoil",
    [corrupt, foreign, newer, Path.mkdir, lambda db: db.symlink_to("/proc/nowhere/runs.db")],
    ids=["corrupt", "foreign", "newer", "folder", "cannot be made"],
)
def test_a_store_that_cannot_be_used_closes_what_is_gated_and_disturbs_nothing_else(
    answer: Answer, db: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(db)
    for told in (RM, ASKS):
        done = answer(told)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("Vedette: nothing may run: ")
        assert "Traceback" not in done.err
    assert answer(LS) == UNDISTURBED
    assert answer(said("SessionEnd", reason="other")) == UNDISTURBED


def test_a_locked_store_closes_what_is_gated_and_disturbs_nothing_else(
    answer: Answer, db: Path
) -> None:
    migrate(str(db), time.time())
    with write_lock(db):
        assert answer(LS) == UNDISTURBED
        done = answer(RM)
    assert (done.code, done.out) == (2, "")
    assert "locked" in done.err


def test_what_is_missed_while_the_store_is_locked_is_counted_and_told_by_the_next(
    answer: Answer, db: Path
) -> None:
    """Nobody waits for being watched: the lock is held until after the hooks have answered."""
    migrate(str(db), time.time())
    with write_lock(db):
        assert answer(LS) == UNDISTURBED
        for _ in range(2):
            assert answer(said("Stop")) == UNDISTURBED
        assert answer({**said("Stop"), "session_id": "another"}) == UNDISTURBED
    (folder,) = db.parent.glob("*.missed")
    kept = [each.read_text() for each in folder.iterdir()]
    assert len(kept) == 4
    assert "command" not in "".join(kept)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert answer(LS) == UNDISTURBED
    told = rows(db, "SELECT run_id, message FROM events WHERE kind = 'hook.missed' ORDER BY run_id")
    assert [tuple(each) for each in told] == [
        (None, "1 event was not recorded, the database was locked: Stop"),
        (RUN, "3 events were not recorded, the database was locked: PreToolUse, Stop x2"),
    ]
    assert not folder.exists()
    answer(LS)
    assert value(db, "SELECT count(*) FROM events WHERE kind = 'hook.missed'") == 2


def test_a_lock_no_reader_passes_and_an_upgrade_that_hangs_hold_nobody_up_either(
    answer: Answer, db: Path
) -> None:
    lock = os.open(f"{db}.migrating", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert answer(LS) == UNDISTURBED
    os.close(lock)
    (folder,) = db.parent.glob("*.missed")
    migrate(str(db), time.time())
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        assert answer(LS) == UNDISTURBED
    assert len(list(folder.iterdir())) == 2


def test_of_what_no_later_event_can_write_nothing_is_kept(answer: Answer, db: Path) -> None:
    corrupt(db)
    assert answer(LS) == UNDISTURBED
    assert not list(db.parent.glob("*.missed"))


def test_the_count_of_what_is_missed_does_not_grow_for_ever(
    answer: Answer, db: Path, project: Path
) -> None:
    migrate(str(db), time.time())
    folder = Path(f"{db}.missed")
    folder.mkdir()
    for number in range(missed.MOST):
        (folder / f"{number}.json").write_text("{broken")
    with write_lock(db):
        assert answer(LS) == UNDISTURBED
    assert len(list(folder.iterdir())) == missed.MOST
    answer(LS)
    told = value(db, "SELECT message FROM events WHERE kind = 'hook.missed'")
    assert told.startswith("1000 events were not recorded")


def test_a_faulty_rule_closes_its_tools_and_says_where(
    answer: Answer, db: Path, project: Path
) -> None:
    rules = project / ".vedette" / "rules.toml"
    rules.write_text('[[rule]]\ntools = ["Bash"]\nrisk = "huge"\n')
    done = answer(LS)
    assert (done.code, done.out) == (2, "")
    assert f"{rules}:3: risk is one of" in done.err
    assert value(db, "SELECT status FROM tool_calls") == "cancelled"
    # A tool it does not name goes on, and the fault is told all the same.
    done = answer(calls("PreToolUse", "Read", "t3", file_path="a.py"))
    assert (done.code, done.out) == (0, "")
    assert f"{rules}:3:" in done.err
    assert value(db, "SELECT count(*) FROM events WHERE kind = 'hook.rules'") == 1
    assert answer(said("Stop")) == UNDISTURBED


def test_rules_that_cannot_be_read_close_every_tool(answer: Answer, project: Path) -> None:
    (project / ".vedette" / "rules.toml").write_text("[[rule]\n")
    for told in (LS, ASKS, calls("PreToolUse", "NeverSeen", "t4")):
        done = answer(told)
        assert (done.code, done.out) == (2, "")
        assert "rules.toml:1: " in done.err
    assert answer(calls("PostToolUse", "Bash", "t1", command="ls")) == UNDISTURBED


def test_rules_that_are_named_and_missing_close_every_tool(answer: Answer) -> None:
    done = answer(LS, "--rules", "/nowhere/rules.toml")
    assert done.code == 2
    assert "/nowhere/rules.toml: No such file or directory" in done.err


BAD = {
    "nothing": b"",
    "no json": b"{nonsense",
    "no object": b"[1, 2]",
    "no name": json.dumps({**LS, "hook_event_name": None}).encode(),
    "a number for a name": json.dumps({**RM, "hook_event_name": 7}).encode(),
    "no tool": json.dumps({**RM, "tool_name": None}).encode(),
    "a list for a tool": json.dumps({**RM, "tool_name": ["Bash"]}).encode(),
    "cut off": json.dumps(RM).encode()[:-40],
    "no unicode": b"\xff\xfe\x00",
    "brackets": b"[" * 200_000,
    "text no database takes": json.dumps({**RM, "tool_input": {"command": "rm \ud800"}}).encode(),
    "huge": json.dumps({**RM, "tool_input": {"command": "x" * MOST_BYTES}}).encode(),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_answered_by_the_safe_side(
    answer: Answer, db: Path, project: Path, name: str
) -> None:
    raw = BAD[name]
    if name == "no name":
        raw = raw.replace(b'"ls"', b'"rm x"')
    done = answer(raw)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Vedette: ")
    assert "Traceback" not in done.err
    (project / ".vedette" / "rules.toml").unlink()
    assert answer(raw) == UNDISTURBED
    assert db.exists()


def test_a_huge_event_of_a_tool_no_rule_names_goes_on(answer: Answer) -> None:
    write = calls("PreToolUse", "Write", "t5", file_path="a", content="x" * MOST_BYTES)
    assert answer(write) == UNDISTURBED


@pytest.mark.parametrize("order", [1, -1])
def test_settings_too_large_to_be_read_are_the_clients_settings_all_the_same(
    answer: Answer, order: int
) -> None:
    given = {"file_path": ".claude/settings.json", "content": " " * MOST_BYTES}
    done = answer(calls("PreToolUse", "Write", "t5", **dict(list(given.items())[::order])))
    assert (done.code, done.out) == (2, "")


def test_an_exception_for_all_commands_is_none_for_one_that_cannot_be_read(
    answer: Answer, project: Path
) -> None:
    everything = '[[rule]]\ntools = ["Bash"]\nask = false\n'
    (project / ".vedette" / "rules.toml").write_text(everything + RULES)
    command = "vedette approve g-1 --sha 00000000 " + "x" * MOST_BYTES
    assert answer(calls("PreToolUse", "Bash", "t6", command=command)).code == 2


def test_a_folder_that_is_a_field_of_the_call_hides_not_where_it_runs(
    answer: Answer, db: Path
) -> None:
    answer(calls("PreToolUse", "Bash", "t7", command="rm x", cwd="/tmp/safe"), "--deadline", "0.2")
    payload = json.loads(value(db, "SELECT payload FROM approvals"))
    assert payload["input"] == {"command": "rm x", "cwd": "/tmp/safe"}
    assert payload["cwd"] != "/tmp/safe"


def test_an_input_that_is_missing_where_a_rule_looks_at_it_asks(answer: Answer, db: Path) -> None:
    answer({**RM, "tool_input": None}, "--deadline", "0.2")
    payload = json.loads(value(db, "SELECT payload FROM approvals"))
    assert payload == {"tool": "Bash", "input": None}


def test_an_edit_is_shown_as_the_files_it_changes(answer: Answer, db: Path, project: Path) -> None:
    (project / ".vedette" / "rules.toml").write_text('[[rule]]\ntools = ["Edit", "Write"]\n')
    (project / "a.py").write_text("one\n")
    path = str(project / "a.py")
    sides = {"old_string": "one", "new_string": "two", "replace_all": True}
    for told in (
        calls("PreToolUse", "Edit", "t1", file_path=path, **sides),
        calls("PreToolUse", "Write", "t2", file_path=path, content="two\n"),
        calls("PreToolUse", "Write", "t3", file_path=f"{path}.new", content="two\n"),
    ):
        answer(told, "--deadline", "0.2")
    found = [json.loads(each[0]) for each in rows(db, "SELECT payload FROM approvals ORDER BY seq")]
    assert [each["files"] for each in found] == [
        [{"path": path, "before": "one", "after": "two", "replace_all": True}],
        [{"path": path, "before": "one\n", "after": "two\n"}],
        [{"path": f"{path}.new", "before": None, "after": "two\n"}],
    ]


@pytest.mark.parametrize(
    ("tool", "given"),
    [("Write", {"content": "x"}), ("Edit", {"old_string": "a", "new_string": "b"})],
)
def test_a_link_is_shown_with_where_it_leads(
    answer: Answer, db: Path, project: Path, tool: str, given: dict[str, str]
) -> None:
    (project / ".vedette" / "rules.toml").write_text("[[rule]]\n")
    (project / "notes.txt").symlink_to(project.parent / "profile")
    for path in ("notes.txt", "plain.txt"):
        call = calls("PreToolUse", tool, path, file_path=path, **given)
        answer({**call, "cwd": str(project)}, "--deadline", "0.2")
    found = [json.loads(row[0]) for row in _rows(db, "SELECT payload FROM approvals ORDER BY seq")]
    leads = [each["files"][0].get("leads to") for each in found]
    assert leads == [str((project.parent / "profile").resolve()), None]


def test_the_project_holds_wherever_its_agent_goes(project: Path, db: Path, tmp_path: Path) -> None:
    told = {**RM, "cwd": str(tmp_path)}
    env = {"CLAUDE_PROJECT_DIR": str(project)}
    hook = Hook("claude-code", told, "--deadline", "0.2", cwd=tmp_path, env=env)
    assert hook.end().answer["permissionDecision"] == "deny"
    assert value(db, "SELECT status FROM approvals") == "expired"


def test_without_a_project_the_users_own_store_and_rules_hold(tmp_path: Path) -> None:
    config = tmp_path / "xdg_config_home" / "vedette"
    config.mkdir(parents=True)
    (config / "rules.toml").write_text(RULES)
    told = {**RM, "cwd": str(tmp_path)}
    hook = Hook("claude-code", told, "--deadline=0.2", cwd=tmp_path)
    assert hook.end().answer["permissionDecision"] == "deny"
    store = tmp_path / "xdg_data_home" / "vedette" / "runs.db"
    assert value(store, "SELECT status FROM approvals") == "expired"


def test_a_project_that_an_agent_fetched_opens_no_gate_of_the_users(tmp_path: Path) -> None:
    config = tmp_path / "xdg_config_home" / "vedette"
    config.mkdir(parents=True)
    (config / "rules.toml").write_text(RULES)
    fetched = tmp_path / "fetched"
    (fetched / ".vedette").mkdir(parents=True)
    (fetched / ".vedette" / "rules.toml").write_text("[[rule]]\nask = false\n")
    told = {**RM, "cwd": str(fetched)}
    hook = Hook("claude-code", told, "--deadline=0.2", cwd=tmp_path)
    assert hook.end().answer["permissionDecision"] == "deny"


@pytest.mark.parametrize("fault", ["rules", "store"])
def test_the_name_of_a_folder_steers_no_terminal(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "\x1b]0;mine\x07\u202ea\x9b2J"
    (folder / ".vedette" / ("runs.db" if fault == "store" else "x")).mkdir(parents=True)
    (folder / ".vedette" / "rules.toml").write_text("[[" if fault == "rules" else RULES)
    done = Hook("claude-code", {**RM, "cwd": str(folder)}, "--deadline=0.2", cwd=tmp_path).end()
    assert done.code == 2
    assert "mine" in done.err
    assert done.err.replace("\n", "").isprintable()


def test_a_database_that_is_named_is_the_one_that_is_written(
    answer: Answer, tmp_path: Path
) -> None:
    named = tmp_path / "named.db"
    assert answer(LS, "--db", named) == UNDISTURBED
    assert value(named, "SELECT count(*) FROM tool_calls") == 1


def test_where_it_only_watches_nothing_waits_whatever_the_rules_say(
    answer: Answer, db: Path, project: Path
) -> None:
    for told in (RM, ASKS):
        assert answer(told, "--watch") == UNDISTURBED
    assert value(db, "SELECT status FROM tool_calls") == "running"
    assert value(db, "SELECT count(*) FROM approvals") == 0
    (project / ".vedette" / "rules.toml").write_text("[[rule]\n")
    for raw in (*BAD.values(), json.dumps(RM).encode()):
        assert answer(raw, "--watch") == UNDISTURBED


@pytest.mark.parametrize(
    "arguments", [("claude",), ("claude-code", "--deadline", "soon"), ("codex", "--gate"), ()]
)
def test_wrong_use_is_a_no(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("hook", *arguments).code == 2


def test_the_command_line_is_understood_without_click() -> None:
    assert hooks.parse(["codex"]) == hooks.Asked("codex")
    given = ["claude-code", "--db", "a.db", "--rules=r.toml", "--deadline", "30"]
    assert hooks.parse(given) == hooks.Asked("claude-code", "a.db", "r.toml", 30.0)
    assert hooks.parse(["codex", "--watch"]) == hooks.Asked("codex", is_watching=True)
    for words in (["--help"], ["codex", "--help"], ["codex", "--db"], ["codex", "--deadline=-1"]):
        assert hooks.parse(words) is None


def test_its_help_says_what_it_answers(run: Run) -> None:
    done = run("hook", "--help")
    assert done.code == 0
    assert "--deadline" in done.out
    assert "exit code 2" in done.out


@pytest.fixture
def inside(
    monkeypatch: pytest.MonkeyPatch, project: Path
) -> Iterator[Callable[[Any], tuple[int, str]]]:
    """Runs the hook in this very process: its exit code, and what it prints on stdout."""
    handlers = {each: signal.getsignal(each) for each in (*hooks._SIGNALS, signal.SIGALRM)}
    monkeypatch.chdir(project)
    for name in ("VEDETTE_DB", "VEDETTE_CONFIG", "CLAUDE_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project))

    def answer(stdin: Any) -> tuple[int, str]:
        out = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", SimpleNamespace(buffer=stdin))
            patch.setattr(sys, "stdout", out)
            return hooks.run(hooks.Asked("claude-code", deadline=0.01)), out.getvalue()

    yield answer
    for number, handler in handlers.items():
        signal.signal(number, handler)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda each: (
        st.lists(each, max_size=2) | st.dictionaries(st.text(max_size=9), each, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["PreToolUse", "PermissionRequest", "Stop", "PostToolUse"]) | VALUES,
    tool=st.sampled_from(["Bash", "Read"]) | VALUES,
    given_=st.fixed_dictionaries({"command": st.sampled_from(["rm x", "ls"]) | VALUES}) | VALUES,
    rest=st.dictionaries(st.sampled_from(sorted(RM)), VALUES, max_size=3),
)
def test_whatever_is_told_a_gated_call_never_goes_on_unanswered(
    inside: Callable[[Any], tuple[int, str]], name: Any, tool: Any, given_: Any, rest: Any
) -> None:
    told = {**RM, **rest, "hook_event_name": name, "tool_name": tool, "tool_input": given_}
    code, out = inside(io.BytesIO(json.dumps(told).encode()))
    is_gated = name == "PermissionRequest" or (
        name == "PreToolUse" and tool == "Bash" and given_ == {"command": "rm x"}
    )
    if is_gated:
        assert code == 2 or '"deny"' in out
    if isinstance(name, str) and name not in ("", "PreToolUse", "PermissionRequest"):
        assert (code, out) == (0, "")
    assert code in (0, 2)
    assert out == "" or json.loads(out)["hookSpecificOutput"]["hookEventName"] == name


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_whatever_bytes_come_they_are_a_no_or_nothing(
    inside: Callable[[Any], tuple[int, str]], raw: bytes
) -> None:
    assert inside(io.BytesIO(raw)) == (2, "")


def test_a_client_that_stops_in_the_middle_of_its_event_is_told_no(
    inside: Callable[[Any], tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(hooks, "_EVALUATION", 0.2)
    reading, writing = os.pipe()
    os.write(writing, json.dumps(RM).encode()[:60])
    with os.fdopen(reading, "rb") as stdin:
        assert inside(stdin) == (2, "")
    os.close(writing)
    assert "was not understood within" in capsys.readouterr().err


def test_a_hook_loads_nothing_it_does_not_need(project: Path) -> None:
    code = (
        "import sys; sys.argv = ['vedette', 'hook', 'claude-code'];"
        "from vedette.tui.start import main; code = main();"
        "heavy = {'click', 'pydantic', 'textual', 'asyncio', 'tomllib', 'platformdirs',"
        " 'vedette.data.source', 'vedette.data.ingest.gating', 'inspect', 'dataclasses'};"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps({**said("Stop"), "cwd": str(project)}),
        capture_output=True,
        text=True,
        cwd=project,
        check=True,
    )
    assert done.stdout == "0 []\n"
