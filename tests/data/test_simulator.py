"""The demo: the same rows for the same seed, all the screens can show, and agents that listen."""

import difflib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.recorded import row, rows, until, value
from vedette.data import decisions, times
from vedette.data.errors import UsageError
from vedette.data.fleet import read_fleet
from vedette.data.headline import read_headline
from vedette.data.recorder import Recorder
from vedette.data.recording import processes
from vedette.data.simulator import PRESETS, simulate, write_history, write_huge
from vedette.data.simulator.stage import in_pieces
from vedette.data.source import open_source

START = 1_795_269_751.0
"""2026-11-21 14:02:31 UTC."""

Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A history of each preset, by its name."""
    folder = tmp_path_factory.mktemp("demo")
    paths = {preset: str(folder / f"{preset}.db") for preset in PRESETS}
    for preset in ("calm", "busy", "incident"):
        write_history(paths[preset], start=START, preset=preset)
    write_huge(paths["huge"], rows=25_000, start=START)
    return paths


@pytest.fixture(scope="module")
def busy(histories: dict[str, str]) -> str:
    return histories["busy"]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "demo.db")


def dump(path: str) -> Tables:
    """Every table row by row, but the one that says when a migration was applied."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            " AND name <> 'schema_migrations'"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall()  # noqa: S608
            for (name,) in names
        }


def states(path: str, now: float = START) -> dict[str, str]:
    """The state of each agent of the fleet by `run/agent`."""
    with closing(open_source(path)) as source, source.reading():
        fleet = read_fleet(source, now)
        return {f"{run.title}/{agent.name}": agent.status.state
                for run in fleet.runs for agent in run.agents}  # fmt: skip


def test_the_same_seed_writes_the_same_rows(busy: str, path: str) -> None:
    write_history(path, start=START)
    assert dump(path) == dump(busy)


def test_another_seed_writes_other_rows(busy: str, path: str) -> None:
    write_history(path, seed=8, start=START)
    ours, theirs = dump(path), dump(busy)
    for table in ("runs", "agents", "prompts", "tool_calls", "events", "approvals", "audit"):
        assert ours[table] != theirs[table]


def test_a_later_start_moves_every_time_and_nothing_else(busy: str, path: str) -> None:
    write_history(path, start=START + 3_600)
    said = "SELECT title, status FROM runs"
    assert list(map(tuple, rows(path, said))) == list(map(tuple, rows(busy, said)))
    began = "SELECT started_at FROM runs ORDER BY seq"
    moved = zip(rows(path, began), rows(busy, began), strict=True)
    shifts = {round(_epoch(later) - _epoch(earlier), 5) for (later,), (earlier,) in moved}
    assert shifts == {3_600.0}


def _epoch(text: str) -> float:
    epoch = times.parse(text)
    assert epoch is not None
    return epoch


@pytest.mark.parametrize("preset", PRESETS)
def test_a_history_is_a_sound_database(preset: str, histories: dict[str, str]) -> None:
    path = histories[preset]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert value(path, "SELECT sum(dropped) FROM processes") == 0


@pytest.mark.parametrize("preset", PRESETS)
def test_a_demo_says_what_it_wrote(preset: str, path: str) -> None:
    if preset == "huge":
        summary = write_huge(path, rows=2_000, start=START)
    else:
        summary = write_history(path, start=START, preset=preset)
    assert summary.runs == value(path, "SELECT count(*) FROM runs")
    assert summary.agents == value(path, "SELECT count(*) FROM agents")
    waiting = "SELECT count(*) FROM approvals WHERE status = 'pending'"
    assert summary.pending == value(path, waiting)


def test_the_fleet_is_that_of_the_pictures(busy: str) -> None:
    assert states(busy) == {
        "fix-auth/planner": "WAITING",
        "fix-auth/coder": "WAITING",
        "fix-auth/scout": "done",
        "billing-close/ledger": "WAITING",
        "billing-close/rates": "WAITING",
        "tune-limits/tuner": "WAITING",
        "nightly-etl/stager": "SILENT",
        "nightly-etl/loader": "tool",
        "nightly-etl/fixer": "LOOP?",
        "triage-inbox/sorter": "LIMITED",
        "triage-inbox/replier": "paused",
        "backup-check/restorer": "lost",
        "release-notes/tagger": "FAILED",
        "docs-pass/writer": "running",
        "docs-pass/linker": "running",
        "docs-pass/checker": "idle",
        "deps-bump/bumper": "done",
        "deps-bump/resolver": "done",
        "deps-bump/changelog-reader": "done",
        "deps-bump/summariser": "done",
        "lint-sweep/sweeper": "done",
        "lint-sweep/typist": "done",
    }


def test_who_paused_an_agent_is_told(busy: str) -> None:
    assert value(busy, "SELECT error FROM agents WHERE status = 'paused'") == "paused by ana"


def test_failed_tests_keep_what_they_printed(busy: str) -> None:
    failed = "SELECT output FROM tool_calls WHERE name = 'pytest' AND error LIKE 'exit 1: 2 of 31%'"
    assert "2 failed" in value(busy, failed)


def test_the_deepest_agent_is_three_levels_below_its_run(busy: str) -> None:
    depth = value(
        busy,
        "WITH RECURSIVE tree (id, depth) AS ("
        "SELECT id, 0 FROM agents WHERE parent_id IS NULL UNION ALL "
        "SELECT agents.id, depth + 1 FROM agents JOIN tree ON agents.parent_id = tree.id"
        ") SELECT max(depth) FROM tree",
    )
    assert depth == 3


def test_gates_wait_with_and_without_a_limit_and_past_it(busy: str) -> None:
    pending = rows(busy, "SELECT risk, expires_at, needed FROM approvals WHERE status = 'pending'")
    ends = {gate["expires_at"] for gate in pending}
    assert {gate["risk"] for gate in pending} == {"low", "medium", "high", "critical"}
    assert None in ends
    assert times.text(START + 86_400) in ends
    assert min(filter(None, ends)) < times.text(START)
    assert {gate["needed"] for gate in pending} == {1, 2}


def test_gates_of_the_past_came_to_every_end(busy: str) -> None:
    ended = rows(busy, "SELECT status, decided_by FROM approvals WHERE status <> 'pending'")
    assert {gate["status"] for gate in ended} == {"approved", "rejected", "expired", "withdrawn"}
    assert {gate["decided_by"] for gate in ended} == {"ana", "you", None}
    unread = "SELECT count(*) FROM approvals WHERE status = 'approved' AND moved_on_at IS NULL"
    assert value(busy, unread) == 0


def test_the_change_under_auth_is_that_of_the_pictures(busy: str) -> None:
    gate = row(busy, "SELECT * FROM approvals WHERE id = 'g-5512'")
    assert decisions.digest(gate["payload"].encode()) == gate["payload_sha256"]
    files = json.loads(gate["payload"])["files"]
    assert [(file["path"], *_changed(file)) for file in files] == [
        ("auth/session.py", 41, 7),
        ("auth/keys.py", 9, 0),
        ("tests/test_auth.py", 22, 0),
    ]


def _changed(file: dict[str, str]) -> tuple[int, int]:
    before, after = file["before"].splitlines(), file["after"].splitlines()
    lines = list(difflib.ndiff(before, after))
    return sum(line[0] == "+" for line in lines), sum(line[0] == "-" for line in lines)


def test_the_proposed_code_compiles(busy: str) -> None:
    payload = value(busy, "SELECT payload FROM approvals WHERE id = 'g-5512'")
    for file in json.loads(payload)["files"]:
        compile(file["before"], file["path"], "exec")
        compile(file["after"], file["path"], "exec")


def test_costs_add_up_three_ways(busy: str) -> None:
    of_prompts = value(busy, "SELECT sum(cost_micros) FROM prompts")
    assert of_prompts == value(busy, "SELECT sum(cost_micros) FROM agents")
    assert of_prompts == value(busy, "SELECT sum(cost_micros) FROM cost_rollups")
    unpriced = rows(
        busy, "SELECT DISTINCT model FROM prompts WHERE tokens_in AND cost_micros IS NULL"
    )
    assert [model for (model,) in unpriced] == ["local/qwen-72b"]


def test_the_run_has_almost_spent_its_budget(busy: str) -> None:
    used = value(
        busy,
        "SELECT sum(agents.cost_micros) FROM agents JOIN budgets ON agents.run_id = budgets.key",
    )
    assert 1_850_000 < used < 2_000_000
    day = "SELECT sum(cost_micros) FROM cost_rollups WHERE hour >= '2026-11-21'"
    assert value(busy, day) < value(busy, "SELECT limit_micros FROM budgets WHERE scope = 'day'")


def test_every_alarm_state_is_there(busy: str) -> None:
    found = rows(busy, "SELECT status, severity, count FROM alarms")
    assert {alarm["status"] for alarm in found} == {"open", "acked", "resolved"}
    assert {alarm["severity"] for alarm in found} == {"critical", "warning", "info"}
    assert {1, 3, 12} <= {alarm["count"] for alarm in found}


def test_the_machinery_around_the_agents_has_rows(busy: str) -> None:
    for table, written in dump(busy).items():
        if table not in ("artifacts", "idempotency_outcomes", "transcripts"):
            assert written, table


def test_a_calm_fleet_needs_nobody(histories: dict[str, str]) -> None:
    path = histories["calm"]
    with closing(open_source(path)) as source, source.reading():
        headline = read_headline(source, START)
    assert (headline.approvals, headline.overdue, headline.alarms) == ((), 0, ())
    assert sum(state in ("running", "idle") for state in states(path).values()) == 3


def test_an_incident_is_worse_than_a_busy_day(histories: dict[str, str]) -> None:
    for statement in (
        "SELECT count(*) FROM runs WHERE status = 'failed'",
        "SELECT count(*) FROM alarms WHERE status = 'open' AND severity = 'critical'",
        "SELECT count(*) FROM approvals WHERE status = 'pending'",
    ):
        assert value(histories["incident"], statement) > value(histories["busy"], statement)


def test_another_recorder_leaves_the_open_runs_of_a_history_alone(path: str) -> None:
    write_history(path, start=START)
    before = states(path)
    with Recorder(path, clock=lambda: START) as recorder:
        recorder.event("note", "hello")
    assert states(path) == before


def test_a_demo_is_not_mixed_with_somebodys_runs(path: str) -> None:
    with Recorder(path) as recorder:
        recorder.run("mine").done()
    with pytest.raises(UsageError, match="holds runs already"):
        write_history(path, start=START)
    assert value(path, "SELECT count(*) FROM runs") == 1


def test_an_unknown_preset_names_the_known_ones(path: str) -> None:
    with pytest.raises(UsageError) as caught:
        simulate(path, preset="busier", start=START, seconds=0)
    assert all(preset in caught.value.hint for preset in PRESETS)
    assert not Path(path).exists()


@contextmanager
def playing(path: str, **options: Any) -> Iterator[None]:
    """A play in another thread, until the block ends."""
    stop, failures = threading.Event(), []

    def play() -> None:
        try:
            simulate(path, start=time.time(), stop=stop, **options)
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not failures


def wait_for(path: str, statement: str, *values: object) -> Any:
    """The first value that is true, once the database has one."""

    def look() -> Any:
        try:
            found = rows(path, statement, *values)
        except sqlite3.OperationalError:
            # The file is not made yet.
            return None
        return found[0][0] if found else None

    return until(look)


SHA = "SELECT payload_sha256 FROM approvals WHERE id = ? AND status = 'pending'"


def test_from_the_first_moment_of_play_nobody_who_asks_is_taken_for_gone(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The next beat of its own is far away.
    monkeypatch.setattr(processes, "HEARTBEAT_SECONDS", 3600)
    with playing(path):
        recent = times.text(time.time() - 60)
        wait_for(path, "SELECT id FROM processes WHERE heartbeat_at > ?", recent)
        sha = wait_for(path, SHA, "g-5512")
        decisions.decide(path, "g-5512", "approved", sha=sha, actor="you", now=time.time())


def test_an_approved_agent_goes_on_and_its_tests_pass(path: str) -> None:
    with playing(path, speed=40):
        sha = wait_for(path, SHA, "g-5512")
        # At this speed the play's heart does not beat in our time.
        decisions.decide(
            path,
            "g-5512",
            "approved",
            sha=sha,
            actor="you",
            now=time.time(),
            asker_may_be_gone=True,
        )
        wait_for(path, "SELECT moved_on_at FROM approvals WHERE id = 'g-5512'")
        wait_for(path, "SELECT count(*) FROM events WHERE message = '33 tests pass'")


def test_a_rejected_agent_tries_another_way(path: str) -> None:
    with playing(path, speed=40):
        wait_for(path, SHA, "g-5512")
        decisions.decide(
            path, "g-5512", "rejected", sha=None, actor="you", now=time.time(), note="not now"
        )
        told = "SELECT id FROM prompts WHERE request = 'Rejected by you: not now'"
        prompt = wait_for(path, f"{told} AND status = 'completed'")
    said = rows(path, "SELECT text FROM prompt_chunks WHERE prompt_id = ? ORDER BY seq", prompt)
    assert "SIGHUP" in "".join(text for (text,) in said)
    applied = "SELECT count(*) FROM tool_calls WHERE name = 'apply'"
    assert value(path, applied) == 0


def test_a_payload_changes_while_its_gate_waits(path: str) -> None:
    asked = "SELECT payload_sha256 FROM approvals WHERE title = 'edit config/limits.toml'"
    with playing(path, speed=40):
        first = wait_for(path, asked)
        changed = wait_for(path, f"{asked} AND payload_sha256 <> ?", first)
    assert changed != first
    assert value(path, "SELECT count(*) FROM events WHERE kind = 'gate.changed'") == 1


def test_answers_stream_while_the_play_lasts(path: str) -> None:
    began = times.text(time.time())
    with playing(path):
        growing = (
            "SELECT prompt_id FROM prompt_chunks WHERE created_at > ?"
            " GROUP BY prompt_id HAVING count(*) > 2"
        )
        assert wait_for(path, growing, began)


def test_a_play_that_is_over_leaves_nothing_open(path: str) -> None:
    summary = simulate(path, start=time.time(), seconds=0.3)
    assert summary.pending == 4
    unended = (
        "SELECT title FROM runs WHERE status IN ('pending', 'running', 'waiting', 'paused')"
        " AND process_id = (SELECT id FROM processes WHERE program = 'vedette demo')"
    )
    assert rows(path, unended) == []
    assert value(path, "SELECT count(*) FROM approvals WHERE status = 'pending'") == 0
    assert value(path, "SELECT DISTINCT error FROM runs WHERE status = 'cancelled'") == (
        "the demo ended"
    )


def test_a_huge_demo_has_what_was_asked_for_and_the_busy_fleet(histories: dict[str, str]) -> None:
    path, lately = histories["huge"], times.text(START - 3_700)
    assert value(path, "SELECT count(*) FROM events WHERE created_at < ?", lately) == 25_000
    assert value(path, "SELECT count(*) FROM agents WHERE started_at < ?", lately) == 50
    largest = "SELECT max(calls) FROM (SELECT count(*) AS calls FROM tool_calls GROUP BY run_id)"
    assert value(path, largest) == 167
    assert states(path) == states(histories["busy"])


def test_a_huge_demo_is_in_order_of_time_and_adds_up(histories: dict[str, str]) -> None:
    path = histories["huge"]
    stamps = [at for (at,) in rows(path, "SELECT created_at FROM events ORDER BY seq LIMIT 25000")]
    assert stamps == sorted(stamps)
    of_prompts = value(path, "SELECT sum(cost_micros) FROM prompts")
    assert of_prompts == value(path, "SELECT sum(cost_micros) FROM agents")
    assert of_prompts == value(path, "SELECT sum(cost_micros) FROM cost_rollups")


def test_a_huge_demo_tells_how_far_it_is(path: str) -> None:
    told: list[tuple[int, int]] = []
    write_huge(path, rows=12_500, start=START, progress=lambda *words: told.append(words))
    assert told == [(10_000, 12_500), (12_500, 12_500)]


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_pieces_of_a_text_are_the_text(text: str, count: int) -> None:
    pieces = in_pieces(text, count)
    assert "".join(pieces) == text
    assert len(pieces) <= count
