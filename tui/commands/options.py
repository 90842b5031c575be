"""Options that many commands share, and the source that they name."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import click

from ...data.source import Source, open_source
from .output import Format

Command = TypeVar("Command", bound=Callable[..., Any])


_CONSOLE_OPTIONS = (
    click.option("--read-only", is_flag=True, help="The console: nothing can be decided in it."),
    click.option(
        "--interval", type=click.FloatRange(0.05, 60), help="The console: seconds a look."
    ),
    click.option("--ascii", "use_ascii", is_flag=True, help="The console: ASCII glyphs."),
    click.option(
        "--theme",
        metavar="NAME",
        help="The console: dark, light, ansi-dark, ansi-light or mono.",
    ),
)


def console_options(command: Command) -> Command:
    """Adds the console's options, which may stand before or after its files."""
    for option in _CONSOLE_OPTIONS:
        command = option(command)
    return db_option(command)


class Asked(NamedTuple):
    """How rows were asked for."""

    db: str | None
    style: Format
    limit: int
    filter_text: str
    now: float


def db_option(command: Command) -> Command:
    """Adds --db."""
    return click.option("--db", metavar="PATH", help="The database ($VEDETTE_DB, else found).")(
        command
    )


def style_options(command: Command) -> Command:
    """Adds --json, --jsonl and --csv; the plain table is what is printed without them."""
    for style, words in (
        ("csv", "CSV with a head."),
        ("jsonl", "One JSON object a line."),
        ("json", "One JSON document: source, as_of, rows, truncated."),
    ):
        command = click.option(f"--{style}", "style", flag_value=style, help=words)(command)
    return command


def row_options(command: Command) -> Command:
    """Adds --db, the styles, --limit and --filter."""
    command = click.option("--filter", "filter_text", default="", metavar="WORDS", help=_FILTER)(
        command
    )
    command = click.option(
        "--limit",
        default=200,
        show_default=True,
        type=click.IntRange(min=1),
        help="Rows at most, the newest.",
    )(command)
    return db_option(style_options(command))


_FILTER = "Only rows that match, as in: state:waiting cost>1 age>5m agent:cod* !err"


def asked(values: dict[str, Any]) -> Asked:
    """The shared options of a command, and the time it was given at."""
    return Asked(
        chosen_db(values.get("db")),
        values.get("style") or "table",
        values.get("limit", 200),
        values.get("filter_text", ""),
        time.time(),
    )


def acting(name: str | None) -> str:
    """Who gives a command that is written down: as named, else the user."""
    named = name or os.environ.get("USER") or os.environ.get("LOGNAME")
    return named or f"uid {os.getuid()}"


def chosen_db(db: str | None) -> str | None:
    """The --db of this command, or the one given before its name."""
    context = click.get_current_context(silent=True)
    return db or (context.find_object(dict) or {}).get("db") if context else db


@contextmanager
def opened(db: str | None) -> Iterator[Source]:
    """The source a command reads, open as long as it reads; raises SourceError."""
    source = open_source(db or found())
    try:
        yield source
    finally:
        source.close()


def found() -> str:
    """The database that is found where none is named; raises SourceError."""
    # Only without --db.
    from ...data.discovery import default_path

    return default_path(os.getcwd(), os.environ)
