"""A gate answered by its system's server: held against the file, sent once, read back.

The file is only ever read. What the server says is one thing; that the row shows it is another:
until it does, the answer is sent and not confirmed.
"""

import json
import sqlite3
from collections.abc import Callable
from typing import Literal

from ..errors import DecisionRefused, SourceError, UsageError
from ..rows import Approval
from ..systems import System
from ..text import clean
from .door import look
from .foreign import Read, held_at_once, read_at_once, refuse_if_over
from .http import Reply, Request, Server, part, post
from .verdict import Decision, Verdict
from .way import DEFAULTS, Apis, Way, place_of, way_of


def decide(path: str, system: System, verdict: Verdict, apis: Apis) -> Decision:
    """Sends the answer. Raises DecisionRefused where it was not sent or not taken."""
    found = look(path, lambda opened: held_at_once(opened, system, verdict))
    way = way_of(system, found.gate, found.step, apis)
    _refuse_unless_fit(system, way, verdict)
    server = Server(_NAMES[system.name], apis.get(system.name, DEFAULTS[system.name]))
    reply = post(server, _REQUESTS[system.name](found.gate, verdict))
    now_is = _looked_again(path, system, verdict)
    if _shows(now_is, verdict, way):
        return _decision("decided", verdict)
    if reply is None or 200 <= reply.status < 300:
        return _decision("sent", verdict)
    if isinstance(now_is, Read):
        refuse_if_over(system, now_is.gate, verdict.now)
    raise _refused(server, verdict, reply)


def _refuse_unless_fit(system: System, way: Way, verdict: Verdict) -> None:
    if verdict.outcome == "rejected" and way.no_reject:
        raise DecisionRefused(f"it cannot be rejected: {way.no_reject}", "", kind="not_decidable")
    if verdict.outcome == "approved" and verdict.note and not way.takes_note:
        raise UsageError(
            f"{_NAMES[system.name]} keeps no note with an approval",
            "approve without one",
            kind="no_place",
        )
    if verdict.outcome == "rejected" and not (verdict.note or "").strip():
        raise UsageError(
            f"{_NAMES[system.name]} takes no rejection without a reason",
            "say why: the agent is told",
            kind="no_reason",
        )


# --- what is sent


def _amelia(gate: Approval, verdict: Verdict) -> Request:
    """An approval has no body at all; it is answered when the rest of the workflow has run."""
    workflow = f"/api/workflows/{part(gate.id)}"
    if verdict.outcome == "approved":
        return Request(f"{workflow}/approve", None)
    return Request(f"{workflow}/reject", {"feedback": verdict.note or ""})


def _dossier(gate: Approval, verdict: Verdict) -> Request:
    """A row alone would start nothing: its server puts the card in line and starts an agent."""
    try:
        asked = json.loads(gate.payload)
        project, card = str(asked["project"]), str(asked["card"])
    except (ValueError, TypeError, KeyError) as error:
        raise DecisionRefused(
            "it does not say which card of which project is blocked",
            "resume it in Dossier",
            kind="not_decidable",
        ) from error
    path = f"/api/projects/{part(project)}/orchestration/resume-blocked"
    return Request(path, {"card_id": card, "actor": verdict.actor})


def _syris(gate: Approval, verdict: Verdict) -> Request:
    """The body must be there, with a reason or without."""
    verb = "approve" if verdict.outcome == "approved" else "deny"
    body = {"reason": verdict.note} if verdict.note else {}
    return Request(f"/approvals/{part(gate.id)}/{verb}", body)


_REQUESTS: dict[str, Callable[[Approval, Verdict], Request]] = {
    "amelia": _amelia,
    "dossier": _dossier,
    "syris": _syris,
}
_NAMES = {"amelia": "Amelia", "dossier": "Dossier", "syris": "SYRIS"}


# --- what came of it


def _looked_again(path: str, system: System, verdict: Verdict) -> Read | Literal["unseen"] | None:
    """The gate after it was sent: None for one that is gone, `unseen` where no look is possible."""
    try:
        return look(path, lambda opened: read_at_once(opened, system, verdict.approval_id))
    except (SourceError, sqlite3.Error):
        # It was sent all the same: what came of it is seen later.
        return "unseen"


def _shows(found: Read | Literal["unseen"] | None, verdict: Verdict, way: Way) -> bool:
    """Whether the file says that the answer was taken."""
    if found is None:
        return way.vanishes
    return found != "unseen" and found.gate.status == verdict.outcome


def _decision(status: Literal["decided", "sent"], verdict: Verdict) -> Decision:
    signed = int(verdict.outcome == "approved")
    return Decision(verdict.outcome, status, verdict.now, needed=1, signed=signed)


def _refused(server: Server, verdict: Verdict, reply: Reply) -> DecisionRefused:
    """The server's answer in words: what it means and what to do."""
    name, place = server.name, place_of(server.api)
    gate = clean(verdict.approval_id, 80)
    said = f": {reply.detail}" if reply.detail else ""
    if reply.status == 404:
        title = f"{name} does not know {gate}{said}"
        hint = f"its server at {place} may keep another database than this file"
        return DecisionRefused(title, hint, kind="not_found")
    if reply.status == 409:
        title = f"{name} says that it was decided already{said}"
        return DecisionRefused(title, "look again: its row will show it", kind="already_decided")
    if reply.status == 422 and name == "Amelia":
        title = f"Amelia says that it waits for no answer now{said}"
        return DecisionRefused(title, "look again: its row will show it", kind="not_waiting")
    if reply.status in (400, 422):
        title = f"{name} does not take the answer as it is{said}"
        return DecisionRefused(title, f"answer it in {name}", kind="not_taken")
    if reply.status in (401, 403, 407):
        title = f"{name}'s server at {place} let nobody in ({reply.status}){said}"
        hint = f"{name} itself asks for no login: see what stands before it"
        return DecisionRefused(title, hint, kind="forbidden")
    if 300 <= reply.status < 400:
        title = f"{place} sends elsewhere ({reply.status}) instead of answering{said}"
        hint = f"that is not followed: correct [systems.{name.lower()}] api"
        return DecisionRefused(title, hint, kind="redirected")
    if reply.status >= 500:
        title = f"{name}'s server failed ({reply.status}), its row still waits{said}"
        return DecisionRefused(title, "see its log before you answer again", kind="server_error")
    title = f"{name}'s server answered {reply.status}, its row still waits{said}"
    hint = f"is it {name} that listens at {place}?"
    return DecisionRefused(title, hint, kind="not_understood")
