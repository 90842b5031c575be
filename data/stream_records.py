"""The rows behind a stream: each read once, its texts by windows, and again only while open."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from . import times
from .passages import FIRST, MORE, Growing, Passage, first_part, last_lines, shown_lines
from .rows import OPEN, Chunk
from .source import Source
from .stream_items import Item, Role
from .text import clean

OPEN_LIMIT = 256_000
"""Bytes kept of an answer that is being written; what is beyond is only counted."""

_ORDER = {"prompt": 0, "tool_call": 1, "approval": 2, "event": 3}
_CHUNKS = 500
_END = 2_000
_LAST = 3

AGAIN = {"prompt": "prompt", "tool_call": "tool_call", "approval": "gate"}
"""The statement that reads one row of a relation again, by its id."""


class PromptHead(NamedTuple):
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


class ToolHead(NamedTuple):
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


class GateHead(NamedTuple):
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


class EventHead(NamedTuple):
    """An event, with its words where it is an error; a row of `stream/events_of_agent`."""

    seq: int
    id: str
    run_id: str | None
    agent_id: str | None
    level: str
    kind: str
    message: str
    created_at: str | None


Head = PromptHead | ToolHead | GateHead | EventHead


class Record:
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

    def __lt__(self, other: "Record") -> bool:
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
        statement = AGAIN[self.relation]
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
            raw, size = window(source, name, self.head.id, passage.read, count)
            touched += size
            if not raw:
                break
            is_first = not passage.read
            passage = first_part(raw, size) if is_first else passage.extended(raw, size)
        self.passages[name] = passage
        return touched


class PromptRecord(Record):
    """A model call: its request, what it thinks, and its answer, piece by piece if streamed."""

    relation = "prompt"

    def __init__(self, head: PromptHead, placed: float) -> None:
        super().__init__(head, placed)
        self._has_cost = True
        self._streams = self.is_open
        """Whether it was ever seen unfinished: then its chunks are followed to the end."""
        self._grown: dict[str, Growing] = {}
        self._shown = self._seen = -1
        """The last chunk whose text is kept, and the last one that was counted."""
        self._beyond: dict[str, int] = {}
        """Bytes of each kind that were counted and not kept."""

    def read(self, source: Source) -> int:
        self._has_cost = "cost" not in source.lacks
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
        head: PromptHead = self.head
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
            has_cost=self._has_cost,
            **state,
        )


class ToolRecord(Record):
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
        raw, _ = window(source, "output", self.head.id, output.size - _END, _END)
        self.passages["output"] = replace(output, last=last_lines(raw, _LAST))
        return output.size

    def _make(self, agent: str) -> Iterator[Item]:
        head: ToolHead = self.head
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


class GateRecord(Record):
    """A gate: what is asked, and what became of it."""

    relation = "approval"
    _expires = True

    def read(self, source: Source) -> int:
        """Where the system lets no gate expire, one past its time waits on."""
        self._expires = source.system.expires_gates
        return super().read(source)

    @property
    def is_open(self) -> bool:
        # A decision is news until its agent has picked it up.
        head: GateHead = self.head
        return head.status == "pending" or (
            head.status in ("approved", "rejected") and head.picked_up_at is None
        )

    def _make(self, agent: str) -> Iterator[Item]:
        head: GateHead = self.head
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
            deadline=times.parse(head.expires_at) if self._expires else None,
            ended=times.parse(head.decided_at),
            decided_by=clean(head.decided_by or "", 80),
            reason=clean(head.reason or "", 400),
            picked_up=times.parse(head.picked_up_at),
        )


class ErrorRecord(Record):
    """An event that is an error."""

    relation = "event"

    @property
    def is_open(self) -> bool:
        return False

    def _make(self, agent: str) -> Iterator[Item]:
        head: EventHead = self.head
        lines, count = shown_lines(head.message)
        size = len(head.message.encode("utf-8", "replace"))
        yield self._item(
            "error",
            agent,
            name=clean(head.kind, 80),
            status="failed",
            texts=(("", Passage(lines, size, size, count)),) if lines else (),
        )


RECORDS: dict[str, tuple[type[Record], type[Any], str]] = {
    "prompt": (PromptRecord, PromptHead, "prompts"),
    "tool_call": (ToolRecord, ToolHead, "tool_calls"),
    "approval": (GateRecord, GateHead, "gates"),
    "event": (ErrorRecord, EventHead, "events"),
}
"""Each relation's record, its row, and the word its statements begin with."""


def window(source: Source, name: str, row_id: str, at: int, count: int) -> tuple[bytes, int]:
    """Bytes of a text from `at`, counted from 0, and the size of the whole."""
    rows = source.raw(f"stream/{name}_window", id=row_id, start=at + 1, count=count)
    size, raw = rows[0] if rows else (0, b"")
    return raw if isinstance(raw, bytes) else b"", size or 0


def _took(latency_ms: float | None, at: float | None, ended: float | None) -> float | None:
    if latency_ms is not None:
        return latency_ms / 1000
    return ended - at if ended is not None and at is not None else None
