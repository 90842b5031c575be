"""The real Claude Code asks `vedette mcp` before a tool runs, and does what it is told."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import transcripts as made
from tests.builders.answering import answer, gate_now, waiting
from tests.builders.recorded import row, until
from tests.clients.conftest import Npm
from tests.clients.model_server import Model, model_server

CLAUDE_CODE = "@anthropic-ai/claude-code-linux-x64@2.1.329"
COMMAND = "touch ran.txt"
"""What the model wants run; whether it ran is seen in the project."""
LONG = 120.0

pytestmark = pytest.mark.timeout(600)


class Room:
    """A project, a client at work in it, and the permission tool that it asks."""

    def __init__(self, folder: Path, program: Path, model: Model) -> None:
        self.project = folder / "shop"
        self.project.mkdir()
        self.db = folder / "runs.db"
        self._folder, self._program, self._model = folder, program, model
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> None:
        """The client begins to work; it may run nothing unasked."""
        server = {
            "command": sys.executable,
            "args": ["-m", "vedette.tui", "mcp", "--db", str(self.db), *options],
            "env": {"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        }
        config = self._folder / "mcp.json"
        config.write_text(json.dumps({"mcpServers": {"vedette": server}}))
        words = ["-p", "Look around.", "--model", made.SONNET, "--strict-mcp-config"]
        asked = ["--mcp-config", config, "--permission-prompt-tool", "mcp__vedette__approve"]
        self.process = subprocess.Popen(
            [self._program, *words, *asked],
            cwd=self.project,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._folder),
                "CLAUDE_CONFIG_DIR": str(self._folder / "claude"),
                "ANTHROPIC_BASE_URL": self._model.address,
                "ANTHROPIC_API_KEY": "none",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until_asked(self) -> dict[str, Any]:
        """The gate that the call waits at."""
        return waiting(self.db, self.process, LONG)

    def finish(self) -> str:
        """What the model was told of its call, once the client is done."""
        assert self.process is not None
        out, _ = self.process.communicate(timeout=LONG)
        assert self.process.returncode == 0, out
        return json.dumps(self._model.heard[-1]["messages"])

    @property
    def has_run(self) -> bool:
        """Whether the command ran."""
        return (self.project / "ran.txt").exists()

    def server_pid(self) -> int:
        """The process that asks, by its own row."""
        return int(row(self.db, "SELECT pid FROM processes WHERE program = 'vedette mcp'")["pid"])

    def close(self) -> None:
        """Ends the client and its server."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()


@pytest.fixture
def room(npm: Npm, tmp_path: Path) -> Iterator[Room]:
    program = npm(CLAUDE_CODE).parent / "@anthropic-ai" / "claude-code-linux-x64" / "claude"
    with model_server(COMMAND, has_scout=False) as model:
        room = Room(tmp_path, program, model)
        yield room
        room.close()


def test_what_is_approved_runs(room: Room) -> None:
    room.start()
    gate = answer(room.db, "approved", asker=room.process, seconds=LONG)
    assert gate["asks"]["tool"] == "Bash"
    assert gate["asks"]["command"] == COMMAND
    assert gate["asks"]["cwd"] == str(room.project)
    room.finish()
    assert room.has_run
    assert gate_now(room.db, gate["id"])["moved_on_at"] is not None


def test_what_is_rejected_does_not_run_and_the_model_hears_why(room: Room) -> None:
    room.start()
    answer(room.db, "rejected", "not before the release", room.process, LONG)
    assert "ana rejected this call: not before the release" in room.finish()
    assert not room.has_run


def test_nobody_answered_does_not_run(room: Room) -> None:
    room.start("--deadline", "1")
    assert "Nobody answered within 1 seconds" in room.finish()
    assert not room.has_run


def test_a_store_that_cannot_be_used_does_not_run(room: Room) -> None:
    room.db.write_bytes(b"no database" * 100)
    room.start()
    assert "Nobody could be asked" in room.finish()
    assert not room.has_run


def test_a_store_that_is_removed_does_not_run(room: Room) -> None:
    room.start()
    room.until_asked()
    room.db.unlink()
    assert "Nobody could be asked" in room.finish()
    assert not room.has_run


def test_a_server_that_is_killed_does_not_run(room: Room) -> None:
    room.start()
    room.until_asked()
    os.kill(room.server_pid(), signal.SIGKILL)
    assert room.process is not None
    room.process.communicate(timeout=LONG)
    assert not room.has_run


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_client_that_goes_away_takes_its_question_with_it(
    room: Room, end: signal.Signals
) -> None:
    room.start()
    gate = room.until_asked()
    assert room.process is not None
    room.process.send_signal(end)
    room.process.communicate(timeout=LONG)
    until(lambda: gate_now(room.db, gate["id"])["status"] == "withdrawn", LONG)
    assert not room.has_run
