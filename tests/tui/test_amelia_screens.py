"""The screens on an Amelia file, where they differ from those on Vedette's own."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import amelia
from tests.tui.harness import ScriptedConsole, live

AT = (amelia.BEGAN + timedelta(hours=4)).timestamp()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("amelia") / "amelia.db"
    amelia.build_amelia(path)
    return path


def console(path: Path, screen: str, **where: Any) -> ScriptedConsole:
    return ScriptedConsole(
        screen, source=path, now=AT, freshness=live(AT), path="amelia.db", **where
    )


SCREENS: dict[str, dict[str, str]] = {
    "fleet": {},
    "run": {"run_id": "wf-9"},
    "stream": {"run_id": "wf-9"},
    "costs": {},
    "approvals": {},
    "review": {"id": "wf-9"},
    "events": {},
    "alarms": {},
    "tables": {},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_screen(path: Path, snap_compare: Any, screen: str) -> None:
    app = console(path, screen, **SCREENS[screen])
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


@pytest.mark.parametrize("tab", ["tasks", "records"])
def test_operations(path: Path, snap_compare: Any, tab: str) -> None:
    app = console(path, "operations", tab=tab)
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


async def asked_again(pilot: Any) -> None:
    """As the poller does once the cursor stands on a row."""
    await pilot.pause()
    await pilot.app.ask_again()
    await pilot.pause()
