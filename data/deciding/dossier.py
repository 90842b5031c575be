"""Dossier's approval requests by row: what its own interface writes, and a guard beside it."""

from datetime import UTC, datetime

from .. import store
from ..errors import DecisionRefused
from .fitting import fitted
from .foreign import File, held_to
from .verdict import Decision, Verdict


def decide(file: File, verdict: Verdict) -> Decision:
    """Status, who, when and the notes; nothing else: Dossier itself tells no log of it."""
    at = datetime.fromtimestamp(verdict.now, UTC)
    with store.writing(file.connection):
        held_to(file, verdict)
        done = file.connection.execute(
            fitted("dossier/resolve", file.tables),
            {
                "id": verdict.approval_id,
                "outcome": verdict.outcome,
                "actor": verdict.actor,
                "note": verdict.note,
                # The two forms in which Dossier keeps time.
                "resolved_at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
                "updated_at": f"{at:%Y-%m-%d %H:%M:%S}",
            },
        )
        if done.rowcount != 1:
            raise DecisionRefused("it is not pending any more", "look again", kind="changed")
    return Decision(verdict.outcome, "decided", verdict.now, 1, int(verdict.outcome == "approved"))
