"""Covered time: stretches that overlap count once, in whatever order they come."""

import math

from hypothesis import given
from hypothesis import strategies as st

from vedette.data.coverage import Coverage, joined

STRETCHES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20)


def seconds_of(stretches: list[tuple[int, int]]) -> set[int]:
    """Every whole second the stretches cover."""
    return {second for start, end in stretches for second in range(start, end)}


def test_stretches_that_touch_are_one() -> None:
    assert list(joined([(5, 7), (1, 3), (3, 5), (9, 10)])) == [(1, 7), (9, 10)]


def test_a_span_that_ends_before_it_starts_covers_nothing() -> None:
    covered = Coverage()
    covered.add([(7, 5), (3, 3)])
    assert covered.total == 0


@given(st.lists(STRETCHES, max_size=6), st.integers(0, 60), st.integers(0, 60))
def test_any_order_of_pages_covers_the_same_seconds(
    pages: list[list[tuple[int, int]]], start: int, end: int
) -> None:
    covered = Coverage()
    for page in pages:
        covered.add(page)
    seconds = seconds_of([stretch for page in pages for stretch in page])
    assert math.isclose(covered.total, len(seconds), abs_tol=1e-9)
    inside = len(seconds & set(range(start, end)))
    assert math.isclose(covered.within(start, end), inside, abs_tol=1e-9)
