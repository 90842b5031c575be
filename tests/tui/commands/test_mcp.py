"""`vedette mcp`, asked by the official SDK's own client over stdio."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.builders.answering import answer, gate_now, waiting
from tests.builders.recorded import row, until, value
from vedette.data.recorder import Recorder

VEDETTE = "from vedette.tui.main import main; import sys; sys.exit(main())"
CALL = {"tool_name": "Bash", "input": {"command": "rm -rf build/"}, "tool_use_id": "toolu_1"}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@asynccontextmanager
async def client(db: Path, *options: str) -> AsyncIterator[ClientSession]:
    """A client that has said hello to a server of its own."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", VEDETTE, "mcp", "--db", str(db), *options],
        env=dict(os.environ),
        cwd=db.parent,
    )
    async with stdio_client(server) as (reading, writing), ClientSession(reading, writing) as own:
        await own.initialize()
        yield own


async def asks(session: ClientSession, call: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the client is told about a call."""
    result = await session.call_tool("approve", CALL if call is None else call)
    (content,) = result.content
    told: dict[str, Any] = json.loads(content.text)
    return told


async def person(db: Path, outcome: str, note: str | None = None) -> dict[str, Any]:
    return await asyncio.to_thread(answer, db, outcome, note)


async def test_there_is_one_tool_and_it_says_what_it_takes(db: Path) -> None:
    async with client(db) as session:
        (tool,) = (await session.list_tools()).tools
    assert tool.name == "approve"
    assert tool.input_schema["required"] == ["tool_name", "input"]


async def test_what_is_approved_is_allowed_with_the_input_that_was_read(db: Path) -> None:
    async with client(db, "--risk", "high") as session:
        told, gate = await asyncio.gather(asks(session), person(db, "approved"))
    assert told == {"behavior": "allow", "updatedInput": {"command": "rm -rf build/"}}
    assert gate["asks"] == {"tool": "Bash", "command": "rm -rf build/", "cwd": str(db.parent)}
    assert (gate["title"], gate["risk"]) == ("Bash: rm -rf build/", "high")
    now = gate_now(db, gate["id"])
    assert now["picked_up_at"] is not None
    assert now["moved_on_at"] is not None


async def test_what_is_rejected_is_denied_with_the_reason(db: Path) -> None:
    async with client(db) as session:
        told, gate = await asyncio.gather(asks(session), person(db, "rejected", "not on main"))
    assert told == {
        "behavior": "deny",
        "message": "Not run. ana rejected this call: not on main",
    }
    assert gate_now(db, gate["id"])["moved_on_at"] is None


async def test_nobody_answered_is_a_denial_that_says_so(db: Path) -> None:
    async with client(db, "--deadline", "0.3") as session:
        told = await asks(session)
    assert told == {
        "behavior": "deny",
        "message": "Not run. Nobody answered within 0.3 seconds; that is not a refusal.",
    }
    assert value(db, "SELECT status FROM approvals") == "expired"


async def test_a_store_that_is_taken_away_is_a_denial_and_one_that_is_back_is_asked_in(
    db: Path,
) -> None:
    async with client(db) as session:
        asking = asyncio.create_task(asks(session))
        await asyncio.to_thread(waiting, db)
        for name in (db.name, f"{db.name}-wal", f"{db.name}-shm"):
            with suppress(FileNotFoundError):
                await asyncio.to_thread(os.remove, db.parent / name)
        told = await asking
        assert told["behavior"] == "deny"
        assert told["message"].startswith("Not run. Nobody could be asked: ")
        again, _ = await asyncio.gather(asks(session), person(db, "approved"))
    assert again["behavior"] == "allow"


async def test_a_store_that_cannot_be_opened_is_a_denial(db: Path) -> None:
    await asyncio.to_thread(db.write_bytes, b"no database" * 100)
    async with client(db) as session:
        told = await asks(session)
    assert told["behavior"] == "deny"
    assert "is not a" in told["message"]


async def test_a_call_the_client_gives_up_is_taken_back(db: Path) -> None:
    async with client(db) as session:
        asking = asyncio.create_task(asks(session))
        gate = await asyncio.to_thread(waiting, db)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.to_thread(
            until, lambda: gate_now(db, gate["id"])["status"] == "withdrawn", 20.0
        )
        told, _ = await asyncio.gather(asks(session), person(db, "approved"))
    assert told["behavior"] == "allow"


async def test_calls_that_come_at_once_are_each_asked_about(db: Path) -> None:
    other = {**CALL, "input": {"command": "ls"}, "tool_use_id": "toolu_2"}
    async with client(db) as session:
        both = asyncio.gather(asks(session), asks(session, other))
        await person(db, "approved")
        await person(db, "approved")
        first, second = await both
    assert first["updatedInput"] == CALL["input"]
    assert second["updatedInput"] == other["input"]


@pytest.mark.parametrize(
    "call",
    [
        {},
        {"tool_name": "Bash"},
        {"tool_name": "Bash", "input": "ls"},
        {"tool_name": 1, "input": {}},
    ],
)
async def test_a_call_that_says_too_little_is_denied_and_nobody_is_asked(
    db: Path, call: dict[str, Any]
) -> None:
    async with client(db) as session:
        assert (await asks(session, call))["behavior"] == "deny"
    assert not await asyncio.to_thread(db.exists)


class Server:
    """The server as a process, spoken to by hand."""

    def __init__(self, db: Path) -> None:
        self.db = db
        self.process = subprocess.Popen(
            [sys.executable, "-c", VEDETTE, "mcp", "--db", str(db)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self) -> dict[str, Any]:
        """Puts the question; the gate that it becomes."""
        hello = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "hand", "version": "1"},
        }
        self._write(id=1, method="initialize", params=hello)
        assert self.process.stdout is not None
        assert "vedette" in self.process.stdout.readline()
        self._write(method="notifications/initialized")
        self._write(id=2, method="tools/call", params={"name": "approve", "arguments": CALL})
        return waiting(self.db, self.process)

    def _write(self, **message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()


@pytest.fixture
def server(db: Path) -> Any:
    server = Server(db)
    with server.process:
        yield server
        server.process.kill()


def test_a_client_that_goes_away_takes_its_question_with_it(db: Path, server: Server) -> None:
    gate = server.ask()
    server.process.communicate(timeout=30)
    assert server.process.returncode == 0
    assert gate_now(db, gate["id"])["status"] == "withdrawn"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_server_that_is_told_to_stop_takes_its_question_back(
    db: Path, server: Server, number: signal.Signals
) -> None:
    gate = server.ask()
    server.process.send_signal(number)
    assert server.process.wait(30) == 4
    assert gate_now(db, gate["id"])["status"] == "withdrawn"


def test_the_question_of_a_killed_server_is_taken_back_by_the_next_to_come(
    db: Path, server: Server
) -> None:
    gate = server.ask()
    server.process.kill()
    server.process.wait(30)
    with Recorder(db) as recorder:
        assert recorder.flush()
    assert gate_now(db, gate["id"])["status"] == "withdrawn"
    assert row(db, "SELECT count(*) AS gates FROM approvals")["gates"] == 1


def test_without_the_sdk_the_extra_is_named() -> None:
    code = f"import sys; sys.modules['mcp'] = None; sys.argv[1:] = ['mcp']; {VEDETTE}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "vedette: mcp is not installed\n  pip install 'vedette[mcp]'\n"
    assert done.stdout == ""
