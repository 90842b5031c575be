"""The command `prune`: removes whole old runs from Vedette's own database."""

import os
import time

import click

from ...data import times
from ...data.discovery import recording_path
from ...data.errors import UsageError
from .options import acting, chosen_db, db_option
from .output import say


def command(_name: str) -> click.Command:
    """The command `prune`."""
    return prune


@click.command(short_help="Remove runs that ended long ago; the audit trail stays.")
@click.option(
    "--older-than", required=True, metavar="TIME", help="Runs that ended so long ago: 30d, 12h."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--as", "actor", metavar="NAME", help="Who removes them (default: the user).")
@db_option
def prune(older_than: str, dry_run: bool, actor: str | None, db: str | None) -> None:
    """Remove whole runs that are over, with all that belongs to them, their cost too. The audit
    trail is never touched: it gets a row for each. What is open, and a run with a gate that waits,
    stays. The file keeps its size: new rows fill the room.

    Exit codes: 0 done, 2 wrong use, 5 the source cannot be used or is another system's.
    """
    # The migrations' check of the schema: no other command but migrate pays for it.
    from ...data import retention

    seconds = times.duration(older_than)
    if not seconds:
        raise UsageError(f"“{older_than}” is no length of time", "say it as in 30d, 12h or 45m")
    path, now = recording_path(os.getcwd(), os.environ, chosen_db(db)), time.time()
    if dry_run:
        runs = retention.old_runs(path, now - seconds)
    else:
        runs = retention.remove_runs(path, now - seconds, acting(actor), now)
    for run in runs:
        click.echo(f"{run.id}  {run.ended_at[:19]}Z  {_one_line(run.title)}")
    count = f"{len(runs):,} {'run' if len(runs) == 1 else 'runs'}"
    say(f"{count} would be removed from {path}" if dry_run else f"{count} removed from {path}")


def _one_line(title: str) -> str:
    from ...data.text import clean

    return clean(title, 80)
