"""What a review is made from and what it says: the terms, the gate, the intent, the decide bar."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from .deciding.way import OWN, Way

if TYPE_CHECKING:
    # pydantic is not loaded for a review's sake.
    from .config import Review as ReviewTable

Outcome = Literal["approved", "rejected"]
Step = Literal["reading", "confirm", "note", "reason", "hold", "sending", "receipt", "closed"]


@dataclass(frozen=True, slots=True)
class Steps:
    """What an approval of one risk takes."""

    see_all: bool = True
    digits: int = 0
    """Digits of the payload's hash to type."""
    hold: float = 3.0
    """Seconds in which it can be undone."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The consent chain's thresholds, in seconds."""

    dead: float = 0.4
    """Keys are dropped for so long after the review opens or what it shows changes."""
    low: Steps = Steps(see_all=False)
    medium: Steps = Steps()
    high: Steps = Steps(digits=4, hold=5.0)
    critical: Steps = Steps(digits=4, hold=5.0)
    reject_hold: float = 3.0
    pickup: float = 10.0
    """An answer that is not picked up after so long is an alarm."""
    stall: float = 2.0
    """A hold during which the console stood still for longer is void: nobody could undo it."""

    def of(self, risk: str) -> Steps:
        """The steps for a risk; one that is unknown is treated as critical."""
        known = {"low": self.low, "medium": self.medium, "high": self.high}
        return known.get(risk, self.critical)


def terms_of(review: "ReviewTable", pickup: float = 10.0) -> Terms:
    """The terms as the configuration has them."""
    low, medium, high, critical = (
        Steps(table.see_all, table.hash_digits, table.hold_s)
        for table in (review.low, review.medium, review.high, review.critical)
    )
    return Terms(review.dead_keys_ms / 1000, low, medium, high, critical, pickup=pickup)


class Gate(NamedTuple):
    """A gate as the review needs it; times in epoch seconds."""

    id: str
    title: str
    risk: str
    status: str
    sha256: str
    """Of the payload as it is in the file now."""
    is_as_asked: bool = True
    """False: the agent itself has changed what it asks for."""
    expires: float | None = None
    decided_by: str | None = None
    decided: float | None = None
    reason: str | None = None
    picked_up: float | None = None
    moved_on: float | None = None
    needed: int = 1
    signed: int = 0
    requester_gone: bool = False
    is_as_stored: bool = True
    """False: the payload is not the one whose hash the agent left with it."""
    barred: str = ""
    """Why this person may not approve it: asked for it, or has signed already."""
    way: Way = OWN
    """How it is answered."""
    expires_itself: bool = True
    """False: its system lets no gate expire, and one past its time can still be answered."""
    is_hashed: bool = True
    """False: its asker left no hash, so only what happened since it was opened is known."""


class Intent(NamedTuple):
    """The one decision to write: `decide(path, **intent._asdict(), actor=..., now=...)`."""

    approval_id: str
    outcome: Outcome
    sha: str
    note: str | None
    shown_ms: int
    expected_risk: str
    expected_title: str


class BarKey(NamedTuple):
    """A key of the decide bar."""

    key: str
    word: str
    is_locked: bool = False


class BarFacts(NamedTuple):
    """All that the decide bar shows."""

    step: Step
    seen: int
    lines: int
    sections_seen: int
    sections: int
    percent: int
    is_same: bool
    """Nothing has changed since the agent asked."""
    is_hashed: bool
    """False: that is known only since it was opened here."""
    changed: str
    """What has, in a few words."""
    sha: tuple[str, str]
    """The hash's first and last four digits."""
    to_go: int
    """Lines still to be seen before approving opens; 0 where nothing asks for it."""
    locks: tuple[str, ...]
    """Why approving is locked, the first one first; empty: it is open."""
    off: str
    """Why nothing at all can be decided; "" where it can."""
    wanted: str
    """Digits to type, in capitals."""
    typed: str
    text: str
    """The note or the reason as it is being written."""
    note: str
    """The note that goes with an approval."""
    outcome: Outcome | None
    """What is on hold, was sent, or was decided."""
    hold: float
    """Seconds the hold lasts in all."""
    hold_left: float
    message: str
    ended: str
    """How the gate ended without us."""
    signed: int
    needed: int
    sent: float | None
    picked_up: float | None
    moved_on: float | None
    is_late: bool
    """The answer has not been picked up in time."""
    way: Way
    """How the gate is answered."""
    is_confirmed: bool
    """False: it was sent to its system's server, and no row shows that it was taken."""
    confirmed: float | None
    """When a row showed it, where it was sent."""
    keys: tuple[BarKey, ...]
