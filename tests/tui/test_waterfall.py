"""Drawing a run: the axis, bars, labels, rows that are found at once, and the pane below."""

import pytest

from tests.builders.vedette import NOW
from tests.data.test_span_tree import agent, run, span, tree
from vedette.data.run import RunFacts
from vedette.data.span_detail import FileChange, GateDetail, PromptDetail, ToolDetail
from vedette.data.span_list import Span
from vedette.data.span_tree import SpanTree
from vedette.tui.drawing import run_summary, waterfall
from vedette.tui.drawing.run_detail import detail_lines
from vedette.tui.drawing.run_scene import Axis, Scene, run_state
from vedette.tui.drawing.span_rows import SpanRow, SpanRows, lanes, shapes
from vedette.tui.glyphs import ASCII, UNICODE, Glyphs
from vedette.tui.line import plain, width_of
from vedette.tui.theme import Mode
from vedette.tui.view import View

AT = 441.0
"""Seconds into the run that the scenes stand at; it began at 0."""


def scene(
    made: SpanTree, *, mode: Mode = "dark", is_live: bool = True, glyphs: Glyphs = UNICODE
) -> Scene:
    """The circumstances at AT."""
    return Scene(View(AT, is_live, glyphs, mode), made)


def rows(made: SpanTree) -> SpanRows:
    """Every row, nothing folded."""
    return SpanRows(made, lambda node: False)


def drawn(made: SpanTree, width: int = 80, **also: object) -> list[str]:
    """The text of every row."""
    view = scene(made, **also)  # type: ignore[arg-type]
    return [plain(waterfall.row_line(row, width, view)) for row in rows(made)]


def bars(text: str) -> str:
    """What stands in the bar columns at 80 cells."""
    return text[44:]


# The axis


@pytest.mark.parametrize(
    ("seconds", "cells", "labels"),
    [
        (441, 35, ["2m", "4m", "6m"]),
        (441, 70, ["1m", "2m", "3m", "4m", "5m", "6m", "7m"]),
        (3, 35, ["1s", "2s"]),
        (0.2, 35, []),
        (100, 35, ["30s", "1m", "1m30"]),
        (8 * 3600, 35, ["2h", "4h", "6h"]),
        (30 * 86400, 35, ["8d", "16d", "24d"]),
    ],
)
def test_grid_lines_stand_at_whole_units(seconds: float, cells: int, labels: list[str]) -> None:
    ticks = Axis(0.0, seconds, cells).ticks()
    assert [label for _, label in ticks if label] == labels


def test_grid_lines_stand_where_their_moment_is() -> None:
    ticks = Axis(0.0, 441.0, 35).ticks()
    assert [cell for cell, _ in ticks] == [10, 19, 29]


def test_labels_leave_room_for_now() -> None:
    head = plain(waterfall.head(80, scene(tree())))
    assert head.endswith("6m now")
    assert head.split() == ["SPAN", "TIME", "COST", "0", "2m", "4m", "6m", "now"]


def test_a_finished_run_ends_in_its_length() -> None:
    made = tree(of=run("completed", end=441.0))
    assert plain(waterfall.head(80, scene(made))).endswith("7m 21s")


# Bars


def test_a_leaf_stands_at_its_time_and_an_open_one_goes_on() -> None:
    texts = drawn(tree(span(1, 0, 220.5), span(2, 220.5, None)))
    assert bars(texts[2])[:18] == "█" * 17 + "▌"
    assert bars(texts[3])[17:35] == "▌" + "█" * 16 + "›"


def test_a_short_leaf_is_never_lost() -> None:
    assert set(bars(drawn(tree(span(1, 200, 200)))[2])) & set("▏▎▍▌▋▊▉")


def test_waiting_is_hatched_and_says_so_where_there_is_room() -> None:
    made = tree(span(1, 40, None, kind="gate", status="pending"))
    assert "╱╱ waiting on you ╱╱" in drawn(made)[2]
    late = tree(span(1, 400, None, kind="gate", status="pending"))
    assert bars(drawn(late)[2]).strip().endswith("╱╱›")


def test_an_answered_gate_says_nothing() -> None:
    made = tree(span(1, 40, 400, kind="gate", status="approved"))
    assert "waiting" not in drawn(made)[2]


def test_a_failure_is_followed_by_what_it_was() -> None:
    made = tree(
        span(1, 100, 112, kind="tool", name="pytest", status="failed", note="exit 1, 2 of 31")
    )
    text = drawn(made)[2]
    assert "× pytest 2 of 31" in text
    assert "× exit 1" in bars(text)


def test_a_failure_at_the_end_says_it_before_its_bar() -> None:
    made = tree(span(1, 430, 441, kind="tool", status="failed", note="exit 1"))
    assert bars(drawn(made)[2]).index("exit 1") < 33


def test_tools_are_shaded_where_there_is_no_colour() -> None:
    made = tree(span(1, 0, 441, kind="tool"))
    assert "▒" in drawn(made, mode="mono")[2]
    assert "%" in drawn(made, mode="mono", glyphs=ASCII)[2]
    assert "█" in drawn(made)[2]


def test_a_span_never_closed_in_a_run_that_is_over_is_named() -> None:
    made = tree(span(1, 100, None), of=run("completed", end=441.0))
    text = drawn(made)[2]
    assert "never closed" in text
    assert "›" not in text


def test_what_may_no_longer_be_true_has_no_colour_and_a_question_mark() -> None:
    made = tree(span(1, 100, None), span(2, 200, 210, kind="tool", status="failed", note="exit 1"))
    view = scene(made, is_live=False)
    lines = [waterfall.row_line(row, 80, view) for row in rows(made)]
    tokens = {name for line in lines for _, token in line.spans for name in token.split()}
    assert tokens <= {"muted", "soft", "faint", "line", "doubt", "bold", "reverse"}
    assert "?" in plain(lines[2])


def test_ascii_draws_in_ascii() -> None:
    made = tree(
        span(1, 0, 100),
        span(2, 100, None),
        span(1, 200, None, kind="gate", status="pending"),
        span(1, 300, 320, kind="tool", status="failed", note="exit 1"),
    )
    assert all(text.isascii() for text in drawn(made, mode="mono", glyphs=ASCII))


@pytest.mark.parametrize("width", [1, 12, 30, 59, 60, 79, 80, 119, 120, 200])
def test_every_row_is_as_wide_as_the_screen(width: int) -> None:
    made = tree(
        span(1, 0, 100, name="漢字" * 40),
        span(1, -900, 320, kind="tool", status="failed", note="e" * 300),
        span(2, 10, 20, of="nobody"),
        agents=(agent("a", name="n" * 70, model="claude-opus-4"), agent("b", seq=2, parent="a")),
    )
    for mode in waterfall_modes():
        view = Scene(View(AT, True, UNICODE, "dark"), made, mode)
        sequence = {"timeline": lanes(made), "shape": shapes(made, lambda node: False)}
        for row in sequence.get(mode, rows(made)):
            assert width_of(waterfall.row_line(row, width, view).spans) == width
        assert width_of(waterfall.head(width, view).spans) == width
        for row in rows(made):
            for height in (4, 14):
                for line in detail_lines(row, None, width, height, view):
                    assert width_of(line.spans) <= max(width, 14)


def waterfall_modes() -> tuple[str, ...]:
    """The four views."""
    from vedette.tui.drawing.run_scene import MODES

    return MODES


# Rows


def test_agents_stand_among_the_spans_of_their_parent_by_start() -> None:
    made = tree(
        span(1, 10, 20),
        span(2, 30, 40),
        span(3, 26, 27, of="b"),
        agents=(agent("a"), agent("b", seq=2, parent="a", start=25.0)),
    )
    assert [row.key for row in rows(made)] == [
        "run",
        "agent a",
        "llm 1",
        "agent b",
        "llm 3",
        "llm 2",
    ]
    assert [row.lasts for row in rows(made)][3:] == [
        (True, False),
        (True, False, True),
        (True, True),
    ]


def test_a_row_is_found_by_its_key_unless_it_is_folded_away() -> None:
    made = tree(*[span(seq, seq, seq + 1) for seq in range(50)], span(99, 3, 4, of="nobody"))
    every = rows(made)
    assert [every.index_of(row.key) for row in every] == list(range(len(every)))
    folded = SpanRows(made, lambda node: node.key == "agent a")
    assert [row.key for row in folded] == ["run", "agent a", "orphans", "llm 99"]
    assert folded[1].hidden == 50
    assert folded.index_of("llm 7") is None
    assert folded.index_of("llm 99") == 3


def test_agents_nested_a_thousand_deep_are_rows_like_any() -> None:
    agents = [agent("0")]
    agents += [agent(str(n), seq=n, parent=str(n - 1)) for n in range(1, 1000)]
    made = tree(agents=tuple(agents))
    assert len(rows(made)) == 1001
    assert len(drawn(made)) == 1001
    assert SpanRows(made, lambda node: node.key == "agent 0")[1].hidden == 999


def test_an_empty_tree_has_no_rows() -> None:
    made = SpanTree()
    assert len(rows(made)) == len(lanes(made)) == 0
    assert run_state(made, AT) == ("idle", None)
    assert waterfall.head(80, scene(made))


# Other views


def test_lanes_show_what_took_most_of_each_cell() -> None:
    made = tree(
        span(1, 0, 220),
        span(1, 220, 300, kind="tool", status="failed"),
        span(1, 330, None, kind="gate", status="pending"),
    )
    view = Scene(View(AT, True, UNICODE, "mono"), made, "timeline")
    text = bars(plain(waterfall.row_line(lanes(made)[0], 80, view)))
    assert text[0] == "█"
    assert "×" in text
    assert "▒" in text
    assert text.endswith("╱›")


def test_the_shape_folds_repeats() -> None:
    made = tree(
        span(1, 0, 10, name="edit 1"),
        span(1, 10, 20, kind="tool", name="pytest"),
        span(2, 20, 30, name="edit 2"),
        span(2, 30, 40, kind="tool", name="pytest", status="failed"),
        span(1, 40, None, kind="gate", status="pending", name="write"),
    )
    view = Scene(View(AT, True, UNICODE, "dark"), made, "shape")
    texts = [plain(waterfall.row_line(row, 120, view)) for row in shapes(made, lambda n: False)]
    assert "edit ×2 › pytest ×2 ×1 › gate" in texts[0]
    assert "● edit ×2" in texts[1]
    assert "20s" in texts[1]
    assert "× 1 failed" in texts[2]
    assert "6m 41s" in texts[3]


# The summary


def test_the_shares_add_up_in_words() -> None:
    made = tree(span(1, 0, 145.5), span(1, 211, None, kind="gate", status="pending"))
    spans = run_summary.share_spans(made.shares(AT), scene(made))
    text = "".join(text for text, _ in spans)
    assert text == "52% waiting on you  33% model  0% tools  15% idle"


def test_the_critical_path_keeps_its_end_where_it_is_too_long() -> None:
    made = tree(*[span(n, n * 10, n * 10 + 10, name=f"step {n}") for n in range(10)])
    text = "".join(text for text, _ in run_summary.path_spans(scene(made), 40))
    assert text.startswith("a › … › ")
    assert text.endswith("step 8 › step 9")
    assert len(text) <= 40


def test_answered_gates_are_summed_up() -> None:
    made = tree(
        span(1, 0, 70, kind="gate", status="approved"),
        span(2, 100, 170, kind="gate", status="approved"),
    )
    text = plain(run_summary.summary_line(scene(made), 120))
    assert "median wait here 1m 10s" in text
    assert "2 gates never changed anything" in text


# The pane


def pane(made: SpanTree, key: str, detail: object = None, *, height: int = 4) -> str:
    """The pane of one row."""
    at = rows(made).index_of(key)
    row: SpanRow | None = rows(made)[at] if at is not None else None
    lines = detail_lines(row, detail, 80, height, scene(made))  # type: ignore[arg-type]
    assert len(lines) <= height
    return "\n".join(plain(line) for line in lines)


def test_the_pane_of_a_gate_says_what_it_would_change() -> None:
    made = tree(span(7, 213, None, kind="gate", status="pending", name="write", until=693.0))
    files = (FileChange("auth/session.py", "file", 41, 7, ""), FileChange("k", "file", 9, 0, ""))
    told = 'not run; the agent is told "nobody answered"'
    detail = GateDetail("gate 7", "high", "why", "a", "", "", files, 2, 1, told)
    text = pane(made, "gate 7", detail)
    assert "gate write" in text
    assert "HIGH   expires in 04:12" in text
    assert "auth/session.py +41 −7   k +9" in text
    assert "signed 1 of 2" in text
    assert told in text
    assert "a review" in pane(made, "gate 7", detail, height=14)


def test_the_pane_of_an_answered_gate_says_who_answered() -> None:
    made = tree(span(7, 213, 300, kind="gate", status="rejected", name="push", note="never"))
    command = (FileChange("command", "command", 0, 0, "git push --force"),)
    detail = GateDetail("gate 7", "critical", "", "a", "ana", "never", command, 1, 0, "")
    text = pane(made, "gate 7", detail)
    assert "rejected by ana" in text
    assert "git push --force" in text
    assert "reason   never" in text


def test_the_pane_of_calls_says_tokens_risk_and_errors() -> None:
    made = tree(
        span(1, 0, 41, cost=0.91),
        span(1, 50, 60, kind="tool", status="failed", note="exit 1"),
    )
    prompt = PromptDetail("llm 1", "opus-4-8", 96_300, 3_300, 61_100, 0, "reported", 41_000, "")
    text = pane(made, "llm 1", prompt)
    assert "in 96.3k (61.1k cached)   out 3.3k   $0.91 reported" in text
    tool = ToolDetail("tool 1", "high", 10_000, "exit 1: two tests failed")
    assert "exit 1: two tests failed" in pane(made, "tool 1", tool)


def test_a_detail_of_another_span_is_not_shown() -> None:
    made = tree(span(1, 0, 41), span(2, 0, 41))
    prompt = PromptDetail("llm 2", "opus-4-8", 96_300, 3_300, 0, 0, "reported", 1, "")
    assert "96.3k" not in pane(made, "llm 1", prompt)


def test_the_pane_of_the_run_the_agent_and_the_orphans() -> None:
    made = tree(span(1, 0, 41), span(2, 0, 41, of="nobody"))
    assert "waiting on you" in pane(made, "run", height=14)
    assert "edit" in pane(made, "agent a")
    assert "1 spans" in pane(made, "orphans")


def test_facts_are_values() -> None:
    assert isinstance(hash(Span(NOW, 1, "llm", "i", None, "n", "s", None, None, "", None)), int)
    assert RunFacts.__dataclass_params__.frozen  # type: ignore[attr-defined]
