"""A suggested rule covers what it was made of, nothing that was rejected, and nothing else."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.gates import NOW, GateFile
from vedette.data import times
from vedette.data.approvals import read_approvals
from vedette.data.ingest import gating, rules
from vedette.data.ingest.events import parse as parse_event
from vedette.data.ingest.matching import Call
from vedette.data.source import open_source
from vedette.data.suggestions import (
    Answered,
    Suggestion,
    alike_of,
    read_suggestions,
    suggest,
)

HOOK = "vedette hook claude-code"


def _payload(tool: str, given: dict[str, Any], folder: str = "/proj") -> str:
    """As the hook writes what it asks about."""
    event = {
        "hook_event_name": "PreToolUse",
        "session_id": "s",
        "cwd": folder,
        "tool_name": tool,
        "tool_input": given,
    }
    return json.dumps(gating.payload(parse_event(json.dumps(event).encode())))


_NUMBER = iter(range(1, 10**9))


def made(command: Any = "git status", status: str = "approved", **more: Any) -> Answered:
    """A gate as a hook asked it, and as it was answered."""
    number = next(_NUMBER)
    tool, given = more.pop("tool", "Bash"), more.pop("given", {"command": command})
    row = {
        "id": f"g-{number}",
        "title": f"{tool}: {command}",
        "why": "rule: Bash",
        "payload": _payload(tool, given, more.pop("folder", "/proj")),
        "risk": "low",
        "status": status,
        "requested_at": times.text(NOW - 1000),
        "decided_by": "ana",
        "decided_at": times.text(NOW - 996),
        "needed": 1,
        "program": HOOK,
    }
    return Answered(**row | more)


def _needs(suggestion: Suggestion, payload: str) -> rules.Need | rules.Fault | None:
    """Whether a call would be asked about, with the rule pasted above one that asks for all."""
    read = rules.parse(f'{suggestion.text}\n[[rule]]\nname = "all"\n', "rules.toml")
    assert read.faults == []
    fields = json.loads(payload)
    tool, folder = fields.pop("tool"), fields.pop("cwd", "/proj")
    return rules.need(read, Call(tool, fields.get("input", fields), folder))


def test_identical_approvals_become_a_rule_for_that_very_command() -> None:
    people = ["ana", "bea", "ana", "cem", "ana"]
    gates = [
        made(decided_by=who, decided_at=times.text(NOW - 1000 + wait))
        for who, wait in zip(people, (3, 4, 60, 4, 5), strict=True)
    ]
    (found,) = suggest(gates)
    assert found.commands == ("git status",)
    assert found.approvals == tuple(gate.id for gate in gates)
    assert (found.people, found.median_s, found.since) == (("ana", "bea", "cem"), 4.0, NOW - 1000)
    assert found.text == (
        "# A suggestion: into the rules.toml that asked, above the rule that asks.\n"
        "# 5 approvals by 3 people, since 2026-11-21, 4 s to answer (median), none rejected.\n"
        "# Exactly what was approved.\n"
        "# It ran in /proj; a rule sees the command, not the folder.\n"
        "[[rule]]\n"
        'name = "git status: approved 5 times"\n'
        'tools = ["Bash"]\n'
        "commands = [\n"
        '    "git status",\n'
        "]\n"
        "ask = false\n"
    )


def test_commands_that_differ_in_a_name_are_listed_and_no_others_are_covered() -> None:
    gates = [made(f"pytest tests/{name}.py -q") for name in ("a", "b", "b", "c", "c", "c")]
    (found,) = suggest(gates)
    assert found.alike.shape == "pytest ‹…› -q"
    assert found.commands == tuple(f"pytest tests/{name}.py -q" for name in ("c", "b", "a"))
    assert "3 commands that are alike but for ‹…› in pytest ‹…› -q" in found.text
    for gate in gates:
        assert _needs(found, gate.payload) is None
    for other in ("pytest tests/d.py -q", "pytest tests/a.py", "pytest tests/a.py -q; rm x"):
        assert _needs(found, made(other).payload) is not None


def test_fewer_than_enough_make_none() -> None:
    assert suggest([made() for _ in range(4)]) == ()
    assert len(suggest([made() for _ in range(5)])) == 1


@pytest.mark.parametrize(
    "other",
    [
        made(status="rejected"),
        made("git status -s"),
        made("pytest tests/z.py", status="rejected"),
    ],
)
def test_one_that_was_rejected_silences_all_that_are_like_it(other: Answered) -> None:
    gates = [*[made("pytest tests/a.py")] * 5, *[made()] * 5, other]
    shapes = {each.alike.shape for each in suggest(gates)}
    expected = {"pytest ‹…›", "git status"}
    if other.status == "rejected":
        expected -= {"git status" if "git" in other.title else "pytest ‹…›"}
    assert shapes == expected


@pytest.mark.parametrize("status", ["expired", "withdrawn"])
def test_what_nobody_answered_speaks_neither_for_it_nor_against(status: str) -> None:
    (found,) = suggest([*[made(status=status)] * 5, *[made()] * 5])
    assert len(found.approvals) == 5
    assert suggest([*[made(status=status)] * 5, *[made()] * 4]) == ()


@pytest.mark.parametrize(
    "more",
    [
        {"risk": "high"},
        {"risk": "critical"},
        {"needed": 2},
        {"why": gating.PERMISSION.why},
        {"program": "vedette gate"},
        {"program": None},
        {"payload": "git status"},
        {"payload": "[1]"},
        {"payload": "{" * 5000},
        {"folder": "not/absolute"},
        {"given": {"command": "git status", "dangerouslyDisableSandbox": True}},
        {"given": {"command": ["git", "st atus"]}},
        {"given": {"file_path": "/proj/a.py", "content": "x"}, "tool": "Write"},
        {"given": {"command": "git status"}, "tool": "odd tool*"},
    ],
)
def test_what_no_rule_could_name_or_should_makes_none(more: dict[str, Any]) -> None:
    assert suggest([made(**more) for _ in range(9)]) == ()


@pytest.mark.parametrize(
    "command",
    [
        "git status && rm x",
        "ls | sh",
        "rm *",
        "ls a?",
        "echo $(date)",
        "echo x > y",
        "sudo ls",
        'git commit -m "a  b"',
        "echo 'unclosed",
        "ls \u202e",
        "a\nb",
        "",
        "vedette approve g-1 --sha 12345678",
        "cat .vedette/rules.toml",
        "x" * 5000,
    ],
)
def test_a_command_that_is_more_than_it_seems_makes_none(command: str) -> None:
    assert suggest([made(command) for _ in range(9)]) == ()


def test_a_rejected_call_that_cannot_be_read_silences_its_tool() -> None:
    unread = made(status="rejected")._replace(payload='{"tool": "Bash", "comma')
    assert suggest([unread, *[made()] * 9]) == ()
    other = unread._replace(title="Write: x")
    assert len(suggest([other, *[made()] * 9])) == 1


def test_many_different_commands_are_not_like_for_like() -> None:
    assert suggest([made(f"cat file{number}.txt") for number in range(30)]) == ()


def test_the_same_command_in_two_folders_is_counted_by_folder() -> None:
    gates = [*[made(folder="/a")] * 6, *[made(folder="/b")] * 5]
    found = suggest(gates)
    assert [(each.alike.folder, len(each.approvals)) for each in found] == [("/a", 6), ("/b", 5)]
    assert "It ran in /b;" in found[1].text


def test_a_command_in_words_is_read_like_the_engine_reads_it() -> None:
    gates = [made(given={"command": ["cargo", "test"]}, tool="shell") for _ in range(5)]
    (found,) = suggest(gates)
    assert found.commands == ("cargo test",)
    assert alike_of(gates[0].payload) == found.alike


def test_at_most_five_are_made_those_first_that_save_most() -> None:
    gates = [made(f"make {name}") for count, name in enumerate("abcdefg", 5) for _ in range(count)]
    found = suggest(gates)
    assert [each.commands for each in found] == [(f"make {name}",) for name in "gfedc"]


# Against the engine, whatever was asked

WORDS = st.sampled_from(
    ["git", "status", "-q", "tests/a.py", "x1", "rm", "-rf", "'a b'", '"', "*", ";", "&&", "$X"]
)
ODD = st.sampled_from(["|", "sudo", ".vedette/rules.toml", "vedette", "approve", "\u00a0", "\\"])
PLAIN = st.sampled_from(["git status", "make test", "pytest a.py", "pytest b.py", "cat a.txt"])
COMMANDS = st.one_of(PLAIN, st.lists(WORDS | ODD, max_size=5).map(" ".join), st.text(max_size=12))
CALLS = st.one_of(
    st.tuples(st.sampled_from(["Bash", "shell"]), COMMANDS.map(lambda text: {"command": text})),
    st.tuples(st.just("shell"), st.lists(WORDS, max_size=4).map(lambda words: {"command": words})),
    st.tuples(st.sampled_from(["Write", "Read"]), COMMANDS.map(lambda text: {"file_path": text})),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Answered]:
    """Some calls, each asked about several times, and sometimes rejected."""
    gates: list[Answered] = []
    for tool, fields in draw(st.lists(CALLS, min_size=1, max_size=5)):
        try:
            one = made(given=fields, tool=tool)
        except ValueError:
            # A lone surrogate: the hook asks nobody then.
            continue
        times_asked = draw(st.integers(min_value=2, max_value=9))
        gates += [one._replace(id=f"{one.id}-{number}") for number in range(times_asked)]
        if draw(st.booleans()) and draw(st.booleans()):
            gates.append(one._replace(status="rejected"))
    return draw(st.permutations(gates))


@given(histories())
def test_every_rule_covers_its_approvals_and_nothing_that_was_rejected(
    gates: Sequence[Answered],
) -> None:
    known = {gate.id: gate for gate in gates if gate.status == "approved"}
    for found in suggest(gates):
        assert len(found.approvals) >= 5
        for gate_id in found.approvals:
            assert _needs(found, known[gate_id].payload) is None
        for gate in gates:
            if gate.status == "rejected":
                assert _needs(found, gate.payload) is not None
        # And it names no command that nobody approved.
        asked = [json.loads(known[gate_id].payload)["command"] for gate_id in found.approvals]
        lines = {" ".join(each) if isinstance(each, list) else each.strip() for each in asked}
        assert set(found.commands) == lines


# From a file


def _file(tmp_path: Path, count: int) -> GateFile:
    file = GateFile(tmp_path / "runs.db")
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO processes (id, pid, host, program, started_at, heartbeat_at) "
            "VALUES ('p', 1, 'laptop', ?, 'x', 'x')",
            (HOOK,),
        )
    for number in range(count):
        _answer(file, f"g-{number}")
    return file


def _answer(file: GateFile, gate_id: str, status: str = "approved", **more: Any) -> None:
    gate = made(**more)
    columns = {"title": gate.title, "payload": gate.payload, "risk": gate.risk, "why": gate.why}
    times_ = {"requested_at": gate.requested_at, "decided_at": gate.decided_at}
    file.ask(gate_id, process_id="p", status=status, decided_by="ana", **columns, **times_)


def test_rules_are_read_from_the_latest_gates_and_again_only_when_one_is_over(
    tmp_path: Path,
) -> None:
    file = _file(tmp_path, 5)
    with closing(open_source(file.path)) as source:
        closed = read_approvals(source, NOW, "closed").rows
        (found,) = read_suggestions(source, closed)
        assert found.commands == ("git status",)
        assert read_suggestions(source, closed)[0] is found
        _answer(file, "g-no", status="rejected")
        assert read_suggestions(source, read_approvals(source, NOW, "closed").rows) == ()


def test_a_source_whose_gates_no_hook_asked_has_none(tmp_path: Path) -> None:
    file = GateFile(tmp_path / "runs.db")
    for number in range(9):
        file.ask(f"g-{number}", status="approved", decided_by="ana", payload=made().payload)
    with closing(open_source(file.path)) as source:
        assert read_suggestions(source, read_approvals(source, NOW, "closed").rows) == ()
