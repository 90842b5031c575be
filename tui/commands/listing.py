"""The commands that print a relation: runs, agents, prompts, tools, events and the others."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import click

from ...data.listing import Listing, read_listing
from ...data.source import Source
from .options import asked, opened, row_options
from .output import (
    Answer,
    Column,
    milliseconds,
    moment,
    money,
    origin,
    percent,
    print_answer,
    tokens,
)


class _Shown(NamedTuple):
    """What one of the commands is for, and its plain table."""

    help: str
    table: str
    """Its columns, each `name` or `name=HEAD` with `_` for a space."""
    oldest_first: bool = False


def command(name: str) -> click.Command:
    """The command that prints the relation called `name`."""
    shown = _SHOWN[name]

    def run(derived: bool = False, **values: Any) -> None:
        request = asked(values)
        with opened(request.db) as source:
            listing = read_listing(
                source,
                name,
                request.now,
                limit=request.limit,
                filter_text=request.filter_text,
                before_them=_inferred(source, request.now) if derived else (),
            )
            where = origin(source)
        answer = _answer(listing, oldest_first=shown.oldest_first)
        table = _columns(shown.table)
        if listing.costless:
            table = tuple(map(_without_cost, table))
        print_answer(answer, where, request.now, request.style, table)

    make = click.command(name, cls=_Command, help=_help(shown), short_help=shown.help)
    return make(row_options(_DERIVED(run) if name == "alarms" else run))


_DERIVED = click.option(
    "--derived", is_flag=True, help="Also, and first, those the console infers from rows."
)


def _inferred(source: Source, now: float) -> Sequence[tuple[Any, ...]]:
    # Inferring looks through the whole fleet: only where it is asked for.
    from ...data.inferred import read_inferred

    return read_inferred(source, now)


class _Command(click.Command):
    """A command whose help ends with what its rows can be filtered by."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Only the help needs them, and the grammar costs a command 9 ms.
        from ...data.searching import fields_of

        fields = ", ".join(sorted(fields_of(self.name or "")))
        with formatter.section("Filter fields"):
            formatter.write_text(fields)


def _answer(listing: Listing, *, oldest_first: bool) -> Answer:
    rows: Sequence[tuple[Any, ...]] = listing.rows
    if oldest_first:
        rows = rows[::-1]
    return Answer(listing.columns, rows, listing.truncated, listing.note or listing.costless)


def _help(shown: _Shown) -> str:
    order = "oldest of them first, as a log reads" if shown.oldest_first else "newest first"
    return f"{shown.help}\n\nThe newest --limit rows that pass --filter, {order}."


def _columns(words: str) -> tuple[Column, ...]:
    pairs = [word.partition("=") for word in words.split()]
    return tuple(Column(name, head.replace("_", " "), _writer(name)) for name, _, head in pairs)


def _without_cost(column: Column) -> Column:
    """Where no costs are recorded none is called unpriced."""
    return column._replace(write=None) if column.name == "cost_usd" else column


def _writer(name: str) -> Callable[[Any, float], str] | None:
    if name.endswith("_at"):
        return moment
    return _WRITERS.get(name)


_WRITERS: dict[str, Callable[[Any, float], str]] = {
    "cost_usd": money,
    "tokens_in": tokens,
    "tokens_out": tokens,
    "latency_ms": milliseconds,
    "context_used": percent,
    # Enough to approve by; the whole hash is in the other styles.
    "sha256": lambda digits, _now: f"{digits[:16]}…",
}

_SHOWN = {
    "runs": _Shown(
        "Runs, with their agents, tokens and cost.",
        "id status agents tokens_in=IN tokens_out=OUT cost_usd=COST_$ unpriced started_at=STARTED"
        " project title",
    ),
    "agents": _Shown(
        "Agents, with their depth in the tree (roots: 0) and tokens.",
        "id run_id status depth model tokens_in=IN tokens_out=OUT cost_usd=COST_$"
        " context_used=CTX started_at=STARTED name",
    ),
    "prompts": _Shown(
        "Prompts: each call of a model, with tokens, cost and text.",
        "id agent_id status model tokens_in=IN tokens_out=OUT cost_usd=COST_$ latency_ms=TIME"
        " created_at=AT name response",
    ),
    "tools": _Shown(
        "Tool calls, with input and output.",
        "id agent_id status name latency_ms=TIME created_at=AT risk input",
    ),
    "events": _Shown(
        "Events: the log of every agent.",
        "created_at=AT level agent_id kind message",
        oldest_first=True,
    ),
    "audit": _Shown(
        "The audit trail: what was done and decided, by whom.",
        "created_at=AT stage type outcome actor summary",
        oldest_first=True,
    ),
    "alarms": _Shown(
        "Alarms that were recorded, open and over.",
        "id severity status kind count opened_at=SINCE run_id title",
    ),
    "approvals": _Shown(
        "Approvals: gates that wait and gates that were answered, with the payload's sha256.",
        "id risk status agent_id expires_at=EXPIRES requested_at=ASKED decided_by sha256 title",
    ),
    "tasks": _Shown(
        "Tasks and their steps.",
        "id parent_id kind status attempt max_attempts=OF next_wake_at=WAKES updated_at=UPDATED"
        " error title",
    ),
    "schedules": _Shown(
        "Schedules: what runs when, and what was missed.",
        "id enabled kind spec next_run_at=NEXT last_run_at=LAST missed name",
    ),
    "watchers": _Shown(
        "Watchers, with their last tick and errors in a row.",
        "id enabled last_tick_at=LAST_TICK last_outcome=OUTCOME consecutive_errors=ERRORS"
        " suppressed name",
    ),
    "rules": _Shown(
        "Rules, with their hits.",
        "id enabled priority hits last_fired_at=FIRED last_reason=REASON name",
    ),
    "health": _Shown(
        "Health: the heartbeats of the system's parts.",
        "component status version recorded_at=AT next_expected_at=NEXT details",
    ),
    "checks": _Shown(
        "Checks of build runs: lint, tests, security.",
        "id run_id kind status created_at=AT output",
    ),
    "routes": _Shown(
        "Routing decisions: which lane an event took, past which gates.",
        "id event decision lane risk created_at=AT reason",
    ),
}
