"""A decision is written once, on the payload that was read, or not at all."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.gates import NOW, GateFile
from tests.builders.tac import build_tac
from vedette import sql
from vedette.data import decisions, store, times
from vedette.data.approvals import read_review, sha256
from vedette.data.consent import Gate, Intent, Review
from vedette.data.deciding import own
from vedette.data.decisions import AlarmAnswer, Decision, decide
from vedette.data.errors import DecisionRefused, SourceError, UsageError
from vedette.data.recorder import Recorder
from vedette.data.source import open_source


@pytest.fixture
def file(tmp_path: Path) -> GateFile:
    return GateFile(tmp_path / "runs.db")


def refused(file: GateFile, answer: Callable[[], object]) -> DecisionRefused:
    """The refusal of an answer, which must have written nothing."""
    before = file.everything()
    with pytest.raises(DecisionRefused) as caught:
        answer()
    assert file.everything() == before
    return caught.value


# Deciding


def test_an_approval_is_written_with_its_signature_and_its_audit_row(file: GateFile) -> None:
    sha = file.ask(risk="high")

    decision = decide(
        file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW, note="go", shown_ms=48_000
    )

    assert decision == Decision("approved", "decided", NOW, needed=1, signed=1)
    gate = file.gate()
    assert (gate["status"], gate["decided_by"], gate["reason"]) == ("approved", "ana", "go")
    assert gate["decided_at"] == gate["updated_at"] == times.text(NOW)
    [signature] = file.rows("SELECT * FROM approval_signatures")
    assert (signature["signer"], signature["outcome"]) == ("ana", "approved")
    assert (signature["payload_sha256"], signature["shown_ms"]) == (sha, 48_000)
    [told] = file.rows("SELECT * FROM audit")
    assert (told["type"], told["outcome"], told["actor"]) == ("gate.approved", "success", "ana")
    assert (told["approval_id"], told["risk"], told["latency_ms"]) == ("g-1", "high", 60_000)
    assert json.loads(told["details"]) == {
        "sha256": sha,
        "shown_ms": 48_000,
        "note": "go",
        "needed": 1,
        "signed": 1,
    }


def test_a_rejection_tells_its_reason(file: GateFile) -> None:
    sha = file.ask()

    decide(file.path, "g-1", "rejected", sha=sha, actor="ana", now=NOW, note="not on a Friday")

    assert (file.gate()["status"], file.gate()["reason"]) == ("rejected", "not on a Friday")
    [told] = file.rows("SELECT * FROM audit")
    assert (told["type"], told["outcome"]) == ("gate.rejected", "info")


def test_a_decision_leaves_the_waiting_agent_to_its_own_process(file: GateFile) -> None:
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO runs (id, title, status, started_at, updated_at) "
            "VALUES ('r', 'r', 'waiting', 't', 't')"
        )
    sha = file.ask(run_id="r")

    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    assert file.rows("SELECT status FROM runs") == [{"status": "waiting"}]


def test_eight_digits_of_the_hash_are_enough(file: GateFile) -> None:
    sha = file.ask()

    decide(file.path, "g-1", "approved", sha=sha[:8].upper(), actor="ana", now=NOW)

    [told] = file.rows("SELECT details FROM audit")
    assert json.loads(told["details"])["sha256"] == sha


@pytest.mark.parametrize("sha", [None, "", "9f3c12a", "9f3c12ag", "f" * 65])
def test_an_approval_without_enough_of_the_hash_is_refused(file: GateFile, sha: str | None) -> None:
    file.ask()

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    )

    assert error.kind == "short_sha"


def test_a_rejection_needs_no_hash(file: GateFile) -> None:
    file.ask()

    decide(file.path, "g-1", "rejected", sha=None, actor="ana", now=NOW, note="no")

    assert file.gate()["status"] == "rejected"


def test_nobody_cannot_decide(file: GateFile) -> None:
    sha = file.ask()

    with pytest.raises(UsageError):
        decide(file.path, "g-1", "approved", sha=sha, actor="  ", now=NOW)

    assert file.gate()["status"] == "pending"


def test_the_asking_program_picks_the_answer_up_and_goes_on(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.db")
    with Recorder(path) as recorder, recorder.run("fix-auth") as run, run.agent("coder") as agent:
        gate = agent.gate("rm -rf build/", {"command": "rm -rf build/"}, risk="high")
        now = time.time()
        with closing(open_source(path)) as source:
            facts = read_review(source, gate.id, now)
        assert facts is not None

        intent = reviewed(facts.as_gate("ana"), now)
        decide(path, **intent._asdict(), actor="ana", now=now)
        answer = gate.wait()

    assert (answer.outcome, answer.by) == ("approved", "ana")
    with closing(sqlite3.connect(path)) as connection:
        types = connection.execute("SELECT type, actor FROM audit ORDER BY seq").fetchall()
        [(picked_up,)] = connection.execute("SELECT picked_up_at FROM approvals").fetchall()
    assert ("gate.approved", "ana") in types
    assert picked_up is not None


def reviewed(gate: Gate, now: float) -> Intent:
    """What comes of a review by somebody who reads it all, types the hash and waits."""
    review = Review(gate)
    review.opened(now)
    review.laid_out(gate.sha256, (3,), now)
    review.lines_seen([(0, 3)])
    for key in ("a", *gate.sha256[:4]):
        review.key(key, now + 1, key)
    intents = [review.tick(now + 1 + step) for step in range(6)]
    [intent] = [intent for intent in intents if intent is not None]
    return intent


# Refusing


def test_the_second_answer_is_told_who_was_first(file: GateFile) -> None:
    sha = file.ask()
    decide(file.path, "g-1", "rejected", sha=sha, actor="ana", now=NOW + 9)

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ben", now=NOW + 20)
    )

    assert (error.kind, error.title) == ("already_decided", "already rejected by ana 14:02:40")


def test_an_old_decision_is_told_with_its_date(file: GateFile) -> None:
    sha = file.ask()
    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    error = refused(
        file,
        lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW + 86_400),
    )

    assert error.title == "already approved by ana 2026-11-21 14:02:31"


def test_nobody_answered_is_not_no(file: GateFile) -> None:
    sha = file.ask(expires_at=NOW)

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    )

    assert (error.kind, error.title) == ("expired", "expired at 14:02:31: nobody answered")


def test_a_gate_its_process_called_expired_is_expired(file: GateFile) -> None:
    sha = file.ask(status="expired", expires_at=NOW - 5)

    error = refused(
        file, lambda: decide(file.path, "g-1", "rejected", sha=sha, actor="ana", now=NOW)
    )

    assert error.kind == "expired"


def test_a_withdrawn_gate_is_its_own_outcome(file: GateFile) -> None:
    sha = file.ask(status="withdrawn", reason="the asking program was interrupted")

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    )

    assert error.kind == "withdrawn"
    assert error.title == "withdrawn by the agent: the asking program was interrupted"


def test_another_payload_is_not_approved(file: GateFile) -> None:
    sha = file.ask()
    file.change(payload="rm -rf /", payload_sha256=sha256("rm -rf /"))

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    )

    assert error.kind == "changed"
    assert error.title.startswith("changed since you read it")


def test_a_payload_changed_behind_its_hash_is_not_approved(file: GateFile) -> None:
    """The stored hash still is what was read, the payload is not; and the other way round."""
    sha = file.ask()
    file.change(payload="rm -rf /")

    for read in (sha, sha256("rm -rf /")):
        error = refused(
            file,
            lambda read=read: decide(file.path, "g-1", "approved", sha=read, actor="a", now=NOW),
        )
        assert error.kind == "changed"


def test_a_payload_changed_behind_its_hash_can_be_rejected(file: GateFile) -> None:
    file.ask()
    file.change(payload="rm -rf /")

    decide(file.path, "g-1", "rejected", sha=sha256("rm -rf /"), actor="ana", now=NOW)

    assert file.gate()["status"] == "rejected"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("risk", "high", "its risk is high now"), ("title", "rm -rf /", "its title is another")],
)
def test_what_stood_beside_the_payload_must_be_the_same(
    file: GateFile, column: str, value: str, words: str
) -> None:
    sha = file.ask()
    title = file.gate()["title"]
    file.change(**{column: value})

    error = refused(
        file,
        lambda: decide(
            file.path,
            "g-1",
            "approved",
            sha=sha,
            actor="ana",
            now=NOW,
            expected_risk="low",
            expected_title=title,
        ),
    )

    assert error.kind == "changed"
    assert words in error.title


def test_bytes_that_are_no_text_cannot_be_approved_but_rejected(file: GateFile) -> None:
    file.ask()
    raw = b"rm \xff\xfe -rf"
    file.change(payload=raw)
    file.change(payload_sha256=decisions.digest(raw))
    shown = sha256(raw.decode("utf-8", "replace"))

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=shown, actor="ana", now=NOW)
    )
    decide(file.path, "g-1", "rejected", sha=shown, actor="ana", now=NOW)

    assert error.kind == "not_decidable"
    assert file.gate()["status"] == "rejected"


def test_a_gate_that_is_not_there_is_missing(file: GateFile) -> None:
    error = refused(
        file, lambda: decide(file.path, "g-9", "approved", sha="0" * 64, actor="ana", now=NOW)
    )

    assert (error.kind, error.title) == ("missing", "there is no gate g-9")


def test_words_that_no_database_can_hold_are_replaced(file: GateFile) -> None:
    sha = file.ask()

    decide(file.path, "g-1", "approved", sha=sha, actor="an\udce4", now=NOW, note="\ud800")

    assert (file.gate()["decided_by"], file.gate()["reason"]) == ("an?", "?")


# Several must agree


def test_the_first_of_two_signatures_decides_nothing_yet(file: GateFile) -> None:
    sha = file.ask(needed=2)

    first = decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    status_between = file.gate()["status"]
    second = decide(file.path, "g-1", "approved", sha=sha, actor="ben", now=NOW + 1)

    assert first == Decision("approved", "signed", NOW, needed=2, signed=1)
    assert second == Decision("approved", "decided", NOW + 1, needed=2, signed=2)
    assert (status_between, file.gate()["status"]) == ("pending", "approved")
    told = file.rows("SELECT type, summary FROM audit ORDER BY seq")
    assert [row["type"] for row in told] == ["gate.signed", "gate.approved"]
    assert told[0]["summary"].endswith("(1 of 2)")


def test_nobody_signs_twice(file: GateFile) -> None:
    sha = file.ask(needed=2)
    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW + 5)
    )

    assert (error.kind, error.title) == ("already_signed", "you have already signed it 14:02:31")


@pytest.mark.parametrize("asker", ["ana", "ana@laptop", "ana@laptop/4711"])
def test_who_asked_is_none_of_the_several_who_must_agree(file: GateFile, asker: str) -> None:
    sha = file.ask(needed=2, requested_by=asker)

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    )
    decide(file.path, "g-1", "rejected", sha=sha, actor="ana", now=NOW)

    assert error.kind == "own_request"
    assert file.gate()["status"] == "rejected"


def test_who_asked_may_answer_where_one_is_enough(file: GateFile) -> None:
    sha = file.ask(requested_by="ana@laptop/4711")

    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    assert file.gate()["status"] == "approved"


def test_one_rejection_outweighs_the_signatures_before_it(file: GateFile) -> None:
    sha = file.ask(needed=3)
    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    decision = decide(file.path, "g-1", "rejected", sha=sha, actor="ben", now=NOW)

    assert decision.status == "decided"
    assert file.gate()["status"] == "rejected"


def test_who_signed_may_still_reject(file: GateFile) -> None:
    sha = file.ask(needed=2)
    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    decide(file.path, "g-1", "rejected", sha=sha, actor="ana", now=NOW + 1, note="on reflection")

    [signature] = file.rows("SELECT outcome FROM approval_signatures")
    assert signature["outcome"] == "rejected"
    types = file.rows("SELECT type FROM audit ORDER BY seq")
    assert [row["type"] for row in types] == ["gate.signed", "gate.rejected"]


def test_a_signature_under_another_payload_does_not_count(file: GateFile) -> None:
    sha = file.ask(needed=2)
    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    other = sha256("ls")
    file.change(payload="ls", payload_sha256=other)

    ben = decide(file.path, "g-1", "approved", sha=other, actor="ben", now=NOW)
    ana = decide(file.path, "g-1", "approved", sha=other, actor="ana", now=NOW)

    assert (ben.status, ben.signed) == ("signed", 1)
    assert (ana.status, ana.signed) == ("decided", 2)


# The file


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "no.db"

    with pytest.raises(SourceError):
        decide(str(path), "g-1", "approved", sha="0" * 64, actor="ana", now=NOW)

    assert not path.exists()


@pytest.mark.parametrize("name", ["a#b.db", "what?.db", "two words.db", "größe.db", "50%.db"])
def test_any_path_is_written_to_and_nothing_beside_it(tmp_path: Path, name: str) -> None:
    file = GateFile(tmp_path / name)
    sha = file.ask()

    decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    assert file.gate()["status"] == "approved"
    assert {path.name for path in tmp_path.iterdir()} <= {name, f"{name}-wal", f"{name}-shm"}


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "runs.db")

    with pytest.raises(SourceError, match="pipe"):
        decide(str(tmp_path / "runs.db"), "g-1", "approved", sha="0" * 64, actor="ana", now=NOW)


def test_a_locked_file_is_said_to_be_locked(
    file: GateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = file.ask()
    impatient = {"admin/busy_timeout": "PRAGMA busy_timeout = 10"}
    monkeypatch.setattr(store, "load", lambda name: impatient.get(name) or sql.load(name))
    with closing(sqlite3.connect(file.path)) as other:
        other.execute("BEGIN IMMEDIATE")

        error = refused(
            file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
        )

    assert error.kind == "locked"


def test_another_systems_file_is_left_as_it_is(tmp_path: Path) -> None:
    build_tac(tmp_path / "tac.db", rows=40)
    before = (tmp_path / "tac.db").read_bytes()

    with pytest.raises(DecisionRefused) as caught:
        decide(str(tmp_path / "tac.db"), "x", "approved", sha="0" * 64, actor="ana", now=NOW)

    assert caught.value.kind == "not_decidable"
    assert "there are no gates in TAC" in caught.value.title
    assert (tmp_path / "tac.db").read_bytes() == before


def test_a_newer_schema_is_not_written_to(file: GateFile) -> None:
    sha = file.ask()
    with file.writing() as connection:
        connection.execute("UPDATE schema_migrations SET version = 999 WHERE version = 1")

    error = refused(
        file, lambda: decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)
    )

    assert error.kind == "newer_schema"


@pytest.mark.parametrize("trigger", ["approvals", "audit", "approval_signatures"])
def test_a_write_that_fails_half_way_leaves_nothing(file: GateFile, trigger: str) -> None:
    """The decision, its signature and its audit row stand together or not at all."""
    sha = file.ask()
    verb = "UPDATE" if trigger == "approvals" else "INSERT"
    with file.writing() as connection:
        connection.execute(
            f"CREATE TRIGGER fails BEFORE {verb} ON {trigger} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    before = file.everything()

    with pytest.raises(Exception, match=r"."):
        decide(file.path, "g-1", "approved", sha=sha, actor="ana", now=NOW)

    assert file.everything() == before


@pytest.mark.parametrize("statement", ["sign", "decide"])
@pytest.mark.parametrize(
    "state",
    [
        {"status": "rejected"},
        {"status": "withdrawn"},
        {"expires_at": NOW},
        {"payload": "rm -rf /"},
        {"payload_sha256": "0" * 64},
        {"risk": "critical"},
    ],
)
def test_every_guard_stands_in_the_statement_itself(
    file: GateFile, statement: str, state: dict[str, object]
) -> None:
    """Also without the checks before it, nothing is written to such a row."""
    sha = file.ask()
    decide_facts = {
        "id": "g-1", "outcome": "approved", "actor": "ana", "note": None, "shown_ms": None,
        "now": times.text(NOW), "expected_risk": "low", "sha256": sha, "as_shown": 0,
    }  # fmt: skip
    with closing(sqlite3.connect(file.path)) as connection:
        connection.create_function("payload_hash", 2, own._payload_hash)
        connection.execute(sql.load("decisions/sign"), decide_facts)
        connection.commit()
    assert rows_changed(file, "decide", decide_facts) == 1, "the untouched row can be decided"
    file.change(**{"status": "pending"} | state)

    facts = decide_facts | ({"actor": "ben"} if statement == "sign" else {})
    assert rows_changed(file, statement, facts) == 0


def rows_changed(file: GateFile, statement: str, facts: dict[str, object]) -> int:
    with closing(sqlite3.connect(file.path)) as connection, connection:
        connection.create_function("payload_hash", 2, own._payload_hash)
        return connection.execute(sql.load(f"decisions/{statement}"), facts).rowcount


# Races


def test_of_fifty_deciders_one_wins_and_the_others_are_told_who(file: GateFile) -> None:
    sha = file.ask()

    def answer(number: int) -> str:
        outcome = "approved" if number % 2 else "rejected"
        try:
            decide(file.path, "g-1", outcome, sha=sha, actor=f"p{number:02}", now=NOW)
        except DecisionRefused as error:
            return error.title
        return f"won: {outcome} by p{number:02}"

    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(answer, range(50)))

    check_one_winner(file, told)


_PROCESS = """
import sys
from vedette.data.decisions import decide
from vedette.data.deciding import own
from vedette.data.errors import DecisionRefused
path, sha, actor, outcome = sys.argv[1:]
sys.stdin.readline()
try:
    decide(path, "g-1", outcome, sha=sha, actor=actor, now={now})
    print(f"won: {{outcome}} by {{actor}}")
except DecisionRefused as error:
    print(error.title)
"""


def test_of_ten_processes_one_wins_and_the_others_are_told_who(file: GateFile) -> None:
    sha = file.ask()
    script = _PROCESS.format(now=NOW)
    racers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                script,
                file.path,
                sha,
                f"p{number:02}",
                "approved" if number % 2 else "rejected",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(10)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    told = [racer.communicate()[0].strip() for racer in racers]

    check_one_winner(file, told)


def check_one_winner(file: GateFile, told: list[str]) -> None:
    [won] = [words for words in told if words.startswith("won: ")]
    outcome_and_name = won.removeprefix("won: ")
    assert set(told) == {won, f"already {outcome_and_name} 14:02:31"}
    assert f"{file.gate()['status']} by {file.gate()['decided_by']}" == outcome_and_name
    assert len(file.rows("SELECT * FROM audit")) == 1
    assert len(file.rows("SELECT * FROM approval_signatures")) == 1


def test_of_fifty_signers_exactly_as_many_as_are_needed_get_through(file: GateFile) -> None:
    sha = file.ask(needed=3)

    def sign(number: int) -> str:
        try:
            return decide(
                file.path, "g-1", "approved", sha=sha, actor=f"p{number:02}", now=NOW
            ).status
        except DecisionRefused as error:
            return error.kind

    with ThreadPoolExecutor(25) as pool:
        told = list(pool.map(sign, range(50)))

    assert sorted(told) == ["already_decided"] * 47 + ["decided"] + ["signed"] * 2


PAYLOADS = ("ls", "rm -rf build/", "rm -rf /")

STEPS = st.one_of(
    st.tuples(st.just("change"), st.sampled_from(PAYLOADS)),
    st.tuples(st.just("tamper"), st.sampled_from(PAYLOADS)),
    st.tuples(st.sampled_from(["expire", "withdraw"]), st.just("")),
    st.tuples(st.just("clock"), st.sampled_from(["-5", "1", "20", "40"])),
    st.tuples(st.sampled_from(["reads a", "reads b"]), st.just("")),
    st.tuples(
        st.sampled_from(["decides a", "decides b"]), st.sampled_from(["approved", "rejected"])
    ),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one gate that expires in a minute; copied for each example."""
    folder = tmp_path_factory.mktemp("template")
    file = GateFile(folder / "runs.db")
    file.ask(payload=PAYLOADS[0], expires_at=NOW + 60)
    with closing(sqlite3.connect(file.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "runs.db"


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=14), needed=st.sampled_from([1, 2]))
def test_no_order_of_events_decides_what_was_not_read(
    template: Path, steps: list[tuple[str, str]], needed: int
) -> None:
    """Never another payload than the decider read, never twice, never after its time."""
    path = template.parent / "example.db"
    for old in template.parent.glob("example.db*"):
        old.unlink()
    shutil.copy(template, path)
    world = World(str(path), needed)
    for step, argument in steps:
        world.happen(step, argument)


class World:
    """One gate, two people who read and decide, and a clock; checks each decision as it falls."""

    def __init__(self, path: str, needed: int) -> None:
        self.file = GateFile(Path(path))
        self.file.change(needed=needed)
        self.needed = needed
        self.now = NOW
        self.payload = PAYLOADS[0]
        self.read = {"a": sha256(self.payload), "b": sha256(self.payload)}
        self.approvals: set[tuple[str, str]] = set()
        self.is_over = False

    def happen(self, step: str, argument: str) -> None:
        verb, _, who = step.partition(" ")
        if verb == "change" and not self.is_over:
            self.payload = argument
            self.file.change(payload=argument, payload_sha256=sha256(argument))
        elif verb == "tamper" and not self.is_over:
            self.payload = argument
            self.file.change(payload=argument)
        elif verb in ("expire", "withdraw") and not self.is_over:
            self.file.change(status={"expire": "expired", "withdraw": "withdrawn"}[verb])
            self.is_over = True
        elif verb == "clock":
            self.now += float(argument)
        elif verb == "reads":
            self.read[who] = sha256(self.payload)
        elif verb == "decides":
            self.decide(who, argument)

    def decide(self, who: str, outcome: str) -> None:
        before = self.file.gate()
        try:
            decision = decide(
                self.file.path, "g-1", outcome, sha=self.read[who], actor=who, now=self.now
            )
        except DecisionRefused:
            assert self.file.gate() == before
            return
        assert not self.is_over, "decided twice, or after its end"
        assert self.read[who] == sha256(self.payload), "another payload than was read"
        assert self.now < NOW + 60, "after its time"
        if outcome == "approved":
            assert before["payload_sha256"] == self.read[who]
            self.approvals.add((who, self.read[who]))
            signed = sum(sha == self.read[who] for _, sha in self.approvals)
            assert (decision.status == "decided") == (signed >= self.needed)
        self.is_over = decision.status == "decided"
        expected = outcome if self.is_over else "pending"
        assert self.file.gate()["status"] == expected


# Alarms


def test_an_alarm_is_acknowledged_once(file: GateFile) -> None:
    file.raise_alarm()

    answer = decisions.ack(file.path, "a-1", "ana", NOW, note="looking")
    error = refused(file, lambda: decisions.ack(file.path, "a-1", "ben", NOW + 5))

    assert answer == AlarmAnswer("a-1", "ack", NOW)
    [alarm] = file.rows("SELECT * FROM alarms")
    assert (alarm["status"], alarm["acked_by"]) == ("acked", "ana")
    assert error.title == "already acknowledged by ana 14:02:31"
    [told] = file.rows("SELECT * FROM audit")
    assert (told["type"], told["actor"]) == ("alarm.ack", "ana")
    assert told["summary"] == "acknowledged by ana: burn rate"
    assert json.loads(told["details"]) == {"note": "looking"}


def test_an_alarm_is_resolved_with_how_it_ended(file: GateFile) -> None:
    file.raise_alarm()

    decisions.resolve(file.path, "a-1", "ana", NOW, "budget raised")
    error = refused(file, lambda: decisions.resolve(file.path, "a-1", "ben", NOW, "again"))

    [alarm] = file.rows("SELECT status, resolution, resolved_at FROM alarms")
    assert alarm == {
        "status": "resolved",
        "resolution": "budget raised",
        "resolved_at": times.text(NOW),
    }
    assert error.kind == "already_decided"
    assert error.title == "already resolved 14:02:31"


def test_resolving_needs_a_note(file: GateFile) -> None:
    file.raise_alarm()

    with pytest.raises(UsageError):
        decisions.resolve(file.path, "a-1", "ana", NOW, " ")

    assert file.rows("SELECT status FROM alarms") == [{"status": "open"}]


def test_a_snoozed_alarm_stays_open_and_says_until_when(file: GateFile) -> None:
    file.raise_alarm()

    decisions.snooze(file.path, "a-1", "ana", NOW, NOW + 900)

    [alarm] = file.rows("SELECT status, snoozed_until FROM alarms")
    assert alarm == {"status": "open", "snoozed_until": times.text(NOW + 900)}
    [action] = file.rows("SELECT action, until FROM alarm_actions")
    assert action == {"action": "snooze", "until": times.text(NOW + 900)}


def test_an_alarm_is_not_snoozed_into_the_past(file: GateFile) -> None:
    file.raise_alarm()

    with pytest.raises(UsageError):
        decisions.snooze(file.path, "a-1", "ana", NOW, NOW)


def test_a_resolved_alarm_still_takes_a_comment_and_nothing_else(file: GateFile) -> None:
    file.raise_alarm(status="resolved")

    decisions.comment(file.path, "a-1", "ana", NOW, "it was the cache")
    refused(file, lambda: decisions.snooze(file.path, "a-1", "ana", NOW, NOW + 9))
    refused(file, lambda: decisions.ack(file.path, "a-1", "ana", NOW))

    [action] = file.rows("SELECT action, note FROM alarm_actions")
    assert action == {"action": "comment", "note": "it was the cache"}


def test_every_answer_to_an_alarm_has_its_own_audit_row(file: GateFile) -> None:
    file.raise_alarm()

    decisions.comment(file.path, "a-1", "ana", NOW, "seen")
    decisions.ack(file.path, "a-1", "ana", NOW)
    decisions.snooze(file.path, "a-1", "ana", NOW, NOW + 60)
    decisions.resolve(file.path, "a-1", "ana", NOW, "done")

    ids = file.rows("SELECT id FROM audit ORDER BY seq")
    assert [row["id"] for row in ids] == ["a-1-1", "a-1-2", "a-1-3", "a-1-4"]


def test_an_alarm_that_is_not_there_is_a_wrong_word(file: GateFile) -> None:
    with pytest.raises(UsageError) as caught:
        decisions.ack(file.path, "a-9", "ana", NOW)

    assert caught.value.kind == "missing"


def test_of_twenty_who_acknowledge_one_is_written(file: GateFile) -> None:
    file.raise_alarm()

    def acknowledge(number: int) -> str:
        try:
            return decisions.ack(file.path, "a-1", f"p{number}", NOW).action
        except DecisionRefused as error:
            return error.kind

    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(acknowledge, range(20)))

    assert sorted(told) == ["ack"] + ["already_decided"] * 19
    assert len(file.rows("SELECT * FROM alarm_actions")) == 1
