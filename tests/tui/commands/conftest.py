"""Commands as a person runs them: arguments in, exit code and both outputs back."""

import fcntl
import json
import os
import select
import sqlite3
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders.tac import build_tac
from tests.builders.vedette import build_fleet
from vedette.tui.main import main


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document it printed."""
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The document's rows."""
        rows: list[dict[str, Any]] = self.document["rows"]
        return rows


def own_terminal(terminal: int) -> None:
    """Makes a pseudo-terminal that of the calling process, which leads a session of its own."""
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def read_terminal(terminal: int) -> bytes:
    """What a program printed on a pseudo-terminal; fails where nothing comes."""
    assert select.select([terminal], [], [], 20)[0], "the program prints nothing"
    return os.read(terminal, 1024)


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `vedette` with these arguments, away from whatever the user has at home."""
    monkeypatch.delenv("VEDETTE_DB", raising=False)
    monkeypatch.delenv("VEDETTE_CONFIG", raising=False)
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("USER", "ana")
    monkeypatch.chdir(tmp_path)

    def vedette(*arguments: object) -> Result:
        monkeypatch.setattr("sys.argv", ["vedette", *map(str, arguments)])
        capsys.readouterr()
        code = main()
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return vedette


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """The pictures' fleet, as it stands now."""
    path = tmp_path / "fleet.db"
    build_fleet(path, time.time())
    return path


@pytest.fixture
def tac(tmp_path: Path) -> Path:
    """A TAC file of the newer version."""
    path = tmp_path / "orchestrator.db"
    build_tac(path, 2)
    return path


@pytest.fixture
def sql() -> Callable[..., list[tuple[Any, ...]]]:
    """Plain SQL on a file, as anybody could run it."""

    def select(path: Path, statement: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(path)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    return select
