"""One agent's stream, or a run's: messages, tool calls, gates and errors in the order of time."""

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from . import fleet, times
from .rows import Agent, Run, Usage
from .source import Source
from .stream_items import Item, Role
from .stream_records import AGAIN, RECORDS, EventHead, PromptRecord, Record, window
from .text import clean

PAGE = 200
"""Items read at once; older ones follow when the reader reaches the first."""

TEXT_BUDGET = 150_000
"""Bytes of text one look may touch, so that it is over in 50 ms; the rest comes with the next."""

_LEAST_COST = 1_000
"""What a row counts against the budget however little it says."""

MOST_OPEN = 50
"""Unfinished rows looked at again each time, newest first."""

PAGES_A_LOOK = 10
"""Pages one look reads at most on its way to a moment or a row."""

TURNS_COUNTED = 10_000

_ROWS = {"prompt": 80, "tool_call": 160, "approval": 40, "event": 1000}
"""Rows of each relation in one page; of events most are not shown."""

_TOLD_BY_OTHERS = ("tool.", "llm.", "gate.")
"""Kinds of events that say again what a tool call, an answer or a gate shows."""

_FAR = 1 << 62


class Where(NamedTuple):
    """Whose stream: an agent's, a whole run's, or that of the agent a row belongs to."""

    agent_id: str = ""
    run_id: str = ""
    row: str = ""
    """`prompt ID`, `tool_call ID`, `approval ID`, or `* ID` for any of these: the stream is read
    back to it."""

    def names(self, relation: str, row_id: str) -> bool:
        """Whether this is the row."""
        word, _, wanted = self.row.partition(" ")
        return wanted == row_id and word in ("*", relation)


@dataclass(frozen=True)
class Asked:
    """What of a stream is wanted besides what is new."""

    pages: int = 1
    back_to: float | None = None
    """Epoch seconds the stream must reach back to."""
    windows: tuple[tuple[str, int], ...] = ()
    """How many windows of a row's texts are wanted, by `relation id`."""
    is_still: bool = False
    """Nothing new is read: the view is frozen."""


LAST = Where()
"""The agent that spoke last."""

LATEST = Asked()
"""The newest page and what comes."""


@dataclass(frozen=True)
class StreamFacts:
    """A stream at one moment, oldest item first."""

    where: Where
    title: str = ""
    """The run's."""
    agent: str = ""
    """The agent's name; "" for a whole run, or where there is no agent at all."""
    model: str = ""
    status: fleet.Status | None = None
    context: float | None = None
    cost_usd: float | None = None
    unpriced: int = 0
    started: float | None = None
    items: tuple[Item, ...] = ()
    has_older: bool = False
    """Whether there are items before the first one."""
    turns_before: int = 0
    turns_are_floor: bool = False
    is_reading: bool = False
    """Whether texts are left for the next look."""
    lacks: str = ""
    """Why the source has no messages, where it says so."""

    @property
    def masked(self) -> int:
        """Secrets masked in all that was read."""
        return sum(item.masked for item in self.items)

    @property
    def open_gates(self) -> tuple[Item, ...]:
        """Gates that wait for an answer."""
        return tuple(item for item in self.items if item.role == "gate" and item.is_open)


def read_stream(
    source: Source, now: float, where: Where = LAST, asked: Asked = LATEST
) -> StreamFacts:
    """The stream as it stands now: what is new and what was still open, and no more than that.

    What was read before is remembered in the source's memo, so that a look costs the same
    whatever the file's size.
    """
    stream = _remembered(source, where)
    if stream is None:
        return StreamFacts(where, lacks=source.lacks.get("agent", ""))
    if not asked.is_still:
        stream.read_new(source)
    stream.read_back(source, asked)
    stream.read_texts(source, dict(asked.windows))
    return stream.facts(source, now)


def read_whole(source: Source, item: Item) -> list[tuple[str, str]]:
    """Every text of an item in full, by label, as the file has it."""
    return [
        (label, b"".join(_windows(source, name, item.id)).decode("utf-8", "replace"))
        for label, name in _TEXTS[item.role]
    ]


_TEXTS: dict[Role, tuple[tuple[str, str], ...]] = {
    "user": (("request", "request"),),
    "thinking": (),
    "assistant": (("response", "response"),),
    "tool": (("input", "input"), ("output", "output")),
    "gate": (),
    "error": (),
}
"""A role's texts: their labels, and the statement that reads a window of each."""


def _windows(source: Source, name: str, row_id: str) -> Iterator[bytes]:
    at, size = 0, 1
    while at < size:
        raw, size = window(source, name, row_id, at, 1_000_000)
        if not raw:
            return
        yield raw
        at += len(raw)


class _Scope(NamedTuple):
    """Whose rows make a stream: an agent's or a run's, and the run in either case."""

    id: str
    run_id: str


class _Tape:
    """One relation of a stream, read in pages from both ends."""

    def __init__(self, relation: str, scope: str) -> None:
        self.record, self._row, word = RECORDS[relation]
        self._statement = f"stream/{word}_of_{scope}"
        self._limit = _ROWS[relation]
        self._newest = -1
        self._oldest = _FAR
        self._near = 0.0
        self.oldest_at = float("inf")
        """Epoch seconds of the first row read; rows before it are not known yet."""
        self.is_exhausted = False

    def older(self, source: Source, scope: _Scope) -> list[Record]:
        """The page before what was read."""
        rows = self._page(source, scope, -1, self._oldest)
        self.is_exhausted = len(rows) < self._limit
        return self._records(rows)

    def newer(self, source: Source, scope: _Scope) -> list[Record]:
        """Every row after what was read; never a gap, however many came."""
        found: list[Any] = []
        before, after = _FAR, self._newest
        while True:
            rows = self._page(source, scope, after, before)
            found += rows
            if len(rows) < self._limit:
                return self._records(found)
            before = rows[-1].seq

    def _page(self, source: Source, scope: _Scope, after: int, before: int) -> list[Any]:
        statement = self._statement
        if statement == "stream/gates_of_agent" and source.system.finds_gates_by_run:
            statement = "stream/gates_of_agent_in_run"
        return source.all(
            statement,
            self._row,
            id=scope.id,
            run_id=scope.run_id,
            after=after,
            before=before,
            limit=self._limit,
        )

    def _records(self, rows: Sequence[Any]) -> list[Record]:
        records = []
        for row in rows:
            at = times.parse(row.created_at)
            self._near = self._near if at is None else at
            self._newest = max(self._newest, row.seq)
            if row.seq < self._oldest:
                self._oldest, self.oldest_at = row.seq, self._near
            if _is_shown(row):
                records.append(self.record(row, self._near))
        return records


def _is_shown(row: Any) -> bool:
    if not isinstance(row, EventHead):
        return True
    return row.level == "error" and not row.kind.startswith(_TOLD_BY_OTHERS)


class _Stream:
    """What was read of one stream so far."""

    def __init__(self, where: Where, scope: str) -> None:
        self.where = where
        self.scope = scope
        self.pages = 0
        self.is_short = False
        """Whether older pages that were asked for are left for the next look."""
        self._tapes = {relation: _Tape(relation, scope) for relation in RECORDS}
        self._records: dict[str, Record] = {}
        self._ordered: list[Record] = []
        self._unread: list[Record] = []
        self._names: dict[str, str] = {}
        self._turns_before: tuple[int, int] | None = None

    @property
    def _id(self) -> str:
        return self.where.agent_id if self.scope == "agent" else self.where.run_id

    @property
    def _whose(self) -> _Scope:
        return _Scope(self._id, self.where.run_id)

    @property
    def _horizon(self) -> float:
        """Before this moment a relation may have rows that were not read: nothing is shown."""
        tapes = self._tapes.values()
        return max((t.oldest_at for t in tapes if not t.is_exhausted), default=float("-inf"))

    @property
    def has_older(self) -> bool:
        return any(not tape.is_exhausted for tape in self._tapes.values())

    def read_new(self, source: Source) -> None:
        """What came since the last look, and what of the unfinished changed."""
        if not self.pages:
            return
        was_open = [record for record in reversed(self._ordered) if record.is_open]
        for record in was_open[:MOST_OPEN]:
            record.read_again(source)
        for tape in self._tapes.values():
            self._add(tape.newer(source, self._whose))

    def read_back(self, source: Source, asked: Asked) -> None:
        """Reads older pages: as many as asked for, to the moment asked for, to the row."""
        read = 0
        while self.has_older and read < PAGES_A_LOOK and self._is_short_of(asked):
            self.pages, read = self.pages + 1, read + 1
            self._read_page(source)
        self.is_short = self.has_older and self._is_short_of(asked)
        self.pages = max(self.pages, asked.pages) if not self.is_short else self.pages

    def _is_short_of(self, asked: Asked) -> bool:
        if self.pages < asked.pages:
            return True
        if asked.back_to is not None and self._horizon > asked.back_to:
            return True
        wanted = self._wanted()
        return bool(self.where.row) and (wanted is None or wanted.placed < self._horizon)

    def _wanted(self) -> Record | None:
        """The row the stream is opened on, where it was read."""
        word, _, row_id = self.where.row.partition(" ")
        keys = [f"{each} {row_id}" for each in RECORDS] if word == "*" else [self.where.row]
        return next((self._records[key] for key in keys if key in self._records), None)

    def _read_page(self, source: Source) -> None:
        """One page: the tapes that hold the others back, until there is enough to show."""
        before = self._visible_count()
        while self.has_older and self._visible_count() - before < PAGE:
            horizon = self._horizon
            for tape in self._tapes.values():
                if not tape.is_exhausted and tape.oldest_at >= horizon:
                    self._add(tape.older(source, self._whose))
        self._turns_before = None

    def _visible_count(self) -> int:
        horizon = self._horizon
        return sum(record.placed >= horizon for record in self._ordered)

    def _add(self, records: Sequence[Record]) -> None:
        for record in sorted(records):
            if record.key not in self._records:
                self._records[record.key] = record
                insort(self._ordered, record)
                self._unread.append(record)

    def read_texts(self, source: Source, windows: dict[str, int]) -> None:
        """Texts not read yet, newest first, and those of which more is wanted."""
        for key, count in windows.items():
            record = self._records.get(key)
            if record is not None and record.windows < count:
                record.windows = count
                record.read(source)
        self._unread.sort()
        budget, horizon = TEXT_BUDGET, self._horizon
        while self._unread and budget > 0 and self._unread[-1].placed >= horizon:
            budget -= max(_LEAST_COST, self._unread.pop().read(source))

    def facts(self, source: Source, now: float) -> StreamFacts:
        horizon = self._horizon
        shown = [record for record in self._ordered if record.placed >= horizon]
        self._learn_names(source, shown)
        before, is_floor = self._count_turns(source, shown)
        facts = StreamFacts(
            self.where,
            items=tuple(item for record in shown for item in record.items(self._names)),
            has_older=self.has_older,
            turns_before=before,
            turns_are_floor=is_floor,
            is_reading=self.is_short or (bool(self._unread) and self._unread[-1].placed >= horizon),
            lacks=source.lacks.get("prompt", ""),
        )
        return (
            _with_agent(source, facts, now)
            if self.scope == "agent"
            else _with_run(source, facts, now)
        )

    def _learn_names(self, source: Source, shown: Sequence[Record]) -> None:
        for record in shown:
            agent_id = record.head.agent_id
            if record.made is None and agent_id and agent_id not in self._names:
                agent = source.one("stream/agent", Agent, id=agent_id)
                self._names[agent_id] = clean(agent.name, 80) if agent else ""

    def _count_turns(self, source: Source, shown: Sequence[Record]) -> tuple[int, bool]:
        first = next((r.head.seq for r in shown if isinstance(r, PromptRecord)), None)
        if first is None or not self.has_older:
            return 0, False
        if self._turns_before is None or self._turns_before[0] != first:
            name = f"stream/turns_of_{self.scope}"
            rows = source.raw(name, id=self._id, before=first, limit=TURNS_COUNTED)
            self._turns_before = (first, int(rows[0][0]))
        count = self._turns_before[1]
        return count, count == TURNS_COUNTED


def _remembered(source: Source, where: Where) -> _Stream | None:
    """The stream as far as it was read before; None where there is no agent at all."""
    kept: tuple[Where, _Stream] | None = source.memo.get("stream")
    if kept is not None and kept[0] == where:
        return kept[1]
    found = _resolved(source, where)
    if not found.agent_id and not found.run_id:
        return None
    if not found.run_id:
        agent = source.one("stream/agent", Agent, id=found.agent_id)
        found = found._replace(run_id=agent.run_id if agent else "")
    stream = _Stream(found, "run" if found.run_id and not found.agent_id else "agent")
    source.memo["stream"] = (where, stream)
    return stream


def _resolved(source: Source, where: Where) -> Where:
    """Whose stream it is: that of the row, or of the agent that spoke last."""
    if not where.agent_id and not where.run_id:
        head = _head_of(source, where)
        if head is not None:
            return where._replace(agent_id=head.agent_id or "", run_id=head.run_id or "")
    if where.agent_id or where.run_id:
        return where
    rows = source.raw("stream/last_speaker") or _last_agent(source)
    return where._replace(agent_id=str(rows[0][0])) if rows and rows[0][0] else where


def _last_agent(source: Source) -> list[tuple[Any, ...]]:
    """The newest agent of the newest run, where no agent ever spoke."""
    runs = source.raw("stream/last_run")
    return source.raw("stream/last_agent", run_id=runs[0][0]) if runs else []


def _head_of(source: Source, where: Where) -> Any:
    """The row a stream is opened on, by its id alone."""
    row_id = where.row.partition(" ")[2]
    for relation, statement in AGAIN.items():
        if where.names(relation, row_id):
            head = source.one(f"stream/{statement}", RECORDS[relation][1], id=row_id)
            if head is not None:
                return head
    return None


def _with_agent(source: Source, facts: StreamFacts, now: float) -> StreamFacts:
    agent = source.one("stream/agent", Agent, id=facts.where.agent_id)
    if agent is None:
        return facts
    run = source.one("stream/run", Run, id=agent.run_id)
    usage = source.one("stream/usage", Usage, id=agent.id)
    return replace(
        facts,
        where=facts.where._replace(run_id=agent.run_id),
        title=clean(run.title, 120) if run else "",
        agent=clean(agent.name, 80),
        model=clean(agent.model or "", 60),
        status=fleet.read_status(source, agent, now),
        context=agent.context_used,
        cost_usd=agent.cost_usd,
        unpriced=usage.unpriced if usage else 0,
        started=times.parse(agent.started_at),
    )


def _with_run(source: Source, facts: StreamFacts, now: float) -> StreamFacts:
    run = source.one("stream/run", Run, id=facts.where.run_id)
    if run is None:
        return facts
    found = fleet.read_run(source, run, now)
    return replace(
        facts,
        title=found.title,
        status=found.status,
        context=found.context,
        cost_usd=found.cost_usd,
        unpriced=found.unpriced,
        started=times.parse(run.started_at),
    )
