"""One filter grammar for every list and command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.data.errors import UsageError
from vedette.data.filters import Emptied, Filter, Kind, parse

FIELDS = {
    "state": Kind.TEXT,
    "agent": Kind.TEXT,
    "model": Kind.TEXT,
    "run": Kind.TEXT,
    "cost": Kind.MONEY,
    "age": Kind.DURATION,
    "size": Kind.SIZE,
    "ctx": Kind.SHARE,
    "turns": Kind.NUMBER,
    "started": Kind.TIME,
    "open": Kind.FLAG,
}
CODER = {
    "state": "WAITING",
    "agent": "coder",
    "model": "claude-opus-4-8",
    "run": ("a81f02", "fix-auth"),
    "cost": 1.92,
    "age": 228.0,
    "size": 4100,
    "ctx": 0.71,
    "turns": 1044,
    "started": "2026-11-21T13:55:10Z",
    "open": True,
    "error": None,
}
LOADER = {
    "state": "FAILED",
    "agent": "loader",
    "model": None,
    "run": ("77c0aa", "nightly-etl"),
    "cost": None,
    "age": 550.0,
    "size": 0,
    "ctx": None,
    "turns": 0,
    "started": None,
    "open": False,
    "error": "exit 1",
}


def _finds(text: str) -> list[object]:
    found = parse(text, FIELDS)
    return [facts["agent"] for facts in (CODER, LOADER) if found.matches(facts)]


@pytest.mark.parametrize(
    "text",
    [
        "fix",
        "FIX auth",
        "state:waiting",
        "state:wait",
        "agent:cod*",
        "agent:c?der",
        "cod*r",
        "model=opus",
        "model=claude-opus-4-8",
        "run:a81f",
        "run=fix-auth",
        "cost>1",
        "cost>=1.92",
        "cost=1.92",
        "cost<$2",
        "age<5m",
        "age<=3m48s",
        "age<05:00",
        "size>4kB",
        "size=4.1kB",
        "ctx>70%",
        "ctx>0.7",
        "ctx<90",
        "turns>1k",
        "turns=1,044",
        "started>2026-11-21T13:00:00Z",
        "open:yes",
        "!err",
        "!state:failed",
        "state!=failed",
        "state!=done|failed",
        "!agent:loader",
        "state:waiting|running",
        "!state:failed|done",
        "agent:nobody | agent:coder",
        "agent:nobody |agent:coder",
        "model:",
        "!model:none",
        'run:"fix-auth"',
        'state:wait cost>1 "fix-auth"',
        "state>t",
    ],
)
def test_each_form_of_the_grammar_finds_the_coder_alone(text: str) -> None:
    assert _finds(text) == ["coder"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["coder", "loader"]),
        ("   ", ["coder", "loader"]),
        ("!", ["coder", "loader"]),
        ("|", ["coder", "loader"]),
        ("err", ["loader"]),
        ("cost:none", ["loader"]),
        ("!cost>1", ["loader"]),
        ("cost>5", []),
        ("state:waiting state:failed", []),
        ("state:waiting|failed", ["coder", "loader"]),
        ("state:waiting | err", ["coder", "loader"]),
        ('"err"', []),
        ('agent:"cod*"', []),
        ("model=op", []),
        ("model:op", ["coder"]),
        ("1.92", []),
        ("13:55:10", ["coder"]),
        ("exit", ["loader"]),
    ],
)
def test_filters_find_what_they_say(text: str, found: list[str]) -> None:
    assert _finds(text) == found


def test_an_unknown_field_says_which_was_meant() -> None:
    with pytest.raises(UsageError) as caught:
        parse("stat:waiting", FIELDS)
    assert caught.value.title == "no field “stat” to filter by"
    assert caught.value.hint == "did you mean state?"


def test_a_field_like_none_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="in quotes"):
        parse("http://example.org", FIELDS)
    assert _finds('"http://example.org"') == []


@pytest.mark.parametrize("text", ["cost>much", "age>soon", "cost>", "agent>", "open:maybe"])
def test_a_comparison_with_nonsense_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="compare"):
        parse(text, FIELDS)


def test_a_price_that_is_unknown_or_odd_is_neither_more_nor_less() -> None:
    for cost in (None, float("nan"), "odd"):
        assert not parse("cost>1", FIELDS).matches({"cost": cost})
        assert not parse("cost<1", FIELDS).matches({"cost": cost})


def test_an_empty_result_names_the_term_that_removed_the_last_rows() -> None:
    shown = parse("state:waiting cost>5 agent:x", FIELDS)
    assert shown.explain_empty([CODER, CODER, LOADER]) == Emptied("cost>5", 2)


def test_of_two_alternatives_the_nearer_one_explains() -> None:
    shown = parse("agent:nobody | state:waiting cost>5", FIELDS)
    assert shown.explain_empty([CODER, LOADER]) == Emptied("cost>5", 1)


def test_nothing_is_explained_where_rows_are_left_or_were_none() -> None:
    assert parse("err", FIELDS).explain_empty([CODER, LOADER]) is None
    assert parse("err", FIELDS).explain_empty([]) is None
    assert parse("", FIELDS).explain_empty([CODER]) is None


def test_terms_are_listed_as_written() -> None:
    assert parse('state:waiting !"a b" | err', FIELDS).terms == ("state:waiting", '!"a b"', "err")
    assert not parse("  ", FIELDS)


words = st.text(alphabet='abcErr 01.:=<>!|"\\*?$%[é', min_size=0, max_size=8)
fields_typed = st.sampled_from([*FIELDS, "stat", "err"])
typed = st.lists(
    st.one_of(
        words,
        st.builds(
            "{}{}{}".format, fields_typed, st.sampled_from([":", "=", "!=", ">", "<="]), words
        ),
        st.sampled_from(["err", "!err", "|", "cost>1", "state:waiting|failed", 'agent:"a b"']),
    ),
    max_size=5,
).map(" ".join)


def _parsed(text: str) -> Filter | None:
    try:
        return parse(text, FIELDS)
    except UsageError:
        return None


facts = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["WAITING", "FAILED", "done", None]),
        "agent": words,
        "model": st.none() | words,
        "cost": st.none() | st.floats(),
        "age": st.none() | st.floats(0, 1e6),
        "error": st.none() | words,
    }
)


@given(typed, facts)
def test_a_filters_text_is_that_filter(text: str, row: dict[str, object]) -> None:
    first = _parsed(text)
    if first is not None:
        again = parse(str(first), FIELDS)
        assert again == first
        assert again.matches(row) == first.matches(row)


@given(st.text(max_size=60))
def test_no_typing_makes_the_parser_fail(text: str) -> None:
    found = _parsed(text)
    if found is not None:
        found.matches(CODER)
        found.explain_empty([CODER, LOADER])


term_texts = st.sampled_from(
    [
        "state:waiting",
        "cost>1",
        "cost:none",
        "err",
        "abc",
        "agent:a*",
        "age<5m",
        "state:done|failed",
    ]
)


@given(term_texts, facts)
def test_negation_finds_exactly_the_others(text: str, row: dict[str, object]) -> None:
    assert parse(f"!{text}", FIELDS).matches(row) is not parse(text, FIELDS).matches(row)


@given(term_texts, term_texts, facts)
def test_side_by_side_is_and_a_bar_is_or(one: str, two: str, row: dict[str, object]) -> None:
    first, second = parse(one, FIELDS).matches(row), parse(two, FIELDS).matches(row)
    assert parse(f"{one} {two}", FIELDS).matches(row) is (first and second)
    assert parse(f"{one} | {two}", FIELDS).matches(row) is (first or second)
