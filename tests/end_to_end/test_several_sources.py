"""Two files in one terminal: one fleet, `!` across both, an answer only where it was asked."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.vedette import build_fleet
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_gate_by_keys import AGENT

CONSOLE = [sys.executable, "-m", "vedette.tui"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str | None]:
    """Away from whatever the user has at home, and from what variables of his name."""
    folders = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    silent = ("VEDETTE_DB", "SQLITE_PATH", "DATABASE_PATH", "ORCHESTRATOR_DB_PATH")
    return {
        "USER": "ana",
        **{name: str(tmp_path / "home" / name) for name in folders},
        **dict.fromkeys((*silent, "AMELIA_DATABASE_PATH", "DOSSIER_DATA_DIR"), None),
    }


def _content(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        return hashlib.sha256("\n".join(file.iterdump()).encode()).hexdigest()


def test_a_gate_of_the_second_file_is_found_and_answered_there_alone(
    tmp_path: Path, home: dict[str, str | None]
) -> None:
    fleet, asking = tmp_path / "fleet.db", tmp_path / "asking.db"
    build_fleet(fleet, time.time())
    with closing(sqlite3.connect(fleet)) as writer, writer:
        writer.execute("UPDATE approvals SET expires_at = NULL")
    before = _content(fleet)
    agent = subprocess.Popen(
        [sys.executable, "-c", AGENT, str(asking)], stdout=subprocess.PIPE, text=True
    )
    try:
        while not asking.exists():
            assert agent.poll() is None
            time.sleep(0.02)
        command = [*CONSOLE, str(fleet), str(asking), str(fleet)]
        with Terminal(command, (120, 40), home, cwd=tmp_path) as terminal:
            terminal.until("2 sources")
            terminal.until("nightly-etl")
            terminal.until("4 approvals")
            terminal.keys("!")
            terminal.until_true(lambda s: "asking.db" in s.splitlines()[0], "its review")
            # Its first page counts as seen from the moment on at which keys are heard.
            terminal.until("27 of 60 lines")
            terminal.keys("r")
            terminal.until("reason")
            terminal.keys("keys belong in the vault", "enter")
            terminal.until("picked up")
            assert agent.stdout is not None
            assert agent.stdout.readline() == "rejected | ana | keys belong in the vault\n"
            assert _content(fleet) == before
            while "2 sources" not in terminal.text():
                # After a change the review's keys are dead for a moment.
                terminal.keys("esc")
                terminal.take_in(0.2)
            os.rename(fleet, f"{fleet}.away")
            screen = terminal.until("fleet.db NO FILE")
            assert "nightly-etl" in screen
            os.rename(f"{fleet}.away", fleet)
            terminal.until_gone("fleet.db NO FILE")
    finally:
        agent.kill()
        agent.wait()
        assert agent.stdout is not None
        agent.stdout.close()


def test_what_cannot_be_opened_keeps_no_other_from_it(
    tmp_path: Path, home: dict[str, str | None]
) -> None:
    build_fleet(tmp_path / "fleet.db", time.time())
    (tmp_path / "words.db").write_text("words " * 100)
    with Terminal([*CONSOLE, "words.db", "fleet.db"], (120, 40), home, cwd=tmp_path) as terminal:
        terminal.until("nightly-etl")
        terminal.until("words.db RETRY")
    with Terminal([*CONSOLE, "words.db", "gone.db"], (80, 24), home, cwd=tmp_path) as terminal:
        assert terminal.until_ended() == 5
        assert "words.db is not an SQLite database" in terminal.text()


def test_what_was_not_named_is_waited_for_found_and_picked(
    tmp_path: Path, home: dict[str, str | None]
) -> None:
    build_fleet(tmp_path / "made.db", time.time())
    amelia, project = tmp_path / "home" / "HOME" / ".amelia", tmp_path / "project"
    for folder in (amelia, project):
        folder.mkdir(parents=True)
    with Terminal(CONSOLE, (80, 24), home, cwd=project) as terminal:
        screen = terminal.until("No agent run has been recorded here yet.")
        assert "~/.amelia/amelia.db" in screen
        shutil.copy(tmp_path / "made.db", amelia / "amelia.db")
        terminal.until("fix-auth")
        assert "found ~/.amelia/amelia.db" in terminal.text().splitlines()[0]
    shutil.copy(tmp_path / "made.db", project / "orchestrator.db")
    with Terminal(CONSOLE, (80, 24), home, cwd=project) as terminal:
        terminal.until("Several databases with runs were found.")
        terminal.keys("space", "j", "space", "enter")
        terminal.until("2 sources")
        terminal.until("fix-auth")
