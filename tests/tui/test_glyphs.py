"""Every mark is one cell, has an ASCII counterpart, and says the same in both sets."""

from dataclasses import fields

import pytest
from rich.cells import cell_len

from vedette.tui.glyphs import ASCII, FINAL_STATES, STATES, UNICODE, Glyphs, choose_glyphs, state

PLAIN = ("bar_half", "left_eighths", "levels", "steps", "fold", "branch", "last", "trunk", "floor")
MARKS = [f.name for f in fields(Glyphs) if f.name not in (*PLAIN, "is_ascii")]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("name", MARKS)
def test_a_mark_is_one_cell(glyphs: Glyphs, name: str) -> None:
    assert cell_len(getattr(glyphs, name)) == 1


@pytest.mark.parametrize("name", [f.name for f in fields(Glyphs)])
def test_the_ascii_set_is_ascii(name: str) -> None:
    value = getattr(ASCII, name)
    assert value is True or value.isascii()


@pytest.mark.parametrize("name", ["branch", "last", "trunk", "fold", "steps", "levels"])
def test_longer_pieces_are_as_wide_in_both_sets(name: str) -> None:
    assert cell_len(getattr(UNICODE, name)) == cell_len(getattr(ASCII, name))


def test_no_mark_may_turn_into_an_emoji() -> None:
    drawn = "".join(str(getattr(UNICODE, f.name)) for f in fields(Glyphs))
    assert not set(drawn) & set("○◦▾▸△↻▶⏸✔⚠")


@pytest.mark.parametrize(
    ("word", "mark", "ascii_mark", "token"),
    [
        ("WAITING", "◆", "!", "you bold"),
        ("asking", "◇", "?", "you bold"),
        ("running", "●", "*", "run"),
        ("tool", "■", "#", "tool"),
        ("idle", "·", ".", "muted"),
        ("paused", "□", "=", "muted"),
        ("SILENT", "▲", "^", "doubt bold"),
        ("LOOP?", "▲", "^", "doubt bold"),
        ("LIMITED", "▲", "^", "doubt bold"),
        ("FAILED", "×", "x", "bad bold"),
        ("done", "✓", "+", "muted"),
        ("lost", "▲", "^", "doubt bold"),
    ],
)
def test_a_state_has_its_mark_and_look(word: str, mark: str, ascii_mark: str, token: str) -> None:
    assert state(word, UNICODE) == ((mark, token), (word, token))
    assert state(word, ASCII) == ((ascii_mark, token), (word, token))


@pytest.mark.parametrize("word", sorted(set(STATES) - FINAL_STATES))
def test_what_may_have_changed_is_not_known_when_not_live(word: str) -> None:
    shown = state(word, UNICODE, is_live=False)
    assert shown.mark == ("?", "muted")
    assert shown.word == (word.lower().rstrip("?"), "muted")


def test_what_is_over_stays_true_when_not_live() -> None:
    assert state("done", UNICODE, is_live=False) == (("✓", "muted"), ("done", "muted"))
    assert state("FAILED", UNICODE, is_live=False) == (("×", "soft bold"), ("FAILED", "soft bold"))


def test_a_new_state_shows_its_mark_in_reverse() -> None:
    shown = state("SILENT", UNICODE, is_new=True)
    assert shown.mark == ("▲", "doubt bold reverse")
    assert shown.word == ("SILENT", "doubt bold")


def test_a_strange_state_is_shown_as_it_is() -> None:
    assert state("hibernating", UNICODE) == (("?", "muted"), ("hibernating", "muted"))


@pytest.mark.parametrize(
    ("encoding", "env", "requested", "glyphs"),
    [
        ("utf-8", {}, None, UNICODE),
        ("UTF-8", {"LANG": "de_DE.UTF-8"}, None, UNICODE),
        ("utf8", {"LANG": "C"}, "unicode", UNICODE),
        ("utf-8", {"LC_ALL": "", "LANG": "en_GB.utf8"}, None, UNICODE),
        ("utf-8", {"LC_CTYPE": "C.UTF-8", "LANG": "C"}, None, UNICODE),
        ("utf-8", {}, "ascii", ASCII),
        ("utf-8", {"TERM": "dumb"}, None, ASCII),
        ("utf-8", {"TERM": "dumb"}, "unicode", ASCII),
        ("ascii", {}, None, ASCII),
        ("iso-8859-1", {}, "unicode", ASCII),
        (None, {}, None, ASCII),
        ("utf-8", {"LC_ALL": "C"}, None, ASCII),
        ("utf-8", {"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, None, ASCII),
        ("utf-8", {"LANG": "de_DE.ISO-8859-15@euro"}, None, ASCII),
    ],
)
def test_ascii_is_used_where_unicode_would_not_arrive(
    encoding: str | None, env: dict[str, str], requested: str | None, glyphs: Glyphs
) -> None:
    assert choose_glyphs(encoding, env, requested) is glyphs
