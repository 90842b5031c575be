"""A gate past its time in a system that lets none expire: overdue everywhere, and answerable."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.asked import GATE, NOW, OVER, ask_syris
from vedette.data import alarms, times
from vedette.data.approvals import read_approvals, read_review
from vedette.data.fleet import read_fleet
from vedette.data.headline import merge_headlines, read_headline
from vedette.data.run import read_run
from vedette.data.source import open_source
from vedette.data.status import read_status

OVER_AT = times.parse(OVER)


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    path = tmp_path / "coded.db"
    ask_syris(path, "coded", expires_at=OVER)
    return path


@pytest.fixture
def design(tmp_path: Path) -> Path:
    path = tmp_path / "design.db"
    ask_syris(path, "design", expires_at=OVER)
    return path


def test_the_list_keeps_it_pending_and_says_overdue(coded: Path) -> None:
    with closing(open_source(str(coded))) as source:
        facts = read_approvals(source, NOW)

    [row] = facts.rows
    assert (row.id, row.status, row.is_open, row.is_overdue) == (GATE, "pending", True, True)
    assert (facts.pending, facts.overdue, facts.next_expiry) == (1, 1, None)


def test_before_its_time_is_over_nothing_is_overdue(coded: Path) -> None:
    with closing(open_source(str(coded))) as source:
        assert OVER_AT is not None
        facts = read_approvals(source, OVER_AT - 1)
        headline = read_headline(source, OVER_AT - 1)

    assert (facts.pending, facts.overdue, facts.next_expiry) == (1, 0, OVER_AT)
    assert headline.late == frozenset()
    assert headline.turns is not None
    assert headline.turns <= OVER_AT, "it is read again when it becomes overdue"


def test_its_review_is_open_and_tells_since_when(coded: Path) -> None:
    with closing(open_source(str(coded))) as source:
        facts = read_review(source, GATE, NOW)

    assert facts is not None
    assert (facts.status, facts.overdue_since) == ("pending", OVER_AT)
    assert facts.queue == (GATE,)
    assert not facts.as_gate("ana").expires_itself


def test_the_headline_and_the_status_count_it(coded: Path) -> None:
    with closing(open_source(str(coded))) as source:
        headline = read_headline(source, NOW)
        status = read_status(source, NOW)

    assert [gate.id for gate in headline.approvals] == [GATE]
    assert (headline.late, headline.overdue, headline.next_expiry) == (frozenset({GATE}), 0, None)
    assert headline.needs()[0].id == GATE
    assert merge_headlines([headline, headline]).late == {GATE}
    assert (status.approvals_answerable, status.approvals_overdue) == (1, 1)
    assert status.row()["approvals_overdue"] == 1
    assert status.row()["next_expiry_at"] is None


def test_the_fleet_waits_for_it_and_raises_no_alarm_of_its_expiry(coded: Path) -> None:
    with closing(open_source(str(coded))) as source:
        fleet = read_fleet(source, NOW)
        told = [alarm.kind for alarm in alarms.read_alarms(source, NOW).alarms]

    [run] = [run for run in fleet.runs if run.id == "trace-1"]
    assert (run.status.state, run.status.deadline, run.status.is_late) == ("WAITING", OVER_AT, True)
    assert "gate_expiry" not in told


def test_a_run_shows_it_waiting(coded: Path) -> None:
    with closing(open_source(str(coded))) as source:
        facts = read_run(source, "trace-1", NOW)

    assert facts is not None
    [gate] = [span for span in facts.spans if span.id == GATE]
    assert gate.is_open(NOW)


def test_syris_as_designed_lets_it_expire(design: Path) -> None:
    with closing(open_source(str(design))) as source:
        facts = read_approvals(source, NOW, "all")
        headline = read_headline(source, NOW)

    assert (facts.rows[0].id, facts.rows[0].status) == (GATE, "expired")
    assert (headline.approvals, headline.overdue, headline.late) == ((), 1, frozenset())
