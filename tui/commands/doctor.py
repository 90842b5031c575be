"""The command `doctor`: each check with its remedy."""

import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ...data import doctor as checks
from ...data.doctor import Check
from ...data.errors import VedetteError
from .options import asked, db_option, style_options
from .output import Answer, Origin, origin, print_answer, say

if TYPE_CHECKING:
    from ..notices import Tmux


def command(_name: str) -> click.Command:
    """The command `doctor`."""
    return doctor


@click.command(short_help="Check the database and this machine, each with its remedy.")
@click.argument("path", required=False)
@style_options
@db_option
def doctor(path: str | None, **values: Any) -> int:
    """Check the database at PATH (else --db, $VEDETTE_DB, or the one that is found), this program
    and the terminal. Nothing is changed.

    Exit codes: 0 fine, 1 warnings, 2 unusable.
    """
    request = asked(values)
    named = path or request.db
    found = checks.examine(named, os.getcwd(), os.environ, request.now)
    found.append(_notices(os.environ))
    found.append(_terminal(os.environ, sys.stdout.encoding or "", _glyph_cells()))
    if request.style == "table":
        _print(found)
    else:
        answer = Answer(Check._fields, found)
        print_answer(answer, _origin(named), time.time(), request.style)
    return checks.exit_code(found)


def _glyph_cells() -> int | None:
    """How wide this terminal draws a glyph; None where there is none, or it does not tell."""
    streams = (sys.stdin, sys.stdout)
    if os.environ.get("TERM", "dumb") == "dumb" or not all(s and s.isatty() for s in streams):
        return None
    # Not every system has terminals of this kind.
    from .cell_width import measured

    return measured(sys.stdin.fileno(), sys.stdout.fileno())


def _notices(env: Mapping[str, str]) -> Check:
    """Which way a notice goes, as the console on this terminal would send it."""
    import shutil

    from ...data.config import load
    from ..notices import CODE_NAMES, ask_tmux, way_of

    policy = load(None, env).config.notify.policy()
    if not policy.is_on:
        return Check("notices", "ok", "off")
    tmux = ask_tmux(env)
    way = way_of(policy, env, tmux)
    ways: list[str] = []
    if way is not None:
        terminal = f" as {way.terminal} takes it" if way.terminal and way.code != "bell" else ""
        ways.append(CODE_NAMES[way.code] + terminal + (f", through {way.wrap}" if way.wrap else ""))
    ways += [f"the command {policy.command[0]}"] if policy.command else []
    when = "whoever looks" if policy.when == "always" else "while the terminal is out of focus"
    said = f"{' and '.join(ways)}, {when}"
    if policy.command and shutil.which(policy.command[0]) is None:
        there_is_none = f"there is no program {policy.command[0]}"
        return Check("notices", "warning", said, f"{there_is_none}: see notify.command")
    if policy.when == "unfocused" and _hides_focus(env, tmux):
        remedy = 'tmux hides the focus: `set -g focus-events on`, or notify.when = "always"'
        if tmux is None:
            remedy = 'screen hides the focus: notify.when = "always"'
        # Who set nothing up misses nothing.
        is_wanted = policy.mode != "auto" or bool(policy.command)
        return Check("notices", "warning" if is_wanted else "ok", said, remedy)
    if tmux is not None and not tmux.passes and way is not None and way.terminal:
        return Check("notices", "ok", said, "for words: tmux `set -g allow-passthrough on`")
    return Check("notices", "ok", said)


def _hides_focus(env: Mapping[str, str], tmux: "Tmux | None") -> bool:
    """Whether nobody is told here that the terminal has lost the focus."""
    return not tmux.tells_focus if tmux is not None else bool(env.get("STY"))


def _terminal(env: Mapping[str, str], encoding: str, glyph_cells: int | None) -> Check:
    term = env.get("TERM", "")
    said = f"TERM={term or 'unset'}, {encoding or 'no encoding'}"
    if term in ("", "dumb"):
        return Check("terminal", "warning", said, "the console needs one that can move its cursor")
    if "utf" not in encoding.lower():
        return Check(
            "terminal", "warning", said, "ASCII glyphs are used; set LC_ALL=C.UTF-8 for all"
        )
    if glyph_cells is None:
        return Check("terminal", "ok", said)
    said += f", a glyph takes {glyph_cells} {'cell' if glyph_cells == 1 else 'cells'}"
    if glyph_cells != 1:
        remedy = "let it draw ambiguous characters narrow, or use ASCII glyphs: vedette --ascii"
        return Check("terminal", "warning", said, remedy)
    return Check("terminal", "ok", said)


def _origin(path: str | None) -> Origin:
    """Where the checks are about, even if it cannot be opened."""
    from ...data.source import open_source
    from .options import found

    try:
        path = path or found()
        source = open_source(path)
    except VedetteError:
        return Origin("unknown", "", path or "")
    try:
        return origin(source)
    finally:
        source.close()


def _print(found: list[Check]) -> None:
    marks = {"ok": "ok      ", "warning": "warning ", "unusable": "UNUSABLE"}
    for check in found:
        say_out = f"{marks[check.outcome]}  {check.check:<13}  {check.fact}"
        _line(say_out)
        if check.remedy:
            _line(f"{'':25}-> {check.remedy}")
    count = sum(check.outcome != "ok" for check in found)
    say(f"{len(found)} checks, {count or 'no'} {'finding' if count == 1 else 'findings'}")


def _line(text: str) -> None:
    from ...data.text import clean

    click.echo(clean(text))
