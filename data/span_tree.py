"""One run as a tree: agents under agents, model calls, tool calls and gates under them, by start.

The tree belongs to one thread and is changed only by `take`; what `data.run` reads comes in as
values. Nothing here reads every span again when a few of them arrive.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from math import inf
from operator import itemgetter
from statistics import median
from typing import NamedTuple

from .coverage import Coverage, Stretch
from .span_list import Kind, Span
from .spans import (
    KINDS,
    SKEW,
    AgentRow,
    Node,
    RunRow,
    Step,
    walk,
)

LATEST = 512
"""How many of the spans that ended last are kept to find the critical path."""

RECHECKS = 200
"""Rows that are looked at again in one look, to see whether they are over."""

UNFOLDED_SPANS = 200
"""A finished run with more spans than this shows its agents only, at first."""


class Shares(NamedTuple):
    """Where the time of a run went, in seconds; each moment belongs to the first that holds."""

    waiting: float
    model: float
    tools: float
    idle: float

    @property
    def total(self) -> float:
        """The length of the run."""
        return sum(self)


class Waits(NamedTuple):
    """How the gates of a run were answered."""

    answered: int
    median: float | None
    """Seconds a gate waited for its answer; None while none was answered."""
    unchanged: int
    """Gates approved as they were: they changed nothing."""


class _Index:
    """Where the spans of one kind stand, by their number: in columns, like the spans."""

    __slots__ = ("_nodes", "_seqs", "_starts")

    def __init__(self) -> None:
        self._seqs = array("q")
        self._starts = array("d")
        self._nodes: list[Node] = []

    def add(self, places: list[tuple[int, float, Node]]) -> None:
        """Notes numbers with the start and the agent of their spans; a known one anew."""
        places.sort(key=itemgetter(0))
        # What is older and what is newer than the known comes in one look.
        low = self._seqs[0] if self._seqs else 0
        self._put([place for place in places if place[0] < low])
        self._put([place for place in places if place[0] >= low])

    def _put(self, places: list[tuple[int, float, Node]]) -> None:
        if not places:
            return
        first = bisect_left(self._seqs, places[0][0])
        last = bisect_right(self._seqs, places[-1][0])
        if first < last:
            known = zip(self._seqs[first:last], self._starts[first:last], strict=True)
            both = zip(known, self._nodes[first:last], strict=True)
            merged = {seq: (seq, start, node) for (seq, start), node in both}
            merged |= {place[0]: place for place in places}
            places = sorted(merged.values(), key=itemgetter(0))
        self._seqs[first:last] = array("q", [seq for seq, _, _ in places])
        self._starts[first:last] = array("d", [start for _, start, _ in places])
        self._nodes[first:last] = [node for _, _, node in places]

    def find(self, seq: int, kind: Kind) -> Span | None:
        """The span with this number."""
        at = bisect_left(self._seqs, seq)
        if at == len(self._seqs) or self._seqs[at] != seq:
            return None
        spans = self._nodes[at].spans
        place = spans.place(self._starts[at], seq, kind)
        return spans[place] if place is not None else None


class Link(NamedTuple):
    """A step of the critical path."""

    span: Span
    node: Node


class SpanTree:
    """A run's spans as they arrive; reading it is cheap whatever its size."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forgets everything: another run, or another file."""
        self.run: RunRow | None = None
        self.root = Node("run")
        self.orphans = Node("orphans")
        self.nodes: dict[str, Node] = {}
        """Agents by id."""
        self.open: dict[tuple[Kind, int], Span] = {}
        """Spans that are not over."""
        self.count = 0
        self.skewed = 0
        """Spans whose clock disagrees with their parent's, or with itself."""
        self.first = inf
        self.last = 0.0
        """The earliest start and the latest end of all spans."""
        self.has_costs = True
        """Whether the source records costs: where it does not, no call is without a price."""
        self.unpriced = 0
        """Finished model calls without a price."""
        self._index = {kind: _Index() for kind in KINDS}
        self._union = {kind: Coverage() for kind in KINDS}
        self._late: list[tuple[float, Span]] = []
        self._waits: list[float] = []
        self._unchanged = 0
        self._rechecked = 0
        self._folded: dict[str, bool] = {}
        self._is_large = False

    # Taking what was read

    def take(
        self,
        run: RunRow | None,
        agents: Iterable[AgentRow],
        spans: Sequence[Span],
        *,
        is_part: bool = False,
        has_costs: bool = True,
    ) -> None:
        """Takes in rows that are new or changed; in any order, each once.

        `is_part`: older spans of the run are still to come.
        """
        self.run = run
        self.has_costs = has_costs
        self._is_large |= is_part
        self._take_agents(agents)
        fresh: dict[str, list[Span]] = {}
        for span in spans:
            known = self.open.get((span.kind, span.seq))
            if known is None:
                fresh.setdefault(self.node_of(span).key, []).append(span)
            elif known != span:
                self._replace(known, span)
        for found in fresh.values():
            self._add(self.node_of(found[0]), sorted(found))
        self._index_all(span for found in fresh.values() for span in found)
        self._cover_all(spans)
        self._keep_latest(spans)

    def _take_agents(self, agents: Iterable[AgentRow]) -> None:
        is_moved = False
        for agent in agents:
            node = self.nodes.get(agent.id)
            if node is None:
                node = self.nodes[agent.id] = Node(f"agent {agent.id}", agent)
                self._adopt(node, agent.id)
                is_moved = True
            elif node.agent is not None:
                is_moved |= node.agent.parent_id != agent.parent_id
                is_moved |= node.agent.start != agent.start
            node.agent = agent
        if is_moved:
            self._link()

    def _adopt(self, node: Node, agent_id: str) -> None:
        """Spans that were read before their agent come to it."""
        theirs = [span for span in self.orphans.spans if span.agent_id == agent_id]
        if theirs:
            self.orphans.keep([s for s in self.orphans.spans if s.agent_id != agent_id])
            node.keep(theirs)

    def _link(self) -> None:
        """Children to their parents; a missing parent or a circle leads to the orphans."""
        for node in (self.root, self.orphans, *self.nodes.values()):
            node.children = []
            node.parent = None
        for node in sorted(self.nodes.values(), key=lambda node: (node.start, _seq(node))):
            parent = self._parent_of(node)
            node.parent = parent
            parent.children.append(node)
        self._break_circles()

    def _break_circles(self) -> None:
        reached = {node.key for root in (self.root, self.orphans) for node in walk(root)}
        for node in self.nodes.values():
            if node.key in reached:
                continue
            top = _in_circle(node)
            assert top.parent is not None
            top.parent.children.remove(top)
            top.parent = self.orphans
            self.orphans.children.append(top)
            reached.update(below.key for below in walk(top))

    def _parent_of(self, node: Node) -> Node:
        assert node.agent is not None
        parent_id = node.agent.parent_id
        return self.root if not parent_id else self.nodes.get(parent_id, self.orphans)

    def _add(self, node: Node, fresh: list[Span]) -> None:
        """New spans of one agent, by their start."""
        node.spans.add(fresh)
        self.count += len(fresh)
        self.first = min(self.first, fresh[0].start)
        began = self._began(node)
        for span in fresh:
            step = node.begin(span)
            self.skewed += _is_skewed(span, began)
            self._open_or_over(node, span, step)

    def _replace(self, known: Span, span: Span) -> None:
        """A row that changed takes the place of what it was."""
        del self.open[known.kind, known.seq]
        old_node, node = self.node_of(known), self.node_of(span)
        old_node.spans.remove(known)
        node.spans.add([span])
        self._index[span.kind].add([(span.seq, span.start, node)])
        began = self._began(node)
        self.skewed += _is_skewed(span, began) - _is_skewed(known, began)
        self._open_or_over(node, span)

    def _open_or_over(self, node: Node, span: Span, step: Step | None = None) -> None:
        if span.end is None:
            self.open[span.kind, span.seq] = span
            return
        node.finish(span, span.end, step)
        if span.end > self.last:
            self.last = span.end
        if span.kind == "llm":
            self.unpriced += self.has_costs and span.cost_usd is None
        elif span.kind == "gate":
            self._waits.append(max(0.0, span.end - span.start))
            self._unchanged += span.status == "approved"

    def _cover_all(self, spans: Iterable[Span]) -> None:
        """Covers the time of those that are over."""
        covered: dict[tuple[str, Kind], list[Stretch]] = {}
        for span in spans:
            if span.end is not None:
                place = self.node_of(span).key, span.kind
                covered.setdefault(place, []).append((span.start, span.end))
        for (key, kind), stretches in covered.items():
            self._cover(self._node(key), kind, stretches)

    def _cover(self, node: Node, kind: Kind, stretches: list[Stretch]) -> None:
        node.covered[kind].add(stretches)
        # Each kind's union holds the kinds before it too, so that a difference is its share.
        for wider in KINDS[KINDS.index(kind) :]:
            self._union[wider].add(stretches)

    def _index_all(self, fresh: Iterable[Span]) -> None:
        found: dict[Kind, list[tuple[int, float, Node]]] = {kind: [] for kind in KINDS}
        for span in fresh:
            found[span.kind].append((span.seq, span.start, self.node_of(span)))
        for kind, places in found.items():
            self._index[kind].add(places)

    def _keep_latest(self, spans: Iterable[Span]) -> None:
        floor = self._late[0][0] if len(self._late) >= LATEST else 0.0
        late = [(span.end, span) for span in spans if span.end is not None and span.end > floor]
        if late:
            self._late = sorted([*self._late, *late])[-LATEST:]

    # Asking

    def node_of(self, span: Span) -> Node:
        """The agent a span belongs to; a gate of no agent is the run's own."""
        if span.agent_id is None and span.kind == "gate":
            return self.root
        return self.nodes.get(span.agent_id or "", self.orphans)

    def _node(self, key: str) -> Node:
        """The node with that key."""
        if key == self.root.key:
            return self.root
        return self.nodes.get(key.removeprefix("agent "), self.orphans)

    def find(self, key: str) -> Span | None:
        """The span with that key."""
        word, _, number = key.partition(" ")
        for kind in KINDS:
            if kind == word and number.lstrip("-").isdigit():
                return self._index[kind].find(int(number), kind)
        return None

    def find_id(self, span_id: str) -> Span | None:
        """A span with a row's id; looks at one after the other."""
        found = (node.spans.with_id(span_id) for node in self._all_nodes())
        return next((span for span in found if span is not None), None)

    def _all_nodes(self) -> list[Node]:
        return [self.root, *self.nodes.values(), self.orphans]

    def horizon(self, now: float) -> float:
        """Until when open spans are drawn: now, or the end of a run that is over."""
        run = self.run
        if run is None or not run.is_over:
            return now
        return run.end if run.end is not None else max(self.last, run.start)

    def skew(self, span: Span) -> str | None:
        """What is odd about a span's times, in words; None where nothing is."""
        began = self._began(self.node_of(span))
        if not _is_skewed(span, began):
            return None
        if span.start == inf:
            return "no time"
        if span.end is not None and span.end < span.start:
            return f"ends {_seconds(span.start - span.end)} before it starts"
        return f"{_seconds(began - span.start)} before its agent"

    def _began(self, node: Node) -> float:
        """When an agent began; endless past where that is not known."""
        agent = node.agent
        return agent.start if agent is not None and agent.start != inf else -inf

    def extent(self, now: float) -> tuple[float, float]:
        """From when to when the run is drawn; clocks that are far off do not stretch it."""
        end = self.horizon(now)
        start = self.run.start if self.run is not None else inf
        if start == inf:
            start = min(self.first, end)
        length = max(end - start, 1.0)
        if start - length <= self.first < start:
            start = self.first
        if self.run is not None and self.run.is_over and end < self.last <= end + length:
            end = self.last
        return start, max(end, start)

    def shares(self, now: float) -> Shares:
        """Waiting on a person, the model, tools, and the rest of the run's time."""
        start, end = self.extent(now)
        for gate in self.open.values():
            if gate.until is not None and gate.until <= now:
                self._cover(self.node_of(gate), gate.kind, [(gate.start, gate.until)])
        gates, calls, tools = (self._covered(kind, start, end) for kind in KINDS)
        return Shares(gates, calls - gates, tools - calls, max(0.0, end - start - tools))

    def _covered(self, kind: Kind, start: float, end: float) -> float:
        """Seconds that a kind, or one before it, covers."""
        union, rank = self._union[kind], KINDS.index(kind)
        begun = [
            span.start
            for span in self.open.values()
            if span.is_open(end) and (0 if span.is_waiting else KINDS.index(span.kind)) <= rank
        ]
        since = min(max(min(begun, default=end), start), end)
        if self.first >= start and self.last <= end:
            return union.total - union.within(since, end) + end - since
        return union.within(start, since) + end - since

    def waits(self) -> Waits:
        """The gates that were answered, or that nobody answered in time."""
        middle = median(self._waits) if self._waits else None
        return Waits(len(self._waits), middle, self._unchanged)

    def gates_open(self, now: float) -> list[Span]:
        """Gates that wait now, the oldest first."""
        return sorted(s for s in self.open.values() if s.kind == "gate" and s.is_open(now))

    def critical_path(self, now: float, most: int = 12) -> list[Link]:
        """The chain that ends last, its latest steps, in order.

        The rule: from the span that ends last (of those still open an open gate, then the oldest),
        always back to the one that ended last before it began.
        """
        horizon = self.horizon(now)
        still = [span for span in self.open.values() if span.is_open(now) and span.start < horizon]
        if still:
            current = min(still, key=lambda span: (span.kind != "gate", span))
        elif self._late:
            current = self._late[-1][1]
        else:
            return []
        chain = [current]
        for end, span in reversed(self._late):
            if len(chain) >= most:
                break
            if end <= current.start + SKEW and span.start < current.start:
                chain.append(span)
                current = span
        return [Link(span, self.node_of(span)) for span in reversed(chain)]

    def at_moment(self, moment: float, now: float) -> Span | None:
        """The span that was going on at a moment, the last begun; else the next one to begin."""
        horizon = self.horizon(now)
        nodes = self._all_nodes()
        going = [node.open_at(moment, horizon) for node in nodes]
        found = max((span for span in going if span is not None), default=None)
        if found is not None:
            return found
        places = [node.spans.begun_before(moment) for node in nodes]
        later = [n.spans[at] for n, at in zip(nodes, places, strict=True) if at < len(n.spans)]
        return min(later, default=None)

    def rechecks(self) -> tuple[tuple[str, int], ...]:
        """Rows to be read again, as relation word and seq: open spans and agents, in turn."""
        rows: list[tuple[str, int]] = [*self.open]
        rows += [("agent", node.agent.seq) for node in self.nodes.values() if node.agent]
        if len(rows) <= RECHECKS:
            return tuple(rows)
        start = self._rechecked % len(rows)
        self._rechecked = start + RECHECKS
        return tuple((rows + rows)[start : start + RECHECKS])

    def is_folded_at_first(self, node: Node) -> bool:
        """Whether an agent is shown without its spans until a person unfolds it.

        All are in a run that takes more than one look, or that is over and large; else those that
        are over. Decided once: rows do not vanish because an agent ends.
        """
        if node.agent is None:
            return False
        if node.key not in self._folded:
            is_over = self.run is not None and self.run.is_over
            is_large = self._is_large or (is_over and self.count > UNFOLDED_SPANS)
            is_done = node.agent.status in ("completed", "cancelled") and not is_over
            self._folded[node.key] = is_large or is_done
        return self._folded[node.key]


def _in_circle(node: Node) -> Node:
    """The first agent met twice on the way up: one of a circle of each other's parents."""
    seen: set[str] = set()
    while node.key not in seen:
        seen.add(node.key)
        assert node.parent is not None
        node = node.parent
    return node


def _is_skewed(span: Span, began: float) -> bool:
    if span.start == inf or span.start < began - SKEW:
        return True
    return span.end is not None and span.end < span.start - SKEW


def _seq(node: Node) -> int:
    return node.agent.seq if node.agent is not None else 0


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    return f"{minutes // 60:,}h {minutes % 60:02}m"
