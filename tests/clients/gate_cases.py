"""What a gate must hold against, whatever the client: each case is tried on every client."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.clients.gated import RULE, Room

SOON = 'deadline = "3s"\n' + RULE
"""Rules by which nobody has long."""


class GateCases:
    """The cases in which every client must hold; a class of each client's takes them over."""

    pytestmark = pytest.mark.timeout(600)

    def test_approved_by_keys_it_runs(self, room: Room) -> None:
        room.start()
        room.until_asked()
        assert not room.has_run
        with room.console() as console:
            console.keys("a")
            console.until("APPROVING")
            assert not room.has_run
            console.until("moved on")
        room.finish()
        assert room.has_run
        assert room.statuses() == ["approved"]
        assert "Vedette" not in "".join(room.told)

    def test_rejected_by_keys_it_does_not_run_and_the_model_reads_why(self, room: Room) -> None:
        room.start()
        room.until_asked()
        with room.console() as console:
            console.keys("r")
            console.until("reason")
            console.keys("touch it in a scratch folder", "enter")
            console.until("picked up")
        room.finish()
        assert not room.has_run
        assert room.statuses() == ["rejected"]
        (told,) = room.told
        assert "touch it in a scratch folder" in told

    def test_nobody_answers(self, room: Room) -> None:
        room.set_rules(SOON)
        room.start()
        room.finish()
        assert not room.has_run
        assert room.statuses() == ["expired"]
        (told,) = room.told
        assert "nobody answered" in told

    def test_the_console_is_closed_and_nobody_comes_back(self, room: Room) -> None:
        room.set_rules(SOON.replace("3s", "20s"))
        room.start()
        room.until_asked()
        with room.console():
            pass
        room.finish()
        assert not room.has_run
        assert room.statuses() == ["expired"]

    def test_the_database_is_removed_while_it_waits(self, room: Room) -> None:
        room.set_rules(SOON.replace("3s", "30s"))
        room.start()
        room.until_asked()
        for each in room.db.parent.glob("runs.db*"):
            each.unlink()
        room.finish()
        assert not room.has_run

    def test_the_whole_folder_is_removed_while_it_waits(self, room: Room) -> None:
        room.set_rules(SOON.replace("3s", "30s"))
        room.start()
        room.until_asked()
        shutil.rmtree(room.db.parent)
        room.finish()
        assert not room.has_run

    def test_there_is_no_database_and_none_can_be_made(self, room: Room) -> None:
        room.db.mkdir()
        room.start()
        room.finish()
        assert not room.has_run
        assert len(room.told) == 1

    def test_the_rules_are_broken(self, room: Room) -> None:
        room.set_rules('[[rule]]\ntools = "Bash"\n')
        room.start()
        room.finish()
        assert not room.has_run
        (told,) = room.told
        assert "rules.toml:2" in told

    def test_the_hook_is_killed_while_it_waits(self, room: Room) -> None:
        room.start()
        room.until_asked()
        os.kill(room.hook(), signal.SIGKILL)
        room.finish()
        assert not room.has_run
        (told,) = room.told
        assert "Killed" in told or "closed" in told

    def test_vedette_is_gone(self, room: Room) -> None:
        _rewrite(room.settings, sys.executable, "/nowhere/bin/vedette-python")
        room.start()
        room.finish()
        assert not room.has_run

    def test_what_no_rule_names_runs_unasked(self, room: Room) -> None:
        room.set_rules(RULE.replace("touch", "rm"))
        room.start()
        room.finish()
        assert room.has_run
        assert room.statuses() == []


def cut_short(room: Room) -> None:
    """The client stops waiting long before the hook says no."""
    _rewrite(room.settings, '"timeout": 3600', '"timeout": 2')
    room.start()
    room.finish()


def kill_shell_and_hook(room: Room) -> None:
    """The hook is killed, and the shell first that would have said no in its place."""
    room.start()
    room.until_asked()
    hook = room.hook()
    shell = int(Path(f"/proc/{hook}/stat").read_text().rpartition(")")[2].split()[1])
    for each in (shell, hook):
        os.kill(each, signal.SIGKILL)
    room.finish()


def _rewrite(settings: Path, old: str, new: str) -> None:
    text = settings.read_text()
    assert old in text
    settings.write_text(text.replace(old, new))
    json.loads(settings.read_text())
