"""Claude Agent SDK: a `can_use_tool` that waits for a person, and a record of what it streams.

    with Gatekeeper(run, risk="high") as gatekeeper:
        options = ClaudeAgentOptions(can_use_tool=gatekeeper.can_use_tool)
        async with ClaudeSDKClient(options) as client:
            await client.query("Tidy up.")
            async for message in gatekeeper.watch(client.receive_response()):
                ...

Claude Code asks `can_use_tool` only about what its own rules leave open: a tool in
`allowed_tools`, or a permission mode that allows everything, goes past it. It waits for the answer
as long as it takes, so the gate's own deadline is the one that counts.
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from copy import deepcopy
from types import TracebackType
from typing import Any, Self, Unpack

from ..recording.handles import AgentHandle, PromptHandle, Run, ToolHandle
from .asking import Asker, Conditions
from .extras import needed

with needed("claude_agent_sdk", "claude-agent"):
    from claude_agent_sdk import (
        AssistantMessage,
        PermissionResultAllow,
        PermissionResultDeny,
        ResultMessage,
        TextBlock,
        ThinkingBlock,
        ToolPermissionContext,
        ToolResultBlock,
        ToolUseBlock,
        UserMessage,
    )

_SUB_AGENT_TOOLS = ("Agent", "Task")


class Gatekeeper:
    """Stands between one session and its tools; the session becomes an agent below `parent`.

    Nothing that goes wrong here lets a tool run that was asked about.
    """

    def __init__(
        self, parent: Run | AgentHandle, *, name: str = "claude", **conditions: Unpack[Conditions]
    ) -> None:
        self._open = ExitStack()
        self._agent = self._open.enter_context(parent.agent(name))
        self._asker = Asker(self._agent, **conditions)
        self._agents: dict[str, AgentHandle] = {}
        """Sub-agents by the tool call that started them."""
        self._prompts: dict[str, tuple[str, PromptHandle]] = {}
        """The message each agent's model is at, by the same call ("" for the session's own)."""
        self._calls: dict[str, ToolHandle] = {}
        self._denied: dict[str, str] = {}
        """Calls that were denied before the stream told of them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _, prompt in self._prompts.values():
            prompt.done()
        self._open.__exit__(kind, error, trace)

    async def can_use_tool(
        self, tool: str, given: dict[str, Any], context: ToolPermissionContext
    ) -> PermissionResultAllow | PermissionResultDeny:
        """Asks a person about one call. What is approved runs with the arguments that were read."""
        asked, call_id = deepcopy(given), context.tool_use_id or ""
        call = self._calls.get(call_id)
        verdict = await self._asker.put(call_id, tool, asked, context.decision_reason, call)
        if verdict.approved:
            return PermissionResultAllow(updated_input=asked)
        if call is not None:
            call.cancel(verdict.message)
        else:
            self._denied[call_id] = verdict.message
        return PermissionResultDeny(message=verdict.message)

    async def watch(self, messages: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """The messages as they come, each recorded."""
        async for message in messages:
            self.see(message)
            yield message

    def see(self, message: Any) -> None:
        """Records one message of the session."""
        if isinstance(message, AssistantMessage):
            self._hear_model(message)
        elif isinstance(message, UserMessage) and isinstance(message.content, list):
            for block in message.content:
                if isinstance(block, ToolResultBlock):
                    self._end_call(block)
        elif isinstance(message, ResultMessage):
            cost = message.total_cost_usd
            told = message.subtype if cost is None else f"{message.subtype}, {cost:.4f} USD"
            level = "error" if message.is_error else "info"
            self._agent.event("session.result", told, level=level)

    def _hear_model(self, message: AssistantMessage) -> None:
        place = message.parent_tool_use_id or ""
        prompt = self._prompt(place, message)
        for block in message.content:
            if isinstance(block, TextBlock):
                prompt.write(block.text)
            elif isinstance(block, ThinkingBlock):
                prompt.think(block.thinking)
            elif isinstance(block, ToolUseBlock):
                self._begin_call(block, prompt)
        if usage := message.usage:
            # One message comes in parts, each with the whole usage: the latest is right. What went
            # through the cache is not in Anthropic's count of the input.
            read = usage.get("cache_read_input_tokens") or 0
            written = usage.get("cache_creation_input_tokens") or 0
            prompt.used(
                tokens_in=(usage.get("input_tokens") or 0) + read + written,
                tokens_out=usage.get("output_tokens"),
                cache_read=read,
                cache_write=written,
                model=message.model,
            )

    def _prompt(self, place: str, message: AssistantMessage) -> PromptHandle:
        """The call of the model that a message is part of."""
        message_id = message.message_id or message.uuid or ""
        known, prompt = self._prompts.get(place, (None, None))
        if prompt is not None and known == message_id:
            return prompt
        if prompt is not None:
            prompt.done()
        prompt = self._agents.get(place, self._agent).prompt(model=message.model)
        self._prompts[place] = (message_id, prompt)
        return prompt

    def _begin_call(self, block: ToolUseBlock, prompt: PromptHandle) -> None:
        if block.id in self._calls:
            return
        agent, gate = prompt.agent, self._asker.gate_of(block.id)
        call = agent.tool(block.name, input=block.input, prompt=prompt, gate=gate)
        self._calls[block.id] = call
        if (denied := self._denied.pop(block.id, None)) is not None:
            call.cancel(denied)
        if block.name in _SUB_AGENT_TOOLS:
            name = str(block.input.get("subagent_type") or block.name)
            self._agents[block.id] = agent.agent(name)

    def _end_call(self, block: ToolResultBlock) -> None:
        if (call := self._calls.get(block.tool_use_id)) is None:
            return
        if block.is_error:
            call.fail(_text(block.content))
        else:
            call.done(_text(block.content))
        if sub_agent := self._agents.get(block.tool_use_id):
            _, prompt = self._prompts.pop(block.tool_use_id, (None, None))
            if prompt is not None:
                prompt.done()
            sub_agent.done()


def _text(content: str | list[dict[str, Any]] | None) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", part)) for part in content)
    return content or ""
