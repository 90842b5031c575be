"""Troubles of the machinery: by the timing rules, with their rows, and never told twice."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders.vedette import NOW
from vedette.data import migrations, times
from vedette.data.alarms import read_alarms
from vedette.data.headline import read_headline
from vedette.data.source import open_source
from vedette.data.troubles import EACH, Trouble, Troubles, read_troubles


def at(seconds: float) -> str:
    """A time so many seconds after NOW."""
    return times.text(NOW + seconds)


class Machines:
    """A file of Vedette's to which rows of any table are added."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        migrations.migrate(self.path, NOW)
        self.connection = sqlite3.connect(path, isolation_level=None)

    def add(self, table: str, **row: Any) -> None:
        """One row."""
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608

    def run(self, name: str, status: str = "running") -> None:
        """A run with one agent of the same name."""
        self.add("runs", id=name, title=name, status=status, started_at=at(-60), updated_at=at(0))
        self.add(
            "agents", id=name, run_id=name, name=name, kind="agent", status="running",
            started_at=at(-60), updated_at=at(0),
        )  # fmt: skip

    def troubles(self, now: float = NOW) -> Troubles:
        """What is wrong at `now`."""
        with closing(open_source(self.path)) as source, source.reading():
            return read_troubles(source, now)

    def kinds(self, now: float = NOW) -> list[str]:
        """Their kinds."""
        return [trouble.kind for trouble in self.troubles(now).found]

    def only(self, now: float = NOW) -> Trouble:
        """The one there is."""
        [trouble] = self.troubles(now).found
        return trouble


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    found = Machines(tmp_path / "runs.db")
    yield found
    found.connection.close()


def test_nothing_is_wrong_where_nothing_is_recorded(machines: Machines) -> None:
    assert machines.troubles() == Troubles()


def test_a_heartbeat_that_does_not_come_is_missed(machines: Machines) -> None:
    machines.add(
        "health", component="mail", status="healthy", recorded_at=at(-20), next_expected_at=at(10)
    )
    assert machines.kinds() == []
    assert machines.troubles().turns == NOW + 40
    missed = machines.only(NOW + 41)
    assert (missed.kind, missed.since, missed.severity) == ("heartbeat_missed", NOW + 10, "error")
    assert missed.evidence == ("health 1",)


def test_only_the_last_beat_of_a_part_counts(machines: Machines) -> None:
    for recorded in (-600, -20):
        machines.add(
            "health", component="mail", status="healthy", recorded_at=at(recorded),
            next_expected_at=at(recorded + 30),
        )  # fmt: skip
    assert machines.kinds() == []


def test_a_part_is_remembered_while_others_beat_thousands_of_times(machines: Machines) -> None:
    machines.add(
        "health", component="otto", status="down", recorded_at=at(-90), next_expected_at=at(-60)
    )
    with closing(open_source(machines.path)) as source:
        assert [t.subject for t in read_troubles(source, NOW).found] == ["otto"]
        machines.connection.executemany(
            "INSERT INTO health (component, status, recorded_at) VALUES ('mail', 'healthy', ?)",
            [(at(0),)] * 3_000,
        )
        assert [t.subject for t in read_troubles(source, NOW).found] == ["otto"]


def task(machines: Machines, name: str, updated: float, **row: Any) -> None:
    given = {"id": name, "title": name, "status": "running", "updated_at": at(updated)}
    machines.add("tasks", **(given | row))


def test_a_running_task_that_writes_nothing_is_stuck(machines: Machines) -> None:
    task(machines, "load", -899)
    assert machines.kinds() == []
    stuck = machines.only(NOW + 2)
    assert (stuck.kind, stuck.evidence, stuck.since) == ("task_stuck", ("task load",), NOW - 899)


def test_a_task_whose_step_writes_is_not_stuck(machines: Machines) -> None:
    task(machines, "load", -5_000)
    machines.add(
        "steps", id="s", task_id="load", title="s", status="running", updated_at=at(-2_000)
    )
    assert machines.only().evidence == ("task load", "task s")
    machines.connection.execute("UPDATE steps SET updated_at = ?", (at(-10),))
    assert machines.kinds() == []


def test_a_task_that_sleeps_is_not_stuck(machines: Machines) -> None:
    task(machines, "poll", -5_000, next_wake_at=at(600))
    assert machines.kinds() == []


def test_a_stuck_part_speaks_for_its_whole(machines: Machines) -> None:
    task(machines, "whole", -5_000)
    task(machines, "part", -4_000, parent_id="whole")
    assert machines.only().subject == "part"


def schedule(machines: Machines, following: float, enabled: int = 1) -> None:
    machines.add(
        "schedules", id="c", name="backup", enabled=enabled, kind="cron", spec="0 4 * * *",
        next_run_at=at(following), missed=2, created_at=at(-9_000), updated_at=at(-9_000),
    )  # fmt: skip


def test_an_enabled_schedule_in_the_past_is_backlog(machines: Machines) -> None:
    schedule(machines, -1_200)
    late = machines.only()
    assert (late.kind, late.since, late.evidence) == (
        "schedule_backlog",
        NOW - 1_200,
        ("schedule c",),
    )
    assert "2 missed" in late.message


def test_a_schedule_that_is_off_or_still_to_come_is_none(machines: Machines) -> None:
    schedule(machines, 60)
    assert machines.kinds() == []
    machines.connection.execute("UPDATE schedules SET enabled = 0, next_run_at = ?", (at(-60),))
    assert machines.kinds() == []


def call(machines: Machines, number: int, status: str, name: str = "sql") -> None:
    machines.add(
        "tool_calls", id=f"c{number}", run_id="etl", agent_id="etl", name=name, input="{}",
        status=status, created_at=at(-60 + number), updated_at=at(-60 + number),
    )  # fmt: skip


def test_the_same_tool_failing_again_and_again_is_told_with_its_calls(machines: Machines) -> None:
    machines.run("etl")
    for number, status in enumerate(("failed", "completed", "failed", "failed")):
        call(machines, number, status)
    assert machines.kinds() == []
    call(machines, 4, "failed")
    found = machines.only()
    assert (found.kind, found.agent_id, found.count) == ("tool_errors", "etl", 3)
    assert found.evidence == ("tool_call c4", "tool_call c3", "tool_call c2")
    call(machines, 5, "completed")
    assert machines.kinds() == []


def check(machines: Machines, name: str, status: str, when: float) -> None:
    machines.add("checks", id=name, run_id="build", kind="lint", status=status, created_at=at(when))


def test_a_failed_check_of_a_run_at_work_is_told_when_it_stands(machines: Machines) -> None:
    machines.run("build")
    check(machines, "k1", "failed", -100)
    assert machines.kinds() == []
    assert machines.only(NOW + 801).evidence == ("check k1",)
    check(machines, "k2", "passed", -10)
    assert machines.kinds(NOW + 801) == []


def test_a_failed_check_of_a_run_that_is_over_is_told_at_once(machines: Machines) -> None:
    machines.run("build", "completed")
    check(machines, "k1", "failed", -100)
    assert machines.only().kind == "check_failed"


def test_who_waits_with_no_gate_open_is_blocked(machines: Machines) -> None:
    machines.run("build")
    task(machines, "assign", -10, status="waiting", run_id="build")
    assert machines.only().evidence == ("task assign",)
    machines.add(
        "approvals", id="g", run_id="build", title="g", payload="", payload_sha256="",
        status="pending", requested_at=at(-5), updated_at=at(-5),
    )  # fmt: skip
    assert machines.kinds() == []


def test_what_a_recorded_alarm_says_is_not_told_again(machines: Machines) -> None:
    for part in ("mail", "otto"):
        machines.add(
            "health",
            component=part,
            status="healthy",
            recorded_at=at(-90),
            next_expected_at=at(-60),
        )
    machines.add(
        "alarms", id="a", severity="error", status="open", kind="heartbeat.missed",
        title="no heartbeat of mail", opened_at=at(-30), updated_at=at(-30), dedupe_key="x",
    )  # fmt: skip
    assert machines.only().subject == "otto"


def test_hundreds_of_one_rule_are_few_and_a_number(machines: Machines) -> None:
    for number in range(150):
        task(machines, f"t{number}", -5_000)
    found = machines.troubles().found
    assert len(found) == EACH + 1
    assert found[-1].count > EACH


def test_the_bar_the_alarms_and_the_command_tell_the_same(machines: Machines) -> None:
    schedule(machines, -1_200)
    task(machines, "load", -5_000)
    with closing(open_source(machines.path)) as source, source.reading():
        told = [trouble.id for trouble in read_troubles(source, NOW).found]
        headline = read_headline(source, NOW)
        shown = [alarm for alarm in read_alarms(source, NOW).alarms if alarm.derived]
    assert told == ["task_stuck:load", "schedule_backlog:c"]
    assert [alarm.id for alarm in headline.inferred] == told
    assert {alarm.id for alarm in shown} == set(told)
    assert [need.id for need in headline.needs()] == told
    assert headline.count("error") == headline.count("warning") == 1


def test_a_look_costs_the_same_on_ten_times_the_rows(machines: Machines) -> None:
    statements = (
        "INSERT INTO tasks (id, title, status, updated_at) SELECT 't' || i, '', 'completed', '' "
        "FROM n",
        "INSERT INTO steps (id, task_id, title, status, updated_at) "
        "SELECT 's' || i, 't' || i, '', 'completed', '' FROM n",
        "INSERT INTO health (component, status, recorded_at) SELECT 'mail', 'healthy', '' FROM n",
        "INSERT INTO checks (id, kind, status, created_at) SELECT 'k' || i, 'x', 'failed', '' "
        "FROM n",
    )
    taken = []
    for first, last in ((1, 8_000), (8_001, 80_000)):
        numbers = (
            "WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
        )
        for statement in statements:
            machines.connection.execute(numbers + statement, {"first": first, "last": last})
        taken.append(_steps(machines.path))
    assert taken[1] <= taken[0] * 1.05


def _steps(path: str) -> int:
    """How many steps SQLite's machine takes for one look, in hundreds."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    with closing(open_source(path)) as source:
        source.connection.set_progress_handler(count, 100)
        read_troubles(source, NOW)
        source.connection.set_progress_handler(None, 0)
    return taken
