"""The real Claude Code waits at Vedette's gates, and whatever goes wrong, the tool does not run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders import transcripts as made
from tests.builders.recorded import until
from tests.clients.conftest import Npm
from tests.clients.gate_cases import GateCases, cut_short, kill_shell_and_hook
from tests.clients.gated import COMMAND, LONG, Client, Room
from tests.clients.model_server import model_server
from tests.end_to_end.terminal import Terminal

NEW, OLD = "2.1.332", "2.1.197"
PACKAGE = "claude-code-linux-x64"


def claude_code(npm: Npm, version: str, *words: str) -> Client:
    """Claude Code of this version, told to look around."""
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
        room = Room(tmp_path, claude_code(npm, version, "--allowedTools", "Bash"), model)
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
        room = Room(tmp_path, claude_code(npm, NEW), model)
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


@contextmanager
def _sitting(room: Room) -> Iterator[Terminal]:
    """A person works with the client in its own terminal, and it has begun."""
    program, _, prompt, *words = room.client.words
    known = {
        "hasCompletedOnboarding": True,
        "theme": "dark",
        "customApiKeyResponses": {"approved": [room.client.env["ANTHROPIC_API_KEY"]]},
        "projects": {str(room.project): {"hasTrustDialogAccepted": True}},
    }
    (room.settings.parent / ".claude.json").write_text(json.dumps(known))
    with room.terminal([program, prompt, *words]) as client:
        yield client


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("key", "has_run"), [("1", True), ("3", False)])
def test_who_answers_in_the_clients_own_terminal_leaves_no_question_behind(
    closed_room: Room, key: str, has_run: bool
) -> None:
    room = closed_room
    with _sitting(room) as client:
        client.until("Do you want to proceed?", LONG)
        room.until_asked()
        client.keys(key)
        client.until_gone("Do you want to proceed?", LONG)
        until(lambda: room.statuses() == ["withdrawn"], LONG)
        assert room.has_run is has_run


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("key", "has_run"), [("a", True), ("r", False)])
def test_who_answers_in_the_console_answers_the_clients_own_dialog(
    closed_room: Room, key: str, has_run: bool
) -> None:
    room = closed_room
    with _sitting(room) as client:
        client.until("Do you want to proceed?", LONG)
        room.until_asked()
        with room.console() as console:
            console.keys(key)
            if key == "r":
                console.until("reason")
                console.keys("not today", "enter")
            console.until("picked up")
        client.until_gone("Do you want to proceed?", LONG)
        until(lambda: room.has_run is has_run, LONG)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("version", [NEW])
def test_who_sits_in_the_clients_own_terminal_sees_why_it_waits(room: Room) -> None:
    with _sitting(room) as client:
        client.until("at Vedette's gate", LONG)
        room.until_asked()
        # And need not wait: to interrupt it takes the question back.
        client.keys("esc")
        until(lambda: room.statuses() == ["withdrawn"], LONG)
    assert not room.has_run
