"""Every screen on files whose JSON columns hold none: shown as it is, and nothing breaks."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders.spoiled import spoil
from tests.builders.systems import SYSTEMS
from tests.tui.harness import ScriptedConsole, live, shown
from vedette.data.source import open_source

SCREENS = ("fleet", "run", "stream", "costs", "alarms", "approvals", "review", "events", "tables")
TABS = {
    "tasks": "task",
    "schedules": "schedule",
    "watchers": "watcher",
    "rules": "rule",
    "health": "health",
    "routing": "route",
    "checks": "check",
}
"""The relation of each tab of Operations."""


@pytest.fixture(scope="module")
def at() -> float:
    """The moment at which the files are looked at."""
    return 1_775_000_000.0


def tabs(path: Path) -> list[str]:
    """The tabs of Operations that this file has rows for."""
    with closing(open_source(str(path))) as source:
        # The relations' own names.
        has = {tab: source.select(f'SELECT 1 FROM "{name}" LIMIT 1') for tab, name in TABS.items()}  # noqa: S608
    return [*(tab for tab, rows in has.items() if rows), "records"]


def places(path: Path) -> dict[str, dict[str, Any]]:
    """What run, stream and review are opened on."""
    with closing(open_source(str(path))) as source:
        runs = source.select("SELECT id FROM run ORDER BY seq DESC LIMIT 1")
        gates = source.select("SELECT id FROM approval ORDER BY status = 'pending' DESC LIMIT 1")
    run = {"run_id": runs[0][0]}
    return {"run": run, "stream": run, "review": {"id": gates[0][0]} if gates else {}}


@pytest.mark.parametrize(
    "form", ["tac 2", "dossier", "amelia upgraded", "syris design", "syris coded"]
)
async def test_every_screen_stands_and_every_row_can_be_walked_to(
    form: str, tmp_path: Path, at: float
) -> None:
    path = tmp_path / "watched.db"
    SYSTEMS[form](path)
    spoil(path, form.partition(" ")[0])
    where = places(path)
    filled = tabs(path)
    assert len(filled) > 1
    for screen in (*SCREENS, *filled):
        if screen == "review" and not where["review"]:
            continue
        name, given = ("operations", {"tab": screen}) if screen in filled else (screen, {})
        app = ScriptedConsole(
            name, source=path, now=at, freshness=live(at), **given, **where.get(screen, {})
        )
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            await pilot.press("j", "j", "j")
            await app.ask_again()
            await pilot.pause()
            assert app.screen.name_ == name
            assert len([line for line in shown(app) if line.strip()]) > 4


async def test_a_rule_shows_its_conditions_as_they_are(tmp_path: Path, at: float) -> None:
    path = tmp_path / "watched.db"
    SYSTEMS["syris coded"](path)
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute("UPDATE rules SET conditions = '{broken', action = 'a,b,c'")
    app = ScriptedConsole("operations", source=path, now=at, freshness=live(at), tab="rules")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        text = "\n".join(shown(app))
        assert "{broken" in text
        assert "a,b,c" in text
