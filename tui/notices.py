"""A notice as a terminal takes it and as a command of the user's is told it.

Which code a terminal takes is told from its environment, and in tmux from tmux itself. What is
unknown gets the bell, which every terminal has.
"""

import os
import subprocess
from collections.abc import Mapping
from typing import Literal, NamedTuple

from ..data.notices import Notice, Policy
from ..data.text import clean
from . import numbers
from .glyphs import ASCII

Code = Literal["osc99", "osc777", "osc9", "bell"]
Wrap = Literal["", "tmux", "screen"]

_TMUX_SECONDS = 1.0
_TITLE_BYTES = 200
_BODY_BYTES = 320
"""With the codes around it below the 768 bytes that GNU screen passes on."""

CODE_NAMES: dict[str, str] = {
    "osc99": "OSC 99",
    "osc777": "OSC 777",
    "osc9": "OSC 9",
    "bell": "the bell",
}

_BY_NAME: tuple[tuple[str, Code], ...] = (
    ("kitty", "osc99"),
    ("wezterm", "osc777"),
    ("ghostty", "osc777"),
    ("foot", "osc777"),
    ("rxvt-unicode", "osc777"),
    ("warpterminal", "osc777"),
    ("iterm", "osc9"),
)
"""Terminals by what they call themselves, in TERM, TERM_PROGRAM or to tmux."""


class Tmux(NamedTuple):
    """What tmux says of itself and of the terminal it is shown in."""

    terminal: str
    """What that terminal calls itself, and its TERM; "" where tmux does not know."""
    passes: bool
    """Whether codes wrapped for it are passed on."""
    tells_focus: bool


class Way(NamedTuple):
    """How a notice goes to the terminal."""

    code: Code
    wrap: Wrap = ""
    terminal: str = ""
    """Who takes it; "" for a terminal nobody knows."""


class Words(NamedTuple):
    """A notice in words."""

    title: str
    body: str


def ask_tmux(env: Mapping[str, str]) -> Tmux | None:
    """What the tmux around us says, within a second; None outside of it, or where it is mute."""
    if not env.get("TMUX"):
        return None
    wanted = "#{client_termtype}\t#{client_termname}\t#{allow-passthrough}\t#{focus-events}"
    pane = ["-t", env["TMUX_PANE"]] if env.get("TMUX_PANE") else []
    try:
        said = subprocess.run(
            ["tmux", "display-message", *pane, "-p", f"{wanted}\t#{{version}}"],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TMUX_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    fields = said.stdout.decode("utf-8", "replace").strip("\n").split("\t")
    if len(fields) != 5:
        return None
    kind, term, passthrough, focus, version = fields
    # Before 3.3 there was no such option, and everything was passed on.
    passes = passthrough in ("on", "all", "1") if passthrough else version < "3.3"
    return Tmux(f"{kind} {term}".strip(), passes, focus in ("on", "1"))


def way_of(policy: Policy, env: Mapping[str, str], tmux: Tmux | None) -> Way | None:
    """How notices go to this terminal; None where they do not."""
    if policy.mode == "off":
        return None
    wrap: Wrap = "tmux" if env.get("TMUX") else "screen" if env.get("STY") else ""
    code, terminal = _known(env, tmux)
    if policy.mode != "auto":
        code = policy.mode
    elif tmux is not None and not tmux.passes:
        code = "bell"
    # A bell is the multiplexer's own: it says which window rang.
    return Way(code, "" if code == "bell" else wrap, terminal)


def _known(env: Mapping[str, str], tmux: Tmux | None) -> tuple[Code, str]:
    """The code a terminal takes, and its name."""
    if tmux is not None and tmux.terminal:
        names = [tmux.terminal]
    else:
        names = [env.get(name, "") for name in ("TERM", "TERM_PROGRAM", "LC_TERMINAL")]
        # These outlive a multiplexer, which has a TERM of its own.
        marks = {"KITTY_WINDOW_ID": "kitty", "WEZTERM_PANE": "wezterm"}
        names += [name for mark, name in marks.items() if env.get(mark)]
    for name in names:
        for known, code in _BY_NAME:
            if known in name.lower():
                return code, known
    return "bell", ""


def words_of(notice: Notice, now: float) -> Words:
    """A notice in words: what waits, and how long it can be answered."""
    if notice.kind == "test":
        return Words("test notice", "this is how Vedette calls you")
    item = notice.item
    left = "" if notice.expires is None else numbers.countdown(notice.expires - now, ASCII)
    if notice.kind == "regrouped" or item is None:
        said: list[str] = []
        if notice.gates:
            said.append("1 gate waits" if notice.gates == 1 else f"{notice.gates} gates wait")
        if notice.alarms:
            said.append("1 alarm" if notice.alarms == 1 else f"{notice.alarms} alarms")
        return Words(", ".join(said), f"first expires {left}" if left else "")
    body = [item.risk.upper() if item.risk in ("high", "critical") else item.risk]
    body += [f"run {item.run_id}"] if item.run_id else []
    body += [f"expires {left}"] if left else []
    what = "gate waits" if item.kind == "gate" else "alarm"
    return Words(f"{what}: {item.title}", ", ".join(body))


def encode(way: Way, words: Words, *, is_ascii: bool = False) -> str:
    """The notice as it goes to the terminal. What strangers wrote ends no code and begins none."""
    if way.code == "bell":
        return "\a"
    title = _harmless(f"vedette: {words.title}", _TITLE_BYTES, is_ascii=is_ascii)
    body = _harmless(words.body, _BODY_BYTES, is_ascii=is_ascii)
    return "".join(_wrapped(code, way.wrap) for code in _codes(way.code, title, body))


def _codes(code: Code, title: str, body: str) -> list[str]:
    if code == "osc99":
        # One id: a later notice takes the place of the one before.
        begin = f"99;i=vedette-{os.getpid()}"
        if not body:
            return [f"{begin};{title}"]
        return [f"{begin}:d=0;{title}", f"{begin}:d=1:p=body;{body}"]
    if code == "osc777":
        # A semicolon parts the fields.
        return [f"777;notify;{title.replace(';', ',')};{body.replace(';', ',')}"]
    # It begins with a word: with a number it would mean something else to some terminals.
    return [f"9;{title}" + (f" ({body})" if body else "")]


def _wrapped(code: str, wrap: Wrap) -> str:
    if wrap == "tmux":
        return f"\x1bPtmux;\x1b\x1b]{code}\x1b\x1b\\\x1b\\"
    if wrap == "screen":
        # What is passed on ends at the first ESC \: the code itself ends with a bell.
        return f"\x1bP\x1b]{code}\a\x1b\\"
    return f"\x1b]{code}\x1b\\"


def _harmless(text: str, most: int, *, is_ascii: bool) -> str:
    """Text without anything a terminal would act on, in at most so many bytes."""
    text = clean(text, most)
    text = "".join(each if each.isprintable() else "?" for each in text)
    if is_ascii:
        return text.encode("ascii", "replace").decode("ascii")
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")


def facts_of(notice: Notice, words: Words, now: float) -> dict[str, str]:
    """What a command of the user's is told, as environment variables."""
    item = notice.item
    left = "" if notice.expires is None else f"{max(0.0, notice.expires - now):.0f}"
    facts = {
        "KIND": notice.kind,
        "COUNT": str(notice.count),
        "GATES": str(notice.gates),
        "ALARMS": str(notice.alarms),
        "TEXT": words.title + (f" ({words.body})" if words.body else ""),
        "TITLE": item.title if item is not None else words.title,
        "RISK": item.risk if item is not None else "",
        "RUN": item.run_id if item is not None else "",
        "ID": item.id if item is not None else "",
        "EXPIRES_S": left,
        "DB": os.path.abspath(item.source) if item is not None else "",
    }
    return {f"VEDETTE_NOTICE_{name}": clean(value, 4000) for name, value in facts.items()}
