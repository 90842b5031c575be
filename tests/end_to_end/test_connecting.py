"""From a console with nothing to show to connected hooks, by keys."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str | None]:
    """A home with nothing in it, and no `vedette` on the PATH."""
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("DATA", "STATE", "CONFIG")}
    unset = dict.fromkeys(("VEDETTE_DB", "VEDETTE_CONFIG", "CLAUDE_CONFIG_DIR"))
    return {**folders, **unset, "HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}


def test_h_shows_the_change_writes_it_and_leads_back(
    tmp_path: Path, env: dict[str, str | None]
) -> None:
    project = tmp_path / "shop"
    (project / ".git").mkdir(parents=True)
    settings, rules = project / ".claude" / "settings.json", project / ".vedette" / "rules.toml"
    command = [sys.executable, "-m", "vedette.tui"]
    with Terminal(command, size=(200, 40), env=env, cwd=project) as terminal:
        terminal.until("add the Claude Code hooks")
        terminal.keys("h")
        terminal.until("settings.json? [y/N]")
        assert not os.path.lexists(settings)
        terminal.keys("y", "enter")
        terminal.until("rules.toml? [y/N]")
        terminal.keys("y", "enter")
        terminal.until("enter: back to the console")
        terminal.keys("enter")
        terminal.until("connected: start claude")
        terminal.until("LOOKED IN")
    assert "PreToolUse" in json.loads(settings.read_text())["hooks"]
    assert rules.exists()


def test_an_interrupt_ends_the_question_and_not_the_console(
    tmp_path: Path, env: dict[str, str | None]
) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    command = [sys.executable, "-m", "vedette.tui"]
    with Terminal(command, size=(200, 40), env=env, cwd=project) as terminal:
        terminal.until("add the Claude Code hooks")
        terminal.keys("h")
        terminal.until("settings.json? [y/N]")
        terminal.keys("ctrl+c")
        terminal.until("enter: back to the console")
        terminal.keys("enter")
        terminal.until("not connected: vedette init")
        assert list(project.iterdir()) == []
