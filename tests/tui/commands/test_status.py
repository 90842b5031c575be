"""The summary counts what plain SQL counts, and fits a status line."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.builders.vedette import create
from tests.tui.commands.conftest import Run
from vedette.data import times
from vedette.data.status import CANONICAL, Status
from vedette.tui.commands.status import short_line

Sql = Callable[..., list[tuple[Any, ...]]]


def test_the_counts_equal_plain_sql(run: Run, fleet: Path, sql: Sql) -> None:
    (row,) = run("status", "--db", fleet, "--json").rows
    for name in ("runs", "agents"):
        in_file = dict(sql(fleet, f"SELECT status, count(*) FROM {name} GROUP BY status"))  # noqa: S608
        assert row[name] == {status: in_file.get(status, 0) for status in CANONICAL}
    ((pending,),) = sql(fleet, "SELECT count(*) FROM approvals WHERE status = 'pending'")
    assert row["approvals_pending"] == pending
    alarms = sql(fleet, "SELECT severity, count(*) FROM alarms WHERE status = 'open' GROUP BY 1")
    assert row["alarms"] == dict(alarms)
    today = times.text(time.time())[:10]
    ((micros, unpriced),) = sql(
        fleet,
        "SELECT coalesce(sum(cost_micros), 0), coalesce(sum(unpriced), 0) "  # noqa: S608
        f"FROM cost_rollups WHERE hour >= '{today}'",
    )
    assert round((row["cost_today_usd"] or 0) * 1_000_000) == micros
    assert row["unpriced_today"] == unpriced


def test_a_gate_whose_time_is_over_is_pending_but_not_answerable(run: Run, fleet: Path) -> None:
    connection = sqlite3.connect(fleet)
    with connection:
        connection.execute(
            "UPDATE approvals SET expires_at = ? WHERE id = 'g-5512'", (times.text(1.0),)
        )
    connection.close()
    (row,) = run("status", "--db", fleet, "--json").rows
    assert (row["approvals_pending"], row["approvals_answerable"]) == (3, 2)


def test_the_lines_for_people_say_what_waits(run: Run, fleet: Path) -> None:
    out = run("status", "--db", fleet).out
    assert "needs you  3 approvals, next expires in 0" in out
    assert "1 CRIT" in out
    assert "runs       4 open (3 running, 1 waiting), 3 over" in out


def test_a_source_without_gates_says_so(run: Run, tac: Path) -> None:
    assert "there are no gates in TAC" in run("status", "--db", tac).out


def test_an_empty_database_has_a_status(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    create(path).close()
    result = run("status", "--db", path)
    assert result.code == 0
    assert "needs you  nothing" in result.out
    assert "no rows yet" in result.out
    assert run("status", "--short", "--db", path).out == "0 runs  $0.00\n"


def test_the_short_line_is_for_tmux(run: Run, fleet: Path) -> None:
    line = run("status", "--short", "--db", fleet).out
    assert line.startswith("3 gates 0")
    assert "  1 CRIT  " in line
    assert line.count("\n") == 1


def _status(**changed: Any) -> Status:
    nothing = dict.fromkeys(CANONICAL, 0)
    plain: dict[str, Any] = {
        "runs": {**nothing, "running": 6, "waiting": 1, "completed": 9},
        "agents": nothing,
        "approvals_pending": 0,
        "approvals_answerable": 0,
        "next_expiry": None,
        "alarms": {},
        "alarms_loud": {},
        "cost_today": 5.09,
        "unpriced_today": 0,
        "newest_at": None,
        "heard_at": None,
        "now": 1000.0,
    }
    return Status(**{**plain, **changed})


def test_when_nothing_waits_the_short_line_is_plain() -> None:
    assert short_line(_status()) == "7 runs  $5.09"


def test_what_waits_stands_first_and_the_cost_may_be_a_floor() -> None:
    waiting = _status(
        approvals_answerable=2,
        next_expiry=1252.0,
        alarms_loud={"critical": 1, "warning": 3},
        unpriced_today=1,
    )
    assert short_line(waiting) == "2 gates 04:12  1 CRIT  3 warn  7 runs  ≥ $5.09"
    assert short_line(_status(cost_today=None)) == "7 runs"
    assert short_line(_status(cost_today=0.001)) == "7 runs  <$0.01"


def test_the_short_line_never_takes_more_than_sixty_cells() -> None:
    crowded = _status(
        runs={**dict.fromkeys(CANONICAL, 0), "running": 1_000_000_000},
        approvals_answerable=1_000_000_000,
        next_expiry=1e9,
        alarms_loud={"critical": 10**9, "error": 10**9, "warning": 10**9},
        cost_today=1e12,
    )
    assert len(short_line(crowded)) == 60


def test_age_counts_from_the_newest_sign_of_life() -> None:
    assert _status(newest_at=400.0, heard_at=990.0).age == 10.0
    assert _status(newest_at=999.0).age == 1.0
    assert _status().age is None
