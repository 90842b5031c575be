"""Hooks and transcripts of one session of a real client meet as one run: nothing is told twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.recorded import rows, until, value
from tests.builders.transcripts import assert_totals_are_true
from tests.clients.conftest import Npm
from tests.clients.gated import LONG, Room
from tests.clients.model_server import model_server
from tests.clients.test_gates_claude_code import NEW, claude_code
from tests.clients.test_gates_codex import TRUSTED, codex

TOLD = (
    "SELECT id FROM runs",
    "SELECT id, parent_id, name, calls, tokens_in, tokens_out, cost_micros FROM agents ORDER BY id",
    "SELECT id, agent_id, model, tokens_in, tokens_out, cost_micros FROM prompts ORDER BY id",
    "SELECT id, agent_id, prompt_id, status FROM tool_calls ORDER BY id",
)
"""What a transcript knows, and hooks must neither add to nor change."""


@pytest.fixture(params=["claude-code", "codex"])
def room(npm: Npm, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Room]:
    """A project where nothing waits and the model uses tools, and a sub-agent where it can."""
    with model_server() as model:
        if request.param == "codex":
            client = codex(npm, TRUSTED)
        else:
            client = claude_code(npm, NEW, "--allowedTools", "Bash,Agent")
        room = Room(tmp_path, client, model)
        room.set_rules("")
        yield room
        room.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("is_followed", [False, True], ids=["read later", "followed"])
def test_hooks_and_transcript_are_one_run(room: Room, tmp_path: Path, is_followed: bool) -> None:
    if is_followed:
        with room.following(room.db):
            room.start()
            room.finish()
            calls = "SELECT count(*) FROM prompts WHERE status = 'completed'"
            until(lambda: value(room.db, calls) == len(room.model.heard), LONG)
    else:
        room.start()
        room.finish()
    alone = tmp_path / "alone.db"
    for db in (room.db, alone):
        words = ("import", room.client.name, str(room.transcripts), "--db", str(db))
        room.vedette(*words)
        room.vedette(*words)
    both, expected = _told(room.db), _told(alone)
    assert both == expected
    assert len(both[0]) == 1
    assert len(both[2]) == len(room.model.heard)
    assert_totals_are_true(str(room.db))
    # Both have told: what only hooks know is there too, and nothing stands in the log twice.
    lines = [tuple(each) for each in rows(room.db, "SELECT kind, level FROM events")]
    kinds = [kind for kind, _ in lines]
    assert kinds.count("run.start") == kinds.count("session.start") == 1
    assert kinds.count("agent.start") == kinds.count("agent.end") == len(both[1]) - 1
    assert kinds.count("tool.start") == len(both[3])
    failed = sum(status == "failed" for *_, status in both[3])
    assert lines.count(("tool.end", "error")) == failed > 0
    assert "hook.missed" not in kinds


def _told(db: Path) -> list[list[tuple[Any, ...]]]:
    return [[tuple(each) for each in rows(db, statement)] for statement in TOLD]
