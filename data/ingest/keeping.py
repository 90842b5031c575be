"""Writes what transcripts tell into Vedette's database; told twice, it changes nothing."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...sql import load
from .. import times
from .records import count, mapping
from .shelf import Ready
from .told import Call, Note, Session, Thread, ThreadEnd, ToolEnd, ToolStart, TurnEnd
from .totals import Slot, add_usage

QUIET = 3600.0
"""A session that says nothing for so many seconds is over, until it is heard again."""
_SETTLED = 5.0
"""What is heard within so many seconds of an end is its last word, not a new beginning."""
_REASON = 200
"""Characters of an event that say why a tool failed."""
_TOKENS = ("tokens_in", "tokens_out", "cache_read", "cache_write", "cache_write_1h")


class PromptNow(NamedTuple):
    """A call as it is stored; a row of `ingest/prompt_now`."""

    run_id: str
    agent_id: str
    model: str | None
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cache_write_1h: int | None
    cost_micros: int | None
    cost_source: str | None
    completed_at: str
    request_length: int | None
    response_length: int | None
    created_at: str


class RunCall(NamedTuple):
    """A call of a run; a row of `ingest/prompts_of_run`."""

    id: str
    run_id: str
    agent_id: str
    model: str | None
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cost_micros: int | None
    cost_source: str | None
    completed_at: str


class Keeper:
    """Writes inside the caller's transaction; counts what was new."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.new: Counter[str] = Counter()
        self._connection = connection
        self._known: dict[str, tuple[str, Mapping[str, Any]]] = {}
        """The runs and agents that are told of."""
        self._foreign: set[str] = set()
        """Calls that a copy of their session's transcript tells again: they stay where they are."""

    def keep(self, ready: Iterable[Ready]) -> None:
        """Writes what is told, in its order."""
        heard: dict[str, tuple[str, str]] = {}
        models: dict[str, str] = {}
        turns: dict[str, TurnEnd] = {}
        for each in ready:
            self._keep(each)
            _hear(heard, models, each)
            if isinstance(each.told, Session):
                self._known[each.told.run_id] = ("run", each.row)
            elif isinstance(each.told, Thread):
                self._known[each.told.id] = ("agent", each.row)
            elif isinstance(each.told, TurnEnd):
                turns[each.told.id] = each.told
        # Once a batch, not once a line.
        for each_id, span in heard.items():
            self._heard(*self._known[each_id], span, models.get(each_id))
        for turn in turns.values():
            # Where something was heard after it, another turn is on.
            self._run("agent_turn_end", turn._asdict())
            self._run("run_turn_end", turn._asdict())

    def _keep(self, ready: Ready) -> None:
        for artifact in ready.artifacts:
            self._run("artifact", artifact)
        match ready.told:
            case Session():
                self._session(ready.row)
            case Thread():
                self._thread(ready.row)
            case Call():
                self._call(ready)
            case ToolStart():
                self._tool(ready.row)
            case ToolEnd():
                self._tool_end(ready.row)
            case Note():
                self._run("event", ready.row)
            case ThreadEnd():
                if self._run("agent_end", ready.row):
                    self._event(ready.told.id, "agent.end", "", "info", ready.told.at)

    def _session(self, row: Mapping[str, Any]) -> None:
        given = {**row, "id": row["run_id"], "first": row["at"]}
        if self._run("run", given):
            self.new["runs"] += 1

    def _thread(self, row: Mapping[str, Any]) -> None:
        if self._run("agent", {**row, "first": row["at"]}):
            self.new["agents"] += 1
            self._event(row["id"], "agent.start", row["name"], "info", row["at"])

    def _heard(
        self, what: str, row: Mapping[str, Any], span: tuple[str, str], model: str | None
    ) -> None:
        first, last = span
        settled = times.text((times.parse(last) or 0.0) - _SETTLED)
        given = {"id": row["run_id"], **row, "first": first, "last": last, "settled": settled}
        self._run(f"{what}_heard", given | {"model": model})

    def _call(self, ready: Ready) -> None:
        row = ready.row
        found = self._connection.execute(load("ingest/prompt_now"), row).fetchone()
        before = None if found is None else PromptNow._make(found)
        if before is not None and (before.run_id, before.agent_id) != (
            row["run_id"],
            row["agent_id"],
        ):
            self._foreign.add(row["id"])
            return
        created_at = row["started_at"] if before is None else before.created_at
        row = {**row, "created_at": created_at, "latency_ms": _between(created_at, row)}
        if before is None:
            self._run("prompt", row)
            self.new["calls"] += 1
        elif not self._grow(before, row):
            return
        self._count(before, row)
        self._think(ready)

    def _grow(self, before: PromptNow, row: dict[str, Any]) -> bool:
        """Writes what a known call has more than before; False where it has no more."""
        row["model"] = row["model"] or before.model
        for field, length in (
            ("request", before.request_length),
            ("response", before.response_length),
        ):
            row[f"is_longer_{field}"] = len(row[field] or "") > (length or 0)
        if before.cost_source == "reported" and row["cost_source"] != "reported":
            row |= {"cost_micros": before.cost_micros, "cost_source": before.cost_source}
        if row["completed_at"] < before.completed_at or row["tokens_out"] is None:
            # A line that was copied or comes late says less than what is known.
            row |= {name: getattr(before, name) for name in _KEPT}
        is_same = all(row[name] == getattr(before, name) for name in _KEPT)
        if is_same and not row["is_longer_request"] and not row["is_longer_response"]:
            return False
        self._run("prompt_again", row)
        return True

    def _count(self, before: PromptNow | None, row: Mapping[str, Any]) -> None:
        """Keeps the totals true: takes away what was counted, and adds what is now."""
        if before is not None:
            add_usage(self._connection, before, **_counts(before._asdict(), -1))
        slot = Slot(row["run_id"], row["agent_id"], row["model"], row["completed_at"])
        add_usage(self._connection, slot, **_counts(row, 1))

    def _think(self, ready: Ready) -> None:
        if ready.thinking:
            self._run("thinking_clear", {"prompt_id": ready.row["id"]})
            chunk = (ready.row["id"], "thinking", ready.thinking, ready.row["started_at"])
            self._connection.execute(load("records/chunk"), chunk)

    def _tool(self, row: Mapping[str, Any]) -> None:
        if row["prompt_id"] in self._foreign:
            self._foreign.add(row["id"])
            return
        if self._connection.execute(load("ingest/tool_now"), row).fetchone() is None:
            self.new["tools"] += 1
        self._run("tool", row)

    def _tool_end(self, row: dict[str, Any]) -> None:
        if row["id"] in self._foreign:
            return
        found = self._connection.execute(load("ingest/tool_now"), row).fetchone()
        if found is None:
            return
        agent_id, name, created_at = found
        row["latency_ms"] = _between(created_at, {"completed_at": row["at"]})
        is_ended = self._run("tool_end", row)
        if not is_ended:
            self._run("tool_output", row)
        if row["error"] is not None and (is_ended or self._run("tool_failed", row)):
            message = f"{name}: {' '.join(row['error'].split())[:_REASON]}"
            self._event(agent_id, "tool.end", message, "error", row["at"])

    def _event(self, agent_id: str, kind: str, message: str, level: str, at: str) -> None:
        row = {"run_id": agent_id.rpartition(":")[0], "agent_id": agent_id, "level": level}
        self._run("event", row | {"kind": kind, "message": message, "details": None, "at": at})

    def _run(self, name: str, row: Mapping[str, Any]) -> int:
        return self._connection.execute(load(f"ingest/{name}"), row).rowcount


_KEPT = (*_TOKENS, "model", "cost_micros", "cost_source", "completed_at")


def settle(connection: sqlite3.Connection, run_id: str, now: float) -> bool:
    """What can be said of a session once all its files are read: its reported cost, its end.

    Whether it is over.
    """
    found = connection.execute(load("ingest/reported"), {"run_id": run_id}).fetchone()
    if found is not None:
        _share(connection, run_id, mapping(json.loads(found[0])))
    row = {"id": run_id, "quiet_since": times.text(now - QUIET)}
    if connection.execute(load("ingest/run_end"), row).rowcount:
        connection.execute(load("ingest/run_tools_end"), row)
        connection.execute(load("ingest/run_agents_end"), row)
    status = connection.execute(load("ingest/run_status"), row).fetchone()
    return status is None or status[0] in ("completed", "failed", "cancelled")


def _share(connection: sqlite3.Connection, run_id: str, models: Mapping[str, Any]) -> None:
    """Gives the calls of a model what the session reports for all of them.

    Only where the report counts exactly the tokens of these calls: else it is of others too, and
    nobody knows which cost what.
    """
    found = connection.execute(load("ingest/prompts_of_run"), {"run_id": run_id}).fetchall()
    calls = [RunCall._make(row) for row in found]
    for model, usage in models.items():
        name = model.partition("[")[0]
        some = [call for call in calls if (call.model or "").partition("[")[0] == name]
        cost = mapping(usage).get("costUSD")
        if some and isinstance(cost, int | float) and _tokens(some) == _reported(mapping(usage)):
            _set_reported(connection, some, round(cost * 1e6))


def _tokens(calls: list[RunCall]) -> tuple[int, int, int, int]:
    """What was sent without the cache, answered, read from the cache and written to it."""
    out, read, write = (
        sum(getattr(call, name) or 0 for call in calls)
        for name in ("tokens_out", "cache_read", "cache_write")
    )
    return sum(call.tokens_in or 0 for call in calls) - read - write, out, read, write


def _reported(usage: Mapping[str, Any]) -> tuple[int, ...]:
    names = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheCreationInputTokens")
    return tuple(count(usage.get(name)) or 0 for name in names)


def _set_reported(connection: sqlite3.Connection, calls: list[RunCall], micros: int) -> None:
    """Shares a cost by what the calls cost by the table, or by their tokens; to the last micro."""
    weights = [call.cost_micros for call in calls]
    if None in weights or not any(weights):
        weights = [(call.tokens_in or 0) + (call.tokens_out or 0) for call in calls]
    whole, spent, shared = sum(weight or 0 for weight in weights) or 1, 0, 0
    for call, weight in zip(calls, weights, strict=True):
        spent += weight or 0
        cost = micros * spent // whole - shared
        shared += cost
        _set_one(connection, call, cost)


def _set_one(connection: sqlite3.Connection, call: RunCall, cost: int) -> None:
    if (call.cost_micros, call.cost_source) == (cost, "reported"):
        return
    connection.execute(load("prices/set_reported"), {"id": call.id, "cost_micros": cost})
    add_usage(
        connection,
        call,
        cost_micros=cost - (call.cost_micros or 0),
        unpriced=-int(call.cost_source is None),
        reported=int(call.cost_source != "reported"),
    )


def _counts(row: Mapping[str, Any], sign: int) -> dict[str, int]:
    counts = {name: row[name] or 0 for name in (*_TOKENS[:4], "cost_micros")}
    counts |= {
        "calls": 1,
        "unpriced": int(row["cost_source"] is None),
        "reported": int(row["cost_source"] == "reported"),
    }
    return {name: sign * value for name, value in counts.items()}


def _between(start: str, row: Mapping[str, Any]) -> int | None:
    begun, ended = times.parse(start), times.parse(row["completed_at"])
    return None if begun is None or ended is None else max(0, round((ended - begun) * 1000))


def _hear(heard: dict[str, tuple[str, str]], models: dict[str, str], ready: Ready) -> None:
    """Remembers when a run and its agent were first and last heard."""
    row, told = ready.row, ready.told
    if isinstance(told, Note | ThreadEnd | TurnEnd):
        return
    first = told.started_at if isinstance(told, Call) else told.at
    last = told.completed_at if isinstance(told, Call) else told.at
    agent_id = told.id if isinstance(told, Thread) else row.get("agent_id")
    for each in (row["run_id"], agent_id):
        if each is not None:
            known = heard.get(each, (first, last))
            heard[each] = min(known[0], first), max(known[1], last)
    if isinstance(told, Call) and told.model:
        models[told.agent_id] = told.model
