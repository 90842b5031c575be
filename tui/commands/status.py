"""The command `status`: one summary, as a document, in a few lines, or in one for tmux."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from ...data.rows import OPEN
from ...data.status import Status, read_status
from .options import asked, db_option, opened, style_options
from .output import Answer, Origin, clean, money, origin, print_answer

SHORT_WIDTH = 60


def command(_name: str) -> click.Command:
    """The command `status`."""
    return status


@click.command(short_help="One summary: what runs, what waits, what it cost today.")
@style_options
@click.option("--short", is_flag=True, help="One line of at most 60 cells, fit for tmux.")
@db_option
def status(short: bool, **values: Any) -> None:
    """One summary: runs and agents by status, pending approvals, open alarms, the cost of today
    (the UTC day), and how old the newest row is.

    As JSON its one row holds them all; `runs`, `agents` and `alarms` are counts by status or
    severity. `approvals_answerable` are the pending ones whose time is not over.
    """
    request = asked(values)
    with opened(request.db) as source, source.reading():
        found = read_status(source, request.now)
        where = origin(source)
        label = source.system.label
        lack = source.lacks.get("approval", "")
    if short:
        print(short_line(found, floor=_floor_sign()))
    elif request.style == "table":
        # A status is the source's own word, and a path is anybody's.
        print("\n".join(clean(line) for line in _summary(found, where, label, lack)))
    else:
        row = found.row()
        print_answer(Answer(tuple(row), [tuple(row.values())]), where, request.now, request.style)


def short_line(status: Status, floor: str = "≥") -> str:
    """`2 gates 04:12  1 CRIT  7 runs  $5.09`: what waits for a person first, if anything does."""
    parts = []
    if status.approvals_answerable:
        gates = _count(status.approvals_answerable, "gate")
        parts.append(f"{gates} {_left(status)}".rstrip())
    parts += _alarms(status.alarms_loud)
    parts.append(_count(status.runs_open, "run"))
    if status.cost_today is not None:
        parts.append(_cost(status, floor))
    line = "  ".join(parts)
    return line if len(line) <= SHORT_WIDTH else line[: SHORT_WIDTH - 1] + "…"


def _summary(status: Status, where: Origin, label: str, lack: str) -> list[str]:
    gates = _count(status.approvals_answerable, "approval")
    if status.approvals_overdue:
        gates = f"{gates}, {status.approvals_overdue} overdue"
    left = _left(status)
    needs = [f"{gates}, next expires in {left}" if left else gates] * bool(
        status.approvals_answerable
    )
    needs += _alarms(status.alarms_loud)
    age = "no rows yet" if status.age is None else f"newest row {_age(status.age)} ago"
    return [
        f"source     {where.path} ({label})",
        f"needs you  {'; '.join(needs) or lack or 'nothing'}",
        f"runs       {_by_status(status.runs)}",
        f"agents     {_by_status(status.agents)}",
        f"cost       {_cost(status, _floor_sign())}{'' if status.cost_today is None else ' today'}",
        f"fresh      {age}",
    ]


def _by_status(counts: Mapping[str, int]) -> str:
    parts = [
        f"{sum(part.values()):,} {word} ({_listed(part)})"
        for word, part in (
            ("open", {status: counts[status] for status in OPEN if counts[status]}),
            ("over", {s: count for s, count in counts.items() if s not in OPEN and count}),
        )
        if part
    ]
    return ", ".join(parts) or "none"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in counts.items())


def _alarms(loud: Mapping[str, int]) -> list[str]:
    words = {"critical": "CRIT", "error": "error", "warning": "warn"}
    return [f"{loud[severity]} {word}" for severity, word in words.items() if loud.get(severity)]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _cost(status: Status, floor: str) -> str:
    if status.cost_today is None:
        return "not recorded"
    written = money(status.cost_today)
    dollars = f"<${written[1:]}" if written.startswith("<") else f"${written}"
    return f"{floor} {dollars}" if status.unpriced_today else dollars


def _left(status: Status) -> str:
    return "" if status.next_expiry is None else _age(status.next_expiry - status.now)


def _age(seconds: float) -> str:
    whole = max(0, int(seconds))
    if whole >= 86_400:
        return f"{whole // 86_400}d {whole % 86_400 // 3600:02d}h"
    hours, minutes = divmod(whole // 60, 60)
    clock = f"{minutes:02d}:{whole % 60:02d}"
    return f"{hours}:{clock}" if hours else clock


def _floor_sign() -> str:
    return "≥" if "utf" in (sys.stdout.encoding or "").lower() else ">="
