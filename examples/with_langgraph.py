"""LangGraph: a node waits for a person.                      pip install 'vedette[langgraph]'

    python examples/with_langgraph.py       asks, and waits at most two minutes
    vedette                                 in another terminal: `a` opens the gate

A NODE RUNS AGAIN FROM ITS TOP once it is answered: here the folder is looked for twice. So keep
whatever has an effect, or costs something, behind `approval`, or in a node of its own.
"""

import shutil
import tempfile
from pathlib import Path
from typing import TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

from vedette.data.adapters.langgraph import Gatekeeper, approval
from vedette.data.recorder import Recorder

FOLDER = Path(tempfile.mkdtemp(prefix="vedette-example-")) / "build"


class State(TypedDict):
    """What the nodes hand on."""

    folder: str
    said: str


def delete_folder(state: State) -> dict[str, str]:
    """Deletes the folder, if a person agrees to just this one."""
    print(f"looking for {state['folder']}")  # twice: before the question, and after the answer
    with approval("delete_folder", {"folder": state["folder"]}, why="it is a year old") as call:
        if not call.approved:
            return {"said": call.message}
        shutil.rmtree(state["folder"])
        call.done("deleted")
    return {"said": f"{state['folder']} is deleted"}


def main() -> None:
    FOLDER.mkdir()
    builder = StateGraph(State)
    builder.add_node("delete_folder", delete_folder)
    builder.add_edge(START, "delete_folder")
    builder.add_edge("delete_folder", END)
    # With a checkpointer on disk a run that was killed goes on: `invoke(graph, None, config)`.
    graph = builder.compile(checkpointer=InMemorySaver(), name="tidy")
    config = {"configurable": {"thread_id": "nightly"}}

    with Recorder() as recorder, recorder.run("tidy up") as run:
        gatekeeper = Gatekeeper(run, risk="high", timeout=120)
        # Rejected, nobody answered, no database: the node is told, and deletes nothing.
        print(gatekeeper.invoke(graph, {"folder": str(FOLDER), "said": ""}, config)["said"])
    print(f"the folder is {'still there' if FOLDER.exists() else 'gone'}")


if __name__ == "__main__":
    main()
