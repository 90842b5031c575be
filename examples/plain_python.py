"""Plain Python: a script that asks a person before it deletes a folder.

    python examples/plain_python.py     asks, and waits at most two minutes
    vedette                             in another terminal: `a` opens the gate

Rows go to $VEDETTE_DB, the nearest .vedette/runs.db or your own database.
"""

import shutil
import tempfile
from pathlib import Path

from vedette.data.recorder import Recorder, StoreFailed


def old_build() -> Path:
    """A folder nobody will miss."""
    folder = Path(tempfile.mkdtemp(prefix="vedette-example-")) / "build"
    folder.mkdir()
    (folder / "app.bin").write_bytes(bytes(1024))
    return folder


def main() -> None:
    folder = old_build()
    with Recorder() as recorder, recorder.run("nightly tidy-up") as run, run.agent("tidy") as agent:
        # The payload is what the person reads, and what the answer is bound to by its hash:
        # put into it all that will happen, and nothing else.
        payload = {"tool": "rmtree", "arguments": {"folder": str(folder)}}
        try:
            answer = agent.ask(
                f"delete {folder}", payload, risk="high", why="it is a year old", timeout=120
            )
        except StoreFailed as error:
            print(f"nobody could be asked, so nothing is deleted: {error}")
        else:
            # approved, rejected, expired (nobody answered) or withdrawn: only one of them is yes.
            if answer.approved:
                with agent.tool("rmtree", input=payload, gate=answer.approval_id) as call:
                    shutil.rmtree(folder)
                    call.done("deleted")
            else:
                print(f"not deleted: {answer.outcome} by {answer.by}: {answer.reason}")
    print(f"the folder is {'still there' if folder.exists() else 'gone'}")


if __name__ == "__main__":
    main()
