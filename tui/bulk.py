"""Several low-risk gates of one shape under one hold: each its own review, each its own write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..data import consent
from ..data.approvals import GateRow, ReviewFacts, shape
from ..data.deciding.way import DEFAULTS, Apis
from ..data.document import Document

MOST = 20
"""Gates on one page: what is to be read together must still be read."""


class Candidate(NamedTuple):
    """A gate of the page and its payload, laid out."""

    facts: ReviewFacts
    document: Document


def alike(selected: GateRow, gates: Iterable[GateRow]) -> list[GateRow]:
    """The open low-risk gates of the selected one's kind, agent and shape, itself among them."""
    wanted = (selected.agent_id, *shape(selected.kind, selected.title))
    return [
        gate
        for gate in gates
        if gate.is_open
        and gate.risk == "low"
        and gate.needed == 1
        and (gate.agent_id, *shape(gate.kind, gate.title)) == wanted
    ][:MOST]


def why_not(selected: GateRow | None, chosen: Sequence[GateRow]) -> str:
    """Why there is nothing to review together; "" where there is."""
    if selected is None:
        return "no gate is selected"
    if not selected.is_open:
        return "this gate is over"
    if selected.risk != "low":
        return "only gates of low risk can be reviewed together"
    if selected.needed > 1:
        return "several people must sign this one: review it by itself"
    if len(chosen) < 2:
        return "no other gate has this agent and this shape"
    return ""


class Bulk:
    """The reviews of one page and which of them are ticked. Time comes in as an argument."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        terms: consent.Terms,
        actor: str,
        now: float,
        apis: Apis = DEFAULTS,
    ) -> None:
        self.actor = actor
        self.apis = apis
        # Together they are read whole, also where one alone would not have to be.
        self.terms = replace(terms, low=replace(terms.low, see_all=True))
        self.message = ""
        self.results: dict[str, str] = {}
        """What came of each gate that was answered."""
        self.candidates = list(candidates)
        self.reviews = {each.facts.gate.id: self._opened(each, now) for each in candidates}
        self.ticked = set(self.reviews)
        self.readable_from = now + self.terms.dead

    def _opened(self, candidate: Candidate, now: float) -> consent.Review:
        review = consent.Review(candidate.facts.as_gate(self.actor, self.apis), self.terms)
        review.opened(now)
        lines = [len(section.lines) for section in candidate.document.sections]
        review.laid_out(candidate.facts.sha256, lines, now)
        return review

    @property
    def is_held(self) -> bool:
        """Whether the hold runs."""
        return any(review.step == "hold" for review in self.reviews.values())

    @property
    def is_over(self) -> bool:
        """Whether it was answered, or is being."""
        return any(review.step == "sending" for review in self.reviews.values())

    @property
    def chosen(self) -> list[consent.Review]:
        """The reviews that are ticked, in the order of the page."""
        return [review for key, review in self.reviews.items() if key in self.ticked]

    @property
    def to_go(self) -> int:
        """Lines of the ticked payloads that have not been on the screen."""
        return sum(review.bar(0.0).to_go for review in self.chosen)

    def toggle(self, gate_id: str) -> None:
        """Ticks a gate, or takes its tick away; not while it holds."""
        is_open = gate_id in self.reviews and self.reviews[gate_id].step == "reading"
        if is_open and not self.is_held and not self.is_over:
            self.ticked ^= {gate_id}

    def freshness(self, live: bool) -> None:
        """Whether the view is live."""
        for review in self.reviews.values():
            review.freshness(live)
        self._all_or_none()

    def changed(self, facts: Mapping[str, ReviewFacts | None], now: float) -> None:
        """The gates as they stand now: one that moved loses its tick, and the hold is undone."""
        was_held = self.is_held
        moved = [key for key in self.reviews if self._has_moved(key, facts.get(key), now)]
        for key in moved:
            self.ticked.discard(key)
            self.results.setdefault(key, "moved while you read it: open it by itself")
        if moved and was_held:
            self._undo(now, "undone, nothing was written: one of them moved")

    def _has_moved(self, key: str, facts: ReviewFacts | None, now: float) -> bool:
        """Whether a gate is over or another one now; an answer of ours moves nothing."""
        review = self.reviews[key]
        if review.step == "sending":
            return False
        before = review.gate
        review.gate_changed(facts.as_gate(self.actor, self.apis) if facts else None, now)
        after = review.gate
        is_same = (before.sha256, before.risk, before.title) == (
            after.sha256,
            after.risk,
            after.title,
        )
        return review.step == "closed" or not is_same

    def key(self, name: str, now: float) -> bool:
        """A key; whether it was taken. `enter` approves nothing, as everywhere."""
        if self.is_held:
            if name in ("u", "escape"):
                self._undo(now, "undone: nothing was written")
            return True
        if now < self.readable_from:
            return True
        if name == "a":
            self._approve(now)
        return name in ("a", "enter")

    def _approve(self, now: float) -> None:
        chosen = self.chosen
        locks = [lock for review in chosen for lock in review.bar(now).locks]
        if self.is_over or not chosen:
            self.message = "nothing is ticked" if not self.is_over else "these are answered"
        elif self.to_go:
            self.message = f"{self.to_go:,} lines to go: every line must have been on the screen"
        elif locks:
            self.message = locks[0]
        else:
            self.message = ""
            for review in chosen:
                review.key("a", now)
            self._all_or_none()

    def _undo(self, now: float, message: str) -> None:
        for review in self.reviews.values():
            review.key("u", now)
        self.message = message

    def _all_or_none(self) -> None:
        """One hold for all of them: where one cannot go on, none does."""
        if self.is_held and any(review.step != "hold" for review in self.chosen):
            held = [review for review in self.reviews.values() if review.step == "hold"]
            for review in held:
                review.key("u", 0.0)
            self.message = "undone, nothing was written: one of them cannot be approved now"

    def tick(self, now: float) -> list[consent.Intent]:
        """Time passes; at the end of the hold the decisions to write, one for each gate."""
        intents = [intent for review in self.chosen if (intent := review.tick(now))]
        if not intents:
            self._all_or_none()
        return intents

    def answered(self, gate_id: str, words: str) -> None:
        """What came of one write."""
        self.results[gate_id] = words
