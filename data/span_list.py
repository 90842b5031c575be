"""The spans of one agent in columns: a hundred thousand of them fit where their rows would not."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from math import inf
from typing import Any, Literal, NamedTuple, overload

Kind = Literal["gate", "llm", "tool"]

_ABSENT = -inf
"""Stands for None in a column of numbers."""

_NUMBERS = {"start": "d", "seq": "q", "end": "d", "cost_usd": "d", "until": "d"}
_OPTIONAL = ("end", "cost_usd", "until")


class Span(NamedTuple):
    """A leaf of the tree. Spans sort by their start, then by the order they were appended in."""

    start: float
    """Epoch seconds; infinite where the row has no time that can be read."""
    seq: int
    kind: Kind
    id: str
    agent_id: str | None
    name: str
    status: str
    end: float | None
    """Epoch seconds; None while it is open."""
    cost_usd: float | None
    note: str
    """What went wrong, or the reason a gate was answered with."""
    until: float | None
    """When a gate can no longer be answered."""

    @property
    def key(self) -> str:
        """What names it on a screen: `llm 17`."""
        return f"{self.kind} {self.seq}"

    @property
    def is_failed(self) -> bool:
        """Whether it went wrong."""
        return self.status == "failed"

    @property
    def is_waiting(self) -> bool:
        """Whether its time is a person's: a gate, or a call that waits for one."""
        return self.kind == "gate" or self.status == "waiting"

    def ends(self, horizon: float) -> float:
        """When it ended; what is open goes on to the horizon, a gate at most to its expiry."""
        if self.end is not None:
            return self.end
        return min(horizon, self.until) if self.until is not None else horizon

    def is_open(self, now: float) -> bool:
        """Whether it goes on; a gate whose time is over does not."""
        return self.end is None and (self.until is None or self.until > now)


_FIELDS = Span._fields
_OPTIONAL_AT = tuple(_FIELDS.index(name) for name in _OPTIONAL)
_START, _SEQ, _ID = (_FIELDS.index(name) for name in ("start", "seq", "id"))


class SpanList(Sequence[Span]):
    """Spans by their start; each is made when it is asked for."""

    __slots__ = ("_columns",)

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._columns: list[Any] = [_column(name) for name in _FIELDS]
        self.add(sorted(spans))

    def __len__(self) -> int:
        return len(self._columns[_START])

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> list[Span]: ...
    def __getitem__(self, index: int | slice) -> Span | list[Span]:
        if isinstance(index, slice):
            return [_span(values) for values in zip(*self._cut(index), strict=True)]
        return _span(tuple(column[index] for column in self._columns))

    def add(self, fresh: list[Span]) -> None:
        """Puts sorted spans at their places; only what lies between them is sorted again."""
        if not fresh:
            return
        first = self._before(fresh[0])
        last = self._before(fresh[-1])
        if first < last:
            fresh = sorted([*self[first:last], *fresh])
        for name, column, values in zip(_FIELDS, self._columns, _turned(fresh), strict=True):
            column[first:last] = _values(name, values)

    def remove(self, span: Span) -> None:
        """Takes a span out; nothing happens when it is not there."""
        at = self.place(span.start, span.seq, span.kind)
        if at is not None:
            for column in self._columns:
                del column[at]

    def place(self, start: float, seq: int, kind: Kind) -> int | None:
        """Where the span with this start, number and kind stands."""
        starts, seqs = self._columns[_START], self._columns[_SEQ]
        at = bisect_left(starts, start)
        while at < len(starts) and starts[at] == start:
            if seqs[at] == seq and self[at].kind == kind:
                return at
            at += 1
        return None

    def begun_before(self, moment: float) -> int:
        """How many spans began before a moment."""
        return bisect_left(self._columns[_START], moment)

    def begun_by(self, moment: float) -> int:
        """How many spans began before a moment, or at it."""
        return bisect_right(self._columns[_START], moment)

    def with_id(self, span_id: str) -> Span | None:
        """The first span with a row's id; looks at one after the other."""
        ids: list[str] = self._columns[_ID]
        return self[ids.index(span_id)] if span_id in ids else None

    def _before(self, span: Span) -> int:
        """How many spans stand before one."""
        at = self.begun_before(span.start)
        starts = self._columns[_START]
        while at < len(starts) and starts[at] == span.start and self[at][:3] < span[:3]:
            at += 1
        return at

    def _cut(self, index: slice) -> list[Any]:
        return [column[index] for column in self._columns]


def _column(name: str) -> Any:
    code = _NUMBERS.get(name)
    return array(code) if code else []


def _turned(spans: list[Span]) -> Iterable[tuple[Any, ...]]:
    """Rows as columns."""
    return zip(*spans, strict=True)


def _values(name: str, values: Iterable[Any]) -> Any:
    """Values as their column holds them."""
    code = _NUMBERS.get(name)
    if name in _OPTIONAL:
        values = [_ABSENT if value is None else value for value in values]
    return array(code, values) if code else values


def _span(values: tuple[Any, ...]) -> Span:
    row = list(values)
    for at in _OPTIONAL_AT:
        if row[at] == _ABSENT:
            row[at] = None
    return Span._make(row)
