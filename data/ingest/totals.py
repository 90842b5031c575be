"""The totals of agents and hours, changed by what a call adds to them or takes away."""

import sqlite3
from typing import Any, NamedTuple, Protocol

from ...sql import load

COUNTS = (
    "calls",
    "unpriced",
    "tokens_in",
    "tokens_out",
    "cache_read",
    "cache_write",
    "cost_micros",
    "reported",
)


class Counted(Protocol):
    """A call as its totals know it."""

    @property
    def run_id(self) -> str: ...
    @property
    def agent_id(self) -> str: ...
    @property
    def model(self) -> str | None: ...
    @property
    def completed_at(self) -> str: ...


class Slot(NamedTuple):
    """Where a call counts."""

    run_id: str
    agent_id: str
    model: str | None
    completed_at: str


def add_usage(connection: sqlite3.Connection, call: Counted, **counts: int) -> None:
    """Adds to the totals of a call's agent and hour, inside the caller's transaction."""
    row: dict[str, Any] = {
        **dict.fromkeys(COUNTS, 0),
        **counts,
        "hour": call.completed_at[:13],
        "model": call.model or "",
        "agent_id": call.agent_id,
        "run_id": call.run_id,
    }
    connection.execute(load("ingest/agent_usage"), row)
    connection.execute(load("ingest/rollup"), row)
    if row["calls"] < 0:
        connection.execute(load("ingest/rollup_clear"), row)
