"""A run's tree as flat rows: any of them is found at once, however many spans there are.

Rows are held as stretches of spans between the rows of agents, so that folding an agent or taking
in new spans costs as much as there are agents, not spans.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, overload

from ...data.span_list import Span, SpanList
from ...data.span_tree import SpanTree
from ...data.spans import Node, Step, walk


class SpanRow(NamedTuple):
    """One row: the run, an agent, the orphans, a span, or a step of an agent's shape."""

    key: str
    node: Node
    span: Span | None
    lasts: tuple[bool, ...]
    """For each level above, whether the row (or its ancestor there) is the last of its parent."""
    hidden: int = 0
    """Rows folded away under it."""
    step: Step | None = None

    @property
    def is_run(self) -> bool:
        """Whether it is the first row of all."""
        return self.node.key == "run" and self.span is None and self.step is None


class _Stretch(NamedTuple):
    """An agent's own row, or neighbouring spans of one agent."""

    start: int
    """Its first row among all rows."""
    node: Node
    first: int
    """The first of the agent's spans; -1 for the agent's own row."""
    size: int
    lasts: tuple[bool, ...]
    """Of an agent's row; of spans without their own level."""
    is_final: bool
    """Whether its last row is the last of its parent."""
    hidden: int

    @property
    def depth(self) -> int:
        """How many levels stand above its rows."""
        return len(self.lasts) + (self.first >= 0)


class SpanRows(Sequence[SpanRow]):
    """The rows of a run, agents in `is_folded` without what is under them.

    With `matches` only those spans are shown, and of the agents those that have any.
    """

    def __init__(
        self,
        tree: SpanTree,
        is_folded: Callable[[Node], bool],
        matches: Mapping[str, SpanList] | None = None,
    ) -> None:
        self._tree = tree
        self._matches = matches
        self._stretches: list[_Stretch] = []
        self._nodes: dict[str, int] = {}
        self._runs: dict[str, list[_Stretch]] = {}
        self._length = 0
        if tree.run is not None:
            self._lay_out(is_folded)
        self._starts = [stretch.start for stretch in self._stretches]

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> SpanRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[SpanRow]: ...
    def __getitem__(self, index: int | slice) -> SpanRow | list[SpanRow]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(self._length))]
        at = index + self._length if index < 0 else index
        if not 0 <= at < self._length:
            raise IndexError(index)
        stretch = self._stretches[bisect_right(self._starts, at) - 1]
        node = stretch.node
        if stretch.first < 0:
            return SpanRow(node.key, node, None, stretch.lasts, stretch.hidden)
        inside = at - stretch.start
        span = self._shown(node)[stretch.first + inside]
        is_last = stretch.is_final and inside == stretch.size - 1
        return SpanRow(span.key, node, span, (*stretch.lasts, is_last))

    def index_of(self, key: str) -> int | None:
        """The row of a key; None where it is folded away or not there."""
        if key in self._nodes:
            return self._nodes[key]
        span = self._tree.find(key)
        if span is None:
            return None
        node = self._tree.node_of(span)
        place = self._shown(node).place(span.start, span.seq, span.kind)
        for stretch in self._runs.get(node.key, ()):
            if place is not None and stretch.first <= place < stretch.first + stretch.size:
                return stretch.start + place - stretch.first
        return None

    def sibling(self, index: int, direction: int) -> int | None:
        """The next row under the same parent, or the one before."""
        at = bisect_right(self._starts, index) - 1
        stretch = self._stretches[at]
        if stretch.start <= index + direction < stretch.start + stretch.size:
            return index + direction
        at += direction
        while 0 <= at < len(self._stretches):
            other = self._stretches[at]
            if other.depth == stretch.depth:
                return other.start if direction > 0 else other.start + other.size - 1
            if other.depth < stretch.depth:
                return None
            at += direction
        return None

    def agent(self, index: int, direction: int) -> int | None:
        """The row of the next agent below, or of the one above."""
        at = bisect_right(self._starts, index) - 1
        is_inside = direction < 0 and self._stretches[at].first >= 0
        at += 0 if is_inside else direction
        while 0 <= at < len(self._stretches):
            if self._stretches[at].first < 0:
                return self._stretches[at].start
            at += direction
        return None

    # Laying out

    def _lay_out(self, is_folded: Callable[[Node], bool]) -> None:
        work: list[_Work] = [_Work(self._tree.root, -1, 0, (), True)]
        while work:
            item = work.pop()
            if item.first >= 0:
                self._add(item, 0)
                continue
            folded = is_folded(item.node)
            self._nodes[item.node.key] = self._length
            self._add(item, self._size(item.node) if folded else 0)
            if not folded:
                work.extend(reversed(list(self._inside(item))))

    def _inside(self, item: "_Work") -> Iterator["_Work"]:
        """What stands under a node, by start: stretches of spans between its agents."""
        node, lasts = item.node, item.lasts
        below = [child for child in self._children(node) if self._is_shown(child)]
        spans = self._shown(node)
        at = 0
        for number, child in enumerate(below):
            until = spans.begun_by(child.start)
            if child is self._tree.orphans:
                until = len(spans)
            if until > at:
                yield _Work(node, at, until - at, lasts, False)
                at = until
            is_final = number == len(below) - 1 and at == len(spans)
            yield _Work(child, -1, 1, (*lasts, is_final), is_final)
        if at < len(spans):
            yield _Work(node, at, len(spans) - at, lasts, True)

    def _add(self, item: "_Work", hidden: int) -> None:
        stretch = _Stretch(
            self._length,
            item.node,
            item.first,
            max(1, item.size),
            item.lasts,
            item.is_final,
            hidden,
        )
        self._stretches.append(stretch)
        if item.first >= 0:
            self._runs.setdefault(item.node.key, []).append(stretch)
        self._length += stretch.size

    def _children(self, node: Node) -> Iterable[Node]:
        orphans = self._tree.orphans
        if node is self._tree.root and (orphans.spans or orphans.children):
            return [*node.children, orphans]
        return node.children

    def _is_shown(self, node: Node) -> bool:
        if self._matches is None:
            return True
        return any(self._matches.get(below.key) for below in walk(node))

    def _size(self, node: Node) -> int:
        """How many rows stand under a node."""
        return sum(1 + len(self._shown(below)) for below in walk(node)) - 1

    def _shown(self, node: Node) -> SpanList:
        return node.spans if self._matches is None else self._matches.get(node.key, _NONE)


class _Work(NamedTuple):
    """A row of a node (`first` is -1), or a stretch of its spans, to be laid out."""

    node: Node
    first: int
    size: int
    lasts: tuple[bool, ...]
    is_final: bool


def lanes(tree: SpanTree) -> list[SpanRow]:
    """One row for each agent, and for the run where it has spans of its own."""
    return [
        SpanRow(node.key, node, None, lasts)
        for node, lasts in _in_order(tree)
        if node.agent is not None or node.spans
    ]


def shapes(tree: SpanTree, is_folded: Callable[[Node], bool]) -> list[SpanRow]:
    """Each agent and the steps it repeats, by the first of each."""
    rows: list[SpanRow] = []
    for node, lasts in _in_order(tree):
        steps = steps_of(node)
        if node.agent is None and not steps:
            continue
        hidden = len(steps) if is_folded(node) else 0
        rows.append(SpanRow(node.key, node, None, lasts, hidden))
        if not hidden:
            ends = [(*lasts, step is steps[-1] and not node.children) for step in steps]
            rows += [
                SpanRow(f"step {node.key} {step.name}", node, None, end, 0, step)
                for step, end in zip(steps, ends, strict=True)
            ]
    return rows


def steps_of(node: Node) -> list[Step]:
    """An agent's steps in the order they were first taken."""
    return sorted(node.steps.values(), key=lambda step: step.first)


def _in_order(tree: SpanTree) -> Iterator[tuple[Node, tuple[bool, ...]]]:
    """Every node with its place, parents first; the orphans last."""
    stack: list[tuple[Node, tuple[bool, ...]]] = [(tree.root, ())]
    while stack:
        node, lasts = stack.pop()
        yield node, lasts
        below = list(node.children)
        if node is tree.root and (tree.orphans.spans or tree.orphans.children):
            below.append(tree.orphans)
        stack += [(child, (*lasts, child is below[-1])) for child in reversed(below)]


_NONE = SpanList()
