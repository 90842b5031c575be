"""What a hook answers: each client's own form, with the reason its model reads."""

import json
from typing import NamedTuple

from . import ids

BLOCK = 2
"""The exit code by which every client takes its hook for a no."""


class Reply(NamedTuple):
    """What the client gets: an exit code, and what stands on stdout and stderr."""

    code: int = 0
    out: str = ""
    err: str = ""


def block(reason: str) -> Reply:
    """A no that needs no words of the client's own; every client shows its model the reason.

    It comes to a person's terminal too, and names files and folders that strangers may have named.
    """
    return Reply(BLOCK, err=f"Vedette: {printable(reason)}\n")


def printable(text: str) -> str:
    """The text without what a terminal would act on; lines stay lines."""
    return "".join(each if each.isprintable() or each == "\n" else "?" for each in text)


def decided(client: str, name: str, *, is_allowed: bool, reason: str) -> Reply:
    """The answer to the event of this name, as the client reads it."""
    if name == "PermissionRequest":
        decision = {"behavior": "allow"}
        if not is_allowed:
            decision = {"behavior": "deny", "message": reason}
        answer: dict[str, object] = {"decision": decision}
    elif client == ids.CODEX and is_allowed:
        # Codex takes “allow” for a mistake, unless the input is rewritten: silence lets it go on.
        return Reply()
    else:
        answer = {
            "permissionDecision": "allow" if is_allowed else "deny",
            "permissionDecisionReason": reason,
        }
    return Reply(out=json.dumps({"hookSpecificOutput": {"hookEventName": name, **answer}}))
