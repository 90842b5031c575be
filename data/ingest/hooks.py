"""What a client's hooks tell becomes rows: sessions, agents, tool calls, and lines of the log.

A transcript of the same session may be imported at the same time; see `ids` for how both write
one run. Whatever comes first inserts a row and its event, the other fills in what it knows better.
"""

import os
import sqlite3
from contextlib import closing
from typing import Any, NamedTuple

from ...sql import load
from .. import migrations, store, times
from ..recording import gates, processes
from ..recording.payloads import LARGE, Payloads, as_text
from ..recording.statements import Entry
from . import ids, missed
from .events import Event, storable

CALLED = {ids.CLAUDE_CODE: "Claude Code", ids.CODEX: "Codex"}
"""What the clients are called."""
SUBAGENT = "subagent"
"""A sub-agent whose type is not told; a transcript that knows it better fills it in."""

_OVER = "{client} went on without an answer from here"
"""Why a question is taken back when what it was about is over."""
_UNASKED = "its question was withdrawn"
_BEGINS = frozenset(
    {"SessionStart", "UserPromptSubmit", "PreToolUse", "PermissionRequest", "SubagentStart"}
)
"""Events that only come where something goes on: an ended session is heard again by them."""
_GOES_ON = _BEGINS | {"PostToolUse", "PostToolUseFailure", "PermissionDenied"}
"""Events after which a client no longer waits for an answer to its own question."""
_LONG_BEAT = 86_400
"""Seconds: a client's process is watched by its pid, not by a heartbeat."""
_PROGRAMS = {ids.CLAUDE_CODE: frozenset({"claude", "node", "bun"})}
"""What a client's own process is called. Codex never says that a session ends: its process's end
is no crash, so it is not looked for."""
_ANCESTORS = 8
WATCHED_SECONDS = 0.25
"""How long a lock is waited for by what is only watched: nobody is held up longer by it."""
_SETTLED_SECONDS = 1.0
_MESSAGE = 2_000
_NAME = 200


class Client(NamedTuple):
    """The client's own process."""

    pid: int
    birth: str | None


class Place(NamedTuple):
    """Whose rows an event's are."""

    run_id: str
    agent_id: str
    tool_id: str | None


def program(client: str) -> str:
    """What a hook of this client's is called among the processes that ask."""
    return f"vedette hook {client}"


def place(client: str, event: Event) -> Place:
    """The ids an event's rows have."""
    return Place(
        ids.run(client, event.session),
        ids.agent(client, event.session, event.agent_id),
        ids.tool_call(client, event.session, event.tool_use_id) if event.tool_use_id else None,
    )


def process_of(client: str) -> Client | None:
    """The client's process that runs this hook, past shells and launchers; None where unknown.

    Only one that is known by its name: a launcher's end is not the session's end.
    """
    pid = os.getppid()
    for _ in range(_ANCESTORS):
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                head, _, facts = file.read().rpartition(b")")
        except OSError:
            return None
        if head.partition(b"(")[2].decode("utf-8", "replace") in _PROGRAMS.get(client, ()):
            return Client(pid, processes.birth(pid))
        if (pid := int(facts.split()[1])) <= 1:
            return None
    return None


def record(
    path: str,
    client: str,
    event: Event,
    now: float,
    *,
    by: Client | None = None,
    status: str = "running",
    risk: str | None = None,
    note: str | None = None,
) -> str | None:
    """Writes an event's rows, in one transaction; raises VedetteError or sqlite3.Error.

    `status` and `risk` are those of the tool call that is about to happen; `note` is what is wrong
    with the rules for it. The call's row, where the event is about one, is answered.
    """
    patience = None if status == "waiting" else WATCHED_SECONDS
    migrations.migrate(path, now, patience=patience)
    with closing(store.connect(path, patience)) as connection, store.writing(connection):
        rows = _Rows(connection, client, event, times.text(now))
        rows.write(by, status, risk)
        if note is not None:
            rows.note(note)
        missed.tell(path, connection, rows.now)
        return rows.tool_id


def settle(
    path: str, client: str, event: Event, tool_id: str, outcome: str, reason: str, now: float
) -> None:
    """Writes what an answer means for a tool call: it goes on, or it never happens."""
    with closing(store.connect(path, _SETTLED_SECONDS)) as connection, store.writing(connection):
        rows = _Rows(connection, client, event, times.text(now), tool_id)
        if outcome == "approved":
            connection.execute(load("ingest/hook_tool_going"), {"id": tool_id, "now": rows.now})
        else:
            rows.end_tool("cancelled", error=reason or outcome)


class _Rows:
    """One event on its way into the database."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        client: str,
        event: Event,
        now: str,
        tool_id: str | None = None,
    ) -> None:
        self.now = now
        self._connection = connection
        self._client = client
        self._event = event
        self._payloads = Payloads(None, price=False)
        self._place = place(client, event)
        self.tool_id = tool_id or (self._place.tool_id if event.session else None)
        """The call the event is about, where it has a row or will have one."""

    def write(self, by: Client | None, status: str, risk: str | None) -> None:
        event = self._event
        if event.session:
            self._hear_run(by)
            self._hear_agents()
        if fault := _fault(event):
            what = f"{CALLED[self._client]}{' ' if event.name else ''}{event.name}: {fault}"
            self._say("hook.unread", what, "warn", is_ours=bool(event.session))
        if not event.session or not event.name:
            return
        if event.name == "PreToolUse":
            self.start_tool(status, risk)
        elif event.name == "PermissionRequest":
            self.permission_asked(status, risk)
        elif tell := _TELLERS.get(event.name):
            tell(self)
        else:
            self._say(f"hook.{event.name}"[:60], event.text("message") or "")

    def note(self, message: str) -> None:
        """Says once in a run what is wrong with the rules for it."""
        ours = self._place if self._event.session else None
        row = (ours and ours.run_id, ours and ours.agent_id, "error", "hook.rules", message, None)
        shaped = self._payloads.stored([("event", (*row, self.now))])[0][1]
        names = ("run_id", "agent_id", "level", "kind", "message", "details", "now")
        self._run("ingest/hook_note", dict(zip(names, shaped, strict=True)))

    def start_tool(self, status: str = "running", risk: str | None = None) -> str | None:
        """Writes the call, where it is not there; since when it was known before."""
        if self.tool_id is None:
            self._say("tool.start", self._event.tool)
            return None
        known = self._run_one("ingest/hook_tool_known", {"id": self.tool_id})
        self._put("tool_start", self._call(status, risk), "ingest/hook_tool")
        if known is None:
            self._say("tool.start", self._event.tool)
        return known

    def end_tool(self, status: str, output: object = None, error: str | None = None) -> None:
        event, tool_id = self._event, self.tool_id
        told = event.tool if status == "completed" else f"{event.tool}: {error or status}"
        level = "error" if status == "failed" else "info"
        if tool_id is None:
            self._say("tool.end", told, level)
            return
        # A hook that was set up in the middle of a call heard nothing of its start.
        began = self.start_tool()
        row = {
            "id": tool_id,
            "run_id": self._place.run_id,
            "status": status,
            "output": _stored(output),
            "idempotency_key": None,
            "latency_ms": self._latency(began),
            "artifact_id": f"{tool_id}:output",
            "error": error and error[:_MESSAGE],
            "now": self.now,
        }
        if self._put("tool_end", row, "records/tool_end"):
            self._say("tool.end", told, level)

    def prompted(self) -> None:
        self._end_unasked()
        self._say("prompt.user", self._event.text("prompt") or "", cut=LARGE)

    def session_started(self) -> None:
        source = self._event.text("source") or ""
        self._say("session.start", source)
        if source != "compact":
            # Nothing goes on yet: what comes next, a person says.
            self._pause(None)

    def session_ended(self) -> None:
        facts = {"run_id": self._place.run_id, "id": self._place.run_id, "now": self.now}
        self._run("ingest/hook_tools_end", facts)
        self._run("ingest/hook_agents_end", facts)
        self._run("records/run_end", facts | {"status": "completed", "error": None})
        self._say("session.end", self._event.text("reason") or "")

    def stopped(self) -> None:
        """The turn is over; a person may say more."""
        self._take_back()
        self._pause(None)
        self._say("turn.end", self._event.text("last_assistant_message") or "")

    def stopped_by_failure(self) -> None:
        error = self._event.text("error") or self._event.text("error_details") or "the turn failed"
        self._take_back()
        self._pause(self._payloads.stored([_line(error)])[0][1][4][:_MESSAGE])
        self._say("turn.end", error, "error")

    def subagent_stopped(self) -> None:
        last = self._event.text("last_assistant_message") or ""
        facts = {"id": self._place.agent_id, "status": "completed", "error": None, "now": self.now}
        if self._event.agent_id is None:
            # Old clients do not say which: it may not be the main thread.
            self._say("agent.end", last)
            return
        self._take_back()
        if self._run("records/agent_end", facts):
            self._say("agent.end", last)

    def tool_done(self) -> None:
        self._take_back(self.tool_id)
        self.end_tool("completed", self._event.fields.get("tool_response"))

    def tool_failed(self) -> None:
        error = _stored(self._event.fields.get("error")) or "it failed"
        is_stopped = self._event.fields.get("is_interrupt") is True
        self._take_back(self.tool_id)
        self.end_tool("cancelled" if is_stopped else "failed", error=error)

    def tool_denied(self) -> None:
        self._take_back(self.tool_id)
        self.end_tool("cancelled", error=self._event.text("reason") or "permission denied")

    def permission_asked(self, status: str = "running", risk: str | None = None) -> None:
        self._say("permission.asked", self._event.tool)
        if self.tool_id is None:
            call = self._payloads.stored([("tool_start", self._call(status, risk))])[-1][1]
            self.tool_id = self._run_one("ingest/hook_tool_asked", call)
        if self.tool_id is not None and status == "waiting":
            self.start_tool(status, risk)

    def notified(self) -> None:
        message = self._event.text("message") or ""
        self._say("notification", message)
        if _wants_permission(self._event.text("notification_type"), message):
            self._run("records/agent_waiting", {"id": self._place.agent_id, "now": self.now})
            self._run("records/run_waiting", {"id": self._place.run_id, "now": self.now})

    def compacted(self) -> None:
        self._say("context.compact", self._event.text("trigger") or "")

    def nothing(self) -> None:
        """The rows of the run and the agent say it already."""

    def _take_back(self, tool_id: str | None = None) -> None:
        """Takes back what is still asked about a call, or about all an agent did, that is over.

        A client asks in its own terminal too, and does not tell the hook that it was answered
        there: nobody must approve here what has long run.
        """
        over = {"tool_call_id": tool_id, "agent_id": self._place.agent_id}
        over["program"] = program(self._client)
        for (gate,) in self._connection.execute(load("ingest/hook_gates_over"), over).fetchall():
            gates.withdraw(
                self._connection, gate, _OVER.format(client=CALLED[self._client]), self.now
            )
        if tool_id is None:
            self._end_unasked()

    def _end_unasked(self) -> None:
        """Ends the agent's calls whose question is gone with the hook that asked it."""
        over = {"agent_id": self._place.agent_id, "error": _UNASKED, "now": self.now}
        self._run("ingest/hook_tools_unasked", over)

    def _pause(self, error: str | None) -> None:
        facts = {"id": self._place.agent_id, "run_id": self._place.run_id, "error": error}
        self._run("ingest/hook_agent_turn_end", facts)
        self._run("ingest/hook_run_turn_end", facts)

    def _hear_run(self, by: Client | None) -> None:
        event = self._event
        prompt = event.text("prompt") if event.name == "UserPromptSubmit" else None
        project = ids.project(event.cwd)
        title = ids.title(prompt, project, event.session)
        facts = {
            "run_id": self._place.run_id,
            "process_id": self._hear_process(by) if by and event.name in _BEGINS else None,
            "session": event.session,
            "title": self._payloads.stored([_line(title)])[0][1][4],
            "project": project,
            "is_prompt": int(prompt is not None),
            "now": self.now,
            **self._news(),
        }
        if self._run("ingest/hook_run", facts):
            self._say("run.start", CALLED[self._client], is_agents=False)
        self._run("ingest/hook_run_heard", facts)

    def _news(self) -> dict[str, int]:
        name = self._event.name
        return {"begins": int(name in _BEGINS), "goes_on": int(name in _GOES_ON)}

    def _hear_process(self, by: Client) -> str:
        began = (by.birth or "").rpartition("/")[2]
        process_id = f"{self._place.run_id}:{by.pid}:{began}"
        facts = {
            "id": process_id,
            "pid": by.pid,
            "host": os.uname().nodename,
            "birth": by.birth,
            "program": self._client,
            "heartbeat_seconds": _LONG_BEAT,
            "now": self.now,
        }
        self._run("ingest/hook_process", facts)
        return process_id

    def _hear_agents(self) -> None:
        event = self._event
        main = ids.agent(self._client, event.session, None)
        self._add_agent(main, None, self._client)
        if event.agent_id is not None:
            asked = {"run_id": self._place.run_id, "id": self._place.agent_id}
            parent = self._run_one("ingest/hook_parent", asked)
            name = (event.agent_type or SUBAGENT)[:_NAME]
            if self._add_agent(self._place.agent_id, parent or main, name):
                self._say("agent.start", name)
        facts = {"id": self._place.agent_id, "model": event.text("model"), "now": self.now}
        self._run("ingest/hook_agent_heard", facts | self._news())

    def _add_agent(self, agent_id: str, parent: str | None, name: str) -> bool:
        facts = {
            "id": agent_id,
            "run_id": self._place.run_id,
            "parent_id": parent,
            "name": name,
            "kind": "agent" if parent is None else SUBAGENT,
            "model": None,
            "now": self.now,
        }
        return self._run("ingest/hook_agent", facts)

    def _latency(self, began: str | None) -> int | None:
        """Milliseconds a call took, as it is told or as it was seen; None where it never ran."""
        if self._event.name not in ("PostToolUse", "PostToolUseFailure"):
            return None
        told = self._event.fields.get("duration_ms")
        if isinstance(told, int | float) and 0 <= told < 1e12:
            return round(told)
        start, end = times.parse(began), times.parse(self.now)
        return None if start is None or end is None else max(0, round((end - start) * 1000))

    def _call(self, status: str, risk: str | None) -> dict[str, Any]:
        """The row of the call the event is about."""
        return {
            "id": self.tool_id,
            "run_id": self._place.run_id,
            "agent_id": self._place.agent_id,
            "name": (self._event.tool or "unnamed")[:_NAME],
            "input": _stored(self._event.tool_input),
            "status": status,
            "risk": risk,
            "artifact_id": f"{self.tool_id}:input",
            "now": self.now,
        }

    def _put(self, kind: str, row: dict[str, Any], statement: str) -> bool:
        """Writes a row with its texts masked, and large ones apart."""
        *artifacts, (_, shaped) = self._payloads.stored([(kind, row)])
        for _, artifact in artifacts:
            # The same text under the same id as a transcript's, wherever it comes first.
            self._run("ingest/artifact", artifact)
        return self._run(statement, shaped)

    def _say(
        self,
        kind: str,
        message: str,
        level: str = "info",
        *,
        is_ours: bool = True,
        is_agents: bool = True,
        cut: int = _MESSAGE,
    ) -> None:
        """One line of the log."""
        run_id = self._place.run_id if is_ours else None
        agent_id = self._place.agent_id if is_ours and is_agents else None
        row = (run_id, agent_id, level, kind, message[:cut], None, self.now)
        for _, shaped in self._payloads.stored([("event", row)]):
            self._connection.execute(load("records/event"), shaped)

    def _run_one(self, name: str, facts: dict[str, Any]) -> str | None:
        """The one value a statement finds."""
        row = self._connection.execute(load(name), facts).fetchone()
        return None if row is None else str(row[0])

    def _run(self, name: str, facts: dict[str, Any]) -> bool:
        return bool(self._connection.execute(load(name), facts).rowcount)


def _fault(event: Event) -> str | None:
    """What keeps an event from being recorded whole."""
    if event.fault is not None:
        return event.fault
    missing = "session" if not event.session else "kind" if not event.name else None
    return missing and f"the event names no {missing}"


def _stored(value: object) -> str | None:
    text = as_text(value)
    return None if text is None else storable(text)


def _line(text: str) -> Entry:
    return "event", (None, None, "info", "", text, None, "")


def _wants_permission(kind: str | None, message: str) -> bool:
    """Whether a client asks a person by itself; clients that do not say the kind say it so."""
    return kind.endswith("permission_prompt") if kind else "needs your permission" in message


_TELLERS = {
    "SessionStart": _Rows.session_started,
    "SessionEnd": _Rows.session_ended,
    "UserPromptSubmit": _Rows.prompted,
    "Stop": _Rows.stopped,
    "StopFailure": _Rows.stopped_by_failure,
    "SubagentStart": _Rows.nothing,
    "SubagentStop": _Rows.subagent_stopped,
    "PostToolUse": _Rows.tool_done,
    "PostToolUseFailure": _Rows.tool_failed,
    "PermissionDenied": _Rows.tool_denied,
    "Notification": _Rows.notified,
    "PreCompact": _Rows.compacted,
}
