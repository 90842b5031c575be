"""Connecting a client and taking it back: what would change, and what stands connected now."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ..errors import VedetteError
from . import changes, hooks, json_text, starter
from .changes import Change, File
from .clients import CLIENTS, SCOPES, Client, Scope, project, rules_path, settings_path

_NOTHING = "{}"
"""What settings say that are not there, or blank."""


class Place(NamedTuple):
    """A client's settings in one scope, from where the command was given."""

    client: Client
    scope: Scope
    cwd: str
    env: Mapping[str, str]

    @property
    def settings(self) -> str:
        """The file its hooks stand in."""
        return settings_path(self.client, self.scope, self.cwd, self.env)

    @property
    def rules(self) -> str:
        """The rule file that holds there."""
        return rules_path(self.client, self.scope, self.cwd, self.env)


State = Literal["connected", "watching", "other", "not connected", "broken"]


class Connection(NamedTuple):
    """How a client stands in one scope."""

    place: Place
    state: State
    """`other`: there are hooks of Vedette's, but not those it would write now."""
    fault: str = ""


def places(cwd: str, env: Mapping[str, str]) -> list[Place]:
    """Everything that can be connected from here."""
    return [Place(client, scope, cwd, env) for client in CLIENTS for scope in SCOPES]


def connection(place: Place, program: Sequence[str]) -> Connection:
    """How this stands now; never fails: what is broken is an answer too."""
    try:
        _, root = _parsed(changes.read(place.settings), place)
    except VedetteError as error:
        return Connection(place, "broken", error.title)
    found = hooks.present(place.client, root)
    if not found:
        return Connection(place, "not connected")
    if _same(found, hooks.wanted(place.client, program, True)):
        return Connection(place, "connected")
    if _same(found, hooks.wanted(place.client, program, False)):
        return Connection(place, "watching")
    return Connection(place, "other")


def connect(place: Place, program: Sequence[str], *, is_gating: bool) -> Change | None:
    """What puts the hooks in; None where they are there. Raises UsageError for broken settings."""
    file = changes.read(place.settings)
    _, root = _parsed(file, place)
    wanted = hooks.wanted(place.client, program, is_gating)
    found = hooks.present(place.client, root)
    if _same(found, wanted):
        return None
    bare, was_there = _bare(file, place) if found else (file.text, file.text is not None)
    text, root = _parsed(File(file.path, bare), place)
    if text == _NOTHING and bare != text:
        added = [json_text.Insertion(0, hooks.alone(wanted))]
        text = bare or ""
    else:
        added = hooks.insertions(text, root, wanted)
    after, cuts = json_text.put_in(text, added)
    made = hooks.made(root, wanted)
    return Change(file.path, file.text, after, cuts, made, was_there=was_there)


def disconnect(place: Place) -> Change | None:
    """What takes the hooks out, and nothing else; None where there are none."""
    file = changes.read(place.settings)
    _, root = _parsed(file, place)
    if not hooks.present(place.client, root):
        return None
    bare, was_there = _bare(file, place)
    return Change(file.path, file.text, bare if was_there else None)


def start_rules(place: Place) -> Change | None:
    """What writes the rules to begin with; None where there is a rule file."""
    # One is enough: the user's holds in every project.
    if any(os.path.lexists(place._replace(scope=scope).rules) for scope in SCOPES):
        return None
    is_projects = place.scope == "project"
    text = starter.rules(project(place.client, place.cwd, place.env) if is_projects else None)
    return Change(place.rules, None, text, [(0, len(text))], private=True, was_there=False)


def rules_in_force(place: Place) -> str:
    """The rule file that holds there, or will: the project's before the user's."""
    own = (place._replace(scope=scope).rules for scope in SCOPES)
    return next(filter(os.path.lexists, own), place.rules)


class Rules(NamedTuple):
    """What becomes of the rule file that was written to begin with."""

    change: Change | None
    kept: str = ""
    """Why it stays, where it does."""


def end_rules(place: Place) -> Rules:
    """What removes the rules to begin with, unless they are changed or still needed."""
    file = changes.read(place.rules)
    record = changes.recorded(place.rules, place.env)
    if file.text is None or record is None:
        return Rules(None)
    if not changes.is_as_left(file, record):
        return Rules(None, f"{file.path} stays: it was changed since")
    if others := [each.client.says for each in _others(place) if _is_connected(each)]:
        return Rules(None, f"{file.path} stays: {others[0]} uses it")
    return Rules(Change(file.path, file.text, None))


def _others(place: Place) -> list[Place]:
    """What else may read the same rules: every client reads the project's and the user's."""
    return [each for each in places(place.cwd, place.env) if each != place]


def _is_connected(place: Place) -> bool:
    return connection(place, ()).state not in ("not connected", "broken")


def _parsed(file: File, place: Place) -> tuple[str, json_text.Node]:
    """The text, that of no settings where there is none, and what it says."""
    text = file.text or ""
    if not text.strip():
        text = _NOTHING
    root = json_text.parse(text, file.path)
    hooks.check(text, root, place.client, file.path)
    return text, root


def _bare(file: File, place: Place) -> tuple[str | None, bool]:
    """The settings without our hooks, and whether they were there before us."""
    assert file.text is not None
    record = changes.recorded(file.path, place.env)
    if record and changes.is_as_left(file, record):
        cuts = [(start, length) for start, length in record.cuts]
        return json_text.cut_out(file.text, cuts), record.was_there
    made = record.made if record else None
    text = hooks.removed(file.text, file.path, place.client, made)
    # Made by us and with nothing in it: nobody's.
    is_ours = record is not None and not record.was_there
    return text, not (is_ours and json_text.parse(text, file.path).value == {})


def _same(found: Sequence[hooks.Ours], wanted: Sequence[hooks.Ours]) -> bool:
    return sorted(map(_key, found)) == sorted(map(_key, wanted))


def _key(hook: hooks.Ours) -> str:
    return json.dumps(hook, sort_keys=True)
