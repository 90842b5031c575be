"""The Claude Agent SDK from PyPI: its example, and the gatekeeper with the SDK's own types.

The source package, which leaves the claude program out; what it stands on is in dev.
"""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import transcripts as made
from tests.builders.answering import answer, gate_now, waiting
from tests.builders.recorded import row, rows, until, value
from tests.clients.conftest import Npm
from tests.clients.model_server import model_server
from tests.examples import acts
from vedette.data.recorder import Recorder

SDK = "claude-agent-sdk==0.2.189"
EXAMPLE = "with_claude_agent"


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder the SDK is in."""
    room = str(tmp_path_factory.mktemp("sdk"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", room, "--no-deps"]
    only = ["--no-binary", "claude-agent-sdk", SDK]
    done = subprocess.run([*command, *only], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return room


def test_what_is_approved_runs_and_the_trail_says_so(tmp_path: Path, sdk: str) -> None:
    acts.is_approved(EXAMPLE, tmp_path / "runs.db", PYTHONPATH=sdk)


def test_what_is_rejected_does_not_run_and_the_model_hears_why(tmp_path: Path, sdk: str) -> None:
    acts.is_rejected(EXAMPLE, tmp_path / "runs.db", has_model=True, PYTHONPATH=sdk)


def test_nobody_can_approve_for_an_asker_that_was_stopped(tmp_path: Path, sdk: str) -> None:
    acts.is_interrupted(EXAMPLE, tmp_path / "runs.db", PYTHONPATH=sdk)


def test_the_gate_of_a_killed_asker_is_taken_back_by_the_next_to_come(
    tmp_path: Path, sdk: str
) -> None:
    acts.is_killed(EXAMPLE, tmp_path / "runs.db", PYTHONPATH=sdk)


Asking = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def asking(tmp_path: Path, sdk: str) -> Any:
    """Starts a program that has a gatekeeper, and prints what `answered` comes to."""
    programs = []

    def start(body: str) -> "subprocess.Popen[str]":
        code = textwrap.dedent(
            """
            import asyncio, os
            from claude_agent_sdk import *
            from vedette.data.adapters.claude_agent import Gatekeeper
            from vedette.data.recorder import Recorder

            async def main():
                with Recorder("runs.db") as recorder, recorder.run("tidy") as run:
                    given, context = {"command": "rm -rf build"}, ToolPermissionContext
            """
        ) + textwrap.indent(textwrap.dedent(body), " " * 8)
        program = subprocess.Popen(
            [sys.executable, "-c", f"{code}\nasyncio.run(main())"],
            cwd=tmp_path,
            env={"PYTHONPATH": os.pathsep.join([sdk, os.environ.get("PYTHONPATH", "")])},
            stdout=subprocess.PIPE,
            text=True,
        )
        programs.append(program)
        return program

    yield start
    for program in programs:
        with program:
            program.kill()


def test_what_runs_is_what_was_read_whatever_becomes_of_the_input(
    tmp_path: Path, asking: Asking
) -> None:
    program = asking(
        """
        keeper = Gatekeeper(run)
        asked = asyncio.create_task(keeper.can_use_tool("Bash", given, context(tool_use_id="t-1")))
        await asyncio.sleep(0)
        given["command"] = "rm -rf /"
        print((await asked).updated_input)
        """
    )
    gate = answer(tmp_path / "runs.db", "approved", asker=program)
    assert gate["asks"] == {"tool": "Bash", "command": "rm -rf build"}
    assert program.communicate()[0] == "{'command': 'rm -rf build'}\n"


def test_nobody_answered_and_a_store_that_is_gone_are_denials(
    tmp_path: Path, asking: Asking
) -> None:
    program = asking(
        """
        keeper = Gatekeeper(run, timeout=0.2)
        print((await keeper.can_use_tool("Bash", given, context(tool_use_id="t-1"))).message)
        os.remove("runs.db")
        print((await keeper.can_use_tool("Bash", given, context(tool_use_id="t-2"))).message)
        """
    )
    nobody, gone = program.communicate(timeout=60)[0].splitlines()
    assert nobody == "Not run. Nobody answered within 0.2 seconds; that is not a refusal."
    assert gone.startswith("Not run. Nobody could be asked: ")


def test_a_call_the_client_takes_back_is_withdrawn(tmp_path: Path, asking: Asking) -> None:
    db = tmp_path / "runs.db"
    program = asking(
        """
        keeper = Gatekeeper(run)
        asked = asyncio.create_task(keeper.can_use_tool("Bash", given, context(tool_use_id="t-1")))
        while not os.path.exists("cancel"):
            await asyncio.sleep(0.01)
        asked.cancel()
        """
    )
    gate = waiting(db, program)
    (tmp_path / "cancel").touch()
    program.communicate(timeout=60)
    assert gate_now(db, gate["id"])["status"] == "withdrawn"


def test_messages_become_rows_once_each_with_the_cache_counted_in(
    tmp_path: Path, asking: Asking
) -> None:
    db = tmp_path / "runs.db"
    Recorder(db).close()
    program = asking(
        """
        used = {"input_tokens": 20, "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 5, "output_tokens": 7}
        def says(block, number="m-1", under=None):
            return AssistantMessage([block], "claude-x", under, usage=used, message_id=number)
        with Gatekeeper(run) as keeper:
            keeper.see(says(TextBlock("I look ")))
            keeper.see(says(TextBlock("around.")))
            keeper.see(says(ToolUseBlock("t-1", "Agent", {"subagent_type": "scout"})))
            keeper.see(says(ToolUseBlock("t-2", "Read", {"file_path": "a"}), "m-2", "t-1"))
            keeper.see(UserMessage([ToolResultBlock("t-2", "no such file", True)]))
            keeper.see(UserMessage([ToolResultBlock("t-1", "seen")]))
        """
    )
    program.communicate(timeout=60)
    assert program.returncode == 0
    agents = rows(db, "SELECT name, status FROM agents ORDER BY seq")
    assert [tuple(agent) for agent in agents] == [("claude", "completed"), ("scout", "completed")]
    first, second = rows(db, "SELECT * FROM prompts ORDER BY seq")
    assert (first["tokens_in"], first["cache_read"], first["cache_write"]) == (125, 100, 5)
    assert first["tokens_out"] == second["tokens_out"] == 7
    text = "SELECT group_concat(text, '') FROM prompt_chunks WHERE prompt_id = ?"
    assert value(db, text, first["id"]) == "I look around."
    failed = row(db, "SELECT * FROM tool_calls WHERE name = 'Read'")
    assert (failed["status"], failed["error"]) == ("failed", "no such file")
    assert until(lambda: value(db, "SELECT status FROM tool_calls WHERE name = 'Agent'"))


PROGRAM = "@anthropic-ai/claude-code-linux-x64@2.1.329"
COMMAND = "touch ran.txt"
SESSION = """
import asyncio, sys
from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient
from vedette.data.adapters.claude_agent import Gatekeeper
from vedette.data.recorder import Recorder

async def main():
    with Recorder("runs.db") as recorder, recorder.run("tidy") as run:
        with Gatekeeper(run) as keeper:
            options = ClaudeAgentOptions(
                can_use_tool=keeper.can_use_tool, cli_path=sys.argv[1], model=sys.argv[2]
            )
            async with ClaudeSDKClient(options) as client:
                await client.query("Look around.")
                async for message in keeper.watch(client.receive_response()):
                    pass

asyncio.run(main())
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_the_real_program_does_what_the_person_says(
    tmp_path: Path, npm: Npm, sdk: str, outcome: str
) -> None:
    db = tmp_path / "runs.db"
    claude = npm(PROGRAM).parent / "@anthropic-ai" / "claude-code-linux-x64" / "claude"
    with model_server(COMMAND, has_scout=False) as model:
        program = subprocess.Popen(
            [sys.executable, "-c", SESSION, str(claude), made.SONNET],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.pathsep.join([sdk, os.environ.get("PYTHONPATH", "")]),
                "HOME": str(tmp_path),
                "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
                "ANTHROPIC_BASE_URL": model.address,
                "ANTHROPIC_API_KEY": "none",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with program:
            gate = answer(db, outcome, "not before the release", program, 120.0)
            out, _ = program.communicate(timeout=120)
        told = json.dumps(model.heard[-1]["messages"])
    assert program.returncode == 0, out
    assert gate["asks"]["command"] == COMMAND
    assert (tmp_path / "ran.txt").exists() is (outcome == "approved")
    assert ("not before the release" in told) is (outcome == "rejected")
    call = row(db, "SELECT * FROM tool_calls")
    assert call["status"] == ("completed" if outcome == "approved" else "cancelled")
    assert call["id"] == gate_now(db, gate["id"])["tool_call_id"]
    prompt = row(db, "SELECT * FROM prompts ORDER BY seq LIMIT 1")
    assert prompt["model"] == made.SONNET
    assert prompt["tokens_in"] == prompt["cache_read"] + prompt["cache_write"] + 11
