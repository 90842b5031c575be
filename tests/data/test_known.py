"""What is known of a source that is not live: its file and its writers."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.builders.vedette import NOW
from vedette.data import times
from vedette.data.known import read_known
from vedette.data.rows import Writer


def _writer(pid: int | None, host: str, ago: float = 60.0) -> Writer:
    heard = times.text(NOW - ago)
    return Writer(1, f"p-{pid}", pid, host, "agent.py", None, None, heard, 5, None, None, 0)


def _a_pid_that_ended() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_writer_of_this_host_is_alive_or_gone(tmp_path: Path) -> None:
    here = socket.gethostname()
    writers = [_writer(os.getpid(), here, 1), _writer(_a_pid_that_ended(), here, 2)]
    known = read_known(str(tmp_path / "none.db"), writers)
    assert [writer.is_alive for writer in known.writers] == [True, False]


def test_nobody_knows_of_a_writer_elsewhere(tmp_path: Path) -> None:
    known = read_known(str(tmp_path / "none.db"), [_writer(1, "elsewhere"), _writer(None, "")])
    assert {writer.is_alive for writer in known.writers} == {None}


def test_the_writer_heard_last_stands_first(tmp_path: Path) -> None:
    writers = [_writer(10, "elsewhere", 90), _writer(11, "elsewhere", 5)]
    known = read_known(str(tmp_path / "none.db"), writers)
    assert [writer.pid for writer in known.writers] == [11, 10]


def test_a_file_has_its_size_and_one_that_is_gone_has_none(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    path.write_bytes(b"x" * 100)
    assert read_known(str(path), []).size == 100
    path.unlink()
    assert read_known(str(path), []).size is None
