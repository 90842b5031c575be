"""SYRIS by rows: as designed one approval that its engine looks for, as coded three tables."""

from datetime import UTC, datetime
from typing import Any

from .. import store
from ..errors import DecisionRefused
from ..rows import Task
from ..text import clean
from .fitting import fitted
from .foreign import File, Read, held_to
from .verdict import Decision, Verdict

_STATUS = {"approved": "approved", "rejected": "denied"}
_VERB = {"approved": "approve", "rejected": "deny"}


def decide_design(file: File, verdict: Verdict) -> Decision:
    """The approval, `gate.approved` or `gate.denied`, and who did it as `operator.action`."""
    with store.writing(file.connection):
        found = held_to(file, verdict)
        facts = _facts(verdict)
        _answer(file, facts)
        status, verb = _STATUS[verdict.outcome], _VERB[verdict.outcome]
        _audit(
            file,
            facts,
            stage="gate",
            type=f"gate.{status}",
            outcome="success" if verdict.outcome == "approved" else "info",
            summary=_summary(status, verdict, found),
        )
        _audit(
            file,
            facts,
            stage="operator",
            type=f"operator.action.{verb}",
            outcome="success",
            summary=f"{verdict.actor} chose to {verb} {verdict.approval_id}",
        )
    return _decided(verdict)


def decide_coded(file: File, verdict: Verdict) -> Decision:
    """What its own server writes in one transaction: the approval, its step, its task.

    The approval alone would go unseen: the engine claims pending tasks only, and the gate looks for
    the approved row when the step is run again. After a denial the task stays paused, for ever, as
    SYRIS itself leaves it.
    """
    with store.writing(file.connection):
        found = held_to(file, verdict)
        step = _gated_step(file, found)
        facts = _facts(verdict) | {
            "step": step.id,
            "task": step.parent_id,
            "error": f"Approval denied: {verdict.note}" if verdict.note else "Approval denied",
        }
        _answer(file, facts)
        is_approval = verdict.outcome == "approved"
        _move(file, "release_step" if is_approval else "fail_step", facts, "its step moved on")
        if is_approval:
            _move(file, "release_task", facts, "its task is not paused any more")
        status = _STATUS[verdict.outcome]
        _audit(
            file,
            facts,
            stage="gate",
            type=f"gate.{status}",
            # Its server calls a denial a failure; the design calls it info.
            outcome="success" if is_approval else "failure",
            summary=_summary(status, verdict, found),
        )
    return _decided(verdict)


def _facts(verdict: Verdict) -> dict[str, Any]:
    # Its own server always says `operator`; the column is for who decided, and we know that.
    return {
        "id": verdict.approval_id,
        "status": _STATUS[verdict.outcome],
        "actor": verdict.actor,
        "now": datetime.fromtimestamp(verdict.now, UTC).isoformat(),
        "note": verdict.note,
    }


def _answer(file: File, facts: dict[str, Any]) -> None:
    done = file.connection.execute(fitted("syris/approval", file.tables), facts)
    if done.rowcount != 1:
        raise _moved("it is not pending any more")


def _gated_step(file: File, found: Read) -> Task:
    """The step that waits for this very approval. Raises DecisionRefused where none does."""
    step = found.step
    if step is None or step.kind != "step" or step.source_status != "gated":
        raise _moved("no step waits for it")
    (row,) = file.connection.execute(
        fitted("syris/waits_for", file.tables), {"step": step.id}
    ).fetchall()
    if row[0] not in (None, found.gate.id):
        raise _moved(f"its step waits for {clean(str(row[0]), 80)} now")
    return step


def _move(file: File, statement: str, facts: dict[str, Any], otherwise: str) -> None:
    done = file.connection.execute(fitted(f"syris/{statement}", file.tables), facts)
    if done.rowcount != 1:
        raise _moved(otherwise)


def _audit(file: File, facts: dict[str, Any], **row: str) -> None:
    import uuid  # only a decision makes an id

    row = {"audit_id": str(uuid.uuid4()), **row}
    file.connection.execute(fitted("syris/audit", file.tables), {**facts, **row})


def _summary(status: str, verdict: Verdict, found: Read) -> str:
    return f"{status} by {verdict.actor}: {clean(found.gate.title, 200)}"


def _moved(how: str) -> DecisionRefused:
    return DecisionRefused(
        f"{how}: an answer would change nothing", "look again", kind="not_decidable"
    )


def _decided(verdict: Verdict) -> Decision:
    signed = int(verdict.outcome == "approved")
    return Decision(verdict.outcome, "decided", verdict.now, needed=1, signed=signed)
