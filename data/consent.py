"""The review of one gate as a state machine: what a key does, what is locked and why.

It knows no clock, no screen and no file: events go in with their time, and at the end of a hold one
Intent comes out, once. Nothing is written before that; a process that ends in between decides
nothing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .consent_facts import (
    BarFacts,
    BarKey,
    Gate,
    Intent,
    Outcome,
    Step,
    Steps,
    Terms,
    terms_of,
)
from .endings import GONE, Ending, ending
from .seen_lines import SeenLines

__all__ = [
    "BarFacts",
    "BarKey",
    "Gate",
    "Intent",
    "Outcome",
    "Review",
    "Step",
    "Steps",
    "Terms",
    "terms_of",
]

NOT_LIVE = "deciding is off: the view is not live"
READ_ONLY = "deciding is off: this console only reads"

_REASON_MOST = 2000


class _Hold(NamedTuple):
    outcome: Outcome
    note: str | None
    since: float
    until: float


class Review:
    """One review of one gate by one person."""

    def __init__(
        self, gate: Gate, terms: Terms | None = None, *, live: bool = True, may_decide: bool = True
    ) -> None:
        self.gate = gate
        self.terms = terms or Terms()
        self.step: Step = "reading"
        self.message = ""
        self.dropped = 0
        """Keys and pastes that were not heard."""
        self._is_live = live
        self._may_decide = may_decide
        self._seen = SeenLines(())
        self._laid_out = ""
        """The hash of the payload whose lines are on the screen; "" for none yet."""
        self._shown_since = 0.0
        self._dead_until = float("inf")
        self._changed = ""
        self._typed = ""
        self._text = ""
        self._note = ""
        self._hold: _Hold | None = None
        self._outcome: Outcome | None = None
        self._ended = ""
        self._sent: float | None = None
        self._is_confirmed = True
        self._confirmed: float | None = None
        self._last = 0.0

    # What happens

    def opened(self, now: float) -> None:
        """The review is on the screen; keys pressed before were meant for another."""
        self._deaden(now)
        self._last = now
        self._close_if_over(now)

    def laid_out(
        self, sha256: str, lines: Sequence[int], now: float, seen: Iterable[int] = ()
    ) -> None:
        """The payload of this hash stands on the screen, in sections of so many lines each.

        `seen` are lines that were seen before they were set anew at another width. Lines of
        another payload than the gate's are not heard of.
        """
        if sha256 != self.gate.sha256:
            return
        if sha256 != self._laid_out:
            self._shown_since = now
        self._laid_out = sha256
        self._seen = SeenLines(lines)
        for line in seen:
            self._seen.add(line, line + 1)
        self._deaden(now)

    def lines_seen(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Lines from the first to before the second of each pair have been on the screen."""
        for start, end in ranges:
            self._seen.add(start, end)

    def freshness(self, live: bool) -> None:
        """Whether the view is live: not frozen, no replay, not stale."""
        self._is_live = live
        if not live:
            self._undo(f"undone, nothing was written; {NOT_LIVE}")

    def gate_changed(self, gate: Gate | None, now: float) -> None:
        """The gate's row as it stands now; None: it is gone."""
        if self.step == "receipt" and not self._is_confirmed:
            self._confirm(gate, now)
        if gate is None:
            if self.step not in ("sending", "receipt", "closed"):
                self._close("the gate is gone from its source")
            return
        before, self.gate = self.gate, gate
        if self.step in ("sending", "receipt", "closed"):
            return
        if self._close_if_over(now):
            return
        if how := _difference(before, gate):
            self._start_over(how, now)

    def _confirm(self, gate: Gate | None, now: float) -> None:
        """An answer that was sent: its row shows it now, or another one, or nothing yet."""
        if gate is None:
            is_taken = self.gate.way.vanishes
            if not is_taken:
                self._close("it was sent, and the gate is gone from its source")
                return
        else:
            is_taken = gate.status == self._outcome
            over = None if is_taken else self._ending(gate, now)
            if over is not None:
                self._close(f"yours was sent and did not count: {over.words}")
                return
        if is_taken:
            decided = None if gate is None else gate.decided
            self._is_confirmed, self._confirmed = True, now if decided is None else decided

    def pasted(self, now: float) -> None:
        """A paste: it is refused, whatever it holds."""
        self.dropped += 1
        self.message = "a paste is refused here: type it"

    def key(self, name: str, now: float, character: str | None = None) -> bool:
        """A key read from the terminal at `now`; whether it was for the review.

        `name` as Textual names it; `character` what it would write, if anything.
        """
        letter = character if character is not None else name if len(name) == 1 else ""
        if self.step == "hold":
            # Never dead: what is about to be written can be undone at any time.
            return self._key_in_hold(name, letter)
        if now < self._dead_until:
            self.dropped += 1
            return True
        if self.step in ("note", "reason"):
            return self._key_in_text(name, letter, now)
        if self.step == "confirm":
            return self._key_in_confirm(name, letter, now)
        return self._key_in_reading(name, now) if self.step == "reading" else name == "enter"

    def given_reason(self, text: str) -> None:
        """A reason written elsewhere, in an editor: it stands in the field, nothing is sent."""
        if self.step in ("reading", "reason") and not self._off():
            self._begin_reason(_one_line(text))

    def tick(self, now: float) -> Intent | None:
        """Time passes. The decision to write, when a hold has just ended; once."""
        stood_still = now - self._last
        self._last = now
        if self.step in ("sending", "receipt", "closed") or self._close_if_over(now):
            return None
        hold = self._hold
        if hold is None:
            return None
        if not 0 <= stood_still <= self.terms.stall:
            self._undo("undone, nothing was written: the console stood still during the hold")
            return None
        if locks := self._locks(hold.outcome):
            self._undo(f"undone, nothing was written: {locks[0]}")
            return None
        return self._send(hold, now) if now >= hold.until else None

    def written(self, status: str, decided_at: float, signed: int, needed: int) -> None:
        """The decision stands in the file, or was `sent`, by `decisions.decide`."""
        if self.step == "sending":
            self.step, self._sent = "receipt", decided_at
            self._is_confirmed = status != "sent"
            self.gate = self.gate._replace(signed=signed, needed=needed)
            self.message = (
                f"signed, {signed} of {needed}: it is not decided yet" if status == "signed" else ""
            )

    def refused(self, kind: str, words: str) -> None:
        """The decision was not written, and why."""
        if self.step != "sending":
            return
        self._outcome = None
        if kind in _AGAIN:
            nothing = "" if kind in _NOT_TAKEN else "nothing was written: "
            self.step, self.message = "reading", f"{nothing}{words}"
        else:
            self._close(words)

    # What is to be seen

    def is_seen(self, line: int) -> bool:
        """Whether this line of the document has been on the screen."""
        return self._seen.count(line, line + 1) == 1

    def seen_between(self, start: int, end: int) -> int:
        """How many lines from `start` to before `end` have been on the screen."""
        return self._seen.count(start, end)

    def bar(self, now: float) -> BarFacts:
        """What the decide bar shows at `now`."""
        seen, hold = self._seen, self._hold
        steps = self.terms.of(self.gate.risk)
        locks = self._locks("approved")
        changed = self._changed or _changed_before(self.gate)
        return BarFacts(
            step=self.step,
            seen=seen.total_seen,
            lines=seen.total,
            sections_seen=seen.sections_seen,
            sections=seen.sections,
            percent=seen.percent,
            is_same=not changed,
            is_hashed=self.gate.is_hashed,
            changed=changed,
            sha=(self.gate.sha256[:4], self.gate.sha256[-4:]),
            to_go=seen.to_go if steps.see_all else 0,
            locks=locks,
            off=self._off(),
            wanted=self.gate.sha256[: steps.digits].upper(),
            typed=self._typed.upper(),
            text=self._text,
            note=self._note,
            outcome=hold.outcome if hold else self._outcome,
            hold=hold.until - hold.since if hold else 0.0,
            hold_left=max(0.0, hold.until - now) if hold else 0.0,
            message=self.message,
            ended=self._ended,
            signed=self.gate.signed,
            needed=self.gate.needed,
            sent=self._sent,
            picked_up=self.gate.picked_up,
            moved_on=self.gate.moved_on,
            is_late=self._is_late(now),
            way=self.gate.way,
            is_confirmed=self._is_confirmed,
            confirmed=self._confirmed,
            keys=self._keys(bool(locks)),
        )

    # Keys

    def _key_in_reading(self, name: str, now: float) -> bool:
        if name not in _ANSWERS:
            return name == "enter"
        self.message = ""
        if off := self._off():
            self.message = off
        elif name == "r":
            self._begin_reason("")
        elif name in ("A", "upper_a"):
            self._begin_note()
        elif locks := self._locks("approved"):
            self.message = locks[0]
        elif self.terms.of(self.gate.risk).digits:
            self.step, self._typed = "confirm", ""
        else:
            self._start_hold("approved", self._note or None, now)
        return True

    def _begin_reason(self, text: str) -> None:
        if no_reject := self.gate.way.no_reject:
            self.message = no_reject
        else:
            self.step, self._text = "reason", text

    def _begin_note(self) -> None:
        if self.gate.way.takes_note:
            self.step, self._text = "note", self._note
        else:
            self.message = "no note can be left here: a approves without one"

    def _key_in_confirm(self, name: str, letter: str, now: float) -> bool:
        if name == "escape":
            self._back()
        elif name == "backspace":
            self._typed = self._typed[:-1]
        elif name == "r":
            self._back()
            self._key_in_reading("r", now)
        elif letter:
            self._type_digit(letter.lower(), now)
        else:
            return name == "enter"
        return True

    def _type_digit(self, letter: str, now: float) -> None:
        wanted = self.gate.sha256[: self.terms.of(self.gate.risk).digits]
        typed = self._typed + letter
        if not wanted.startswith(typed):
            self._typed, self.message = "", f"that is not the hash: it begins with {wanted.upper()}"
            return
        self._typed, self.message = typed, ""
        if typed == wanted:
            if locks := self._locks("approved"):
                self._back()
                self.message = locks[0]
            else:
                self._start_hold("approved", self._note or None, now)

    def _key_in_text(self, name: str, letter: str, now: float) -> bool:
        if name == "escape":
            self._back()
        elif name == "enter":
            self._end_text(now)
        elif name == "backspace":
            self._text = self._text[:-1]
        elif name == "ctrl+u":
            self._text = ""
        elif letter and letter.isprintable():
            self._text = (self._text + letter)[:_REASON_MOST]
        else:
            return False
        return True

    def _end_text(self, now: float) -> None:
        text = self._text.strip()
        if self.step == "note":
            self._note = text
            self._back()
            self.message = "the note is kept: a approves with it" if text else ""
        elif not text:
            self.message = "a rejection needs a reason: the agent is told it"
        elif locks := self._locks("rejected"):
            self.message = locks[0]
        else:
            self._start_hold("rejected", text, now)

    def _key_in_hold(self, name: str, letter: str) -> bool:
        if name in ("u", "escape"):
            self._undo("undone: nothing was written")
            return True
        return bool(letter) or name == "enter"

    # Steps

    def _start_hold(self, outcome: Outcome, note: str | None, now: float) -> None:
        steps = self.terms.of(self.gate.risk)
        seconds = steps.hold if outcome == "approved" else self.terms.reject_hold
        self._hold = _Hold(outcome, note, now, now + seconds)
        self.step, self.message, self._typed, self._last = "hold", "", "", now

    def _send(self, hold: _Hold, now: float) -> Intent:
        self._hold = None
        self.step, self._outcome = "sending", hold.outcome
        return Intent(
            approval_id=self.gate.id,
            outcome=hold.outcome,
            sha=self._laid_out,
            note=hold.note,
            shown_ms=max(0, round((hold.since - self._shown_since) * 1000)),
            expected_risk=self.gate.risk,
            expected_title=self.gate.title,
        )

    def _undo(self, message: str) -> None:
        """Ends a hold, if there is one; nothing has been written."""
        if self._hold is not None:
            self._back()
            self.message = message

    def _back(self) -> None:
        self._hold = None
        self.step, self.message, self._typed, self._text = "reading", "", "", ""

    def _close(self, words: str) -> None:
        self._back()
        self.step, self._ended = "closed", words

    def _close_if_over(self, now: float) -> bool:
        over = self._ending(self.gate, now)
        if over is not None:
            was_held = self._hold is not None
            self._close(over.words)
            self.message = "undone, nothing of yours was written" if was_held else ""
        return over is not None

    def _ending(self, gate: Gate, now: float) -> Ending | None:
        return ending(
            gate.status,
            now,
            by=gate.decided_by,
            at=gate.decided,
            reason=gate.reason,
            expires=gate.expires if gate.expires_itself else None,
        )

    def _start_over(self, how: str, now: float) -> None:
        """What the person reads has changed: keys are dead, and it must be read again."""
        self._back()
        self._changed = how
        self.message = f"changed since you opened it: {how}"
        if self._laid_out != self.gate.sha256:
            self._laid_out = ""
            self._seen = SeenLines(())
        self._deaden(now)

    def _deaden(self, now: float) -> None:
        self._dead_until = now + self.terms.dead

    # Locks

    def _off(self) -> str:
        if not self._may_decide:
            return READ_ONLY
        if self.gate.way.off:
            return f"deciding is off: {self.gate.way.off}"
        return "" if self._is_live else NOT_LIVE

    def _locks(self, outcome: Outcome) -> tuple[str, ...]:
        """Why this answer cannot be given now; for a rejection little stands in the way."""
        found = [self._off()]
        if self._laid_out != self.gate.sha256:
            found.append("the payload is not on the screen yet")
        if outcome == "approved":
            found += self._approval_locks()
        else:
            found.append(self.gate.way.no_reject)
        return tuple(lock for lock in found if lock)

    def _approval_locks(self) -> list[str]:
        gate = self.gate
        to_go = self._seen.to_go if self.terms.of(gate.risk).see_all else 0
        return [
            GONE if gate.requester_gone else "",
            "" if gate.is_as_stored else _NOT_AS_STORED,
            gate.barred,
            f"{to_go:,} {'line' if to_go == 1 else 'lines'} to go" if to_go else "",
        ]

    def _is_late(self, now: float) -> bool:
        if self._sent is None or self.gate.picked_up is not None:
            return False
        if not self._is_confirmed or not self.gate.way.hears:
            return False
        is_decided = self._outcome == "rejected" or self.gate.signed >= self.gate.needed
        return is_decided and now - self._sent > self.terms.pickup

    def _keys(self, is_locked: bool) -> tuple[BarKey, ...]:
        if self.step == "hold":
            return (BarKey("u", "undo"), BarKey("esc", "undo, stay here"))
        if self.step == "confirm":
            return (BarKey("r", "reject + reason"), BarKey("esc", "back, nothing decided"))
        if self.step == "note":
            return (BarKey("enter", "keep the note"), BarKey("esc", "back, nothing decided"))
        if self.step == "reason":
            return (BarKey("enter", "reject"), BarKey("esc", "back, nothing decided"))
        if self.step in ("receipt", "closed"):
            return (BarKey("enter", "next gate"), BarKey("esc", "back"))
        if self.step == "sending" or not self._may_decide or self.gate.way.off:
            return (BarKey("esc", "back"),)
        is_off = not self._is_live
        keys = [BarKey("a", "resume" if self.gate.way.no_reject else "approve", is_locked)]
        if self.gate.way.takes_note:
            keys.append(BarKey("A", "approve + note", is_off))
        if not self.gate.way.no_reject:
            keys += [BarKey("r", "reject + reason", is_off), BarKey("e", "reject + edit", is_off)]
        return (*keys, BarKey("esc", "later"))


_NOT_TAKEN = frozenset(
    {
        "forbidden",
        "no_server",
        "not_found",
        "not_taken",
        "not_understood",
        "redirected",
        "server_error",
    }
)
"""A server was asked, or none was there: the words say what became of the answer."""
_AGAIN = _NOT_TAKEN | {"locked", "changed"}
"""After these the gate still waits, and can be answered again."""

_ANSWERS = frozenset({"a", "A", "upper_a", "r"})
_NOT_AS_ASKED = "the agent has changed it since it first asked"
_NOT_AS_STORED = "its payload is not the one the agent asked about"


def _changed_before(gate: Gate) -> str:
    """What became of the payload between the question and the review; "" for nothing."""
    if not gate.is_as_stored:
        return _NOT_AS_STORED
    return "" if gate.is_as_asked else _NOT_AS_ASKED


def _difference(before: Gate, after: Gate) -> str:
    """What of that which a person decides on is another now; "" for nothing."""
    if before.sha256 != after.sha256:
        return "its payload is another one"
    if before.risk != after.risk:
        return f"its risk is {after.risk} now"
    if before.title != after.title:
        return "its title is another one"
    if before.needed != after.needed:
        return f"{after.needed} must approve it now"
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_REASON_MOST]
