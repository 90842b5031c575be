"""MCP: one tool, `approve`, that a client asks before it runs another; served over stdio.

Claude Code calls it with {tool_name, input, tool_use_id} and reads a text that is JSON:
{"behavior": "allow", "updatedInput": {...}} or {"behavior": "deny", "message": "..."}. Nothing is
ever raised at a client: whatever goes wrong is a denial with the reason.
"""

import asyncio
import json
import os
import signal
from contextlib import suppress
from copy import deepcopy
from typing import Any, NamedTuple

from ..ingest import gating
from ..ingest.events import Event
from ..recorder import Recorder, StoreFailed
from .asking import Verdict, failed, told
from .extras import needed

with needed("mcp", "mcp"):
    from mcp.server import Server, ServerRequestContext
    from mcp.server.stdio import stdio_server
    from mcp_types import (
        CallToolRequestParams,
        CallToolResult,
        ListToolsResult,
        PaginatedRequestParams,
        TextContent,
        Tool,
    )

SERVER = "vedette"
TOOL = "approve"
INTERRUPTED = 4
"""What the program exits with when it is told to stop; its questions are taken back then."""

_LOST = ("missing", "replaced")
"""What ails a store that another file may have taken the place of."""

_APPROVE = Tool(
    name=TOOL,
    description="Asks a person at Vedette's console whether a tool may run, and waits.",
    input_schema={
        "type": "object",
        "properties": {
            "tool_name": {"type": "string", "description": "The tool that wants to run."},
            "input": {"type": "object", "description": "Its whole input."},
            "tool_use_id": {"type": "string", "description": "The call it is about."},
        },
        "required": ["tool_name", "input"],
    },
)


class Terms(NamedTuple):
    """Where and how people are asked."""

    path: str
    risk: str
    deadline: float
    """Seconds until nobody answered."""


class PermissionTool:
    """Answers a client's calls. The first opens the database; the next does, where it was lost."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._recorder: Recorder | None = None
        self._opening = asyncio.Lock()

    def close(self) -> None:
        """Takes back what is still open, and says goodbye."""
        if self._recorder is not None:
            self._recorder.close()

    async def answer(self, given: dict[str, Any]) -> dict[str, Any]:
        """What the client is told about one call."""
        try:
            # What is allowed is what was asked about, whatever becomes of the client's own object.
            asked = deepcopy(given)
            verdict = await self._verdict(asked)
        except Exception as error:
            verdict = failed(error)
        if verdict.approved:
            return {"behavior": "allow", "updatedInput": asked["input"]}
        return {"behavior": "deny", "message": verdict.message}

    async def _verdict(self, asked: dict[str, Any]) -> Verdict:
        tool, given, call_id = asked.get("tool_name"), asked.get("input"), asked.get("tool_use_id")
        if not isinstance(tool, str) or not tool or not isinstance(given, dict):
            return Verdict(False, "Not run. The call does not say which tool, with what input.")
        call = Event("", "", os.getcwd(), None, None, tool, given, call_id, asked, None)
        title, payload = gating.title(call), gating.payload(call)
        recorder = await self._open()
        try:
            answer = await recorder.ask_async(
                title,
                payload,
                kind="permission",
                risk=self._terms.risk,
                timeout=self._terms.deadline,
                why="the client asks for permission",
            )
        except StoreFailed as error:
            if error.kind in _LOST:
                await self._forget(recorder)
            raise
        if answer.approved:
            recorder.went_on(answer)
        return Verdict(answer.approved, told(answer, self._terms.deadline))

    async def _open(self) -> Recorder:
        async with self._opening:
            if self._recorder is None:
                self._recorder = await asyncio.to_thread(
                    Recorder, self._terms.path, program="vedette mcp"
                )
            return self._recorder

    async def _forget(self, recorder: Recorder) -> None:
        if self._recorder is recorder:
            self._recorder = None
        await asyncio.to_thread(recorder.close)


def serve(terms: Terms) -> None:
    """Serves the tool until the client closes its end."""
    asyncio.run(_served(PermissionTool(terms)))


async def _served(tool: PermissionTool) -> None:
    async def listed(
        _: ServerRequestContext[Any], __: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[_APPROVE])

    async def called(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        if params.name == TOOL:
            said = await tool.answer(params.arguments or {})
        else:
            said = {"behavior": "deny", "message": f"Not run. There is no tool {params.name!r}."}
        return CallToolResult(content=[TextContent(text=json.dumps(said))])

    def stop() -> None:
        # A thread waits for stdin and cannot be stopped: what must be said is said here.
        tool.close()
        os._exit(INTERRUPTED)

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(each, stop)
    server: Server[Any] = Server(SERVER, on_list_tools=listed, on_call_tool=called)
    try:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    finally:
        tool.close()
