"""Costs read in steps equal plain sums, whatever the source and the grouping."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import tac
from tests.builders.vedette import NOW, build_fleet, create, keep_totals
from vedette.data import times
from vedette.data.burn import read_burn, waste
from vedette.data.call_ledger import read_calls_by_hour
from vedette.data.cost_totals import Question, read_hours
from vedette.data.costs import CostsFacts, read_costs, read_models, today
from vedette.data.source import Source, open_source
from vedette.data.spending import GROUPINGS, read_spending

TAC_NOW = tac.BEGAN.timestamp() + 49 * 3600


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Source]:
    """The pictures' fleet, open."""
    build_fleet(tmp_path / "runs.db")
    source = open_source(str(tmp_path / "runs.db"))
    yield source
    source.close()


@pytest.fixture
def orchestrator(tmp_path: Path) -> Iterator[Source]:
    """A file of another system, which keeps no totals."""
    tac.build_tac(tmp_path / "tac.db", 2, rows=1_200)
    source = open_source(str(tmp_path / "tac.db"))
    yield source
    source.close()


class Store:
    """An own database that calls are written to while it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = create(path)
        self.calls = 0

    def run(self, run_id: str, project: str = "web", status: str = "running") -> None:
        """A run with one agent of the name `coder`, an hour long."""
        values = (run_id, run_id, status, project, times.text(NOW - 3600), times.text(NOW))
        with self.connection as db:
            db.execute(
                "INSERT INTO runs (id, title, status, project, started_at, updated_at, ended_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*values, times.text(NOW) if status != "running" else None),
            )
            db.execute(
                "INSERT INTO agents (id, run_id, name, status, started_at, updated_at)"
                " VALUES (?, ?, 'coder', 'running', ?, ?)",
                (f"coder-{run_id}", run_id, values[4], values[5]),
            )

    def call(
        self, run_id: str, at: float, micros: int | None, status: str = "completed", **more: object
    ) -> None:
        """One call that was over at `at`."""
        self.calls += 1
        row: dict[str, object] = {
            "id": f"c{self.calls}",
            "run_id": run_id,
            "agent_id": f"coder-{run_id}",
            "model": "sonnet-5",
            "name": "turn",
            "status": status,
            "tokens_in": 1000,
            "tokens_out": 10,
            "cost_micros": micros,
            "cost_source": None if micros is None else "reported",
            "created_at": times.text(at - 2),
            "completed_at": None if status == "running" else times.text(at),
            "updated_at": times.text(at),
            **more,
        }
        with self.connection as db:
            db.execute(
                f"INSERT INTO prompts ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608
                tuple(row.values()),
            )
            keep_totals(db)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "store.db")
    made.run("r1")
    yield made
    made.connection.close()


@pytest.fixture
def watched(store: Store) -> Iterator[Source]:
    source = open_source(str(store.path))
    yield source
    source.close()


def groups(facts: CostsFacts) -> dict[str | None, tuple[object, ...]]:
    """Each group with the command's columns."""
    return {
        row.key: (
            row.calls,
            row.tokens_in,
            row.tokens_out,
            row.cache_read,
            row.cache_write,
            row.cost_usd,
            row.unpriced,
        )
        for row in facts.rows
    }


def whole(source: Source, now: float, by: str, window: str = "all") -> CostsFacts:
    """The facts once everything is read."""
    for look in range(200):
        facts = read_costs(source, now + look / 1000, by, window)
        if not facts.is_behind:
            return facts
    raise AssertionError("never read to the end")


@pytest.mark.parametrize("by", GROUPINGS)
def test_each_grouping_equals_the_commands(fleet: Source, by: str) -> None:
    printed = {row[0]: row[1:] for row in read_spending(fleet, by, limit=10_000).rows}
    assert groups(whole(fleet, NOW, by)) == printed


@pytest.mark.parametrize("by", ["model", "agent", "run", "day"])
def test_a_source_without_totals_equals_the_commands_to_the_micro(
    orchestrator: Source, by: str
) -> None:
    printed = {row[0]: row[1:] for row in read_spending(orchestrator, by, limit=10_000).rows}
    found = groups(whole(orchestrator, TAC_NOW, by))
    assert found.keys() == printed.keys()
    for key, row in printed.items():
        assert found[key][:5] == row[:5]
        assert found[key][6] == row[6]
        cost = found[key][5] or 0.0
        # Each call is rounded to a micro-dollar of its own.
        assert cost == pytest.approx(row[5] or 0.0, abs=1e-6 * (row[0] + 2))


def test_small_steps_end_where_one_step_does(fleet: Source, orchestrator: Source) -> None:
    for source, now, read in (
        (fleet, NOW + 2 * 86400, read_hours),
        (orchestrator, TAC_NOW, read_calls_by_hour),
    ):
        at_once = read(source, Question("model"), now, 100_000)
        for look in range(1, 4):
            at_once = read(source, Question("model"), now + look / 1000, 100_000)
        source.memo.clear()
        looks = 0
        while (reading := read(source, Question("model"), now + looks, 7)).reached is not None:
            looks += 1
        assert looks > 1
        assert reading.settled.groups == at_once.settled.groups
        assert reading.moving.groups == at_once.moving.groups


def test_a_window_leaves_out_what_was_before(watched: Source, store: Store) -> None:
    for days_ago, micros in ((0, 1), (2, 20), (10, 300), (40, 4000)):
        store.call("r1", NOW - days_ago * 86400 - 60, micros)
    spent = {
        window: whole(watched, NOW + at, "model", window).total.micros
        for at, window in enumerate(("today", "24h", "7d", "30d", "all"))
    }
    assert spent == {"today": 1, "24h": 1, "7d": 21, "30d": 321, "all": 4321}


def test_a_call_that_ends_between_two_looks_is_counted_once(watched: Source, store: Store) -> None:
    store.call("r1", NOW - 10, None, "running", id="late")
    assert read_costs(watched, NOW).total.calls == 0
    with store.connection as db:
        db.execute(
            "UPDATE prompts SET status = 'completed', completed_at = ?, cost_micros = 70,"
            " cost_source = 'reported' WHERE id = 'late'",
            (times.text(NOW),),
        )
        keep_totals(db)
    for look in range(1, 4):
        facts = read_costs(watched, NOW + look)
        assert (facts.total.calls, facts.total.micros) == (1, 70)
        assert sum(sum(minutes) for _, minutes in facts.minutes) == 70


def test_an_open_call_of_a_source_without_totals_is_corrected_when_it_is_over(
    orchestrator: Source, tmp_path: Path
) -> None:
    before = whole(orchestrator, TAC_NOW, "model").total
    writer = sqlite3.connect(tmp_path / "tac.db")
    with writer as db:
        changed = db.execute(
            "UPDATE prompts SET status = 'completed', cost_usd = 0.25, tokens_output = 5"
            " WHERE id = (SELECT id FROM prompts WHERE status = 'streaming' LIMIT 1)"
        ).rowcount
    writer.close()
    assert changed == 1
    for look in range(1, 20):
        after = read_costs(orchestrator, TAC_NOW + look, window="all").total
    assert after.calls == before.calls
    assert after.tokens_out == before.tokens_out + 5
    # Its agent may have reported the money before: the larger of the two counts.
    assert before.micros <= after.micros <= before.micros + 250_000


def test_unpriced_calls_make_the_total_a_floor_never_nothing(fleet: Source) -> None:
    facts = whole(fleet, NOW, "model")
    qwen = next(row for row in facts.rows if row.key == "local/qwen-72b")
    assert (qwen.cost_usd, qwen.unpriced, qwen.source) == (None, 12, "")
    assert facts.total.unpriced == 12
    assert facts.total.micros == sum(row.micros for row in facts.rows)


def test_a_scope_holds_only_what_has_its_keys(fleet: Source) -> None:
    scope = (("model", "sonnet-5"), ("agent", "coder-a81f"))
    facts = read_costs(fleet, NOW, "calls", "all", scope=scope)
    assert [row.name for row in facts.rows] == ["edit 3", "edit 2", "edit 1", "read task"]
    assert sum(row.micros for row in facts.rows) == facts.total.micros


def test_groups_beyond_those_shown_are_in_the_total(watched: Source, store: Store) -> None:
    for number in range(230):
        store.connection.execute(
            "INSERT INTO cost_rollups (hour, model, agent_id, run_id, calls, cost_micros)"
            " VALUES (?, ?, 'coder-r1', 'r1', 1, ?)",
            (times.hour(NOW), f"model {number}", number),
        )
    store.connection.commit()
    facts = read_costs(watched, NOW)
    assert (len(facts.rows), facts.more) == (200, 30)
    assert facts.total.micros == sum(range(230))
    assert facts.rows[0].key == "model 229"


def test_today_begins_at_the_local_midnight(watched: Source, store: Store) -> None:
    midnight = NOW - NOW % 86400
    store.call("r1", midnight - 60, 5)
    store.call("r1", midnight + 60, 7)
    store.call("r1", NOW - 60, None)
    assert today(watched, NOW)[:2] == (7, 1)


def test_the_pace_is_that_of_five_minutes(watched: Source, store: Store) -> None:
    store.call("r1", NOW - 400, 9_000)
    store.call("r1", NOW - 200, 1_000)
    assert today(watched, NOW).per_minute == 200
    assert read_burn(watched, NOW).rate(60) == pytest.approx(10_000 / 60)


def test_what_lies_ahead_of_the_clock_is_no_pace(watched: Source, store: Store) -> None:
    store.call("r1", NOW + 3000, 9_000)
    assert today(watched, NOW).per_minute == 0


def test_the_hour_forgets_what_is_older(watched: Source, store: Store) -> None:
    store.call("r1", NOW - 60, 1_000)
    assert len(read_burn(watched, NOW).calls) == 1
    assert read_burn(watched, NOW + 4000).calls == ()


def test_waste_is_what_the_rows_show(watched: Source, store: Store) -> None:
    store.call("r1", NOW - 300, 500, "failed")
    store.call("r1", NOW - 200, 400, cache_read=800)
    store.call("r1", NOW - 100, 300, name="other")
    found = waste(read_burn(watched, NOW))
    assert found == (500, 400, 800, 1000)


def test_hostile_values_count_nothing_and_break_nothing(watched: Source, store: Store) -> None:
    with store.connection as db:
        db.execute("PRAGMA ignore_check_constraints = 1")
        db.execute(
            "INSERT INTO cost_rollups"
            " (hour, model, agent_id, run_id, calls, cost_micros, tokens_in)"
            " VALUES (?, ?, 'coder-r1', 'r1', 1, 9e999, 'many')",
            (times.hour(NOW), "mo\x1b[2Jdel[/]"),
        )
        db.execute("UPDATE runs SET title = ?", ("evil \x1b]52;c;AAAA\x07",))
    facts = read_costs(watched, NOW)
    assert facts.rows[0].name.isprintable()
    assert facts.rows[0].cost_usd is None
    assert read_costs(watched, NOW + 1, "run").rows[0].name.isprintable()


def test_models_say_who_priced_their_calls(fleet: Source) -> None:
    models = {row.key: row.source for row in read_models(fleet, NOW, "today")}
    assert models == {
        "sonnet-5": "reported",
        "opus-4-8": "reported",
        "haiku-4-5": "table",
        "local/qwen-72b": "",
    }


def test_hours_that_are_over_are_not_read_again(watched: Source, store: Store) -> None:
    store.call("r1", NOW - 5 * 3600, 11)
    assert whole(watched, NOW, "model").total.micros == 11
    store.connection.execute("DELETE FROM cost_rollups")
    store.connection.commit()
    assert read_costs(watched, NOW + 10, window="all").total.micros == 11
    # Until they are made anew.
    assert read_costs(watched, NOW + 700, window="all").total.micros == 11
    assert read_costs(watched, NOW + 701, window="all").total.micros == 0
