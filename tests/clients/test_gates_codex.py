"""The real Codex waits at Vedette's gates, and whatever goes wrong, the tool does not run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.recorded import until
from tests.clients.conftest import Npm
from tests.clients.gate_cases import GateCases, cut_short, kill_shell_and_hook
from tests.clients.gated import COMMAND, LONG, Client, Room
from tests.clients.model_server import model_server

CODEX = "@openai/codex@0.169.0"
CONFIG = """
model = "gpt-5.1-codex"
model_provider = "here"
[model_providers.here]
name = "here"
base_url = "{address}/v1"
wire_api = "responses"
"""
TRUSTED = "--dangerously-bypass-hook-trust"
"""In place of the person who looks at the hooks once, in /hooks."""


def codex(npm: Npm, *words: str) -> Client:
    """Codex, told to look around."""
    program = str(npm(CODEX) / "codex")
    allowed = ("--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox")
    asked = (program, "exec", *allowed, *words, "Look around.")
    return Client("codex", asked, "CODEX_HOME", {}, CONFIG)


@pytest.fixture
def words() -> tuple[str, ...]:
    """What Codex is told besides."""
    return (TRUSTED,)


@pytest.fixture
def room(npm: Npm, tmp_path: Path, words: tuple[str, ...]) -> Iterator[Room]:
    """A project in which Codex may run commands, but for the gates."""
    with model_server(COMMAND) as model:
        room = Room(tmp_path, codex(npm, *words), model)
        yield room
        room.close()


class TestGates(GateCases):
    """Every case that is common to all clients."""

    # Codex takes whatever is no answer for leave to go on, and cannot be told otherwise.

    def test_the_shell_is_killed_with_the_hook(self, room: Room) -> None:
        kill_shell_and_hook(room)
        assert room.has_run

    def test_the_client_stops_waiting_before_the_hook_says_no(self, room: Room) -> None:
        cut_short(room)
        assert room.has_run


@pytest.mark.timeout(600)
@pytest.mark.parametrize("words", [()])
def test_hooks_that_nobody_has_trusted_keep_no_gate(room: Room) -> None:
    room.start()
    room.finish()
    # This is why `vedette init codex` says so.
    assert room.has_run
    assert room.statuses() == []


@pytest.mark.timeout(600)
def test_who_sits_in_the_clients_own_terminal_sees_why_it_waits(room: Room) -> None:
    with (room.settings.parent / "config.toml").open("a") as config:
        config.write(f'[projects."{room.project}"]\ntrust_level = "trusted"\n')
    program, _, _, *words = room.client.words
    with room.terminal([program, *words]) as client:
        client.until("at Vedette's gate", LONG)
        room.until_asked()
        # And need not wait: to interrupt it takes the question back.
        client.keys("esc")
        until(lambda: room.statuses() == ["withdrawn"], LONG)
    assert not room.has_run
