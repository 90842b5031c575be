"""What the pane below a run says of one span: its tokens, its risk, what a gate would change."""

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .source import Source
from .text import clean

if TYPE_CHECKING:
    from .document import Lines

PAYLOAD = 200_000
"""Characters of a gate's payload that are laid out here; a larger one is left to its review."""

_HEAD_LINES = 4


class FileChange(NamedTuple):
    """One part of what a gate would do."""

    title: str
    kind: str
    added: int
    removed: int
    head: str
    """Its first line, where that says more than its title: a command, a request.

    A line that only opens a bracket is told with the next.
    """


class PromptDetail(NamedTuple):
    """What the pane says of a model call."""

    key: str
    model: str
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cost_source: str
    latency_ms: int | None
    error: str


class ToolDetail(NamedTuple):
    """What the pane says of a tool call."""

    key: str
    risk: str
    latency_ms: int | None
    error: str


class GateDetail(NamedTuple):
    """What the pane says of a gate."""

    key: str
    risk: str
    why: str
    requested_by: str
    decided_by: str
    reason: str
    changes: tuple[FileChange, ...]
    """Empty where the payload is too large to be laid out here."""
    needed: int
    signed: int
    on_timeout: str


Detail = PromptDetail | ToolDetail | GateDetail


def read_detail(source: Source, run_id: str, key: str) -> Detail | None:
    """What the pane says of the span with that key; None for an agent, the run, or nothing."""
    kind, _, number = key.partition(" ")
    if not number.isdigit():
        return None
    seq = int(number)
    if kind == "llm":
        return _prompt_detail(source, run_id, key, seq)
    if kind == "tool":
        return _tool_detail(source, run_id, key, seq)
    return _gate_detail(source, run_id, key, seq) if kind == "gate" else None


class _PromptDetailRow(NamedTuple):
    model: str | None
    source_status: str | None
    tokens_in: int | None
    tokens_out: int | None
    cache_read: int | None
    cache_write: int | None
    cost_source: str | None
    latency_ms: int | None
    error: str | None


class _ToolDetailRow(NamedTuple):
    source_status: str | None
    risk: str | None
    latency_ms: int | None
    error: str | None


class _GateDetailRow(NamedTuple):
    id: str
    risk: str
    why: str | None
    requested_by: str | None
    decided_by: str | None
    reason: str | None
    payload: str


class _ConsentRow(NamedTuple):
    approval_id: str
    needed: int
    signed: int
    on_timeout: str | None
    moved_on_at: str | None


def _prompt_detail(source: Source, run_id: str, key: str, seq: int) -> PromptDetail | None:
    row = source.one("run/prompt_detail", _PromptDetailRow, run_id=run_id, seq=seq)
    if row is None:
        return None
    return PromptDetail(
        key,
        clean(row.model, 80),
        row.tokens_in,
        row.tokens_out,
        row.cache_read,
        row.cache_write,
        clean(row.cost_source, 40),
        row.latency_ms,
        clean(row.error, 2000),
    )


def _tool_detail(source: Source, run_id: str, key: str, seq: int) -> ToolDetail | None:
    row = source.one("run/tool_detail", _ToolDetailRow, run_id=run_id, seq=seq)
    if row is None:
        return None
    return ToolDetail(key, clean(row.risk, 40), row.latency_ms, clean(row.error, 2000))


def _gate_detail(source: Source, run_id: str, key: str, seq: int) -> GateDetail | None:
    row = source.one(
        "run/gate_detail", _GateDetailRow, run_id=run_id, seq=seq, payload_limit=PAYLOAD + 1
    )
    if row is None:
        return None
    consent = source.one("run/consent", _ConsentRow, approval_id=row.id)
    return GateDetail(
        key,
        clean(row.risk, 40),
        clean(row.why, 2000),
        clean(row.requested_by, 80),
        clean(row.decided_by, 80),
        clean(row.reason, 300),
        _changes(source, key, row.payload),
        consent.needed if consent is not None else 1,
        consent.signed if consent is not None else 0,
        clean(consent.on_timeout if consent is not None else "", 300),
    )


def _head(lines: "Lines") -> str:
    """The first line, with those that follow where it only opens a bracket."""
    said = ""
    for line in islice(lines, _HEAD_LINES):
        said = f"{said} {line.text.strip()}".strip()
        if said.rstrip("{[ "):
            break
    return said


def _changes(source: Source, key: str, payload: str) -> tuple[FileChange, ...]:
    """The parts of a payload; laid out once for each text."""
    if len(payload) > PAYLOAD:
        return ()
    known: dict[str, tuple[str, tuple[FileChange, ...]]] = source.memo.setdefault("run gates", {})
    before = known.get(key)
    if before is not None and before[0] == payload:
        return before[1]
    from .payload import parse  # only a selected gate needs it

    changes = tuple(
        FileChange(
            section.title,
            section.kind,
            section.added,
            section.removed,
            "" if section.kind == "file" else _head(section.lines),
        )
        for section in parse(payload).sections
    )
    known.clear()
    known[key] = (payload, changes)
    return changes
