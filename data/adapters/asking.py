"""What the adapters share: a tool call put before a person, and what the model is told of it.

Fails closed: whatever goes wrong while asking is a denial with a reason. Only a cancelled task
goes through, and takes its question back.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypedDict, Unpack

from ..errors import VedetteError
from ..recording.asking import Terms
from ..recording.gates import Answer
from ..recording.handles import AgentHandle, ToolHandle
from ..recording.payloads import as_document

DEADLINE_SECONDS = 600.0
"""How long a call waits for a person where nothing is said: nothing waits for ever."""

_TITLE = 80
_SHAPES = {"command", "files", "http", "sql"}
"""Arguments that a review sets out as what they are, where they stand at the top."""

Risk = str | Callable[[str, Mapping[str, Any]], str]
"""low, medium, high or critical; or what tells it of a tool's name and arguments."""


class Conditions(TypedDict, total=False):
    """How every call of an adapter is asked about."""

    risk: Risk
    """medium where nothing is said."""
    timeout: float | None
    """Seconds until nobody answered; 600 where nothing is said, None waits for ever."""
    needed: int
    """How many people must agree."""


class Verdict(NamedTuple):
    """What came of asking about one call."""

    approved: bool
    message: str
    """What the model is told, in a sentence."""
    by: str | None = None
    gate_id: str | None = None
    """None where nobody could be asked."""


class Approved(NamedTuple):
    """A call that may run once."""

    payload: str
    gate_id: str


class Asker:
    """Asks about the tool calls of one agent; remembers what was approved until it runs."""

    def __init__(
        self,
        agent: AgentHandle,
        approved: "dict[str, Approved] | None" = None,
        **conditions: Unpack[Conditions],
    ) -> None:
        """`approved` is the memory of an asker before, where its calls run only now."""
        self.agent = agent
        self._approved = {} if approved is None else approved
        self._risk = conditions.get("risk", "medium")
        self._timeout = conditions.get("timeout", DEADLINE_SECONDS)
        self._needed = conditions.get("needed", 1)

    async def ask(
        self, call_id: str, tool: str, arguments: object, why: str | None = None
    ) -> Verdict:
        """Asks whether this call may run, and waits while other tasks go on."""
        verdict = await self.put(call_id, tool, arguments, why)
        if not verdict.approved:
            self.denied(tool, arguments, verdict)
        return verdict

    async def put(
        self,
        call_id: str,
        tool: str,
        arguments: object,
        why: str | None = None,
        call: ToolHandle | None = None,
    ) -> Verdict:
        """Like `ask`, for a `call` that is recorded elsewhere."""
        try:
            payload = document(tool, arguments)
            terms = self.terms(tool, arguments, why)
            terms["tool"] = call
            answer = await self.agent.ask_async(titled(tool, arguments), payload, **terms)
        except Exception as error:
            return failed(error)
        return self.heard(call_id, payload, answer)

    def denied(self, tool: str, arguments: object, verdict: Verdict) -> None:
        """Records a call that will not run, and why."""
        self.agent.tool(tool, input=arguments, gate=verdict.gate_id).cancel(verdict.message)

    def terms(self, tool: str, arguments: object, why: str | None = None) -> Terms:
        """How this call is asked about."""
        risk = self._risk
        if callable(risk):
            risk = risk(tool, arguments if isinstance(arguments, Mapping) else {})
        return {"risk": risk, "why": why, "timeout": self._timeout, "needed": self._needed}

    async def confirm(self, call_id: str, tool: str, arguments: object) -> Verdict:
        """The verdict on what runs now: as it was approved, or else asked about anew.

        An approval is good for one run of exactly the arguments that were approved.
        """
        approved = self._approved.pop(call_id, None)
        try:
            is_same = approved is not None and approved.payload == document(tool, arguments)
        except Exception as error:
            return failed(error)
        if approved is not None and is_same:
            return Verdict(True, "approved", gate_id=approved.gate_id)
        why = None if approved is None else "its arguments changed after they were approved"
        verdict = await self.put(call_id, tool, arguments, why)
        self._approved.pop(call_id, None)
        return verdict

    def gate_of(self, call_id: str) -> str | None:
        """The gate that let a call through which has not run yet."""
        approved = self._approved.get(call_id)
        return None if approved is None else approved.gate_id

    def heard(self, call_id: str, payload: str, answer: Answer) -> Verdict:
        """The verdict that an answer is; an approval is remembered for `confirm`."""
        if answer.approved:
            self._approved[call_id] = Approved(payload, answer.approval_id)
        return self.verdict(answer)

    def verdict(self, answer: Answer) -> Verdict:
        """The verdict that an answer is."""
        message = told(answer, self._timeout)
        return Verdict(answer.approved, message, answer.by, answer.approval_id)


def document(tool: str, arguments: object) -> str:
    """The payload a person reads: the tool's name and its arguments, and nothing else.

    Raises TypeError or ValueError for arguments that have no JSON.
    """
    if isinstance(arguments, Mapping):
        names = arguments.keys()
        if names & _SHAPES and not names & {"tool", "arguments"}:
            return as_document({"tool": tool, **arguments})
    return as_document({"tool": tool, "arguments": arguments})


def titled(tool: str, arguments: object) -> str:
    """One line for a list: the tool's name, then as much of its arguments as there is room."""
    if isinstance(arguments, Mapping):
        values = list(arguments.items())
        said = str(values[0][1]) if len(values) == 1 else ", ".join(f"{k}={v}" for k, v in values)
    else:
        said = str(arguments)
    title = " ".join(f"{tool} {said}".split())
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"


def told(answer: Answer, timeout: float | None) -> str:
    """An answer as the model reads it: nobody answered is not a refusal."""
    reason = f": {answer.reason}" if answer.reason else "."
    if answer.outcome == "approved":
        return f"{answer.by or 'A person'} approved this call{reason}"
    if answer.outcome == "rejected":
        return f"Not run. {answer.by or 'A person'} rejected this call{reason}"
    if answer.outcome == "expired":
        within = f" within {timeout:g} seconds" if timeout is not None else ""
        return f"Not run. Nobody answered{within}; that is not a refusal."
    return f"Not run. The question was taken back{reason}"


def failed(error: Exception) -> Verdict:
    """The denial that any failure to ask is."""
    if isinstance(error, VedetteError):
        said = f"{error.title} ({error.hint})" if error.hint else error.title
    else:
        said = f"{type(error).__name__}: {error}"
    return Verdict(False, f"Not run. Nobody could be asked: {said}")
