"""Each example asks, is answered from another process, and does only what it was told."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.builders.answering import answer, gate_now, waiting
from tests.builders.recorded import row, rows, until, value
from tests.examples.programs import running, said
from vedette.data.recorder import Recorder

NAMES = ["plain_python", "with_pydantic_ai", "with_openai_agents", "with_langgraph"]


def argument(gate: dict[str, Any]) -> str:
    """The folder a gate is about; there is nothing else in its payload."""
    asks = gate["asks"]
    assert set(asks) == {"tool", "arguments"}
    (folder,) = asks["arguments"].values()
    return str(folder)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_approved_runs_and_the_trail_says_so(tmp_path: Path, name: str) -> None:
    db = tmp_path / "runs.db"
    with running(name, db) as program:
        gate = answer(db, "approved", asker=program)
        assert Path(argument(gate)).is_dir(), "it ran before anybody answered"
        assert "the folder is gone" in said(program)
    now = gate_now(db, gate["id"])
    assert (now["status"], now["decided_by"]) == ("approved", "ana")
    assert now["picked_up_at"] is not None
    assert now["moved_on_at"] is not None
    assert now["risk"] == "high"
    call = row(db, "SELECT * FROM tool_calls")
    assert call["status"] == "completed"
    assert call["id"] == now["tool_call_id"]
    assert value(db, "SELECT count(*) FROM approvals") == 1
    assert value(db, "SELECT status FROM runs") == "completed"
    assert value(db, "SELECT status FROM agents") == "completed"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_rejected_does_not_run_and_the_model_hears_why(tmp_path: Path, name: str) -> None:
    db = tmp_path / "runs.db"
    with running(name, db) as program:
        gate = answer(db, "rejected", "ask me after the release", program)
        out = said(program)
    assert "ask me after the release" in out
    assert "the folder is still there" in out
    assert Path(argument(gate)).is_dir()
    assert rows(db, "SELECT 1 FROM tool_calls WHERE status = 'completed'") == []
    if name not in ("plain_python", "with_langgraph"):
        told = value(db, "SELECT response FROM prompts ORDER BY seq DESC LIMIT 1")
        assert "ask me after the release" in told


@pytest.mark.parametrize("name", NAMES)
def test_nobody_can_approve_for_an_asker_that_is_gone(tmp_path: Path, name: str) -> None:
    db = tmp_path / "runs.db"
    with running(name, db) as program:
        gate = waiting(db, program)
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
    now = until(lambda: gate_now(db, gate["id"]))
    assert now["status"] == "withdrawn"
    assert Path(argument(gate)).is_dir()
    assert rows(db, "SELECT 1 FROM tool_calls WHERE status = 'completed'") == []


@pytest.mark.parametrize("name", NAMES)
def test_the_gate_of_a_killed_asker_is_taken_back_by_the_next_to_come(
    tmp_path: Path, name: str
) -> None:
    db = tmp_path / "runs.db"
    with running(name, db) as program:
        gate = waiting(db, program)
        program.kill()
        program.communicate(timeout=60)
    with Recorder(db) as recorder:
        assert recorder.flush()
    assert gate_now(db, gate["id"])["status"] == "withdrawn"
    assert Path(argument(gate)).is_dir()
