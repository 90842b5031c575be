"""pydantic-ai: a capability that answers tools which need approval, and records each run.

    agent = Agent(model, capabilities=[Gatekeeper(run, risk="high")])

    @agent.tool_plain(requires_approval=True)
    def delete(path: str) -> str: ...

A tool asks with `requires_approval=True` or by raising `ApprovalRequired`. The run waits where it
is. A program that would rather have the run end, and start the next with what was decided, says
`waits=False`, makes `DeferredToolRequests` an output type and calls `answers` in between: so must
one that uses `run_stream`, which ends at the first call that needs approval.
"""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from copy import copy
from typing import Any, Unpack

from ..recording.handles import AgentHandle, PromptHandle, Run
from .asking import Approved, Asker, Conditions, Verdict, failed
from .extras import needed

with needed("pydantic_ai", "pydantic-ai"):
    from pydantic_ai.agent import AgentRunResult
    from pydantic_ai.capabilities import (
        AbstractCapability,
        CapabilityOrdering,
        WrapModelRequestHandler,
        WrapRunHandler,
        WrapToolExecuteHandler,
    )
    from pydantic_ai.exceptions import ApprovalRequired, CallDeferred, ToolFailed
    from pydantic_ai.messages import (
        ModelMessage,
        ModelMessagesTypeAdapter,
        ModelResponse,
        SystemPromptPart,
        TextPart,
        ToolCallPart,
        UserPromptPart,
    )
    from pydantic_ai.models import ModelRequestContext
    from pydantic_ai.tools import (
        DeferredToolRequests,
        DeferredToolResults,
        RunContext,
        ToolApproved,
        ToolDefinition,
        ToolDenied,
    )
    from pydantic_core import to_jsonable_python

_NAME = "agent"
_RUNNING: ContextVar[AgentHandle | None] = ContextVar("vedette_running", default=None)
"""The agent in whose run this is."""


class Gatekeeper(AbstractCapability[Any]):
    """Waits for a person where a tool needs approval; records runs, model calls and tool calls.

    Each run of the agent becomes an agent below `parent`, or below the agent one of whose tools
    runs it. Nothing that goes wrong here lets a
    tool run that needs approval.
    """

    def __init__(
        self, parent: Run | AgentHandle, *, waits: bool = True, **conditions: Unpack[Conditions]
    ) -> None:
        """`waits` false ends the run with the calls that need approval; see `answers`."""
        self._parent = parent
        self._waits = waits
        self._conditions = conditions
        self._approved: dict[str, Approved] = {}
        self._latest: list[Asker] = []
        """The asker of the latest run, for `answers`."""
        self._begin()

    def _begin(self) -> None:
        self._asker: Asker | None = None
        self._prompt: PromptHandle | None = None
        self._raw: dict[str, object] = {}
        """The arguments of each approved call that were validated."""
        self._valid: dict[str, object] = {}
        """What validation made of them, before anybody else could change them."""

    def get_ordering(self) -> CapabilityOrdering:
        """Innermost: what others make of the arguments is seen before the tool gets them."""
        return CapabilityOrdering(position="innermost")

    async def for_run(self, ctx: RunContext[Any]) -> "Gatekeeper":
        """A gatekeeper of its own for every run."""
        mine = copy(self)
        mine._begin()
        return mine

    async def wrap_run(
        self, ctx: RunContext[Any], *, handler: WrapRunHandler
    ) -> AgentRunResult[Any]:
        """Records the run as an agent, however it ends."""
        name = (ctx.agent and ctx.agent.name) or _NAME
        with self._above().agent(name, model=ctx.model.model_name) as agent:
            self._asker = Asker(agent, self._approved, **self._conditions)
            self._latest[:] = [self._asker]
            token = _RUNNING.set(agent)
            try:
                return await handler()
            finally:
                _RUNNING.reset(token)

    def _above(self) -> Run | AgentHandle:
        """Whose agent this is: that of the agent whose tool runs it, within the same run."""
        running, parent = _RUNNING.get(), self._parent
        run = parent.run if isinstance(parent, AgentHandle) else parent
        return running if running is not None and running.run is run else parent

    async def wrap_model_request(
        self,
        ctx: RunContext[Any],
        *,
        request_context: ModelRequestContext,
        handler: WrapModelRequestHandler,
    ) -> ModelResponse:
        """Records a model call with what it used."""
        if self._asker is None:
            return await handler(request_context)
        model = request_context.model.model_name
        request = _text(request_context.messages[-1:])
        with self._asker.agent.prompt(model=model, request=request) as prompt:
            response = await handler(request_context)
            usage = response.usage
            prompt.done(
                _text([response]),
                tokens_in=usage.input_tokens,
                tokens_out=usage.output_tokens,
                cache_read=usage.cache_read_tokens,
                cache_write=usage.cache_write_tokens,
                model=response.model_name,
            )
            self._prompt = prompt
            return response

    async def handle_deferred_tool_calls(
        self, ctx: RunContext[Any], *, requests: DeferredToolRequests
    ) -> DeferredToolResults | None:
        """Asks about each call that needs approval; leaves calls that run elsewhere to others."""
        if not self._waits or not requests.approvals:
            return None
        return await self.answers(requests)

    async def answers(self, requests: DeferredToolRequests) -> DeferredToolResults:
        """Asks about all calls that need approval; what the agent goes on with.

        Calls that run elsewhere (`requests.calls`) are left out: nobody here can answer them.
        """
        asker = self._asker or (self._latest[-1] if self._latest else None)
        verdicts = await asyncio.gather(*(_asked(asker, call) for call in requests.approvals))
        results = DeferredToolResults()
        for call, verdict in zip(requests.approvals, verdicts, strict=True):
            results.approvals[call.tool_call_id] = (
                # With its arguments, so that what runs is what was read.
                ToolApproved(override_args=call.args_as_dict())
                if verdict.approved
                else ToolDenied(verdict.message)
            )
            if verdict.by:
                results.answered_by[call.tool_call_id] = verdict.by
        return results

    async def before_tool_validate(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,
        args: str | dict[str, Any],
    ) -> str | dict[str, Any]:
        """Notes the arguments that are validated, to find a change after the approval."""
        if ctx.tool_call_approved:
            self._raw[call.tool_call_id] = _arguments(args)
        return args

    async def after_tool_validate(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,
        args: dict[str, Any],
    ) -> dict[str, Any]:
        """Notes the arguments before anybody else may change them."""
        if ctx.tool_call_approved:
            self._valid[call.tool_call_id] = _plain(args)
        return args

    async def before_tool_execute(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,
        args: dict[str, Any],
    ) -> dict[str, Any]:
        """Asks anew where an approved call would run with other arguments."""
        if ctx.tool_call_approved:
            verdict = await self._confirmed(call, _plain(args))
            if not verdict.approved:
                raise ToolFailed(verdict.message)
        return args

    async def wrap_tool_execute(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,
        args: dict[str, Any],
        handler: WrapToolExecuteHandler,
    ) -> Any:
        """Records a tool call, however it ends."""
        if self._asker is None:
            return await handler(args)
        gate = self._asker.gate_of(call.tool_call_id)
        with self._asker.agent.tool(
            call.tool_name, input=_plain(args), prompt=self._prompt, gate=gate
        ) as tool:
            try:
                result = await handler(args)
            except (ApprovalRequired, CallDeferred):
                tool.cancel("it asks for approval first")
                raise
            tool.done(_plain(result))
            return result

    async def _confirmed(self, call: ToolCallPart, args: object) -> Verdict:
        call_id = call.tool_call_id
        raw = self._raw.pop(call_id, None)
        # Validation fills in defaults: only a change after it makes other arguments.
        is_same = raw is not None and self._valid.pop(call_id, None) == args
        if self._asker is None:
            return _unheard()
        return await self._asker.confirm(call_id, call.tool_name, raw if is_same else args)


async def _asked(asker: Asker | None, call: ToolCallPart) -> Verdict:
    if asker is None:
        return _unheard()
    try:
        arguments = call.args_as_dict(raise_if_invalid=True)
    except (ValueError, AssertionError) as error:
        return failed(error)
    return await asker.ask(call.tool_call_id, call.tool_name, arguments)


def _unheard() -> Verdict:
    return failed(RuntimeError("this gatekeeper never saw the run begin"))


def _text(messages: Sequence[ModelMessage]) -> str:
    """What was said, as text where it is nothing but text, else whole as JSON."""
    parts = [part for message in messages for part in message.parts]
    texts = [
        part.content
        for part in parts
        if isinstance(part, TextPart | UserPromptPart | SystemPromptPart)
        and isinstance(part.content, str)
    ]
    if len(texts) == len(parts):
        return "\n\n".join(texts)
    return ModelMessagesTypeAdapter.dump_json(list(messages)).decode()


def _plain(value: object) -> object:
    """A value as JSON knows it; what JSON does not know is told by its repr."""
    return to_jsonable_python(value, serialize_unknown=True)


def _arguments(args: str | dict[str, Any]) -> object:
    return ToolCallPart("", args).args_as_dict()
