"""What a run is made of: spans (model calls, tool calls, gates), agents, and the agents' places."""

import re
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from math import inf
from typing import NamedTuple

from .coverage import Coverage
from .rows import OVER
from .span_list import Kind, Span, SpanList

KINDS: tuple[Kind, ...] = ("gate", "llm", "tool")
"""Kinds of spans, in the order in which a moment belongs to one of them: waiting comes first."""

SKEW = 0.05
"""Seconds that clocks may differ before it is called a skew."""


STEPS = 200
"""Names that are told apart in the shape of one agent; the rest is counted together."""

OTHERS = "others"


class AgentRow(NamedTuple):
    """An agent as it was read; times in epoch seconds."""

    seq: int
    id: str
    parent_id: str | None
    name: str
    model: str
    status: str
    start: float
    end: float | None
    cost_usd: float | None
    context: float | None
    note: str


class RunRow(NamedTuple):
    """The run as it was read; times in epoch seconds."""

    seq: int
    id: str
    title: str
    kind: str
    status: str
    project: str
    start: float
    end: float | None
    note: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen in it."""
        return self.status in OVER


@dataclass
class Step:
    """What an agent did under one name, added up: `edit ×3`."""

    name: str
    kind: Kind
    first: Span
    count: int = 0
    seconds: float = 0.0
    cost_usd: float = 0.0
    failed: int = 0
    last_end: float = 0.0


class Node:
    """An agent, the run itself, or the place of what has no parent."""

    __slots__ = ("agent", "children", "covered", "failed", "key", "parent", "spans", "steps")

    def __init__(self, key: str, agent: AgentRow | None = None) -> None:
        self.key = key
        """`run`, `orphans`, or `agent` and its id."""
        self.agent = agent
        self.parent: Node | None = None
        self.children: list[Node] = []
        """Agents under it, by their start."""
        self.spans = SpanList()
        """By their start."""
        self.failed: list[Span] = []
        self.covered = {kind: Coverage() for kind in KINDS}
        """The time of its own closed spans, by kind."""
        self.steps: dict[str, Step] = {}
        """By name, in the order they were first read."""

    @property
    def start(self) -> float:
        """When it began: a child's place among the spans of its parent."""
        if self.agent is not None:
            return self.agent.start
        return self.spans[0].start if self.spans else inf

    def begin(self, span: Span) -> Step:
        """Counts a span to the step of its name."""
        step = self._step(span)
        step.count += 1
        if span.start < step.first.start:
            step.first = span
        return step

    def finish(self, span: Span, end: float, step: Step | None = None) -> None:
        """Adds what a span took to its step; the tree covers its time."""
        step = step or self._step(span)
        if end > span.start:
            step.seconds += end - span.start
        if end > step.last_end:
            step.last_end = end
        if span.cost_usd is not None:
            step.cost_usd += span.cost_usd
        if span.status == "failed":
            step.failed += 1
            insort(self.failed, span)

    def keep(self, spans: list[Span]) -> None:
        """Has these spans instead of those it had."""
        self.spans, self.failed, self.steps = SpanList(spans), [], {}
        self.covered = {kind: Coverage() for kind in KINDS}
        for span in spans:
            step = self.begin(span)
            if span.end is not None:
                self.finish(span, span.end, step)
                self.covered[span.kind].add([(span.start, span.end)])

    def _step(self, span: Span) -> Step:
        name = step_name(span)
        step = self.steps.get(name)
        if step is None:
            name = name if len(self.steps) < STEPS else OTHERS
            step = self.steps.setdefault(name, Step(name, span.kind, span))
        return step

    def open_at(self, moment: float, horizon: float, look_back: int = 64) -> Span | None:
        """The latest of its spans that was going on at a moment, among the last few begun."""
        at = self.spans.begun_by(moment)
        for span in reversed(self.spans[max(0, at - look_back) : at]):
            if span.ends(horizon) >= moment:
                return span
        return None


def walk(node: Node) -> Iterator[Node]:
    """A node and every one below it, parents first."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


@cache
def _counter() -> re.Pattern[str]:
    return re.compile(r"[\s#_:-]*\d+$")


def step_name(span: Span) -> str:
    """The name of the step a span counts to; all gates are one."""
    return "gate" if span.kind == "gate" else uncounted(span.name)


@lru_cache(10_000)
def uncounted(name: str) -> str:
    """A span's name without what counts: `edit 3` is another `edit`."""
    if not name[-1:].isdigit():
        return name
    return _counter().sub("", name) or name
