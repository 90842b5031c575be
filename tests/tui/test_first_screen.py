"""How to begin: the screen without a file, and the fleet of a database without runs."""

from pathlib import Path

import pytest

from tests.builders.vedette import NOW
from tests.tui.harness import ScriptedConsole
from vedette.data.fleet import FleetFacts
from vedette.data.freshness import Freshness
from vedette.tui.frame import OneLine
from vedette.tui.line import plain
from vedette.tui.screens.fleet import Seen

NEW = Seen(FleetFacts((), 3600.0, older=False, is_recorded=False), None)


def test_no_file(snap_compare) -> None:
    app = ScriptedConsole("first", freshness=Freshness("NO FILE", 0.0, NOW), places=())
    assert snap_compare(app, terminal_size=(80, 24))


def test_no_run(snap_compare) -> None:
    assert snap_compare(ScriptedConsole("fleet", facts=NEW), terminal_size=(80, 24))


@pytest.mark.parametrize("screen", ["first", "fleet"])
async def test_d_leaves_for_the_demo(screen: str) -> None:
    where = {"places": ()} if screen == "first" else {"facts": NEW}
    app = ScriptedConsole(screen, **where)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
    assert app.next_console == ("demo", "")


@pytest.mark.parametrize("screen", ["first", "fleet"])
@pytest.mark.parametrize(("is_connected", "told"), [(True, "connected: start"), (False, "not co")])
async def test_h_connects_claude_code_and_says_how_it_went(
    screen: str, is_connected: bool, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        "vedette.tui.connecting.connect",
        lambda _app, client: asked.append(client) or is_connected,
    )
    where = {"places": ()} if screen == "first" else {"facts": NEW}
    app = ScriptedConsole(screen, **where)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("h")
        await pilot.pause()
        assert asked == ["claude-code"]
        assert told in plain(app.screen.query_one("#prompt-side", OneLine).line)


async def test_o_asks_for_another_file(tmp_path: Path) -> None:
    app = ScriptedConsole("fleet", facts=NEW)
    other = str(tmp_path / "o.db")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("o", *other, "enter")
        await pilot.pause()
    assert app.next_console == ("open", other)


async def test_a_fleet_with_runs_offers_no_first_steps() -> None:
    app = ScriptedConsole("fleet", facts=Seen(FleetFacts((), 3600.0, older=False), None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        assert app.next_console is None
        assert "demo" not in [word for _, word in app.screen._keys()]
