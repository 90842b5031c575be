"""The Approvals screen: its faces, its manners, its keys, and the page of several together."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.builders.gates import GateFile
from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import ScriptedConsole, shown
from vedette.data import times
from vedette.data.approvals import ApprovalsFacts
from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness
from vedette.tui.glyphs import ASCII
from vedette.tui.line import plain
from vedette.tui.screens.approvals import ApprovalsScreen, Seen

EMPTY = Seen(ApprovalsFacts(), frozenset(), {}, None, None, None, {})


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' gates."""
    path = tmp_path_factory.mktemp("approvals") / "runs.db"
    build_fleet(path)
    return path


async def _asked_again(pilot: Pilot[Any]) -> None:
    """As the poller does after the cursor came to stand on a gate."""
    app = pilot.app
    assert isinstance(app, ScriptedConsole)
    await pilot.pause()
    await app.ask_again()
    await pilot.pause()


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        ((80, 24), "dark"),
        ((120, 40), "dark"),
        ((200, 50), "dark"),
        ((80, 24), "light"),
        ((120, 40), "mono"),
    ],
)
def test_full(snap_compare, fleet: Path, size: tuple[int, int], mode: str) -> None:
    app = ScriptedConsole("approvals", source=fleet, mode=mode)
    assert snap_compare(app, terminal_size=size, run_before=_asked_again)


def test_full_in_ascii(snap_compare, fleet: Path) -> None:
    app = ScriptedConsole("approvals", source=fleet, mode="mono", glyphs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24), run_before=_asked_again)


def test_history(snap_compare, fleet: Path) -> None:
    async def history(pilot: Pilot[Any]) -> None:
        await pilot.press("H")
        await _asked_again(pilot)

    app = ScriptedConsole("approvals", source=fleet)
    assert snap_compare(app, terminal_size=(80, 24), run_before=history)


def test_loading(snap_compare) -> None:
    app = ScriptedConsole("approvals", freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare) -> None:
    assert snap_compare(ScriptedConsole("approvals", facts=EMPTY), terminal_size=(80, 24))


def test_broken(snap_compare, fleet: Path) -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    freshness = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    app = ScriptedConsole("approvals", source=fleet, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24), run_before=_asked_again)


class Listed:
    """The list on the screen, its file, and a clock in the test's hand."""

    def __init__(self, app: ScriptedConsole, pilot: Pilot[Any], file: GateFile) -> None:
        self.app = app
        self.pilot = pilot
        self.file = file

    @property
    def screen(self) -> ApprovalsScreen:
        """The screen."""
        assert isinstance(self.app.screen, ApprovalsScreen)
        return self.app.screen

    @property
    def ids(self) -> list[str]:
        """The gates in the order of their rows."""
        return list(dict.fromkeys(row.key for row in self.screen._list.rows if row.key))

    def text(self) -> str:
        """All rows of the list."""
        view = self.screen._list
        return "\n".join(plain(view.draw(row, view.size.width)) for row in view.rows)

    def message(self) -> str:
        """What the message line says."""
        return plain(self.screen.prompt.query_one("#prompt-side").line)

    async def looks(self) -> None:
        """One look at the file."""
        await self.app.ask_again()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Keys, and what they do."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def passes(self, seconds: float) -> None:
        """Time, half a second at a time."""
        for _ in range(round(seconds * 2)):
            now = self.app.clock() + 0.5
            self.app.clock = lambda now=now: now
            self.app.now = now
            self.screen._tick()
            self.screen.second()
            await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()


@asynccontextmanager
async def listing(
    tmp_path: Path, *gates: dict[str, Any], size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Listed]:
    """Gates of a real file, in the list."""
    file = GateFile(tmp_path / "runs.db")
    for number, gate in enumerate(gates or ({},), 1):
        file.ask(f"g-{number}", **gate)
    app = ScriptedConsole("approvals", source=Path(file.path), path=file.path, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Listed(app, pilot, file)


LATE = {"expires_at": NOW + 600.0}
SOON = {"expires_at": NOW + 60.0}


async def test_the_gate_with_the_least_time_left_stands_first(tmp_path: Path) -> None:
    async with listing(tmp_path, LATE, {}, SOON) as found:
        assert found.ids == ["g-3", "g-1", "g-2"]


async def test_new_gates_wait_below_until_the_list_is_sorted_anew(tmp_path: Path) -> None:
    async with listing(tmp_path, LATE) as found:
        found.file.ask("g-9", **SOON)
        await found.looks()
        assert found.ids == ["g-1", "g-9"]
        assert "+1 below" in found.message()
        await found.press("ctrl+r")
        assert found.ids == ["g-9", "g-1"]
        assert "below" not in found.message()


async def test_a_gate_that_is_decided_keeps_its_place(tmp_path: Path) -> None:
    async with listing(tmp_path, SOON, LATE) as found:
        found.file.change("g-1", status="approved", decided_by="bea", decided_at=times.text(NOW))
        await found.looks()
        assert found.ids == ["g-1", "g-2"]
        await found.press("ctrl+r")
        await found.looks()
        assert found.ids == ["g-2"]


async def test_gates_of_a_file_that_was_replaced_do_not_stay(tmp_path: Path) -> None:
    async with listing(tmp_path, SOON, {}) as found:
        other = GateFile(tmp_path / "other.db")
        other.ask("g-7", **LATE)
        os.replace(other.path, found.file.path)
        await found.looks()
        assert found.ids == ["g-7"]
        assert "below" not in found.message()


async def test_a_gate_nobody_answered_in_time_is_shown_as_such(tmp_path: Path) -> None:
    async with listing(tmp_path, {"expires_at": NOW - 5}, LATE, size=(120, 40)) as found:
        assert "nobody answered" in found.text()
        assert "expired" in found.text()
        assert found.screen.facts.gates.overdue == 1
        assert "1 expired" in shown(found.app)[0]


async def test_the_footer_names_the_list_that_o_leads_to(tmp_path: Path) -> None:
    async with listing(tmp_path, LATE) as found:
        assert "o all " in shown(found.app)[-1]
        await found.press("o")
        assert "o closed " in shown(found.app)[-1]


@pytest.mark.parametrize("key", ["enter", "a"])
async def test_the_list_opens_the_review_and_decides_nothing(tmp_path: Path, key: str) -> None:
    async with listing(tmp_path) as found:
        await found.press(key)
        assert found.app.screen.name_ == "review"
        assert found.app.screen.place() == {"id": "g-1"}
        assert found.file.gate()["status"] == "pending"


async def test_o_goes_round_open_all_and_closed(tmp_path: Path) -> None:
    closed = {"status": "rejected", "decided_by": "bea", "decided_at": NOW - 30, "reason": "no"}
    async with listing(tmp_path, {}, closed) as found:
        assert found.ids == ["g-1"]
        await found.press("o")
        assert found.ids == ["g-1", "g-2"]
        await found.press("o")
        assert found.ids == ["g-2"]
        await found.press("o")
        assert found.ids == ["g-1"]


async def test_history_tells_who_how_long_it_was_read_and_why(tmp_path: Path) -> None:
    from vedette.data.decisions import decide

    async with listing(tmp_path, size=(120, 40)) as found:
        decide(
            found.file.path,
            "g-1",
            "rejected",
            sha=found.file.gate()["payload_sha256"],
            actor="bea",
            now=NOW,
            note="never",
            shown_ms=41_000,
        )
        await found.press("H")
        await found.looks()
        assert "bea" in found.text()
        assert "41s" in found.text()
        assert "never" in found.text()


async def test_filter_counts_and_shows_matches(tmp_path: Path) -> None:
    async with listing(tmp_path, {"risk": "high"}, {"risk": "low"}) as found:
        said = found.screen.apply_filter("risk:high")
        assert said[0][0] == "1 of 2 match"
        assert found.ids == ["g-1"]


async def test_a_rule_is_proposed_only_where_every_gate_of_the_shape_was_approved(
    tmp_path: Path,
) -> None:
    def over(status: str) -> dict[str, Any]:
        return {"status": status, "decided_by": "bea", "decided_at": NOW - 30}

    async with listing(tmp_path, *[over("approved")] * 6, {}, size=(120, 40)) as found:
        await found.looks()
        assert "the last 6 gates of this shape were all approved" in found.text()
        assert "shape for a rule" in [each.label for each in found.screen.copy_choices()]
        found.file.change("g-3", status="rejected")
        await found.looks()
        assert "a rule would do" not in found.text()


async def test_a_view_that_is_not_live_takes_the_colour_from_its_rows(tmp_path: Path) -> None:
    async with listing(tmp_path, freshness=Freshness("STALE", 72.0, NOW - 72)) as found:
        view = found.screen._list
        tokens = {token for _, token in view.draw(view.rows[0], 80).spans}
        assert not any("you" in token or "bad" in token for token in tokens)


# --- several together

SAME = [{"payload": f'{{"command": "ls {name}/"}}', "title": "bash: ls"} for name in "abc"]


async def _open_page(found: Listed) -> None:
    await found.press("B")
    await found.looks()
    await found.passes(0.5)
    assert found.screen.bulk is not None


async def test_low_gates_of_one_shape_are_answered_by_one_hold_each_by_itself(
    tmp_path: Path,
) -> None:
    async with listing(tmp_path, *SAME, {"risk": "high"}) as found:
        await _open_page(found)
        assert found.screen.bulk is not None
        assert set(found.screen.bulk.reviews) == {"g-1", "g-2", "g-3"}
        await found.press("space")
        await found.press("a")
        assert found.screen.bulk.is_held
        await found.passes(2)
        assert {found.file.gate(f"g-{n}")["status"] for n in (1, 2, 3)} == {"pending"}
        await found.passes(2)
        states = [found.file.gate(f"g-{n}")["status"] for n in (1, 2, 3, 4)]
        assert states == ["pending", "approved", "approved", "pending"]
        trail = found.file.rows("SELECT approval_id, actor FROM audit WHERE type = 'gate.approved'")
        assert [row["approval_id"] for row in trail] == ["g-2", "g-3"]


async def test_high_risk_is_named_as_left_out(tmp_path: Path) -> None:
    async with listing(tmp_path, *SAME, {"risk": "high", "title": "drop it all"}) as found:
        await _open_page(found)
        view = found.screen._bulk_list
        text = "\n".join(plain(view.draw(row, 80)) for row in view.rows)
        assert "not here" in text
        assert "drop it all" in text


async def test_what_differs_from_the_first_payload_is_marked(tmp_path: Path) -> None:
    async with listing(tmp_path, *SAME) as found:
        await _open_page(found)
        rows = found.screen._bulk_list.rows
        assert [row.words for row in rows if row.key == "g-1" and row.at == 0] == [()]
        assert [row.words for row in rows if row.key == "g-2" and row.at == 0] == [((3, 4),)]


async def test_undo_lets_all_of_them_go(tmp_path: Path) -> None:
    async with listing(tmp_path, *SAME) as found:
        await _open_page(found)
        await found.press("a", "u")
        await found.passes(5)
        assert {found.file.gate(f"g-{n}")["status"] for n in (1, 2, 3)} == {"pending"}
        await found.press("escape")
        assert found.screen.bulk is None


async def test_a_gate_that_moves_during_the_hold_undoes_it_for_all(tmp_path: Path) -> None:
    async with listing(tmp_path, *SAME) as found:
        await _open_page(found)
        await found.press("a")
        found.file.change("g-2", status="rejected", decided_by="bea")
        await found.looks()
        await found.passes(5)
        assert found.file.gate("g-1")["status"] == "pending"
        assert found.screen.bulk is not None
        assert "g-2" not in found.screen.bulk.ticked


async def test_together_every_line_must_have_been_on_the_screen(tmp_path: Path) -> None:
    long = "; ".join(f"ls {number}" for number in range(600))
    gates = [{"payload": f'{{"command": "{long}"}}', "title": "bash: ls"}] * 2
    async with listing(tmp_path, *gates) as found:
        await _open_page(found)
        await found.press("a")
        assert found.screen.bulk is not None
        assert not found.screen.bulk.is_held
        assert "lines to go" in found.screen.bulk.message


async def test_keys_are_dead_when_the_page_opens_and_enter_approves_nothing(
    tmp_path: Path,
) -> None:
    async with listing(tmp_path, *SAME) as found:
        await found.press("B")
        await found.looks()
        assert found.screen.bulk is not None
        await found.press("a")
        assert not found.screen.bulk.is_held
        await found.passes(1)
        await found.press("enter")
        assert not found.screen.bulk.is_held


@pytest.mark.parametrize(
    ("gates", "why"),
    [
        ([{"risk": "high"}], "low risk"),
        ([{}], "no other gate"),
        ([{"needed": 2}], "several people"),
    ],
)
async def test_what_cannot_be_reviewed_together_is_said(
    tmp_path: Path, gates: list[dict[str, Any]], why: str
) -> None:
    async with listing(tmp_path, *gates) as found:
        await found.press("B")
        assert why in found.message()


async def test_a_console_that_only_reads_reviews_nothing_together(tmp_path: Path) -> None:
    async with listing(tmp_path, *SAME, read_only=True) as found:
        await found.press("B")
        assert "only reads" in found.message()


def test_together(snap_compare, tmp_path: Path) -> None:
    async def open_page(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, ScriptedConsole)
        await pilot.press("B")
        await _asked_again(pilot)
        app.clock = lambda: NOW + 1
        app.screen.second()
        await pilot.pause()

    file = GateFile(tmp_path / "runs.db")
    for number, gate in enumerate([*SAME, {"risk": "high"}], 1):
        file.ask(f"g-{number}", **gate)
    app = ScriptedConsole("approvals", source=Path(file.path))
    app.settings = replace(app.settings, actor="ana")
    assert snap_compare(app, terminal_size=(80, 24), run_before=open_page)
