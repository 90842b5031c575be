"""The command `keys`: every key of the console, and those that clash or never arrive."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from ...data.errors import VedetteError
from .options import asked, style_options
from .output import Answer, Column, Origin, print_answer, say

EVERYWHERE = "everywhere"
"""Where a key works on every screen, unless the screen has it for something else."""


class Key(NamedTuple):
    """One key of one screen."""

    screen: str
    key: str
    action: str
    does: str
    problem: str = ""


def command(_name: str) -> click.Command:
    """The command `keys`."""
    return keys


@click.command(short_help="Every key of the console; --check finds clashes.")
@click.option("--check", is_flag=True, help="Only keys that clash or that terminals cannot send.")
@style_options
def keys(check: bool, **values: Any) -> int:
    """Every key of the console, by screen, with the keys set in the configuration.

    With --check only those that are used twice on one screen or that a terminal cannot send, and
    settings for actions there are not; the exit code is 1 if there are any.
    """
    request = asked(values)
    found = examined(all_keys(), _configured())
    if check:
        found = [key for key in found if key.problem]
    note = "no clashes, and terminals send every key" if check and not found else ""
    answer = Answer(Key._fields, found, note=note)
    print_answer(answer, Origin("vedette", "", ""), time.time(), request.style, _TABLE)
    return 1 if check and found else 0


def all_keys() -> list[Key]:
    """The keys of the console and of its screens, as the classes bind them."""
    # Textual: the only place that knows the keys is where they are bound.
    from ..app import VedetteApp
    from ..screens import PLACES, screen_class

    found = list(_bound(EVERYWHERE, VedetteApp))
    for place in PLACES:
        found += _bound(place.name, screen_class(place.name))
    return found


def examined(keys: Sequence[Key], configured: Mapping[str, Sequence[str]]) -> list[Key]:
    """The keys with their problems, after the configuration has its say by action."""
    changed = [
        key._replace(key=new)
        for key in keys
        for new in configured.get(_action_name(key.action), [key.key])
    ]
    actions = {_action_name(key.action) for key in keys}
    unknown = [
        Key("", ", ".join(pressed), action, "", "there is no such action")
        for action, pressed in configured.items()
        if action not in actions
    ]
    unique = list(dict.fromkeys(changed))
    return [key._replace(problem=_problem(key, unique)) for key in unique] + unknown


def _problem(key: Key, all_keys: Iterable[Key]) -> str:
    if why := unsendable(key.key):
        return why
    others = {
        other.action
        for other in all_keys
        if (other.screen, other.key) == (key.screen, key.key) and other.action != key.action
    }
    return f"also {', '.join(sorted(others))}" if others else ""


def unsendable(key: str) -> str:
    """Why a terminal cannot send a key so that it arrives as itself; "" where it can."""
    if key in _SAME_BYTE:
        return f"terminals send it as {_SAME_BYTE[key]}"
    parts = key.split("+")
    if {"super", "hyper", "meta", "cmd"} & set(parts[:-1]):
        return "few terminals send it at all"
    if parts[0] == "ctrl" and len(parts) > 1 and parts[-1].isdigit():
        return "most terminals send the digit alone"
    if parts[:2] == ["ctrl", "shift"] and len(parts[-1]) == 1:
        return f"most terminals send it as ctrl+{parts[-1]}"
    if parts[-1] == "enter" and len(parts) > 1:
        return "most terminals send it as enter"
    return ""


_SAME_BYTE = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "a new line, as some terminals send enter",
    "ctrl+h": "backspace, in some terminals",
    "ctrl+left_square_bracket": "escape",
    "ctrl+[": "escape",
}


def _bound(screen: str, owner: type) -> Iterator[Key]:
    from textual.binding import Binding

    nearer: set[str] = set()
    for each in owner.__mro__:
        # Ours only: what Textual itself binds is not the console's to explain.
        if not each.__module__.startswith(__package__.rpartition(".")[0]):
            continue
        own = list(Binding.make_bindings(each.__dict__.get("BINDINGS", ())))
        for binding in own:
            if binding.description and binding.key not in nearer:
                yield Key(screen, binding.key, binding.action, binding.description)
        # A class may use a key of its base for something else: then that is what the key does.
        nearer |= {binding.key for binding in own}


def _action_name(action: str) -> str:
    return action.removeprefix("app.").removeprefix("screen.")


def _configured() -> dict[str, list[str]]:
    from ...data.config import load

    loaded = load(None, os.environ)
    for problem in loaded.problems:
        _tell(problem)
    return loaded.config.keys


def _tell(problem: VedetteError) -> None:
    say(f"vedette: {problem.title}; {problem.hint}")


_TABLE = tuple(Column(name) for name in ("screen", "key", "does", "action", "problem"))
