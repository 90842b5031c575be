"""A run's spans as a tree: places, orphans, skewed clocks, shares and the critical path."""

from typing import Any

from vedette.data.span_list import Kind, Span
from vedette.data.span_tree import RECHECKS, SpanTree
from vedette.data.spans import AgentRow, RunRow, uncounted

NOW = 1000.0


def run(status: str = "running", *, start: float = 0.0, end: float | None = None) -> RunRow:
    """A run that began at 0."""
    return RunRow(1, "r", "fix-auth", "run", status, "web", start, end, "")


def agent(agent_id: str, *, seq: int = 1, parent: str | None = None, **also: Any) -> AgentRow:
    """A running agent that began at 0."""
    row = AgentRow(seq, agent_id, parent, agent_id, "opus", "running", 0.0, None, 0.5, None, "")
    return row._replace(**also)


def span(
    seq: int,
    start: float,
    end: float | None,
    *,
    kind: Kind = "llm",
    of: str | None = "a",
    name: str = "edit",
    status: str = "",
    until: float | None = None,
    cost: float | None = None,
    note: str = "",
) -> Span:
    """A span of the agent `a`; without an end it is open."""
    status = status or ("running" if end is None else "completed")
    return Span(start, seq, kind, f"{kind}-{seq}", of, name, status, end, cost, note, until)


def tree(*spans: Span, agents: tuple[AgentRow, ...] = (agent("a"),), of: RunRow | None = None):  # type: ignore[no-untyped-def]
    """A tree that took these rows in one look."""
    made = SpanTree()
    made.take(of or run(), agents, spans)
    return made


def test_spans_stand_under_their_agent_by_start() -> None:
    made = tree(span(1, 30, 40), span(2, 10, 20), span(1, 15, 16, kind="tool"))
    assert [s.key for s in made.nodes["a"].spans] == ["llm 2", "tool 1", "llm 1"]


def test_pages_in_any_order_make_the_same_tree() -> None:
    spans = [span(seq, seq * 10.0, seq * 10.0 + 5) for seq in range(1, 40)]
    whole = tree(*spans)
    paged = SpanTree()
    paged.take(run(), [agent("a")], spans[30:])
    paged.take(run(), [], [*spans[10:30], span(40, 400, 405)])
    paged.take(run(), [], spans[:10])
    assert paged.nodes["a"].spans[:-1] == list(whole.nodes["a"].spans)
    assert all(paged.find(each.key) == each for each in paged.nodes["a"].spans)
    assert paged.find("llm 41") is None


def test_a_span_that_is_over_now_takes_its_old_place() -> None:
    made = tree(span(1, 10, None), span(2, 20, 25))
    made.take(run(), [], [span(1, 10, 18)])
    assert [s.end for s in made.nodes["a"].spans] == [18, 25]
    assert made.count == 2
    assert not made.open
    assert made.nodes["a"].steps["edit"].count == 2


def test_a_span_without_an_agent_is_an_orphan_and_a_gate_without_one_is_the_runs() -> None:
    made = tree(span(1, 10, 20, of="nobody"), span(1, 30, None, kind="gate", of=None))
    assert [s.key for s in made.orphans.spans] == ["llm 1"]
    assert [s.key for s in made.root.spans] == ["gate 1"]


def test_orphans_come_to_their_agent_when_it_is_read() -> None:
    made = tree(span(1, 10, 20, of="late"), span(2, 10, 20, of="never"))
    made.take(run(), [agent("late", seq=2)], [])
    assert [s.key for s in made.nodes["late"].spans] == ["llm 1"]
    assert [s.key for s in made.orphans.spans] == ["llm 2"]
    assert made.nodes["late"].steps["edit"].count == 1


def test_agents_whose_parent_is_missing_are_orphans() -> None:
    made = tree(agents=(agent("a"), agent("b", seq=2, parent="gone")))
    assert [node.key for node in made.orphans.children] == ["agent b"]
    made.take(run(), [agent("gone", seq=3)], [])
    assert [node.key for node in made.nodes["gone"].children] == ["agent b"]


def test_agents_that_are_each_others_parent_are_shown_once() -> None:
    made = tree(
        agents=(
            agent("below", seq=1, parent="x"),
            agent("x", seq=2, parent="y"),
            agent("y", seq=3, parent="x"),
        )
    )
    top = made.orphans.children
    assert len(top) == 1
    below = {child.key for child in top[0].children}
    assert top[0].key == "agent x"
    assert below == {"agent below", "agent y"}


def test_each_moment_belongs_to_waiting_first_then_the_model_then_tools() -> None:
    made = tree(
        span(1, 0, 400),
        span(1, 300, 600, kind="tool"),
        span(1, 500, 900, kind="gate", status="approved"),
    )
    assert made.shares(NOW) == (400, 400, 100, 100)


def test_what_is_open_counts_until_now() -> None:
    made = tree(span(1, 0, 100), span(1, 200, None, kind="gate", status="pending"))
    assert made.shares(NOW) == (800, 100, 0, 100)


def test_a_gate_nobody_answered_stops_waiting_when_its_time_is_over() -> None:
    made = tree(span(1, 200, None, kind="gate", status="pending", until=300))
    assert made.shares(NOW) == (100, 0, 0, 900)
    assert made.gates_open(NOW) == []


def test_a_call_that_waits_for_a_gate_is_waiting_time() -> None:
    made = tree(span(1, 200, None, kind="tool", status="waiting"))
    assert made.shares(NOW).waiting == 800


def test_a_run_that_is_over_ends_where_it_ended() -> None:
    made = tree(span(1, 0, 100), span(2, 100, None), of=run("completed", end=400.0))
    assert made.horizon(NOW) == 400
    assert made.shares(NOW).model == 400


def test_skewed_clocks_are_counted_and_named() -> None:
    made = tree(
        span(1, 100, 90),
        span(2, 40, 60, of="b"),
        span(3, 100, 110),
        agents=(agent("a"), agent("b", seq=2, start=43.5)),
    )
    assert made.skewed == 2
    assert made.skew(made.nodes["a"].spans[0]) == "ends 10.0s before it starts"
    assert made.skew(made.nodes["b"].spans[0]) == "3.5s before its agent"
    assert made.skew(made.nodes["a"].spans[1]) is None


def test_a_clock_that_is_far_off_does_not_stretch_the_picture() -> None:
    assert tree(span(1, -300, 10)).extent(NOW) == (-300, NOW)
    assert tree(span(1, -1e9, 10)).extent(NOW) == (0, NOW)
    assert tree(span(1, 10, 1e12), of=run("failed", end=500.0)).extent(NOW) == (0, 500)


def test_the_critical_path_goes_back_to_what_ended_last_before() -> None:
    made = tree(
        span(1, 0, 100, name="plan"),
        span(2, 100, 200, name="edit"),
        span(1, 100, 140, kind="tool", name="read"),
        span(2, 200, 300, kind="tool", name="pytest"),
        span(1, 300, None, kind="gate", status="pending", name="write"),
        span(3, 290, None, name="other"),
    )
    path = [link.span.name for link in made.critical_path(NOW)]
    assert path == ["plan", "edit", "pytest", "write"]


def test_the_critical_path_keeps_its_latest_steps() -> None:
    made = tree(*[span(seq, seq, seq + 1, name=f"step {seq}") for seq in range(600)])
    path = [link.span.name for link in made.critical_path(NOW, most=3)]
    assert path == ["step 597", "step 598", "step 599"]


def test_the_span_at_a_moment_is_the_one_begun_last() -> None:
    made = tree(span(1, 0, 500), span(2, 100, 200), span(3, 700, 800))
    found = [made.at_moment(moment, NOW) for moment in (150, 300, 600, 900)]
    assert [each.key if each else None for each in found] == ["llm 2", "llm 1", "llm 3", None]


def test_waits_are_the_answered_gates() -> None:
    made = tree(
        span(1, 0, 10, kind="gate", status="approved"),
        span(2, 0, 70, kind="gate", status="rejected"),
        span(3, 0, 30, kind="gate", status="approved"),
        span(4, 0, None, kind="gate", status="pending"),
    )
    assert made.waits() == (3, 30, 2)


def test_names_without_what_counts() -> None:
    names = [uncounted(name) for name in ("edit 3", "turn-12", "pytest", "42", "read v2 file")]
    assert names == ["edit", "turn", "pytest", "42", "read v2 file"]


def test_the_shape_adds_up_what_has_one_name() -> None:
    made = tree(
        span(1, 0, 10, name="edit 1", cost=0.25),
        span(2, 20, 25, name="edit 2", cost=0.5),
        span(1, 10, 12, kind="tool", name="pytest", status="failed", note="exit 1"),
    )
    steps = made.nodes["a"].steps
    assert list(steps) == ["edit", "pytest"]
    assert (steps["edit"].count, steps["edit"].seconds, steps["edit"].cost_usd) == (2, 15, 0.75)
    assert steps["pytest"].failed == 1
    assert made.unpriced == 0


def test_every_open_row_is_looked_at_again_in_turn() -> None:
    made = tree(*[span(seq, seq, None) for seq in range(RECHECKS + 50)])
    seen = {*made.rechecks(), *made.rechecks()}
    assert len(made.rechecks()) == RECHECKS
    assert len(seen) == RECHECKS + 50 + 1


def test_finished_agents_of_an_open_run_are_folded_at_first_and_stay_as_they_are() -> None:
    made = tree(agents=(agent("a"), agent("b", seq=2, status="completed")))
    assert not made.is_folded_at_first(made.nodes["a"])
    assert made.is_folded_at_first(made.nodes["b"])
    made.take(run(), [agent("a", status="completed")], [])
    assert not made.is_folded_at_first(made.nodes["a"])
