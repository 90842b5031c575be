"""Old runs go whole; the audit trail, and what is still wanted, stays."""

import sqlite3
from pathlib import Path

import pytest

from tests.builders.recorded import START, Clock, numbered, row, rows, value, write_lock
from vedette.data import store, times
from vedette.data.errors import SourceError, UsageError
from vedette.data.migrations import MigrationRefused, migrate
from vedette.data.recorder import Recorder
from vedette.data.retention import old_runs, remove_runs

DAY = 86_400.0
OF_A_RUN = (
    "agents",
    "prompts",
    "prompt_chunks",
    "tool_calls",
    "approvals",
    "alarms",
    "artifacts",
    "tasks",
    "checks",
    "routing_decisions",
    "cost_rollups",
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An old run with everything in it, an old one that goes on, and a new one."""
    path, clock = str(tmp_path / "runs.db"), Clock()
    recorder = Recorder(path, clock=clock, ids=numbered(), price=False)
    _full_run(recorder)
    unfinished = recorder.run("still open")
    clock.now += 30 * DAY
    recorder.run("new").done()
    recorder.event("note", "of no run")
    recorder.flush()
    # As a crash would leave it: the open run stays open.
    recorder._desk.children.pop(unfinished.id)
    recorder.close()
    return path


def _full_run(recorder: Recorder) -> None:
    with recorder.run("old") as run, run.agent("a") as agent:
        with agent.prompt("p", request="x" * 70_000) as prompt:
            prompt.write("text")
            prompt.done(tokens_in=1, cost_usd=0.1)
        agent.tool("t").done("out")
        agent.gate("may I", "ls").withdraw()
        recorder.alarm("burn", "burn", run=run)
        recorder.task("t", run=run.id)
        recorder.check("lint", "passed", run=run.id)
        recorder.route("e", "d", run=run.id)
    recorder.flush()


def test_an_old_run_goes_with_all_that_belongs_to_it(path: str) -> None:
    for table in OF_A_RUN:
        assert value(path, f"SELECT count(*) FROM {table}") >= 1  # noqa: S608
    removed = remove_runs(path, START + DAY, "ana", START + 31 * DAY)
    assert [run.title for run in removed] == ["old"]
    for table in OF_A_RUN:
        assert value(path, f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    assert value(path, "SELECT count(*) FROM events WHERE run_id = ?", removed[0].id) == 0
    assert rows(path, "PRAGMA foreign_key_check") == []


def test_what_is_open_or_new_or_of_no_run_stays(path: str) -> None:
    remove_runs(path, START + DAY, "ana", START + 31 * DAY)
    titles = [title for (title,) in rows(path, "SELECT title FROM runs ORDER BY seq")]
    assert titles == ["still open", "new"]
    assert value(path, "SELECT count(*) FROM events WHERE message = 'of no run'") == 1


def test_the_audit_trail_stays_and_tells_who_removed_what(path: str) -> None:
    before = rows(path, "SELECT * FROM audit ORDER BY seq")
    (removed,) = remove_runs(path, START + DAY, "ana", START + 31 * DAY)
    after = rows(path, "SELECT * FROM audit ORDER BY seq")
    assert before
    assert [tuple(each) for each in after[:-1]] == [tuple(each) for each in before]
    told = dict(after[-1])
    assert (told["type"], told["actor"], told["run_id"]) == ("run.removed", "ana", removed.id)
    assert told["created_at"] == times.text(START + 31 * DAY)
    assert told["summary"].startswith("old, ended 2026-10-29T14:02:31.250000Z")


def test_a_run_whose_gate_waits_stays(path: str) -> None:
    with Recorder(path, clock=Clock()) as recorder:
        old = row(path, "SELECT id FROM runs WHERE title = 'old'")["id"]
        recorder.gate("late question", "ls", run_id=old)
        assert old_runs(path, START + DAY) == []
        assert remove_runs(path, START + DAY, "ana", START) == []


def test_looking_removes_nothing(path: str) -> None:
    assert [run.title for run in old_runs(path, START + DAY)] == ["old"]
    assert [run.title for run in old_runs(path, START + 31 * DAY)] == ["old", "new"]
    assert value(path, "SELECT count(*) FROM runs") == 3


def test_another_systems_file_is_left_alone(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE runs (id, status)")
    with pytest.raises(MigrationRefused):
        remove_runs(str(tmp_path / "other.db"), START, "ana", START)
    with pytest.raises(SourceError):
        remove_runs(str(tmp_path / "gone.db"), START, "ana", START)
    assert not (tmp_path / "gone.db").exists()


def test_an_older_schema_is_to_be_migrated_first(path: str, monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from vedette.data import retention

    waiting = migrate(path, START)
    assert waiting.applied == ()
    status = retention.migrations.status(path)._replace(pending=("002_next",))
    monkeypatch.setattr(retention.migrations, "status", lambda _path: status)
    with pytest.raises(UsageError, match="older schema"):
        remove_runs(path, START, "ana", START)


def test_a_lock_is_told_in_words(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(store, "_PRAGMAS", ("foreign_keys",))
    with write_lock(path), pytest.raises(store.StoreFailed, match="locked"):
        remove_runs(path, START + DAY, "ana", START)
    assert value(path, "SELECT count(*) FROM runs") == 3
