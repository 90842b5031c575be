"""The short form of an update says the same as the long one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.tui.written import Terminal
from vedette.tui.frugal import encode, frugal, harmless
from vedette.tui.theme import palette

TOKENS = st.sampled_from(
    ["ink", "muted", "bright bold", "you bold", "bad reverse", "run on you-tint", "ok underline"]
)
PIECES = st.lists(
    st.tuples(
        st.integers(0, 9), st.integers(0, 3), st.lists(st.tuples(st.sampled_from("a bé"), TOKENS))
    ),
    max_size=6,
)


def strip_of(cells: list[tuple[str, str]]) -> Strip:
    return Strip([Segment(text, palette("dark").style(token, "ground")) for text, token in cells])


def written_at_length(pieces: list[tuple[int, int, Strip]]) -> str:
    return "".join(
        f"\x1b[{y + 1};{x + 1}H"
        + "".join(s.style.render(s.text) if s.style else s.text for s in strip)
        for x, y, strip in pieces
    )


@given(pieces=PIECES)
def test_the_short_form_looks_like_the_long_one(
    pieces: list[tuple[int, int, list[tuple[str, str]]]],
) -> None:
    strips = [(x, y, strip_of(cells[:10])) for x, y, cells in pieces]
    short, long = Terminal(20, 4), Terminal(20, 4)
    short.feed(encode(strips, ColorSystem.TRUECOLOR))
    long.feed(written_at_length(strips))
    assert short.cells == long.cells


def test_a_ground_that_stays_is_not_repeated() -> None:
    strip = strip_of([("a", "ink"), ("b", "muted"), ("c", "muted")])
    written = encode([(0, 0, strip)], ColorSystem.TRUECOLOR)
    assert (
        written == "\x1b[1;1H\x1b[38;2;232;229;221;48;2;15;18;20ma\x1b[38;2;146;156;163mbc\x1b[0m"
    )


def test_attributes_do_not_outlive_their_text() -> None:
    strip = strip_of([("a", "you bold"), ("b", "you")])
    written = encode([(0, 0, strip)], ColorSystem.TRUECOLOR)
    assert "a\x1b[0;38;2;234;179;36;48;2;15;18;20mb\x1b[0m" in written


def test_nothing_is_written_after_plain_text() -> None:
    assert encode([(2, 1, Strip([Segment("ab")]))], ColorSystem.STANDARD) == "\x1b[2;3Hab"


def test_sixteen_colours_are_written_as_such() -> None:
    style = palette("ansi-dark").style("you bold")
    strip = Strip([Segment("!", style)])
    assert encode([(0, 0, strip)], ColorSystem.STANDARD) == "\x1b[1;1H\x1b[1;33m!\x1b[0m"


def test_256_colours_are_the_palettes_choice() -> None:
    strip = strip_of([("a", "muted on select")])
    assert encode([(0, 0, strip)], ColorSystem.EIGHT_BIT) == (
        "\x1b[1;1H\x1b[38;5;247;48;5;236ma\x1b[0m"
    )


def test_a_colour_that_is_not_ours_is_still_shown() -> None:
    strip = Strip([Segment("a", Style(color="#ff0000"))])
    assert encode([(0, 0, strip)], ColorSystem.EIGHT_BIT) == "\x1b[1;1H\x1b[38;5;196ma\x1b[0m"


def test_a_link_is_opened_and_closed() -> None:
    strip = Strip([Segment("a", Style(link="https://example.org"))])
    written = encode([(0, 0, strip)], ColorSystem.TRUECOLOR)
    assert written.count("\x1b]8;") == 2
    assert written.endswith("a\x1b]8;;\x1b\\")


@pytest.mark.parametrize("update", ["text", None, Segment("a")])
def test_what_is_no_update_stays_as_it_is(update: object) -> None:
    assert frugal(update) is update


@given(text=st.text(), is_ascii=st.booleans())
def test_nothing_that_acts_on_a_terminal_passes(text: str, is_ascii: bool) -> None:
    passed = harmless(text, is_ascii=is_ascii)
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in passed)
    assert passed.isascii() or not is_ascii


def test_ascii_keeps_every_cell_in_its_place() -> None:
    assert harmless("a\u00e9b", is_ascii=True) == "a?b"
    assert harmless("same call \u00d76\u2026", is_ascii=True) == "same call x6~"
    assert harmless("\u732b!", is_ascii=True) == "??!"
    assert harmless("e\u0301!", is_ascii=True) == "e!"
    assert harmless("\u732b\u00e9", is_ascii=False) == "\u732b\u00e9"
