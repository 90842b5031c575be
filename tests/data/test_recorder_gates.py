"""A gate is asked, answered and picked up once; what fails is closed, never open."""

import asyncio
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from tests.builders.recorded import START, Clock, change, decide, numbered, row, rows, until, value
from vedette.data.decisions import decide as decide_in_the_console
from vedette.data.recorder import AgentHandle, Answer, Recorder, StoreFailed

PENDING = "SELECT id FROM approvals WHERE status = 'pending'"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(path: str, clock: Clock) -> Iterator[Recorder]:
    with Recorder(path, clock=clock, ids=numbered()) as recorder:
        yield recorder


@pytest.fixture
def agent(recorder: Recorder) -> AgentHandle:
    return recorder.run("fix-auth").agent("coder")


class Asking:
    """A program that waits for an answer, in a thread of its own."""

    def __init__(self, agent: AgentHandle, *what: Any, **terms: Any) -> None:
        self._told: SimpleQueue[Answer | Exception] = SimpleQueue()
        threading.Thread(target=self._ask, args=(agent, what, terms), daemon=True).start()

    def _ask(self, agent: AgentHandle, what: Any, terms: Any) -> None:
        try:
            self._told.put(agent.ask(*what, **terms))
        except Exception as error:
            self._told.put(error)

    def told(self) -> Answer | Exception:
        """What the program was told; waits for it."""
        return self._told.get(timeout=20)


def _trail(path: str) -> list[str]:
    return [step for (step,) in rows(path, "SELECT type FROM audit ORDER BY seq")]


_ANSWERS_ITSELF = """
    CREATE TRIGGER helpful AFTER INSERT ON {on} BEGIN
        UPDATE "Approvals" SET status = 'approved', decided_by = 'ana';
    END
"""


@pytest.mark.parametrize("on", ["approvals", "events"])
def test_a_database_that_answers_gates_by_itself_is_asked_nothing(
    agent: AgentHandle, recorder: Recorder, path: str, on: str
) -> None:
    assert recorder.flush()
    change(path, _ANSWERS_ITSELF.format(on=on))
    with pytest.raises(StoreFailed, match="answers gates by itself: helpful") as error:
        agent.gate("deploy", {}).wait()
    assert error.value.kind == "altered"
    assert value(path, "SELECT count(*) FROM approvals") == 0


def test_a_database_whose_gates_begin_as_approved_is_asked_nothing(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    assert recorder.flush()
    made = str(value(path, "SELECT sql FROM sqlite_master WHERE name = 'approvals'"))
    change(path, "DROP TABLE approvals")
    change(path, made.replace("DEFAULT 'pending'", "DEFAULT 'approved'"))
    with pytest.raises(StoreFailed, match="answers gates by itself: approvals"):
        agent.gate("deploy", {}).wait()


def test_a_question_is_committed_before_asking_returns(agent: AgentHandle, path: str) -> None:
    gate = agent.gate("write", {"b": 1, "a": "ü"}, risk="high", why="needed", timeout=480)
    found = row(path, "SELECT * FROM approvals")
    assert found["payload"] == '{\n  "a": "ü",\n  "b": 1\n}'
    assert found["payload_sha256"] == hashlib.sha256(found["payload"].encode()).hexdigest()
    assert (found["id"], found["status"], found["risk"]) == (gate.id, "pending", "high")
    assert (found["why"], found["needed"]) == ("needed", 1)
    assert found["requested_at"] == "2026-10-29T14:02:31.250000Z"
    assert found["expires_at"] == "2026-10-29T14:10:31.250000Z"
    assert found["requested_by"].endswith(f"@{os.uname().nodename}/{os.getpid()}")
    assert gate.look() is None


def test_agent_and_run_wait_while_any_gate_is_open(agent: AgentHandle, path: str) -> None:
    def statuses() -> tuple[str, str]:
        return (
            value(path, "SELECT status FROM runs"),
            value(path, "SELECT status FROM agents"),
        )

    one, two = agent.gate("one", "1"), agent.gate("two", "2")
    assert statuses() == ("waiting", "waiting")
    for gate, after in ((one, "waiting"), (two, "running")):
        change(path, "UPDATE approvals SET status = 'approved' WHERE id = ?", gate.id)
        assert gate.wait().approved
        assert statuses() == (after, after)


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_an_answer_reaches_the_one_who_waits(
    agent: AgentHandle, recorder: Recorder, path: str, outcome: str
) -> None:
    asking = Asking(agent, "write 3 files", {"files": []}, timeout=60)
    gate_id = decide(path, outcome, by="ana", reason="because")
    answer = asking.told()
    assert answer == Answer(outcome, "ana", "because", gate_id)
    assert isinstance(answer, Answer)
    assert answer.approved is (outcome == "approved")


def test_the_receipt_says_picked_up_and_then_moved_on(
    agent: AgentHandle, recorder: Recorder, path: str, clock: Clock
) -> None:
    gate = agent.gate("write", "payload")
    decide(path, "approved")
    clock.now += 1
    assert gate.wait().approved
    found = row(path, "SELECT picked_up_at, moved_on_at FROM approvals")
    assert found == {"picked_up_at": "2026-10-29T14:02:32.250000Z", "moved_on_at": None}
    clock.now += 1
    agent.tool("write_file")
    clock.now += 1
    agent.tool("write_file")
    recorder.flush()
    assert value(path, "SELECT moved_on_at FROM approvals") == "2026-10-29T14:02:33.250000Z"
    assert _trail(path) == ["gate.open", "gate.picked_up"]
    kinds = rows(path, "SELECT kind, message FROM events WHERE kind LIKE 'gate%' ORDER BY seq")
    assert [tuple(each) for each in kinds] == [
        ("gate.open", "write: asked"),
        ("gate.decided", "write: approved by ana"),
    ]


def test_an_answer_is_picked_up_once(agent: AgentHandle, path: str) -> None:
    gate = agent.gate("write", "payload")
    decide(path, "approved")
    assert gate.wait() == gate.wait() == gate.look()
    assert _trail(path).count("gate.picked_up") == 1


def test_the_console_decides_and_the_trail_tells_the_whole_story(
    recorder: Recorder, path: str, clock: Clock
) -> None:
    with recorder.run("r") as run, run.agent("a") as agent:
        gate = agent.gate("write", "payload", risk="low")
        sha = value(path, "SELECT payload_sha256 FROM approvals")
        decide_in_the_console(path, gate.id, "approved", sha=sha, actor="ana", now=clock.now)
        assert gate.wait() == Answer("approved", "ana", None, gate.id)
    recorder.flush()
    assert [step.partition(".")[0] for step in _trail(path)] == ["gate"] * 3
    assert len({found for (found,) in rows(path, "SELECT trace_id FROM audit")}) == 1
    assert value(path, "SELECT moved_on_at FROM approvals") is not None


def test_nobody_answered_is_not_no(agent: AgentHandle, path: str, clock: Clock) -> None:
    gate = agent.gate("write", "payload", timeout=5)
    clock.now += 4.9
    assert gate.look() is None
    clock.now += 0.1
    assert gate.look() == Answer("expired", None, None, gate.id)
    found = row(path, "SELECT status, decided_by, picked_up_at FROM approvals")
    assert found == {"status": "expired", "decided_by": None, "picked_up_at": None}
    assert _trail(path) == ["gate.open", "gate.expired"]
    assert value(path, "SELECT status FROM agents") == "running"


def test_a_decision_that_came_first_beats_the_deadline(
    agent: AgentHandle, path: str, clock: Clock
) -> None:
    gate = agent.gate("write", "payload", timeout=5)
    decide(path, "approved")
    clock.now += 60
    assert gate.wait().approved


def test_an_interrupt_withdraws_the_question(
    agent: AgentHandle, recorder: Recorder, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vedette.data.recording.asking.time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        agent.ask("write", "payload")
    monkeypatch.undo()
    recorder.flush()
    found = row(path, "SELECT status, reason FROM approvals")
    assert found == {"status": "withdrawn", "reason": "the asking program was interrupted"}
    assert _trail(path) == ["gate.open", "gate.withdrawn"]
    assert value(path, "SELECT status FROM agents") == "running"


def test_a_question_can_be_taken_back_but_not_its_answer(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    taken_back, answered = agent.gate("one", "1"), agent.gate("two", "2")
    taken_back.withdraw()
    recorder.flush()
    decide(path, "rejected")
    answered.withdraw()
    assert taken_back.wait().outcome == "withdrawn"
    assert answered.wait().outcome == "rejected"


def test_a_question_ends_with_its_agent(agent: AgentHandle, recorder: Recorder, path: str) -> None:
    gate = agent.gate("write", "payload")
    agent.fail("it broke")
    assert gate.wait().outcome == "withdrawn"
    recorder.flush()
    assert value(path, "SELECT status FROM agents") == "failed"


def test_a_changed_question_has_another_hash(agent: AgentHandle, path: str) -> None:
    gate = agent.gate("write", {"command": "ls"})
    before = value(path, "SELECT payload_sha256 FROM approvals")
    assert gate.change({"command": "rm -rf build"})
    assert value(path, "SELECT payload_sha256 FROM approvals") != before
    decide(path, "approved")
    assert gate.wait().approved
    assert not gate.change("too late")
    assert _trail(path) == ["gate.open", "gate.changed", "gate.picked_up"]


def test_approving_something_else_than_was_asked_approves_nothing(
    agent: AgentHandle, path: str
) -> None:
    gate = agent.gate("write", {"command": "ls"})
    change(path, "UPDATE approvals SET payload = 'rm', payload_sha256 = 'other'")
    decide(path, "approved")
    with pytest.raises(StoreFailed, match="another payload than was asked"):
        gate.wait()


def test_a_deleted_question_approves_nothing(agent: AgentHandle, path: str) -> None:
    gate = agent.gate("write", "payload")
    change(path, "DELETE FROM approvals")
    with pytest.raises(StoreFailed, match="is gone from the database"):
        gate.wait()


@pytest.mark.parametrize("what", ["deleted", "another file"])
def test_a_lost_database_approves_nothing(
    agent: AgentHandle, tmp_path: Path, path: str, what: str
) -> None:
    gate = agent.gate("write", "payload")
    os.rename(path, tmp_path / "moved.db")
    if what == "another file":
        Recorder(tmp_path / "other.db").close()
        os.rename(tmp_path / "other.db", path)
    with pytest.raises(StoreFailed):
        gate.wait()
    with pytest.raises(StoreFailed):
        agent.ask("write", "payload")


def test_a_closed_recorder_asks_nobody(path: str) -> None:
    with Recorder(path) as recorder:
        agent = recorder.run("r").agent("a")
    with pytest.raises(StoreFailed, match="is closed"):
        agent.ask("write", "payload")


def test_a_risk_nobody_knows_is_refused_before_anybody_is_asked(
    agent: AgentHandle, path: str
) -> None:
    with pytest.raises(ValueError, match="risk is one of low, medium, high, critical"):
        agent.ask("write", "payload", risk="hgih")
    with pytest.raises(TypeError):
        agent.ask("write", object())
    assert value(path, "SELECT count(*) FROM approvals") == 0


def test_anybody_may_ask_for_a_run_of_another_program(path: str, recorder: Recorder) -> None:
    agent = recorder.run("theirs").agent("coder")
    recorder.flush()
    with Recorder(path) as stranger:
        terms = {"run_id": agent.run.id, "agent_id": agent.id, "requested_by": "ci"}
        gate = stranger.gate("deploy", "now", **terms)  # type: ignore[arg-type]
        assert value(path, "SELECT requested_by FROM approvals") == "ci"
        assert value(path, "SELECT status FROM agents") == "waiting"
        decide(path, "approved")
        assert gate.wait().approved
        with pytest.raises(StoreFailed, match="was not asked"):
            stranger.gate("deploy", "now", run_id="nobody's")


async def test_tasks_wait_side_by_side(agent: AgentHandle, path: str) -> None:
    asked = [
        asyncio.create_task(agent.ask_async(f"gate {number}", str(number), timeout=60))
        for number in range(20)
    ]
    both = "SELECT count(*) FROM approvals WHERE status = 'pending'"
    await asyncio.to_thread(until, lambda: value(path, both) == 20)
    change(path, "UPDATE approvals SET status = 'approved' WHERE payload <> '7'")
    change(path, "UPDATE approvals SET status = 'rejected' WHERE payload = '7'")
    answers = await asyncio.gather(*asked)
    assert [answer.outcome for answer in answers].count("approved") == 19
    assert answers[7].outcome == "rejected"


async def test_a_cancelled_task_withdraws_its_question(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    asked = asyncio.create_task(agent.ask_async("write", "payload"))
    await asyncio.to_thread(until, lambda: rows(path, PENDING))
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await asyncio.to_thread(recorder.flush)
    assert value(path, "SELECT status FROM approvals") == "withdrawn"


def test_several_must_agree_where_several_are_needed(agent: AgentHandle, path: str) -> None:
    gate = agent.gate("deploy", "now", needed=2)
    sha = value(path, "SELECT payload_sha256 FROM approvals")
    for signer, answer in (("ana", None), ("ben", "approved")):
        decide_in_the_console(path, gate.id, "approved", sha=sha, actor=signer, now=START + 1)
        seen = gate.look()
        assert (seen and seen.outcome) == answer


def test_a_gate_belongs_to_its_tool_call(agent: AgentHandle, path: str) -> None:
    call = agent.tool("bash", input="rm -rf build", risk="high")
    agent.gate("bash", {"command": "rm -rf build"}, tool=call, on_timeout="skipped")
    found = row(path, "SELECT tool_call_id, on_timeout FROM approvals")
    assert found == {"tool_call_id": call.id, "on_timeout": "skipped"}


DECIDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
with connection:
    connection.execute("UPDATE approvals SET status = 'approved' WHERE status = 'pending'")
connection.close()
"""


def test_another_process_that_comes_and_goes_takes_no_row_with_it(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    # To open and close the file beside SQLite would drop this process's locks on it; the other
    # process would then take itself for the last one, and delete the WAL that is written here.
    gate = agent.gate("write", "payload")
    assert gate.look() is None
    with Recorder(path):
        subprocess.run([sys.executable, "-c", DECIDER, path], check=True)
    assert gate.wait().approved
    agent.event("tick")
    recorder.flush()
    assert value(path, "SELECT count(*) FROM events WHERE kind = 'tick'") == 1
    assert value(path, "PRAGMA integrity_check") == "ok"
