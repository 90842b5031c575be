"""Nobody must approve for the dead: who still waits for an answer, and who does not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders.gates import NOW
from vedette.data import times
from vedette.data.askers import is_gone
from vedette.data.recording.processes import birth
from vedette.data.rows import Writer

HERE = os.uname().nodename


def _writer(**columns: Any) -> Writer:
    """A process of this machine that beat two seconds ago."""
    row: dict[str, Any] = {
        **dict.fromkeys(Writer._fields),
        "seq": 1,
        "id": "p",
        "pid": os.getpid(),
        "host": HERE,
        "heartbeat_at": times.text(NOW - 2),
        "heartbeat_seconds": 5,
        "birth": birth(os.getpid()),
    }
    return Writer(**row | columns)


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_a_process_that_lives_and_beats_is_there(child: "subprocess.Popen[bytes]") -> None:
    assert not is_gone(_writer(), NOW)
    assert not is_gone(_writer(pid=child.pid, birth=birth(child.pid)), NOW)


def test_a_process_that_was_killed_is_gone_before_a_heartbeat_is_missed(
    child: "subprocess.Popen[bytes]",
) -> None:
    born = birth(child.pid)
    child.kill()
    child.wait()
    assert is_gone(_writer(pid=child.pid, birth=born), NOW)
    assert is_gone(_writer(pid=child.pid, birth=None), NOW)


def test_a_process_that_only_waits_to_be_buried_is_gone(
    child: "subprocess.Popen[bytes]",
) -> None:
    born = birth(child.pid)
    assert born is not None
    child.kill()
    # Its pid is still taken: nobody has asked for its exit code.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(_writer(pid=child.pid, birth=born), NOW)


def test_another_process_under_the_same_pid_is_not_taken_for_it(
    child: "subprocess.Popen[bytes]",
) -> None:
    born = birth(child.pid)
    assert born is not None
    assert is_gone(_writer(pid=child.pid, birth=f"{born}0"), NOW)
    assert is_gone(_writer(pid=child.pid, birth=f"another-boot{born[12:]}"), NOW)


def test_a_pid_of_another_machine_or_container_says_nothing() -> None:
    born = birth(os.getpid())
    assert born is not None
    boot = born.split("/")[0]
    none = 2**22 + 7
    assert not is_gone(_writer(pid=none, host="elsewhere", birth=born), NOW)
    assert not is_gone(_writer(pid=none, birth=f"{boot}/1/77"), NOW)
    assert is_gone(_writer(pid=none, host="elsewhere", heartbeat_at=times.text(NOW - 16)), NOW)


@pytest.mark.parametrize(
    "columns",
    [
        {"ended_at": times.text(NOW - 1)},
        {"heartbeat_at": times.text(NOW - 16)},
        {"heartbeat_at": times.text(NOW - 31), "heartbeat_seconds": 10},
    ],
)
def test_one_that_ended_or_fell_silent_is_gone(columns: dict[str, Any]) -> None:
    assert is_gone(_writer(**columns), NOW)


@pytest.mark.parametrize(
    "columns",
    [
        {"heartbeat_at": None},
        {"heartbeat_at": times.text(NOW - 14)},
        {"pid": None},
        {"pid": "no number", "birth": "no birth"},
        {"pid": 2**80, "birth": None},
    ],
)
def test_what_cannot_be_told_is_not_called_gone(columns: dict[str, Any]) -> None:
    assert not is_gone(_writer(**columns), NOW)
