"""The command `migrate`: makes or upgrades Vedette's own database."""

import os
import time

import click

from ...data import migrations
from ...data.discovery import recording_path
from .options import chosen_db, db_option


def command(_name: str) -> click.Command:
    """The command `migrate`."""
    return migrate


@click.command(short_help="Make Vedette's own database, or bring it up to date.")
@click.option("--status", "only_status", is_flag=True, help="Say what is done and what is pending.")
@db_option
def migrate(only_status: bool, db: str | None) -> int:
    """Make Vedette's own database, or bring it up to date; another system's is refused.

    Without --db: $VEDETTE_DB, the nearest .vedette/runs.db, or the one in the user's data folder.
    With --status nothing changes; the exit code is 1 where a migration is pending.
    """
    path = recording_path(os.getcwd(), os.environ, chosen_db(db))
    if only_status:
        return _print_status(path, migrations.status(path))
    done = migrations.migrate(path, time.time())
    for name in done.applied:
        click.echo(f"applied {name}")
    if done.backup_path:
        click.echo(f"a copy from before lies at {done.backup_path}")
    click.echo(f"{path} is up to date")
    return 0


def _print_status(path: str, status: migrations.Status) -> int:
    click.echo(f"{path}{'' if status.exists else ' (not there yet)'}")
    for past in status.applied:
        click.echo(f"applied  {past.name}  {past.applied_at}  {past.duration_ms} ms")
    for name in status.pending:
        click.echo(f"pending  {name}")
    return 1 if status.pending else 0
