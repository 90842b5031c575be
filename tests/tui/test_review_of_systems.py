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
from tests.tui.harness import ScriptedConsole, live

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
