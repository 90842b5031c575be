"""Reads a rollout of Codex: one thread, which is a session's main agent or one of its sub-agents.

New rollouts tell the usage of each call by itself; old ones only sums that grow, one step late
and now and then twice: then the differences count. What `response_item` says, the events say
again, so of the events only those are read that say something of their own.
"""

import json
import re
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..prices import Usage
from . import ids
from .records import (
    ERROR,
    Record,
    as_json,
    content_text,
    count,
    items,
    mapping,
    record,
    stamp,
    word,
)
from .told import Call, Note, Session, Thread, ThreadEnd, Told, ToolEnd, ToolStart, TurnEnd

SUBAGENT = "subagent"
_COUNTS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
)
_EXIT = re.compile(r"^(?:Exit code:|Process exited with code) (\d+)", re.MULTILINE)
_EXIT_WITHIN = 400
_LATE = 4
"""Calls that may wait for their usage at once."""


class Origin(NamedTuple):
    """What the first line of a rollout says of its thread."""

    thread: str
    session: str | None
    parent: str | None
    name: str | None
    cwd: str | None


@dataclass
class _Call:
    """One call of the model, as far as it was read."""

    id: str
    start: int
    before: str
    """The reader's state before its first line."""
    began: str
    completed: str
    model: str | None
    request: str | None
    texts: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    tools: list[ToolStart] = field(default_factory=list)
    usage: Usage | None = None
    is_over: bool = False
    """What comes now belongs to the next call."""
    is_told: bool = False


def origin(content: bytes) -> Origin | None:
    """Who a rollout belongs to, by its first line; None where that says nothing."""
    line = record(content)
    if line is None or line.get("type") != "session_meta":
        return None
    meta = mapping(line.get("payload"))
    if (thread := word(meta.get("id"))) is None:
        return None
    spawn = mapping(mapping(mapping(meta.get("source")).get("subagent")).get("thread_spawn"))
    parent = word(meta.get("parent_thread_id")) or word(spawn.get("parent_thread_id"))
    name = (
        word(meta.get("agent_nickname"))
        or word(spawn.get("agent_nickname"))
        or word(spawn.get("agent_role"))
    )
    return Origin(thread, word(meta.get("session_id")), parent, name, word(meta.get("cwd")))


class CodexReader:
    """Reads one file from where another reader of it has stopped."""

    def __init__(self, thread: Origin, session: str, state: str) -> None:
        """`session` is the thread at the root of this one."""
        self.run_id: str | None = ids.run(ids.CODEX, session)
        self.reported: str | None = None
        self.unreadable = 0
        self._thread = thread
        self._session = session
        self._agent_id = ids.agent(ids.CODEX, session, thread.thread)
        self._is_main = thread.thread == session
        remembered = mapping(json.loads(state))
        self._total: dict[str, int] | None = remembered.get("total")
        self._model: str | None = remembered.get("model")
        self._heard: str | None = remembered.get("heard")
        self._is_told_singly: bool = remembered.get("is_told_singly", False)
        """Whether the usage of each call is told by itself."""
        self._responses: list[str] = list(remembered.get("responses", []))
        self._is_known = False
        self._has_title = bool(remembered.get("has_title"))
        self._request: str | None = None
        self._request_start: int | None = None
        self._request_before = ""
        self._context: str | None = None
        self._call: _Call | None = None
        self._late: deque[_Call] = deque(maxlen=_LATE)
        self._exits: dict[str, int] = {}

    def read(self, content: bytes, start: int) -> list[Told]:
        """What a line tells, and what lines before it told that is complete only now."""
        line = record(content)
        if line is None:
            self.unreadable += 1
            return []
        payload = mapping(line.get("payload"))
        at = stamp(line.get("timestamp")) or self._heard
        if at is None:
            self.unreadable += 1
            return []
        told = list(self._read(line, payload, at, start))
        self._heard = at
        return told

    def rest(self) -> list[Told]:
        """What is known of what may still go on."""
        return list(self._tell(self._call))

    def hold(self) -> int | None:
        """Where the first line starts that is not yet fully told; None: all are."""
        return min((start for start, _ in self._open()), default=None)

    def state(self) -> str:
        """What the next reader of this file must know: as it was at `hold`, for it starts there."""
        return min(self._open(), default=(0, self._state()))[1]

    def _open(self) -> list[tuple[int, str]]:
        calls = [*self._late, *([self._call] if self._call else [])]
        starts = [(call.start, call.before) for call in calls]
        if self._request_start is not None:
            starts.append((self._request_start, self._request_before))
        return starts

    def _state(self) -> str:
        return json.dumps(
            {
                "total": self._total,
                "model": self._model,
                "heard": self._heard,
                "is_told_singly": self._is_told_singly,
                "responses": self._responses[-8:],
                "has_title": self._has_title,
            }
        )

    def _read(
        self, line: Record, payload: Mapping[str, Any], at: str, start: int
    ) -> Iterator[Told]:
        if not self._is_known:
            self._is_known = True
            yield self._session_told(None, at)
            yield self._thread_told(at)
        match line.get("type"), payload.get("type"):
            case "turn_context", _:
                self._model = word(payload.get("model")) or self._model
            case "token_usage_record", _:
                yield from self._usage_told(payload, at, start)
            case "response_item", kind:
                yield from self._item(str(kind), payload, at, start)
            case "event_msg", "user_message":
                yield from self._asked(word(payload.get("message")), at, start)
            case "event_msg", "item_completed":
                # Newer clients: of all items only what a person said says something of its own.
                item = mapping(payload.get("item"))
                if item.get("type") == "UserMessage":
                    yield from self._asked(content_text(item.get("content")), at, start)
            case "event_msg", "token_count":
                yield from self._counted(mapping(payload.get("info")), at, start)
            case "event_msg", "token_usage_record":
                yield from self._usage_told(payload, at, start)
            case "event_msg", "exec_command_end":
                self._exit_told(payload)
            case "event_msg", "task_complete":
                yield from self._over(at)
            case "event_msg", "turn_aborted":
                reason = word(payload.get("reason")) or "interrupted"
                yield self._note("warn", "interrupted", reason, at)
                yield from self._over(at)
            case "event_msg", "error":
                message = word(payload.get("message")) or "error"
                yield self._note("error", "api.error", message, at)

    def _session_told(self, prompt: str | None, at: str) -> Session:
        run_id = ids.run(ids.CODEX, self._session)
        project = ids.project(self._thread.cwd)
        title = ids.title(prompt, project, self._session)
        return Session(run_id, self._session, project, title, at)

    def _thread_told(self, at: str) -> Thread:
        run_id = ids.run(ids.CODEX, self._session)
        if self._is_main:
            name = ids.CODEX
            return Thread(self._agent_id, run_id, name, name, "agent", None, None, None, at)
        parent = ids.agent(ids.CODEX, self._session, self._thread.parent)
        name = self._thread.name or SUBAGENT
        return Thread(self._agent_id, run_id, name, SUBAGENT, SUBAGENT, None, parent, None, at)

    def _note(self, level: str, kind: str, message: str, at: str) -> Note:
        return Note(str(self.run_id), self._agent_id, level, kind, message, at)

    def _asked(self, text: str | None, at: str, start: int) -> Iterator[Told]:
        if not text or text == self._request:
            return
        if self._call is not None:
            self._call.is_over = True
        self._request = text if self._request is None else f"{self._request}\n\n{text}"
        if self._request_start is None:
            self._request_start, self._request_before = start, self._state()
        if self._is_main and not self._has_title:
            self._has_title = True
            yield self._session_told(text, at)

    def _item(self, kind: str, item: Mapping[str, Any], at: str, start: int) -> Iterator[Told]:
        if kind.endswith("_output"):
            yield from self._result(item, at)
        elif kind == "message" and item.get("role") == "assistant":
            call = yield from self._going(at, start)
            _add(call.texts, content_text(item.get("content")))
        elif kind == "message" and item.get("role") == "user":
            if self._call is not None:
                self._call.is_over = True
            text = content_text(item.get("content"))
            # What stands in tags is what the client adds to what a person asks.
            self._context = None if text.lstrip().startswith("<") else text
        elif kind == "reasoning":
            call = yield from self._going(at, start)
            _add(call.thinking, content_text(item.get("summary")))
        elif kind.endswith("_call"):
            call = yield from self._going(at, start)
            self._add_tool(call, kind, item, at)

    def _going(self, at: str, start: int) -> Generator[Told, None, _Call]:
        """The call that an item of the model belongs to; told of the one before, if it is over."""
        if self._call is None or self._call.is_over:
            yield from self._close()
            self._call = self._new_call(at, start)
        call = self._call
        call.is_told = False
        call.completed = max(call.completed, at)
        return call

    def _new_call(self, at: str, start: int) -> _Call:
        request = self._request or self._context
        before = self._request_before if self._request_start is not None else self._state()
        if self._request_start is not None:
            start = self._request_start
        self._request = self._request_start = self._context = None
        began = self._heard or at
        return _Call(f"{self._agent_id}:{at}", start, before, began, at, self._model, request)

    def _add_tool(self, call: _Call, kind: str, item: Mapping[str, Any], at: str) -> None:
        call_id = word(item.get("call_id")) or word(item.get("id"))
        if call_id is None:
            return
        given = next(
            (item[name] for name in ("arguments", "input", "action", "query") if name in item), None
        )
        name = word(item.get("name")) or kind.removesuffix("_call")
        tool_id = ids.tool_call(ids.CODEX, self._session, call_id)
        call.tools.append(
            ToolStart(tool_id, str(self.run_id), self._agent_id, call.id, name, as_json(given), at)
        )

    def _result(self, item: Mapping[str, Any], at: str) -> Iterator[Told]:
        call_id = word(item.get("call_id"))
        if call_id is None:
            return
        yield from self._tell(self._call)
        if self._call is not None:
            self._call.is_over = True
        output, has_failed = _output(item.get("output"))
        has_failed = has_failed or self._exits.pop(call_id, 0) != 0
        error = (_said(output)[:ERROR] or "failed") if has_failed else None
        tool_id = ids.tool_call(ids.CODEX, self._session, call_id)
        yield ToolEnd(tool_id, str(self.run_id), output, error, at)

    def _exit_told(self, payload: Mapping[str, Any]) -> None:
        call_id, code = word(payload.get("call_id")), payload.get("exit_code")
        if call_id is not None and isinstance(code, int):
            self._exits[call_id] = code

    def _usage_told(self, payload: Mapping[str, Any], at: str, start: int) -> Iterator[Told]:
        """The usage of one call, told by itself."""
        response, told = word(payload.get("response_id")), usage(mapping(payload.get("usage")))
        if told is None or (response is not None and response in self._responses):
            return
        if response is not None:
            self._responses = [*self._responses[-7:], response]
        self._is_told_singly = True
        self._late.clear()
        if self._call is None or (self._call.is_over and self._call.usage is not None):
            yield from self._close()
            self._call = self._new_call(at, start)
        yield from self._used(self._call, told, at)
        self._call.is_over = True

    def _counted(self, info: Mapping[str, Any], at: str, start: int) -> Iterator[Told]:
        """The sums of an old rollout: what they grew by is the usage of a call."""
        total, last = _counts(info.get("total_token_usage")), _counts(info.get("last_token_usage"))
        before, self._total = self._total, total or self._total
        if self._is_told_singly or (total is None and last is None):
            return
        grown = _grown(before, total, last)
        if not any(grown.values()):
            return
        waiting = next((call for call in self._late if call.usage is None), None)
        if waiting is not None:
            self._late.remove(waiting)
        elif self._call is None or self._call.usage is not None:
            yield from self._close()
            self._call = self._new_call(at, start)
        call = waiting or self._call
        if call is not None:
            told = usage(grown)
            yield from self._used(call, told or Usage(), at)

    def _used(self, call: _Call, told: Usage, at: str) -> Iterator[Told]:
        call.usage = told
        call.model = call.model or self._model
        call.is_told = False
        yield from self._tell(call)

    def _over(self, at: str) -> Iterator[Told]:
        yield from self._tell(self._call)
        if self._is_main:
            yield TurnEnd(self._agent_id, str(self.run_id), at)
        else:
            yield ThreadEnd(self._agent_id, at)

    def _close(self) -> Iterator[Told]:
        call, self._call = self._call, None
        if call is None:
            return
        yield from self._tell(call)
        if call.usage is None and not self._is_told_singly:
            self._late.append(call)

    def _tell(self, call: _Call | None) -> Iterator[Told]:
        """A call as far as it goes, once for each time it has grown."""
        if call is None or call.is_told:
            return
        call.is_told = True
        yield Call(
            call.id,
            str(self.run_id),
            self._agent_id,
            call.model,
            call.request,
            "\n\n".join(call.texts) or None,
            "\n\n".join(call.thinking) or None,
            call.usage or Usage(),
            None,
            call.began,
            call.completed,
        )
        yield from call.tools


def usage(given: Mapping[str, Any]) -> Usage | None:
    """The tokens of a call: OpenAI tells what was sent with what the cache held."""
    sent, out = count(given.get("input_tokens")), count(given.get("output_tokens"))
    if sent is None and out is None:
        return None
    read, written = count(given.get("cached_input_tokens")), given.get("cache_write_input_tokens")
    return Usage(sent, out, None if read is None else min(read, sent or 0), count(written))


def _counts(given: object) -> dict[str, int] | None:
    if not isinstance(given, dict):
        return None
    return {name: count(given.get(name)) or 0 for name in _COUNTS}


def _grown(
    before: dict[str, int] | None, total: dict[str, int] | None, last: dict[str, int] | None
) -> dict[str, int]:
    """What was used since the sums before; after a break in them, what is told of the last call."""
    if total is None or before is None:
        return last or total or {}
    grown = {name: total[name] - before[name] for name in _COUNTS}
    return grown if min(grown.values()) >= 0 else last or total


def _output(given: object) -> tuple[str, bool]:
    """What a tool gave back, and whether it says that it failed."""
    has_failed = False
    if isinstance(given, str) and given.startswith("{"):
        # Old rollouts wrap a command's output in JSON, with what the command ended with.
        wrapped = record(given.encode("utf-8", "replace"))
        if wrapped is not None and isinstance(wrapped.get("output"), str):
            code = mapping(wrapped.get("metadata")).get("exit_code")
            return str(wrapped["output"]), isinstance(code, int) and code != 0
    if isinstance(given, dict):
        has_failed = given.get("success") is False
        given = given.get("content")
    text = given if isinstance(given, str) else content_text(items(given))
    ended = _EXIT.search(text[:_EXIT_WITHIN])
    return text, has_failed or (ended is not None and ended[1] != "0")


def _said(output: str) -> str:
    """What a command itself said, without what the client writes before it."""
    before, _, said = output.partition("\nOutput:\n")
    return said if said and len(before) < _EXIT_WITHIN else output


def _add(texts: list[str], text: str) -> None:
    if text:
        texts.append(text)
