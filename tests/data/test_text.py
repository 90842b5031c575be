"""No text from outside reaches a terminal as it came, and no secret reaches the file."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vedette.data import text
from vedette.data.text import clean, clean_lines, is_binary_like, masked

hostile = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x07\x9b\x9d\u202e\u2066\u200b\u200d\ufe0f\U000e0041\t\n\r ab❤"),
        st.characters(categories=["Cs", "Cf", "Cc"]),
    ),
    max_size=200,
)


def _is_safe(line: str) -> bool:
    return not any(
        unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in line
    )


@given(hostile, st.integers(min_value=1, max_value=64))
def test_nothing_that_steers_a_terminal_survives(anything: str, limit: int) -> None:
    line = clean(anything, limit)
    assert _is_safe(line)
    assert len(line) <= limit
    assert clean(line, limit) == line


@given(hostile, st.integers(1, 10), st.integers(8, 40))
def test_every_line_of_many_is_as_safe(anything: str, lines: int, chars: int) -> None:
    shown = clean_lines(anything, limit_lines=lines, limit_chars=chars)
    assert len(shown) <= lines + 1
    assert all(_is_safe(line) for line in shown)
    assert all(len(line) <= chars for line in shown[:lines])


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"], max_codepoint=0x7E)))
def test_plain_text_is_left_alone(plain: str) -> None:
    assert clean(plain) == plain[:4096]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (None, ""),
        ("", ""),
        ("two\nlines", "two␊lines"),
        ("a\tb", "a b"),
        ("\x1b[2Jgone", "␛[2Jgone"),
        ("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
        ("\x9b31m", "\ufffd31m"),
        ("safe\u202egnp.exe", "safe\ufffdgnp.exe"),
        ("\x7f", "␡"),
        ("\udcff", "\ufffd"),
        ("⚠\ufe0f 日本", "⚠ 日本"),
        ("rm\ufe0f", "rm\ufffd"),
        ("[red]not markup[/]", "[red]not markup[/]"),
    ],
)
def test_what_cannot_be_drawn_is_shown_by_a_mark(raw: str | None, shown: str) -> None:
    assert clean(raw) == shown


def test_a_line_of_ten_megabytes_shows_its_beginning_and_its_size() -> None:
    line = clean("a" * 10_000_000)
    assert line.startswith("aaaa")
    assert line.endswith("a… 10.0 MB")
    assert len(line) == 4096


def test_the_size_counts_bytes_not_characters() -> None:
    assert clean("é" * 5000, 20).endswith("… 10.0 kB")
    assert text.size("\udcff" * 5) == "15 B"


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (4100, "4.1 kB"), (999_960, "1.0 MB"), (5e12, "5000.0 GB")],
)
def test_a_byte_count_is_said_for_people(count: float, words: str) -> None:
    assert text.byte_size(count) == words


def test_a_million_lines_show_the_first_and_say_how_many_more() -> None:
    lines = clean_lines("line\n" * 1_000_000, limit_lines=3)
    assert lines == ["line", "line", "line", "… 999,997 more lines, 5.0 MB in all"]


def test_lines_may_all_be_asked_for() -> None:
    assert len(clean_lines("x\n" * 5000, limit_lines=None)) == 5000


def test_lines_end_as_files_end() -> None:
    assert clean_lines("a\r\nb\r\n") == ["a", "b"]
    assert clean_lines("a\n\nb") == ["a", "", "b"]
    assert clean_lines("a\rb") == ["a␍b"]
    assert clean_lines("") == []
    assert clean_lines("a\nb\nc", limit_lines=2) == ["a", "b", "… 1 more line, 5 B in all"]


def test_tabs_of_code_keep_their_stops() -> None:
    assert clean_lines("\tif x:\n\t\ty\ta") == ["    if x:", "        y   a"]


@pytest.mark.parametrize(
    "data",
    [
        "\0\0\0ELF",
        "data:image/png;base64,iVBORw0KGgo=",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" * 8,
        "\n".join(["TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1"] * 6),
        "0123456789abcdef" * 20,
        "\ufffd\x02\x03 text",
    ],
)
def test_data_is_told_from_reading(data: str) -> None:
    assert is_binary_like(data)


@pytest.mark.parametrize(
    "reading",
    [
        "",
        "A sentence of words.",
        "def f():\n\treturn 1\n" * 100,
        "\x1b[31mred\x1b[0m output of a test",
        "-" * 400,
        "word " * 200,
        "日本語の文章" * 100,
    ],
)
def test_reading_is_not_taken_for_data(reading: str) -> None:
    assert not is_binary_like(reading)


KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("key AKIAIOSFODNN7EXAMPLE.", "key [masked]."),
        ("use sk-" + "ant-api03-" + "a1B2" * 6 + " now", "use [masked] now"),
        ("ghp_" + "a1" * 18, "[masked]"),
        ("Authorization: Bearer abc123def456ghi", "Authorization: Bearer [masked]"),
        ("Authorization: Basic dXNlcjpwYXNz1234", "Authorization: Basic [masked]"),
        (f"before {KEY} after", "before [masked] after"),
        ("-----BEGIN PRIVATE KEY-----\ncut off", "[masked]"),
        ("postgres://ana:hunter2@db/x", "postgres://ana:[masked]@db/x"),
        ("password=hunter2 next", "password=[masked] next"),
        ('{"password": "hunter 2", "n": 1}', '{"password": "[masked]", "n": 1}'),
        (r"{\"api_key\": \"abcd1234\"}", r"{\"api_key\": \"[masked]\"}"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=[masked]"),
        ("token: 'abcdef123456'", "token: '[masked]'"),
    ],
)
def test_a_secret_is_masked_and_its_name_kept(raw: str, safe: str) -> None:
    assert masked(raw) == (safe, 1)


@pytest.mark.parametrize(
    "harmless",
    [
        "",
        "the password is asked for later",
        "password = get_password(user)",
        "password: str",
        'password: "${DB_PASSWORD}"',
        "tokens: 48120",
        "max_token: 4096",
        "a bearer of good news arrives",
        "http://example.org:8080/a@b",
        "secret",
    ],
)
def test_what_only_speaks_of_secrets_is_left_alone(harmless: str) -> None:
    assert masked(harmless) == (harmless, 0)


@example("password=token: token: password=")
@example(f'password="hunter2{KEY}"')
@given(
    st.lists(
        st.sampled_from(
            ["password=", "token: ", '"', "hunter2", "\n", "Bearer abc123def456", KEY, "://a:b@c"]
        )
        | st.text(max_size=5)
    ).map("".join)
)
def test_masking_twice_masks_no_more(anything: str) -> None:
    once, _ = masked(anything)
    assert masked(once) == (once, 0)


def test_many_secrets_are_counted() -> None:
    assert masked("password=hunter2 password=hunter3")[1] == 2


def test_masking_a_long_text_is_quick() -> None:
    for long in ("a-" * 500_000, "password" * 100_000, "://" * 300_000, "bearer " * 100_000):
        assert masked(long) == (long, 0)
