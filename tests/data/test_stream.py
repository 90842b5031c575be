"""The stream: what stands in it, in which order, and that a look reads only what is new."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import tac
from tests.builders.vedette import NOW, build_fleet, create
from vedette.data import times
from vedette.data.passages import FIRST
from vedette.data.source import Source, open_source
from vedette.data.stream import (
    Asked,
    StreamFacts,
    Where,
    read_stream,
    read_whole,
)
from vedette.data.stream_items import Item

CODER = Where("coder")


class Writer:
    """Writes rows of one run with two agents, one second after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = create(path)
        self.at = NOW - 1000
        self.insert("processes", id="p", pid=1, host="h", started_at=self.now(), heartbeat_at="x")
        stamps = {"started_at": self.now(), "updated_at": self.now()}
        self.insert("runs", id="run", title="fix-auth", process_id="p", **stamps)
        for name in ("coder", "scout"):
            self.insert("agents", id=name, run_id="run", name=name, model="opus", **stamps)
        self.connection.commit()

    def now(self) -> str:
        """The next second as text."""
        self.at += 1
        return times.text(self.at)

    def insert(self, table: str, **values: Any) -> None:
        """One row, committed."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        self.connection.execute(statement, tuple(values.values()))
        self.connection.commit()

    def update(self, table: str, row_id: str, **values: Any) -> None:
        """Changes one row, committed."""
        sets = ", ".join(f"{name} = ?" for name in values)
        statement = f"UPDATE {table} SET {sets} WHERE id = ?"  # noqa: S608
        self.connection.execute(statement, (*values.values(), row_id))
        self.connection.commit()

    def prompt(self, row_id: str, agent: str = "coder", **values: Any) -> None:
        """A model call, finished unless it says otherwise."""
        stamp = self.now()
        row = {"status": "completed", "created_at": stamp, "updated_at": stamp, "name": row_id}
        self.insert("prompts", id=row_id, run_id="run", agent_id=agent, **{**row, **values})

    def chunk(self, prompt: str, text: str, kind: str = "text") -> None:
        """A piece of an answer."""
        self.insert("prompt_chunks", prompt_id=prompt, kind=kind, text=text, created_at=self.now())

    def tool(self, row_id: str, agent: str = "coder", **values: Any) -> None:
        """A tool call, finished unless it says otherwise."""
        stamp = self.now()
        row = {"status": "completed", "created_at": stamp, "updated_at": stamp, "name": row_id}
        self.insert("tool_calls", id=row_id, run_id="run", agent_id=agent, **{**row, **values})

    def gate(self, row_id: str, **values: Any) -> None:
        """A gate that waits unless it says otherwise."""
        stamp = self.now()
        row = {"title": "rm -rf build", "payload": "{}", "payload_sha256": "0", "agent_id": "coder"}
        stamps = {"requested_at": stamp, "updated_at": stamp}
        self.insert("approvals", id=row_id, run_id="run", **{**row, **stamps, **values})


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "runs.db")
    yield made
    made.connection.close()


@pytest.fixture
def source(writer: Writer) -> Iterator[Source]:
    opened = open_source(str(writer.path))
    yield opened
    opened.close()


Look = Callable[..., StreamFacts]


@pytest.fixture
def look(source: Source) -> Look:
    """One look at the coder's stream."""

    def one(where: Where = CODER, asked: Asked = Asked()) -> StreamFacts:  # noqa: B008
        with source.reading():
            return read_stream(source, NOW, where, asked)

    return one


def told(facts: StreamFacts) -> list[str]:
    """Role and row of each item."""
    return [f"{item.role} {item.id}" for item in facts.items]


def of(facts: StreamFacts, key: str) -> Item:
    """The item of a role and a row."""
    return next(item for item in facts.items if f"{item.role} {item.id}" == key)


def texts(facts: StreamFacts, key: str) -> dict[str, str]:
    """An item's texts by label."""
    return {label: passage.text for label, passage in of(facts, key).texts}


def test_a_turn_is_a_request_its_thinking_and_its_answer(writer: Writer, look: Look) -> None:
    writer.prompt("p1", request="Fix it.", response=None)
    writer.chunk("p1", "Because", "thinking")
    writer.chunk("p1", "Done.")
    facts = look()
    assert told(facts) == ["user p1", "thinking p1", "assistant p1"]
    assert texts(facts, "thinking p1") == {"": "Because"}
    assert texts(facts, "assistant p1") == {"": "Done."}


def test_calls_gates_and_errors_stand_in_the_order_of_time(writer: Writer, look: Look) -> None:
    writer.prompt("p1", response="Let me look.")
    writer.tool("t1", input='{"path": "a"}', output="ok")
    writer.gate("g1")
    stamp = writer.now()
    row = {"run_id": "run", "agent_id": "coder", "created_at": stamp, "message": "it broke"}
    writer.insert("events", level="error", kind="agent.crash", **row)
    writer.insert("events", level="info", kind="milestone", **row)
    writer.insert("events", level="error", kind="tool.end", **row)
    assert told(look()) == ["assistant p1", "tool t1", "gate g1", "error 1"]


def test_a_gate_that_names_its_agent_and_no_run_is_in_the_agents_stream(
    writer: Writer, look: Look
) -> None:
    writer.prompt("p1", response="Let me look.")
    writer.gate("g1")
    writer.update("approvals", "g1", run_id=None)
    assert told(look()) == ["assistant p1", "gate g1"]


def test_another_agents_rows_are_not_in_the_stream(writer: Writer, look: Look) -> None:
    writer.prompt("p1", response="mine")
    writer.prompt("p2", "scout", response="not mine")
    assert told(look()) == ["assistant p1"]


def test_a_run_merges_its_agents_by_time_and_names_them(writer: Writer, look: Look) -> None:
    writer.prompt("p1", response="one")
    writer.prompt("p2", "scout", response="two")
    writer.prompt("p3", response="three")
    facts = look(Where(run_id="run"))
    assert [(item.agent, item.id) for item in facts.items] == [
        ("coder", "p1"),
        ("scout", "p2"),
        ("coder", "p3"),
    ]
    assert (facts.title, facts.agent) == ("fix-auth", "")


def test_without_a_choice_it_is_the_agent_that_spoke_last(writer: Writer, look: Look) -> None:
    writer.prompt("p1", response="one")
    writer.prompt("p2", "scout", response="two")
    assert look(Where()).agent == "scout"


def test_a_row_opens_the_stream_of_its_agent(writer: Writer, look: Look) -> None:
    writer.tool("t1", output="x")
    writer.prompt("p2", "scout", response="two")
    facts = look(Where(row="tool_call t1"))
    assert (facts.agent, told(facts)) == ("coder", ["tool t1"])
    assert look(Where(row="* t1")).agent == "coder"


def test_the_stream_says_how_its_agent_is(writer: Writer, look: Look) -> None:
    writer.update("agents", "coder", context_used=0.71, cost_micros=980_000, calls=1)
    writer.gate("g1", expires_at=times.text(NOW + 60))
    facts = look()
    assert facts.status is not None
    assert facts.status.state == "WAITING"
    assert (facts.title, facts.agent, facts.model) == ("fix-auth", "coder", "opus")
    assert (facts.context, facts.cost_usd) == (0.71, 0.98)


def test_a_growing_answer_is_read_by_what_was_added(
    writer: Writer, source: Source, look: Look
) -> None:
    writer.prompt("p1", status="running", request="Go", response=None)
    writer.chunk("p1", "First ")
    assert texts(look(), "assistant p1") == {"": "First "}
    sent: list[str] = []
    source.connection.set_trace_callback(sent.append)
    writer.chunk("p1", "second.")
    assert texts(look(), "assistant p1") == {"": "First second."}
    source.connection.set_trace_callback(None)
    chunks = [statement for statement in sent if "FROM chunk" in statement]
    assert len(chunks) == 1
    assert "chunk.seq > 1" in chunks[0]
    assert not any("prompt.request" in statement for statement in sent)


def test_the_end_of_an_answer_comes_with_its_last_piece(writer: Writer, look: Look) -> None:
    writer.prompt("p1", status="running")
    writer.chunk("p1", "x" * (FIRST + 10) + "\n")
    look()
    writer.chunk("p1", "the end")
    writer.update("prompts", "p1", status="completed", tokens_out=12, latency_ms=900)
    item = of(look(), "assistant p1")
    assert item.passage.lines[-1] == "the end"
    assert (item.status, item.tokens_out, item.took) == ("completed", 12, 0.9)


def test_a_finished_call_is_never_read_again(writer: Writer, source: Source, look: Look) -> None:
    writer.prompt("p1", request="Go", response="Done")
    writer.tool("t1", input="in", output="out")
    before = look()
    sent: list[str] = []
    source.connection.set_trace_callback(sent.append)
    after = look()
    source.connection.set_trace_callback(None)
    assert not any("substr(CAST" in statement for statement in sent)
    assert not any("prompt.id =" in statement for statement in sent)
    assert all(old is new for old, new in zip(before.items, after.items, strict=True))


def test_an_answer_that_was_not_streamed_is_read_when_it_is_there(
    writer: Writer, look: Look
) -> None:
    writer.prompt("p1", status="running")
    assert not of(look(), "assistant p1").passage
    writer.update("prompts", "p1", status="completed", response="All at once.")
    assert texts(look(), "assistant p1") == {"": "All at once."}


def test_a_call_gets_its_output_when_it_ends(writer: Writer, look: Look) -> None:
    writer.tool("t1", status="running", input="ls")
    assert texts(look(), "tool t1") == {"input": "ls"}
    writer.update("tool_calls", "t1", status="completed", output="a b")
    assert texts(look(), "tool t1") == {"input": "ls", "output": "a b"}


def test_a_gate_changes_until_its_answer_was_picked_up(writer: Writer, look: Look) -> None:
    writer.gate("g1")
    assert len(look().open_gates) == 1
    decided = {"decided_by": "ana", "decided_at": writer.now(), "reason": "fine"}
    writer.update("approvals", "g1", status="approved", **decided)
    item = of(look(), "gate g1")
    assert (item.status, item.decided_by, item.reason) == ("approved", "ana", "fine")
    writer.update("approvals", "g1", picked_up_at=writer.now())
    assert of(look(), "gate g1").picked_up is not None
    assert look().open_gates == ()


def test_what_came_in_a_burst_is_all_there(writer: Writer, look: Look) -> None:
    writer.prompt("p1", response="one")
    look()
    for number in range(500):
        writer.connection.execute(
            "INSERT INTO prompts (id, run_id, agent_id, status, response, created_at, updated_at)"
            " VALUES (?, 'run', 'coder', 'completed', 'x', ?, 'x')",
            (f"b{number:03}", writer.now()),
        )
    writer.connection.commit()
    assert told(look())[1:] == [f"assistant b{number:03}" for number in range(500)]


@pytest.fixture
def long_stream(writer: Writer) -> Writer:
    """A thousand turns with a tool call each."""
    for number in range(1000):
        writer.connection.execute(
            "INSERT INTO prompts (id, run_id, agent_id, status, response, created_at, updated_at)"
            " VALUES (?, 'run', 'coder', 'completed', 'x', ?, 'x')",
            (f"p{number:04}", writer.now()),
        )
        writer.connection.execute(
            "INSERT INTO tool_calls (id, run_id, agent_id, name, status, created_at, updated_at)"
            " VALUES (?, 'run', 'coder', 'ls', 'completed', ?, 'x')",
            (f"t{number:04}", writer.now()),
        )
    writer.connection.commit()
    return writer


def test_the_newest_page_comes_first_and_counts_the_turns_before_it(
    long_stream: Writer, look: Look
) -> None:
    facts = look()
    assert 200 <= len(facts.items) < 400
    assert facts.has_older
    assert facts.items[-1].id == "t0999"
    turns = sum(item.role == "assistant" for item in facts.items)
    assert facts.turns_before + turns == 1000


def test_older_pages_join_without_a_gap_until_the_first(long_stream: Writer, look: Look) -> None:
    pages, facts = 1, look()
    while facts.has_older:
        pages += 1
        facts = look(CODER, Asked(pages=pages))
    wanted = [f"{role} {letter}{n:04}" for n in range(1000) for role, letter in PAIR]
    assert told(facts) == wanted
    assert facts.turns_before == 0


PAIR = (("assistant", "p"), ("tool", "t"))


def test_the_stream_is_read_back_to_a_moment(long_stream: Writer, look: Look) -> None:
    moment = look().items[0].at
    assert moment is not None
    facts = look(CODER, Asked(back_to=moment - 800))
    assert facts.items[0].at is not None
    assert facts.items[0].at <= moment - 800


def test_the_stream_is_read_back_to_a_row(long_stream: Writer, look: Look) -> None:
    assert "assistant p0100" in told(look(Where("coder", row="prompt p0100")))
    assert "tool t0100" in told(look(Where("coder", row="* t0100")))


def test_a_still_view_reads_older_pages_and_nothing_new(long_stream: Writer, look: Look) -> None:
    before = look()
    long_stream.prompt("new", response="news")
    facts = look(CODER, Asked(pages=2, is_still=True))
    assert len(facts.items) > len(before.items)
    assert facts.items[-1].id == before.items[-1].id
    assert look().items[-1].id == "new"


def test_a_large_text_comes_by_windows(writer: Writer, look: Look) -> None:
    text = "".join(f"line {number}\n" for number in range(40_000))
    writer.tool("t1", output=text)
    first = of(look(), "tool t1").passage
    assert first.size == len(text)
    assert len(first.lines) > 200
    assert first.rest > 0
    more = of(look(CODER, Asked(windows=(("tool_call t1", 3),))), "tool t1").passage
    assert more.lines[: len(first.lines)] == first.lines
    assert more.lines == tuple(text.splitlines()[: len(more.lines)])
    assert more.read > first.read


def test_a_large_streamed_answer_comes_by_windows_too(writer: Writer, look: Look) -> None:
    writer.prompt("p1")
    for number in range(4_000):
        writer.connection.execute(
            "INSERT INTO prompt_chunks (prompt_id, text, created_at) VALUES ('p1', ?, 'x')",
            (f"line {number} of the answer\n",),
        )
    writer.connection.commit()
    passage = of(look(), "assistant p1").passage
    assert passage.read < passage.size
    windows = 1
    while passage.rest:
        windows += 1
        asked = Asked(windows=(("prompt p1", windows),))
        passage = of(look(CODER, asked), "assistant p1").passage
    assert passage.lines == tuple(f"line {number} of the answer" for number in range(4_000))


def test_a_failed_call_shows_the_end_of_what_it_said(writer: Writer, look: Look) -> None:
    text = "".join(f"line {number}\n" for number in range(10_000)) + "2 failed\n"
    writer.tool("t1", status="failed", output=text, error="exit 1")
    item = of(look(), "tool t1")
    assert item.passage.last[-1] == "2 failed"
    assert item.error == "exit 1"


def test_more_text_than_one_look_may_touch_comes_with_the_next(writer: Writer, look: Look) -> None:
    for number in range(8):
        writer.prompt(f"p{number}", response="x" * 1_000_000)
    facts = look()
    assert facts.is_reading
    assert facts.items[-1].is_read
    assert not facts.items[0].is_read
    while facts.is_reading:
        facts = look()
    assert all(item.is_read and item.passage for item in facts.items)


def test_wrong_types_bad_bytes_and_nothing_at_all_are_shown(writer: Writer, look: Look) -> None:
    writer.prompt("p1", request=b"\xff\xfe\x00\x81" * 100, response=12)
    writer.prompt("p2", request=None, response="before\0after", name="\x1b[2J", created_at="gone")
    writer.tool("t1", name="", input="", output=None)
    facts = look()
    assert of(facts, "user p1").passage.fault == "not UTF-8"
    assert texts(facts, "assistant p1") == {"": "12"}
    assert texts(facts, "assistant p2") == {"": "before␀after"}
    assert of(facts, "assistant p2").name.isprintable()
    assert of(facts, "tool t1").texts == ()


def test_the_pager_gets_the_whole_text(writer: Writer, source: Source, look: Look) -> None:
    text = "héllo wörld\n" * 200_000
    writer.tool("t1", input="in", output=text)
    item = of(look(), "tool t1")
    assert read_whole(source, item) == [("input", "in"), ("output", text)]


def test_an_empty_file_has_an_empty_stream(tmp_path: Path) -> None:
    create(tmp_path / "none.db").close()
    source = open_source(str(tmp_path / "none.db"))
    facts = read_stream(source, NOW)
    source.close()
    assert (facts.items, facts.agent) == ((), "")


@pytest.mark.parametrize("version", [1, 2])
def test_a_tac_file_shows_its_prompts(tmp_path: Path, version: int) -> None:
    path = tmp_path / "tac.db"
    tac.build_tac(path, version)
    source = open_source(str(path))
    facts = read_stream(source, NOW)
    plain = sqlite3.connect(path)
    agent = facts.where.agent_id
    rows = plain.execute("SELECT count(*) FROM prompts WHERE agent_id = ?", (agent,)).fetchone()
    plain.close()
    source.close()
    shown = {item.id for item in facts.items if item.relation == "prompt"}
    assert len(shown) + facts.turns_before >= min(1, rows[0])
    assert facts.agent


def test_a_look_costs_the_same_however_many_rows_others_wrote(tmp_path: Path) -> None:
    build_fleet(tmp_path / "fleet.db")
    source = open_source(str(tmp_path / "fleet.db"))
    plans = []
    for name in ("prompts", "tool_calls", "gates", "events"):
        for scope in ("agent", "run"):
            found = source.select(
                f"EXPLAIN QUERY PLAN {_statement(f'{name}_of_{scope}')}",
                id="x",
                run_id="x",
                after=-1,
                before=1 << 62,
                limit=10,
            )
            plans += [str(row[3]) for row in found]
    source.close()
    assert all("USING" in plan and "INDEX" in plan for plan in plans if "SEARCH" in plan)
    assert not any(plan.startswith("SCAN") or "TEMP B-TREE" in plan for plan in plans)


def _statement(name: str) -> str:
    from vedette import sql

    return sql.load(f"queries/stream/{name}")
