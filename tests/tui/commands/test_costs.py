"""Costs add up to the micro-dollar, however they are grouped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.commands.conftest import Run

Sql = Callable[..., list[tuple[Any, ...]]]

COLUMNS = (
    *("key", "calls", "tokens_in", "tokens_out"),
    *("cache_read", "cache_write", "cost_usd", "unpriced"),
)


@pytest.mark.parametrize(
    ("by", "column"),
    [
        ("model", "prompts.model"),
        ("agent", "prompts.agent_id"),
        ("run", "prompts.run_id"),
        ("project", "runs.project"),
        ("day", "substr(prompts.completed_at, 1, 10)"),
    ],
)
def test_each_grouping_equals_plain_sql(
    run: Run, fleet: Path, sql: Sql, by: str, column: str
) -> None:
    expected = sql(
        fleet,
        f"""
        SELECT {column}, count(*), sum(coalesce(tokens_in, 0)), sum(coalesce(tokens_out, 0)),
            sum(coalesce(cache_read, 0)), sum(coalesce(cache_write, 0)), sum(cost_micros),
            count(*) - count(cost_micros)
        FROM prompts JOIN runs ON runs.id = prompts.run_id
        WHERE completed_at IS NOT NULL
        GROUP BY 1
        """,  # noqa: S608
    )
    rows = run("costs", "--by", by, "--db", fleet, "--limit", 1000, "--json").rows
    assert all(tuple(row) == COLUMNS for row in rows)
    printed = [
        tuple(_micros(row[name]) if name == "cost_usd" else row[name] for name in COLUMNS)
        for row in rows
    ]
    assert sorted(printed, key=str) == sorted(expected, key=str)


def _micros(usd: float | None) -> int | None:
    return None if usd is None else round(usd * 1_000_000)


def test_cost_per_model_equals_plain_sql_on_another_systems_file(
    run: Run, tac: Path, sql: Sql
) -> None:
    expected = sql(tac, "SELECT model_used, count(*), total(cost_usd) FROM prompts GROUP BY 1")
    rows = run("costs", "--by", "model", "--db", tac, "--json").rows
    printed = {row["key"]: (row["calls"], row["cost_usd"] or 0) for row in rows if row["calls"]}
    assert printed == {
        model: (calls, pytest.approx(cost, abs=1e-6)) for model, calls, cost in expected
    }


def test_the_dearest_come_first_and_the_unpriced_last(run: Run, fleet: Path) -> None:
    keys = [row["key"] for row in run("costs", "--db", fleet, "--json").rows]
    assert keys == ["sonnet-5", "opus-4-8", "haiku-4-5", "local/qwen-72b"]


def test_calls_without_a_price_cost_null_never_nothing(run: Run, fleet: Path) -> None:
    rows = {row["key"]: row for row in run("costs", "--db", fleet, "--json").rows}
    assert rows["local/qwen-72b"]["cost_usd"] is None
    assert rows["local/qwen-72b"]["unpriced"] == 12
    assert "unpriced" in run("costs", "--db", fleet, "--filter", "key:qwen").out


def test_a_window_leaves_out_what_was_before(run: Run, fleet: Path) -> None:
    every = run("costs", "--by", "run", "--db", fleet, "--json").rows
    week = run("costs", "--by", "run", "--window", "7d", "--db", fleet, "--json").rows
    hour = run("costs", "--by", "run", "--window", "1m", "--db", fleet, "--json").rows
    assert week == every
    assert 0 < sum(row["calls"] for row in hour) < sum(row["calls"] for row in every)


def test_a_filter_knows_the_grouping_by_its_name(run: Run, fleet: Path) -> None:
    rows = run("costs", "--db", fleet, "--filter", "model=opus cost>1", "--json").rows
    assert [row["key"] for row in rows] == ["opus-4-8"]
    nothing = run("costs", "--db", fleet, "--filter", "cost>99")
    assert nothing.err == "nothing matches: cost>99 removed the last 4\n"


@pytest.mark.parametrize("arguments", [["--by", "moon"], ["--window", "soon"]])
def test_what_makes_no_sense_is_wrong_use(run: Run, fleet: Path, arguments: list[str]) -> None:
    result = run("costs", "--db", fleet, *arguments)
    assert (result.code, result.out) == (2, "")
