"""LangGraph: a node asks with `approval`; a gatekeeper answers the interrupt and resumes the graph.

    def clean(state):
        with approval("delete", {"path": state["path"]}) as call:
            if not call.approved:
                return {"said": call.message}
            shutil.rmtree(state["path"])
            call.done("deleted")
        return {"said": "deleted"}

    result = Gatekeeper(run, risk="high").invoke(graph, {"path": "build"}, config)

The graph needs a checkpointer, and the config a `thread_id`.

A NODE RUNS AGAIN FROM ITS TOP when it is resumed: whatever stands before `approval` happens once
more for every question, so keep what has an effect, or costs, behind it. A second question in the
node runs it again too, and a retry policy does, and with it what was let through: so ask once in a
node, or let `call.once(work)` do it, which does nothing twice under one approval. What the node
computes the second time may differ; then the old answer does not count, and people are asked about
the new arguments. The same interrupt is never asked about twice, whatever runs again; a thread
that is replayed from a checkpoint asks anew.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from itertools import count
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar, Unpack

from ..errors import VedetteError
from ..recording.gates import Answer
from ..recording.handles import AgentHandle, Run, ToolHandle
from ..store import StoreFailed
from .asking import Asker, Conditions, Verdict, document, failed, titled
from .extras import needed

with needed("langgraph", "langgraph"):
    from langchain_core.runnables.config import merge_configs
    from langgraph.pregel import Pregel
    from langgraph.types import Command, GraphOutput, interrupt

    from .langchain_calls import CallRecorder

T = TypeVar("T")

_MARK = "vedette"
_QUESTION = 1
"""The version of what stands in an interrupt."""

_CURRENT: ContextVar["CallRecorder | None"] = ContextVar("vedette_calls", default=None)
"""What records the graph that a node belongs to."""


_FOREIGN = Verdict(False, "Not run. The answer did not come from a gate.")


def approval(tool: str, arguments: Mapping[str, Any], *, why: str | None = None) -> "Approval":
    """Asks, inside a node, whether a call may run; the answer is for exactly these arguments.

    Where no gatekeeper runs the graph, the interrupt comes out of it like any other.
    """
    payload = document(tool, arguments)
    question = {_MARK: _QUESTION, "tool": tool, "arguments": dict(arguments), "why": why}
    while True:
        reply = interrupt(question)
        if not isinstance(reply, dict) or reply.get(_MARK) != _QUESTION:
            return Approval(tool, arguments, _FOREIGN)
        if reply["payload"] == payload:
            verdict = Verdict(reply["approved"], reply["message"], reply["by"], reply["gate_id"])
            return Approval(tool, arguments, verdict)
        # The node wants something else than when it asked: the answer to that is yet to come.


class NotDone(VedetteError):
    """What was approved cannot be done under that approval any more, or never was approved."""

    exit_code = 1


class Approval:
    """What came of a question: a context that records what is then done; see also `once`."""

    def __init__(self, tool: str, arguments: Mapping[str, Any], verdict: Verdict) -> None:
        self.approved, self.message, self.by, self.gate_id = verdict
        self._tool = tool
        self._arguments = arguments
        self._call: ToolHandle | None = None

    def __enter__(self) -> Self:
        calls = _CURRENT.get()
        # A tool of LangChain's that asks inside is recorded already.
        if self.approved and calls is not None and not calls.has_open(self._tool):
            self._call = calls.agent.tool(self._tool, input=self._arguments, gate=self.gate_id)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._call is not None:
            self._call.__exit__(kind, error, trace)

    def once(self, work: Callable[[], T]) -> T | str | None:
        """Does what was approved, records it, and never does it again under this approval.

        Where the node runs again later, `work` is not called: the text of what it gave back is
        returned. Raises NotDone where it was tried before and failed, or nobody approved it.
        """
        if not self.approved:
            raise NotDone(self.message, "look at `approved` first")
        calls = _CURRENT.get()
        if calls is None or self.gate_id is None:
            return work()
        before = calls.agent.outcome(self.gate_id)
        if before is not None and before.status == "completed":
            return before.output
        if before is not None:
            raise NotDone(f"{self._tool} failed before under gate {self.gate_id}", "ask anew")
        with calls.agent.tool(
            self._tool, input=self._arguments, gate=self.gate_id, idempotency_key=self.gate_id
        ) as call:
            output = work()
            call.done(output)
        return output

    def done(self, output: object = None) -> None:
        """Records what it gave back."""
        if self._call is not None:
            self._call.done(output)


class Gatekeeper:
    """Runs graphs to their end; each run of one becomes an agent below `parent`.

    Nothing that goes wrong here approves a call. Interrupts that `approval` did not make are left
    to the caller: the result has them.
    """

    def __init__(self, parent: Run | AgentHandle, **conditions: Unpack[Conditions]) -> None:
        self._parent = parent
        self._conditions = conditions

    def invoke(self, graph: "Pregel[Any, Any, Any, Any]", given: Any, config: Any) -> Any:
        """`graph.invoke`, and on through every interrupt. Not where an event loop runs already.

        With None as `given` it goes on where the thread stands: what waits there is asked about
        before any node runs again.
        """
        with self._recorded(graph, config) as (asker, watched):
            goes_on = given is None and not _is_replay(config)
            result = _standing(graph.get_state(watched)) if goes_on else None
            if result is None:
                result = graph.invoke(given, watched)
            watched = _latest(watched)
            while ours := _questions(result):
                answers = asyncio.run(_answers(asker, ours))
                result = graph.invoke(Command(resume=answers), watched)
            return result

    async def ainvoke(self, graph: "Pregel[Any, Any, Any, Any]", given: Any, config: Any) -> Any:
        """`graph.ainvoke`, and on through every interrupt; see `invoke`."""
        with self._recorded(graph, config) as (asker, watched):
            goes_on = given is None and not _is_replay(config)
            result = _standing(await graph.aget_state(watched)) if goes_on else None
            if result is None:
                result = await graph.ainvoke(given, watched)
            watched = _latest(watched)
            while ours := _questions(result):
                answers = await _answers(asker, ours)
                result = await graph.ainvoke(Command(resume=answers), watched)
            return result

    @contextmanager
    def _recorded(
        self, graph: "Pregel[Any, Any, Any, Any]", config: Any
    ) -> Iterator[tuple[Asker, Any]]:
        with self._parent.agent(graph.get_name()) as agent:
            calls = CallRecorder(agent)
            token = _CURRENT.set(calls)
            try:
                yield (
                    Asker(agent, **self._conditions),
                    merge_configs(config, {"callbacks": [calls]}),
                )
            finally:
                _CURRENT.reset(token)


class _Question(NamedTuple):
    """One interrupt that `approval` made."""

    id: str
    tool: str
    arguments: Any
    why: str | None


def _questions(result: Any) -> list[_Question]:
    """The interrupts that are ours to answer."""
    if isinstance(result, GraphOutput):
        interrupts = result.interrupts
    else:
        interrupts = result.get("__interrupt__", ()) if isinstance(result, dict) else ()
    return [
        _Question(each.id, each.value["tool"], each.value["arguments"], each.value["why"])
        for each in interrupts
        if isinstance(each.value, dict) and each.value.get(_MARK) == _QUESTION
    ]


def _standing(state: Any) -> dict[str, Any] | None:
    """What a thread waits for that was interrupted before; None where it can simply go on."""
    return {"__interrupt__": state.interrupts} if state.interrupts else None


_CHECKPOINT = ("checkpoint_id", "checkpoint_map")


def _is_replay(config: Any) -> bool:
    """Whether a thread runs again from a checkpoint: its old answers must not come with it."""
    return any(config.get("configurable", {}).get(name) for name in _CHECKPOINT)


def _latest(config: Any) -> Any:
    """The config of the same thread where it stands now: on the branch that a replay began."""
    configurable = config.get("configurable", {})
    kept = {name: value for name, value in configurable.items() if name not in _CHECKPOINT}
    return {**config, "configurable": kept}


async def _answers(asker: Asker, questions: list[_Question]) -> dict[str, Any]:
    """Asks about every question, all at once; what each interrupt is resumed with."""
    verdicts = await asyncio.gather(*(_answered(asker, question) for question in questions))
    return {
        question.id: {
            _MARK: _QUESTION,
            "payload": document(question.tool, question.arguments),
            **verdict._asdict(),
        }
        for question, verdict in zip(questions, verdicts, strict=True)
    }


async def _answered(asker: Asker, question: _Question) -> Verdict:
    """The verdict on one question, under a gate whose id is the interrupt's: never asked twice."""
    try:
        verdict = asker.verdict(await _asked(asker, question))
    except Exception as error:
        verdict = failed(error)
    if not verdict.approved:
        asker.denied(question.tool, question.arguments, verdict)
    return verdict


async def _asked(asker: Asker, question: _Question) -> Answer:
    interrupt_id, tool, arguments, why = question
    title, payload = titled(tool, arguments), document(tool, arguments)
    terms, agent = asker.terms(tool, arguments, why), asker.agent
    for attempt in count(1):
        gate_id = terms["id"] = _gate_id(interrupt_id, payload, attempt)
        try:
            return await agent.ask_async(title, payload, **terms)
        except StoreFailed as error:
            if error.kind != "refused":
                raise
        # It was asked before, by a program that is gone: its decision holds if none acted on it.
        if answer := await asyncio.to_thread(agent.take, gate_id, payload):
            return answer
    raise AssertionError


def _gate_id(interrupt_id: str, payload: str, attempt: int) -> str:
    return f"g-{sha256(f'{interrupt_id}/{attempt}/{payload}'.encode()).hexdigest()[:12]}"
