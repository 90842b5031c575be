"""The real Claude Code waits at Vedette's gates, and whatever goes wrong, the tool does not run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import transcripts as made
from tests.clients.conftest import Npm
from tests.clients.gate_cases import GateCases, cut_short, kill_shell_and_hook
from tests.clients.gated import COMMAND, Client, Room
from tests.clients.model_server import model_server

NEW, OLD = "2.1.332", "2.1.197"
PACKAGE = "claude-code-linux-x64"


def _client(npm: Npm, version: str, *words: str) -> Client:
    folder = npm(f"{PACKAGE}-{version}@npm:@anthropic-ai/{PACKAGE}@{version}").parent
    program = str(folder / f"{PACKAGE}-{version}" / "claude")
    return Client(
        "claude-code",
        (program, "-p", "Look around.", "--model", made.SONNET, *words),
        "CLAUDE_CONFIG_DIR",
        {"ANTHROPIC_API_KEY": "none", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
    )


@pytest.fixture(params=[NEW, OLD])
def version(request: pytest.FixtureRequest) -> str:
    """The newest client, and one from before it could be told that a failure blocks."""
    found: str = request.param
    return found


@pytest.fixture
def room(npm: Npm, version: str, tmp_path: Path) -> Iterator[Room]:
    """A project in which Claude Code may run commands, but for the gates."""
    with model_server(COMMAND, has_scout=False) as model:
        room = Room(tmp_path, _client(npm, version, "--allowedTools", "Bash"), model)
        yield room
        room.close()


class TestGates(GateCases):
    """Every case that is common to all clients."""

    def test_the_shell_is_killed_with_the_hook(self, room: Room, version: str) -> None:
        kill_shell_and_hook(room)
        # An old client takes it for an error of the hook and goes on.
        assert room.has_run is (version == OLD)

    def test_the_client_stops_waiting_before_the_hook_says_no(
        self, room: Room, version: str
    ) -> None:
        cut_short(room)
        assert room.has_run is (version == OLD)


@pytest.fixture
def closed_room(npm: Npm, tmp_path: Path) -> Iterator[Room]:
    """A project in which Claude Code may run nothing: its own rules ask."""
    with model_server(COMMAND, has_scout=False) as model:
        room = Room(tmp_path, _client(npm, NEW), model)
        room.set_rules("")
        yield room
        room.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("key", ["a", "r"])
def test_what_the_client_itself_would_ask_is_asked_at_the_console(
    closed_room: Room, key: str
) -> None:
    room = closed_room
    room.start()
    assert "permission" in room.until_asked()["why"]
    with room.console() as console:
        console.keys(key)
        if key == "r":
            console.until("reason")
            console.keys("not today", "enter")
        console.until("picked up")
    room.finish()
    assert room.has_run is (key == "a")
    assert key == "a" or "not today" in room.told[0]
