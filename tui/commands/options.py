"""Options that many commands share, and the source that they name."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import click

from ...data.discovery import default_path
from ...data.source import Source, open_source
from .output import Format

Command = TypeVar("Command", bound=Callable[..., Any])


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


def chosen_db(db: str | None) -> str | None:
    """The --db of this command, or the one given before its name."""
    context = click.get_current_context(silent=True)
    return db or (context.find_object(dict) or {}).get("db") if context else db


@contextmanager
def opened(db: str | None) -> Iterator[Source]:
    """The source a command reads, open as long as it reads; raises SourceError."""
    source = open_source(default_path(os.getcwd(), os.environ, db))
    try:
        yield source
    finally:
        source.close()
