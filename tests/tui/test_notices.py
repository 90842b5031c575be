"""How a notice is written to each terminal, and what a command of the user's is told."""

import asyncio
import json
import os
import re
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.gates import NOW
from vedette.data.notices import TEST, Item, Notice, Policy
from vedette.tui.notices import (
    Tmux,
    Way,
    Words,
    ask_tmux,
    encode,
    facts_of,
    way_of,
    words_of,
)
from vedette.tui.notifier import run_command

ST = "\x1b\\"
GATE = Item("gate", "g-1", "bash: rm -rf build/", "high", "r-1", NOW, NOW + 252, "runs.db")
ONE = Notice("gate", gates=1, item=GATE)
WORDS = Words("gate waits: bash: rm -rf build/", "HIGH, expires 04:12")


def _way(env: dict[str, str], tmux: Tmux | None = None, **policy: str) -> Way | None:
    return way_of(Policy(**policy), env, tmux)  # type: ignore[arg-type]


# Words


def test_one_gate_is_told_by_its_title_its_risk_and_its_time() -> None:
    assert words_of(ONE, NOW) == Words(
        "gate waits: bash: rm -rf build/", "HIGH, run r-1, expires 04:12"
    )


def test_several_are_told_by_their_number() -> None:
    assert words_of(Notice("regrouped", gates=3, item=GATE), NOW) == Words(
        "3 gates wait", "first expires 04:12"
    )
    alarm = Item("alarm", "a-1", "burn rate", "critical", "", NOW, None, "runs.db")
    mixed = words_of(Notice("regrouped", gates=1, alarms=2, item=alarm), NOW)
    assert mixed == Words("1 gate waits, 2 alarms", "")
    assert words_of(Notice("alarm", alarms=1, item=alarm), NOW) == Words(
        "alarm: burn rate", "CRITICAL"
    )


# Which code


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "osc99"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "foot-extra"}, "osc777"),
        ({"TERM": "rxvt-unicode-256color"}, "osc777"),
        ({"TERM": "xterm-ghostty"}, "osc777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "osc777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WarpTerminal"}, "osc777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "osc9"),
        ({"TERM": "xterm-256color"}, "bell"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "bell"),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, "bell"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "bell"),
        ({"TERM": "linux"}, "bell"),
        ({}, "bell"),
    ],
)
def test_a_terminal_gets_the_code_it_takes(env: dict[str, str], code: str) -> None:
    way = _way(env)
    assert way is not None
    assert (way.code, way.wrap) == (code, "")


def test_what_is_configured_goes_before_what_is_known() -> None:
    assert _way({"TERM": "xterm-kitty"}, mode="osc9") == Way("osc9", "", "kitty")
    assert _way({"TERM": "xterm-kitty"}, mode="off") is None


def test_in_tmux_the_terminal_around_it_counts() -> None:
    env = {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TMUX": "/tmp/t,1,0"}
    around = Tmux("WezTerm 20240203 xterm-256color", passes=True, tells_focus=True)
    assert _way(env, around) == Way("osc777", "tmux", "wezterm")
    assert _way(env, around._replace(passes=False)) == Way("bell", "", "wezterm")
    assert _way(env, around._replace(passes=False), mode="osc777") == Way(
        "osc777", "tmux", "wezterm"
    )
    assert _way(env, around._replace(terminal="XTerm(379) xterm")) == Way("bell")
    # Where tmux is mute its server's environment tells.
    assert _way({**env, "KITTY_WINDOW_ID": "1"}) == Way("osc99", "tmux", "kitty")


def test_in_screen_codes_are_wrapped_for_it() -> None:
    env = {"TERM": "screen.xterm-256color", "STY": "1.a", "LC_TERMINAL": "iTerm2"}
    assert _way(env) == Way("osc9", "screen", "iterm")


def test_without_tmux_or_with_a_mute_one_nothing_is_known(tmp_path: Path) -> None:
    assert ask_tmux({}) is None
    assert ask_tmux({"TMUX": str(tmp_path / "none,1,0"), "PATH": ""}) is None
    program = tmp_path / "tmux"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert ask_tmux({"TMUX": "x", "PATH": str(tmp_path)}) is None


@pytest.mark.parametrize(
    ("said", "passes", "focus"),
    [
        ("foot(1.16.2)\tfoot\ton\ton\t3.4", True, True),
        ("foot(1.16.2)\tfoot\tall\toff\t3.4", True, False),
        ("foot(1.16.2)\tfoot\toff\ton\t3.3a", False, True),
        ("\tfoot\t\ton\t3.2a", True, True),
    ],
)
def test_tmux_says_whether_it_passes_codes_and_the_focus_on(
    tmp_path: Path, said: str, passes: bool, focus: bool
) -> None:
    program = tmp_path / "tmux"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' '{said}'\n")
    program.chmod(0o755)
    found = ask_tmux({"TMUX": "x", "PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert found is not None
    assert (found.passes, found.tells_focus) == (passes, focus)
    assert found.terminal.endswith("foot")


# The codes


def test_each_code_is_written_as_its_terminals_read_it() -> None:
    title, body = f"vedette: {WORDS.title}", WORDS.body
    mine = f"i=vedette-{os.getpid()}"
    assert encode(Way("bell"), WORDS) == "\a"
    assert encode(Way("osc9"), WORDS) == f"\x1b]9;{title} ({body}){ST}"
    assert encode(Way("osc777"), WORDS) == f"\x1b]777;notify;{title};{body}{ST}"
    assert encode(Way("osc99"), WORDS) == (
        f"\x1b]99;{mine}:d=0;{title}{ST}\x1b]99;{mine}:d=1:p=body;{body}{ST}"
    )
    assert encode(Way("osc99"), Words("3 gates wait", "")) == (
        f"\x1b]99;{mine};vedette: 3 gates wait{ST}"
    )


def test_a_multiplexer_is_asked_to_pass_the_code_on() -> None:
    inner = f"777;notify;vedette: {WORDS.title};{WORDS.body}"
    assert encode(Way("osc777", "tmux"), WORDS) == f"\x1bPtmux;\x1b\x1b]{inner}\x1b\x1b\\{ST}"
    assert encode(Way("osc777", "screen"), WORDS) == f"\x1bP\x1b]{inner}\a{ST}"


CODES = [
    Way(code, wrap)  # type: ignore[arg-type]
    for code in ("osc99", "osc777", "osc9", "bell")
    for wrap in ("", "tmux", "screen")
]
_ONE = {
    "": r"\x1b\][^\x00-\x1f\x7f-\x9f]*\x1b\\",
    "tmux": r"\x1bPtmux;\x1b\x1b\][^\x00-\x1f\x7f-\x9f]*\x1b\x1b\\\x1b\\",
    "screen": r"\x1bP\x1b\][^\x00-\x1f\x7f-\x9f]*\x07\x1b\\",
}

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b\a\\;]P\x90\x9b\x9c\x9d\u202e\u200b\0\r\n\x7f\ud800:="),
        st.characters(),
    ),
    max_size=300,
)


@given(title=HOSTILE, body=HOSTILE, is_ascii=st.booleans())
def test_nothing_that_strangers_wrote_ends_a_code_or_begins_one(
    title: str, body: str, is_ascii: bool
) -> None:
    for way in CODES:
        written = encode(way, Words(title, body), is_ascii=is_ascii)
        if way.code == "bell":
            assert written == "\a"
            continue
        assert re.fullmatch(f"(?:{_ONE[way.wrap]}){{1,2}}", written)
        # GNU screen passes no more than this in one piece.
        assert len(written.encode("utf-8")) <= 768 * (2 if way.code == "osc99" else 1)
        assert written.isascii() or not is_ascii


def test_a_semicolon_in_a_title_does_not_begin_the_body() -> None:
    assert encode(Way("osc777"), Words("a;b", "c;d")) == f"\x1b]777;notify;vedette: a,b;c,d{ST}"


# The command


def test_a_command_is_told_the_facts() -> None:
    facts = facts_of(ONE, WORDS, NOW)
    assert facts == {
        "VEDETTE_NOTICE_KIND": "gate",
        "VEDETTE_NOTICE_COUNT": "1",
        "VEDETTE_NOTICE_GATES": "1",
        "VEDETTE_NOTICE_ALARMS": "0",
        "VEDETTE_NOTICE_TEXT": "gate waits: bash: rm -rf build/ (HIGH, expires 04:12)",
        "VEDETTE_NOTICE_TITLE": "bash: rm -rf build/",
        "VEDETTE_NOTICE_RISK": "high",
        "VEDETTE_NOTICE_RUN": "r-1",
        "VEDETTE_NOTICE_ID": "g-1",
        "VEDETTE_NOTICE_EXPIRES_S": "252",
        "VEDETTE_NOTICE_DB": os.path.abspath("runs.db"),
    }
    assert set(facts_of(TEST, words_of(TEST, NOW), NOW)) == set(facts)


@given(title=HOSTILE)
def test_no_fact_holds_what_an_environment_cannot(title: str) -> None:
    item = GATE._replace(title=title, id=title, run_id=title, risk=title)
    for value in facts_of(Notice("gate", gates=1, item=item), Words(title, ""), NOW).values():
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", value)


TELL = """
import json, os, sys
facts = {k: v for k, v in os.environ.items() if k.startswith("VEDETTE_NOTICE")}
json.dump({"args": sys.argv[2:], "facts": facts, "group": os.getpgid(0) == os.getpid()},
          open(sys.argv[1], "w"))
"""


def test_a_command_gets_its_arguments_as_they_are_and_no_shell_reads_them(tmp_path: Path) -> None:
    out = tmp_path / "told"
    arguments = ["a b", "$HOME", "; touch x", "`id`", "", "%s", "ä"]
    command = [sys.executable, "-c", TELL, str(out), *arguments]
    facts = {"VEDETTE_NOTICE_TITLE": "$(touch x)", "VEDETTE_NOTICE_KIND": "gate"}
    assert asyncio.run(run_command(command, facts, 20.0)) == ""
    told = json.loads(out.read_text())
    assert told["args"] == arguments
    assert told["facts"] == facts
    assert told["group"] is True


def test_a_command_that_fails_says_how() -> None:
    assert asyncio.run(run_command(["/none/such"], {}, 5.0)) == (
        "cannot be run: No such file or directory"
    )
    assert asyncio.run(run_command(["/bin/sh", "-c", "exit 3"], {}, 20.0)) == (
        "ended with exit code 3"
    )


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {pid}.new; mv {pid}.new {pid}; wait"
    assert asyncio.run(run_command(["/bin/sh", "-c", script], {}, 0.5)) == "was ended after 0.5 s"
    if pid.exists():
        # A machine so slow that the shell did not begin has nothing to end.
        _until_gone(int(pid.read_text()))


def test_a_command_ends_with_the_console(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 600"

    async def leave() -> None:
        running = asyncio.create_task(run_command(["/bin/sh", "-c", script], {}, 600.0))
        await asyncio.to_thread(_until_there, pid)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(leave())
    _until_gone(int(pid.read_text()))


def _until_there(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def _until_gone(pid: int) -> None:
    until = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists():
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state in "ZX":
            return
        assert time.monotonic() < until
        time.sleep(0.02)
