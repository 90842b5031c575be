"""The command `costs`: what was spent, by model, agent, run, day or project."""

from typing import Any

import click

from ...data import times
from ...data.errors import UsageError
from ...data.spending import GROUPINGS, read_spending
from .options import asked, opened, row_options
from .output import Answer, Column, money, origin, print_answer, tokens


def command(_name: str) -> click.Command:
    """The command `costs`."""
    return costs


@click.command(short_help="Calls, tokens and cost by model, agent, run, day or project.")
@click.option(
    "--by",
    type=click.Choice(GROUPINGS),
    default="model",
    show_default=True,
    help="What a row stands for.",
)
@click.option("--window", metavar="TIME", help="Only the last 15m, 1h, 24h, 7d ...")
@row_options
def costs(by: str, window: str | None, **values: Any) -> None:
    """Calls, tokens and cost by model, agent, run, day (UTC) or project, of all that is recorded.

    The dearest first; days newest first. Totals are kept by the hour: a window takes in the whole
    hour it begins in. `unpriced` counts calls without a price: while there are any, the cost is a
    floor, and where every call is unpriced it is null.

    Filter fields: key, calls, tokens_in, tokens_out, cache_read, cache_write, cost, unpriced.
    """
    request = asked(values)
    since = None if window is None else request.now - _seconds(window)
    with opened(request.db) as source, source.reading():
        listing = read_spending(
            source, by, since=since, limit=request.limit, filter_text=request.filter_text
        )
        where = origin(source)
    answer = Answer(listing.columns, listing.rows, listing.truncated, listing.note)
    print_answer(answer, where, request.now, request.style, _TABLE)


def _seconds(window: str) -> float:
    seconds = times.duration(window)
    if seconds is None:
        raise UsageError(f"“{window}” is no stretch of time", "say it as in 15m, 1h, 24h or 7d")
    return seconds


_TABLE = (
    Column("key"),
    Column("calls"),
    Column("tokens_in", "IN", tokens),
    Column("cache_read", "CACHE R", tokens),
    Column("cache_write", "CACHE W", tokens),
    Column("tokens_out", "OUT", tokens),
    Column("cost_usd", "COST $", money),
    Column("unpriced"),
)
