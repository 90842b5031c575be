"""The command `import`: brings transcripts of coding agents into Vedette's own database."""

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import click

from ...data.discovery import recording_path
from ...data.errors import VedetteError
from .options import chosen_db, db_option
from .output import say

if TYPE_CHECKING:
    from ...data.ingest.transcripts import Imported, Importer

FOLLOW_SECONDS = 0.5
"""Between two looks at the transcripts."""


def command(_name: str) -> click.Command:
    """The command `import`."""
    return import_


@click.command("import", short_help="Import transcripts of Claude Code or Codex, once or live.")
@click.argument("client", type=click.Choice(["claude-code", "codex"]))
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--follow", is_flag=True, help="Go on with what is written from now on.")
@db_option
def import_(client: str, paths: tuple[str, ...], follow: bool, db: str | None) -> int:
    """Import sessions, their sub-agents, model calls with tokens and cost, and tool calls.

    Without PATH, what the client keeps for the user; a PATH is a transcript or a folder of them.
    What was imported before is not counted again, and a file that has grown is read only from
    there on. Costs the client reports are kept, other calls are priced (see `vedette prices`).
    Secrets are masked before anything is stored.

    Exit codes: 0 done, 2 wrong use, 5 no transcripts there, or the database cannot be used.
    """
    # The migrations' check of the schema: few commands pay for it.
    from ...data import prices
    from ...data.ingest import finding
    from ...data.ingest.transcripts import Importer

    mine = prices.own(os.environ)
    if mine.problem is not None:
        say(f"vedette: {mine.problem.title}")
        say("  the built-in prices are used")
    places = list(paths) or finding.folders(client, os.environ)
    path = recording_path(os.getcwd(), os.environ, chosen_db(db))
    importer = Importer(path, client, prices.pricing(mine.table), time.time())
    _tell(importer.read(places, time.time()), path)
    if follow:
        say("following; ctrl+c ends it")
        _follow(importer, places, path)
    return 0


def _follow(importer: "Importer", places: list[str], path: str) -> None:
    """Imports what is new again and again, until somebody ends it: that is how it ends."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    told = ""
    while not ended.wait(FOLLOW_SECONDS):
        try:
            done = importer.read(places, time.time())
        except VedetteError as error:
            # Locked, full, moved away: it may be mended while we wait.
            if error.title != told:
                told = error.title
                say(f"vedette: {error.title}")
                say("  it is tried again")
            continue
        told = ""
        if done.calls or done.tools or done.unreadable:
            _tell(done, path)


def _tell(done: "Imported", path: str) -> None:
    new = (
        _count(done.runs, "session"),
        _count(done.agents, "agent"),
        _count(done.calls, "model call"),
        _count(done.tools, "tool call"),
    )
    read = f"{_count(done.files, 'transcript')} read"
    click.echo(f"{', '.join(new)} new in {path}; {read}")
    if done.unreadable:
        say(f"{_count(done.unreadable, 'line')} could not be read and were passed over")
    for strange in done.strange:
        say(f"passed over: {_clean(strange)} does not say whose it is, or cannot be read")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _clean(text: str) -> str:
    from ...data.text import clean

    return clean(text, 400)
