"""pydantic-ai: the agent's tool waits for a person.      pip install 'vedette[pydantic-ai]'

    python examples/with_pydantic_ai.py     asks, and waits at most two minutes
    vedette                                 in another terminal: `a` opens the gate

The model is a function in this file, so no key is needed: put a real one in its place.
"""

import shutil
import tempfile
from pathlib import Path

from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from vedette.data.adapters.pydantic_ai import Gatekeeper
from vedette.data.recorder import Recorder

FOLDER = Path(tempfile.mkdtemp(prefix="vedette-example-")) / "build"


def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """Wants to delete the folder; then says what it was told."""
    if len(messages) == 1:
        return ModelResponse([ToolCallPart("delete_folder", {"folder": str(FOLDER)})])
    return ModelResponse([TextPart(f"The tool said: {messages[-1].parts[0].content}")])


def main() -> None:
    FOLDER.mkdir()
    with Recorder() as recorder, recorder.run("tidy up") as run:
        gatekeeper = Gatekeeper(run, risk="high", timeout=120)
        agent = Agent(FunctionModel(model), name="tidy", capabilities=[gatekeeper])

        # Or `raise ApprovalRequired` inside the tool, where only some calls need a person.
        @agent.tool_plain(requires_approval=True)
        def delete_folder(folder: str) -> str:
            shutil.rmtree(folder)
            return f"{folder} is deleted"

        # Rejected, nobody answered, no database: the tool does not run, the model hears why.
        print(agent.run_sync("Tidy up.").output)
    print(f"the folder is {'still there' if FOLDER.exists() else 'gone'}")


if __name__ == "__main__":
    main()
