"""Stacked columns through plotext: exact to the eighth of a cell, in every palette."""

import random

import pytest

from vedette.tui.drawing import charts
from vedette.tui.glyphs import ASCII, UNICODE, Glyphs
from vedette.tui.line import cells_of


def rows(
    layers: list[list[float]], top: float, glyphs: Glyphs = UNICODE, height: int = 2
) -> list[str]:
    """The text of each row."""
    width = len(layers[0])
    drawn = charts.stacked(layers, width, height, top, glyphs, has_grounds=glyphs is UNICODE)
    return ["".join(text for text, _ in row) for row in drawn]


def test_a_column_is_as_high_as_its_share_of_the_top() -> None:
    assert rows([[0, 1, 4, 8, 12, 16]], 16) == ["    ▄█", " ▁▄███"]


def test_what_is_not_nothing_is_seen() -> None:
    assert rows([[0, 0.001]], 100) == ["  ", " ▁"]


def test_nothing_at_all_is_an_empty_plot() -> None:
    assert rows([[0, 0, 0]], 1) == ["   ", "   "]
    assert charts.stacked([], 4, 1, 1, UNICODE, has_grounds=True) == [[("    ", "")]]


def test_the_first_layer_stands_on_top_and_the_lower_is_drawn_in_it() -> None:
    drawn = charts.stacked([[4], [4]], 1, 1, 8, UNICODE, has_grounds=True)
    assert drawn == [[("▄", "faint on soft")]]


def test_plotext_draws_what_plain_counting_would() -> None:
    chance = random.Random(5)
    layers = [[chance.random() * chance.randint(0, 1) for _ in range(60)] for _ in range(3)]
    edges = charts._edges([charts._spread(layer, 72) for layer in layers], 2.0, 88)
    assert charts._plotext() is not None
    assert charts._rows(edges, 72, 88) == charts._plain_rows(edges, 72, 88)


def test_the_same_plot_is_drawn_once() -> None:
    layers = [[0.25, 0.5, 0.75]]
    rows(layers, 1.0)
    before = charts._rows.cache_info()
    rows(layers, 1.0)
    assert charts._rows.cache_info().hits == before.hits + 1
    assert charts._rows.cache_info().misses == before.misses


@pytest.mark.parametrize("width", [20, 58, 60, 61, 120])
def test_any_width_is_filled_and_no_peak_is_lost(width: int) -> None:
    layer = [0.0] * 60
    layer[17] = 1.0
    drawn = charts.stacked([layer], width, 3, 1.0, UNICODE, has_grounds=True)
    assert all(sum(cells_of(text) for text, _ in row) == width for row in drawn)
    assert "█" in "".join(text for text, _ in drawn[0])


def test_without_grounds_layers_differ_by_texture() -> None:
    drawn = charts.stacked([[1, 0], [0, 1]], 2, 1, 1, ASCII, has_grounds=False)
    assert drawn == [[("#", "soft"), ("%", "faint")]]


def test_ascii_stays_ascii() -> None:
    chance = random.Random(2)
    layers = [[chance.random() for _ in range(30)] for _ in range(2)]
    assert all(row.isascii() for row in rows(layers, 2.0, ASCII, 4))


def test_odd_values_do_not_break_the_plot() -> None:
    assert rows([[float("nan"), float("inf"), -1.0, 1.0]], 1.0, height=1)[0][3] == "█"
