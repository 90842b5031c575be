"""The Review screen: its faces and steps, what every key does, and what no key may do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.builders.gates import GateFile
from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import ScriptedConsole
from vedette.data import times
from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness
from vedette.tui.editing import edit_reason
from vedette.tui.glyphs import ASCII
from vedette.tui.line import plain
from vedette.tui.screens.review import Reading, ReviewScreen

GATE = "g-5512"
LONG = '{"command": "' + "; ".join(f"touch file-{number}" for number in range(400)) + '"}'


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Reviewed:
    """A review on the screen, its file, and a clock in the test's hand."""

    def __init__(self, app: ScriptedConsole, pilot: Pilot[Any], file: GateFile) -> None:
        self.app = app
        self.pilot = pilot
        self.file = file

    @property
    def screen(self) -> ReviewScreen:
        """The visible screen."""
        assert isinstance(self.app.screen, ReviewScreen)
        return self.app.screen

    @property
    def step(self) -> str:
        """What the review waits for."""
        assert self.screen.review is not None
        return self.screen.review.step

    async def press(self, *keys: str) -> None:
        """Keys, and what they do."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def passes(self, seconds: float, *, step: float = 0.5) -> None:
        """Time, in small steps, as the console sees it."""
        clock = self.app.clock
        assert isinstance(clock, Clock)
        while seconds > 0:
            clock.now += min(step, seconds)
            seconds -= step
            self.app.now = clock.now
            self.screen._tick()
            self.screen.second()
            await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    def says(self) -> str:
        """The decide bar's last line."""
        return "".join(text for text, _ in self.screen.query_one("#review-bar").rows[-1].spans)


@asynccontextmanager
async def reviewing(
    tmp_path: Path,
    *,
    size: tuple[int, int] = (80, 24),
    heard: bool = True,
    freshness: Freshness | None = None,
    read_only: bool = False,
    **gate: Any,
) -> AsyncIterator[Reviewed]:
    """A gate of a real file under review; `heard`: the dead time is over."""
    file = GateFile(tmp_path / "runs.db")
    file.ask(**gate)
    app = ScriptedConsole(
        "review",
        source=Path(file.path),
        path=file.path,
        id="g-1",
        freshness=freshness,
        read_only=read_only,
    )
    app.clock = Clock()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        found = Reviewed(app, pilot, file)
        if heard:
            await found.passes(0.5)
        yield found


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' gates."""
    path = tmp_path_factory.mktemp("review") / "runs.db"
    build_fleet(path)
    return path


def shown(*keys: str, then: float = 0.0) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Lets the dead time pass, presses keys, lets time pass."""

    async def run(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, ScriptedConsole)
        clock = app.clock = Clock()

        async def passes(seconds: float) -> None:
            clock.now += seconds
            app.now = clock.now
            app.screen.second()
            await pilot.pause()

        await pilot.pause()
        await passes(1)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        if then:
            await passes(then)

    return run


READ = ["space"] * 9
HASH = ["f", "8", "7", "2"]


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        ((80, 24), "dark"),
        ((120, 40), "dark"),
        ((60, 16), "dark"),
        ((200, 50), "dark"),
        ((120, 40), "light"),
        ((80, 24), "ansi-dark"),
        ((80, 24), "mono"),
    ],
)
def test_full(snap_compare, fleet: Path, size: tuple[int, int], mode: str) -> None:
    """Full, at every size and in every palette."""
    app = ScriptedConsole("review", source=fleet, mode=mode, id=GATE)
    assert snap_compare(app, terminal_size=size, run_before=shown())


def test_full_in_ascii(snap_compare, fleet: Path) -> None:
    app = ScriptedConsole("review", source=fleet, mode="mono", glyphs=ASCII, id=GATE)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown())


@pytest.mark.parametrize(
    "keys", [["2"], ["3"], ["4"], ["5"]], ids=["why", "blast", "before", "raw"]
)
def test_tabs(snap_compare, fleet: Path, keys: list[str]) -> None:
    app = ScriptedConsole("review", source=fleet, id=GATE)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(*keys))


def test_confirm(snap_compare, fleet: Path) -> None:
    app = ScriptedConsole("review", source=fleet, id=GATE)
    steps = shown(*READ, "a", *HASH[:3])
    assert snap_compare(app, terminal_size=(80, 24), run_before=steps)


def test_hold(snap_compare, fleet: Path) -> None:
    app = ScriptedConsole("review", source=fleet, id=GATE)
    steps = shown(*READ, "a", *HASH, then=1.5)
    assert snap_compare(app, terminal_size=(120, 40), run_before=steps)


def test_receipt(snap_compare, tmp_path: Path) -> None:
    file = GateFile(tmp_path / "runs.db")
    file.ask()

    async def approve(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, ScriptedConsole)
        await shown()(pilot)
        review = Reviewed(app, pilot, file)
        await review.press("a")
        await review.passes(4)
        file.change(picked_up_at=times.text(NOW + 5), moved_on_at=times.text(NOW + 6))
        await app.ask_again()
        await pilot.pause()

    app = ScriptedConsole("review", source=Path(file.path), path=file.path, id="g-1")
    assert snap_compare(app, terminal_size=(80, 24), run_before=approve)


def test_loading(snap_compare) -> None:
    app = ScriptedConsole("review", id=GATE, freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare) -> None:
    app = ScriptedConsole("review", id="g-0", facts=Reading("g-0", None, None, None))
    assert snap_compare(app, terminal_size=(80, 24))


def test_broken(snap_compare, fleet: Path) -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    freshness = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    app = ScriptedConsole("review", source=fleet, id=GATE, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown())


# --- rule 1: dead keys


async def test_keys_are_dropped_until_the_gate_was_on_screen_for_a_moment(tmp_path: Path) -> None:
    async with reviewing(tmp_path, heard=False) as review:
        await review.press("r", "a", "q")
        assert review.step == "reading"
        assert review.app.screen.name_ == "review"
        await review.passes(0.5)
        await review.press("r")
        assert review.step == "reason"


async def test_keys_are_dead_again_when_the_payload_changes(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await _changed(review)
        await review.press("r")
        assert review.step == "reading"
        await review.passes(0.5)
        await review.press("r")
        assert review.step == "reason"


async def test_every_key_is_dropped_when_the_risk_rises(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        review.file.change(risk="high")
        await review.app.ask_again()
        await review.press("2", "a")
        assert (review.step, review.screen.tab) == ("reading", 1)
        await review.passes(0.5)
        await review.press("a")
        assert review.step == "confirm"


async def _changed(review: Reviewed) -> None:
    from vedette.data.approvals import sha256

    payload = '{\n  "command": "rm -rf /"\n}'
    review.file.change(payload=payload, payload_sha256=sha256(payload))
    await review.app.ask_again()
    await review.pilot.pause()


async def test_a_changed_payload_undoes_the_hold_and_offers_the_difference(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        assert review.step == "hold"
        await _changed(review)
        assert review.step == "reading"
        await review.passes(0.5)
        await review.press("D")
        assert review.screen.compared is not None
        assert (review.screen.compared.added, review.screen.compared.removed) == (1, 1)
        await review.press("1")
        assert review.screen.compared is None
        assert review.file.gate()["status"] == "pending"


# --- rule 2: enter, escape and paste


async def test_enter_approves_nothing(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("enter", "enter")
        assert review.step == "reading"
        await review.passes(6)
        assert review.file.gate()["status"] == "pending"


async def test_escape_leaves_and_decides_nothing(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        await review.press("escape")
        assert review.step == "reading"
        await review.passes(6)
        assert review.file.gate()["status"] == "pending"


async def test_a_paste_is_refused_and_said(tmp_path: Path) -> None:
    from textual import events

    async with reviewing(tmp_path) as review:
        review.app.post_message(events.Paste("a"))
        await review.pilot.pause()
        assert review.step == "reading"
        assert review.screen.review is not None
        assert "paste" in review.screen.review.message


# --- rule 3: what an approval takes, by risk


async def test_a_low_risk_gate_is_approved_after_one_hold(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        assert review.step == "hold"
        assert "nothing is written yet" in review.says()
        await review.passes(2.5)
        assert review.file.gate()["status"] == "pending"
        await review.passes(1)
        gate = review.file.gate()
        assert (gate["status"], gate["decided_by"]) == ("approved", "ana")
        assert review.step == "receipt"
        assert "sent" in review.says()


async def test_a_medium_risk_gate_opens_when_all_was_seen(tmp_path: Path) -> None:
    async with reviewing(tmp_path, risk="medium", payload=LONG) as review:
        await review.press("a")
        assert review.step == "reading"
        assert "opens when every line" in review.says()
        await _read(review)
        await review.press("a")
        assert review.step == "hold"


async def _read(review: Reviewed) -> None:
    for _ in range(40):
        if "opens when" not in review.says():
            return
        await review.press("space")
    raise AssertionError(review.says())


async def test_a_high_risk_gate_takes_the_hash_and_a_longer_hold(tmp_path: Path) -> None:
    async with reviewing(tmp_path, risk="high") as review:
        digits = review.file.gate()["payload_sha256"][:4]
        await review.press("a")
        assert review.step == "confirm"
        assert f"type {digits.upper()}" in review.says()
        await review.press(*digits)
        assert review.step == "hold"
        await review.passes(4.5)
        assert review.file.gate()["status"] == "pending"
        await review.passes(1)
        assert review.file.gate()["status"] == "approved"


async def test_undo_writes_nothing(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        await review.press("u")
        await review.passes(6)
        assert review.file.gate()["status"] == "pending"
        assert review.screen._hold_timer is None


async def test_leaving_during_a_hold_undoes_it(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        screen = review.screen
        await review.app.go("approvals")
        await review.pilot.pause()
        assert screen.review is not None
        assert screen.review.step == "reading"
        assert review.file.gate()["status"] == "pending"


async def test_a_note_goes_with_the_approval(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("A", "o", "k", "enter", "a")
        await review.passes(4)
        assert review.file.rows("SELECT note FROM approval_signatures") == [{"note": "ok"}]


async def test_the_second_signer_reads_who_signed_and_what_they_said(tmp_path: Path) -> None:
    from vedette.data.decisions import decide

    async with reviewing(tmp_path, needed=2) as review:
        sha = review.file.gate()["payload_sha256"]
        decide(review.file.path, "g-1", "approved", sha=sha, actor="bea", now=NOW, note="read it")
        await review.app.ask_again()
        await review.press("2")
        text = "\n".join(plain(line) for line in review.screen.query_one("#review-page").rows)
        assert "answers so far, 1 of 2" in text
        assert "bea approved: read it" in text
        await review.press("a")
        await review.passes(4)
        assert review.file.gate()["status"] == "approved"


async def test_a_rejection_carries_its_reason(tmp_path: Path) -> None:
    async with reviewing(tmp_path, risk="critical", payload=LONG) as review:
        await review.press("r", "n", "o", "enter")
        assert "REJECTING" in review.says()
        await review.passes(4)
        gate = review.file.gate()
        assert (gate["status"], gate["reason"]) == ("rejected", "no")


async def test_a_reason_may_hold_every_sign_the_console_has_a_key_for(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("r", *"no:/1q!?-p[", "enter")
        await review.passes(4)
        assert review.file.gate()["reason"] == "no:/1q!?-p["


# --- e: reject with an edit


async def test_an_edit_rejects_and_carries_the_edited_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/build/dist/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    async with reviewing(tmp_path) as review:
        monkeypatch.setattr(review.app, "suspend", nullcontext)
        await review.press("e")
        assert review.step == "reason"
        await review.press("enter")
        await review.passes(4)
        gate = review.file.gate()
        assert gate["status"] == "rejected"
        assert gate["reason"] == 'run this instead: {"command":"rm -rf dist/"}'


async def test_an_edit_without_a_terminal_or_a_change_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)
    async with reviewing(tmp_path) as review:
        await review.press("e")
        assert review.step == "reading"
        monkeypatch.setattr(review.app, "suspend", nullcontext)
        await review.press("e")
        assert review.step == "reading"


def test_edited_arguments_keep_every_blank() -> None:
    import json

    edited = {"files": [{"path": "a.py", "after": "def f():\n        return    1\n"}]}
    reason = edit_reason(json.dumps(edited, indent=2))
    assert "  " not in reason
    assert json.loads(reason.removeprefix("run this instead: ")) == edited


# --- rule 4: the loser is told


async def test_a_decision_that_comes_too_late_is_told_who_was_first(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        review.file.change(status="rejected", decided_by="bea", decided_at=times.text(NOW))
        await review.passes(4)
        assert "already rejected by bea" in review.says()
        assert review.file.gate()["decided_by"] == "bea"


async def test_a_gate_that_expires_under_review_closes(tmp_path: Path) -> None:
    async with reviewing(tmp_path, expires_at=NOW + 3.0) as review:
        await review.press("a")
        await review.passes(4)
        assert review.step == "closed"
        assert "nobody answered" in review.says()
        assert review.file.gate()["status"] == "pending"


# --- rules 6 and 7, and a view that is not live


async def test_the_receipt_follows_the_agent(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        await review.passes(3.5)
        assert "not picked up yet" in review.says()
        review.file.change(picked_up_at=times.text(NOW + 5), moved_on_at=times.text(NOW + 6))
        await review.app.ask_again()
        await review.pilot.pause()
        assert "picked up 14:02:36" in review.says()
        assert "agent moved on 14:02:37" in review.says()


async def test_an_answer_nobody_picks_up_is_said(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        await review.passes(15, step=1)
        assert "not picked up in time" in review.says()


async def test_a_console_that_only_reads_offers_no_answer(tmp_path: Path) -> None:
    async with reviewing(tmp_path, read_only=True) as review:
        await review.press("a", "r", "e")
        assert review.step == "reading"
        assert "deciding is off" in review.says()
        actions = {each.binding.action for each in review.screen.active_bindings.values()}
        assert not actions & {"approve", "approve_note", "reject", "edit"}


@pytest.mark.parametrize("word", ["STALE", "FROZEN", "REPLAY"])
async def test_deciding_is_off_while_the_view_is_not_live(tmp_path: Path, word: str) -> None:
    freshness = Freshness(word, 72.0, NOW - 72)
    async with reviewing(tmp_path, freshness=freshness) as review:
        await review.press("a", "r")
        assert review.step == "reading"
        assert "deciding is off: the view is not live" in review.says()


async def test_a_hold_is_undone_when_the_view_goes_stale(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        await review.press("a")
        review.app.freshness = Freshness("STALE", 72.0, NOW - 72)
        await review.passes(4)
        assert review.step == "reading"
        assert review.file.gate()["status"] == "pending"


# --- moving about


async def test_lines_count_as_seen_only_where_they_were_on_the_screen(tmp_path: Path) -> None:
    async with reviewing(tmp_path, risk="medium", payload=LONG) as review:
        screen = review.screen
        assert screen.review is not None
        total = screen.review.bar(NOW).lines
        assert screen.review.bar(NOW).seen == 15
        await review.press("G")
        assert screen.review.bar(NOW).seen == 30
        assert not screen.review.is_seen(total // 2)


async def test_what_was_seen_stays_seen_at_another_width(tmp_path: Path) -> None:
    async with reviewing(tmp_path, risk="medium", payload=LONG) as review:
        await _read(review)
        await review.pilot.resize_terminal(120, 40)
        await review.pilot.pause()
        await review.app.workers.wait_for_complete()
        await review.passes(1)
        assert "opens when" not in review.says()


async def test_coming_back_keeps_what_was_seen_and_deadens_the_keys(tmp_path: Path) -> None:
    async with reviewing(tmp_path, risk="medium", payload=LONG) as review:
        await _read(review)
        await review.press("question_mark")
        await review.press("escape")
        await review.app.ask_again()
        await review.press("a")
        assert review.step == "reading"
        await review.passes(0.5)
        assert "APPROVE is open" in review.says()
        await review.press("a")
        assert review.step == "hold"


async def test_the_raw_text_read_whole_counts_as_read(tmp_path: Path) -> None:
    async with reviewing(tmp_path, risk="medium", payload=LONG) as review:
        await review.press("5")
        await _read(review)
        assert "APPROVE is open" in review.says()


async def test_brackets_and_space_go_from_file_to_file(fleet: Path) -> None:
    app = ScriptedConsole("review", source=fleet, id=GATE)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        await shown("right_square_bracket")(pilot)
        assert screen.section == 1
        await pilot.press("left_square_bracket")
        assert screen.section == 0
        await pilot.press(*READ[:6])
        await pilot.pause()
        assert screen.section > 0


async def test_digits_change_the_tab_and_not_the_screen(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        for digit in "234512":
            await review.press(digit)
            assert review.screen.tab == int(digit)


async def test_enter_goes_on_to_the_next_gate_only_after_a_receipt(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        review.file.ask("g-2")
        await review.press("a")
        await review.passes(4)
        await review.app.ask_again()
        await review.press("enter")
        assert review.screen.gate_id == "g-2"
        assert review.screen.review is None or review.step == "reading"


async def test_a_gate_in_hostile_words_is_shown_and_can_be_rejected(tmp_path: Path) -> None:
    hostile = "\x1b]52;c;eA==\x07\u202ertl [bold]x[/] \x00 \ud83d\ude00"
    hostile = hostile.encode("utf-16", "surrogatepass").decode("utf-16")
    gate = {"title": hostile, "why": hostile, "payload": f'{{"command": "{hostile}"}}'}
    async with reviewing(tmp_path, requested_by=hostile, **gate) as review:
        for tab in "12345":
            await review.press(tab)
        assert "\x1b]52" not in review.app.export_screenshot()
        await review.press("1", "r", "x", "enter")
        await review.passes(4)
        assert review.file.gate()["status"] == "rejected"


async def test_the_payload_and_its_hash_can_be_taken_away(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as review:
        choices = {choice.key: choice.text for choice in review.screen.copy_choices()}
        assert choices["s"] == review.file.gate()["payload_sha256"]
        assert choices["p"] == review.file.gate()["payload"]
        assert "rm -rf build/" in review.screen.pager_text()
