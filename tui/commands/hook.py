"""The command `hook`, for its help and its errors; `tui/hook.py` is what it does."""

from typing import Any

import click

from .. import hook as hooks
from .options import chosen_db, db_option


def command(_name: str) -> click.Command:
    """The command `hook`."""
    return hook


@click.command(short_help="What a coding agent runs at each of its events.")
@click.argument("client", type=click.Choice(hooks.CLIENTS))
@click.option(
    "--rules",
    metavar="FILE",
    help="The rule file (default: .vedette/rules.toml of the project, and your own).",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True, max=1e9, max_open=True),
    default=hooks.DEADLINE,
    show_default=True,
    metavar="SECONDS",
    help="How long a person has; less than the client waits for its hook.",
)
@click.option(
    "--watch", "is_watching", is_flag=True, help="Only watch: nothing waits, whatever a rule says."
)
@db_option
def hook(client: str, rules: str | None, deadline: float, is_watching: bool, **values: Any) -> int:
    """Read one event of a coding agent on stdin, record it, and answer it on stdout.

    A tool call that a rule names waits until a person has answered. What goes wrong there is a
    no: exit code 2, with the reason on stderr. Anything else is only watched: exit code 0 and
    nothing on stdout, whatever goes wrong.
    """
    db = chosen_db(values.get("db"))
    return hooks.run(hooks.Asked(client, db, rules, deadline, is_watching))
