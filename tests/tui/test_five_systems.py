"""One console on a file of each system: one fleet, one bar, and a file that fails goes alone."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.builders import amelia, dossier, syris, tac
from tests.builders.vedette import build_fleet
from tests.tui.harness import shown
from tests.tui.test_several_sources import Desk, make_current

PENDING = {
    "syris.db": "SELECT count(*) FROM approvals WHERE status = 'pending'",
    "amelia.db": "SELECT count(*) FROM workflows WHERE status = 'blocked'",
    "dossier.db": """
        SELECT (SELECT count(*) FROM approval_request WHERE status = 'pending')
             + (SELECT count(*) FROM card_assignment
                JOIN orchestration_run ON orchestration_run.id = card_assignment.run_id
                WHERE card_assignment.status = 'blocked'
                  AND orchestration_run.status IN ('queued', 'running', 'blocked'))
    """,
    "runs.db": "SELECT count(*) FROM approvals WHERE status = 'pending'",
}
"""What waits for a person in each, as the system's documents have it."""


@pytest.fixture
def five(tmp_path: Path) -> list[Path]:
    """A file of each system."""
    names = ("runs.db", "syris.db", "amelia.db", "dossier.db", "orchestrator.db")
    own, *others = paths = [tmp_path / name for name in names]
    build_fleet(own)
    make_current(own)
    syris.build_syris(others[0], "design", 60)
    with closing(sqlite3.connect(others[0])) as writer, writer:
        # As designed SYRIS lets a gate expire: these are still to be answered.
        writer.execute("UPDATE approvals SET expires_at = '2026-11-22T00:00:00Z'")
    amelia.build_amelia(others[1], "events", 6)
    dossier.build_dossier(others[2], 12)
    tac.build_tac(others[3], 2, 120)
    return paths


def waiting(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(PENDING[path.name]).fetchone()[0])


async def test_the_bar_counts_what_waits_in_all_of_them(five: list[Path]) -> None:
    desk = Desk(*five)
    expected = {path.name: waiting(path) for path in five if path.name in PENDING}
    assert all(expected.values())
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        counted = {
            each.name: len(each.headline.approvals)
            for each in desk.app.sources
            if each.headline.approvals
        }
        assert counted == expected
        assert f"{sum(expected.values())} approvals" in desk.row("needs")
        assert "5 sources" in desk.row("identity")
        assert set(desk.sources) == {path.name for path in five}


async def test_a_file_that_fails_takes_down_no_other(five: list[Path]) -> None:
    desk = Desk(*five)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.watched(pilot)
        before = Counter(desk.sources)
        broken = next(each for each in desk.app.sources if each.name == "dossier.db")
        five[3].write_bytes(b"no database any more, and long enough to be looked at" * 40)
        await desk.app.action_look_now()
        await desk.until(pilot, lambda: broken.freshness.fault is not None)
        others = [each for each in desk.app.sources if each is not broken]
        await desk.until(pilot, lambda: not any(each.is_wanted for each in others))
        assert all(each.freshness.is_live for each in others)
        assert Counter(desk.sources) == before
        assert "dossier.db" in desk.row("needs")
        rest = sum(waiting(path) for path in five if path.name in PENDING and path != five[3])
        assert f"{rest} approvals" in desk.row("needs")
        # Each says for itself how fresh it is.
        await pilot.press("0")
        await desk.until(pilot, lambda: desk.app.screen.name_ == "sources")
        await desk.until(pilot, lambda: not any(each.is_wanted for each in others))
        await pilot.pause()
        lines = shown(desk.app)
        table = lines[next(at for at, line in enumerate(lines) if "SYSTEM" in line) :]
        rows = {path.name: next(line for line in table if path.name in line) for path in five}
        assert all("LIVE" in rows[each.name] for each in others)
        assert "LIVE" not in rows["dossier.db"]


@pytest.mark.parametrize("screen", ["fleet", "approvals", "alarms", "events", "costs"])
async def test_each_screen_stands_on_five_files(five: list[Path], screen: str) -> None:
    desk = Desk(*five)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.watched(pilot)
        for place in range(5):
            await desk.app.go(screen, desk.app.sources[place])
            await desk.watched(pilot)
            assert desk.app.screen.name_ == screen
            assert desk.app.screen.facts is not None


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_fleet_of_five_systems(snap_compare: Any, five: list[Path], size: tuple[int, int]) -> None:
    desk = Desk(*five)

    async def see(pilot: Pilot[Any]) -> None:
        await desk.watched(pilot)

    assert snap_compare(desk.app, terminal_size=size, run_before=see)
