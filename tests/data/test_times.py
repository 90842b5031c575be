"""Time text is read in every format a source writes, and written in one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.data import times

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
epochs = st.floats(min_value=-8_000_000_000, max_value=8_000_000_000).map(lambda s: round(s, 6))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-21T12:00:00.000000Z", NOON),
        ("2026-11-21T12:00:00.972332+00:00", NOON + 0.972332),
        ("2026-11-21 12:00:00.623509+00:00", NOON + 0.623509),
        ("2026-11-21T12:00:00.716Z", NOON + 0.716),
        ("2026-11-21T12:00:00.307419", NOON + 0.307419),
        ("2026-11-21 12:00:00", NOON),
        ("2026-11-21T12:00:00+00:00", NOON),
        ("2026-11-21T14:00:00+02:00", NOON),
        ("2026-11-21T12:00:00.123456789Z", NOON + 0.123456),
        ("2026-11-21 12:00:00 +0000", NOON),
        ("2026-11-21t12:00z", NOON),
        ("2026-11-21", NOON - 43_200),
        ("  2026-11-21T12:00:00Z\n", NOON),
        (f"{NOON:.0f}", NOON),
        (f"{NOON:.0f}.25", NOON + 0.25),
        (f"{NOON * 1000:.0f}", NOON),
        (f"{NOON * 1e9:.0f}", NOON),
        ("0", 0.0),
    ],
)
def test_every_format_a_source_writes_is_read_as_utc(written: str, read: float) -> None:
    assert times.parse(written) == pytest.approx(read, abs=1e-6)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "",
        "   ",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-02-30",
        "2026-11-21T25:00:00.000000Z",
        "2026-W47-6T12:00:00.000000Z",
        "2026-11-21T12:00:00 Europe/Paris",
        "nan",
        "inf",
        "1e999",
        "٢٠٢٦-١١-٢١",
        "2026-11-21T12:00:00Z and more",
    ],
)
def test_what_is_no_time_is_none(odd: str | None) -> None:
    assert times.parse(odd) is None


@given(epochs)
def test_text_is_read_back_to_the_microsecond(epoch: float) -> None:
    assert times.parse(times.text(epoch)) == pytest.approx(epoch, abs=6e-6)


@given(epochs, epochs)
def test_text_order_is_time_order(one: float, other: float) -> None:
    a, b = times.text(one), times.text(other)
    assert len(a) == len(b) == 27
    if abs(one - other) > 1e-5:
        assert (a < b) == (one < other)


@given(st.text(max_size=40))
def test_no_text_makes_the_readers_fail(anything: str) -> None:
    for read in (times.parse, times.duration, lambda word: times.moment(word, NOON)):
        answer = read(anything)
        assert answer is None or isinstance(answer, float)


def test_the_hour_is_the_first_part_of_the_text() -> None:
    assert times.text(NOON + 3.5) == "2026-11-21T12:00:03.500000Z"
    assert times.hour(NOON + 3.5) == "2026-11-21T12"


@pytest.mark.parametrize(
    ("word", "seconds"),
    [
        ("15m", 900),
        ("1h", 3600),
        ("24h", 86_400),
        ("7d", 604_800),
        ("250ms", 0.25),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("04:12", 252),
        ("1:04:10", 3850),
        (" 90S ", 90),
    ],
)
def test_a_duration_word_is_seconds(word: str, seconds: float) -> None:
    assert times.duration(word) == pytest.approx(seconds)


@pytest.mark.parametrize("word", ["", "m", "15", "15x", "m15", "1h and 3m", "-5m"])
def test_another_word_is_no_duration(word: str) -> None:
    assert times.duration(word) is None


def test_a_clock_word_is_the_last_such_moment() -> None:
    assert times.moment("11:59:30", NOON) == NOON - 30
    assert times.moment("12:00", NOON) == NOON
    assert times.moment("12:00:01", NOON) == NOON + 1 - 86_400
    assert times.moment("25:00", NOON) is None


def test_a_clock_word_follows_the_zone_it_is_typed_in() -> None:
    assert times.moment("13:30:00", NOON, utc_offset=7200) == NOON - 1800


def test_a_moment_may_be_a_time_ago_or_written_out() -> None:
    assert times.moment("-15m", NOON) == NOON - 900
    assert times.moment("2026-11-21T11:00:00Z", NOON) == NOON - 3600
    assert times.moment("soon", NOON) is None
