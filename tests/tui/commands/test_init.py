"""`vedette init` shows the change, asks, writes it, and takes it back."""

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.commands.conftest import Run
from vedette.tui import hook

Answer = Callable[[str], None]


@pytest.fixture
def shop(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project to stand in, a home with nothing in it, and `vedette` on the PATH."""
    project, programs = tmp_path / "shop", tmp_path / "bin"
    (project / ".git").mkdir(parents=True)
    programs.mkdir()
    (programs / "vedette").write_text("#!/bin/sh\n")
    (programs / "vedette").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """What the person types."""

    def types(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return types


def test_the_change_is_shown_asked_about_and_written(run: Run, shop: Path, answer: Answer) -> None:
    answer("y\ny\n")
    done = run("init", "claude-code")
    settings, rules = shop / ".claude" / "settings.json", shop / ".vedette" / "rules.toml"
    assert done.code == 0
    assert f"+++ b{settings}" in done.out
    assert f"+++ b{rules}" in done.out
    assert f"write {settings}? [y/N]" in done.err
    assert "PreToolUse" in json.loads(settings.read_text())["hooks"]
    assert rules.exists()
    assert "start them again" in done.err


def test_a_no_writes_nothing_and_is_exit_code_1(run: Run, shop: Path, answer: Answer) -> None:
    for said in ("n\nn\n", "\n\n", ""):
        answer(said)
        done = run("init", "claude-code")
        assert done.code == 1
        assert "stays as it is" in done.err
        assert [each.name for each in shop.iterdir()] == [".git"]


def test_each_file_is_asked_about_by_itself(run: Run, shop: Path, answer: Answer) -> None:
    answer("y\nn\n")
    assert run("init", "claude-code").code == 1
    assert (shop / ".claude" / "settings.json").exists()
    assert not (shop / ".vedette").exists()


def test_without_input_nothing_is_asked_and_nothing_written(run: Run, shop: Path) -> None:
    done = run("init", "codex", "--no-input")
    assert done.code == 1
    assert "?" not in done.err.replace("/hooks", "")
    assert not (shop / ".codex").exists()


def test_a_dry_run_shows_it_and_writes_nothing(run: Run, shop: Path) -> None:
    done = run("init", "claude-code", "--dry-run", "--yes")
    assert done.code == 0
    assert "+++ b" in done.out
    assert [each.name for each in shop.iterdir()] == [".git"]


@pytest.mark.parametrize("client", ["claude-code", "codex"])
@pytest.mark.parametrize("scope", ["--project", "--user"])
def test_yes_writes_undo_takes_back_and_twice_is_nothing_to_do(
    run: Run, shop: Path, tmp_path: Path, client: str, scope: str
) -> None:
    assert run("init", client, scope, "--yes").code == 0
    files = {each for each in tmp_path.rglob("*") if each.name in ("settings.json", "hooks.json")}
    assert len(files) == 1
    again = run("init", client, scope, "--no-input")
    assert (again.code, again.out) == (0, "")
    assert "nothing to change" in again.err
    undone = run("init", client, scope, "--undo", "--yes")
    assert undone.code == 0
    assert "removed" in undone.err
    assert not any(each.exists() for each in files)
    assert not list(tmp_path.rglob("rules.toml"))
    nothing = run("init", client, scope, "--undo", "--yes")
    assert (nothing.code, nothing.out) == (0, "")
    assert "nothing to undo" in nothing.err


def test_undo_keeps_rules_that_were_changed_and_says_so(run: Run, shop: Path) -> None:
    run("init", "claude-code", "--yes")
    with open(shop / ".vedette" / "rules.toml", "a") as file:
        file.write("# mine\n")
    done = run("init", "claude-code", "--undo", "--yes")
    assert done.code == 0
    assert "changed since" in done.err
    assert (shop / ".vedette" / "rules.toml").exists()


def test_watching_alone_offers_no_rules(run: Run, shop: Path) -> None:
    assert run("init", "claude-code", "--no-gate", "--yes").code == 0
    assert not (shop / ".vedette").exists()
    assert "only watched" in run("init").out


@pytest.mark.parametrize("client", ["claude-code", "codex"])
def test_what_will_wait_is_said_before_anything_is_written(
    run: Run, shop: Path, client: str
) -> None:
    told = run("init", client, "--dry-run").err
    assert f"{shop}/.vedette/rules.toml names waits until you answer it in the console" in told
    assert 'permission_requests = "watch"' in told
    assert f"vedette init {client} --no-gate" in told
    # A gate that fails closed does so for a colleague who has no Vedette, too.
    assert "goes to whoever shares the project" in told
    assert "shares the project" not in run("init", client, "--user", "--dry-run").err
    assert "waits" not in run("init", client, "--no-gate", "--dry-run").err


def test_the_command_lines_that_are_written_are_ones_the_hook_understands(
    run: Run, shop: Path
) -> None:
    """And says what it should: how long a person has, or that nothing waits."""
    for arguments, expected in ((("--gate",), (3540.0, False)), (("--no-gate",), (570.0, True))):
        for client in ("claude-code", "codex"):
            run("init", client, "--user", "--yes", *arguments)
            name = "settings.json" if client == "claude-code" else "hooks.json"
            folder = Path(os.environ["HOME"]) / ("." + client.removesuffix("-code"))
            hooks = json.loads((folder / name).read_text())["hooks"]
            line = hooks["PreToolUse"][0]["hooks"][0]["command"].partition(" ||")[0]
            asked = hook.parse(shlex.split(line)[2:])
            assert asked is not None
            assert asked.client == client
            assert (asked.deadline, asked.is_watching) == expected


def test_broken_settings_are_exit_code_2_with_their_line(run: Run, shop: Path) -> None:
    settings = shop / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text("{\n  // mine\n}\n")
    for arguments in (("--yes",), ("--undo", "--yes")):
        done = run("init", "claude-code", *arguments)
        assert (done.code, done.out) == (2, "")
        assert f"{settings}:2: a comment" in done.err
        assert settings.read_text() == "{\n  // mine\n}\n"
    assert "broken: " in run("init").out


def test_alone_it_lists_what_can_be_connected_and_what_is(run: Run, shop: Path) -> None:
    run("init", "codex", "--user", "--yes")
    done = run("init")
    assert done.code == 0
    assert done.out.count("not connected") == 3
    assert done.out.count("tools wait at gates") == 1
    assert f"codex        --user     {os.environ['HOME']}/.codex/hooks.json" in done.out


def test_python_prints_lines_that_run(run: Run, shop: Path, tmp_path: Path) -> None:
    done = run("init", "python")
    assert done.code == 0
    db = tmp_path / "mine.db"
    env = {**os.environ, "VEDETTE_DB": str(db)}
    subprocess.run([sys.executable, "-c", done.out], env=env, check=True)
    assert db.exists()


def test_an_unknown_client_is_wrong_use(run: Run, shop: Path) -> None:
    assert run("init", "cursor").code == 2


def test_what_keeps_hooks_from_running_is_said(run: Run, shop: Path) -> None:
    settings = shop / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"disableAllHooks": true}')
    assert "disableAllHooks: no hook runs" in run("init", "claude-code", "--yes").err
    home = Path(os.environ["HOME"]) / ".codex"
    home.mkdir(parents=True)
    (home / "config.toml").write_text("[features]\nhooks = false\n[[hooks.Stop]]\n")
    told = run("init", "codex", "--user", "--yes").err
    assert "switches hooks off" in told
    assert "has hooks too" in told
    assert "before you have trusted it" in told
    assert "is connected too: each event is told twice" in run("init", "codex", "--yes").err


def test_what_settings_say_cannot_steer_the_terminal(run: Run, shop: Path) -> None:
    settings = shop / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{\n"a": "\u009b2J\u202e"\n}\n')
    done = run("init", "claude-code", "--dry-run")
    assert "\u009b" not in done.out
    assert "\u202e" not in done.out
