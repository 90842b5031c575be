"""How an item of a stream is drawn: its head, its rows, its folds, what differs, what matches."""

from dataclasses import replace

import pytest

from tests.builders.vedette import NOW
from vedette.data.filters import parse
from vedette.data.passages import Passage, first_part
from vedette.data.stream import StreamFacts
from vedette.data.stream_items import Item
from vedette.tui.drawing import search, stream_notes, turns
from vedette.tui.drawing.stream import Laid, Look, call_summary, difference, head, lay_out
from vedette.tui.drawing.stream_layout import MOST_AT_ONCE, Layout
from vedette.tui.drawing.stream_rows import StreamRows, note, sections_of
from vedette.tui.drawing.stream_search import FIELDS, StreamSearch
from vedette.tui.glyphs import UNICODE
from vedette.tui.line import Line, plain
from vedette.tui.view import View

LOOK = Look(
    width=80,
    mode="md",
    is_wrapped=True,
    is_tall=True,
    names_agents=False,
    has_panes=False,
    glyphs=UNICODE,
    has_grounds=True,
)
LIVE = View(NOW, True, UNICODE, "dark")
STALE = View(NOW, False, UNICODE, "dark")


def text(content: str) -> Passage:
    """A whole text."""
    return first_part(content.encode(), len(content.encode()))


def item(role: str = "assistant", content: str = "", **facts: object) -> Item:
    """An item with one text."""
    relation = {"tool": "tool_call", "gate": "approval", "error": "event"}.get(role, "prompt")
    passages = (("output" if role == "tool" else "", text(content)),) if content else ()
    values = {
        "key": f"{relation} x {role}",
        "role": role,
        "relation": relation,
        "id": "x",
        "seq": 1,
        "run_id": "run",
        "agent_id": "coder",
        "agent": "coder",
        "at": NOW - 60,
        "name": "edit 3",
        "status": "completed",
        "texts": passages,
    }
    return Item(**{**values, **facts})  # type: ignore[arg-type]


def head_of(shown: Item, view: View = LIVE, look: Look = LOOK) -> str:
    """An item's head as plain text."""
    return plain(head(shown, lay_out(shown, look, "auto"), look.width, look, view))


def rows_of(shown: Item, fold: str = "auto", look: Look = LOOK) -> list[str]:
    """An item's rows as plain text."""
    return [plain(row).strip() for row in lay_out(shown, look, fold).rows]  # type: ignore[arg-type]


CALL = item(
    tokens_in=48_120, cache_read=41_900, tokens_out=1_044, cost_usd=0.28, took=44.0, content="Done."
)


def test_the_head_of_an_answer() -> None:
    said = "assistant edit 3       in 48.1k  cached 41.9k  out 1.0k  $0.28  44s"
    assert head_of(CALL).endswith(said)
    assert "●" in head_of(CALL)


def test_where_there_is_no_room_the_cache_goes_first_and_the_time_last() -> None:
    narrow = replace(LOOK, width=56)
    assert "cached" not in head_of(CALL, look=narrow)
    assert head_of(CALL, look=narrow).endswith("44s")


def test_an_unpriced_answer_says_so() -> None:
    assert "unpriced" in head_of(replace(CALL, cost_usd=None))


def test_an_answer_under_way_says_for_how_long() -> None:
    assert head_of(replace(CALL, status="running", took=None)).endswith("running 01:00")


def test_a_view_that_is_not_live_claims_nothing() -> None:
    shown = head_of(replace(CALL, status="running", took=None), STALE)
    assert shown.endswith("running 01:00?")
    assert "●" not in shown


def test_a_failed_call_says_why_at_the_right() -> None:
    failed = item("tool", "boom", name="pytest", status="failed", error="exit 1", took=12.0)
    assert head_of(failed).endswith("exit 1   12s      4 B")
    assert "×" in head_of(failed)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("approved", "approved by ana"),
        ("rejected", "rejected by ana"),
        ("expired", "nobody answered by ana"),
        ("withdrawn", "withdrawn by ana"),
    ],
)
def test_a_gate_says_what_became_of_it(status: str, said: str) -> None:
    assert head_of(item("gate", status=status, decided_by="ana")).endswith(said)


def test_an_open_gate_counts_and_names_its_key() -> None:
    assert head_of(item("gate", status="pending")).endswith("open 01:00   a review")


def test_a_gate_whose_time_is_over_was_not_answered() -> None:
    gate = item("gate", status="pending", deadline=NOW - 1)
    assert head_of(gate).endswith("nobody answered")


def test_a_request_of_one_line_stands_on_its_head() -> None:
    asked = item("user", "Fix it.")
    assert head_of(asked).endswith("user  Fix it.")
    assert rows_of(asked) == []


def test_a_long_request_shows_its_beginning() -> None:
    asked = item("user", "\n".join(f"line {n}" for n in range(30)))
    assert rows_of(asked)[-1] == "··· 24 more lines   enter unfolds"
    assert len(rows_of(asked, "open")) == 30


def test_many_agents_are_named() -> None:
    assert "coder assistant edit 3" in head_of(CALL, look=replace(LOOK, names_agents=True))


def test_text_hangs_at_column_twelve_and_is_sixty_six_wide() -> None:
    rows = lay_out(item(content="word " * 60), LOOK, "auto").rows
    assert all(plain(row).startswith(" " * 12 + "word") for row in rows)
    assert max(len(plain(row)) for row in rows) <= 78


def test_raw_shows_the_marks_and_unwrapped_lines_are_cut() -> None:
    raw = replace(LOOK, mode="raw", is_wrapped=False)
    rows = rows_of(item(content="# Head\n" + "x" * 200), look=raw)
    assert rows[0] == "# Head"
    assert rows[1].endswith("…")
    assert len(rows) == 2


def test_a_message_of_a_thousand_lines_shows_two_hundred() -> None:
    rows = rows_of(item(content="x.\n" * 1000))
    assert len(rows) == 201
    assert rows[-1] == "··· 800 more lines   enter unfolds"


def test_a_text_not_read_to_its_end_says_how_much_is_left() -> None:
    passage = replace(text("start\n"), size=9_800_000)
    shown = replace(item(), texts=(("", passage),))
    assert rows_of(shown, "open")[-1] == "··· 9.8 MB more   enter unfolds"


def test_base64_folds_to_one_line_with_its_size() -> None:
    shown = replace(
        item(), texts=(("", Passage(size=41_000, read=100, fault="base64", head="62")),)
    )
    assert rows_of(shown) == ["base64  41 kB   62"]
    assert rows_of(shown, "open") == ["base64  41 kB   62"]


def test_a_shut_item_is_its_head_with_its_size() -> None:
    laid = lay_out(item(content="one\ntwo\n"), LOOK, "shut")
    assert laid.rows == ()
    assert "".join(piece for piece, _ in laid.title).endswith("··· 2 lines, 8 B")


def test_a_call_that_went_well_is_one_line_until_it_is_unfolded() -> None:
    call = item("tool", "29 passed\n")
    call = replace(call, texts=(("input", text('{"command": "pytest"}')), *call.texts))
    assert rows_of(call) == []
    assert rows_of(call, "open") == ["input", "command pytest", "output", "29 passed"]


def test_a_failed_call_shows_the_line_that_says_why_and_the_last() -> None:
    output = "ok\n" * 30 + "E   Error: no key\n" + "ok\n" * 5 + "2 failed\n"
    rows = rows_of(item("tool", output, status="failed", error="exit 1"))
    assert rows == ["E   Error: no key", "2 failed", "··· 35 more lines   enter unfolds"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('{"path": "auth/keys.py", "text": "x"}', "auth/keys.py"),
        ('{"command": "rm -rf build"}', "rm -rf build"),
        ('{"command": "pytest -q"}', "-q"),
        ('["-q", "tests"]', "-q tests"),
        ('{"args": ["-q"]}', "-q"),
        ('{"sql": "SELECT 1\\nFROM x"}', "SELECT 1"),
        ('{"command": "a\\u001b[2Jb"}', "a␛[2Jb"),
        ("plain words\nmore", "plain words"),
        ('{"broken": ', '{"broken": '),
        ('{"a": null}', ""),
        ("", ""),
    ],
)
def test_what_a_call_is_about(given: str, told: str) -> None:
    assert call_summary("pytest", text(given)).strip() == told.strip()


def test_a_difference_shows_removed_and_added_words() -> None:
    laid = difference(item(content="the old key"), item(content="the new key"), LOOK)
    assert [plain(row).strip() for row in laid.rows] == ["− the old key", "+ the new key"]
    marked = [span for row in laid.rows for span in row.spans if "-word" in span[1]]
    assert marked == [("old", "ink on del-word"), ("new", "ink on add-word")]


def test_the_same_text_has_no_difference() -> None:
    laid = difference(item(content="same"), item(content="same"), LOOK)
    assert [plain(row).strip() for row in laid.rows] == ["the same words as the base"]


def rows(*lines: str) -> list[Line]:
    """Rows of text at column 12."""
    return [Line(((" " * 12, ""), (line, "ink"))) for line in lines]


def test_a_phrase_is_found_over_the_end_of_a_row() -> None:
    pattern = search.pattern_of(["session keys"])
    assert pattern is not None
    (hit,) = search.find(rows("all session", "keys are"), pattern)
    assert hit == (search.Mark(0, 16, 23), search.Mark(1, 12, 16))


def test_matches_stand_in_reverse() -> None:
    line = search.marked(rows("a key here")[0], [search.Mark(0, 14, 17)])
    assert ("key", "ink reverse") in line.spans
    assert plain(line).strip() == "a key here"


def found(sought: str, *items: Item) -> StreamSearch:
    """A search that was carried out."""
    made = StreamSearch()
    made.begin(parse(sought, FIELDS))
    made.find(items, NOW)
    return made


def test_a_search_counts_occurrences_whatever_is_folded_away() -> None:
    asked = item("user", "\n".join(["key"] * 30))
    assert found("KEY", asked).total == 30


def test_a_search_by_facts_finds_items() -> None:
    failed = item("tool", "x", status="failed", error="exit 1", key="t")
    assert [each.key for each in found("role:tool", CALL, failed).found] == ["t"]
    assert [each.key for each in found("err", CALL, failed).found] == ["t"]
    assert found("cost>0.2", CALL, failed).total == 1


def test_matches_go_round() -> None:
    one, two = item(content="key", key="a"), item(content="key key", key="b")
    sought = found("key", one, two)
    steps = [sought.go(1, 0) for _ in range(4)]
    assert steps == [("a", 0), ("b", 0), ("b", 1), ("a", 0)]
    assert sought.go(-1, 0) == ("b", 1)


def test_heads_keep_together_and_messages_stand_apart() -> None:
    items = [
        item("user", "Go on.", id="p1", key="1"),
        item(content="Done.", id="p1", key="2"),
        item("tool", id="t1", key="3"),
        item("tool", id="t2", key="4"),
        item(content="Next.", id="p2", key="5"),
    ]
    laid = [lay_out(each, LOOK, "auto") for each in items]
    gaps = [each.has_gap for each in sections_of(items, laid, is_tall=True)]
    assert gaps == [False, True, False, True, False]
    assert not any(each.has_gap for each in sections_of(items, laid, is_tall=False))


def test_rows_are_found_by_key_and_by_index() -> None:
    laid = Laid((), tuple(rows("a", "b")), False)
    items = [item(key=str(number)) for number in range(3)]
    made = StreamRows([note(rows("note")), *sections_of(items, [laid] * 3, is_tall=False)])
    assert len(made) == 10
    assert made.index_of("1") == 4
    assert [made[index].key for index in range(1, 5)] == ["0", "0", "0", "1"]
    assert made[0].key == ""
    assert made.end_of(made.place_of("2")) == 9


def test_only_what_changed_is_laid_out_again() -> None:
    layout = Layout()
    layout.look = LOOK
    items = [item(content="x", key=str(number)) for number in range(3)]
    first = [layout.laid(each) for each in items]
    items[1] = replace(items[1], name="other")
    second = [layout.laid(each) for each in items]
    assert [one is two for one, two in zip(first, second, strict=True)] == [True, False, True]


def test_of_very_much_the_readers_place_is_laid_out_first() -> None:
    layout = Layout()
    layout.look = LOOK
    items = [item(content="x", key=str(number)) for number in range(2000)]
    near = layout.near(items, "1000")
    assert near.start <= 1000 < near.stop
    assert near.stop - near.start == MOST_AT_ONCE
    assert layout.near(items, "").stop == 2000
    while not layout.lay_out_some(items):
        assert layout.waiting(items)
    assert layout.near(items, "1000") == slice(0, 2000)


TURNS = StreamFacts(
    items=(
        item(id="p1", key="1", prompt_id="p1"),
        item("tool", id="t1", key="2", at=NOW - 50),
        item("user", id="p2", key="3", prompt_id="p2", at=NOW - 40),
        item(id="p2", key="4", prompt_id="p2", at=NOW - 40),
    ),
    where=None,  # type: ignore[arg-type]
    turns_before=10,
)


def test_turns_are_numbered_from_the_agents_first() -> None:
    assert [turn.number for turn in turns.turns_of(TURNS)] == [11, 0, 12]


@pytest.mark.parametrize(("place", "number"), [(0, 11), (1, 11), (2, 12), (3, 12)])
def test_every_item_belongs_to_a_turn(place: int, number: int) -> None:
    assert turns.number_of(turns.turns_of(TURNS), TURNS.items[place]) == number


def test_the_pane_tells_only_what_is_recorded() -> None:
    beside = turns.Beside("hidden (v)", 2, "turn 5")
    bare = item(key="4", id="p2", prompt_id="p2")
    lines = turns.pane([turns.Turn(1, bare)], bare, beside, 40, 30, LIVE, with_turns=True)
    said = "\n".join(plain(line) for line in lines)
    assert "cache hit" not in said
    assert "2 masked" in said
    assert "turn 5 (=)" in said


def test_the_pane_shows_how_the_input_was_paid() -> None:
    call = replace(CALL, cache_write=3_000, cost_source="reported", model="sonnet-5")
    beside = turns.Beside("hidden (v)", 0, "")
    lines = turns.pane([turns.Turn(1, call)], call, beside, 40, 30, LIVE, with_turns=False)
    said = [plain(line).split() for line in lines]
    assert ["cache", "hit", "87%"] in said
    assert [words[0] for words in said if "━" in "".join(words)] == ["cache", "cache", "new"]


def test_an_open_gate_at_the_end_says_who_is_waited_for() -> None:
    facts = replace(TURNS, items=(item("gate", status="pending"),))
    assert "blocked on you" in plain(stream_notes.after(facts, LIVE)[0])
    assert stream_notes.after(facts, STALE) == []


def test_calls_without_words_are_explained() -> None:
    facts = replace(TURNS, lacks="TAC keeps no texts")
    said = "\n".join(plain(line) for line in stream_notes.before(facts))
    assert stream_notes.WITHOUT_TEXT in said
    assert "TAC keeps no texts" in said
