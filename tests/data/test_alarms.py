"""Recorded alarms and inferred ones: told apart, in order, each with what made it so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet
from vedette.data import alarms
from vedette.data.decisions import ack, resolve, snooze
from vedette.data.source import Source, open_source


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A file with the pictures' fleet."""
    build_fleet(tmp_path / "runs.db")
    return str(tmp_path / "runs.db")


@pytest.fixture
def source(path: str) -> Iterator[Source]:
    """It, open."""
    opened = open_source(path)
    yield opened
    opened.close()


def test_the_critical_one_stands_first_and_answered_ones_last(source: Source) -> None:
    found = alarms.read_alarms(source, NOW).alarms
    assert found[0].severity == "critical"
    states = [alarm.status in ("acked", "snoozed") for alarm in found]
    assert states == sorted(states)


def test_an_inferred_alarm_names_the_rows_that_made_it_so(source: Source) -> None:
    inferred = [alarm for alarm in alarms.read_alarms(source, NOW).alarms if alarm.derived]
    assert inferred
    assert all(alarm.evidence for alarm in inferred)


def test_what_rows_record_is_not_inferred_again(source: Source) -> None:
    found = alarms.read_alarms(source, NOW).alarms
    keys = [(alarm.kind, alarm.run_id, alarm.agent_id) for alarm in found]
    assert len(keys) == len(set(keys))


def test_an_unheard_writer_is_an_alarm(source: Source) -> None:
    later = alarms.read_alarms(source, NOW + 600).alarms
    assert any(alarm.kind == "writer_gone" and alarm.severity == "error" for alarm in later)


def test_an_acknowledged_alarm_says_by_whom(path: str, source: Source) -> None:
    first = alarms.read_alarms(source, NOW).alarms[0]
    ack(path, first.id, "ana", NOW, "looking at it")
    found = {alarm.id: alarm for alarm in alarms.read_alarms(source, NOW).alarms}[first.id]
    assert (found.status, found.acked_by) == ("acked", "ana")
    assert "looking at it" in found.history[0].says


def test_a_snoozed_alarm_is_quiet_until_its_time(path: str, source: Source) -> None:
    first = alarms.read_alarms(source, NOW).alarms[0]
    snooze(path, first.id, "ana", NOW, NOW + 900)

    def status(now: float) -> str:
        return {alarm.id: alarm.status for alarm in alarms.read_alarms(source, now).alarms}[
            first.id
        ]

    assert status(NOW + 10) == "snoozed"
    assert status(NOW + 901) == "open"


def test_a_resolved_alarm_moves_to_closed(path: str, source: Source) -> None:
    first = alarms.read_alarms(source, NOW).alarms[0]
    resolve(path, first.id, "ana", NOW, "budget raised")
    assert first.id not in [alarm.id for alarm in alarms.read_alarms(source, NOW).alarms]
    closed = alarms.read_alarms(source, NOW, "closed").alarms
    assert "budget raised" in [alarm.resolution for alarm in closed if alarm.id == first.id]
