"""What a person reads of a call, and what the model reads of the answer."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.answering import answer
from tests.builders.recorded import value
from vedette.data.adapters.asking import Asker, document, failed, titled, told
from vedette.data.errors import VedetteError
from vedette.data.recorder import Recorder
from vedette.data.recording.gates import Answer


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def asker(db: Path) -> Iterator[Asker]:
    with Recorder(db) as recorder, recorder.run("tidy up") as run, run.agent("tidy") as agent:
        yield Asker(agent)


async def approved(asker: Asker, db: Path, path: str) -> None:
    await asyncio.gather(
        asker.ask("call-1", "delete", {"path": path}), asyncio.to_thread(answer, db, "approved")
    )


async def test_an_approval_is_good_for_what_was_read(asker: Asker, db: Path) -> None:
    await approved(asker, db, "build")
    assert (await asker.confirm("call-1", "delete", {"path": "build"})).approved
    assert value(db, "SELECT count(*) FROM approvals") == 1


@pytest.mark.parametrize(
    ("tool", "arguments"), [("delete", {"path": "src"}), ("delete_all", {"path": "build"})]
)
async def test_another_call_under_its_id_is_a_new_question(
    asker: Asker, db: Path, tool: str, arguments: dict[str, str]
) -> None:
    await approved(asker, db, "build")
    verdict, gate = await asyncio.gather(
        asker.confirm("call-1", tool, arguments), asyncio.to_thread(answer, db, "rejected")
    )
    assert not verdict.approved
    assert gate["asks"] == {"tool": tool, "arguments": arguments}
    assert gate["why"] == "its arguments changed after they were approved"


async def test_an_approval_is_good_for_one_run(asker: Asker, db: Path) -> None:
    await approved(asker, db, "build")
    await asker.confirm("call-1", "delete", {"path": "build"})
    verdict, _ = await asyncio.gather(
        asker.confirm("call-1", "delete", {"path": "build"}),
        asyncio.to_thread(answer, db, "rejected"),
    )
    assert not verdict.approved


def test_a_payload_is_the_tool_and_its_arguments() -> None:
    assert json.loads(document("delete", {"path": "build"})) == {
        "tool": "delete",
        "arguments": {"path": "build"},
    }


def test_a_command_stands_where_a_review_looks_for_it() -> None:
    asked = {"command": "rm -rf build", "timeout": 3}
    assert json.loads(document("bash", asked)) == {"tool": "bash", **asked}


@pytest.mark.parametrize("name", ["tool", "arguments"])
def test_an_argument_never_passes_for_the_tool(name: str) -> None:
    asked = {"command": "rm -rf /", name: "ls"}
    assert json.loads(document("bash", asked)) == {"tool": "bash", "arguments": asked}


def test_what_has_no_json_is_no_payload() -> None:
    with pytest.raises(TypeError):
        document("delete", {"path": object()})


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ({"path": "build"}, "delete build"),
        ({"path": "build", "force": True}, "delete path=build, force=True"),
        ({}, "delete"),
        ("a\nb", "delete a b"),
        ({"path": "x" * 200}, "delete " + "x" * 72 + "…"),
    ],
)
def test_a_title_is_one_line(arguments: Any, title: str) -> None:
    assert titled("delete", arguments) == title


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer("approved", "ana", None, "g-1"), "ana approved this call."),
        (Answer("rejected", "ana", "too late", "g-1"), "Not run. ana rejected this call: too late"),
        (Answer("rejected", None, None, "g-1"), "Not run. A person rejected this call."),
        (
            Answer("expired", None, None, "g-1"),
            "Not run. Nobody answered within 30 seconds; that is not a refusal.",
        ),
        (Answer("withdrawn", None, "gone", "g-1"), "Not run. The question was taken back: gone"),
    ],
)
def test_the_model_reads_what_came_of_it(answer: Answer, message: str) -> None:
    assert told(answer, 30.0) == message


def test_a_failure_says_what_to_do() -> None:
    verdict = failed(VedetteError("runs.db is locked", "look for who holds it"))
    assert not verdict.approved
    assert verdict.message == (
        "Not run. Nobody could be asked: runs.db is locked (look for who holds it)"
    )
