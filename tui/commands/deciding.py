"""The commands that answer: approve, reject, ack and resolve."""

import os
import time
from typing import TYPE_CHECKING, Any

import click

from ...data import decisions
from ...data.decisions import Decision
from ...data.errors import DecisionRefused, UsageError
from .options import Command, acting, asked, db_option, found, opened, style_options
from .output import Answer, Format, origin, print_answer

if TYPE_CHECKING:
    from ...data.deciding.way import Apis


def command(name: str) -> click.Command:
    """The command called `name`."""
    return {"approve": approve, "reject": reject, "ack": ack, "resolve": resolve}[name]


def _answering(command: Command) -> Command:
    """Adds what every answer takes: the database, the styles, and who answers."""
    by = click.option("--as", "actor", metavar="NAME", help="Who answers (default: the user).")
    return db_option(style_options(by(command)))


@click.command(short_help="Approve a gate whose payload you have read.")
@click.argument("gate_id", metavar="ID")
@click.option(
    "--sha", required=True, metavar="HEX", help="The payload's sha256, at least 8 digits of it."
)
@click.option("--note", metavar="TEXT", help="Kept with the decision.")
@_answering
def approve(gate_id: str, sha: str, note: str | None, **values: Any) -> None:
    """Approve a gate. It counts only while the gate is pending, not expired, and its payload the
    one with this hash: `vedette approvals --json` prints payload and sha256.

    Amelia's gates, blocked work of Dossier's and, where configured, SYRIS's go to the system's own
    server; the word is "sent" until its row shows the answer.

    Exit codes: 0 decided (signed, where others must sign too; or sent), 1 refused, with the reason,
    2 wrong use (an ID that no gate has, too), 5 the source cannot be used.
    """
    _decide(gate_id, "approved", sha, note, values)


@click.command(short_help="Reject a gate, with a reason.")
@click.argument("gate_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="What the agent is told.")
@click.option("--sha", metavar="HEX", help="Only if the payload still has this sha256.")
@_answering
def reject(gate_id: str, reason: str, sha: str | None, **values: Any) -> None:
    """Reject a gate. It counts only while the gate is pending and not expired.

    Exit codes: 0 decided, 1 refused, with the reason, 2 wrong use (an ID that no gate has, too),
    5 the source cannot be used.
    """
    if not reason.strip():
        raise UsageError("--reason is empty", "say why: the agent is told")
    _decide(gate_id, "rejected", sha, reason, values)


@click.command(short_help="Acknowledge an alarm: somebody looks after it.")
@click.argument("alarm_id", metavar="ID")
@click.option("--note", metavar="TEXT", help="Kept with the alarm.")
@_answering
def ack(alarm_id: str, note: str | None, **values: Any) -> None:
    """Acknowledge an open alarm.

    Exit codes: 0 done, 1 refused, with the reason, 2 wrong use (an ID that no alarm has, too),
    5 the source cannot be used.
    """
    path, now = _where(values), time.time()
    decisions.ack(path, alarm_id, acting(values["actor"]), now, note)
    _print_alarm(path, alarm_id, "acked", values, now)


@click.command(short_help="Resolve an alarm, with how it ended.")
@click.argument("alarm_id", metavar="ID")
@click.option("--note", required=True, metavar="TEXT", help="How it ended.")
@_answering
def resolve(alarm_id: str, note: str, **values: Any) -> None:
    """Resolve an alarm that is open.

    Exit codes: 0 done, 1 refused, with the reason, 2 wrong use (an ID that no alarm has, too),
    5 the source cannot be used.
    """
    path, now = _where(values), time.time()
    decisions.resolve(path, alarm_id, acting(values["actor"]), now, note)
    _print_alarm(path, alarm_id, "resolved", values, now)


def _decide(
    gate_id: str,
    outcome: decisions.Outcome,
    sha: str | None,
    note: str | None,
    values: dict[str, Any],
) -> None:
    path, now = _where(values), time.time()
    actor = acting(values["actor"])
    try:
        decision = decisions.decide(
            path,
            gate_id,
            outcome,
            sha=sha,
            actor=actor,
            now=now,
            note=note,
            addresses=_addresses,
        )
    except DecisionRefused as refused:
        if refused.kind not in ("missing", "short_sha"):
            raise
        # Nothing was refused: what was named is no gate, or no hash.
        raise UsageError(refused.title, refused.hint, kind=refused.kind) from refused
    columns = ("id", "status", "outcome", "decided_by", "needed", "signed")
    row = (gate_id, decision.status, outcome, actor, decision.needed, decision.signed)
    _print(path, columns, row, _in_words(gate_id, decision, actor), values, now)


def _addresses() -> "Apis":
    """Where the systems' own servers listen; read only for a gate that one of them answers."""
    from ...data.deciding.way import DEFAULTS
    from ...data.discovery import config_path

    if not os.environ.get("VEDETTE_CONFIG") and not os.path.exists(config_path(os.environ)):
        return DEFAULTS
    # pydantic takes 0.1 s.
    from ...data.config import load

    loaded = load(None, os.environ)
    for problem in loaded.problems:
        click.echo(f"vedette: {problem}", err=True)
    return loaded.config.systems.addresses()


def _in_words(gate_id: str, decision: Decision, actor: str) -> str:
    if decision.status == "signed":
        return (
            f"signed by {actor}: {decision.signed} of {decision.needed} agree, "
            f"{gate_id} is not decided yet"
        )
    if decision.status == "sent":
        word = "the approval" if decision.outcome == "approved" else "the rejection"
        return (
            f"{word} of {gate_id} was sent and is not confirmed yet: its row still waits; "
            f"`vedette approvals --filter id:{gate_id}` shows when it does not"
        )
    return f"{decision.outcome} {gate_id} as {actor}"


def _print_alarm(path: str, alarm_id: str, status: str, values: dict[str, Any], now: float) -> None:
    columns, row = ("id", "status", "by"), (alarm_id, status, acting(values["actor"]))
    _print(path, columns, row, f"{status} {alarm_id} as {acting(values['actor'])}", values, now)


def _print(
    path: str,
    columns: tuple[str, ...],
    row: tuple[Any, ...],
    words: str,
    values: dict[str, Any],
    now: float,
) -> None:
    style: Format = asked(values).style
    if style == "table":
        click.echo(words)
        return
    with opened(path) as source:
        print_answer(Answer(columns, [row]), origin(source), now, style)


def _where(values: dict[str, Any]) -> str:
    return asked(values).db or found()
