"""Each kind of number is written by its one rule, also a number that is none."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.tui import numbers
from vedette.tui.glyphs import ASCII, UNICODE

NUMBERS = st.one_of(st.none(), st.integers(), st.floats(allow_nan=True, allow_infinity=True))
KINDS = (
    numbers.money,
    numbers.money_floor,
    numbers.dollars,
    numbers.tokens,
    numbers.age,
    numbers.countdown,
    numbers.duration,
    numbers.percent,
    numbers.count,
    numbers.times,
    numbers.size,
)


@pytest.mark.parametrize("write", KINDS)
@given(value=NUMBERS)
def test_any_value_is_written_short_and_in_one_line(write, value) -> None:  # type: ignore[no-untyped-def]
    text = write(value)
    assert text
    assert text.isprintable()
    assert len(text) < 30


@pytest.mark.parametrize("write", KINDS)
@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_number_that_is_none_is_a_doubt(write, odd: float) -> None:  # type: ignore[no-untyped-def]
    assert numbers.toned(write(odd)) == ("?", "doubt bold")


@pytest.mark.parametrize("write", KINDS)
@given(value=NUMBERS)
def test_in_ascii_every_number_is_ascii(write, value) -> None:  # type: ignore[no-untyped-def]
    assert write(value, ASCII).isascii()


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (1.92, "1.92"),
        (1204.5, "1,204.50"),
        (0, "0.00"),
        (0.004, "<0.01"),
        (0.0099, "<0.01"),
        (0.01, "0.01"),
        (None, "unpriced"),
        (-3.5, "−3.50"),
        (-0.001, "−<0.01"),
        (2_500_000_000, "2.50B"),
    ],
)
def test_money_in_a_table(usd: float | None, text: str) -> None:
    assert numbers.money(usd) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (123.45, "123.45"),
        (1204.5, "1,204"),
        (12_408.7, "12,409"),
        (124_087.0, "124k"),
        (12_345_678.0, "12.3M"),
        (None, "?.??"),
        (-1204.5, "−1,204"),
    ],
)
def test_money_in_a_narrow_column_loses_its_cents_first(usd: float | None, text: str) -> None:
    assert numbers.money(usd, width=6) == text


def test_unpriced_money_is_a_doubt_at_any_width() -> None:
    assert numbers.toned(numbers.money(None))[1] == "doubt"
    assert numbers.toned(numbers.money(None, width=6))[1] == "doubt"


@pytest.mark.parametrize(
    ("usd", "is_floor", "text"),
    [
        (0.31, False, "$0.31"),
        (5.09, True, "≥ $5.09"),
        (0.001, False, "<$0.01"),
        (-1.5, False, "−$1.50"),
        (None, False, "unpriced"),
        (None, True, "unpriced"),
    ],
)
def test_money_in_a_sentence(usd: float | None, is_floor: bool, text: str) -> None:
    assert numbers.dollars(usd, is_floor=is_floor) == text


def test_a_sum_with_unpriced_parts_is_a_floor() -> None:
    assert numbers.money_floor(5.09) == "≥ 5.09"
    assert numbers.money_floor(5.09, ASCII) == ">= 5.09"


def test_a_range_has_an_en_dash() -> None:
    assert numbers.money_range(2.3, 4.1) == "2.30 – 4.10"
    assert numbers.money_range(2.3, None) == "—"


@pytest.mark.parametrize(
    ("value", "number", "unit"),
    [
        (14, "14", " "),
        (0, "0", " "),
        (999, "999", " "),
        (1000, "1.0", "k"),
        (9_100, "9.1", "k"),
        (41_200, "41.2", "k"),
        (99_949, "99.9", "k"),
        (99_951, "100", "k"),
        (611_000, "611", "k"),
        (999_600, "1.00", "M"),
        (2_410_000, "2.41", "M"),
        (88_400_000, "88.4", "M"),
        (241_000_000, "241", "M"),
        (1e18, ">999", "T"),
    ],
)
def test_tokens_have_their_unit_in_a_cell_of_its_own(value: float, number: str, unit: str) -> None:
    assert numbers.token_cells(value) == ((number, "soft"), (unit, "muted"))


def test_tokens_in_a_sentence_have_no_blank() -> None:
    assert numbers.tokens(14) == "14"
    assert numbers.tokens(41_200) == "41.2k"


def test_tokens_that_were_not_counted_are_nothing() -> None:
    assert numbers.token_cells(None)[0] == ("—", "faint")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00"),
        (0.9, "00:00"),
        (228, "03:48"),
        (3599.9, "59:59"),
        (3850, "1:04:10"),
        (86_399, "23:59:59"),
        (3 * 86_400 + 4 * 3600 + 59, "3d 04h"),
        (200 * 86_400, "200d"),
        (20_000 * 86_400, "54y"),
        (1e300, ">999y"),
        (-5, "−00:05"),
        (-0.4, "00:00"),
        (None, "—"),
    ],
)
def test_ages_grow_from_minutes_to_days(seconds: float | None, text: str) -> None:
    assert numbers.age(seconds) == text


@given(seconds=st.floats(min_value=0, max_value=1e9))
def test_an_age_fits_its_column(seconds: float) -> None:
    assert len(numbers.age(seconds)) <= 8
    assert len(numbers.age(seconds, width=6)) <= 6


@pytest.mark.parametrize(
    ("seconds", "text"), [(3850, "1h 04m"), (36_000, "10h"), (950_400, "11d"), (59, "00:59")]
)
def test_a_narrow_age_is_told_in_larger_units(seconds: float, text: str) -> None:
    assert numbers.age(seconds, width=6) == text


def test_a_countdown_ends_at_zero() -> None:
    assert numbers.countdown(252) == "04:12"
    assert numbers.countdown(-3) == "00:00"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0ms"),
        (0.0001, "<1ms"),
        (0.412, "412ms"),
        (0.9996, "1.0s"),
        (8.4, "8.4s"),
        (9.96, "10s"),
        (41, "41s"),
        (59.7, "1m 00s"),
        (441, "7m 21s"),
        (3599.6, "1h 00m"),
        (3850, "1h 04m"),
        (90_000, "1d 01h"),
        (-2, "−2.0s"),
        (None, "—"),
    ],
)
def test_measured_durations_have_two_units_at_most(seconds: float | None, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.001, "<1%"),
        (0.714, "71%"),
        (0.92, "92%"),
        (0.9999, "99%"),
        (1, "100%"),
        (1.2, "120%"),
        (50, ">999%"),
        (-0.2, "−20%"),
        (-0.001, "0%"),
        (None, "—"),
    ],
)
def test_percent_is_whole_and_never_rounds_up_to_all(share: float | None, text: str) -> None:
    assert numbers.percent(share) == text


@pytest.mark.parametrize(
    ("share", "token"), [(0.71, "soft"), (0.894, "soft"), (0.9, "you bold"), (1.3, "you bold")]
)
def test_a_filling_context_is_amber(share: float, token: str) -> None:
    assert numbers.context(share)[1] == token
    assert numbers.context(share, is_live=False)[1] == "soft"


def test_an_odd_context_is_a_doubt() -> None:
    assert numbers.context(math.nan) == ("?", "doubt bold")


def test_counts_have_commas_and_repeats_a_cross() -> None:
    assert numbers.count(12_408) == "12,408"
    assert numbers.times(6) == "×6"
    assert numbers.times(6, ASCII) == "x6"
    assert numbers.count(-1200) == "−1,200"


def test_changed_lines_have_a_true_minus_and_muted_zeros() -> None:
    assert numbers.lines(41, 7) == (("+41", "ok"), ("−7", "bad"))
    assert numbers.lines(9, 0) == (("+9", "ok"), ("−0", "muted"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (412, "412 B"),
        (999, "999 B"),
        (4_100, "4.1 kB"),
        (600, "600 B"),
        (48_000_000, "48 MB"),
        (999_700, "1.0 MB"),
        (1e30, ">999 PB"),
        (-1, "?"),
        (None, "—"),
    ],
)
def test_bytes_have_decimal_units(value: float | None, text: str) -> None:
    assert numbers.size(value) == text


AT = datetime(2026, 11, 21, 13, 58, 43, tzinfo=UTC).timestamp()


def test_a_time_of_day_has_seconds() -> None:
    assert numbers.time_of_day(AT, UTC) == "13:58:43"
    assert numbers.time_of_day(AT, timezone(timedelta(hours=2))) == "15:58:43"


def test_a_moment_of_another_day_says_which() -> None:
    assert numbers.moment(AT, AT + 60, UTC) == "13:58:43"
    assert numbers.moment(AT, AT + 86_400, UTC) == "2026-11-21 13:58:43"


def test_a_stamp_tells_the_day_where_it_is_another() -> None:
    assert numbers.stamp(AT, AT + 60, UTC) == "13:58:43"
    assert numbers.stamp(AT, AT + 86_400, UTC) == "11-21 13:58"
    assert numbers.stamp(AT, AT + 300 * 86_400, UTC) == "2026-11-21"
    assert numbers.short_stamp(AT, AT + 60, UTC) == "13:58"
    assert numbers.short_stamp(AT, AT + 86_400, UTC) == "11-21"
    assert numbers.short_stamp(AT, AT + 300 * 86_400, UTC) == "2026-11"


def test_a_stretch_of_several_days_is_never_two_bare_times() -> None:
    assert numbers.stretch(AT, AT + 60, AT + 60, UTC) == "13:58:43–13:59:43"
    day = 86_400
    assert numbers.stretch(AT, AT + 2 * day, AT + 2 * day, UTC) == "11-21 13:58–11-23 13:58"
    year = 365 * day
    assert numbers.stretch(AT, AT + 60, AT + year, UTC) == "2026-11-21 13:58:43–13:59:43"
    assert numbers.stretch(AT, AT + 60, AT + day, UTC) == "11-21 13:58:43–13:59:43"


@pytest.mark.parametrize("epoch", [math.nan, math.inf, -1e300, 1e18])
def test_a_time_that_is_none_is_a_doubt(epoch: float) -> None:
    assert numbers.time_of_day(epoch, UTC) == "?"
    assert numbers.moment(epoch, AT, UTC) == "?"
    assert numbers.stamp(epoch, AT, UTC) == "?"


def test_nothing_and_zero_are_different() -> None:
    assert numbers.toned(numbers.count(None)) == ("—", "faint")
    assert numbers.toned(numbers.count(0)) == ("0", "soft")
    assert numbers.toned(numbers.count(None, ASCII)) == ("-", "faint")


def test_unicode_is_the_default() -> None:
    assert numbers.times(6) == numbers.times(6, UNICODE)
