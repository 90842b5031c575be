"""The drawn parts keep their width, say what they mean, and have an ASCII form."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.tui import parts
from vedette.tui.glyphs import ASCII, UNICODE, Glyphs
from vedette.tui.line import (
    Cell,
    Line,
    Span,
    cells_of,
    columns,
    fit,
    head,
    plain,
    skip,
    spread,
    tail,
    width_of,
)
from vedette.tui.parts import Share

BOTH = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
TEXTS = st.text(alphabet=st.sampled_from("ab é漢字🙂·…/ -́️"), max_size=30)


def text_of(spans: list[Span] | tuple[Span, ...]) -> str:
    return "".join(text for text, _ in spans)


# Lines


@given(text=TEXTS, width=st.integers(0, 40))
def test_fitted_spans_have_exactly_their_width(text: str, width: int) -> None:
    assert width_of(fit([(text, "ink"), (text, "muted")], width)) == width


@given(text=TEXTS, width=st.integers(-2, 40))
def test_head_and_tail_are_parts_that_fit(text: str, width: int) -> None:
    assert text.startswith(head(text, width))
    assert text.endswith(tail(text, width))
    assert max(cells_of(head(text, width)), cells_of(tail(text, width))) <= max(0, width)


def test_a_wide_character_that_does_not_fit_leaves_a_blank() -> None:
    assert text_of(fit([("漢字", "ink")], 3)) == "漢 "
    assert text_of(skip([("漢字", "ink")], 1)) == " 字"


def test_skipping_goes_over_spans() -> None:
    assert skip([("ab", "ink"), ("cd", "muted")], 3) == (("d", "muted"),)


def test_columns_stand_where_they_are_put() -> None:
    line = columns(
        24,
        [
            Cell(1, 1, [("◆", "you")]),
            Cell(3, 8, [("WAITING", "you bold")]),
            Cell(12, 6, [("1.92", "soft")], "right"),
            Cell(19, 5, [("03:48", "soft")], "right"),
        ],
    )
    assert text_of(line.spans) == " ◆ WAITING    1.92 03:48"


def test_a_number_too_wide_for_its_column_grows_to_the_left() -> None:
    line = columns(
        20, [Cell(0, 4, [("name", "ink")]), Cell(14, 6, [("12,345.67", "ink")], "right")]
    )
    assert plain(line) == "name       12,345.67"


def test_a_text_too_wide_for_its_column_is_cut() -> None:
    line = columns(12, [Cell(0, 5, [("abcdefgh", "ink")]), Cell(6, 6, [("next", "ink")])])
    assert plain(line) == "abcde next"


def test_columns_beyond_the_width_are_left_out() -> None:
    line = columns(8, [Cell(0, 4, [("name", "ink")]), Cell(10, 4, [("gone", "ink")])])
    assert text_of(line.spans) == "name    "


@given(left=TEXTS, right=TEXTS, width=st.integers(1, 60))
def test_a_spread_line_is_as_wide_as_asked(left: str, right: str, width: int) -> None:
    assert width_of(spread([(left, "ink")], [(right, "muted")], width).spans) == width


def test_a_spread_line_has_a_part_at_each_edge() -> None:
    assert (
        text_of(spread([("left", "ink")], [("right", "ink")], 20).spans) == " left         right "
    )


def test_where_both_do_not_fit_the_left_part_gives_way() -> None:
    line = spread([("a long left part", "ink")], [("right", "ink")], 16)
    assert text_of(line.spans) == " a long   right "


# Text


def test_text_is_cut_at_its_end() -> None:
    assert parts.cut("gate: bash rm -rf build", 12, UNICODE) == "gate: bash…"
    assert parts.cut("gate: bash rm -rf build", 13, ASCII) == "gate: bash r~"
    assert parts.cut("short", 12, UNICODE) == "short"


@given(text=TEXTS, width=st.integers(0, 30))
def test_cut_text_fits(text: str, width: int) -> None:
    assert cells_of(parts.cut(text, width, UNICODE)) <= width
    assert cells_of(parts.cut_path(text, width, UNICODE)) <= width
    assert width_of(parts.cut_spans([(text, "ink"), (text, "ink")], width, UNICODE)) <= width


def test_cut_spans_keep_the_look_of_their_end() -> None:
    cut = parts.cut_spans([("auth ", "bright bold"), ("#a81f", "muted")], 8, UNICODE)
    assert cut == (("auth ", "bright bold"), ("#a", "muted"), ("…", "muted"))


@pytest.mark.parametrize(
    ("width", "cut"),
    [
        (30, "auth/deep/inner/session.py"),
        (24, "auth/…/inner/session.py"),
        (18, "auth/…/session.py"),
        (14, "…/session.py"),
        (8, "…sion.py"),
        (1, "…"),
        (0, ""),
    ],
)
def test_paths_are_cut_in_the_middle(width: int, cut: str) -> None:
    assert parts.cut_path("auth/deep/inner/session.py", width, UNICODE) == cut


def test_ids_are_cut_after_four() -> None:
    assert parts.cut_id("a81f99c2") == "#a81f"
    assert parts.cut_id("#7") == "#7"
    assert parts.cut_id("wf-11") == "#wf-11"
    assert parts.cut_id("claude-code:5e55-0001") == "#5e55"
    assert parts.cut_id("odd:") == "#odd:"


@given(text=TEXTS, width=st.integers(2, 30))
def test_wrapped_text_fits_and_loses_no_letter(text: str, width: int) -> None:
    wrapped = parts.wrap(text, width)
    assert all(cells_of(line) <= width for line in wrapped)
    assert "".join(wrapped).replace(" ", "") == "".join(text.splitlines()).replace(" ", "")


def test_text_is_wrapped_at_blanks() -> None:
    assert parts.wrap("Session keys are read once", 12) == ["Session keys", "are read", "once"]


def test_a_long_word_is_broken() -> None:
    assert parts.wrap("aaaaaaa bb", 3) == ["aaa", "aaa", "a", "bb"]


def test_wrapping_keeps_the_indent_of_code() -> None:
    assert parts.wrap("    return ring", 20) == ["    return ring"]


def test_details_have_their_values_in_one_column() -> None:
    lines = parts.details(
        [("because", "Session keys are read once"), ("undo", [("git restore", "soft")])], 24
    )
    assert [plain(line) for line in lines] == [
        "because  Session keys",
        "         are read once",
        "undo     git restore",
    ]
    assert lines[0].spans[1] == ("because  ", "muted")


def test_details_on_a_ground_fill_their_width() -> None:
    (line,) = parts.details([("opened", "now")], 30, margin=2, label_width=14, ground="panel")
    assert line.ground == "panel"
    assert width_of(line.spans) == 30
    assert plain(line) == "  opened        now"


# Marks


@pytest.mark.parametrize(
    ("level", "text", "plain_text", "token"),
    [
        ("low", "▂··· low", "|... low", "soft"),
        ("medium", "▂▄·· medium", "||.. medium", "ink"),
        ("high", "▂▄▆· HIGH", "|||. HIGH", "bad bold"),
        ("critical", "▂▄▆█ CRITICAL", "|||| CRITICAL", "bad bold reverse"),
        ("odd", "···· odd", ".... odd", "muted"),
        (None, "···· unknown", ".... unknown", "muted"),
    ],
)
def test_risk_grows_louder(level: str | None, text: str, plain_text: str, token: str) -> None:
    assert text_of(parts.risk(level, UNICODE)) == text
    assert text_of(parts.risk(level, ASCII)) == plain_text
    assert parts.risk(level, UNICODE)[-1][1] == token


@pytest.mark.parametrize(
    ("level", "mark", "word"),
    [
        ("critical", ("▲", "bad"), ("CRIT", "on-fill bold on bad")),
        ("warning", ("▲", "you"), ("warn", "you bold")),
        ("info", ("·", "muted"), ("info", "muted")),
    ],
)
def test_severity_is_a_mark_and_a_word(level: str, mark: Span, word: Span) -> None:
    assert parts.severity(level, UNICODE) == (mark, word)


def test_an_acknowledged_alarm_steps_back() -> None:
    assert parts.severity("critical", UNICODE, is_acknowledged=True) == (
        ("·", "muted"),
        ("crit", "muted"),
    )


@pytest.mark.parametrize(
    ("lasts", "text", "plain_text"),
    [
        ([], "", ""),
        ([False], "├─ ", "|- "),
        ([True], "└─ ", "`- "),
        ([False, True], "│  └─ ", "|  `- "),
        ([True, False], "   ├─ ", "   |- "),
    ],
)
def test_guides_take_three_cells_a_level(lasts: list[bool], text: str, plain_text: str) -> None:
    assert parts.guides(lasts, UNICODE) == (text, "faint")
    assert parts.guides(lasts, ASCII) == (plain_text, "faint")


def test_keys_are_three_cells_apart() -> None:
    assert text_of(parts.keys([("enter", "open"), ("a", "review")])) == "enter open   a review"


def test_what_goes_on_says_by_how_much() -> None:
    assert text_of(parts.more_below(1206, UNICODE)) == "↓ 1,206 more below"
    assert parts.folded(31, "lines", ASCII) == ("... 31 more lines", "muted")


def test_a_badge_has_a_blank_at_each_side() -> None:
    assert parts.badge("NEEDS YOU") == (" NEEDS YOU ", "on-you bold on you-fill")


# Gauges


@BOTH
@given(share=st.floats(allow_nan=True, allow_infinity=True), width=st.integers(0, 40))
def test_a_gauge_has_its_width_whatever_the_share(glyphs: Glyphs, share: float, width: int) -> None:
    assert width_of(parts.gauge(share, width, glyphs)) == width


def test_a_gauge_goes_to_half_a_cell() -> None:
    assert text_of(parts.gauge(0.25, 10, UNICODE)) == "━━╸───────"
    assert text_of(parts.gauge(0.25, 10, ASCII)) == "===-------"
    assert text_of(parts.gauge(0.0, 4, UNICODE)) == "────"
    assert text_of(parts.gauge(0.001, 4, UNICODE)) == "╸───"


@pytest.mark.parametrize(
    ("share", "token"), [(0.5, "soft"), (0.899, "soft"), (0.9, "you"), (1.0, "you"), (1.01, "bad")]
)
def test_a_gauge_is_amber_from_ninety_and_red_when_past(share: float, token: str) -> None:
    assert parts.gauge(share, 20, UNICODE)[0][1] == token


def test_an_unknown_share_is_an_empty_track() -> None:
    assert parts.gauge(None, 4, UNICODE) == [("────", "line")]
    assert parts.gauge(math.nan, 4, UNICODE) == [("────", "line")]


def test_every_budgets_limit_stands_in_one_column() -> None:
    bars = [
        text_of(parts.budget(used, limit, 34, UNICODE))
        for used, limit in ((5.09, 20), (1.92, 2), (2.5, 2), (0, 60))
    ]
    assert {bar.index("┃") for bar in bars} == {24}
    assert {cells_of(bar) for bar in bars} == {34}


def test_a_forecast_that_runs_off_says_so() -> None:
    assert text_of(parts.budget(1.92, 2, 34, UNICODE, (2.3, 4.1)))[-1] == "›"
    assert text_of(parts.budget(5.09, 20, 34, UNICODE, (11.4, 19.8)))[-1] == "─"


@given(
    used=st.floats(allow_nan=True, allow_infinity=True),
    limit=st.floats(allow_nan=True, allow_infinity=True),
    forecast=st.tuples(st.floats(), st.floats()),
)
def test_a_budget_has_its_width_whatever_the_numbers(
    used: float, limit: float, forecast: tuple[float, float]
) -> None:
    assert width_of(parts.budget(used, limit, 30, UNICODE, forecast)) == 30


def test_a_change_bar_shows_both_kinds() -> None:
    bar = parts.change_bar(41, 7, 48, 24, UNICODE)
    assert [token for _, token in bar] == ["ok", "bad"]
    assert width_of(bar) == 24


def test_a_share_bar_is_full_and_hides_no_part() -> None:
    shares = [Share(52, "you", "wait"), Share(46, "run"), Share(0.1, "tool"), Share(0, "line")]
    bar = parts.share_bar(shares, 30, UNICODE)
    assert width_of(bar) == 30
    assert bar[0] == ("╱" * 15, "you on you-tint")
    assert bar[-1] == ("█", "tool")


@given(
    values=st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=8),
    width=st.integers(1, 40),
)
def test_a_share_bar_has_its_width_or_nothing(values: list[float], width: int) -> None:
    bar = parts.share_bar([Share(value, "run") for value in values], width, UNICODE)
    has_any = any(math.isfinite(value) and value > 0 for value in values)
    assert width_of(bar) == (width if has_any else 0)


# Charts


def test_a_spark_has_a_low_line_for_zero_and_a_blank_for_nothing() -> None:
    spark = parts.spark([0, 4, 8, None], 6, UNICODE)
    assert spark == [("▁▁▁", "line"), ("▄█", "run"), (" ", "")]


def test_a_spark_shows_the_latest_values() -> None:
    assert text_of(parts.spark([9, 9, 1, 2], 2, UNICODE, top=8)) == "▁▂"


@BOTH
@given(
    values=st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))),
    width=st.integers(0, 20),
)
def test_a_spark_has_its_width(glyphs: Glyphs, values: list[float | None], width: int) -> None:
    assert width_of(parts.spark(values, width, glyphs)) == width


def test_columns_are_stacked_from_the_bottom() -> None:
    rows = parts.column_chart([([4.0], "line"), ([4.0], "soft")], 2, UNICODE)
    assert rows == [[("█", "soft")], [("█", "line")]]


def test_two_layers_in_a_cell_are_one_on_the_other() -> None:
    (row,) = parts.column_chart([([3.0], "line"), ([5.0], "soft")], 1, UNICODE)
    assert row == [("▃", "line on soft")]


def test_without_grounds_a_cell_shows_its_larger_layer() -> None:
    layers: list[tuple[list[float], str]] = [([3.0], "line"), ([5.0], "soft")]
    assert parts.column_chart(layers, 1, UNICODE, has_grounds=False) == [[("█", "soft")]]
    assert parts.column_chart(layers, 1, ASCII) == [[("#", "soft")]]


@given(
    layers=st.lists(
        st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=5, max_size=5),
        min_size=1,
        max_size=4,
    ),
    height=st.integers(1, 6),
)
def test_a_chart_has_its_size(layers: list[list[float]], height: int) -> None:
    rows = parts.column_chart([(values, "soft") for values in layers], height, UNICODE)
    assert [width_of(row) for row in rows] == [5] * height


# The waterfall


def bar_text(piece: parts.Piece, width: int = 12) -> str:
    return text_of(parts.lay(width, [piece]))


def test_a_span_bar_goes_to_an_eighth_at_both_ends() -> None:
    start, spans = parts.span_bar(2.25, 5.5, 12, UNICODE, "run")
    assert start == 2
    assert spans == [("▎", "run reverse"), ("██", "run"), ("▌", "run")]


def test_a_span_bar_is_never_shorter_than_an_eighth() -> None:
    assert bar_text(parts.span_bar(3, 3, 12, UNICODE, "run")).strip() == "▏"
    assert bar_text(parts.span_bar(12, 12, 12, UNICODE, "run")).strip() != ""


def test_a_shaded_bar_is_whole_cells() -> None:
    assert (
        bar_text(parts.span_bar(2.2, 4.6, 12, UNICODE, "tool", is_shaded=True)) == "  ▒▒▒" + " " * 7
    )
    assert bar_text(parts.span_bar(2.2, 4.6, 12, ASCII, "tool")) == "  ###" + " " * 7


@BOTH
@given(start=st.floats(), length=st.floats(), width=st.integers(1, 40))
def test_bars_stay_inside_their_area(
    glyphs: Glyphs, start: float, length: float, width: int
) -> None:
    end = start + length
    for at, spans in (
        parts.span_bar(start, end, width, glyphs, "run"),
        parts.span_bar(start, end, width, glyphs, "run", is_shaded=True),
        parts.parent_bar(start, end, width, glyphs, is_open=True),
        parts.wait_bar(start, end, width, glyphs, is_open=True, label="waiting on you"),
    ):
        assert at >= 0
        assert 1 <= width_of(spans) <= width - at


def test_an_open_parent_leads_on() -> None:
    assert bar_text(parts.parent_bar(1, 6, 12, UNICODE, is_open=True)) == " ━━━━›" + " " * 6
    assert bar_text(parts.parent_bar(1, 6, 12, ASCII, is_open=False)) == " =====" + " " * 6


def test_a_wait_says_so_where_there_is_room() -> None:
    wide = parts.wait_bar(0, 30, 40, UNICODE, is_open=True, label="waiting on you")
    narrow = parts.wait_bar(0, 12, 40, UNICODE, is_open=True, label="waiting on you")
    assert bar_text(wide, 40).strip() == "╱╱ waiting on you ╱╱╱╱╱╱╱╱╱╱╱›"
    assert bar_text(narrow, 40).strip() == "╱╱╱╱╱╱╱╱╱╱╱›"


def test_grid_lines_pass_behind_bars() -> None:
    grid = parts.time_grid([2, 8], UNICODE)
    assert (
        text_of(parts.lay(12, [*grid, parts.span_bar(1, 4, 12, UNICODE, "run")])) == " ███    ┆   "
    )


def test_laying_over_half_a_wide_character_blanks_its_other_half() -> None:
    laid = parts.lay(6, [(0, [("漢字", "ink")]), (1, [("x", "ink")])])
    assert text_of(laid) == " x字  "
    assert width_of(laid) == 6


@given(text=TEXTS, over=TEXTS, at=st.integers(-5, 20))
def test_laid_pieces_keep_the_width(text: str, over: str, at: int) -> None:
    laid = parts.lay(
        16, [(0, [(text.replace("️", ""), "ink")]), (at, [(over.replace("️", ""), "you")])]
    )
    assert width_of(laid) == 16


def test_a_line_without_spans_is_blank() -> None:
    assert plain(Line(())) == ""
