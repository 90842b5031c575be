"""The word of row 1 is never better than what is known."""

import pytest

from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness, Looks, freshness

NOW = 1_795_269_751.0


def _of(looks: Looks, now: float = NOW, **known: float | None) -> Freshness:
    return freshness(looks, now, interval=0.5, **known)  # type: ignore[arg-type]


def _fails(kind: str, good_at: float = NOW - 7, **known: float) -> Looks:
    return Looks(good_at=good_at, fault=SourceError("no", kind=kind), attempts=3, **known)  # type: ignore[arg-type]


def test_before_the_first_look_it_is_reading() -> None:
    assert _of(Looks()).word == "READING"


def test_a_look_just_now_is_live() -> None:
    fresh = _of(Looks(good_at=NOW - 0.4))
    assert (fresh.word, fresh.is_live) == ("LIVE", True)
    assert fresh.age == pytest.approx(0.4)


@pytest.mark.parametrize(("ago", "word"), [(1.9, "LIVE"), (2.1, "STALE"), (3600.0, "STALE")])
def test_looks_that_do_not_come_make_it_stale(ago: float, word: str) -> None:
    assert _of(Looks(good_at=NOW - ago)).word == word


def test_a_slow_interval_is_given_its_time() -> None:
    looks = Looks(good_at=NOW - 30)
    assert freshness(looks, NOW, interval=10.0).word == "LIVE"
    assert freshness(looks, NOW, interval=5.0).word == "STALE"


def test_a_writer_that_does_not_beat_makes_it_stale_since_its_last_beat() -> None:
    looks = Looks(good_at=NOW)
    assert _of(looks, writer_heard_at=NOW - 14, heartbeat=5.0).word == "LIVE"
    fresh = _of(looks, writer_heard_at=NOW - 16, heartbeat=5.0)
    assert (fresh.word, fresh.since, fresh.is_live) == ("STALE", NOW - 16, False)


def test_a_file_without_an_expected_writer_is_live() -> None:
    assert _of(Looks(good_at=NOW), writer_heard_at=None).word == "LIVE"


def test_frozen_counts_from_when_it_was_frozen_and_is_not_live() -> None:
    fresh = freshness(Looks(good_at=NOW), NOW, interval=0.5, frozen_at=NOW - 60, arrived=4)
    assert (fresh.word, fresh.age, fresh.arrived, fresh.is_live) == ("FROZEN", 60, 4, False)


def test_a_fault_is_said_even_while_frozen() -> None:
    looks = _fails("missing")
    assert freshness(looks, NOW, interval=0.5, frozen_at=NOW - 60).word == "NO FILE"


@pytest.mark.parametrize(
    "kind", ["locked", "corrupt", "permission", "not_a_database", "replaced", "side_files"]
)
def test_a_failing_look_is_retried_and_counts_from_the_last_good_one(kind: str) -> None:
    fresh = _of(_fails(kind, next_at=NOW + 4))
    assert (fresh.word, fresh.age, fresh.attempts, fresh.next_look) == ("RETRY", 7, 3, NOW + 4)


def test_a_look_that_never_succeeded_counts_from_its_first_failure() -> None:
    fresh = _of(_fails("missing", good_at=0.0, fault_since=NOW - 3))
    assert (fresh.word, fresh.age) == ("NO FILE", 3)


def test_a_clock_set_back_makes_no_negative_age() -> None:
    assert _of(Looks(good_at=NOW + 3600)).age == 0.0
    assert _of(_fails("locked", good_at=NOW + 3600)).age == 0.0
