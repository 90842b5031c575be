"""What a program holds while something runs: a run, an agent, a prompt, a tool call."""

import math
from types import TracebackType
from typing import Any, Self

from .asking import Door, Gate, Open, Terms
from .desk import Desk
from .gates import RISKS, Answer
from .outbox import Group
from .payloads import as_text
from .statements import Entry

_ERROR_LENGTH = 4096
_KINDS_OF_RUN = ("run", "session", "workflow", "job")
_LEVELS = {
    **{level: level for level in ("debug", "info", "warn", "error")},
    "warning": "warn",
    "critical": "error",
    "fatal": "error",
}
_USAGE = ("tokens_in", "tokens_out", "cache_read", "cache_write", "cost_usd")
_CHILD_STATUS = {"completed": "cancelled"}


class Handle(Open):
    """Something that is open until it is done, failed or cancelled; the first end counts."""

    word = ""
    """What it is called: in ids, and in the kinds of its events."""

    def __init__(self, desk: Desk, parent: "Handle | None", handle_id: str | None) -> None:
        self.id = handle_id or desk.new_id(self.word)
        self.children: dict[str, Open] = {}
        self._desk = desk
        self._siblings = desk.children if parent is None else parent.children
        self._siblings[self.id] = self
        self._generation = desk.generation

    def fail(self, error: str | BaseException) -> None:
        """Ends it as failed, with the reason."""
        self._end("failed", _reason(error))

    def cancel(self, reason: str | None = None) -> None:
        """Ends it as cancelled: nobody wants it any more."""
        self._end("cancelled", reason)

    def abandon(self, status: str, reason: str) -> None:
        """Ends it because what it belongs to ends."""
        self._end(status, reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._end("completed", None)
        elif isinstance(error, Exception):
            self.fail(error)
        else:
            # ctrl+c, a cancelled task: somebody ended it, nothing failed.
            self.cancel(_reason(error))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def _end(self, status: str, error: str | None) -> None:
        if not self._claim():
            return
        for child in list(self.children.values()):
            child.abandon(
                _CHILD_STATUS.get(status, status), error or f"its {self.word} ended first"
            )
        self._write_end(status, error)

    def _claim(self) -> bool:
        """Whether this call is the one that ends it; never that of a forked child."""
        is_mine = self._generation == self._desk.generation
        return is_mine and self._siblings.pop(self.id, None) is not None

    def _write_end(self, status: str, error: str | None) -> None:
        raise NotImplementedError


class Actor(Handle):
    """A run or an agent: it has a log, it can rest."""

    def __init__(
        self,
        desk: Desk,
        parent: Handle | None,
        handle_id: str | None,
        name: str,
        ids: tuple[str | None, str | None],
    ) -> None:
        super().__init__(desk, parent, handle_id)
        self.name = name
        self._run_id, self._agent_id = ids

    def event(
        self, kind: str, message: str = "", *, level: str = "info", details: object = None
    ) -> None:
        """Writes one line of the log; `level` is debug, info, warn or error."""
        self.put((self.line(kind, message, self._desk.stamp(), level, details),))

    def done(self) -> None:
        """Ends it as completed."""
        self._end("completed", None)

    def pause(self, reason: str | None = None) -> None:
        """Says that it rests, and why: `paused by ana`."""
        self._set_status("paused", None if reason is None else _reason(reason))

    def resume(self) -> None:
        """Says that it goes on; why it rested is over."""
        self._set_status("running", None)

    def put(self, group: Group, weight: int = 1, keep: bool = False) -> None:
        """Hands in rows of its own."""
        self._desk.put(group, weight, keep)

    def line(
        self, kind: str, message: str, at: str, level: str = "info", details: object = None
    ) -> Entry:
        """One line of its log, not handed in yet."""
        return event_line(self._run_id, self._agent_id, kind, message, at, level, details)

    def _begin(self, row: dict[str, Any]) -> None:
        at = self._desk.stamp()
        row |= {"id": self.id, "status": "running", "started_at": at, "updated_at": at}
        start = self.line(f"{self.word}.start", self.name, at)
        self.put(((f"{self.word}_start", row), start), keep=True)

    def _set_status(self, status: str, error: str | None) -> None:
        row = {"id": self.id, "status": status, "error": error, "now": self._desk.stamp()}
        self.put(((f"{self.word}_status", row),), keep=True)

    def _write_end(self, status: str, error: str | None) -> None:
        at = self._desk.stamp()
        row = {"id": self.id, "status": status, "error": error, "now": at}
        end = self.line(f"{self.word}.end", ending(self.name, status, error), at, _level(status))
        self.put(((f"{self.word}_end", row), end), keep=True)


class Run(Actor):
    """One run: a session, a workflow, a job."""

    word = "run"

    def __init__(
        self, desk: Desk, title: str, project: str | None, kind: str, run_id: str | None
    ) -> None:
        run_id = run_id or desk.new_id(self.word)
        super().__init__(desk, None, run_id, title, (run_id, None))
        kind = kind if kind in _KINDS_OF_RUN else "run"
        row = {"process_id": desk.process.id, "title": title, "kind": kind, "project": project}
        self._begin(row)

    def agent(
        self,
        name: str,
        *,
        model: str | None = None,
        kind: str = "agent",
        id: str | None = None,  # noqa: A002
    ) -> "AgentHandle":
        """Starts an agent of this run."""
        return AgentHandle(self._desk, self, None, name, model, kind, id)


class AgentHandle(Actor, Door):
    """One agent of a run, or of another agent."""

    word = "agent"

    def __init__(
        self,
        desk: Desk,
        run: Run,
        parent: "AgentHandle | None",
        name: str,
        model: str | None,
        kind: str,
        agent_id: str | None,
    ) -> None:
        agent_id = agent_id or desk.new_id(self.word)
        super().__init__(desk, parent or run, agent_id, name, (run.id, agent_id))
        self.run = run
        self.model = model
        self._answered: str | None = None
        parent_id = None if parent is None else parent.id
        row = {"run_id": run.id, "parent_id": parent_id, "name": name, "kind": kind, "model": model}
        self._begin(row)

    def agent(
        self,
        name: str,
        *,
        model: str | None = None,
        kind: str = "agent",
        id: str | None = None,  # noqa: A002
    ) -> "AgentHandle":
        """Starts an agent below this one."""
        return AgentHandle(self._desk, self.run, self, name, model, kind, id)

    def prompt(
        self,
        name: str | None = None,
        *,
        request: object = None,
        model: str | None = None,
        kind: str = "chat",
        id: str | None = None,  # noqa: A002
    ) -> "PromptHandle":
        """Starts a call of a model; `model` defaults to the agent's."""
        return PromptHandle(self, name, request, model or self.model, kind, id)

    def tool(
        self,
        name: str,
        *,
        input: object = None,  # noqa: A002
        risk: str | None = None,
        prompt: "PromptHandle | None" = None,
        idempotency_key: str | None = None,
        gate: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> "ToolHandle":
        """Starts a call of a tool; see `Recorder.outcome` for what must happen only once.

        `gate` is the id of the approval that let it through.
        """
        return ToolHandle(self, name, input, risk, prompt, idempotency_key, gate, id)

    def context(self, share: float) -> None:
        """Says how full the context window is, 0 to 1."""
        row = {"id": self.id, "context_used": amount(share), "now": self._desk.stamp()}
        self.put((("agent_context", row),), keep=True)

    def put(self, group: Group, weight: int = 1, keep: bool = False) -> None:
        """Hands in rows of its own; the first after an answer says that it went on."""
        if self._answered is not None:
            moved_on = {"id": self._answered, "now": self._desk.stamp()}
            self._answered, keep = None, True
            group = (("gate_moved_on", moved_on), *group)
        self._desk.put(group, weight, keep)

    def _question(self, title: str, payload: object, terms: Terms) -> Gate:
        terms = {**terms, "run_id": self.run.id, "agent_id": self.id}
        return Gate(self._desk, self.children, title, payload, terms, self._heard)

    def _heard(self, answer: Answer) -> None:
        if answer.outcome in ("approved", "rejected"):
            self._answered = answer.approval_id


class PromptHandle(Handle):
    """One call of a model."""

    word = "prompt"

    def __init__(
        self,
        agent: AgentHandle,
        name: str | None,
        request: object,
        model: str | None,
        kind: str,
        prompt_id: str | None,
    ) -> None:
        super().__init__(agent._desk, agent, prompt_id)
        self.agent = agent
        self.name = name
        self.model = model
        self._usage: dict[str, float] = {}
        self._response: str | None = None
        self._started = self._desk.clock()
        at, text = self._desk.text(self._started), as_text(request)
        row = {
            "id": self.id,
            "run_id": agent.run.id,
            "agent_id": agent.id,
            "kind": kind,
            "name": name,
            "model": model,
            "status": "running",
            "request": text,
            "artifact_id": self._desk.new_id("artifact"),
            "created_at": at,
            "updated_at": at,
        }
        event = agent.line("llm.start", name or model or "", at)
        agent.put((("prompt_start", row), event), weight(text), keep=True)

    def write(self, text: str) -> None:
        """Adds a piece of the streamed answer."""
        self._stream("text", text)

    def think(self, text: str) -> None:
        """Adds a piece of what the model thinks."""
        self._stream("thinking", text)

    def done(
        self,
        response: object = None,
        *,
        tokens_in: int | None = None,
        tokens_out: int | None = None,
        cache_read: int | None = None,
        cache_write: int | None = None,
        cost_usd: float | None = None,
        model: str | None = None,
        latency_ms: int | None = None,
    ) -> None:
        """Ends it as completed. `tokens_in` includes what came from and went to the cache.

        Without `cost_usd` the call is priced from the table, or left unpriced. What was streamed
        need not be given again as `response`.
        """
        self._response = as_text(response)
        self.used(
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cache_read=cache_read,
            cache_write=cache_write,
            cost_usd=cost_usd,
            model=model,
            latency_ms=latency_ms,
        )
        self._end("completed", None)

    def used(
        self,
        *,
        tokens_in: int | None = None,
        tokens_out: int | None = None,
        cache_read: int | None = None,
        cache_write: int | None = None,
        cost_usd: float | None = None,
        model: str | None = None,
        latency_ms: int | None = None,
    ) -> None:
        """Says what the call used so far, however it will end; written with its end."""
        said = {
            "tokens_in": count(tokens_in),
            "tokens_out": count(tokens_out),
            "cache_read": count(cache_read),
            "cache_write": count(cache_write),
            "cost_usd": amount(cost_usd),
            "latency_ms": count(latency_ms),
        }
        self._usage |= {name: value for name, value in said.items() if value is not None}
        self.model = model or self.model

    def _stream(self, kind: str, text: str) -> None:
        row = (self.id, kind, str(text), self._desk.stamp())
        self.agent.put((("chunk", row),), weight(row[2]))

    def _write_end(self, status: str, error: str | None) -> None:
        ended = self._desk.clock()
        at = self._desk.text(ended)
        row = {
            **dict.fromkeys(_USAGE),
            "latency_ms": _milliseconds(self._started, ended),
            **self._usage,
            "id": self.id,
            "run_id": self.agent.run.id,
            "agent_id": self.agent.id,
            "model": self.model,
            "status": status,
            "response": self._response,
            "artifact_id": self._desk.new_id("artifact"),
            "error": error,
            "now": at,
            "at": ended,
        }
        told = ending(self.name or self.model or "", status, error)
        event = self.agent.line("llm.end", told, at, _level(status))
        self.agent.put((("prompt_end", row), event), weight(self._response), keep=True)


class ToolHandle(Handle):
    """One call of a tool."""

    word = "tool"

    def __init__(
        self,
        agent: AgentHandle,
        name: str,
        given: object,
        risk: str | None,
        prompt: PromptHandle | None,
        idempotency_key: str | None,
        gate: str | None,
        tool_id: str | None,
    ) -> None:
        super().__init__(agent._desk, agent, tool_id)
        self.agent = agent
        self.name = name
        self._key = idempotency_key
        self._output: str | None = None
        self._started = self._desk.clock()
        at, text = self._desk.text(self._started), as_text(given)
        row = {
            "id": self.id,
            "run_id": agent.run.id,
            "agent_id": agent.id,
            "prompt_id": prompt and prompt.id,
            "name": name,
            "input": text,
            "status": "running",
            "risk": risk if risk in RISKS else None,
            "idempotency_key": idempotency_key,
            "artifact_id": self._desk.new_id("artifact"),
            "now": at,
        }
        event = agent.line("tool.start", name, at)
        group: Group = (("tool_start", row), event)
        if gate is not None:
            group = (*group, ("gate_tool", {"id": gate, "tool_call_id": self.id, "now": at}))
        agent.put(group, weight(text), keep=True)

    def done(self, output: object = None) -> None:
        """Ends it as completed, with what it gave back."""
        self._output = as_text(output)
        self._end("completed", None)

    def fail(self, error: str | BaseException, output: object = None) -> None:
        """Ends it as failed, with the reason and what it gave back all the same."""
        self._output = as_text(output)
        super().fail(error)

    def _write_end(self, status: str, error: str | None) -> None:
        ended = self._desk.clock()
        at = self._desk.text(ended)
        row = {
            "id": self.id,
            "run_id": self.agent.run.id,
            "status": status,
            "output": self._output,
            "idempotency_key": self._key,
            "latency_ms": _milliseconds(self._started, ended),
            "artifact_id": self._desk.new_id("artifact"),
            "error": error,
            "now": at,
        }
        told = ending(self.name, status, error)
        event = self.agent.line("tool.end", told, at, _level(status))
        self.agent.put((("tool_end", row), event), weight(self._output), keep=True)


def event_line(
    run_id: str | None,
    agent_id: str | None,
    kind: str,
    message: str,
    at: str,
    level: str = "info",
    details: object = None,
) -> Entry:
    """One line of the log as it is handed in."""
    level = _LEVELS.get(level, "info")
    text = None if details is None else as_text(details)
    return "event", (run_id, agent_id, level, kind, str(message), text, at)


def weight(text: str | None) -> int:
    """How much room a row with this text takes in the queue, in kilobytes."""
    return 1 if text is None else 1 + len(text) // 1024


def count(value: object) -> int | None:
    """A count as it is stored; None for what is none."""
    number = amount(value)
    return None if number is None else int(number)


def amount(value: object) -> float | None:
    """A quantity as it is stored; None for what is none: not a number, infinite, negative."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _milliseconds(start: float, end: float) -> int:
    return max(0, round((end - start) * 1000))


def _level(status: str) -> str:
    return "error" if status == "failed" else "info"


def ending(what: str, status: str, error: str | None) -> str:
    """How the log tells an end: the name alone, where nothing went wrong."""
    return what if status == "completed" else f"{what}: {error or status}"


def _reason(error: str | BaseException) -> str:
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return text[:_ERROR_LENGTH]
