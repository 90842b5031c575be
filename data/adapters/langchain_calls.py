"""Records what LangChain's models and tools do, for the graphs they run in."""

from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langgraph.errors import GraphBubbleUp

from ..recording.handles import AgentHandle, PromptHandle, ToolHandle


class CallRecorder(BaseCallbackHandler):
    """Writes model calls and tool calls below one agent; what it fails at disturbs nobody."""

    run_inline = True

    def __init__(self, agent: AgentHandle) -> None:
        self.agent = agent
        self._prompts: dict[UUID, PromptHandle] = {}
        self._tools: dict[UUID, ToolHandle] = {}

    def has_open(self, tool: str) -> bool:
        """Whether a tool of this name runs."""
        return any(call.name == tool for call in list(self._tools.values()))

    def on_chain_start(
        self,
        serialized: dict[str, Any],
        inputs: dict[str, Any],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Notes that a node runs, and runs again."""
        node = (metadata or {}).get("langgraph_node")
        if node is not None and kwargs.get("name") == node:
            self.agent.event("node.start", str(node), level="debug")

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Records what a model is asked."""
        said = [f"{message.type}: {message.text}" for batch in messages for message in batch]
        self._begin(run_id, "\n\n".join(said), metadata)

    def on_llm_start(
        self,
        serialized: dict[str, Any],
        prompts: list[str],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Records what a model without messages is asked."""
        self._begin(run_id, "\n\n".join(prompts), metadata)

    def on_llm_end(
        self,
        response: LLMResult,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Records what a model said, and what it used."""
        prompt = self._prompts.pop(run_id, None)
        if prompt is None:
            return
        generation = response.generations[0][0]
        message = generation.message if isinstance(generation, ChatGeneration) else None
        usage = message.usage_metadata if isinstance(message, AIMessage) else None
        said: object = generation.text
        if isinstance(message, AIMessage) and message.tool_calls:
            said = {"text": generation.text, "tool_calls": message.tool_calls}
        parts = usage.get("input_token_details", {}) if usage else {}
        prompt.done(
            said,
            tokens_in=usage["input_tokens"] if usage else None,
            tokens_out=usage["output_tokens"] if usage else None,
            cache_read=parts.get("cache_read"),
            cache_write=parts.get("cache_creation"),
            model=(message and message.response_metadata.get("model_name")) or None,
        )

    def on_llm_error(
        self,
        error: BaseException,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Records that a model call failed."""
        if prompt := self._prompts.pop(run_id, None):
            prompt.fail(error)

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        inputs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Records a tool call."""
        name = str((serialized or {}).get("name") or kwargs.get("name") or "tool")
        self._tools[run_id] = self.agent.tool(name, input=inputs or input_str)

    def on_tool_end(
        self,
        output: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """Records what a tool gave back."""
        if call := self._tools.pop(run_id, None):
            call.done(
                output if isinstance(output, str) else str(getattr(output, "content", output))
            )

    def on_tool_error(
        self,
        error: BaseException,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """Records that a tool failed, or stopped to ask."""
        if call := self._tools.pop(run_id, None):
            if isinstance(error, GraphBubbleUp):
                call.cancel("it asks first")
            else:
                call.fail(error)

    def _begin(self, run_id: UUID, request: str, metadata: dict[str, Any] | None) -> None:
        model = (metadata or {}).get("ls_model_name")
        self._prompts[run_id] = self.agent.prompt(request=request, model=model)
