"""What was approved again and again is shown with the rule that would have spared the question."""

import os
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.builders.gates import GateFile
from tests.builders.vedette import NOW
from tests.data.test_suggestions import HOOK, made
from tests.tui.harness import ScriptedConsole
from tests.tui.test_approvals_screen import Listed
from vedette.data import times
from vedette.data.ingest import rules
from vedette.tui.screens.approvals import ApprovalsScreen

PYTEST = [f"pytest tests/{name}.py -q" for name in ("api", "auth", "db")]


@pytest.fixture
def file(tmp_path: Path) -> GateFile:
    """A gate that waits, and before it fourteen that were approved and one that was rejected."""
    file = GateFile(tmp_path / "runs.db")
    with file.writing() as connection:
        connection.execute(
            "INSERT INTO processes (id, pid, host, program, started_at, heartbeat_at) "
            "VALUES ('p', 1, 'laptop', ?, 'x', ?)",
            (HOOK, times.text(NOW)),
        )
    for number in range(14):
        who = ("ana", "bea", "cem")[number % 3]
        _ask(file, f"g-{number}", PYTEST[number % 3], "approved", 9000.0 - 300 * number, who)
    _ask(file, "g-no", "rm -rf build/", "rejected", 900.0, "bea")
    _ask(file, "g-open", PYTEST[0], "pending", 30.0, None)
    return file


def _ask(
    file: GateFile, gate_id: str, command: str, status: str, ago: float, who: str | None
) -> None:
    gate = made(command, folder="/home/ana/web")
    columns: dict[str, Any] = {"title": gate.title, "payload": gate.payload, "why": gate.why}
    columns["requested_at"] = times.text(NOW - ago)
    if who is not None:
        columns |= {"decided_by": who, "decided_at": times.text(NOW - ago + 4)}
    file.ask(gate_id, process_id="p", status=status, **columns)


async def _shown_closed(pilot: Pilot[Any]) -> None:
    """The closed gates, the cursor on one that was approved."""
    app = pilot.app
    assert isinstance(app, ScriptedConsole)
    await pilot.press("o", "o")
    for _ in range(2):
        await app.ask_again()
        await pilot.pause()
    await pilot.press("j")
    await pilot.pause()
    await app.ask_again()
    await pilot.pause()


def _screen(pilot: Pilot[Any]) -> ApprovalsScreen:
    assert isinstance(pilot.app.screen, ApprovalsScreen)
    return pilot.app.screen


def _console(file: GateFile) -> ScriptedConsole:
    return ScriptedConsole("approvals", source=Path(file.path), path=file.path)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
def test_closed_with_a_rule(snap_compare, file: GateFile, size: tuple[int, int]) -> None:
    assert snap_compare(_console(file), terminal_size=size, run_before=_shown_closed)


async def test_the_rule_is_copied_as_text_and_nothing_is_applied(
    file: GateFile, tmp_path: Path
) -> None:
    app = _console(file)
    async with app.run_test(size=(80, 24)) as pilot:
        await _shown_closed(pilot)
        before = sorted(os.listdir(tmp_path))
        await pilot.press("y", "r")
        copied = app.clipboard
        assert sorted(os.listdir(tmp_path)) == before
    (entry, *rest) = rules.parse(copied, "rules.toml").entries
    assert isinstance(entry, rules.Rule)
    assert rest == []
    assert (entry.asks, sorted(entry.commands)) == (False, PYTEST)
    assert "14 approvals by 3 people, since 2026-11-21, 4 s to answer" in copied


async def test_every_rule_can_be_copied_and_paged_at_once(file: GateFile) -> None:
    for number in range(5):
        _ask(file, f"s-{number}", "git status", "approved", 600.0, "ana")
    app = _console(file)
    async with app.run_test(size=(80, 24)) as pilot:
        await _shown_closed(pilot)
        found = Listed(app, pilot, file)
        assert "2 rules would have covered 19 of these" in found.message()
        await pilot.press("y", "R")
        assert app.clipboard == _screen(pilot).pager_text()
        assert len(rules.parse(app.clipboard, "rules.toml").entries) == 2


async def test_a_gate_that_waits_shows_the_rule_for_those_like_it(file: GateFile) -> None:
    app = _console(file)
    async with app.run_test(size=(120, 40)) as pilot:
        found = Listed(app, pilot, file)
        for _ in range(3):
            await found.looks()
        assert "gates of this shape were all approved   y r copies a rule" in found.text()
        labels = [choice.label for choice in _screen(pilot).copy_choices()]
        assert "rule" in labels


async def test_without_a_look_back_no_rule_is_looked_for(file: GateFile) -> None:
    file.change("g-open", title="Bash: something else entirely")
    app = _console(file)
    async with app.run_test(size=(80, 24)) as pilot:
        found = Listed(app, pilot, file)
        for _ in range(3):
            await found.looks()
        assert _screen(pilot).facts.suggestions == ()


async def test_one_rejection_takes_the_rule_away(file: GateFile) -> None:
    app = _console(file)
    async with app.run_test(size=(80, 24)) as pilot:
        await _shown_closed(pilot)
        assert len(_screen(pilot).facts.suggestions) == 1
        _ask(file, "g-late", "pytest tests/secrets.py -q", "rejected", 10.0, "ana")
        await Listed(app, pilot, file).looks()
        assert _screen(pilot).facts.suggestions == ()
