"""Which spans of a run a filter shows: found a page at a time, so that nobody waits for it."""

from collections.abc import Iterable, Iterator, Mapping

from .filters import Facts, Filter, Kind
from .span_list import Span, SpanList
from .span_tree import SpanTree
from .spans import Node

PAGE = 500
"""Spans looked at in one go."""

FIELDS: Mapping[str, Kind] = {
    "kind": Kind.TEXT,
    "name": Kind.TEXT,
    "state": Kind.TEXT,
    "agent": Kind.TEXT,
    "model": Kind.TEXT,
    "note": Kind.TEXT,
    "cost": Kind.MONEY,
    "took": Kind.DURATION,
    "began": Kind.TIME,
}
"""What can be asked of a span."""


def facts_of(span: Span, node: Node, horizon: float) -> Facts:
    """A span as a filter sees it, and as it is exported."""
    agent = node.agent
    return {
        "kind": span.kind,
        "id": span.id,
        "name": span.name,
        "state": span.status,
        "agent": agent.name if agent is not None else None,
        "model": agent.model if agent is not None else None,
        "began": span.start,
        "took": span.ends(horizon) - span.start,
        "cost": span.cost_usd,
        "note": span.note,
        "err": span.is_failed,
    }


class Matches:
    """The spans that match, by the key of their agent, in the order of the tree."""

    def __init__(self, wanted: Filter, tree: SpanTree) -> None:
        self.filter = wanted
        self.spans: dict[str, SpanList] = {}
        self.count = 0
        self._tree = tree

    def take(self, spans: Iterable[Span], now: float) -> None:
        """Looks at spans that are new or changed."""
        horizon = self._tree.horizon(now)
        for span in spans:
            node = self._tree.node_of(span)
            known = self.spans.setdefault(node.key, SpanList())
            before = len(known)
            known.remove(span)
            if self.filter.matches(facts_of(span, node, horizon)):
                known.add([span])
            self.count += len(known) - before

    def take_all(self, now: float) -> Iterator[int]:
        """Looks at every span there is, and says after each page how many match so far."""
        for node in [self._tree.root, *self._tree.nodes.values(), self._tree.orphans]:
            for start in range(0, len(node.spans), PAGE):
                self._take_page(node, node.spans[start : start + PAGE], now)
                yield self.count

    def _take_page(self, node: Node, page: list[Span], now: float) -> None:
        horizon = self._tree.horizon(now)
        known = self.spans.setdefault(node.key, SpanList())
        # What arrived while the pages were turned may be there already.
        found = [
            span
            for span in page
            if self.filter.matches(facts_of(span, node, horizon))
            and known.place(span.start, span.seq, span.kind) is None
        ]
        known.add(found)
        self.count += len(found)
