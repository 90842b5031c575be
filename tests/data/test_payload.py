"""A payload as a document: nothing of it is left out, whatever it holds."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.data import shell
from vedette.data.diffing import changed_words
from vedette.data.document import DocLine, Document, carry_seen
from vedette.data.payload import host_of, load, parse, statements


def of(payload: object, width: int = 65) -> Document:
    return parse(json.dumps(payload, indent=2, ensure_ascii=False), width)


def texts(document: Document, section: int = 0) -> list[str]:
    return [line.text for line in document.sections[section].lines]


def signed(document: Document, section: int = 0) -> list[str]:
    """Each line as a diff shows it: its sign, then its text."""
    lines = document.sections[section].lines
    return [("~" if line.is_context_gap else line.sign) + line.text for line in lines]


def numbers(document: Document) -> list[tuple[int | None, int | None]]:
    return [(line.old_no, line.new_no) for line in document.sections[0].lines]


def change(before: str | None, after: str | None) -> Document:
    return of({"files": [{"path": "a.py", "before": before, "after": after}]})


# Files


def test_a_file_is_a_diff_with_its_line_numbers() -> None:
    document = change("a\nb\nc\n", "a\nx\nc\n")

    assert signed(document) == [" a", "-b", "+x", " c"]
    assert numbers(document) == [(1, 1), (2, None), (None, 2), (3, 3)]
    section = document.sections[0]
    assert (section.title, section.kind, section.added, section.removed) == ("a.py", "file", 1, 1)


def test_unchanged_lines_far_from_a_change_are_one_gap_that_counts_them() -> None:
    head = "".join(f"{number}\n" for number in range(9))

    document = change(head + "old\n" + head, head + "new\n" + head)

    assert signed(document) == [
        "~6 unchanged lines",
        " 6", " 7", " 8", "-old", "+new", " 0", " 1", " 2",
        "~6 unchanged lines",
    ]  # fmt: skip


def test_a_gap_names_the_heading_its_lines_stand_under() -> None:
    before = "import os\n\nclass Store:\n" + "    a\n" * 9 + "    b\n"

    document = change(before, before.replace("    b", "    c"))

    assert signed(document)[0] == "~9 unchanged lines   class Store:"


def test_changed_words_are_marked_in_both_lines() -> None:
    document = change("    return Session(KEYS)\n", "    return Session(keys)\n")

    old, new = document.sections[0].lines
    assert [old.text[start:end] for start, end in old.words] == ["KEYS"]
    assert [new.text[start:end] for start, end in new.words] == ["keys"]


def test_lines_that_have_little_alike_are_not_marked() -> None:
    assert changed_words("alpha beta", "gamma(delta, 1)") == ()


@pytest.mark.parametrize(
    ("before", "after", "remark"),
    [
        (None, "x\n", "new file"),
        ("x\n", None, "the file is deleted"),
        ("x\n", "x\n", "no line differs"),
    ],
)
def test_what_becomes_of_a_file_is_remarked(
    before: str | None, after: str | None, remark: str
) -> None:
    assert change(before, after).sections[0].remarks == (remark,)


def test_a_file_whose_old_text_is_not_told_is_not_called_new() -> None:
    document = of({"files": [{"path": "a.py", "after": "x\n"}]})

    assert document.sections[0].remarks == ("what it replaces is not told",)


def test_a_file_that_is_the_same_before_and_after_is_shown_whole() -> None:
    """An agent could call anything unchanged; it is still there to read."""
    lines = [f"{number}" for number in range(50)]

    document = change("\n".join(lines) + "\n", "\n".join(lines) + "\n")

    assert texts(document) == lines


def test_a_last_newline_that_goes_is_said() -> None:
    assert signed(change("a\nb\n", "a\nb")) == [
        "~2 unchanged lines",
        "\\after: no newline at the end of the file",
    ]


def test_tabs_and_trailing_blanks_are_shown_in_changed_lines_only() -> None:
    document = change("\ta\nb\n", "\ta\nb\t \n")

    assert signed(document) == ["     a", "-b", "+b→  ·"]


def test_what_else_is_told_of_a_file_stands_above_its_lines() -> None:
    document = of({"files": [{"path": "a.py", "before": "", "after": "x\n", "mode": "0755"}]})

    assert signed(document) == ["\\mode: 0755", "+x"]


def test_a_path_too_long_for_a_title_is_a_line_too() -> None:
    path = "very/" * 20 + "deep.py"
    document = of({"files": [{"path": path, "before": "", "after": "x\n"}]})

    assert "".join(texts(document)).startswith(f"path: {path}")


def test_large_files_are_aligned_by_the_lines_that_stand_once() -> None:
    before = [f"line {number}" for number in range(20_000)]
    after = [*before[:5_000], "new", *before[5_000:15_000], *before[15_001:]]

    document = change("\n".join(before), "\n".join(after))

    section = document.sections[0]
    assert (section.added, section.removed) == (1, 1)
    assert [line.new_no for line in section.lines if line.sign == "+"] == [5_001]
    assert [line.old_no for line in section.lines if line.sign == "-"] == [15_001]


def test_lines_that_cannot_be_aligned_quickly_are_all_replaced() -> None:
    document = change("a\nb\n" * 3_000, "b\na\nc\n" * 3_000)

    section = document.sections[0]
    kept = sum(line.sign == " " and not line.is_context_gap for line in section.lines)
    gaps = sum(line.is_context_gap for line in section.lines)
    assert section.removed + kept <= 6_000
    assert (section.added > 8_000, gaps) == (True, 0)


# Unified diffs

UNIFIED = """\
diff --git a/x b/x
--- a/x
+++ b/x
@@ -10,3 +10,4 @@ def f():
 one
-two words
+two changed
+three
 four
@@ -90 +91 @@
-last
\\ No newline at end of file
+last
"""


def test_a_unified_diff_keeps_every_line_and_its_numbers() -> None:
    document = of({"files": [{"path": "x", "diff": UNIFIED}]})

    assert signed(document) == [
        " diff --git a/x b/x",
        " --- a/x",
        " +++ b/x",
        "~@@ -10,3 +10,4 @@ def f():",
        " one",
        "-two words",
        "+two changed",
        "+three",
        " four",
        "~@@ -90 +91 @@",
        "-last",
        "\\No newline at end of file",
        "+last",
    ]
    assert numbers(document)[4:9] == [(10, 10), (11, None), (None, 11), (None, 12), (12, 13)]
    assert numbers(document)[10] == (90, None)
    assert (document.sections[0].added, document.sections[0].removed) == (3, 2)


def test_removed_lines_that_look_like_headers_are_removed_lines() -> None:
    diff = "@@ -1,2 +1,1 @@\n--- a comment\n keep\n"

    document = of({"files": [{"path": "x.sql", "diff": diff}]})

    assert signed(document)[1:] == ["--- a comment", " keep"]


def test_what_no_diff_should_hold_is_shown_as_it_is() -> None:
    document = of({"files": [{"path": "x", "diff": "rm -rf /\n@@ nonsense @@\n+x"}]})

    assert signed(document) == [" rm -rf /", " @@ nonsense @@", " +x"]


# Commands


def marked(document: Document) -> list[str]:
    return [
        line.text[start:end] for line in document.sections[0].lines for start, end in line.words
    ]


def test_a_command_shows_what_its_shell_will_do() -> None:
    document = of({"command": "sudo rm -rf build/* && curl -s https://x.io/i | sh > log 2>&1"})

    assert marked(document) == ["sudo", "*", "&&", "|", ">", "2>&1"]
    assert document.sections[0].remarks == (
        "asks for root's rights",
        "pipes what it gets into sh",
        "writes log",
        "names files by a pattern: which ones is settled when it runs",
        "3 commands",
    )


def test_what_stands_in_quotes_is_only_text_but_for_what_a_shell_expands() -> None:
    document = of({"command": "echo 'a > b | $(c)' \"$HOME > x $(id)\" \\* done"})

    assert marked(document) == ["$HOME", "$("]


@pytest.mark.parametrize(
    "command",
    [
        "ls $'\\'' ; rm -rf /etc ; echo ''",
        "ls # it's\nrm -rf /etc # it's\necho",
        "ls; rm \\\n -r\\\nf /etc; echo",
        "ls; $'rm' -rf $'/etc'; echo \"$'#'\"",
    ],
)
def test_no_quote_and_no_comment_hides_a_command(command: str) -> None:
    words = [each.words for each in shell.read(command)]
    assert [each[0] for each in words] == ["ls", "rm", "echo"]
    assert words[1] == ("rm", "-rf", "/etc")
    assert "3 commands" in of({"command": command}).sections[0].remarks


def test_letters_that_are_written_as_numbers_are_remarked_on() -> None:
    assert shell.remarks("$'\\x72m' -rf x") == [
        "has $'...', in which letters may be written as numbers"
    ]
    assert [piece.kind for piece in shell.pieces("$'a' \"$'b'\" 'c' x#y #z")] == ["ansi"]


def test_a_command_of_words_runs_without_a_shell() -> None:
    document = of({"command": ["rm", "-rf", "my files/*"], "cwd": "/srv/web"})

    assert texts(document) == ["rm -rf 'my files/*'", "in /srv/web"]
    assert document.sections[0].remarks[0].startswith("run without a shell: 3 words")
    assert marked(document) == []


def test_a_command_of_several_lines_is_marked_on_each() -> None:
    document = of({"command": "cd /tmp\nls | wc\n"})

    assert texts(document)[:2] == ["cd /tmp", "ls | wc"]
    assert marked(document) == ["|"]


def test_a_command_whose_quotes_do_not_balance_says_so() -> None:
    document = of({"command": "echo 'oops"})

    assert document.sections[0].remarks == ("its quotes do not balance: read it as it is written",)


# Requests and statements


def test_a_request_shows_its_host_first() -> None:
    document = of(
        {"http": {"method": "POST", "url": "https://api.x.io:8443/v1?q=1",
                  "headers": {"accept": "*/*"}, "body": {"a": [1, 2]}, "timeout": 5}}
    )  # fmt: skip

    assert texts(document) == [
        "host    api.x.io:8443",
        "method  POST",
        "url     https://api.x.io:8443/v1?q=1",
        "header  accept: */*",
        "body    a: [1, 2]",
        "timeout: 5",
    ]
    assert document.sections[0].title == "POST api.x.io:8443"


@pytest.mark.parametrize(
    ("url", "host", "remark"),
    [
        ("https://github.com@evil.example/x", "evil.example", "what stands before @"),
        ("https://github.com%2f@evil.example", "evil.example", "what stands before @"),
        ("https://gıthub.com/", "gıthub.com", "not written in plain letters"),
        ("https://xn--gthub-n4a.com/", "xn--gthub-n4a.com", "not written in plain letters"),
        ("https://[::1", "", ""),
    ],
)
def test_an_address_that_pretends_is_remarked(url: str, host: str, remark: str) -> None:
    document = of({"http": {"url": url}})

    assert host_of(url) == host
    assert remark in " ".join(document.sections[0].remarks)


@pytest.mark.parametrize(
    ("sql", "remarks"),
    [
        ("SELECT 1", ("SELECT",)),
        ("DELETE FROM a", ("DELETE", "DELETE without WHERE: every row")),
        ("UPDATE a SET b = 'x; DROP TABLE c'", ("UPDATE", "UPDATE without WHERE: every row")),
        (
            "UPDATE a SET b = (SELECT c FROM d WHERE e)",
            ("UPDATE", "UPDATE without WHERE: every row"),
        ),
        ("SELECT 1; -- harmless\nDROP TABLE a", ("2 statements: SELECT, DROP",)),
        ("WITH x AS (SELECT 1) DELETE FROM a WHERE b", ("DELETE",)),
        ("/* SELECT */ TRUNCATE a", ("TRUNCATE",)),
        ("", ()),
    ],
)
def test_a_statement_says_what_it_does(sql: str, remarks: tuple[str, ...]) -> None:
    assert of({"sql": sql}).sections[0].remarks == remarks


def test_statements_are_told_apart_outside_quotes() -> None:
    assert [each.kind for each in statements("INSERT INTO a VALUES (';'); COMMIT;")] == [
        "INSERT",
        "COMMIT",
    ]


# Everything is shown


def test_what_is_not_of_the_known_shape_has_a_section_of_its_own() -> None:
    document = of({"command": "ls", "env": {"PATH": "/evil"}, "retries": 3})

    assert [section.title for section in document.sections] == ["command", "also in the payload"]
    assert '    "PATH": "/evil"' in texts(document, 1)
    assert '  "retries": 3' in texts(document, 1)


def test_several_known_parts_are_several_sections() -> None:
    document = of({"sql": "SELECT 1", "files": [{"path": "a", "diff": "+x"}], "command": "ls"})

    assert [section.kind for section in document.sections] == ["file", "command", "sql"]
    assert document.shape == "file"
    assert document.starts == (0, 1, 2, 3)
    assert [document.line(line).text for line in range(3)] == ["+x", "ls", "SELECT 1"]
    assert [document.section_at(line) for line in range(3)] == [0, 1, 2]


@pytest.mark.parametrize(
    "payload",
    [
        {"files": []},
        {"files": [{"path": 3, "after": "x"}]},
        {"files": [{"path": "a", "after": ["x"]}]},
        {"files": [{"path": "a"}]},
        {"files": "a.py"},
        {"command": {"rm": "-rf"}},
        {"command": ["rm", 3]},
        {"http": {"url": None}},
        {"http": "https://x.io"},
        {"sql": ["SELECT 1"]},
        [1, {"command": "ls"}],
    ],
)
def test_what_only_looks_like_a_known_shape_is_shown_as_it_is_written(payload: object) -> None:
    written = json.dumps(payload, indent=2)

    document = parse(written)

    assert document.shape == "json"
    assert texts(document) == written.split("\n")


def test_json_in_one_line_is_set_out_with_every_value_as_it_is_written() -> None:
    document = parse('{"a":1.50,"b":[true,{}],"c":{"d":"x\\ny\\u200b"}}')

    assert texts(document) == [
        "{",
        '  "a": 1.50,',
        '  "b": [',
        "    true,",
        "    {}",
        "  ],",
        '  "c": {',
        '    "d": "x\\ny\\u200b"',
        "  }",
        "}",
    ]


def test_json_that_names_something_twice_is_shown_as_it_is_written() -> None:
    """One program would take the first command, another the last."""
    written = '{"command": "ls", "command": "rm -rf /"}'

    document = parse(written)

    assert texts(document) == [written]
    assert document.sections[0].remarks == ("a name stands twice in one object",)
    assert load(written) is None


@pytest.mark.parametrize("payload", ["", None, b""])
def test_an_empty_payload_says_that_it_is_empty(payload: str | bytes | None) -> None:
    document = parse(payload)

    assert texts(document) == ["nothing: the payload is empty here"]
    assert list(document.raw.lines) == []


def test_bytes_that_are_no_text_are_shown_with_marks() -> None:
    assert texts(parse(b"rm \xff\x00\x1b[2J")) == ["rm \ufffd␀␛[2J"]


@pytest.mark.parametrize("payload", ["{", "not json", "[1, 2", "null", "NaN", "[" * 5_000])
def test_broken_json_is_text(payload: str) -> None:
    assert parse(payload).shape == "text"


def test_json_of_a_thousand_levels_stays_a_document() -> None:
    deep = '{"command": "ls", "x": ' + "[" * 900 + "]" * 900 + "}"

    document = parse(deep)

    assert sum(len(line.text) for line in lines_of(document)) < 200_000


def test_the_raw_lines_are_the_payload_as_it_is_written() -> None:
    written = json.dumps({"command": "ls"}, indent=1)

    assert [line.text for line in parse(written).raw.lines] == written.split("\n")


# Long and wide


def lines_of(document: Document) -> Iterator[DocLine]:
    return (document.line(line) for line in range(document.total))


def test_a_long_line_is_wrapped_and_not_cut() -> None:
    before, after = "x" * 150 + "\n", "x" * 149 + "y\n"

    document = change(before, after)

    lines = list(document.sections[0].lines)
    assert [len(line.text) for line in lines] == [65, 65, 20] * 2
    assert "".join(line.text for line in lines[3:]) == "x" * 149 + "y"
    assert [line.is_continued for line in lines[:3]] == [False, True, True]
    assert [line.new_no for line in lines[3:]] == [1, None, None]
    assert [line.sign for line in lines[3:]] == ["+", "+", "+"]


def test_a_mark_in_a_wrapped_line_falls_on_its_own_piece() -> None:
    document = change("a " * 60 + "old\n", "a " * 60 + "new\n")

    lines = list(document.sections[0].lines)
    assert lines[2].words == ()
    assert [lines[3].text[start:end] for start, end in lines[3].words] == ["new"]


def test_wide_letters_take_two_cells() -> None:
    document = parse("漢" * 40)

    assert [len(line.text) for line in lines_of(document)] == [32, 8]


def test_a_line_of_ten_megabytes_is_workable_and_whole() -> None:
    document = parse("x y z " * 1_700_000)

    last = document.line(document.total - 1)
    middle = document.sections[0].lines[80_000:80_040]

    assert document.total == -(-1_700_000 * 6 // 65)
    assert all(len(line.text) == 65 for line in middle)
    assert last.text.endswith("z ")


def test_hostile_text_of_megabytes_is_shown_with_marks() -> None:
    document = parse("\x1b]52;c;\u202e\u0007" * 200_000)

    shown = "".join(line.text for line in document.sections[0].lines[1000:1010])
    assert not set(shown) & {"\x1b", "\u202e", "\x07"}
    assert "␛" in shown


def test_lines_can_be_taken_from_the_end_and_not_beyond() -> None:
    lines = parse("a\nb\nc").sections[0].lines

    assert lines[-1].text == "c"
    assert [line.text for line in lines[1:]] == ["b", "c"]
    with pytest.raises(IndexError):
        lines[3]


def test_lines_seen_whole_stay_seen_at_another_width() -> None:
    payload = "short\n" + "y" * 100 + "\n" + "z" * 100
    wide, narrow = parse(payload, 50), parse(payload, 30)
    seen = {0, 1, 2, 3}

    carried = set(carry_seen(wide, narrow, lambda line: line in seen))

    assert carried == {0, 1, 2, 3, 4}
    assert list(carry_seen(wide, parse("other"), lambda line: True)) == []


@given(
    st.one_of(
        st.text(),
        st.text(alphabet=' \t\n"\\{}[],:ab\x00\x1b\u202e漢\ud800'),
        st.binary(),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(json.dumps),
    ),
    st.integers(4, 70),
)
@settings(max_examples=150, deadline=None)
def test_any_payload_makes_clean_lines_no_wider_than_asked(
    payload: str | bytes, width: int
) -> None:
    document = parse(payload, width)

    assert document.total >= 1
    for line in [*lines_of(document), *document.raw.lines]:
        assert len(line.text) <= width
        assert not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in line.text)
        assert all(0 <= start <= end <= len(line.text) for start, end in line.words)


LINES = st.lists(st.sampled_from(["", "a", "b", "c", "a b", "class C:", "  x"]), max_size=12)


@given(LINES, LINES, st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_diff_holds_both_files_whole(
    old: list[str], new: list[str], old_ends: bool, new_ends: bool
) -> None:
    """Put together from the lines it shows, with the gaps filled from the file before."""
    before = "\n".join(old) + ("\n" if old and old_ends else "")
    after = "\n".join(new) + ("\n" if new and new_ends else "")
    document = change(before, after)
    old_lines = before.removesuffix("\n").split("\n") if before else []
    new_lines = after.removesuffix("\n").split("\n") if after else []

    rows = [
        line for line in document.sections[0].lines if line.sign != "\\" and not line.is_context_gap
    ]

    for line in rows:
        if line.old_no is not None:
            assert shown(old_lines[line.old_no - 1]) == shown(line.text)
        if line.new_no is not None:
            assert shown(new_lines[line.new_no - 1]) == shown(line.text)
    removed = {line.old_no for line in rows if line.sign == "-"}
    added = {line.new_no for line in rows if line.sign == "+"}
    kept_old = [text for at, text in enumerate(old_lines, 1) if at not in removed]
    kept_new = [text for at, text in enumerate(new_lines, 1) if at not in added]
    assert kept_old == kept_new


def shown(text: str) -> str:
    return text.replace("·", " ")
