"""OpenAI Agents SDK: answers a run's interruptions, resumes it, and records what runs.

    @function_tool(needs_approval=True)
    def delete(path: str) -> str: ...

    with Gatekeeper(run, risk="high") as gatekeeper:
        result = await gatekeeper.run(agent, "Tidy up.")

For a streamed run, or one whose state is kept elsewhere, the parts stand alone:
`Runner.run_streamed(agent, text, hooks=gatekeeper)`, then `await gatekeeper.answer(result)` is the
state to run on with, as long as there are interruptions.
"""

import asyncio
import json
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, Unpack

from ..recording.handles import AgentHandle, PromptHandle, Run, ToolHandle
from .asking import Approved, Asker, Conditions, Verdict
from .extras import needed

with needed("agents", "openai-agents"):
    from agents import (
        Agent,
        AgentHookContext,
        AgentsException,
        ItemHelpers,
        ModelResponse,
        RunContextWrapper,
        RunHooks,
        Runner,
        RunResult,
        RunResultStreaming,
        RunState,
        Tool,
        ToolApprovalItem,
        TResponseInputItem,
    )
    from agents.tool_context import ToolContext


class NotApproved(AgentsException):
    """A call was about to run that nobody had approved as it is; the run ends with this."""


class Gatekeeper(RunHooks[Any]):
    """The hooks of a run that waits for people. Each agent becomes one below `parent`.

    Nothing that goes wrong here lets a tool run that needs approval.
    """

    def __init__(self, parent: Run | AgentHandle, **conditions: Unpack[Conditions]) -> None:
        self._parent = parent
        self._conditions = conditions
        self._approved: dict[str, Approved] = {}
        self._askers: dict[str, Asker] = {}
        self._prompts: dict[str, PromptHandle] = {}
        self._calls: dict[str, ToolHandle] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._askers.clear()
        self._open.__exit__(kind, error, trace)

    async def run(
        self,
        agent: Agent[Any],
        text: str | list[TResponseInputItem] | RunState[Any],
        **options: Any,
    ) -> RunResult:
        """`Runner.run` to its end: each time it is interrupted, people are asked, and it goes on.

        `options` are those of `Runner.run`, but for `hooks`: hooks of your own go on the agent.
        """
        result = await Runner.run(agent, text, hooks=self, **options)
        options.pop("context", None)
        while result.interruptions:
            state = await self.answer(result)
            result = await Runner.run(agent, state, hooks=self, **options)
        return result

    async def answer(self, paused: RunResult | RunResultStreaming | RunState[Any]) -> RunState[Any]:
        """Asks about every pending call, all at once; the state with each approved or rejected."""
        state = paused if isinstance(paused, RunState) else paused.to_state()
        items = state.get_interruptions()
        verdicts = await asyncio.gather(*(self._asked(item) for item in items))
        for item, verdict in zip(items, verdicts, strict=True):
            if verdict.approved:
                state.approve(item)
            else:
                state.reject(item, rejection_message=verdict.message)
        return state

    async def on_agent_start(self, context: AgentHookContext[Any], agent: Any) -> None:
        """Records that an agent takes over."""
        self._asker(agent)

    async def on_llm_start(
        self,
        context: RunContextWrapper[Any],
        agent: Agent[Any],
        system_prompt: str | None,
        input_items: list[TResponseInputItem],
    ) -> None:
        """Records what the model is asked."""
        latest = input_items[-1:] if self._prompts.get(agent.name) else input_items
        self._prompts[agent.name] = self._asker(agent).agent.prompt(request=_request(latest))

    async def on_llm_end(
        self, context: RunContextWrapper[Any], agent: Agent[Any], response: ModelResponse
    ) -> None:
        """Records what the model said, and what it used."""
        prompt, usage = self._prompts.get(agent.name), response.usage
        if prompt is None:
            return
        prompt.done(
            _response(response),
            tokens_in=usage.input_tokens,
            tokens_out=usage.output_tokens,
            cache_read=usage.input_tokens_details.cached_tokens,
            cache_write=getattr(usage.input_tokens_details, "cache_write_tokens", None),
        )

    async def on_tool_start(self, context: RunContextWrapper[Any], agent: Any, tool: Tool) -> None:
        """Records a call; asks anew where an approved one would run with other arguments."""
        asker, gate = self._asker(agent), None
        if not isinstance(context, ToolContext):
            # No function: a shell, a computer. The framework holds its call to the approval.
            self._calls[tool.name] = asker.agent.tool(tool.name)
            return
        call_id, arguments = context.tool_call_id, _arguments(context.tool_arguments)
        if context.is_tool_approved(context.tool_name, call_id):
            verdict = await asker.confirm(call_id, context.tool_name, arguments)
            if not verdict.approved:
                asker.denied(context.tool_name, arguments, verdict)
                raise NotApproved(verdict.message)
            gate = verdict.gate_id
        self._calls[call_id] = asker.agent.tool(
            context.tool_name, input=arguments, prompt=self._prompts.get(agent.name), gate=gate
        )

    async def on_tool_end(
        self, context: RunContextWrapper[Any], agent: Any, tool: Tool, result: object
    ) -> None:
        """Records what a call gave back; a failure the model is told of looks like this too."""
        key = context.tool_call_id if isinstance(context, ToolContext) else tool.name
        call = self._calls.pop(key, None)
        if call is not None:
            call.done(result if isinstance(result, str) else repr(result))

    async def _asked(self, item: ToolApprovalItem) -> Verdict:
        asked = item.arguments
        arguments = _plain(item.raw_item) if asked is None else _arguments(asked)
        return await self._asker(item.agent).ask(
            item.call_id or "", item.name or "a tool without a name", arguments
        )

    def _asker(self, agent: Any) -> Asker:
        asker = self._askers.get(agent.name)
        if asker is None:
            model = agent.model if isinstance(getattr(agent, "model", None), str) else None
            handle = self._open.enter_context(self._parent.agent(agent.name, model=model))
            asker = Asker(handle, self._approved, **self._conditions)
            self._askers[agent.name] = asker
        return asker


def _arguments(text: str) -> object:
    """A call's arguments as the tool will get them; what is no JSON stays as it is written."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _plain(item: Any) -> object:
    return item if isinstance(item, dict) else item.model_dump(mode="json")


def _request(items: list[TResponseInputItem]) -> object:
    """What is asked, as text where it is a person's text alone."""
    if len(items) == 1 and isinstance(text := items[0].get("content"), str):
        return text
    return items


def _response(response: ModelResponse) -> object:
    """What was said, as text where it is nothing but text."""
    texts = [ItemHelpers.extract_text(item) for item in response.output if item.type == "message"]
    if len(texts) == len(response.output):
        return "\n\n".join(text or "" for text in texts)
    return [_plain(item) for item in response.output]
