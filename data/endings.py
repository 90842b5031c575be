"""How a gate ended, in the words that everyone who comes too late is told."""

from typing import NamedTuple

from .text import clean

GONE = "the asking process is gone: nobody would hear the answer"
"""Why an approval is not taken though the gate is open."""


class Ending(NamedTuple):
    """Why a gate can no longer be answered."""

    kind: str
    """already_decided, expired, withdrawn, missing or not_decidable."""
    words: str
    hint: str


def ending(
    status: str,
    now: float,
    *,
    by: str | None = None,
    at: float | None = None,
    reason: str | None = None,
    expires: float | None = None,
) -> Ending | None:
    """How a gate of this status ended, or None while it can be answered; times in epoch seconds."""
    if status in ("approved", "rejected"):
        return Ending(
            "already_decided", f"already {status}{_by(by)}{told_at(at, now)}", "that answer stands"
        )
    if status == "withdrawn":
        why = f": {clean(reason, 200)}" if reason else ""
        return Ending(
            "withdrawn", f"withdrawn by the agent{why}", "there is nothing to answer any more"
        )
    if status == "expired" or (expires is not None and expires <= now):
        return Ending(
            "expired",
            f"expired{told_at(expires, now, ' at ')}: nobody answered",
            "the agent is told so; it may ask again",
        )
    if status != "pending":
        return Ending(
            "not_decidable", f"its status is {clean(status, 40)}", "it is not waiting for anyone"
        )
    return None


def told_at(moment: float | None, now: float, before: str = " ") -> str:
    """` 14:02:40` on the reader's clock, with the date where that is not today's; "" for None."""
    if moment is None:
        return ""
    from datetime import datetime  # only an ending tells a time

    try:
        then, today = datetime.fromtimestamp(moment), datetime.fromtimestamp(now)
    except (ValueError, OverflowError, OSError):
        return ""
    pattern = "%H:%M:%S" if then.date() == today.date() else "%Y-%m-%d %H:%M:%S"
    return f"{before}{then:{pattern}}"


def _by(name: str | None) -> str:
    return f" by {clean(name, 80)}" if name else ""
