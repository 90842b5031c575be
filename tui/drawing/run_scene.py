"""What every row of a run is drawn with: the tree, the time axis, and what a row is doing now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal, NamedTuple

from ...data.span_list import Span as RunSpan
from ...data.span_tree import SpanTree
from ...data.spans import Node, step_name
from ..glyphs import state
from ..line import Span
from ..view import View
from .span_rows import SpanRow

Mode = Literal["waterfall", "tree", "timeline", "shape"]
MODES: tuple[Mode, ...] = ("waterfall", "tree", "timeline", "shape")

LABEL_GAP = 8
"""Cells between two labels of the axis, at least."""

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAY = 86_400


@dataclass(frozen=True)
class Scene:
    """What every row of a run is drawn with."""

    view: View
    tree: SpanTree
    mode: Mode = "waterfall"
    _axes: dict[int, "Axis"] = field(default_factory=dict, compare=False)

    def axis(self, cells: int) -> "Axis":
        """The time axis in so many cells."""
        axis = self._axes.get(cells)
        if axis is None:
            start, end = self.tree.extent(self.view.now)
            axis = self._axes[cells] = Axis(start, max(end, start + 0.001), cells)
        return axis

    @property
    def horizon(self) -> float:
        """Until when open spans are drawn."""
        return self.tree.horizon(self.view.now)

    @property
    def is_over(self) -> bool:
        """Whether the run is."""
        return self.tree.run is not None and self.tree.run.is_over

    def tone(self, token: str) -> str:
        """The token; muted where what it says may no longer be true."""
        return token if self.view.is_live else "muted"


class Axis(NamedTuple):
    """A stretch of time laid over cells."""

    start: float
    end: float
    cells: int

    def at(self, moment: float) -> float:
        """Where a moment stands, in cells; what is outside stands at the edge."""
        share = (moment - self.start) / (self.end - self.start)
        return min(max(share, 0.0), 1.0) * self.cells

    def ticks(self) -> list[tuple[int, str]]:
        """The cells of the grid lines with their labels, at whole seconds, minutes or hours."""
        length = self.end - self.start
        step = next((s for s in _STEPS if s / length * self.cells >= LABEL_GAP), None)
        if step is None:
            step = _DAY
            while step / length * self.cells < LABEL_GAP:
                step *= 2
        count = int(length / step)
        cells = [(round(n * step / length * self.cells), n * step) for n in range(1, count + 1)]
        return [(cell, _label(seconds)) for cell, seconds in cells if cell < self.cells]


def _label(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    if second:
        return f"{minutes}m{second:02}" if minutes else f"{second}s"
    hours, minute = divmod(minutes, 60)
    if hours >= 48 and not hours % 24 and not minute:
        return f"{hours // 24}d"
    if hours:
        return f"{hours}h{minute:02}" if minute else f"{hours}h"
    return f"{minute}m"


# Rows


def seconds_of(row: SpanRow, scene: Scene) -> float | None:
    """How long a row took, or takes so far; negative where its clock went back."""
    if row.step is not None:
        return row.step.seconds + _going_seconds(row, scene)
    start, end = times_of(row, scene)
    return None if start == inf or end is None else end - start


def _going_seconds(row: SpanRow, scene: Scene) -> float:
    """How long the open spans of a step have taken so far."""
    step = row.step
    going = [
        span
        for span in scene.tree.open.values()
        if scene.tree.node_of(span) is row.node and step_name(span) == (step and step.name)
    ]
    return sum(max(0.0, span.ends(scene.horizon) - span.start) for span in going)


def times_of(row: SpanRow, scene: Scene) -> tuple[float, float | None]:
    """When a row began and ended; what is open ends at the horizon. Unknown: infinite, None."""
    if row.span is not None:
        return row.span.start, row.span.ends(scene.horizon)
    agent, run = row.node.agent, scene.tree.run
    if agent is not None:
        if agent.end is None and agent.status in ("completed", "failed", "cancelled"):
            return agent.start, row.node.spans[-1].ends(scene.horizon) if row.node.spans else None
        return agent.start, agent.end if agent.end is not None else scene.horizon
    if row.is_run and run is not None:
        return run.start, scene.horizon
    return inf, None


def is_open(row: SpanRow, scene: Scene) -> bool:
    """Whether a row goes on."""
    if row.step is not None or scene.is_over:
        return False
    if row.span is not None:
        return row.span.is_open(scene.view.now)
    agent = row.node.agent
    if agent is not None:
        return agent.end is None and agent.status not in ("completed", "failed", "cancelled")
    return row.is_run


def run_cost(tree: SpanTree) -> float | None:
    """What the agents of a run cost together; None where none of them says."""
    costs = [node.agent.cost_usd for node in tree.nodes.values() if node.agent is not None]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known else None


def state_word(row: SpanRow, scene: Scene) -> Span:
    """The word of what a row does, as the state column shows it."""
    word = state_of(row, scene)
    if word in ("approved", "rejected", "withdrawn", "no answer"):
        return (word, "muted")
    return state(word, scene.view.glyphs, is_live=scene.view.is_live).word


def state_of(row: SpanRow, scene: Scene) -> str:
    """What a row does, in the console's words."""
    if row.span is not None:
        return _span_state(row.span, scene.view.now)
    if row.node.agent is not None:
        return _node_state(row.node.agent.status, row.node, scene)
    if row.is_run and scene.tree.run is not None:
        return run_state(scene.tree, scene.view.now)[0]
    return "lost"


def _span_state(span: RunSpan, now: float) -> str:
    if span.kind == "gate":
        if span.status == "pending":
            return "WAITING" if span.is_open(now) else "no answer"
        return "no answer" if span.status == "expired" else span.status
    if span.status == "waiting":
        return "WAITING"
    if span.status == "running":
        return "running" if span.kind == "llm" else "tool"
    return _FINAL.get(span.status, span.status)


_FINAL = {"completed": "done", "failed": "FAILED"}


def _node_state(status: str, node: Node, scene: Scene) -> str:
    if status in ("completed", "failed", "cancelled", "paused", "pending"):
        return _FINAL.get(status, status)
    return _doing([s for s in scene.tree.open.values() if scene.tree.node_of(s) is node], scene)


def _doing(going: Sequence[RunSpan], scene: Scene) -> str:
    states = {_span_state(span, scene.view.now) for span in going}
    for word in ("WAITING", "tool", "running"):
        if word in states:
            return word
    return "idle"


def run_state(tree: SpanTree, now: float) -> tuple[str, float | None]:
    """What a run does, and since when: it waits as soon as one of its gates does."""
    run = tree.run
    if run is None:
        return "idle", None
    if run.status in ("completed", "failed", "cancelled", "paused", "pending"):
        return _FINAL.get(run.status, run.status), run.end
    gates = tree.gates_open(now)
    if gates:
        return "WAITING", gates[0].start
    for kind, word in (("tool", "tool"), ("llm", "running")):
        going = [span.start for span in tree.open.values() if span.kind == kind]
        if going:
            return word, min(going)
    return "idle", tree.last or None
