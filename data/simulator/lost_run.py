"""A run of another machine whose process stopped beating; it cannot answer for itself any more."""

from typing import Any

from .. import times
from ..recording.gates import ON_TIMEOUT
from ..recording.payloads import as_document
from .gates import Question
from .models import HAIKU, Use, micro_dollars
from .rows import insert
from .stage import Script, Stage

BEGAN = -1_216.0
LAST_BEAT = -1_180.0
"""Seconds from the start of the play."""

RESTORE = Question(
    title="bash: pg_restore into scratch",
    payload={
        "command": "createdb scratch && pg_restore -d scratch --table=orders nightly.dump",
        "cwd": "/srv/backup",
    },
    risk="medium",
    why="Restoring one table is the only proof that the dump can be read.",
    timeout=900,
)

TASK = "Is last night's backup good?"
TEXT = "The dump lists all 61 tables. Restoring one into a scratch database would prove it."

RUN, AGENT, PROCESS, GATE = "e6b20c41d7a9", "a-e6b21f0a88c3", "p-e6b20b9931d4", "g-5490"


def begin(stage: Stage, start: float, *, asks: bool) -> Script:
    """Writes the run as its process left it; with `asks` also a gate that nobody answered."""
    moments = _Moments(start)
    tables = {
        "processes": [_process(moments)],
        "runs": [_run(moments, asks)],
        "agents": [_agent(moments, asks)],
        "prompts": [_prompt(moments)],
        "tool_calls": [_call(moments)],
        "cost_rollups": [_rollup(moments)],
        "events": _events(moments, asks),
    }
    if asks:
        tables |= {"approvals": [_gate(moments)], "audit": [_audit(moments)]}
    insert(stage.recorder, tables)
    yield stage.never


class _Moments:
    """Times of the run as they are stored, by seconds from the start of the play."""

    def __init__(self, start: float) -> None:
        self._start = start

    def at(self, offset: float) -> str:
        return times.text(self._start + offset)


Row = dict[str, Any]
USE = Use(5_300, 140)


def _process(moments: _Moments) -> Row:
    return {
        "id": PROCESS,
        "pid": 2214,
        "host": "otto",
        "program": "backup-check",
        "started_at": moments.at(BEGAN - 4),
        "heartbeat_at": moments.at(LAST_BEAT),
        "heartbeat_seconds": 5,
        "dropped": 0,
    }


def _run(moments: _Moments, asks: bool) -> Row:
    return {
        "id": RUN,
        "process_id": PROCESS,
        "title": "backup-check",
        "kind": "job",
        "status": "waiting" if asks else "running",
        "project": "ops",
        "started_at": moments.at(BEGAN),
        "updated_at": moments.at(BEGAN + 30),
    }


def _agent(moments: _Moments, asks: bool) -> Row:
    return {
        "id": AGENT,
        "run_id": RUN,
        "name": "restorer",
        "kind": "agent",
        "model": HAIKU,
        "status": "waiting" if asks else "running",
        "started_at": moments.at(BEGAN),
        "updated_at": moments.at(BEGAN + 30),
        "context_used": 0.03,
        "calls": 1,
        "unpriced": 0,
        **USE._asdict(),
        "cost_micros": micro_dollars(HAIKU, USE),
    }


def _prompt(moments: _Moments) -> Row:
    return {
        "id": f"p-{RUN}",
        "run_id": RUN,
        "agent_id": AGENT,
        "kind": "chat",
        "name": "check",
        "model": HAIKU,
        "status": "completed",
        "request": TASK,
        "response": TEXT,
        **USE._asdict(),
        "cost_micros": micro_dollars(HAIKU, USE),
        "cost_source": "reported",
        "latency_ms": 6_000,
        "created_at": moments.at(BEGAN + 24),
        "completed_at": moments.at(BEGAN + 30),
        "updated_at": moments.at(BEGAN + 30),
        "masked": 0,
    }


def _call(moments: _Moments) -> Row:
    return {
        "id": f"t-{RUN}",
        "run_id": RUN,
        "agent_id": AGENT,
        "name": "bash",
        "input": as_document({"command": "pg_restore --list nightly.dump"}),
        "output": "1,204 entries",
        "status": "completed",
        "latency_ms": 22_000,
        "created_at": moments.at(BEGAN + 1),
        "completed_at": moments.at(BEGAN + 23),
        "updated_at": moments.at(BEGAN + 23),
        "masked": 0,
    }


def _rollup(moments: _Moments) -> Row:
    return {
        "hour": moments.at(BEGAN + 30)[:13],
        "model": HAIKU,
        "agent_id": AGENT,
        "run_id": RUN,
        "calls": 1,
        "unpriced": 0,
        **USE._asdict(),
        "cost_micros": micro_dollars(HAIKU, USE),
        "reported": 1,
    }


def _events(moments: _Moments, asks: bool) -> list[Row]:
    lines = [
        (0, None, "run.start", "backup-check"),
        (0, AGENT, "agent.start", "restorer"),
        (1, AGENT, "tool.start", "bash"),
        (23, AGENT, "tool.end", "bash"),
        (24, AGENT, "llm.start", "check"),
        (30, AGENT, "llm.end", "check"),
    ]
    if asks:
        lines.append((31, AGENT, "gate.open", f"{RESTORE.title}: asked"))
    return [
        {
            "run_id": RUN,
            "agent_id": agent,
            "level": "info",
            "kind": kind,
            "message": message,
            "created_at": moments.at(BEGAN + after),
        }
        for after, agent, kind, message in lines
    ]


def _gate(moments: _Moments) -> Row:
    return {
        "id": GATE,
        "run_id": RUN,
        "agent_id": AGENT,
        "process_id": PROCESS,
        "kind": "gate",
        "title": RESTORE.title,
        "why": RESTORE.why,
        "payload": as_document(RESTORE.payload),
        "payload_sha256": RESTORE.sha256,
        "risk": RESTORE.risk,
        "status": "pending",
        "needed": 1,
        "on_timeout": ON_TIMEOUT,
        "requested_by": "backup-check/restorer",
        "requested_at": moments.at(BEGAN + 31),
        "expires_at": moments.at(BEGAN + 31 + (RESTORE.timeout or 0)),
        "updated_at": moments.at(BEGAN + 31),
    }


def _audit(moments: _Moments) -> Row:
    return {
        "id": f"{GATE}-1",
        "trace_id": RUN,
        "stage": "gate",
        "type": "gate.open",
        "outcome": "info",
        "summary": f"{RESTORE.title}: asked",
        "actor": "backup-check/restorer",
        "risk": RESTORE.risk,
        "run_id": RUN,
        "agent_id": AGENT,
        "approval_id": GATE,
        "created_at": moments.at(BEGAN + 31),
    }
