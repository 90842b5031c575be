"""OpenAI Agents SDK: the agent's tool waits for a person.   pip install 'vedette[openai-agents]'

    python examples/with_openai_agents.py   asks, and waits at most two minutes
    vedette                                 in another terminal: `a` opens the gate

The model is a class in this file, so no key is needed: leave out `model=` for a real one.
"""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from agents import Agent, Model, ModelResponse, Usage, function_tool, set_tracing_disabled
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from vedette.data.adapters.openai_agents import Gatekeeper
from vedette.data.recorder import Recorder

FOLDER = Path(tempfile.mkdtemp(prefix="vedette-example-")) / "build"


class Fake(Model):
    """Wants to delete the folder; then says what it was told."""

    async def get_response(self, *_: Any, **given: Any) -> ModelResponse:
        latest = given["input"][-1]
        if latest.get("type") != "function_call_output":
            arguments = json.dumps({"folder": str(FOLDER)})
            said: Any = ResponseFunctionToolCall(
                type="function_call", call_id="call-1", name="delete_folder", arguments=arguments
            )
        else:
            text = f"The tool said: {latest['output']}"
            content = [ResponseOutputText(type="output_text", text=text, annotations=[])]
            said = ResponseOutputMessage(
                type="message", id="m-1", role="assistant", status="completed", content=content
            )
        usage = Usage(requests=1, input_tokens=120, output_tokens=20, total_tokens=140)
        return ModelResponse(output=[said], usage=usage, response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("this example does not stream")


# Or a function of (context, arguments, call id), where only some calls need a person.
@function_tool(needs_approval=True)
def delete_folder(folder: str) -> str:
    """Deletes a folder."""
    shutil.rmtree(folder)
    return f"{folder} is deleted"


async def main() -> None:
    set_tracing_disabled(True)
    FOLDER.mkdir()
    agent = Agent(name="tidy", model=Fake(), tools=[delete_folder])
    async with Recorder() as recorder, recorder.run("tidy up") as run:
        with Gatekeeper(run, risk="high", timeout=120) as gatekeeper:
            # Rejected, nobody answered, no database: the tool does not run, the model hears why.
            print((await gatekeeper.run(agent, "Tidy up.")).final_output)
    print(f"the folder is {'still there' if FOLDER.exists() else 'gone'}")


if __name__ == "__main__":
    asyncio.run(main())
