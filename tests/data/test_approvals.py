"""The list of gates and the facts of one review, as the source stands at one moment."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.gates import NOW, PAYLOAD, GateFile
from tests.builders.tac import build_tac
from tests.builders.vedette import GATE_BASH, GATE_FILES, GATE_HTTP, build_fleet
from vedette.data import times
from vedette.data.approvals import (
    ApprovalsFacts,
    ReviewFacts,
    read_approvals,
    read_review,
    sha256,
    shape,
)
from vedette.data.decisions import decide
from vedette.data.source import Source, open_source


@pytest.fixture
def file(tmp_path: Path) -> GateFile:
    return GateFile(tmp_path / "runs.db")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """The fleet of the pictures."""
    path = tmp_path_factory.mktemp("fleet") / "runs.db"
    build_fleet(path)
    source = open_source(str(path))
    yield source
    source.close()


def approvals(file: GateFile, which: str = "open", now: float = NOW, **more: int) -> ApprovalsFacts:
    with closing(open_source(file.path)) as source:
        return read_approvals(source, now, which, **more)  # type: ignore[arg-type]


def review(file: GateFile, gate_id: str = "g-1", now: float = NOW) -> ReviewFacts:
    with closing(open_source(file.path)) as source:
        facts = read_review(source, gate_id, now)
    assert facts is not None
    return facts


# The list


def test_the_list_is_that_of_the_picture(fleet: Source) -> None:
    facts = read_approvals(fleet, NOW)

    rows = [(row.risk, row.title, row.run, row.agent, row.signed, row.needed) for row in facts.rows]
    assert rows == [
        ("high", "write 3 files under auth/", "fix-auth", "coder", 0, 1),
        ("high", "bash: rm -rf build/ dist/", "fix-auth", "planner", 0, 2),
        ("low", "http GET api.github.com ×4", "docs-pass", "writer", 0, 1),
    ]
    assert (facts.pending, facts.median_s) == (3, 70.0)
    assert facts.next_expiry == NOW + 252
    assert facts.oldest == NOW - 228
    assert [row.outcome for row in facts.decided_today] == [
        "approved, applied",
        "approved, applied",
        "rejected",
        "nobody answered, not run",
        "approved, applied",
    ]
    assert facts.last_decided is not None
    assert facts.last_decided.title == "edit README.md"


def test_open_gates_come_by_the_time_left(file: GateFile) -> None:
    file.ask("never")
    file.ask("later", expires_at=NOW + 600)
    file.ask("soon", expires_at=NOW + 60)

    assert [row.id for row in approvals(file).rows] == ["soon", "later", "never"]


def test_a_gate_whose_time_is_over_is_not_open_though_its_row_says_so(file: GateFile) -> None:
    file.ask("over", expires_at=NOW)
    file.ask("open", expires_at=NOW + 1)

    facts = approvals(file)
    everything = approvals(file, "all")

    assert [row.id for row in facts.rows] == ["open"]
    assert (facts.pending, facts.overdue) == (1, 1)
    assert [(row.id, row.status) for row in everything.rows] == [
        ("open", "pending"),
        ("over", "expired"),
    ]


def test_closed_gates_come_latest_first_and_say_if_there_are_more(file: GateFile) -> None:
    for number in range(4):
        at = NOW - 400 + 100 * (number % 3) + number
        file.ask(f"g-{number}", status="approved", decided_by="ana", decided_at=at)

    shown = approvals(file, "closed", limit=3)
    whole = approvals(file, "closed", limit=4)

    assert [row.id for row in shown.rows] == ["g-2", "g-1", "g-3"]
    assert (shown.more, whole.more) == (True, False)


def test_the_median_counts_answers_and_not_those_nobody_gave(file: GateFile) -> None:
    for number, waited in enumerate([10.0, 30.0, 90.0]):
        asked = NOW - 1000
        file.ask(
            f"g-{number}", status="approved", requested_at=asked, decided_at=asked + waited
        )  # fmt: skip
    file.ask("nobody", status="expired", requested_at=NOW - 1000, expires_at=NOW - 1)

    facts = approvals(file)

    assert facts.median_s == 30.0
    assert facts.decided_today[0].outcome == "nobody answered, not run"


def test_yesterdays_decisions_are_not_todays(file: GateFile) -> None:
    midnight = times.parse("2026-11-21T00:00:00Z")
    assert midnight is not None
    file.ask("today", status="approved", decided_at=midnight + 1)
    file.ask("yesterday", status="approved", decided_at=midnight - 1)

    facts = approvals(file)

    assert [row.id for row in facts.decided_today] == ["today"]


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"status": "approved"}, "approved"),
        ({"status": "approved", "picked_up_at": NOW}, "approved, picked up"),
        ({"status": "approved", "picked_up_at": NOW, "moved_on_at": NOW}, "approved, applied"),
        ({"status": "rejected", "picked_up_at": NOW}, "rejected"),
        ({"status": "withdrawn"}, "withdrawn by the agent"),
        ({"status": "expired"}, "nobody answered, not run"),
    ],
)
def test_an_outcome_says_what_came_of_it(
    file: GateFile, fields: dict[str, object], outcome: str
) -> None:
    file.ask(**fields)

    assert approvals(file, "closed").rows[0].outcome == outcome


def test_hostile_titles_are_clean_in_the_list(file: GateFile) -> None:
    file.ask(title="\x1b[2Jrm\u202e -rf")

    assert approvals(file).rows[0].title == "␛[2Jrm\ufffd -rf"


def test_a_source_without_gates_says_why(tmp_path: Path) -> None:
    build_tac(tmp_path / "tac.db", rows=40)

    with closing(open_source(str(tmp_path / "tac.db"))) as source:
        facts = read_approvals(source, NOW)
        missing = read_review(source, "x", NOW)

    assert facts.rows == ()
    assert "there are no gates in TAC" in facts.lacks
    assert missing is None


# One review


def test_a_review_has_all_that_its_screen_shows(fleet: Source) -> None:
    facts = read_review(fleet, GATE_FILES, NOW)

    assert facts is not None
    assert (facts.run, facts.agent, facts.status) == ("fix-auth", "coder", "pending")
    assert facts.sha256 == sha256(facts.gate.payload)
    assert (facts.needed, facts.signed) == (1, 0)
    assert facts.on_timeout == 'not run; the agent is told "nobody answered"'
    assert len(facts.events) == 5
    assert [event.seq for event in facts.events] == sorted(event.seq for event in facts.events)
    assert facts.last_prompt != ""
    assert not facts.requester_gone
    assert facts.queue == (GATE_FILES, GATE_BASH, GATE_HTTP)
    assert (facts.neighbour(1), facts.neighbour(-1)) == (GATE_BASH, None)


def test_after_the_last_gate_there_is_no_next(file: GateFile) -> None:
    file.ask("a", expires_at=NOW + 1)
    file.ask("b", expires_at=NOW + 2)
    file.ask("over", status="approved")

    assert review(file, "b").neighbour(1) is None
    assert review(file, "over").neighbour(1) == "a"
    assert review(file, "over").neighbour(-1) == "b"


def test_a_gate_that_is_over_still_names_its_run(fleet: Source) -> None:
    facts = read_review(fleet, "g-5510", NOW)

    assert facts is not None
    assert (facts.run, facts.agent, facts.status) == ("docs-pass", "writer", "approved")


def test_only_signatures_under_this_payload_count(file: GateFile) -> None:
    sha = file.ask(needed=2)
    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    before = review(file)
    file.change(payload="ls", payload_sha256=sha256("ls"))
    after = review(file)

    assert (before.signed, after.signed) == (1, 0)
    assert before.as_gate("ana").barred == "you have signed it: another person must"
    assert before.as_gate("ben").barred == ""
    assert after.as_gate("ana").barred == ""


def test_who_asked_is_barred_where_several_must_agree(file: GateFile) -> None:
    file.ask("two", needed=2, requested_by="ana@laptop/4711")
    file.ask("one", needed=1, requested_by="ana@laptop/4711")

    assert "you asked for this yourself" in review(file, "two").as_gate("ana").barred
    assert review(file, "one").as_gate("ana").barred == ""


def test_the_state_machine_gets_the_gate_as_it_stands(file: GateFile) -> None:
    sha = file.ask(risk="high", expires_at=NOW + 60)

    gate = review(file).as_gate("ana")

    assert (gate.id, gate.title, gate.risk, gate.status) == (
        "g-1",
        "bash: rm -rf build/",
        "high",
        "pending",
    )
    assert (gate.sha256, gate.expires, gate.needed, gate.is_as_asked) == (sha, NOW + 60, 1, True)


def test_a_payload_the_agent_changed_is_told_with_its_time(file: GateFile) -> None:
    file.ask()
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO audit (id, stage, type, outcome, summary, approval_id, created_at) "
            "VALUES ('x', 'gate', 'gate.changed', 'info', '', 'g-1', ?)",
            (times.text(NOW - 5),),
        )

    facts = review(file)

    assert facts.changed_at == NOW - 5
    assert not facts.as_gate("ana").is_as_asked
    assert facts.as_gate("ana").is_as_stored


def test_a_payload_changed_by_hand_is_told_at_once(file: GateFile) -> None:
    file.ask()
    file.change(payload="rm -rf /")

    facts = review(file)

    assert facts.sha256 == sha256("rm -rf /")
    assert not facts.is_as_stored
    assert not facts.as_gate("ana").is_as_stored


def test_events_and_prompts_after_the_gate_are_not_before_it(file: GateFile) -> None:
    with_an_agent(file)
    file.ask(run_id="r", agent_id="a", requested_at=NOW - 60)
    with file.writing() as connection:
        for number in range(9):
            at = times.text(NOW - 100 + 10 * number)
            connection.execute(
                "INSERT INTO events (run_id, agent_id, kind, message, created_at) "
                "VALUES ('r', 'a', 'tool.end', ?, ?)",
                (f"event {number}", at),
            )
            connection.execute(
                "INSERT INTO prompts (id, run_id, agent_id, request, created_at, updated_at) "
                "VALUES (?, 'r', 'a', ?, ?, ?)",
                (f"p{number}", f"prompt {number}", at, at),
            )

    facts = review(file)

    assert [event.message for event in facts.events] == [f"event {n}" for n in range(5)]
    assert facts.last_prompt == "prompt 4"


# Like this before


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("write 3 files under auth/", "write 12 files under auth/", True),
        ("git revert 9f3c21ab", "git revert 00ab12cd", True),
        ('rename "a" to "b"', 'rename "c" to "d"', True),
        ("Write  3 files", "write 3 files", True),
        ("write 3 files under auth/", "write 3 files under docs/", False),
        ("http GET x.io", "http POST x.io", False),
    ],
)
def test_gates_are_alike_by_their_words_and_not_their_numbers(
    one: str, other: str, is_same: bool
) -> None:
    assert (shape("gate", one) == shape("gate", other)) is is_same
    assert shape("gate", one) != shape("question", one)


def test_the_last_ten_of_its_shape_come_with_what_became_of_them(file: GateFile) -> None:
    with_an_agent(file)
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO tool_calls (id, run_id, agent_id, name, status, created_at, updated_at) "
            "VALUES ('t', 'r', 'a', 'bash', 'failed', 'x', 'x')"
        )
    for number in range(12):
        call = "t" if number == 11 else None
        file.ask(f"like-{number}", title=f"write {number} files", status="approved",
                 decided_by="ana", decided_at=NOW - 50, tool_call_id=call)  # fmt: skip
    file.ask("unlike", title="rm -rf /", status="approved")
    file.ask(title="write 3 files")
    file.ask("after", title="write 9 files", status="approved")

    facts = review(file)

    assert [row.id for row in facts.alike] == [f"like-{number}" for number in range(11, 1, -1)]
    assert facts.failed_after == {"like-11"}


# Who asked


def with_an_agent(file: GateFile, **process: object) -> None:
    """A run and an agent of a process that beats, or as these columns say."""
    row = {
        "id": "p",
        "pid": 4711,
        "host": "laptop",
        "started_at": times.text(NOW - 900),
        "heartbeat_at": times.text(NOW - 2),
        "ended_at": None,
    } | process
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO processes (id, pid, host, started_at, heartbeat_at, ended_at) "
            "VALUES (:id, :pid, :host, :started_at, :heartbeat_at, :ended_at)",
            row,
        )
        connection.execute(
            "INSERT INTO runs (id, process_id, title, started_at, updated_at) "
            "VALUES ('r', 'p', 'fix', 'x', 'x')"
        )
        connection.execute(
            "INSERT INTO agents (id, run_id, name, started_at, updated_at) "
            "VALUES ('a', 'r', 'coder', 'x', 'x')"
        )


ENDED = {"ended_at": times.text(NOW - 9)}
QUIET = {"heartbeat_at": times.text(NOW - 16)}
LATE = {"heartbeat_at": times.text(NOW - 14)}


@pytest.mark.parametrize(
    ("process", "is_gone"), [({}, False), (LATE, False), (QUIET, True), (ENDED, True)]
)
def test_an_asker_is_gone_when_its_process_ended_or_fell_silent(
    file: GateFile, process: dict[str, object], is_gone: bool
) -> None:
    with_an_agent(file, **process)
    file.ask("of its run", run_id="r", agent_id="a")
    file.ask("of its own", process_id="p")

    for gate_id in ("of its run", "of its own"):
        assert review(file, gate_id).requester_gone is is_gone
        assert review(file, gate_id).as_gate("ben").requester_gone is is_gone


def test_the_process_that_asked_counts_not_the_one_that_writes_the_run(file: GateFile) -> None:
    with_an_agent(file, **ENDED)
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO processes (id, pid, host, started_at, heartbeat_at) "
            "VALUES ('q', 99, 'laptop', 'x', ?)",
            (times.text(NOW - 2),),
        )
    file.ask(run_id="r", process_id="q")

    facts = review(file)

    assert facts.requester is not None
    assert (facts.requester.pid, facts.requester_gone) == (99, False)


def test_an_asker_nobody_recorded_is_not_called_gone(file: GateFile) -> None:
    file.ask(requested_by="somebody")

    facts = review(file)

    assert (facts.requester, facts.requester_gone) == (None, False)


# Cost


def test_twice_as_many_gates_cost_no_more_to_read(file: GateFile) -> None:
    """No statement of the two questions scans: what is read does not grow with the file."""
    file.ask("open")
    with file.writing() as connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
            "INSERT INTO approvals (id, title, payload, payload_sha256, status, requested_at, "
            "decided_at, updated_at) SELECT 'x' || i, 'x', '', '', 'approved', 't', 't', 't' FROM n"
        )
    steps = [steps_of(file, "open"), 0]
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO approvals (id, title, payload, payload_sha256, status, requested_at, "
            "decided_at, updated_at) SELECT id || '-', title, payload, payload_sha256, status, "
            "requested_at, decided_at, updated_at FROM approvals WHERE status = 'approved'"
        )
    steps[1] = steps_of(file, "open")

    assert steps[1] <= steps[0] * 1.05


def steps_of(file: GateFile, gate_id: str) -> int:
    """How many steps SQLite's machine takes for both questions, in hundreds."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    with closing(open_source(file.path)) as source:
        source.connection.set_progress_handler(count, 100)
        read_approvals(source, NOW, "all")
        read_review(source, gate_id, NOW)
        source.connection.set_progress_handler(None, 0)
    return taken


def test_the_facts_need_no_terminal_and_no_diff_to_be_read() -> None:
    """A command that lists gates must start quickly."""
    script = (
        "import sys, vedette.data.approvals\n"
        "heavy = {'textual', 'rich', 'pydantic', 'asyncio', 'difflib', 'json', 'hashlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"


def test_the_hash_is_of_the_bytes_that_are_stored(file: GateFile) -> None:
    file.ask(payload="größe\n漢")

    with closing(sqlite3.connect(file.path)) as connection:
        [(raw,)] = connection.execute("SELECT CAST(payload AS BLOB) FROM approvals").fetchall()
    facts = review(file)

    assert facts.sha256 == file.gate()["payload_sha256"] == sha256(raw.decode())
    assert len(facts.sha256) == 64
    assert sha256(PAYLOAD) != facts.sha256
