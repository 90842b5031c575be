"""What the real clients write of a session is imported whole, and counted as ccusage counts it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import transcripts as made
from tests.builders.recorded import row, rows, value
from tests.clients.conftest import Ccusage, Npm
from tests.clients.model_server import model_server
from vedette.data import times
from vedette.data.ingest import ids
from vedette.data.ingest.transcripts import Importer
from vedette.data.prices import pricing

CLAUDE_CODE = "@anthropic-ai/claude-code-linux-x64@2.1.329"
CODEX = "@openai/codex@0.169.0"
LONG = 120

CONFIG = """
model = "gpt-5.1-codex"
model_provider = "here"
[model_providers.here]
name = "here"
base_url = "{address}/v1"
wire_api = "responses"
"""


@pytest.fixture
def address() -> Iterator[str]:
    with model_server() as model:
        yield model.address


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def _run(command: list[str | Path], work: Path, **environment: str) -> None:
    given = {"PATH": os.environ["PATH"], "HOME": str(work.parent), **environment}
    done = subprocess.run(
        command,
        cwd=work,
        env=given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _import(client: str, folder: Path) -> str:
    db = str(folder.parent / "runs.db")
    now = max(path.stat().st_mtime for path in folder.rglob("*.jsonl")) + 1
    done = Importer(db, client, pricing(None), now).read([str(folder)], now)
    assert (done.unreadable, done.strange) == (0, ())
    assert Importer(db, client, pricing(None), now).read([str(folder)], now).calls == 0
    made.assert_totals_are_true(db)
    return db


def _totals(db: str) -> dict[str, Any]:
    return row(
        db, "SELECT sum(tokens_in + tokens_out) AS tokens, sum(cost_micros) AS micros FROM prompts"
    )


@pytest.mark.timeout(600)
def test_a_session_of_claude_code(
    npm: Npm,
    ccusage: Ccusage,
    address: str,
    work: Path,
) -> None:
    program = npm(CLAUDE_CODE).parent / "@anthropic-ai" / "claude-code-linux-x64" / "claude"
    home = work.parent / "claude"
    asked = ["-p", "Look around.", "--allowedTools", "Bash,Agent", "--model", made.SONNET]
    _run(
        [program, *asked],
        work,
        CLAUDE_CONFIG_DIR=str(home),
        ANTHROPIC_BASE_URL=address,
        ANTHROPIC_API_KEY="none",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
    )
    db = _import(ids.CLAUDE_CODE, home / "projects")
    assert row(db, "SELECT title, project, status FROM runs") == {
        "title": "Look around.",
        "project": "work",
        "status": "paused",
    }
    agents = rows(db, "SELECT name, parent_id IS NULL, status FROM agents ORDER BY seq")
    assert [tuple(agent) for agent in agents] == [
        ("claude-code", 1, "paused"),
        ("general-purpose", 0, "completed"),
    ]
    tools = rows(db, "SELECT name, status FROM tool_calls ORDER BY name, seq")
    assert {tuple(tool) for tool in tools} == {("Agent", "completed"), ("Bash", "failed")}
    # The client itself says what it cost.
    assert value(db, "SELECT group_concat(DISTINCT cost_source) FROM prompts") == "reported"
    (their,) = ccusage("claude", "CLAUDE_CONFIG_DIR", home)
    ours = _totals(db)
    assert ours["tokens"] == their["totalTokens"]
    assert ours["micros"] / 1e6 == pytest.approx(their["totalCost"], abs=1e-5)


@pytest.mark.timeout(600)
def test_a_session_of_codex(
    npm: Npm,
    ccusage: Ccusage,
    address: str,
    work: Path,
) -> None:
    program, home = npm(CODEX) / "codex", work.parent / "codex"
    home.mkdir()
    (home / "config.toml").write_text(CONFIG.format(address=address))
    asked = ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    _run([program, *asked, "Look around."], work, CODEX_HOME=str(home))
    db = _import(ids.CODEX, home / "sessions")
    run = row(db, "SELECT title, status, started_at FROM runs")
    assert (run["title"], run["status"]) == ("Look around.", "paused")
    assert times.parse(run["started_at"]) is not None
    assert value(db, "SELECT count(*) FROM prompts") == 2
    assert row(db, "SELECT name, status FROM tool_calls") == {
        "name": "exec_command",
        "status": "failed",
    }
    (their,) = ccusage("codex", "CODEX_HOME", home)
    ours = _totals(db)
    assert ours["micros"] / 1e6 == pytest.approx(their["costUSD"], abs=1e-5)
