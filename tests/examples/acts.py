"""What is asked of every example: it asks, is answered from outside, and does what it was told."""

import signal
from pathlib import Path
from typing import Any

from tests.builders.answering import answer, gate_now, waiting
from tests.builders.recorded import row, rows, until, value
from tests.examples.programs import running, said
from vedette.data.recorder import Recorder

DONE = "SELECT 1 FROM tool_calls WHERE status = 'completed'"


def folder_of(gate: dict[str, Any]) -> Path:
    """The folder a gate is about; there is nothing else in its payload."""
    asks = gate["asks"]
    assert set(asks) == {"tool", "arguments"}
    (folder,) = asks["arguments"].values()
    return Path(folder)


def is_approved(name: str, db: Path, **environment: str) -> None:
    """What is approved runs, and the trail says so."""
    with running(name, db, **environment) as program:
        gate = waiting(db, program)
        assert folder_of(gate).is_dir(), "it ran before anybody answered"
        answer(db, "approved", asker=program)
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


def is_rejected(name: str, db: Path, has_model: bool, **environment: str) -> None:
    """What is rejected does not run, and the model hears why."""
    with running(name, db, **environment) as program:
        gate = answer(db, "rejected", "ask me after the release", program)
        out = said(program)
    assert "ask me after the release" in out
    assert "the folder is still there" in out
    assert folder_of(gate).is_dir()
    assert rows(db, DONE) == []
    if has_model:
        told = "SELECT response FROM prompts ORDER BY seq DESC LIMIT 1"
        chunks = "SELECT group_concat(text, '') FROM prompt_chunks"
        heard = f"{value(db, told)}{value(db, chunks)}"
        assert "ask me after the release" in heard


def is_interrupted(name: str, db: Path, **environment: str) -> None:
    """Nobody can approve for an asker that was told to stop."""
    with running(name, db, **environment) as program:
        gate = waiting(db, program)
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
    until(lambda: gate_now(db, gate["id"])["status"] == "withdrawn")
    assert folder_of(gate).is_dir()
    assert rows(db, DONE) == []


def is_killed(name: str, db: Path, **environment: str) -> None:
    """The gate of a killed asker is taken back by the next to come."""
    with running(name, db, **environment) as program:
        gate = waiting(db, program)
        program.kill()
        program.communicate(timeout=60)
    with Recorder(db) as recorder:
        assert recorder.flush()
    assert gate_now(db, gate["id"])["status"] == "withdrawn"
    assert folder_of(gate).is_dir()
