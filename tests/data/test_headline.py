"""Rows 1 and 2: what waits for a person, what is over, and who still writes."""

import math
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.bare import build_bare
from tests.builders.tac import build_tac
from tests.builders.vedette import NOW, build_fleet, create
from vedette.data.headline import Headline, OpenAlarm, PendingApproval, read_headline
from vedette.data.rows import Writer
from vedette.data.source import open_source


def _read(path: Path, now: float = NOW) -> Headline:
    with closing(open_source(str(path))) as source, source.reading():
        return read_headline(source, now)


def _change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute(statement, values)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    build_fleet(tmp_path / "runs.db")
    return tmp_path / "runs.db"


def test_a_new_database_needs_nobody(tmp_path: Path) -> None:
    create(tmp_path / "runs.db").close()
    assert _read(tmp_path / "runs.db") == Headline()
    assert Headline().needs() == []
    assert Headline().next_expiry is None


def test_a_system_without_gates_needs_nobody(tmp_path: Path) -> None:
    build_tac(tmp_path / "tac.db")
    headline = _read(tmp_path / "tac.db")
    assert (headline.approvals, headline.alarms, headline.writer_heard_at) == ((), (), None)
    assert headline.last_event > 0


def test_the_fleets_gates_and_alarms_are_counted(fleet: Path) -> None:
    headline = _read(fleet)
    with closing(sqlite3.connect(fleet)) as plain:
        newest = plain.execute("SELECT max(seq) FROM events").fetchone()[0]
    assert len(headline.approvals) == 3
    assert headline.last_event == newest
    assert headline.next_expiry is not None
    assert headline.next_expiry > NOW


def test_a_gate_whose_time_is_over_no_longer_needs_anybody(fleet: Path) -> None:
    headline = _read(fleet)
    assert headline.next_expiry is not None
    later = _read(fleet, headline.next_expiry)
    assert (len(later.approvals), later.overdue) == (2, 1)
    assert len(_read(fleet, headline.next_expiry - 0.001).approvals) == 3


def test_a_snoozed_alarm_needs_nobody_until_it_wakes(fleet: Path) -> None:
    first = _read(fleet).alarms[0]
    _change(
        fleet,
        "INSERT INTO alarm_actions (alarm_id, action, actor, until, created_at) VALUES"
        " (?, 'snooze', 'ana', '2026-11-21T15:00:00.000000Z', '2026-11-21T14:00:00.000000Z')",
        first.id,
    )
    assert first.id not in {alarm.id for alarm in _read(fleet).alarms}
    assert first.id in {alarm.id for alarm in _read(fleet, NOW + 3600).alarms}


def _gate(id_: str, expires_at: str | None) -> PendingApproval:
    return PendingApproval(id_, None, None, "", "low", None, expires_at)


def _alarm(id_: str, severity: str) -> OpenAlarm:
    return OpenAlarm(id_, severity, "", None, None, None, None)


def test_what_ends_first_comes_first_and_information_never() -> None:
    headline = Headline(
        approvals=(_gate("open end", None), _gate("soon", "2026-11-21T14:03:00.000000Z")),
        alarms=(_alarm("warn", "warning"), _alarm("note", "info"), _alarm("crit", "critical")),
    )
    assert [need.id for need in headline.needs()] == ["soon", "open end", "crit", "warn"]


def test_a_severity_nobody_knows_comes_last_and_is_not_lost() -> None:
    headline = Headline(alarms=(_alarm("odd", "purple"), _alarm("warn", "warning")))
    assert [need.id for need in headline.needs()] == ["warn", "odd"]


def _writer(beat: str | None, seconds: float | None) -> Writer:
    return Writer(1, "w", 1, None, None, None, None, beat, seconds, None, None, 0)  # type: ignore[arg-type]


def test_the_newest_of_the_writers_heartbeats_counts() -> None:
    early, late = "2026-11-21T14:02:00.000000Z", "2026-11-21T14:02:30.000000Z"
    headline = Headline(writers=(_writer(late, 5), _writer(early, 30), _writer(None, None)))
    assert headline.writer_heard_at == pytest.approx(NOW - 1)
    assert headline.heartbeat == 30


@pytest.mark.parametrize("seconds", [None, 0, -5, math.nan, math.inf])
def test_a_heartbeat_that_is_no_time_is_the_usual_one(seconds: float | None) -> None:
    assert Headline(writers=(_writer(None, seconds),)).heartbeat == 5.0


@pytest.mark.parametrize(
    "value", [None, 0, 2**63 - 1, math.inf, "words", "", b"\xff", "9999-99-99", "x" * 10_000]
)
def test_any_value_in_its_columns_is_read(tmp_path: Path, value: object) -> None:
    keys = {"status": "pending", "ended_at": None}

    def change(table: str, column: str, before: object, row: int) -> object:
        kept = "open" if (table, column) == ("alarms", "status") else keys.get(column, value)
        return kept if column in keys else value

    build_bare(tmp_path / "bare.db", change)
    headline = _read(tmp_path / "bare.db")
    assert headline.needs() is not None
    assert headline.heartbeat > 0
    assert headline.approvals or headline.overdue
