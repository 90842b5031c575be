"""One entry point: a command, or files for the console; every end has its documented code."""

import importlib.metadata
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.vedette import build_fleet
from tests.tui.commands.conftest import Run
from vedette.tui.main import COMMANDS


def test_every_command_has_a_help(run: Run) -> None:
    listed = run("--help").out
    for name in COMMANDS:
        assert f"\n  {name} " in listed
        result = run(name, "--help")
        assert result.code == 0
        assert result.out.startswith(f"Usage: vedette {name}")


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version").out == f"vedette {importlib.metadata.version('vedette')}\n"


def test_a_slip_names_the_command_that_was_meant(run: Run) -> None:
    result = run("statsu")
    assert (result.code, result.out) == (2, "")
    assert "did you mean status?" in result.err


@pytest.mark.parametrize("arguments", [[], ["runs.db"], ["demo"], ["--theme", "dark"]])
def test_the_console_needs_a_terminal(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0] == (
        "vedette: the console needs a terminal for its input and output"
    )


def test_an_option_that_is_not_there_is_wrong_use(run: Run) -> None:
    result = run("runs", "--nope")
    assert (result.code, result.out) == (2, "")
    assert "Usage: vedette runs" in result.err


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_number_from_one(run: Run, fleet: Path, limit: str) -> None:
    assert run("runs", "--db", fleet, "--limit", limit).code == 2


def test_a_source_that_cannot_be_used_exits_5_with_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database at all " * 100)
    (tmp_path / "empty.db").touch()
    os.mkfifo(tmp_path / "pipe.db")
    for name in ("text.db", "empty.db", "pipe.db", "gone.db", "."):
        for command in ("runs", "status", "costs", "tables"):
            result = run(command, "--db", tmp_path / name, "--json")
            assert (result.code, result.out) == (5, "")
            title, hint = result.err.splitlines()
            assert title.startswith("vedette: ")
            assert hint.strip()


def test_without_a_database_it_says_where_it_looked(run: Run, tmp_path: Path) -> None:
    result = run("runs")
    assert result.code == 5
    assert str(tmp_path / ".vedette" / "runs.db") in result.err


def test_the_nearest_database_is_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".vedette").mkdir()
    build_fleet(tmp_path / ".vedette" / "runs.db")
    assert len(run("runs", "--json").rows) == 7


def test_the_database_may_be_named_by_the_environment_or_before_the_command(
    run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(run("--db", fleet, "runs", "--json").rows) == 7
    monkeypatch.setenv("VEDETTE_DB", str(fleet))
    assert len(run("runs", "--json").rows) == 7


def test_a_path_with_odd_signs_is_that_path(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a #b?mode=rw %20 é.db"
    build_fleet(path)
    assert len(run("runs", "--db", path, "--json").rows) == 7
    assert sorted(file.name for file in tmp_path.glob("a *.db")) == [path.name]


def _python(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *arguments], input=stdin, capture_output=True, check=False
    )


LOADED = """
import json, sys
sys.argv = ["vedette", *sys.argv[1:]]
from vedette.tui.main import main
code = main()
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""

HEAVY = {
    *("textual", "rich", "asyncio", "pydantic", "platformdirs", "plotext", "aiosqlite"),
    *("genai_prices", "difflib", "hashlib", "unicodedata", "vedette.data.filters"),
}


def test_a_command_loads_nothing_it_does_not_need(fleet: Path) -> None:
    result = _python("-c", LOADED, "runs", "--json", "--db", str(fleet))
    assert result.returncode == 0, result.stderr
    assert not HEAVY & set(json.loads(result.stderr))


@pytest.mark.parametrize("name", ["status", "costs", "events", "approvals", "alarms", "tables"])
def test_no_command_that_prints_loads_the_console(fleet: Path, name: str) -> None:
    result = _python("-c", LOADED, name, "--json", "--db", str(fleet))
    assert result.returncode == 0, result.stderr
    loaded = {module.partition(".")[0] for module in json.loads(result.stderr)}
    assert not loaded & {"textual", "rich", "asyncio", "pydantic", "plotext"}


def test_a_reader_that_has_enough_is_no_error(fleet: Path) -> None:
    command = [sys.executable, "-m", "vedette.tui", "events", "--jsonl", "--limit", "600"]
    line = f"{shlex.join([*command, '--db', str(fleet)])} | head -n 1"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, check=False
    )
    assert (result.returncode, result.stderr.count(b"Traceback")) == (0, 0)


def test_a_plain_terminal_encoding_cannot_stop_the_output(fleet: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for arguments in (["approvals"], ["approvals", "--csv"], ["status"], ["status", "--short"]):
        result = subprocess.run(
            [sys.executable, "-m", "vedette.tui", *arguments, "--db", str(fleet)],
            env=env,
            capture_output=True,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, b"")
        assert result.stdout.isascii()
