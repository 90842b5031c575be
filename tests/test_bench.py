"""The benchmark's own arithmetic and table; no test here measures a time."""

import pytest

from bench.figures import NAMES, figures
from bench.report import Figure, Pair, line, percentile


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_something_that_measures_it(name: str) -> None:
    assert callable(figures(name))


def test_a_ratio_is_the_median_of_the_turns() -> None:
    assert Pair([2.0, 30.0, 4.0], [1.0, 10.0, 2.0]).ratio == 2.0


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 0.95) == 96.0
    assert percentile([7.0], 0.95) == 7.0


def test_a_missed_target_is_printed_as_missed() -> None:
    missed = line(Figure("bytes for one row", 501, 500, "B"))
    assert "MISSED" in missed
    assert "<= 500 B" in missed


def test_a_target_can_be_a_floor() -> None:
    assert Figure("events", 0.6, 0.5, is_floor=True).is_reached
    assert not Figure("events", 0.4, 0.5, is_floor=True).is_reached
    assert ">= 0.5" in line(Figure("events", 0.4, 0.5, is_floor=True))
