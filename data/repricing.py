"""Prices calls again after the tables have changed: those once priced, never a reported one."""

import sqlite3
from typing import Any, NamedTuple

from ..sql import load
from . import migrations, store, times
from .ingest.totals import add_usage
from .prices import MICROS, Pricing, Usage

PAGE = 500
"""Calls of one transaction: another writer waits no longer than for these."""


class PricedCall(NamedTuple):
    """A call whose price the table told, or could not tell; a row of `prices/prompts_priced`."""

    seq: int
    id: str
    run_id: str
    agent_id: str
    model: str | None
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cache_write_1h: int | None
    cost_micros: int | None
    completed_at: str

    @property
    def usage(self) -> Usage:
        return Usage(
            self.tokens_in, self.tokens_out, self.cache_read, self.cache_write, self.cache_write_1h
        )


class Repriced(NamedTuple):
    """What repricing did, or would do."""

    calls: int
    """Calls that were looked at."""
    changed: int
    unknown: int
    """Calls no table knows a price of: they stay as they are."""
    micros: int
    """What the changed calls cost more in all, or less."""

    @property
    def usd(self) -> float:
        return self.micros / MICROS


def reprice(
    path: str, pricing: Pricing, now: float, *, unpriced: bool = False, dry_run: bool = False
) -> Repriced:
    """Prices again every call that a table priced, each with its totals in one transaction.

    With `unpriced` also the calls nobody knew a price of. Raises StoreFailed or MigrationRefused.
    """
    migrations.migrate(path, now)
    connection = store.connect(path)
    try:
        return _reprice(connection, pricing, unpriced, dry_run)
    except sqlite3.Error as error:
        raise store.failure(path, error) from error
    finally:
        connection.close()


def _reprice(
    connection: sqlite3.Connection, pricing: Pricing, unpriced: bool, dry_run: bool
) -> Repriced:
    done = Repriced(0, 0, 0, 0)
    after = 0
    while page := _page(connection, after, unpriced):
        after = page[-1].seq
        # Computed before the transaction: a price takes longer than a row.
        told = [
            (call, pricing(call.model, times.parse(call.completed_at) or 0.0, call.usage))
            for call in page
        ]
        new = [(call, cost) for call, cost in told if cost is not None and cost != call.cost_micros]
        changed = new if dry_run else _set_all(connection, new)
        done = Repriced(
            done.calls + len(page),
            done.changed + len(changed),
            done.unknown + sum(cost is None for _, cost in told),
            done.micros + sum(cost - (call.cost_micros or 0) for call, cost in changed),
        )
    return done


def _page(connection: sqlite3.Connection, after: int, unpriced: bool) -> list[PricedCall]:
    found = connection.execute(
        load("prices/prompts_priced"), {"after": after, "unpriced": unpriced, "limit": PAGE}
    )
    return [PricedCall._make(row) for row in found.fetchall()]


def _set_all(
    connection: sqlite3.Connection, new: list[tuple[PricedCall, int]]
) -> list[tuple[PricedCall, int]]:
    """Writes costs, and what they add to the totals; those that were written."""
    if not new:
        return []
    with store.writing(connection):
        return [(call, cost) for call, cost in new if _set(connection, call, cost)]


def _set(connection: sqlite3.Connection, call: PricedCall, cost: int) -> bool:
    row: dict[str, Any] = {
        "id": call.id,
        "cost_before": call.cost_micros,
        "cost_micros": cost,
        "cost_source": "priced",
    }
    if not connection.execute(load("prices/set_cost"), row).rowcount:
        return False
    add_usage(
        connection,
        call,
        cost_micros=cost - (call.cost_micros or 0),
        unpriced=-int(call.cost_micros is None),
    )
    return True
