"""The screens on a SYRIS file of each form, where they differ from those on Vedette's own."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import syris
from tests.tui.harness import ScriptedConsole, live
from vedette.tui.line import plain
from vedette.tui.screens.operations import OperationsScreen

AT = syris.NOW.timestamp()

SEEDS: dict[syris.Form, int] = {"design": 5, "coded": 8}
"""Files with tasks of every state, and with a gate that waits."""

GATE = "SELECT approval_id FROM approvals WHERE status = 'pending' ORDER BY rowid DESC"
GATED_TRACE = "SELECT trace_id FROM approvals WHERE status = 'pending' ORDER BY rowid DESC"
ANSWERED = "SELECT trace_id FROM message_events WHERE source = 'llm' ORDER BY rowid DESC"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[syris.Form, Path]:
    """A file of each form."""
    folder = tmp_path_factory.mktemp("syris")
    found: dict[syris.Form, Path] = {}
    for form in syris.FORMS:
        found[form] = folder / f"{form}.db"
        syris.build_syris(found[form], form, seed=SEEDS[form])
    return found


def first(path: Path, select: str) -> Any:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(select).fetchone()[0]


def console(path: Path, screen: str, **where: Any) -> ScriptedConsole:
    return ScriptedConsole(
        screen, source=path, now=AT, freshness=live(AT), path="syris.db", **where
    )


def where_of(path: Path, screen: str) -> dict[str, Any]:
    """What a screen is opened on: the newest trace that is held up at a gate."""
    if screen in ("run", "stream"):
        return {"run_id": first(path, GATED_TRACE)}
    return {"id": first(path, GATE)} if screen == "review" else {}


SCREENS = ("fleet", "run", "stream", "costs", "alarms", "approvals", "review", "events", "tables")


@pytest.mark.parametrize("form", syris.FORMS)
@pytest.mark.parametrize("screen", SCREENS)
def test_screen(
    paths: dict[syris.Form, Path], snap_compare: Any, screen: str, form: syris.Form
) -> None:
    app = console(paths[form], screen, **where_of(paths[form], screen))
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


TABS = ("tasks", "schedules", "watchers", "rules", "health", "routing", "records")


@pytest.mark.parametrize("form", syris.FORMS)
@pytest.mark.parametrize("tab", TABS)
def test_operations(
    paths: dict[syris.Form, Path], snap_compare: Any, tab: str, form: syris.Form
) -> None:
    app = console(paths[form], "operations", tab=tab)
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


@pytest.mark.parametrize("form", syris.FORMS)
def test_an_empty_file_says_so(tmp_path: Path, snap_compare: Any, form: syris.Form) -> None:
    path = tmp_path / "syris.db"
    syris.create(path, form).close()
    assert snap_compare(console(path, "operations"), terminal_size=(80, 24))


def test_an_answer_of_the_coded_form_has_no_price_and_none_in_doubt(
    paths: dict[syris.Form, Path], snap_compare: Any
) -> None:
    app = console(paths["coded"], "stream", run_id=first(paths["coded"], ANSWERED))
    assert snap_compare(app, run_before=asked_again, terminal_size=(120, 40))


@pytest.mark.parametrize("form", syris.FORMS)
async def test_every_tab_of_operations_is_there_but_checks(
    paths: dict[syris.Form, Path], form: syris.Form
) -> None:
    app = console(paths[form], "operations")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_again(pilot)
        screen = app.screen
        assert isinstance(screen, OperationsScreen)
        assert screen._names() == list(TABS)


async def test_the_tab_one_is_on_is_in_sight_however_narrow_the_terminal(
    paths: dict[syris.Form, Path],
) -> None:
    app = console(paths["design"], "operations", tab="records")
    async with app.run_test(size=(60, 16)) as pilot:
        await asked_again(pilot)
        screen = app.screen
        assert isinstance(screen, OperationsScreen)
        assert plain(screen._tabs(60, 1)[0]).rstrip().endswith("records")


@pytest.mark.parametrize("form", syris.FORMS)
@pytest.mark.parametrize("screen", ["run", "stream", "costs"])
async def test_nothing_is_called_unpriced_where_no_costs_are_recorded(
    paths: dict[syris.Form, Path], screen: str, form: syris.Form
) -> None:
    where: dict[str, Any] = {}
    if screen != "costs":
        select = ANSWERED if form == "coded" else GATED_TRACE
        where = {"run_id": first(paths[form], select)}
    app = console(paths[form], screen, **where)
    async with app.run_test(size=(120, 40)) as pilot:
        await asked_again(pilot)
        drawn = app.export_screenshot()
        assert "unpriced" not in drawn
        assert "?.??" not in drawn
        assert "0.00" not in drawn


async def asked_again(pilot: Any) -> None:
    """As the poller does once the cursor stands on a row."""
    await pilot.pause()
    await pilot.app.ask_again()
    await pilot.pause()
