"""The review of gates that other systems ask: how each is answered, and what is off."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders.asked import (
    BLOCKED,
    GATE,
    NOW,
    OVER,
    REQUEST,
    WORKFLOW,
    ask_amelia,
    ask_dossier,
    ask_syris,
)
from tests.tui.harness import ScriptedConsole, live, shown
from vedette.data.decisions import Decision

FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "syris-design": (lambda path: ask_syris(path, "design"), GATE),
    "syris-coded-overdue": (lambda path: ask_syris(path, "coded", expires_at=OVER), GATE),
    "syris-coded-no-step": (lambda path: ask_syris(path, "coded", has_step=False), GATE),
    "amelia": (ask_amelia, WORKFLOW),
    "dossier-request": (ask_dossier, REQUEST),
    "dossier-blocked": (ask_dossier, BLOCKED),
}


@pytest.mark.parametrize("name", FILES)
def test_review(tmp_path: Path, snap_compare: Any, name: str) -> None:
    make, gate = FILES[name]
    path = tmp_path / "runs.db"
    make(path)
    app = ScriptedConsole("review", source=path, now=NOW, freshness=live(NOW), id=gate)

    assert snap_compare(app, run_before=read_whole, terminal_size=(80, 24))


async def read_whole(pilot: Any) -> None:
    """A person has been here for a while."""
    await pilot.pause()
    await pilot.app.ask_again()
    await pilot.pause()
    screen = pilot.app.screen
    screen.review.lines_seen([(0, 1000)])
    screen._draw_all()
    await pilot.pause()


async def test_whoever_comes_back_is_told_what_was_sent(tmp_path: Path) -> None:
    path = tmp_path / "amelia.db"
    ask_amelia(path)
    app = ScriptedConsole("review", source=path, now=NOW, freshness=live(NOW), id=WORKFLOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await read_whole(pilot)
        screen: Any = app.screen
        screen.review.step, screen.review._outcome = "sending", "approved"
        answer = Decision("approved", "sent", NOW, needed=1, signed=1)

        screen.post_message(screen.Written(screen.review, answer))
        await pilot.pause()
        first = screen.review.bar(NOW)
        screen.enter(id=WORKFLOW)
        await app.ask_again()

        assert (first.step, first.is_confirmed) == ("receipt", False)
        assert screen.review.step == "reading"
        assert screen.review.message.startswith("an approval was sent")
        assert screen.review.message.endswith("is not confirmed yet")


async def test_that_an_overdue_gate_can_be_answered_is_not_cut_where_it_is_narrow(
    tmp_path: Path,
) -> None:
    path = tmp_path / "runs.db"
    FILES["syris-coded-overdue"][0](path)
    app = ScriptedConsole("approvals", source=path, now=NOW, freshness=live(NOW))
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        await app.ask_again()
        await pilot.pause()
        assert "overdue, it can still be answered: since" in "\n".join(shown(app))
