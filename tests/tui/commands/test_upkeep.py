"""The commands around the data: migrate, doctor, tables and demo."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.commands.conftest import Run, own_terminal, read_terminal
from vedette.data.migrations import migrate
from vedette.data.recorder import Recorder

Sql = Callable[..., list[tuple[Any, ...]]]


def test_migrate_makes_the_database_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new" / "runs.db"
    before = run("migrate", "--status", "--db", path)
    assert before.code == 1
    assert "pending  001_initial" in before.out
    assert not path.exists()
    made = run("migrate", "--db", path)
    assert (made.code, made.out.splitlines()[0]) == (0, "applied 001_initial")
    assert path.stat().st_mode & 0o777 == 0o600
    assert run("migrate", "--db", path) == (0, f"{path} is up to date\n", "")
    after = run("migrate", "--status", "--db", path)
    assert (after.code, "pending" in after.out) == (0, False)


def test_migrate_finds_its_place_without_being_told(run: Run, tmp_path: Path) -> None:
    assert run("migrate").code == 0
    assert (tmp_path / "xdg_data_home" / "vedette" / "runs.db").exists()


def test_migrate_leaves_another_systems_file_alone(run: Run, tac: Path) -> None:
    before = tac.read_bytes()
    result = run("migrate", "--db", tac)
    assert (result.code, result.out) == (5, "")
    assert "another system's database" in result.err
    assert tac.read_bytes() == before


def test_prune_removes_old_runs_and_says_which(run: Run, tmp_path: Path, sql: Sql) -> None:
    path = tmp_path / "runs.db"
    with Recorder(path, clock=lambda: time.time() - 86_400) as recorder:
        recorder.run("fix\nauth", id="r-old").done()
    with Recorder(path) as recorder:
        recorder.run("docs", id="r-new").done()
    looked = run("prune", "--older-than", "12h", "--dry-run", "--db", path)
    assert looked.err == f"1 run would be removed from {path}\n"
    assert sql(path, "SELECT id FROM runs ORDER BY seq") == [("r-old",), ("r-new",)]
    done = run("prune", "--older-than", "12h", "--db", path)
    assert (done.code, done.out) == (0, looked.out)
    assert done.out.startswith("r-old  ")
    assert len(done.out.splitlines()) == 1
    assert sql(path, "SELECT id FROM runs") == [("r-new",)]
    assert sql(path, "SELECT actor, run_id FROM audit") == [("ana", "r-old")]
    assert run("prune", "--older-than", "12h", "--db", path).err.startswith("0 runs removed")


@pytest.mark.parametrize("arguments", [[], ["--older-than", "long"], ["--older-than", "0s"]])
def test_prune_needs_to_know_how_old(run: Run, fleet: Path, arguments: list[str]) -> None:
    assert run("prune", *arguments, "--db", fleet).code == 2


def test_prune_leaves_another_systems_file_alone(run: Run, tac: Path) -> None:
    result = run("prune", "--older-than", "1d", "--db", tac)
    assert result.code == 5
    assert "another system's database" in result.err


def test_doctor_finds_nothing_wrong_with_a_sound_database(run: Run, tmp_path: Path) -> None:
    run("migrate", "--db", tmp_path / "runs.db")
    result = run("doctor", tmp_path / "runs.db", "--json")
    assert {row["check"]: row["outcome"] for row in result.rows}["pages"] == "ok"
    findings = [row for row in result.rows if row["outcome"] != "ok" and row["check"] != "terminal"]
    assert findings == []
    assert list(result.rows[0]) == ["check", "outcome", "fact", "remedy"]


def test_doctor_warns_with_a_remedy_and_exits_1(run: Run, fleet: Path) -> None:
    os.chmod(fleet, 0o644)
    result = run("doctor", fleet)
    assert result.code == 1
    assert "others may read it" in result.out
    assert f"-> chmod 600 {fleet}" in result.out


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_doctor_exits_2_for_what_cannot_be_used(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.db").write_bytes(content)
    result = run("doctor", tmp_path / "odd.db", "--json")
    assert result.code == 2
    unusable = [row for row in result.rows if row["outcome"] == "unusable"]
    assert unusable
    assert all(row["remedy"] for row in unusable)
    assert result.document["source"]["path"] == str(tmp_path / "odd.db")


def test_doctor_without_a_database_says_where_it_looked(run: Run, tmp_path: Path) -> None:
    result = run("doctor")
    assert result.code == 2
    assert str(tmp_path / ".vedette") in result.out


@pytest.mark.parametrize(("column", "outcome"), [(b"2", "ok"), (b"3", "warning")])
def test_doctor_measures_a_glyph_where_there_is_a_terminal(
    tmp_path: Path, column: bytes, outcome: str
) -> None:
    migrate(str(tmp_path / "runs.db"), time.time())
    ours, theirs = os.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "vedette.tui", "doctor", tmp_path / "runs.db", "--csv"],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm", "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"},
        preexec_fn=lambda: own_terminal(theirs),
    )
    printed = b""
    while b"terminal," not in printed or not printed.endswith(b"\n"):
        printed += read_terminal(ours)
        if b"\x1b[6n" in printed:
            os.write(ours, b"\x1b[1;" + column + b"R")
            printed = b""
    assert program.wait(20) in (0, 1)
    os.close(ours)
    os.close(theirs)
    (line,) = [line for line in printed.decode().splitlines() if line.startswith("terminal,")]
    assert line.split(",")[1] == outcome
    assert ("--ascii" in line) is (outcome == "warning")


def test_tables_lists_every_table_of_the_file(run: Run, tac: Path, sql: Sql) -> None:
    names = sql(tac, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    rows = run("tables", "--db", tac, "--json").rows
    assert sorted(row["name"] for row in rows if row["kind"] == "table") == [
        name for (name,) in names if not name.startswith("sqlite_")
    ]
    prompts = next(row for row in rows if row["name"] == "prompts")
    ((count,),) = sql(tac, "SELECT count(*) FROM prompts")
    assert (prompts["rows"], prompts["exact"]) == (count, True)
    assert "model_used" in prompts["columns"]


def test_tables_opens_a_file_that_nobody_knows(run: Run, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute('CREATE TABLE "odd name" (a, b)')
    connection.close()
    result = run("tables", "--db", tmp_path / "other.db", "--json")
    assert result.document["source"]["system"] == "unknown"
    assert [row["name"] for row in result.rows] == ["odd name"]


def test_tables_can_be_filtered(run: Run, tac: Path) -> None:
    rows = run("tables", "--db", tac, "--filter", "column:parent_agent_id", "--json").rows
    assert [row["name"] for row in rows] == ["agents"]
    nothing = run("tables", "--db", tac, "--filter", "rows>1000000")
    assert nothing.err == "nothing matches: rows>1000000 removed the last 7\n"


DEMO = (
    "demo",
    "--seed",
    "7",
    "--preset",
    "calm",
    "--no-console",
    "--start",
    "2026-11-21T12:00:00Z",
)


def test_a_demo_without_console_writes_its_history_and_ends(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    result = run(*DEMO, "--seconds", "0", "--db", path)
    assert result.code == 0
    assert result.out.startswith(f"{path}: ")
    assert len(run("runs", "--db", path, "--json").rows) > 1


def test_the_same_seed_gives_the_same_rows(run: Run, tmp_path: Path, sql: Sql) -> None:
    for name in ("a.db", "b.db"):
        run(*DEMO, "--seconds", "0", "--db", tmp_path / name)
    for command in ("runs", "agents", "prompts", "events", "approvals", "audit"):
        a, b = (
            run(command, "--db", tmp_path / name, "--limit", 5000, "--json").rows
            for name in ("a.db", "b.db")
        )
        assert a == b


def test_a_demo_ends_when_the_console_that_started_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    writer = subprocess.Popen(
        [sys.executable, "-m", "vedette.tui", *DEMO, "--until-eof", "--db", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 30
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        out, err = writer.communicate(timeout=30)
    finally:
        writer.kill()
    assert (writer.returncode, err) == (0, b"")
    assert out.startswith(str(path).encode())


def test_a_time_that_is_none_is_wrong_use(run: Run) -> None:
    assert run("demo", "--no-console", "--seconds", "0", "--start", "soon").code == 2


def test_json_of_doctor_is_one_document(run: Run, fleet: Path) -> None:
    result = run("doctor", fleet, "--json")
    assert list(json.loads(result.out)) == ["source", "as_of", "rows", "truncated"]


@pytest.fixture
def notify(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Configures notices, in a terminal of this environment and no other."""

    def configure(lines: str = "", **env: str) -> None:
        for name in ("KITTY_WINDOW_ID", "WEZTERM_PANE", "TERM_PROGRAM", "LC_TERMINAL"):
            monkeypatch.delenv(name, raising=False)
        for name in ("TMUX", "TMUX_PANE", "STY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "notices.toml").write_text(f"[notify]\n{lines}\n")
        monkeypatch.setenv("VEDETTE_CONFIG", str(tmp_path / "notices.toml"))

    return configure


def _notices(run: Run, path: Path) -> dict[str, Any]:
    rows = run("doctor", path, "--json").rows
    (row,) = [row for row in rows if row["check"] == "notices"]
    return row


def test_doctor_says_which_way_notices_go(
    run: Run, fleet: Path, notify: Callable[..., None]
) -> None:
    unfocused = "while the terminal is out of focus"
    notify(TERM="xterm-kitty")
    assert _notices(run, fleet)["fact"] == f"OSC 99 as kitty takes it, {unfocused}"
    notify(TERM="xterm-256color")
    assert _notices(run, fleet)["fact"] == f"the bell, {unfocused}"
    notify('mode = "osc9"\nwhen = "always"\ncommand = ["sh"]', STY="1.x")
    assert _notices(run, fleet)["fact"] == (
        "OSC 9, through screen and the command sh, whoever looks"
    )
    notify('mode = "off"')
    assert _notices(run, fleet)["fact"] == "off"


def test_doctor_warns_of_a_notice_that_would_not_arrive(
    run: Run, fleet: Path, notify: Callable[..., None], tmp_path: Path
) -> None:
    notify('command = ["no-such-program"]')
    row = _notices(run, fleet)
    assert (row["outcome"], row["remedy"]) == (
        "warning",
        "there is no program no-such-program: see notify.command",
    )
    program = tmp_path / "tmux"
    program.write_text("#!/bin/sh\nprintf 'foot\\tfoot\\t0\\t0\\t3.4\\n'\n")
    program.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    notify('mode = "osc777"', TMUX="x", PATH=path)
    row = _notices(run, fleet)
    assert (row["outcome"], "focus-events on" in row["remedy"]) == ("warning", True)
    notify('mode = "osc9"', STY="1.x")
    row = _notices(run, fleet)
    assert (row["outcome"], "screen hides" in row["remedy"]) == ("warning", True)
    notify('when = "always"', TMUX="x", PATH=path)
    row = _notices(run, fleet)
    assert (row["outcome"], "allow-passthrough on" in row["remedy"]) == ("ok", True)
    assert row["fact"] == "the bell, whoever looks"
