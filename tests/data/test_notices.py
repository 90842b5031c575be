"""What is worth a notice: what is new and grave, each once, and not more often than one wants."""

import time
from collections.abc import Iterator

import pytest

from tests.builders.gates import NOW
from vedette.data import times
from vedette.data.headline import Headline, OpenAlarm, PendingApproval
from vedette.data.notices import Notice, NoticeBoard, Policy, quiet


def _gate(gate_id: str, *, asked: float = NOW, expires: float | None = None) -> PendingApproval:
    ends = None if expires is None else times.text(expires)
    return PendingApproval(gate_id, "r-1", "a-1", f"do {gate_id}", "high", times.text(asked), ends)


def _alarm(alarm_id: str, severity: str = "critical", opened: float = NOW) -> OpenAlarm:
    return OpenAlarm(alarm_id, severity, f"{alarm_id} burns", None, None, times.text(opened), None)


def _waits(*gates: PendingApproval, alarms: tuple[OpenAlarm, ...] = ()) -> Headline:
    return Headline(approvals=gates, alarms=alarms)


class Board:
    """A board that is told of one file, before a person who looks away."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.board = NoticeBoard(policy or Policy(), since=NOW - 1)

    def after(
        self,
        seconds: float,
        *gates: PendingApproval,
        alarms: tuple[OpenAlarm, ...] = (),
        is_looked_at: bool = False,
        source: str = "runs.db",
    ) -> Notice | None:
        """What is told once this waits."""
        self.board.heard(source, _waits(*gates, alarms=alarms))
        return self.board.due(NOW + seconds, is_looked_at=is_looked_at)


def test_a_new_gate_is_told_at_once_and_once() -> None:
    board = Board()
    gate = _gate("g-1", expires=NOW + 252)
    assert board.after(0) is None
    told = board.after(1, gate)
    assert told is not None
    assert (told.kind, told.count, told.gates, told.alarms) == ("gate", 1, 1, 0)
    assert told.item is not None
    assert (told.item.title, told.item.risk, told.item.run_id) == ("do g-1", "high", "r-1")
    assert told.expires == NOW + 252
    assert board.after(2, gate) is None
    assert board.after(3600, gate) is None


def test_what_was_there_at_the_start_is_not_told() -> None:
    board = Board()
    old, young = _gate("old", asked=NOW - 60), _gate("young", asked=NOW)
    assert board.after(0, old) is None
    told = board.after(1, old, young)
    assert told is not None
    assert told.item is not None
    assert told.item.id == "young"


def test_a_gate_of_a_file_that_was_not_there_at_the_start_is_told() -> None:
    told = Board().after(0, _gate("g-1", asked=NOW))
    assert told is not None
    assert told.kind == "gate"


def test_a_gate_that_does_not_say_when_it_was_asked_counts_as_there_at_the_start() -> None:
    board = Board()
    assert board.after(0, _gate("g-1")._replace(requested_at=None)) is None
    assert board.after(1, _gate("g-1"), _gate("g-2")._replace(requested_at="soon")) is not None


def test_what_comes_within_the_window_is_told_together_at_its_end() -> None:
    board = Board()
    board.after(0)
    first, second, third = _gate("g-1"), _gate("g-2", expires=NOW + 300), _gate("g-3")
    assert board.after(1, first) is not None
    assert board.after(20, first, second) is None
    assert board.after(40, first, second, third) is None
    assert board.after(60.9, first, second, third) is None
    told = board.after(61, first, second, third)
    assert told is not None
    assert (told.kind, told.count, told.expires) == ("regrouped", 3, NOW + 300)
    assert board.after(200, first, second, third) is None


def test_one_that_was_held_back_alone_is_told_by_name() -> None:
    board = Board()
    board.after(0)
    board.after(1, _gate("g-1"))
    board.after(2, _gate("g-1"), _gate("g-2"))
    told = board.after(61, _gate("g-1"), _gate("g-2"))
    assert told is not None
    assert told.item is not None
    assert (told.kind, told.item.id) == ("gate", "g-2")


def test_what_was_answered_meanwhile_is_not_told() -> None:
    board = Board()
    board.after(0)
    board.after(1, _gate("g-1"))
    board.after(2, _gate("g-1"), _gate("g-2"))
    assert board.after(61, _gate("g-1")) is None


def test_what_nobody_can_answer_any_more_is_not_told() -> None:
    board = Board()
    board.after(0)
    board.after(1, _gate("g-1"))
    assert board.after(61, _gate("g-1"), _gate("g-2", expires=NOW + 60)) is None


def test_what_a_person_looks_at_is_not_told_then_or_later() -> None:
    board = Board()
    board.after(0)
    assert board.after(1, _gate("g-1"), is_looked_at=True) is None
    assert board.after(2, _gate("g-1")) is None
    assert board.after(3, _gate("g-1"), _gate("g-2")) is not None


def test_always_tells_also_what_is_looked_at() -> None:
    board = Board(Policy(when="always"))
    board.after(0)
    assert board.after(1, _gate("g-1"), is_looked_at=True) is not None


def test_a_clock_that_is_set_back_does_not_silence_it() -> None:
    board = Board()
    board.after(0)
    assert board.after(1000, _gate("g-1")) is not None
    assert board.after(0, _gate("g-1"), _gate("g-2")) is not None


@pytest.mark.parametrize(
    ("gravest", "told"),
    [
        ("critical", ["critical"]),
        ("error", ["critical", "error"]),
        ("warning", ["critical", "error", "warning"]),
        ("off", []),
    ],
)
def test_alarms_are_told_from_the_severity_that_is_set(gravest: str, told: list[str]) -> None:
    for severity in ("critical", "error", "warning", "info", "a new word"):
        board = Board(Policy(alarms=gravest))  # type: ignore[arg-type]
        board.after(0)
        notice = board.after(1, alarms=(_alarm("a-1", severity),))
        assert (notice is not None) is (severity in told)
        if notice is not None:
            assert (notice.kind, notice.gates, notice.alarms) == ("alarm", 0, 1)


def test_an_inferred_alarm_is_told_like_a_recorded_one() -> None:
    board = NoticeBoard(Policy(), since=NOW - 1)
    board.heard("runs.db", Headline())
    board.heard("runs.db", Headline(inferred=(_alarm("stuck:t-1"),)))
    assert board.due(NOW, is_looked_at=False) is not None


def test_gates_and_alarms_of_every_file_are_told_together() -> None:
    board = Board()
    board.after(0)
    board.after(0, source="other.db")
    board.after(1, _gate("g-1"))
    board.after(2, _gate("g-1"), alarms=(_alarm("a-1"),))
    told = board.after(61, _gate("g-1"), _gate("g-2", expires=NOW + 90), source="other.db")
    assert told is not None
    assert (told.gates, told.alarms) == (3, 1)
    assert told.item is not None
    assert (told.item.id, told.item.source) == ("g-2", "other.db")


def test_titles_of_strangers_are_clean_and_bounded() -> None:
    board = Board()
    board.after(0)
    told = board.after(1, _gate("g-1")._replace(title="\x1b]9;evil\a" + "x" * 9999))
    assert told is not None
    assert told.item is not None
    assert told.item.title.isprintable()
    assert len(told.item.title) <= 120


def test_off_without_a_command_tells_nothing() -> None:
    board = Board(Policy(mode="off"))
    board.after(0)
    assert board.after(1, _gate("g-1")) is None
    with_command = Board(Policy(mode="off", command=("true",)))
    with_command.after(0)
    assert with_command.after(1, _gate("g-1")) is not None


def test_it_remembers_what_waits_and_forgets_the_oldest_of_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vedette.data.notices.REMEMBERED", 10)
    board = Board(Policy(regroup=1.0))
    board.after(0)
    for number in range(40):
        board.after(number, _gate("stays"), _gate(f"g-{number}"))
    assert len(board.board._known["runs.db"]) <= 11
    assert board.after(100, _gate("stays")) is None


# Quiet hours


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reader's clock is UTC: NOW is 14:02:31."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _at(clock: str) -> float:
    moment = times.parse(f"2026-11-21T{clock}Z")
    assert moment is not None
    return moment


@pytest.mark.parametrize(
    ("hours", "clock", "is_quiet"),
    [
        ("22:00-07:00", "21:59:59", False),
        ("22:00-07:00", "22:00:00", True),
        ("22:00-07:00", "00:00:00", True),
        ("22:00-07:00", "06:59:59", True),
        ("22:00-07:00", "07:00:00", False),
        ("12:00-13:30", "13:29:59", True),
        ("12:00-13:30", "13:30:00", False),
        ("9:00-9:00", "08:00:00", True),
    ],
)
def test_quiet_hours_may_go_over_midnight(
    utc: None, hours: str, clock: str, is_quiet: bool
) -> None:
    assert Policy(quiet=(quiet(hours),)).is_quiet(_at(clock)) is is_quiet


def test_quiet_hours_are_those_of_the_readers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    night = Policy(quiet=(quiet("22:00-07:00"),))
    try:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert night.is_quiet(_at("14:02:31"))
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_still_waits_when_quiet_hours_end_is_told_then(utc: None) -> None:
    board = Board(Policy(quiet=(quiet("13:00-15:00"),)))
    board.after(0)
    assert board.after(1, _gate("g-1"), _gate("g-2")) is None
    assert board.after(3000, _gate("g-2")) is None
    told = board.after(_at("15:00:00") - NOW, _gate("g-2"))
    assert told is not None
    assert told.item is not None
    assert (told.kind, told.item.id) == ("gate", "g-2")


@pytest.mark.parametrize(
    "text", ["", "22-7", "22:00", "24:00-07:00", "22:60-07:00", "22:00-07:00x"]
)
def test_what_are_no_hours_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="22:00-07:00"):
        quiet(text)
