"""`vedette import` brings transcripts in, once or live, and says what was new."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import transcripts as made
from tests.builders.recorded import value
from tests.tui.commands.conftest import Run
from vedette.data.text import clean


def test_what_was_new_is_said(run: Run, tmp_path: Path) -> None:
    home, db = tmp_path / "projects", tmp_path / "runs.db"
    made.shop(home)
    first = run("import", "claude-code", home, "--db", db)
    assert first == (
        0,
        f"1 session, 2 agents, 6 model calls, 4 tool calls new in {db}; 2 transcripts read\n",
        "",
    )
    assert run("import", "claude-code", home, "--db", db).out.startswith("0 sessions, 0 agents, 0")


def test_without_a_path_the_clients_own_folder_is_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "runs.db"
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "codex"))
    made.shop(tmp_path / "claude" / "projects" / "-home-ana-shop")
    made.new_rollout(tmp_path / "codex" / "sessions")
    assert run("import", "claude-code", "--db", db).code == 0
    assert run("import", "codex", "--db", db).code == 0
    ids = [row["id"] for row in run("runs", "--db", db, "--json").rows]
    assert sorted(ids) == ["claude-code:5e55-0001", "codex:0190-bbbb"]


def test_no_transcripts_there_is_said(run: Run, tmp_path: Path) -> None:
    said = run("import", "codex", tmp_path / "nowhere", "--db", tmp_path / "runs.db")
    assert (said.code, "no transcripts" in said.err) == (5, True)


def test_another_systems_database_is_refused(run: Run, tac: Path, tmp_path: Path) -> None:
    made.shop(tmp_path / "projects")
    before = tac.read_bytes()
    assert run("import", "claude-code", tmp_path / "projects", "--db", tac).code == 5
    assert tac.read_bytes() == before


def test_a_file_nobody_can_tell_is_named_without_its_tricks(run: Run, tmp_path: Path) -> None:
    strange = tmp_path / "sessions" / "rollout-\x1b[31m.jsonl"
    strange.parent.mkdir()
    strange.write_text("{}\n")
    said = run("import", "codex", strange.parent, "--db", tmp_path / "runs.db")
    assert said.code == 0
    assert clean(str(strange)) in said.err
    assert "\x1b" not in said.err


def test_following_reads_what_is_written_and_ends_when_told(tmp_path: Path) -> None:
    home, db = tmp_path / "projects", tmp_path / "runs.db"
    path = made.shop(home)
    program = "from vedette.tui.main import main; raise SystemExit(main())"
    arguments = ["import", "claude-code", str(home), "--follow", "--db", str(db)]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as following:
        assert following.stdout is not None
        assert "6 model calls" in following.stdout.readline()
        more = made.Claude(clock=made.Clock(made.BEGIN.replace(hour=11)))
        more.user("Go on.")
        more.said("msg_9", made.text("Going on."))
        made.append(path, more.lines)
        assert "1 model call, 0 tool calls new" in following.stdout.readline()
        following.send_signal(signal.SIGTERM)
        assert following.wait(30) == 0
    assert value(db, "SELECT response FROM prompts WHERE id LIKE '%msg_9%'") == "Going on."
