"""What a person reads of a call, and what the model reads of the answer."""

import json
from typing import Any

import pytest

from vedette.data.adapters.asking import document, failed, titled, told
from vedette.data.errors import VedetteError
from vedette.data.recording.gates import Answer


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
