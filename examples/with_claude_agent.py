"""Claude Agent SDK: the session's tools wait for a person.  pip install 'vedette[claude-agent]'

    python examples/with_claude_agent.py    asks, and waits at most two minutes
    vedette                                 in another terminal: `a` opens the gate

`StandIn` takes the place of the claude program, so no key is needed: leave out `transport=` for
the real one.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from claude_agent_sdk import (
    AssistantMessage,
    ClaudeAgentOptions,
    ClaudeSDKClient,
    TextBlock,
    Transport,
)

from vedette.data.adapters.claude_agent import Gatekeeper
from vedette.data.recorder import Recorder

FOLDER = Path(tempfile.mkdtemp(prefix="vedette-example-")) / "build"


class StandIn(Transport):
    """Speaks as the claude program does: wants to delete the folder, asks, says what it heard."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def connect(self) -> None: ...
    async def end_input(self) -> None: ...
    async def close(self) -> None:
        self._lines.put_nowait(None)

    def is_ready(self) -> bool:
        return True

    async def read_messages(self) -> AsyncIterator[dict[str, Any]]:
        while (line := await self._lines.get()) is not None:
            yield line

    async def write(self, data: str) -> None:
        told = json.loads(data)
        wish = {"folder": str(FOLDER)}
        if told["type"] == "control_request":
            answer = {"subtype": "success", "request_id": told["request_id"], "response": {}}
            self._lines.put_nowait({"type": "control_response", "response": answer})
        elif told["type"] == "user":
            call = {"type": "tool_use", "id": "t-1", "name": "delete_folder", "input": wish}
            self._say("assistant", "m-1", call)
            ask = {"subtype": "can_use_tool", "tool_name": "delete_folder", "input": wish}
            request = {**ask, "tool_use_id": "t-1"}
            line = {"type": "control_request", "request_id": "q-1", "request": request}
            self._lines.put_nowait(line)
        elif told["type"] == "control_response":
            self._decided(told["response"].get("response") or {})

    def _decided(self, answer: dict[str, Any]) -> None:
        said, is_allowed = answer.get("message", "no answer"), answer.get("behavior") == "allow"
        if is_allowed:
            shutil.rmtree(answer["updatedInput"]["folder"])
            said = "it is deleted"
        result = {"type": "tool_result", "tool_use_id": "t-1", "content": said}
        self._say("user", "u-1", {**result, "is_error": not is_allowed})
        self._say("assistant", "m-2", {"type": "text", "text": f"The tool said: {said}"})
        end = {"type": "result", "subtype": "success", "is_error": False, "session_id": "s-1"}
        self._lines.put_nowait({**end, "duration_ms": 1, "duration_api_ms": 1, "num_turns": 2})

    def _say(self, role: str, number: str, block: dict[str, Any]) -> None:
        usage = {"input_tokens": 20, "cache_read_input_tokens": 100, "output_tokens": 20}
        message = {"id": number, "model": "none", "role": role, "content": [block], "usage": usage}
        self._lines.put_nowait({"type": role, "message": message, "session_id": "s-1"})


async def main() -> None:
    FOLDER.mkdir()
    async with Recorder() as recorder, recorder.run("tidy up", kind="session") as run:
        with Gatekeeper(run, risk="high", timeout=120) as gatekeeper:
            options = ClaudeAgentOptions(can_use_tool=gatekeeper.can_use_tool)
            async with ClaudeSDKClient(options, transport=StandIn()) as client:
                await client.query("Tidy up.")
                # Rejected, nobody answered, no database: it does not run, the model hears why.
                async for message in gatekeeper.watch(client.receive_response()):
                    if isinstance(message, AssistantMessage):
                        for block in message.content:
                            if isinstance(block, TextBlock):
                                print(block.text)
    print(f"the folder is {'still there' if FOLDER.exists() else 'gone'}")


if __name__ == "__main__":
    asyncio.run(main())
