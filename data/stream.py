"""One agent's stream, or a run's: messages, tool calls, gates and errors in the order of time."""

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from . import fleet, times
from .passages import FIRST, MARK, MORE, Growing, Passage, first_part, last_lines, shown_lines
from .rows import OPEN, Agent, Chunk, Run, Usage
from .source import Source
from .text import clean

PAGE = 200
"""Items read at once; older ones follow when the reader reaches the first."""

TEXT_BUDGET = 150_000
"""Bytes of text one look may touch, so that it is over in 50 ms; the rest comes with the next."""

_LEAST_COST = 1_000
"""What a row counts against the budget however little it says."""

OPEN_LIMIT = 256_000
"""Bytes kept of an answer that is being written; what is beyond is only counted."""

MOST_OPEN = 50
"""Unfinished rows looked at again each time, newest first."""

PAGES_A_LOOK = 10
"""Pages one look reads at most on its way to a moment or a row."""

TURNS_COUNTED = 10_000

Role = Literal["user", "thinking", "assistant", "tool", "gate", "error"]

_ROWS = {"prompt": 80, "tool_call": 160, "approval": 40, "event": 1000}
"""Rows of each relation in one page; of events most are not shown."""

_ORDER = {"prompt": 0, "tool_call": 1, "approval": 2, "event": 3}
_TOLD_BY_OTHERS = ("tool.", "llm.", "gate.")
"""Kinds of events that say again what a tool call, an answer or a gate shows."""

_CHUNKS = 500
_END = 2_000
_LAST = 3
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


@dataclass(frozen=True, slots=True)
class Item:
    """One message, call, gate or error, ready to be shown."""

    key: str
    role: Role
    relation: str
    id: str
    seq: int
    run_id: str
    agent_id: str
    agent: str
    at: float | None
    name: str
    status: str
    source_status: str = ""
    texts: tuple[tuple[str, Passage], ...] = ()
    """The parts of it with their labels; a message has one, unlabelled."""
    is_read: bool = True
    """False while its texts wait to be read."""
    error: str = ""
    ended: float | None = None
    took: float | None = None
    """Seconds."""
    kind: str = ""
    model: str = ""
    tokens_in: float | None = None
    tokens_out: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    cost_usd: float | None = None
    cost_source: str = ""
    prompt_id: str = ""
    """The call it belongs to."""
    risk: str = ""
    why: str = ""
    deadline: float | None = None
    decided_by: str = ""
    reason: str = ""
    picked_up: float | None = None

    @property
    def row(self) -> str:
        """The row behind it, as `relation id`."""
        return f"{self.relation} {self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it may still change."""
        return self.status == "pending" if self.role == "gate" else self.status in OPEN

    @property
    def has_failed(self) -> bool:
        """Whether it is one of the errors `E` goes to."""
        return self.role == "error" or self.status == "failed"

    @property
    def passage(self) -> Passage:
        """The text of a message; of a call its output, else its input."""
        return next((text for _, text in reversed(self.texts) if text), Passage())

    @property
    def masked(self) -> int:
        """Secrets masked in what was read."""
        return sum(text.masked for _, text in self.texts)


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


_TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
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
        raw, size = _window(source, name, row_id, at, 1_000_000)
        if not raw:
            return
        yield raw
        at += len(raw)


def _window(source: Source, name: str, row_id: str, at: int, count: int) -> tuple[bytes, int]:
    """Bytes of a text from `at`, counted from 0, and the size of the whole."""
    rows = source.raw(f"stream/{name}_window", id=row_id, start=at + 1, count=count)
    size, raw = rows[0] if rows else (0, b"")
    return raw if isinstance(raw, bytes) else b"", size or 0


class _PromptHead(NamedTuple):
    """A model call without its texts; a row of `stream/prompt`."""

    seq: int
    id: str
    run_id: str
    agent_id: str
    kind: str
    name: str | None
    model: str | None
    status: str
    source_status: str | None
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cost_usd: float | None
    cost_source: str | None
    latency_ms: int | None
    created_at: str | None
    completed_at: str | None
    error: str | None


class _ToolHead(NamedTuple):
    """A tool call without its texts; a row of `stream/tool_call`."""

    seq: int
    id: str
    run_id: str
    agent_id: str
    prompt_id: str | None
    name: str
    status: str
    source_status: str | None
    risk: str | None
    latency_ms: int | None
    created_at: str | None
    completed_at: str | None
    error: str | None


class _GateHead(NamedTuple):
    """A gate without its payload; a row of `stream/gate`."""

    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    kind: str
    title: str
    why: str | None
    risk: str
    status: str
    source_status: str | None
    created_at: str | None
    expires_at: str | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None
    picked_up_at: str | None


class _EventHead(NamedTuple):
    """An event, with its words where it is an error; a row of `stream/events_of_agent`."""

    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    level: str
    kind: str
    message: str
    created_at: str | None


_Head = _PromptHead | _ToolHead | _GateHead | _EventHead


class _Record:
    """A row of the stream, and what was read of its texts."""

    relation = ""

    def __init__(self, head: Any, placed: float) -> None:
        self.head = head
        self.at = times.parse(head.created_at)
        self.placed = placed
        """Where it stands: its time, or where it has none that of its neighbour."""
        self.is_read = False
        self.windows = 1
        self.passages: dict[str, Passage] = {}
        self.made: tuple[Item, ...] | None = None

    @property
    def key(self) -> str:
        return f"{self.relation} {self.head.id}"

    @property
    def order(self) -> tuple[float, int, int]:
        return (self.placed, _ORDER[self.relation], self.head.seq)

    def __lt__(self, other: "_Record") -> bool:
        return self.order < other.order

    @property
    def is_open(self) -> bool:
        return self.head.status in OPEN

    def read(self, source: Source) -> int:
        """Reads the texts as far as wanted; returns how many bytes were touched."""
        self.is_read = True
        self.made = None
        return 0

    def read_again(self, source: Source) -> None:
        """Looks at an unfinished row again."""
        statement = _AGAIN[self.relation]
        head = source.one(f"stream/{statement}", type(self.head), id=self.head.id)
        if head is not None and head != self.head:
            self.head = head
            self.made = None

    def items(self, names: dict[str, str]) -> tuple[Item, ...]:
        """What is shown for it; the same objects until something of it changed."""
        if self.made is None:
            agent = names.get(self.head.agent_id or "", "")
            self.made = tuple(self._make(agent))
        return self.made

    def _make(self, agent: str) -> Iterator[Item]:
        raise NotImplementedError

    def _item(self, role: Role, agent: str, **facts: Any) -> Item:
        head = self.head
        return Item(
            key=f"{self.key} {role}",
            role=role,
            relation=self.relation,
            id=head.id,
            seq=head.seq,
            run_id=head.run_id or "",
            agent_id=head.agent_id or "",
            agent=agent,
            at=self.at,
            is_read=self.is_read,
            **facts,
        )

    @property
    def _wanted(self) -> int:
        return FIRST + (self.windows - 1) * MORE

    def _read_windows(self, source: Source, name: str) -> int:
        """Reads a text up to the wanted number of windows."""
        passage, touched = self.passages.get(name, Passage()), 0
        while not passage.read or (passage.read < self._wanted and passage.rest):
            count = max(FIRST, self._wanted - passage.read)
            raw, size = _window(source, name, self.head.id, passage.read, count)
            touched += size
            if not raw:
                break
            is_first = not passage.read
            passage = first_part(raw, size) if is_first else passage.extended(raw, size)
        self.passages[name] = passage
        return touched


class _Prompt(_Record):
    """A model call: its request, what it thinks, and its answer, piece by piece if streamed."""

    relation = "prompt"

    def __init__(self, head: _PromptHead, placed: float) -> None:
        super().__init__(head, placed)
        self._streams = self.is_open
        """Whether it was ever seen unfinished: then its chunks are followed to the end."""
        self._grown: dict[str, Growing] = {}
        self._shown = self._seen = -1
        """The last chunk whose text is kept, and the last one that was counted."""
        self._beyond: dict[str, int] = {}
        """Bytes of each kind that were counted and not kept."""

    def read(self, source: Source) -> int:
        touched = self._read_windows(source, "request")
        if self._seen > self._shown:
            self._seen, self._beyond = self._shown, {}
        touched += self._read_chunks(source) or self._read_response(source)
        super().read(source)
        return touched

    def read_again(self, source: Source) -> None:
        super().read_again(source)
        if not self.is_read:
            return
        before = self.passages.get("response")
        if not self._read_chunks(source) and not self._grown:
            self._read_response(source)
        if self.passages.get("response") != before:
            self.made = None

    def _read_response(self, source: Source) -> int:
        """The answer where it was not streamed. An unfinished one is only there at its end."""
        if self._grown or (self.is_open and "chunk" not in source.lacks):
            return 0
        if self.is_open:
            self.passages.pop("response", None)
        return self._read_windows(source, "response")

    def _read_chunks(self, source: Source) -> int:
        """What was added since the last look, and never the rest of it again."""
        wanted = max(OPEN_LIMIT if self._streams else FIRST, self._wanted)
        touched, has_more = 0, True
        while has_more and (self._streams or self._kept < wanted):
            rows = source.all(
                "stream/chunks", Chunk, id=self.head.id, after=self._seen, limit=_CHUNKS
            )
            touched += self._take(rows, wanted)
            has_more = len(rows) == _CHUNKS
        if touched:
            self._show(source, has_more)
        return touched

    @property
    def _kept(self) -> int:
        return sum(grown.size for grown in self._grown.values())

    def _take(self, rows: Sequence[Chunk], wanted: int) -> int:
        touched = 0
        for row in rows:
            kind = "thinking" if row.kind == "thinking" else "response"
            if self._kept < wanted:
                self._grown.setdefault(kind, Growing()).add(row.text)
                self._shown = row.seq
            else:
                self._beyond[kind] = self._beyond.get(kind, 0) + len(row.text)
            self._seen = row.seq
            touched += len(row.text) or 1
        return touched

    def _show(self, source: Source, has_more: bool) -> None:
        sizes = {
            kind: grown.size + self._beyond.get(kind, 0) for kind, grown in self._grown.items()
        }
        if has_more:
            for kind, size in source.raw("stream/chunk_sizes", id=self.head.id):
                sizes["thinking" if kind == "thinking" else "response"] = int(size or 0)
        for kind, grown in self._grown.items():
            self.passages[kind] = grown.passage(sizes[kind])
        self.made = None

    def _make(self, agent: str) -> Iterator[Item]:
        head: _PromptHead = self.head
        name = clean(head.name or "", 120)
        state = {"name": name, "status": head.status, "prompt_id": head.id}
        if self.passages.get("request"):
            yield self._item("user", agent, texts=(("", self.passages["request"]),), **state)
        if self.passages.get("thinking"):
            yield self._item("thinking", agent, texts=(("", self.passages["thinking"]),), **state)
        ended = times.parse(head.completed_at)
        yield self._item(
            "assistant",
            agent,
            texts=(("", self.passages.get("response", Passage())),),
            error=clean(head.error or "", 1000),
            source_status=clean(head.source_status or "", 40),
            ended=ended,
            took=_took(head.latency_ms, self.at, ended),
            kind=clean(head.kind, 40),
            model=clean(head.model or "", 80),
            tokens_in=head.tokens_in,
            tokens_out=head.tokens_out,
            cache_read=head.cache_read,
            cache_write=head.cache_write,
            cost_usd=head.cost_usd,
            cost_source=clean(head.cost_source or "", 20),
            **state,
        )


class _Tool(_Record):
    """A tool call with its input and output."""

    relation = "tool_call"

    def read(self, source: Source) -> int:
        touched = self._read_windows(source, "input")
        if not self.is_open:
            touched += self._read_windows(source, "output")
            touched += self._read_last(source)
        super().read(source)
        return touched

    def read_again(self, source: Source) -> None:
        super().read_again(source)
        if self.is_read and not self.is_open:
            self.read(source)

    def _read_last(self, source: Source) -> int:
        """Why a call failed stands at the end of what it said."""
        output = self.passages["output"]
        if self.head.status != "failed" or not output.rest or output.fault:
            return 0
        raw, _ = _window(source, "output", self.head.id, output.size - _END, _END)
        self.passages["output"] = replace(output, last=last_lines(raw, _LAST))
        return output.size

    def _make(self, agent: str) -> Iterator[Item]:
        head: _ToolHead = self.head
        ended = times.parse(head.completed_at)
        yield self._item(
            "tool",
            agent,
            name=clean(head.name, 120),
            status=head.status,
            source_status=clean(head.source_status or "", 40),
            texts=tuple(
                (label, self.passages[label])
                for label in ("input", "output")
                if self.passages.get(label)
            ),
            error=clean(head.error or "", 1000),
            ended=ended,
            took=_took(head.latency_ms, self.at, ended),
            prompt_id=head.prompt_id or "",
            risk=clean(head.risk or "", 20),
        )


class _Gate(_Record):
    """A gate: what is asked, and what became of it."""

    relation = "approval"

    @property
    def is_open(self) -> bool:
        # A decision is news until its agent has picked it up.
        head: _GateHead = self.head
        return head.status == "pending" or (
            head.status in ("approved", "rejected") and head.picked_up_at is None
        )

    def _make(self, agent: str) -> Iterator[Item]:
        head: _GateHead = self.head
        why, _ = shown_lines(head.why or "")
        size = len((head.why or "").encode("utf-8", "replace"))
        yield self._item(
            "gate",
            agent,
            name=clean(head.title, 200),
            status=head.status,
            source_status=clean(head.source_status or "", 40),
            texts=(("why", Passage(why, size, size)),) if why else (),
            kind=clean(head.kind, 40),
            risk=clean(head.risk, 20),
            deadline=times.parse(head.expires_at),
            ended=times.parse(head.decided_at),
            decided_by=clean(head.decided_by or "", 80),
            reason=clean(head.reason or "", 400),
            picked_up=times.parse(head.picked_up_at),
        )


class _Error(_Record):
    """An event that is an error."""

    relation = "event"

    @property
    def is_open(self) -> bool:
        return False

    def _make(self, agent: str) -> Iterator[Item]:
        head: _EventHead = self.head
        lines, count = shown_lines(head.message)
        size = len(head.message.encode("utf-8", "replace"))
        yield self._item(
            "error",
            agent,
            name=clean(head.kind, 80),
            status="failed",
            texts=(("", Passage(lines, size, size, count)),) if lines else (),
        )


_AGAIN = {"prompt": "prompt", "tool_call": "tool_call", "approval": "gate", "event": ""}
_RECORDS: dict[str, tuple[type[_Record], type[Any], str]] = {
    "prompt": (_Prompt, _PromptHead, "prompts"),
    "tool_call": (_Tool, _ToolHead, "tool_calls"),
    "approval": (_Gate, _GateHead, "gates"),
    "event": (_Error, _EventHead, "events"),
}
"""Each relation's record, its row, and the word its statements begin with."""


class _Tape:
    """One relation of a stream, read in pages from both ends."""

    def __init__(self, relation: str, scope: str) -> None:
        self.record, self._row, word = _RECORDS[relation]
        self._statement = f"stream/{word}_of_{scope}"
        self._limit = _ROWS[relation]
        self._newest = -1
        self._oldest = _FAR
        self._near = 0.0
        self.oldest_at = float("inf")
        """Epoch seconds of the first row read; rows before it are not known yet."""
        self.is_exhausted = False

    def older(self, source: Source, scope_id: str) -> list[_Record]:
        """The page before what was read."""
        rows = self._page(source, scope_id, -1, self._oldest)
        self.is_exhausted = len(rows) < self._limit
        return self._records(rows)

    def newer(self, source: Source, scope_id: str) -> list[_Record]:
        """Every row after what was read; never a gap, however many came."""
        found: list[Any] = []
        before, after = _FAR, self._newest
        while True:
            rows = self._page(source, scope_id, after, before)
            found += rows
            if len(rows) < self._limit:
                return self._records(found)
            before = rows[-1].seq

    def _page(self, source: Source, scope_id: str, after: int, before: int) -> list[Any]:
        return source.all(
            self._statement, self._row, id=scope_id, after=after, before=before, limit=self._limit
        )

    def _records(self, rows: Sequence[Any]) -> list[_Record]:
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


def _is_shown(row: _Head) -> bool:
    if not isinstance(row, _EventHead):
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
        self._tapes = {relation: _Tape(relation, scope) for relation in _RECORDS}
        self._records: dict[str, _Record] = {}
        self._ordered: list[_Record] = []
        self._unread: list[_Record] = []
        self._names: dict[str, str] = {}
        self._turns_before: tuple[int, int] | None = None

    @property
    def _id(self) -> str:
        return self.where.agent_id if self.scope == "agent" else self.where.run_id

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
            self._add(tape.newer(source, self._id))

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

    def _wanted(self) -> _Record | None:
        """The row the stream is opened on, where it was read."""
        word, _, row_id = self.where.row.partition(" ")
        keys = [f"{each} {row_id}" for each in _RECORDS] if word == "*" else [self.where.row]
        return next((self._records[key] for key in keys if key in self._records), None)

    def _read_page(self, source: Source) -> None:
        """One page: the tapes that hold the others back, until there is enough to show."""
        before = self._visible_count()
        while self.has_older and self._visible_count() - before < PAGE:
            horizon = self._horizon
            for tape in self._tapes.values():
                if not tape.is_exhausted and tape.oldest_at >= horizon:
                    self._add(tape.older(source, self._id))
        self._turns_before = None

    def _visible_count(self) -> int:
        horizon = self._horizon
        return sum(record.placed >= horizon for record in self._ordered)

    def _add(self, records: Sequence[_Record]) -> None:
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

    def _learn_names(self, source: Source, shown: Sequence[_Record]) -> None:
        for record in shown:
            agent_id = record.head.agent_id
            if record.made is None and agent_id and agent_id not in self._names:
                agent = source.one("stream/agent", Agent, id=agent_id)
                self._names[agent_id] = clean(agent.name, 80) if agent else ""

    def _count_turns(self, source: Source, shown: Sequence[_Record]) -> tuple[int, bool]:
        first = next((r.head.seq for r in shown if isinstance(r, _Prompt)), None)
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
    rows = source.raw("stream/last_speaker") or source.raw("stream/last_agent")
    return where._replace(agent_id=str(rows[0][0])) if rows and rows[0][0] else where


def _head_of(source: Source, where: Where) -> Any:
    """The row a stream is opened on, by its id alone."""
    row_id = where.row.partition(" ")[2]
    for relation, statement in _AGAIN.items():
        if statement and where.names(relation, row_id):
            head = source.one(f"stream/{statement}", _RECORDS[relation][1], id=row_id)
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


def _took(latency_ms: float | None, at: float | None, ended: float | None) -> float | None:
    if latency_ms is not None:
        return latency_ms / 1000
    return ended - at if ended is not None and at is not None else None


__all__ = ["MARK", "Asked", "Item", "Role", "StreamFacts", "Where", "read_stream", "read_whole"]
