"""What the filter grammar sees of a relation's rows: their columns, and a few short words."""

from typing import Any

from . import filters, times
from .filters import Facts, Kind
from .listing import DERIVED, RELATION_OF, Row, columns_of
from .rows import RELATIONS
from .source import Source

_EXPLAINED = 2000
"""Rows kept to explain why a filter found nothing."""


def fields_of(name: str) -> dict[str, Kind]:
    """What the rows called `name` can be filtered by, and what each of these holds."""
    row_type = RELATIONS[RELATION_OF[name]]
    fields = {
        column: _kind(column, annotation) for column, annotation in row_type.__annotations__.items()
    }
    fields.update((column, _kind(column, float)) for column in DERIVED.get(name, ()))
    for short, column in _SHORT.items():
        if column in fields:
            fields.setdefault(short, fields[column])
    if name in _OWN:
        fields[_OWN[name][0]] = Kind.TEXT
    if "latency_ms" in fields:
        fields["latency"] = Kind.DURATION
    if any(column in fields for column in _BEGINNINGS):
        fields["age"] = Kind.DURATION
    return fields


class Search:
    """A filter over the rows called `name`; it remembers enough to explain an empty answer."""

    def __init__(self, source: Source, name: str, filter_text: str, now: float) -> None:
        self._filter = filters.parse(filter_text, fields_of(name))
        self._source = source
        self._columns = columns_of(name)
        self._own = _OWN.get(name)
        self._now = now
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}
        self._looked_at: list[Facts] = []

    def matches(self, row: Row) -> bool:
        """Whether the row is one of those sought."""
        facts = self._facts(row)
        if len(self._looked_at) < _EXPLAINED:
            self._looked_at.append(facts)
        return self._filter.matches(facts)

    def explain(self) -> str:
        """Why no row was found; "" where there was none to look at."""
        emptied = self._filter.explain_empty(self._looked_at)
        if emptied:
            return f"nothing matches: {emptied.term} removed the last {emptied.removed:,}"
        return "nothing matches" if self._looked_at else ""

    def _facts(self, row: Row) -> Facts:
        facts: dict[str, object] = dict(zip(self._columns, row, strict=True))
        for short, column in _SHORT.items():
            if column in facts:
                facts.setdefault(short, self._with_name(column, facts[column]))
        if self._own:
            short, own = self._own
            facts[short] = tuple(facts[column] for column in own)
        began = next((facts[column] for column in _BEGINNINGS if facts.get(column)), None)
        at = times.parse(began) if isinstance(began, str) else None
        facts["age"] = None if at is None else self._now - at
        if isinstance(latency := facts.get("latency_ms"), (int, float)):
            facts["latency"] = latency / 1000
        return facts

    def _with_name(self, column: str, value: object) -> object:
        """The value; behind an id also the name a person knows."""
        if column not in _NAMES or not isinstance(value, str):
            return value
        if (column, value) not in self._names:
            rows = self._source.raw(_NAMES[column], **{column: value})
            self._names[column, value] = (value, *(str(name) for (name,) in rows[:1]))
        return self._names[column, value]


_BEGINNINGS = (
    "started_at",
    "created_at",
    "requested_at",
    "opened_at",
    "recorded_at",
    "updated_at",
)

_SHORT = {
    "state": "status",
    "run": "run_id",
    "agent": "agent_id",
    "cost": "cost_usd",
    "ctx": "context_used",
    "in": "tokens_in",
    "out": "tokens_out",
}
"""Short words of the filter grammar, and the column each stands for."""

_OWN = {
    "runs": ("run", ("id", "title")),
    "agents": ("agent", ("id", "name")),
    "tools": ("tool", ("name",)),
}
"""The word for a row's own name, where its columns do not have it."""

_NAMES = {"run_id": "listing/run_title", "agent_id": "listing/agent_name"}
"""The statement that finds the name behind an id."""


def _kind(column: str, annotation: Any) -> Kind:
    if column.endswith("_at"):
        return Kind.TIME
    if column in _KINDS:
        return _KINDS[column]
    return Kind.NUMBER if annotation in (int, float, int | None, float | None) else Kind.TEXT


_KINDS = {
    "cost_usd": Kind.MONEY,
    "context_used": Kind.SHARE,
    "enabled": Kind.FLAG,
    "derived": Kind.FLAG,
    "sha256": Kind.TEXT,
}
