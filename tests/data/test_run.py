"""Reading one run: pages until it is whole, then only what is new, whatever its size."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.big_run import AGENTS, RUN, build_big_run
from tests.builders.vedette import FIX_AUTH, GATE_FILES, NOW, build_fleet, create
from vedette.data import run as reading
from vedette.data.run import RunFacts, read_run
from vedette.data.source import Source, open_source
from vedette.data.span_detail import GateDetail, PromptDetail, ToolDetail
from vedette.data.span_detail import _changes as changes
from vedette.data.span_tree import SpanTree


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Source]:
    """The pictures' fleet, open for reading."""
    build_fleet(tmp_path / "runs.db")
    source = open_source(str(tmp_path / "runs.db"))
    yield source
    source.close()


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with one run of 5,000 spans."""
    path = tmp_path_factory.mktemp("big") / "runs.db"
    build_big_run(path, 5_000)
    return path


def take(tree: SpanTree, facts: RunFacts) -> None:
    """Puts an answer where it belongs, as the screen does."""
    if facts.is_reset:
        tree.clear()
    tree.take(facts.run, facts.agents, facts.spans)


def read_all(source: Source, run_id: str) -> tuple[SpanTree, list[RunFacts]]:
    """The whole run, look by look."""
    tree, looks = SpanTree(), [read_run(source, run_id, NOW)]
    take(tree, looks[0])
    while looks[-1].is_more:
        looks.append(read_run(source, run_id, NOW, looks[-1].known, tree.rechecks()))
        take(tree, looks[-1])
    return tree, looks


def execute(path: Path | str, statement: str, *values: object) -> None:
    """One write by somebody else."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_a_small_run_comes_whole_in_one_look(fleet: Source) -> None:
    tree, looks = read_all(fleet, FIX_AUTH)
    assert len(looks) == 1
    assert looks[0].budget == 2.0
    assert {node.agent.name for node in tree.nodes.values() if node.agent} == {
        "planner",
        "coder",
        "scout",
    }
    gates = [span.id for span in tree.gates_open(NOW)]
    assert gates[0] == GATE_FILES
    assert round(tree.shares(NOW).waiting / 441, 2) == 0.52


def test_a_large_run_shows_its_agents_first_and_is_whole_in_the_end(big: Path) -> None:
    source = open_source(str(big))
    tree, looks = read_all(source, RUN)
    source.close()
    assert len(looks[0].agents) == AGENTS
    assert len(looks[0].spans) <= 3 * reading.FIRST_PAGE
    assert all(len(look.spans) <= 3 * reading.PAGE for look in looks)
    assert looks[1].known.expected == 5_000
    assert tree.count == looks[-1].known.count == 5_000
    assert not tree.orphans.spans
    for node in tree.nodes.values():
        assert list(node.spans) == sorted(node.spans)
    assert len(tree.nodes["agent-0"].failed) == sum(i % 997 == 0 for i in range(0, 2500, AGENTS))


def test_the_newest_spans_come_first(big: Path) -> None:
    source = open_source(str(big))
    facts = read_run(source, RUN, NOW)
    source.close()
    assert max(span.seq for span in facts.spans) == 2_500
    assert min(span.seq for span in facts.spans) == 2_501 - reading.FIRST_PAGE


def test_a_quiet_run_brings_nothing_again(big: Path) -> None:
    source = open_source(str(big))
    tree, looks = read_all(source, RUN)
    quiet = read_run(source, RUN, NOW, looks[-1].known, tree.rechecks())
    source.close()
    assert not quiet.spans
    assert not quiet.is_more


def test_what_is_written_while_it_is_read_comes_too(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    build_big_run(path, 4_000)
    source = open_source(str(path))
    tree, facts = SpanTree(), read_run(source, RUN, NOW)
    take(tree, facts)
    execute(
        path,
        "INSERT INTO tool_calls (id, run_id, agent_id, name, created_at, updated_at)"
        " VALUES ('new', ?, 'agent-0', 'bash', '2026-11-21T14:02:00Z', '')",
        RUN,
    )
    while facts.is_more:
        facts = read_run(source, RUN, NOW, facts.known, tree.rechecks())
        take(tree, facts)
    assert tree.count == 4_001
    assert [span.id for span in tree.open.values()] == ["new"]
    execute(path, "UPDATE tool_calls SET status = 'failed', error = 'exit 1' WHERE id = 'new'")
    take(tree, read_run(source, RUN, NOW, facts.known, tree.rechecks()))
    source.close()
    assert not tree.open
    assert tree.nodes["agent-0"].failed[-1].note == "exit 1"


def test_an_agent_that_ends_is_noticed(fleet: Source) -> None:
    tree, looks = read_all(fleet, FIX_AUTH)
    execute(fleet.path, "UPDATE agents SET status = 'failed' WHERE name = 'coder'")
    take(tree, read_run(fleet, FIX_AUTH, NOW, looks[-1].known, tree.rechecks()))
    coder = tree.nodes[f"coder-{FIX_AUTH[:4]}"]
    assert coder.agent is not None
    assert coder.agent.status == "failed"


def test_another_opening_of_the_file_starts_again(fleet: Source) -> None:
    _, looks = read_all(fleet, FIX_AUTH)
    again = open_source(fleet.path)
    facts = read_run(again, FIX_AUTH, NOW, looks[-1].known, (("llm", 1),))
    again.close()
    assert facts.is_reset
    assert len(facts.spans) == looks[-1].known.count


def test_without_an_id_it_is_the_latest_run(fleet: Source) -> None:
    facts = read_run(fleet, "", NOW)
    assert facts.run is not None
    assert facts.run.id == facts.known.run_id
    seqs = fleet.raw("fleet/latest_runs", limit=1)
    assert facts.run.seq == seqs[0][0]


def test_a_run_that_is_not_there_is_said_to_be(fleet: Source) -> None:
    facts = read_run(fleet, "nowhere", NOW)
    assert facts.run is None
    assert not facts.spans


def test_the_detail_of_a_gate_counts_the_lines_of_its_files(fleet: Source) -> None:
    tree, _ = read_all(fleet, FIX_AUTH)
    gate = tree.gates_open(NOW)[0]
    detail = read_run(fleet, FIX_AUTH, NOW, selected=gate.key).detail
    assert isinstance(detail, GateDetail)
    first = detail.changes[0]
    assert (first.title, first.added, first.removed) == ("auth/session.py", 41, 7)
    assert detail.needed == 1
    assert "nobody answered" in detail.on_timeout


@pytest.mark.parametrize(
    ("payload", "head"),
    [
        ('{\n  "action": "merge",\n  "card": "c-1"\n}', '{ "action": "merge",'),
        ("[]", "[]"),
        ("merge it\nnow", "merge it"),
    ],
)
def test_the_head_of_a_gate_is_never_a_bracket_alone(
    fleet: Source, payload: str, head: str
) -> None:
    (change,) = changes(fleet, head, payload)
    assert change.head == head


def test_the_detail_of_calls(fleet: Source) -> None:
    tree, _ = read_all(fleet, FIX_AUTH)
    spans = {(span.kind, span.name): span for node in tree.nodes.values() for span in node.spans}
    plan = read_run(fleet, FIX_AUTH, NOW, selected=spans["llm", "plan"].key).detail
    assert isinstance(plan, PromptDetail)
    assert (plan.tokens_in, plan.cache_read) == (96_300, 61_100)
    call = read_run(fleet, FIX_AUTH, NOW, selected=spans["tool", "write_file"].key).detail
    assert isinstance(call, ToolDetail)
    assert call.risk == "high"


@pytest.mark.parametrize("key", ["", "run", "agent x", "llm x", "llm 999999", "tool -1", "gate 0"])
def test_a_key_without_a_span_has_no_detail(fleet: Source, key: str) -> None:
    assert read_run(fleet, FIX_AUTH, NOW, selected=key).detail is None


def test_odd_values_are_spans_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    connection = create(path)
    with connection:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        connection.execute("PRAGMA foreign_keys = 0")
        connection.execute(
            "INSERT INTO runs (id, title, started_at, updated_at) VALUES ('r', ?, 'never', '')",
            (b"\xff\x00",),
        )
        for number, (name, status, created, completed) in enumerate(
            (
                ("\x1b[2J" * 9000, "completed", "2026-11-21T14:00:00Z", "2026-11-21T13:00:00Z"),
                (b"\xfe", "running", "", None),
                ("x", "weird", 1e400, -5),
                ("", "failed", None, "2026-11-21"),
            )
        ):
            connection.execute(
                "INSERT INTO tool_calls (id, run_id, agent_id, name, status, created_at,"
                " completed_at, updated_at, error) VALUES (?, 'r', '', ?, ?, ?, ?, '', ?)",
                (str(number), name, status, created or "", completed, "e" * 100_000),
            )
    connection.close()
    source = open_source(str(path))
    tree, _ = read_all(source, "r")
    source.close()
    assert tree.count == len(tree.orphans.spans) == 4
    assert all(span.name.isprintable() and len(span.name) <= 120 for span in tree.orphans.spans)
    assert tree.skewed >= 1
    assert tree.shares(NOW).total >= 0
    assert tree.critical_path(NOW)
