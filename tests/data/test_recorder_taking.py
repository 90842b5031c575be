"""A gate that another asked: its decision may be taken up once, and it is never taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.recorded import decide, row, until, value
from vedette.data.recorder import Recorder, StoreFailed

PAYLOAD = {"tool": "delete", "arguments": {"path": "build"}}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def before(db: Path) -> Iterator[Recorder]:
    with Recorder(db) as recorder:
        recorder.gate("delete build", PAYLOAD, id="g-1")
        yield recorder


@pytest.fixture
def after(db: Path, before: Recorder) -> Iterator[Recorder]:
    with Recorder(db) as recorder:
        yield recorder


def test_a_decision_nobody_heard_is_taken_up_once(db: Path, after: Recorder) -> None:
    decide(db, "approved")
    answer = after.take("g-1", PAYLOAD)
    assert answer is not None
    assert answer.approved
    assert row(db, "SELECT picked_up_at FROM approvals")["picked_up_at"] is not None
    assert value(db, "SELECT count(*) FROM audit WHERE type = 'gate.picked_up'") == 1
    assert after.take("g-1", PAYLOAD) is None


def test_what_another_took_up_runs_nowhere_else(db: Path) -> None:
    with Recorder(db) as asking, Recorder(db) as after:
        gate = asking.gate("delete build", PAYLOAD, id="g-2")
        decide(db, "approved")
        answer = after.take("g-2", PAYLOAD)
        assert answer is not None
        assert answer.approved
        with pytest.raises(StoreFailed, match="taken up by another") as error:
            gate.look()
        assert error.value.kind == "taken"


def test_a_decision_on_something_else_is_not_taken_up(db: Path, after: Recorder) -> None:
    decide(db, "approved")
    assert after.take("g-1", {**PAYLOAD, "tool": "delete_all"}) is None


def test_what_another_still_waits_for_is_nobody_elses(db: Path, after: Recorder) -> None:
    with pytest.raises(StoreFailed, match="open already") as error:
        after.take("g-1", PAYLOAD)
    assert error.value.kind == "asked"
    assert value(db, "SELECT status FROM approvals") == "pending"


def test_a_gate_with_the_id_of_another_leaves_that_one_alone(db: Path, after: Recorder) -> None:
    with pytest.raises(StoreFailed, match="was not asked") as error:
        after.gate("delete build", PAYLOAD, id="g-1")
    assert error.value.kind == "refused"
    assert after.flush()
    assert value(db, "SELECT status FROM approvals") == "pending"


def test_a_withdrawn_question_is_asked_anew(db: Path, before: Recorder, after: Recorder) -> None:
    before.close()
    until(lambda: value(db, "SELECT status = 'withdrawn' FROM approvals"))
    assert after.take("g-1", PAYLOAD) is None
