"""Markdown: what each block becomes, and that hostile text costs nothing."""

import time

import pytest

from vedette.tui.drawing.code import toned
from vedette.tui.drawing.markdown import Page, draw, inline, read
from vedette.tui.drawing.prose import breaks, wrap
from vedette.tui.glyphs import ASCII, UNICODE
from vedette.tui.line import plain, width_of

PAGE = Page(40, UNICODE, has_grounds=True, most_code=None)


def drawn(text: str, page: Page = PAGE) -> list[str]:
    """The rows of a message as plain text."""
    return [plain(row) for row in draw(read(text.split("\n")), page)]


def kinds(text: str) -> list[str]:
    """The kinds of a message's blocks."""
    return [block.kind for block in read(text.split("\n"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Head", ["heading"]),
        ("Head\n====", ["heading"]),
        ("one\n\n\n\ntwo", ["text", "blank", "text"]),
        ("- a\n- b", ["item", "item"]),
        ("1. a\n2) b", ["item", "item"]),
        ("> a\n> b", ["quote"]),
        ("---", ["rule"]),
        ("* * *", ["rule"]),
        ("```py\nx\n```\nafter", ["code", "text"]),
        ("~~~\nnever closed", ["code"]),
        ("````\n```\n````", ["code"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\nafter", ["table", "text"]),
        ("a | b without a rule", ["text"]),
        ("-not a list", ["text"]),
        ("#hashtag", ["text"]),
        ("", []),
    ],
)
def test_blocks(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_a_line_break_stays_unless_it_falls_inside_a_sentence() -> None:
    assert drawn("It ends here.\nIt goes\non here.") == ["It ends here.", "It goes on here."]


def test_lists_hang_below_their_marker_and_keep_their_depth() -> None:
    rows = drawn("- one two three four five six seven eight nine\n  - in\n10. ten")
    assert rows == ["· one two three four five six seven", "  eight nine", "  · in", "10. ten"]


def test_an_indented_line_after_a_blank_still_belongs_to_its_item() -> None:
    assert drawn("- one\n\n  more") == ["· one", "", "  more"]


def test_code_has_numbers_and_keeps_its_blanks() -> None:
    assert drawn("```\nif x:\n    y\n\n```") == ["  1  if x:", "  2      y", "  3"]


def test_long_code_is_folded_and_says_by_how_much() -> None:
    text = "```\n" + "x\n" * 39 + "```"
    rows = drawn(text, PAGE._replace(most_code=8))
    assert len(rows) == 9
    assert rows[-1].strip() == "··· 31 more lines   enter unfolds"


def test_one_line_more_is_not_folded() -> None:
    assert len(drawn("```\n" + "x\n" * 9 + "```", PAGE._replace(most_code=8))) == 9


def test_a_table_stands_as_it_is_and_is_cut_at_the_edge() -> None:
    rows = drawn("| a | b |\n|--|--|\n| " + "x" * 60 + " | 2 |")
    assert rows[0] == "| a | b |"
    assert rows[2].endswith("…")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("plain", (("plain", "ink"),)),
        ("a **b** c", (("a ", "ink"), ("b", "bright bold"), (" c", "ink"))),
        ("a *b*", (("a ", "ink"), ("b", "ink italic"))),
        ("a `b*c*` d", (("a ", "ink"), ("b*c*", "ink on raised"), (" d", "ink"))),
        ("`` a`b ``", (("a`b", "ink on raised"),)),
        ("snake_case_name", (("snake_case_name", "ink"),)),
        ("__init__ stays", (("__init__ stays", "ink"),)),
        ("2 * 3 * 4", (("2 * 3 * 4", "ink"),)),
        (r"\*not\*", (("*", "ink"), ("not", "ink"), ("*", "ink"))),
        ("~~gone~~", (("gone", "ink strike"),)),
        ("[docs](http://x)", (("docs", "ink underline"), (" (http://x)", "muted"))),
        ("[red]x[/red]", (("[red]x[/red]", "ink"),)),
    ],
)
def test_inline(text: str, spans: tuple[tuple[str, str], ...]) -> None:
    assert inline(text, "ink", PAGE) == spans


def test_code_keeps_its_marks_where_there_are_no_grounds() -> None:
    page = Page(40, ASCII, has_grounds=False, most_code=None)
    assert inline("`x`", "ink", page) == (("`x`", "ink"),)


@pytest.mark.parametrize(
    "text", ["*a " * 1400, "`a*_[(" * 800, "**a " * 1000, "[a](" * 1000, "> " * 2000, "- " * 2000]
)
def test_hostile_marks_are_read_in_no_time(text: str) -> None:
    started = time.perf_counter()
    drawn(text)
    assert time.perf_counter() - started < 0.5


def test_rows_are_never_wider_than_the_page() -> None:
    text = "# " + "漢字" * 40 + "\n- " + "x" * 200 + "\n> " + "é " * 90 + "\n```\n" + "日" * 50
    assert all(width_of(row.spans) <= 40 for row in draw(read(text.split("\n")), PAGE))


def test_a_growing_message_draws_only_its_last_block_anew() -> None:
    lines = ["First paragraph.", "", "Second"]
    before = read(lines)
    after = read([*lines[:-1], "Second and more"])
    assert before[:2] == after[:2]


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a    b", 2, ["a", "b"]),
        ("日本語", 4, ["日本", "語"]),
        ("日", 1, ["日"]),
        ("", 5, [""]),
    ],
)
def test_breaks(text: str, width: int, rows: list[str]) -> None:
    assert [text[start:end] for start, end in breaks(text, width)] == rows


def test_wrapping_keeps_every_span_s_look() -> None:
    rows = wrap([("one ", "a"), ("two three", "b")], 7)
    assert rows == [(("one ", "a"), ("two", "b")), (("three", "b"),)]


@pytest.mark.parametrize(
    ("line", "language", "tones"),
    [
        ("return x", "python", ["bright bold", "ink"]),
        ('x = "if" # if', "py", ["ink", "soft", "ink", "muted"]),
        ("select 1 -- all", "sql", ["bright bold", "ink", "muted"]),
        ("let x = 'a'; // b", "ts", ["bright bold", "ink", "soft", "ink", "muted"]),
        ("return x", "brainfuck", ["ink"]),
        ("return x", "", ["ink"]),
    ],
)
def test_code_is_set_in_tones(line: str, language: str, tones: list[str]) -> None:
    (spans,) = toned([line], language)
    assert [token for _, token in spans] == tones
    assert "".join(text for text, _ in spans) == line


def test_a_string_over_several_lines_keeps_its_tone() -> None:
    rows = list(toned(['x = """one', "return", 'two""" + y'], "python"))
    assert [token for _, token in rows[1]] == ["soft"]
    assert [token for _, token in rows[2]] == ["soft", "ink"]
