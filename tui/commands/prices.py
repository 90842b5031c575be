"""The command `prices`: explains what a model costs, and prices calls again."""

import os
import time
from typing import Any

import click

from ...data import times
from ...data.discovery import recording_path
from ...data.errors import UsageError
from ...data.prices import Own, Price, Usage, own, price, pricing
from .options import chosen_db, db_option
from .output import say


def command(_name: str) -> click.Command:
    """The command `prices`."""
    return prices


@click.command(short_help="Explain what a model costs; price calls again.")
@click.argument("model", required=False)
@click.option("--in", "tokens_in", type=click.IntRange(0), help="Tokens sent, with the cache's.")
@click.option("--out", "tokens_out", type=click.IntRange(0), help="Tokens answered.")
@click.option("--cache-read", type=click.IntRange(0), help="Of those sent: read from the cache.")
@click.option("--cache-write", type=click.IntRange(0), help="Of those sent: written to it.")
@click.option("--cache-write-1h", type=click.IntRange(0), help="Of those written: for an hour.")
@click.option("--at", metavar="TIME", help="When the call was made (default: now).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--reprice", is_flag=True, help="Price again what the tables priced.")
@click.option("--unpriced", is_flag=True, help="With --reprice: also what had no known price.")
@click.option("--dry-run", is_flag=True, help="With --reprice: only say what would change.")
@db_option
def prices(model: str | None, db: str | None, **options: Any) -> int:
    """Explain the price of a call of MODEL: which table tells it, from which day on, and each part;
    without token counts, of a million of each kind. The user's own table (`prices` in the
    configuration) stands before the built-in one. A model in neither has no price.

    With --reprice, price again the calls in Vedette's own database that a table priced. A reported
    cost never changes.

    Exit codes: 0 done, 1 no price is known, 2 wrong use, 5 the source cannot be used.
    """
    if bool(model) == options["reprice"]:
        raise UsageError("name a model, or say --reprice", "as in: vedette prices gpt-5")
    mine = own(os.environ)
    if options["reprice"]:
        return _reprice(mine, db, options["unpriced"], options["dry_run"])
    if mine.problem is not None:
        say(f"vedette: {mine.problem.title}")
        say("  the built-in prices are used")
    return _explain(str(model), mine, options)


def _explain(model: str, mine: Own, options: dict[str, Any]) -> int:
    now = time.time()
    at = now if options["at"] is None else times.moment(options["at"], now)
    if at is None:
        raise UsageError(f"“{options['at']}” is no time", "say it as in 2026-11-01 or -3h")
    usage, is_asked = _usage(options)
    found = price(model, at, usage, mine.table)
    if options["as_json"]:
        click.echo(_document(model, at, found, is_asked))
    elif found is None:
        say(f"no table knows a price of {_clean(model)} for such a call")
    else:
        for line in _lines(model, at, found, is_asked):
            click.echo(line)
    return 0 if found is not None else 1


def _usage(options: dict[str, Any]) -> tuple[Usage, bool]:
    """The tokens asked for; without any, what one of each kind costs: the rates."""
    counts = [options[name] for name in Usage._fields]
    if any(count is not None for count in counts):
        return Usage(*counts), True
    # Few enough for the lowest tier.
    return Usage(tokens_in=4, tokens_out=1, cache_read=1, cache_write=2, cache_write_1h=1), False


def _lines(model: str, at: float, found: Price, is_asked: bool) -> list[str]:
    lines = [
        f"{_clean(model)} at {times.text(at)[:10]}",
        f"  table  {_clean(found.table)}",
        f"  entry  {_clean(found.entry)}" + (f", from {found.since} on" if found.since else ""),
        "",
    ]
    for part in found.parts:
        rate = f"{part.rate.normalize():>12f} USD/M" if part.name != "other" else " " * 18
        counted = f"{part.tokens:>12,}  {part.usd:>12.6f} USD" if is_asked else ""
        lines.append(f"  {part.name:<15}{rate}{counted}")
    if is_asked:
        lines.append(f"  {'total':<15}{'':>30}  {found.usd:>12.6f} USD")
    return lines


def _document(model: str, at: float, found: Price | None, is_asked: bool) -> str:
    import json

    document: dict[str, Any] = {"model": model, "at": times.text(at), "usd": None}
    if found is not None:
        document |= {
            "usd": float(found.usd) if is_asked else None,
            "table": found.table,
            "entry": found.entry,
            "from": found.since,
            "parts": [
                {
                    "name": part.name,
                    "usd_per_million": float(part.rate),
                    **({"tokens": part.tokens, "usd": float(part.usd)} if is_asked else {}),
                }
                for part in found.parts
            ],
        }
    return json.dumps(document, ensure_ascii=False)


def _reprice(mine: Own, db: str | None, unpriced: bool, dry_run: bool) -> int:
    if mine.problem is not None:
        # By the built-in prices alone the rows would get another table's prices.
        raise mine.problem
    from ...data.repricing import reprice

    path = recording_path(os.getcwd(), os.environ, chosen_db(db))
    done = reprice(path, pricing(mine.table), time.time(), unpriced=unpriced, dry_run=dry_run)
    did = "would be priced again" if dry_run else "priced again"
    click.echo(f"{done.changed:,} of {done.calls:,} calls {did}: {done.usd:+.6f} USD")
    if done.unknown:
        say(f"{done.unknown:,} calls stay as they are: no table knows a price")
    return 0


def _clean(text: str) -> str:
    from ...data.text import clean

    return clean(text, 200)
