"""Budgets: what is used, how long it lasts, where it ends, and when that is an alarm."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.vedette import NOW
from tests.data.test_costs import Store
from vedette.data import times
from vedette.data.budgets import BudgetFacts, Limits, budget_alarms, forecast, read_budgets
from vedette.data.source import Source, open_source


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


def limit(store: Store, scope: str, key: str, usd: float) -> None:
    with store.connection as db:
        db.execute(
            "INSERT INTO budgets (scope, key, limit_micros, updated_at) VALUES (?, ?, ?, ?)",
            (scope, key, round(usd * 1e6), times.text(NOW)),
        )


def only(source: Source) -> BudgetFacts:
    found = read_budgets(source, NOW)
    assert len(found) == 1
    return found[0]


def past_runs(store: Store, micros: list[int], seconds: float = 3600) -> None:
    for number, cost in enumerate(micros):
        run_id = f"old{number}"
        store.run(run_id, status="completed")
        store.call(run_id, NOW - 2 * 86400, cost)
        with store.connection as db:
            db.execute(
                "UPDATE runs SET started_at = ?, ended_at = ? WHERE id = ?",
                (times.text(NOW - 86400), times.text(NOW - 86400 + seconds), run_id),
            )


def test_a_run_lasts_as_long_as_the_pace_of_five_minutes_says(
    watched: Source, store: Store
) -> None:
    limit(store, "run", "r1", 2.0)
    store.call("r1", NOW - 60, 500_000)
    run = only(watched)
    assert (run.name, run.used, run.state) == ("run r1", 500_000, "ok")
    assert run.left == pytest.approx(1_500_000 / 100_000 * 60)


def test_nothing_spent_now_has_no_time_left(watched: Source, store: Store) -> None:
    limit(store, "run", "r1", 2.0)
    store.call("r1", NOW - 1000, 500_000)
    assert only(watched).left is None


@pytest.mark.parametrize(
    ("micros", "state"), [(1_700_000, "ok"), (1_850_000, "warn"), (2_000_000, "over")]
)
def test_a_budget_warns_at_ninety_percent_and_is_over_at_all(
    watched: Source, store: Store, micros: int, state: str
) -> None:
    limit(store, "run", "r1", 2.0)
    store.call("r1", NOW - 1000, micros)
    assert only(watched).state == state


def test_fast_burn_needs_both_rates(watched: Source, store: Store) -> None:
    """The plan of a run without past ones: its limit over an hour."""
    limit(store, "run", "r1", 6.0)
    store.call("r1", NOW - 60, 3_100_000)
    # Five minutes at 6.2 times the plan, but the hour at 0.5 times.
    assert only(watched).state == "ok"
    past_runs(store, [1] * 5, seconds=6 * 3600)
    # A plan of six hours: 37 times and 3.1 times.
    watched.memo.clear()
    assert only(watched).state == "FAST BURN"


def test_a_days_plan_is_eight_hours_of_work(watched: Source, store: Store) -> None:
    limit(store, "day", "", 4.8)
    store.call("r1", NOW - 60, 10_000)
    assert only(watched).plan_rate == pytest.approx(10_000)


def test_a_project_has_no_plan_and_counts_all_on_record(watched: Source, store: Store) -> None:
    limit(store, "project", "web", 10.0)
    store.call("r1", NOW - 90 * 86400, 2_000_000)
    store.call("r1", NOW - 60, 1_000_000)
    project = only(watched)
    assert (project.used, project.plan_rate, project.state) == (3_000_000, None, "ok")


def test_an_agents_budget_names_its_agent(watched: Source, store: Store) -> None:
    limit(store, "agent", "coder-r1", 1.0)
    store.call("r1", NOW - 60, None)
    agent = only(watched)
    assert (agent.name, agent.agent_id, agent.run_id) == ("agent coder", "coder-r1", "r1")
    assert agent.is_floor


def test_a_forecast_needs_five_past_runs(watched: Source, store: Store) -> None:
    limit(store, "run", "r1", 2.0)
    past_runs(store, [1_000_000, 2_000_000, 3_000_000, 4_000_000])
    assert only(watched).forecast is None
    store.run("old4", status="completed")
    store.call("old4", NOW - 86400, 5_000_000)
    watched.memo.clear()
    assert only(watched).forecast == (1_400_000, 4_600_000)


def test_nothing_ends_below_what_it_has_used() -> None:
    assert forecast([1, 2, 3, 4, 5], used=4) == (4, 5)
    assert forecast([1, 2, 3, 4], used=4) is None


def test_a_day_is_forecast_from_the_same_hours_of_past_days(watched: Source, store: Store) -> None:
    limit(store, "day", "", 20.0)
    for days_ago in range(1, 7):
        midnight = NOW - NOW % 86400 - days_ago * 86400
        store.call("r1", midnight + 3600, 9_000_000)
        store.call("r1", midnight + 20 * 3600, days_ago * 1_000_000)
    store.call("r1", NOW - 1000, 500_000)
    day = only(watched)
    assert day.samples == 6
    assert day.forecast == (500_000 + 1_500_000, 500_000 + 5_500_000)


def test_configured_limits_hold_where_the_source_has_none(watched: Source, store: Store) -> None:
    limit(store, "run", "r1", 2.0)
    store.call("r1", NOW - 60, 1_000)
    found = read_budgets(watched, NOW, Limits(day=5.0, run=9.0, agent=1.0, projects={"web": 3.0}))
    limits = {(budget.scope, budget.key): budget.limit for budget in found}
    assert limits == {
        ("day", ""): 5_000_000,
        ("run", "r1"): 2_000_000,
        ("agent", "coder-r1"): 1_000_000,
        ("project", "web"): 3_000_000,
    }


def test_a_budget_of_what_is_gone_is_left_out(watched: Source, store: Store) -> None:
    limit(store, "run", "nobody", 2.0)
    limit(store, "agent", "nobody", 2.0)
    assert read_budgets(watched, NOW) == []


def test_alarms_tell_the_pace_and_what_is_used_worst_first(watched: Source, store: Store) -> None:
    limit(store, "run", "r1", 2.0)
    limit(store, "agent", "coder-r1", 1.0)
    store.call("r1", NOW - 60, 1_900_000)
    over, warn = budget_alarms(read_budgets(watched, NOW))
    assert (over.severity, over.title) == ("critical", "budget used up: agent coder")
    assert (warn.severity, warn.title) == ("warning", "budget 95% used: run r1")
    assert warn.message == "5m $0.38/min (11.4×), 1h $0.03/min (0.9×), $1.90 of $2.00 used"
    assert (warn.run_id, warn.agent_id) == ("r1", None)
    assert over.key != warn.key
