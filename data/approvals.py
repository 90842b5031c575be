"""The gates: those that wait and those that are over, and all that one review is made from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal, NamedTuple

from . import consent, times
from .askers import is_gone
from .deciding.verdict import is_same_person, payload_hash
from .deciding.way import DEFAULTS, OWN, Apis, Way, way_of
from .headline import MOST
from .rows import Approval, Audit, Consent, Event, Signature, Task, Writer
from .source import Source
from .systems import System
from .text import clean

Which = Literal["open", "all", "closed"]

LIMIT = 200
"""Gates a list shows of those that are over."""

RECENT = 200
"""Closed gates looked through for the median, for today's, and for those like one before."""

ALIKE_MOST = 10
EVENTS_BEFORE = 5

_LAST = 2**63 - 1
_EVENTS_LOOKED_AT = 100
_PROMPTS_LOOKED_AT = 5
_PROMPT_MOST = 20_000
_ROWS_MOST = 200
_DAY = 86_400.0


class _Row(NamedTuple):
    """A row of `approvals/pending` and `approvals/closed`."""

    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    tool_call_id: str | None
    kind: str
    title: str
    risk: str
    status: str
    requested_by: str | None
    requested_at: str | None
    expires_at: str | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None
    picked_up_at: str | None
    needed: int | None
    signed: int | None
    moved_on_at: str | None
    run_title: str | None
    agent_name: str | None


class GateRow(NamedTuple):
    """One gate of the list; texts are clean, times in epoch seconds."""

    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    run: str
    agent: str
    kind: str
    title: str
    risk: str
    status: str
    """pending, approved, rejected, expired (nobody answered) or withdrawn: the truth at `now`."""
    requested_by: str
    asked: float | None
    expires: float | None
    decided_by: str
    decided: float | None
    """When it was over, as far as its row tells."""
    reason: str
    picked_up: float | None
    moved_on: float | None
    needed: int
    signed: int
    is_overdue: bool = False
    """Its time is over, and it can still be answered: its system lets no gate expire."""

    @property
    def is_open(self) -> bool:
        """Whether it can be answered."""
        return self.status == "pending"

    @property
    def outcome(self) -> str:
        """How it ended and what came of it: `approved, applied`."""
        if self.status != "approved":
            return _OUTCOMES.get(self.status, self.status)
        if self.moved_on is not None:
            return "approved, applied"
        return "approved" if self.picked_up is None else "approved, picked up"


_OUTCOMES = {
    "expired": "nobody answered, not run",
    "withdrawn": "withdrawn by the agent",
}


@dataclass(frozen=True)
class ApprovalsFacts:
    """The gates at one moment."""

    rows: tuple[GateRow, ...] = ()
    """Open ones by the time left, then those that are over, the latest first."""
    which: Which = "open"
    more: bool = False
    """Older gates were left out."""
    pending: int = 0
    """Gates that can still be answered; never above `headline.MOST`."""
    overdue: int = 0
    """Gates still pending in the file though their time is over, answerable or not."""
    median_s: float | None = None
    """Seconds from question to answer, the middle of the latest decisions."""
    last_decided: GateRow | None = None
    decided_today: tuple[GateRow, ...] = ()
    """Gates that were over since midnight on the reader's clock, the latest first."""
    lacks: str = ""
    """Why the source has no gates, where it has none."""

    @property
    def oldest(self) -> float | None:
        """Epoch seconds at which the longest waiting gate was asked."""
        return min((row.asked for row in self.rows if row.is_open and row.asked), default=None)

    @property
    def next_expiry(self) -> float | None:
        """Epoch seconds at which the first open gate can no longer be answered."""
        ends = [row.expires for row in self.rows if row.is_open and not row.is_overdue]
        return min((end for end in ends if end), default=None)


@dataclass(frozen=True)
class ReviewFacts:
    """All that one review is made from; the payload is read whole and not parsed."""

    gate: Approval
    sha256: str
    """Of the payload as it is in the file now."""
    run: str
    agent: str
    status: str
    """The gate's status at `now`: one whose time is over is expired, whatever its row says."""
    needed: int
    signed: int
    """People who approved this very payload."""
    on_timeout: str
    moved_on: float | None
    signatures: tuple[Signature, ...] = ()
    requester: Writer | None = None
    requester_gone: bool = False
    overdue_since: float | None = None
    """When its time was over, where it can be answered all the same."""
    changed_at: float | None = None
    """When the agent itself last changed what it asks for."""
    is_as_stored: bool = True
    """False: the payload is not the one whose hash its asker left with it."""
    is_hashed: bool = True
    """False: its asker left no hash with it."""
    system: System | None = None
    """Whose gate it is."""
    step: Task | None = None
    """The step that waits for it, where the system records that."""
    last_prompt: str = ""
    """What the agent was last asked before this gate; only its beginning, not clean."""
    events: tuple[Event, ...] = ()
    """The agent's latest events before the gate, oldest first."""
    alike: tuple[GateRow, ...] = ()
    """Gates of the same shape before it, the latest first."""
    failed_after: frozenset[str] = frozenset()
    """Those of them whose tool call then failed, by id."""
    queue: tuple[str, ...] = field(default=())
    """Gates that can be answered, in the order of the list."""

    def neighbour(self, step: int) -> str | None:
        """The gate `step` places further on in the queue, for `[ ]` and for the next one."""
        others = [gate for gate in self.queue if gate != self.gate.id]
        if not others:
            return None
        at = self.queue.index(self.gate.id) if self.gate.id in self.queue else -1
        if at < 0:
            return others[0 if step > 0 else -1]
        place = at + step
        return self.queue[place] if 0 <= place < len(self.queue) else None

    @property
    def is_overdue(self) -> bool:
        """Whether its time is over and it can still be answered: its system lets none expire."""
        return self.overdue_since is not None

    def way(self, apis: Apis = DEFAULTS) -> Way:
        """How it is answered, where the systems' own servers listen at these addresses."""
        return OWN if self.system is None else way_of(self.system, self.gate, self.step, apis)

    def as_gate(self, actor: str, apis: Apis = DEFAULTS) -> consent.Gate:
        """The gate as the review's state machine takes it, for this person."""
        gate = self.gate
        return consent.Gate(
            id=gate.id,
            title=gate.title,
            risk=gate.risk,
            status=gate.status,
            sha256=self.sha256,
            is_as_asked=self.changed_at is None,
            expires=times.parse(gate.expires_at),
            decided_by=gate.decided_by,
            decided=times.parse(gate.decided_at),
            reason=gate.reason,
            picked_up=times.parse(gate.picked_up_at),
            moved_on=self.moved_on,
            needed=self.needed,
            signed=self.signed,
            requester_gone=self.requester_gone,
            is_as_stored=self.is_as_stored,
            barred=self._barred(actor),
            way=self.way(apis),
            expires_itself=self.system is None or self.system.expires_gates,
            is_hashed=self.is_hashed,
        )

    def _barred(self, actor: str) -> str:
        if any(_approves(each, self.sha256) and each.signer == actor for each in self.signatures):
            return "you have signed it: another person must"
        if self.needed > 1 and is_same_person(actor, self.gate.requested_by):
            return "you asked for this yourself: others must approve it"
        return ""


def sha256(payload: str) -> str:
    """The hash a decision on this payload is bound to, in hex."""
    return payload_hash(payload)


def read_approvals(
    source: Source, now: float, which: Which = "open", limit: int = LIMIT
) -> ApprovalsFacts:
    """The gates as they stand at `now`; a few indexed statements, whatever the file's size."""
    waiting = [
        _gate_row(row, now, source.system)
        for row in source.all("approvals/pending", _Row, limit=MOST)
    ]
    most = limit + 1 if which != "open" else 0
    closed = source.all("approvals/closed", _Row, before=_LAST, limit=max(RECENT, most))
    over = [_gate_row(row, now, source.system) for row in closed]
    unwritten = [row for row in waiting if not row.is_open]
    ended = sorted([*unwritten, *over], key=_ended, reverse=True)
    pending = sorted((row for row in waiting if row.is_open), key=_by_time_left)
    decided = [row for row in ended if row.status in ("approved", "rejected")]
    return ApprovalsFacts(
        rows=_chosen(pending, ended, which, limit),
        which=which,
        more=which != "open" and len(ended) > limit,
        pending=len(pending),
        overdue=len(unwritten) + sum(row.is_overdue for row in pending),
        median_s=_median_wait(decided[:RECENT]),
        last_decided=decided[0] if decided else None,
        decided_today=tuple(row for row in ended[:RECENT] if _is_today(row.decided, now)),
        lacks=source.lacks.get("approval", ""),
    )


def read_review(source: Source, approval_id: str, now: float) -> ReviewFacts | None:
    """All about one gate at `now`; None where the source has no such gate."""
    gate = source.one("approvals/gate", Approval, id=approval_id)
    if gate is None:
        return None
    terms = source.one("approvals/consent", Consent, id=approval_id)
    signatures = source.all("approvals/signatures", Signature, id=approval_id, limit=_ROWS_MOST)
    trail = source.all("approvals/trail", Audit, id=approval_id, limit=_ROWS_MOST)
    waiting = source.all("approvals/pending", _Row, limit=MOST)
    names = _names(source, gate, waiting)
    shown_hash = sha256(gate.payload)
    requester, is_gone = _requester(source, gate, terms, now)
    alike = _alike(source, gate, now)
    return ReviewFacts(
        gate=gate,
        sha256=shown_hash,
        run=names[0],
        agent=names[1],
        status=_status(gate.status, times.parse(gate.expires_at), now, source.system),
        needed=max(1, terms.needed) if terms else 1,
        signed=sum(_approves(each, shown_hash) for each in signatures),
        on_timeout=clean(terms.on_timeout, 200) if terms else "",
        moved_on=times.parse(terms.moved_on_at) if terms else None,
        signatures=tuple(signatures),
        requester=requester,
        requester_gone=is_gone,
        changed_at=_changed_at(trail),
        is_as_stored=terms is None or terms.sha256 in (None, shown_hash),
        is_hashed=terms is not None and terms.sha256 is not None,
        system=source.system,
        step=_step(source, gate),
        overdue_since=_overdue_since(gate, source.system, now),
        last_prompt=_last_prompt(source, gate),
        events=_events_before(source, gate),
        alike=tuple(row for row, _ in alike),
        failed_after=_failed(source, alike),
        queue=tuple(_queue(waiting, now, source.system)),
    )


def shape(kind: str, title: str) -> tuple[str, str]:
    """What makes two gates alike: the kind, and the title without its numbers and names of things.

    `write 3 files under auth/` and `write 12 files under auth/` are of one shape.
    """
    words = re.sub(r"\"[^\"]*\"|'[^']*'", "“”", title.lower())
    words = re.sub(r"\b(?=\w*\d)[0-9a-f]{7,64}\b", "#", words)
    return kind, " ".join(re.sub(r"\d+", "#", words).split())


def _gate_row(row: _Row, now: float, system: System) -> GateRow:
    expires = times.parse(row.expires_at)
    status = _status(row.status, expires, now, system)
    decided = times.parse(row.decided_at)
    return GateRow(
        seq=row.seq,
        id=row.id,
        run_id=row.run_id,
        agent_id=row.agent_id,
        run=clean(row.run_title or row.run_id, 200),
        agent=clean(row.agent_name or row.agent_id, 200),
        kind=clean(row.kind, 80),
        title=clean(row.title, 400),
        risk=clean(row.risk, 40),
        status=status,
        requested_by=clean(row.requested_by, 200),
        asked=times.parse(row.requested_at),
        expires=expires,
        decided_by=clean(row.decided_by, 200),
        decided=expires if decided is None and status == "expired" else decided,
        reason=clean(row.reason, 2000),
        picked_up=times.parse(row.picked_up_at),
        moved_on=times.parse(row.moved_on_at),
        needed=max(1, row.needed or 1),
        signed=row.signed or 0,
        is_overdue=status == "pending" and expires is not None and expires <= now,
    )


def _step(source: Source, gate: Approval) -> Task | None:
    """The step that waits for a gate: only SYRIS as coded must be asked, its row alone moves none.

    There a gate's agent is its step, or what the step would belong to.
    """
    if source.system.answers != "syris_coded" or gate.agent_id is None:
        return None
    return source.one("operations/task", Task, id=gate.agent_id)


def _overdue_since(gate: Approval, system: System, now: float) -> float | None:
    expires = times.parse(gate.expires_at)
    if gate.status != "pending" or system.expires_gates or expires is None or expires > now:
        return None
    return expires


def _status(status: str, expires: float | None, now: float, system: System) -> str:
    """A gate whose time is over is expired, though nobody has written so yet; where the system
    itself lets none expire it is pending still."""
    is_over = status == "pending" and expires is not None and expires <= now
    is_over = is_over and system.expires_gates
    return "expired" if is_over else clean(status, 40)


def _by_time_left(row: GateRow) -> tuple[float, int]:
    return row.expires if row.expires is not None else float("inf"), row.seq


def _ended(row: GateRow) -> tuple[float, int]:
    return row.decided or row.asked or 0.0, row.seq


def _chosen(
    pending: Sequence[GateRow], ended: Sequence[GateRow], which: Which, limit: int
) -> tuple[GateRow, ...]:
    if which == "open":
        return tuple(pending)
    return tuple(ended[:limit]) if which == "closed" else (*pending, *ended[:limit])


def _median_wait(decided: Sequence[GateRow]) -> float | None:
    waits = [
        row.decided - row.asked
        for row in decided
        if row.decided is not None and row.asked is not None and row.decided >= row.asked
    ]
    return median(waits) if waits else None


def _is_today(moment: float | None, now: float) -> bool:
    """Whether a moment lies between midnight, on the reader's clock, and now."""
    if moment is None or not now - _DAY <= moment <= now:
        return False
    import time  # the zone's rules, not the clock

    return time.localtime(moment).tm_yday == time.localtime(now).tm_yday


def _queue(waiting: Sequence[_Row], now: float, system: System) -> list[str]:
    rows = sorted((_gate_row(row, now, system) for row in waiting), key=_by_time_left)
    return [row.id for row in rows if row.is_open]


def _names(source: Source, gate: Approval, waiting: Sequence[_Row]) -> tuple[str, str]:
    """The titles of the gate's run and agent; from the pending rows, which mostly hold it."""
    row = next((row for row in waiting if row.id == gate.id), None)
    if row is None:
        rows = source.all("approvals/closed", _Row, before=gate.seq + 1, limit=1)
        row = next((each for each in rows if each.id == gate.id), None)
    run = row.run_title if row else None
    agent = row.agent_name if row else None
    return clean(run or gate.run_id, 200), clean(agent or gate.agent_id, 200)


def _approves(signature: Signature, payload_hash: str) -> bool:
    return signature.outcome == "approved" and signature.sha256 == payload_hash


def _requester(
    source: Source, gate: Approval, terms: Consent | None, now: float
) -> tuple[Writer | None, bool]:
    """The process that waits for the answer, and whether it is gone; unknown is not gone.

    Where the gate does not say which: the process that writes its run.
    """
    found = None
    if terms is not None and terms.writer_id is not None:
        found = source.one("approvals/writer", Writer, id=terms.writer_id)
    elif gate.run_id is not None:
        found = source.one("fleet/writer_of_run", Writer, run_id=gate.run_id)
    return found, found is not None and is_gone(found, now)


def _changed_at(trail: Sequence[Audit]) -> float | None:
    changes = [times.parse(row.created_at) for row in trail if row.type == "gate.changed"]
    return max((at for at in changes if at is not None), default=None)


def _last_prompt(source: Source, gate: Approval) -> str:
    if gate.agent_id is None:
        return ""
    rows = source.raw(
        "approvals/prompts_of_agent",
        agent_id=gate.agent_id,
        most=_PROMPT_MOST,
        limit=_PROMPTS_LOOKED_AT,
    )
    for request, created_at in rows:
        if isinstance(request, str) and _is_before(created_at, gate):
            return request
    return ""


def _events_before(source: Source, gate: Approval) -> tuple[Event, ...]:
    if gate.agent_id is None:
        return ()
    events = source.all(
        "approvals/events_of_agent", Event, agent_id=gate.agent_id, limit=_EVENTS_LOOKED_AT
    )
    before = [
        event._replace(kind=clean(event.kind, 80), message=clean(event.message, 400))
        for event in events
        if _is_before(event.created_at, gate) and not event.kind.startswith("gate.")
    ]
    return tuple(reversed(before[:EVENTS_BEFORE]))


def _is_before(created_at: str | None, gate: Approval) -> bool:
    at, asked = times.parse(created_at), times.parse(gate.requested_at)
    return at is None or asked is None or at <= asked


def _alike(source: Source, gate: Approval, now: float) -> list[tuple[GateRow, str | None]]:
    """The latest gates of this one's shape before it, each with its tool call's id."""
    wanted = shape(gate.kind, gate.title)
    rows = source.all("approvals/closed", _Row, before=gate.seq, limit=RECENT)
    alike = [row for row in rows if shape(row.kind, row.title) == wanted]
    return [(_gate_row(row, now, source.system), row.tool_call_id) for row in alike[:ALIKE_MOST]]


def _failed(source: Source, alike: Sequence[tuple[GateRow, str | None]]) -> frozenset[str]:
    return frozenset(
        row.id
        for row, tool_call_id in alike
        if tool_call_id is not None
        and source.raw("approvals/tool_call_status", id=tool_call_id)[:1] == [("failed",)]
    )
