"""Several files in one console: one fleet, one bar, and each file for itself."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.builders.tac import build_tac
from tests.builders.vedette import NOW, build_fleet
from vedette import sql
from vedette.data.errors import SourceError
from vedette.data.freshness import Looks
from vedette.data.poller import Cost
from vedette.data.sources import SourceFacts
from vedette.tui.app import VedetteApp
from vedette.tui.drawing.sources import OwnCost
from vedette.tui.frame import OneLine
from vedette.tui.glyphs import UNICODE
from vedette.tui.line import plain
from vedette.tui.screens.fleet import FleetScreen
from vedette.tui.screens.review import ReviewScreen
from vedette.tui.screens.sources import SourcesScreen
from vedette.tui.settings import Settings

PATIENCE = 20.0
"""Seconds a state is waited for: several times what a loaded machine needs."""


class Desk:
    """A console on several real files, at one moment of time."""

    def __init__(self, *paths: Path, interval: float = 0.5) -> None:
        settings = Settings(glyphs=UNICODE, mode="dark", actor="ana", interval=interval)
        first, *others = map(str, paths)
        self.app = VedetteApp(first, settings, others=others, clock=lambda: NOW)

    def row(self, name: str) -> str:
        """A row of the frame as text."""
        return plain(self.app.screen.query_one(f"#{name}", OneLine).line)

    @property
    def fleet(self) -> FleetScreen:
        """The visible screen, which is the fleet."""
        assert isinstance(self.app.screen, FleetScreen)
        return self.app.screen

    @property
    def sources(self) -> list[str]:
        """The source of each row of the fleet."""
        return [row.source for row in self.fleet._list.rows]

    async def watched(self, pilot: Pilot[Any]) -> None:
        """Waits until every source answered, or failed to, and all of it is on screen."""
        await self.until(
            pilot, lambda: all(s.freshness.word != "READING" for s in self.app.sources)
        )
        await self.until(pilot, lambda: not any(source.is_wanted for source in self.app.sources))
        await pilot.pause()

    async def until(self, pilot: Pilot[Any], is_so: Callable[[], bool]) -> None:
        """Waits for a state."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            await pilot.pause(0.01)
            if is_so():
                return
        raise AssertionError("it never came to be")


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two files of one name with the pictures' fleet in each; only the second's is `mend-auth`."""
    files = (tmp_path / "here" / "runs.db", tmp_path / "there" / "runs.db")
    for path in files:
        path.parent.mkdir()
        build_fleet(path)
        make_current(path)
    _change(files[1], "UPDATE runs SET title = 'mend-auth' WHERE id = 'a81f02c4'")
    return files


def make_current(path: Path) -> None:
    """Says that every migration was made: only such a file is decided in."""
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.executescript(sql.load("admin/create_migrations"))
        for name in sql.names("migrations"):
            writer.execute(
                "INSERT OR IGNORE INTO schema_migrations VALUES (?, ?, '', '', 0)",
                (int(name[:3]), name),
            )


def _change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, timeout=10)) as writer, writer:
        writer.execute(statement, values)


def _content(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as plain_:
        return hashlib.sha256("\n".join(plain_.iterdump()).encode()).hexdigest()


async def test_runs_of_both_files_stand_in_one_fleet_by_urgency(two: tuple[Path, Path]) -> None:
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        runs = desk.fleet.facts.fleet.runs
        assert {run.source for run in runs} == {"here/runs.db", "there/runs.db"}
        states = [run.status.state for run in runs]
        assert states.index("FAILED") > max(i for i, each in enumerate(states) if each == "WAITING")
        titles = {(run.source, run.title) for run in runs}
        assert ("here/runs.db", "fix-auth") in titles
        assert ("there/runs.db", "mend-auth") in titles
        assert "2 sources" in desk.row("identity")
        assert len({row.key for row in desk.fleet._list.rows}) == len(desk.sources)
        assert desk.fleet._list.cursor == 0


async def test_one_bar_counts_what_waits_in_both_with_the_soonest_end(
    two: tuple[Path, Path],
) -> None:
    _change(two[1], "UPDATE approvals SET expires_at = '2026-11-21T14:02:52.000000Z'")
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        assert len(desk.app.headline.approvals) == 6
        assert "6 approvals  next expires in 00:21" in desk.row("needs")


async def test_a_file_that_goes_takes_only_its_own_rows_and_comes_back(
    two: tuple[Path, Path],
) -> None:
    desk = Desk(*two)
    here, there = desk.app.sources
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        before = desk.sources
        os.rename(two[1], f"{two[1]}.away")
        await desk.app.action_look_now()
        await desk.until(pilot, lambda: there.freshness.word == "NO FILE")
        assert here.freshness.is_live
        assert desk.sources == before
        waiting = [row for row in desk.fleet._list.rows if row.status.state == "WAITING"]
        drawn = {row.source: plain(desk.fleet._draw_row(row, 77)) for row in waiting}
        assert "?" not in drawn["here/runs.db"][:3] + drawn["here/runs.db"][-3:]
        assert "?" in drawn["there/runs.db"][-3:]
        assert "there/runs.db NO FILE" in desk.row("identity")
        assert "3 approvals" in desk.row("needs")
        assert "there/runs.db NO FILE" in desk.row("needs")
        os.rename(f"{two[1]}.away", two[1])
        await desk.app.action_look_now()
        await desk.until(pilot, lambda: there.freshness.is_live)
        assert "NO FILE" not in desk.row("identity")


async def test_a_gate_of_a_file_that_is_gone_cannot_be_decided(two: tuple[Path, Path]) -> None:
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        os.rename(two[1], f"{two[1]}.away")
        await desk.app.action_look_now()
        await desk.until(pilot, lambda: desk.app.sources[1].freshness.word == "NO FILE")
        gone = next(row for row in desk.fleet._list.rows if row.source == "there/runs.db")
        desk.fleet._list.select(gone.key)
        await pilot.press("a")
        await desk.until(pilot, lambda: isinstance(desk.app.screen, ReviewScreen))
        assert not desk.app.freshness.is_live
        assert "there is no file" in desk.row("needs")


async def test_next_goes_through_the_gates_of_both_files(two: tuple[Path, Path]) -> None:
    _change(two[1], "UPDATE approvals SET expires_at = '2026-11-21T14:02:52.000000Z'")
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        seen: list[str] = []
        for _ in range(6):
            # The key itself is dead for a moment in a review that has just opened.
            await desk.app.action_next_need()
            screen = desk.app.screen
            assert isinstance(screen, ReviewScreen)
            assert screen.source is desk.app.current
            seen.append(f"{screen.source.name} {screen.gate_id}")
            await desk.until(
                pilot,
                lambda s=screen: s.review is not None and s.source.name in desk.row("identity"),
            )
        assert len(set(seen)) == 6
        assert all(each.startswith("there") for each in seen[:3])


async def test_what_is_decided_in_the_second_file_is_written_there_alone(
    two: tuple[Path, Path],
) -> None:
    # Slow hands on a slow machine: nothing runs out, and the view stays live.
    _change(two[1], "UPDATE approvals SET expires_at = '2026-11-21T14:06:00.000000Z'")
    _change(two[1], "UPDATE processes SET heartbeat_seconds = 120")
    before, rejected = [_content(path) for path in two], _rejected(two[1])
    desk = Desk(*two, interval=5.0)
    began = time.monotonic()
    desk.app.clock = lambda: NOW + time.monotonic() - began
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        await desk.app.action_next_need()
        screen = desk.app.screen
        assert isinstance(screen, ReviewScreen)
        await desk.until(pilot, lambda: screen.review is not None)
        while screen._step != "reason":
            # Keys are dead until the gate was on screen for a moment.
            await pilot.press("r")
        await pilot.press("n", "o", "enter")
        await desk.until(pilot, lambda: screen._step == "receipt")
    assert _content(two[0]) == before[0]
    assert _content(two[1]) != before[1]
    assert _rejected(two[1]) == rejected | {screen.gate_id}


async def test_a_timer_that_comes_after_the_console_was_left_looks_at_nothing(
    two: tuple[Path, Path],
) -> None:
    desk = Desk(*two, interval=5.0)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.watched(pilot)
    assert not desk.app.screen_stack
    await desk.app.look()
    desk.app.second()


def _rejected(path: Path) -> set[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        found = file.execute("SELECT id FROM approvals WHERE status = 'rejected'").fetchall()
    return {row[0] for row in found}


async def test_an_alarm_is_answered_in_its_own_file(two: tuple[Path, Path]) -> None:
    before, acked = _content(two[0]), _acked(two[1])
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        await desk.app.go("alarms", desk.app.sources[1])
        await desk.until(pilot, lambda: desk.app.screen.facts is not None)
        await desk.until(pilot, lambda: desk.row("crumbs").startswith(" there/runs.db › Alarms"))
        await pilot.press("a")
        await desk.until(pilot, lambda: _acked(two[1]) == acked + 1)
    assert _content(two[0]) == before


def _acked(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        query = "SELECT count(*) FROM alarms WHERE status = 'acked'"
        return int(file.execute(query).fetchone()[0])


async def test_a_run_opens_in_its_own_file_and_back_leads_to_the_merged_fleet(
    two: tuple[Path, Path],
) -> None:
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        mended = next(
            row for row in desk.fleet._list.rows if row.run and row.run.title == "mend-auth"
        )
        desk.fleet._list.select(mended.key)
        await pilot.press("enter")
        await desk.until(pilot, lambda: desk.app.screen.name_ == "run")
        await desk.until(pilot, lambda: desk.app.screen.facts is not None)
        assert desk.app.path == str(two[1])
        assert "there/runs.db" in desk.row("crumbs")
        assert "mend-auth" in desk.row("crumbs") + desk.row("identity")
        await pilot.press("escape")
        await desk.until(pilot, lambda: isinstance(desk.app.screen, FleetScreen))
        assert desk.fleet._list.cursor_key == mended.key


async def test_a_key_and_a_command_turn_to_another_file_on_the_same_screen(
    two: tuple[Path, Path],
) -> None:
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        await pilot.press("4")
        await desk.until(pilot, lambda: desk.app.screen.name_ == "costs")
        assert desk.row("crumbs").startswith(" here/runs.db › Costs")
        await pilot.press("greater_than_sign")
        await desk.until(pilot, lambda: desk.row("crumbs").startswith(" there/runs.db › Costs"))
        await pilot.press("less_than_sign")
        await desk.until(pilot, lambda: desk.row("crumbs").startswith(" here/runs.db › Costs"))
        await pilot.press(":", *"source there", "enter")
        await desk.until(pilot, lambda: desk.row("crumbs").startswith(" there/runs.db › Costs"))


async def test_one_file_has_no_other_to_turn_to(two: tuple[Path, Path]) -> None:
    desk = Desk(two[0])
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.watched(pilot)
        assert desk.sources == [""] * len(desk.sources)
        assert "runs.db" in desk.row("identity")
        keys = {binding.binding.action for binding in desk.app.screen.active_bindings.values()}
        assert "turn(1)" not in keys


async def test_a_slow_file_holds_up_no_other(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(*two)
    here, there = desk.app.sources
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        async with there.poller._one_at_a_time:
            # A read that hangs keeps its own poller busy.
            _change(two[0], "UPDATE runs SET title = 'went-on' WHERE id = 'a81f02c4'")
            await desk.until(
                pilot, lambda: "went-on" in {run.title for run in desk.fleet.facts.fleet.runs}
            )
        assert here.freshness.is_live


async def test_a_frozen_view_counts_what_arrives_in_both(two: tuple[Path, Path]) -> None:
    desk = Desk(*two)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        await pilot.press("p")
        for path in two:
            _change(
                path,
                "INSERT INTO events (run_id, level, kind, message, created_at)"
                " VALUES ('a81f02c4', 'info', 'note', 'x', '2026-11-21T14:02:31.000000Z')",
            )
        await desk.until(pilot, lambda: "FROZEN +2" in desk.row("identity"))


def test_merged_fleet(snap_compare: Any, two: tuple[Path, Path], tmp_path: Path) -> None:
    build_tac(tmp_path / "tac.db")
    desk = Desk(*two, tmp_path / "tac.db")
    assert snap_compare(desk.app, terminal_size=(80, 24), run_before=desk.watched)


def test_merged_fleet_wide(snap_compare: Any, two: tuple[Path, Path], tmp_path: Path) -> None:
    build_tac(tmp_path / "tac.db")
    desk = Desk(*two, tmp_path / "tac.db")
    assert snap_compare(desk.app, terminal_size=(120, 40), run_before=desk.watched)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_merged_fleet_with_one_gone(
    snap_compare: Any, two: tuple[Path, Path], size: tuple[int, int]
) -> None:
    """Its rows stay, marked; the other's are true."""
    desk = Desk(*two)

    async def lose(pilot: Pilot[Any]) -> None:
        await desk.watched(pilot)
        os.rename(two[1], f"{two[1]}.away")
        await desk.app.action_look_now()
        await desk.until(pilot, lambda: desk.app.sources[1].freshness.word == "NO FILE")
        await desk.watched(pilot)

    assert snap_compare(desk.app, terminal_size=size, run_before=lose)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_sources(snap_compare: Any, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its own word; more of the one that is read."""
    monkeypatch.setattr(SourcesScreen, "_own", lambda _: OwnCost(1.5, 60.0, 48_000_000, 20_000))
    settings = Settings(glyphs=UNICODE, mode="dark", actor="ana")
    app = VedetteApp("a.db", settings, others=["b.db"], clock=lambda: NOW, polls=False)
    fault = SourceError("there is no file at b.db", "check the path", kind="missing")
    good, bad = app.sources
    good.poller.looks = Looks(good_at=NOW)
    good.poller.cost = Cost(looks=120, reads=12, reopened=1, recent_ms=[3.2, 4.1, 3.9])
    bad.poller.looks = Looks(NOW - 72, fault, NOW - 70, 5, NOW + 4)
    facts = SourceFacts(
        "a.db", "Vedette", "wal", 602_112, 0, 7, NOW - 3, 0.4, (), ("schema 1 of 1",), ()
    )

    async def see(pilot: Pilot[Any]) -> None:
        await app.go("sources")
        app.second()
        assert isinstance(app.screen, SourcesScreen)
        app.screen.receive_from("a.db", facts)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=see)


async def test_enter_in_sources_opens_the_tables_of_the_source_that_is_read(
    two: tuple[Path, Path],
) -> None:
    desk = Desk(*two)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.watched(pilot)
        await pilot.press("0")
        await desk.until(pilot, lambda: isinstance(desk.app.screen, SourcesScreen))
        await pilot.press("greater_than_sign", "enter")
        await desk.until(pilot, lambda: desk.app.screen.name_ == "tables")
        assert desk.app.current.name == "there/runs.db"
        assert desk.row("crumbs").strip().startswith("there/runs.db")
