"""The command `init`: shows what would change in a client's settings, asks, and writes it."""

import os
import sys
from typing import Any

import click

from ...data.connecting import changes, connections, warnings
from ...data.connecting.changes import Change
from ...data.connecting.clients import CLIENTS, client, program
from ...data.connecting.connections import Connection, Place
from .output import clean, say

DECLINED = 1

_STATES = {
    "connected": "connected, tools wait at gates",
    "watching": "connected, only watched",
    "other": "connected in another form; init would change it",
    "not connected": "not connected",
}
_LONGEST_LINE = 2000


def command(_name: str) -> click.Command:
    """The command `init`."""
    return init


@click.command(short_help="Connect Claude Code or Codex: the change is shown first.")
@click.argument(
    "name",
    metavar="[claude-code|codex|python]",
    required=False,
    type=click.Choice([*(each.name for each in CLIENTS), "python"]),
)
@click.option("--project", "scope", flag_value="project", default=True, help="Of this project.")
@click.option("--user", "scope", flag_value="user", help="Of all your projects.")
@click.option(
    "--gate/--no-gate",
    "is_gating",
    default=True,
    show_default=True,
    help="Whether tools wait for a person, by the rules in .vedette/rules.toml, or are watched.",
)
@click.option("--undo", is_flag=True, help="Take out what was put in, and nothing else.")
@click.option("--dry-run", is_flag=True, help="Only show the change.")
@click.option("-y", "--yes", is_flag=True, help="Write it without asking.")
@click.option("--no-input", is_flag=True, help="Ask nothing: without --yes, nothing is written.")
def init(name: str | None, **values: Any) -> int:
    """Put Vedette's hooks into the settings of a coding agent, beside those that are there.

    The change is shown as a diff and written when you say so. Without a name, what can be
    connected and what is; with `python`, the lines that record an agent of your own.

    Exit codes: 0 done or nothing to do, 1 declined, 2 wrong use or settings that are broken.
    """
    if name is None:
        return _list()
    if name == "python":
        from ..snippet import SNIPPET

        click.echo(SNIPPET, nl=False)
        return 0
    place = Place(client(name), values["scope"], os.getcwd(), os.environ)
    if values["undo"]:
        return _undo(place, values)
    return _connect(place, values)


def _connect(place: Place, values: dict[str, Any]) -> int:
    is_gating = values["is_gating"]
    wanted = [connections.connect(place, program(os.environ, sys.argv), is_gating=is_gating)]
    if is_gating:
        wanted.append(connections.start_rules(place))
    todo = [change for change in wanted if change is not None]
    if not todo:
        say(f"{place.client.says} is connected: nothing to change in {place.settings}")
        return 0
    told: list[str] = []
    if is_gating:
        rules = connections.rules_in_force(place)
        told = warnings.of_gates(place.client, place.scope, place.settings, rules)
    return _carry_out(todo, values, told, _notes(place))


def _undo(place: Place, values: dict[str, Any]) -> int:
    rules = connections.end_rules(place)
    todo = [each for each in (connections.disconnect(place), rules.change) if each is not None]
    if not todo:
        say(f"{place.client.says} is not connected: nothing to undo in {place.settings}")
    if rules.kept:
        say(rules.kept)
    return _carry_out(todo, values, [], [])


def _carry_out(
    todo: list[Change], values: dict[str, Any], before: list[str], after: list[str]
) -> int:
    """Shows, asks and writes; says what to know `before` it is asked, and `after` it is written."""
    code, has_written = 0, False
    for number, change in enumerate(todo):
        if number:
            click.echo()
        _show(change)
        _say_all(before if not number else [])
        if values["dry_run"]:
            continue
        if not _is_wanted(change, values):
            code = DECLINED
            say(f"{change.path} stays as it is")
            continue
        changes.write(change, os.environ)
        has_written = True
        say(f"{'removed' if change.after is None else 'wrote'} {change.path}")
    _say_all(after if has_written else [])
    return code


def _say_all(notes: list[str]) -> None:
    for note in notes:
        say(f"note: {note}")


def _is_wanted(change: Change, values: dict[str, Any]) -> bool:
    if values["yes"] or values["no_input"]:
        return bool(values["yes"])
    does = "remove" if change.after is None else "write"
    print(clean(f"{does} {change.path}? [y/N] "), end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        # Nobody there: the words that follow begin a line of their own.
        print(file=sys.stderr)
    return answer.strip().lower() in ("y", "yes")


def _show(change: Change) -> None:
    has_colour = not os.environ.get("NO_COLOR")
    for line in changes.diff(change):
        shown = clean(line.removesuffix("\r"), _LONGEST_LINE)
        colour = {"+": "green", "-": "red"}.get(line[:1]) if has_colour else None
        click.secho(shown, fg=colour)


def _notes(place: Place) -> list[str]:
    text = changes.read(place.settings).text
    found = warnings.of_settings(place.client, place.scope, place.settings, text)
    elsewhere = place._replace(scope="user" if place.scope == "project" else "project")
    if _state(elsewhere).state not in ("not connected", "broken"):
        found.append(f"{elsewhere.settings} is connected too: each event is told twice")
    return found


def _list() -> int:
    every = [_state(place) for place in connections.places(os.getcwd(), os.environ)]
    for each in every:
        state = _STATES.get(each.state) or f"broken: {each.fault}"
        place = each.place
        head = f"{place.client.name:<12} --{place.scope:<8} {place.settings}"
        click.echo(clean(head))
        click.echo(clean(f"{'':<12}   {'':<8} {state}"))
    say("connect one: vedette init claude-code (the change is shown first)")
    say("an agent of your own: vedette init python")
    return 0


def _state(place: Place) -> Connection:
    return connections.connection(place, program(os.environ, sys.argv))
