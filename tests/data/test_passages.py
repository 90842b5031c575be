"""Windows of a text: what is shown of it, what is told instead, and nothing lost between two."""

import base64
import os

from hypothesis import given
from hypothesis import strategies as st

from vedette.data.passages import FIRST, LONGEST_LINE, Growing, Passage, first_part, last_lines


def whole(raw: bytes) -> Passage:
    """All of a text as one passage."""
    return first_part(raw, len(raw))


def test_a_whole_text_is_its_lines() -> None:
    passage = whole(b"one\ntwo\n\nfour\n")
    assert passage.lines == ("one", "two", "", "four")
    assert passage.rest == 0


def test_a_window_ends_at_a_line_and_says_how_much_is_left() -> None:
    raw = b"a line of text\n" * 10_000
    passage = first_part(raw[:FIRST], len(raw))
    assert passage.read % 15 == 0
    assert passage.read + passage.rest == len(raw)


def test_the_next_window_goes_on_where_the_first_ended() -> None:
    raw = "".join(f"line {number}\n" for number in range(9_000)).encode()
    passage = first_part(raw[:FIRST], len(raw))
    while passage.rest:
        passage = passage.extended(raw[passage.read : passage.read + FIRST], len(raw))
    assert passage.lines == tuple(raw.decode().splitlines())


def test_a_line_of_ten_megabytes_shows_its_first_window_in_pieces() -> None:
    passage = first_part(b"x" * FIRST, 10_000_000)
    assert sum(map(len, passage.lines)) == FIRST
    assert max(map(len, passage.lines)) == LONGEST_LINE
    assert passage.rest == 10_000_000 - FIRST


def test_a_character_cut_by_the_window_waits_for_the_next_one() -> None:
    raw = ("é" * 50).encode()
    passage = first_part(raw[:25], len(raw))
    assert passage.lines == ("é" * 12,)
    assert passage.extended(raw[passage.read :], len(raw)).text.count("é") == 50


def test_base64_is_told_and_not_shown() -> None:
    passage = whole(base64.b64encode(bytes(range(256)) * 2))
    assert (passage.lines, passage.fault) == ((), "base64")


def test_bytes_that_are_no_text_show_their_head_in_hex() -> None:
    passage = whole(b"\xff\xd8\xff\xe0" + os.urandom(0) + b"\x9c\x80" * 200)
    assert passage.fault == "not UTF-8"
    assert passage.head.startswith("ff d8 ff e0")


def test_nulls_are_shown_where_they_are_few_and_told_where_they_are_many() -> None:
    assert whole(b"a\x01b\n" + b"words " * 20).lines[0] == "a␁b"
    assert whole(b"\0\0\0\1" * 40).fault == "binary"


def test_one_bad_byte_does_not_lose_the_text() -> None:
    passage = whole(b"the caf\xe9 is open, and the rest of the sentence stands\n")
    assert passage.lines[0].startswith("the caf\ufffd is open")


def test_secrets_are_masked_and_counted() -> None:
    passage = whole(b"key AKIAABCDEFGHIJKLMNOP\nand one [masked] before")
    assert "AKIA" not in passage.text
    assert passage.masked == 2


def test_control_characters_never_leave_a_passage() -> None:
    assert all(line.isprintable() for line in whole(b"\x1b[2Jred\n\x9b31m\xc2\x9b\n").lines)


def test_the_last_lines_of_a_long_text() -> None:
    assert last_lines(b"half a line\nsecond\nthird\n", 2) == ("second", "third")


def test_a_secret_that_arrives_in_two_pieces_is_masked_when_it_is_whole() -> None:
    growing = Growing()
    growing.add("the key is AKIAABCDEF")
    growing.add("GHIJKLMNOP and ")
    assert growing.passage().lines == ("the key is [masked] and ",)
    assert growing.passage().masked == 1


def test_a_private_key_stays_masked_while_it_arrives_line_by_line() -> None:
    growing = Growing()
    for line in ("-----BEGIN RSA PRIVATE KEY-----\n", "MIIEow\n", "IBAAKC\n"):
        growing.add(line)
        assert "MII" not in growing.passage().text
    growing.add("-----END RSA PRIVATE KEY-----\nafter\n")
    assert growing.passage().lines[-1] == "after"


@given(st.lists(st.text(max_size=40), max_size=30))
def test_a_growing_text_ends_as_if_it_had_come_at_once(pieces: list[str]) -> None:
    growing = Growing()
    for piece in pieces:
        growing.add(piece)
    raw = "".join(pieces).encode("utf-8", "surrogatepass")
    at_once = whole(raw)
    if not at_once.fault and not growing.passage().fault:
        assert growing.passage().lines == at_once.lines
    assert growing.passage().size == len(raw)
