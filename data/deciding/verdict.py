"""One person's answer to one gate: what is asked of a source, and what came of it."""

from typing import Literal, NamedTuple

from ..errors import DecisionRefused, UsageError

Outcome = Literal["approved", "rejected"]

SHORTEST_SHA = 8
"""Hex digits of the payload's hash that must be named: a script cannot approve blind."""

_DIGITS = frozenset("0123456789abcdef")


class Decision(NamedTuple):
    """What was written, or sent."""

    outcome: Outcome
    status: Literal["decided", "signed", "sent"]
    """`signed`: more people must sign before it is decided. `sent`: to the system's own server,
    and no row shows yet that it took it."""
    decided_at: float
    """Epoch seconds."""
    needed: int
    signed: int
    """People who approved this payload, this one included."""


class Verdict(NamedTuple):
    """One person's answer to one gate, as it is asked of a source."""

    approval_id: str
    outcome: Outcome
    sha: str | None
    actor: str
    now: float
    note: str | None
    shown_ms: int | None
    expected_risk: str | None
    expected_title: str | None
    asker_may_be_gone: bool = False
    """Whether it counts though nobody is there to hear it."""


def digest(payload: bytes) -> str:
    """The hash a decision is bound to: SHA-256 of the payload's bytes, in hex."""
    from hashlib import sha256  # 5 ms, and most commands decide nothing

    return sha256(payload).hexdigest()


def payload_hash(payload: str) -> str:
    """The same of a payload as it is read."""
    return digest(payload.encode("utf-8", "surrogatepass"))


def checked_sha(sha: str | None, outcome: Outcome) -> str | None:
    """The digits that were named, in lower case. Raises DecisionRefused for too few of them."""
    if sha is None and outcome == "rejected":
        return None
    digits = (sha or "").strip().lower()
    if not SHORTEST_SHA <= len(digits) <= 64 or not _DIGITS.issuperset(digits):
        raise DecisionRefused(
            f"name at least {SHORTEST_SHA} hex digits of the payload's hash",
            "`vedette approvals --json` prints it as sha256: read the payload first",
            kind="short_sha",
        )
    return digits


def named(actor: str) -> str:
    """Who answers. Raises UsageError for nobody."""
    if not actor.strip():
        raise UsageError("nobody is named as the one who answers", "say who", kind="no_actor")
    return storable(actor.strip()) or ""


def storable(text: str | None) -> str | None:
    """The text without what UTF-8 cannot write: an argument may hold half a character."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def changed(how: str) -> DecisionRefused:
    """The refusal of an answer to what is another thing now."""
    return DecisionRefused(
        f"changed since you read it: {how}", "read it again, then decide", kind="changed"
    )


def as_json(**fields: object) -> str:
    """Details of an audit row: those that are known."""
    import json  # only a decision writes details

    known = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, sort_keys=True)


def is_same_person(actor: str, requested_by: str | None) -> bool:
    """Whether who answers is who asked: `ana` or `ana@laptop` for `ana@laptop/4711`."""
    asker = (requested_by or "").partition("/")[0]
    return bool(asker) and actor in (requested_by, asker, asker.partition("@")[0])
