"""The screens on a Dossier file, where they differ from those on Vedette's own."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import dossier
from tests.tui.harness import ScriptedConsole, live, shown

AT = dossier.NOW.timestamp()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dossier") / "dossier.db"
    dossier.build_dossier(path)
    return path


def first(path: Path, select: str) -> Any:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(select).fetchone()[0]


def console(path: Path, screen: str, **where: Any) -> ScriptedConsole:
    return ScriptedConsole(
        screen, source=path, now=AT, freshness=live(AT), path="dossier.db", **where
    )


BLOCKED_RUN = "SELECT run_id FROM card_assignment WHERE status = 'blocked' ORDER BY rowid DESC"
PENDING = "SELECT id FROM approval_request WHERE status = 'pending' ORDER BY rowid DESC"
BLOCKED = "SELECT id FROM card_assignment WHERE status = 'blocked' ORDER BY rowid DESC"


def test_fleet(path: Path, snap_compare: Any) -> None:
    assert snap_compare(console(path, "fleet"), run_before=asked_again, terminal_size=(80, 24))


def test_run(path: Path, snap_compare: Any) -> None:
    app = console(path, "run", run_id=first(path, BLOCKED_RUN))
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


def test_approvals(path: Path, snap_compare: Any) -> None:
    assert snap_compare(console(path, "approvals"), run_before=asked_again, terminal_size=(80, 24))


def test_review_of_a_pull_request(path: Path, snap_compare: Any) -> None:
    app = console(path, "review", id=first(path, PENDING))
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


def test_review_of_a_blocked_assignment(path: Path, snap_compare: Any) -> None:
    app = console(path, "review", id=first(path, BLOCKED))
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


async def test_a_blocked_assignment_is_resumed_and_no_key_rejects_it(path: Path) -> None:
    app = console(path, "review", id=first(path, BLOCKED))
    async with app.run_test(size=(80, 24)) as pilot:
        await asked_again(pilot)
        review = app.screen.review
        review.opened(AT - 1)
        await pilot.press("r")
        assert (review.step, review.bar(AT).message) == ("reading", review.gate.way.no_reject)
        assert [key.word for key in review.bar(AT).keys] == ["resume", "later"]


def test_events(path: Path, snap_compare: Any) -> None:
    assert snap_compare(console(path, "events"), run_before=asked_again, terminal_size=(80, 24))


@pytest.mark.parametrize("tab", ["tasks", "checks", "records"])
def test_operations(path: Path, snap_compare: Any, tab: str) -> None:
    app = console(path, "operations", tab=tab)
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


@pytest.mark.parametrize("screen", ["costs", "alarms", "tables"])
def test_other_screens(path: Path, snap_compare: Any, screen: str) -> None:
    assert snap_compare(console(path, screen), run_before=asked_again, terminal_size=(80, 24))


def test_stream_of_a_system_without_prompts(path: Path, snap_compare: Any) -> None:
    app = console(path, "stream", run_id=first(path, BLOCKED_RUN))
    assert snap_compare(app, run_before=asked_again, terminal_size=(80, 24))


async def test_the_plan_is_a_tree_from_the_project_down_to_its_cards(path: Path) -> None:
    app = console(path, "operations", tab="tasks")
    async with app.run_test(size=(80, 60)) as pilot:
        await asked_again(pilot)
        kinds = {row["id"]: (row["kind"], row["part_of"]) for row in app.screen.export_rows()}
        above = {"workflow": "project", "activity": "workflow", "card": "activity"}
        parts = [(kind, whole) for kind, whole in kinds.values() if whole]
        assert {kind for kind, _ in parts} == set(above)
        for kind, whole in parts:
            assert kinds[str(whole).removeprefix("task ")][0] == above[kind]


async def asked_again(pilot: Any) -> None:
    """As the poller does once the cursor stands on a row."""
    await pilot.pause()
    await pilot.app.ask_again()
    await pilot.pause()


CARD = "SELECT id FROM card ORDER BY rowid"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_what_belongs_to_a_card_stands_beside_it(
    path: Path, snap_compare: Any, size: tuple[int, int]
) -> None:
    app = console(path, "operations", tab="tasks", key=f"task {first(path, CARD)}")
    assert snap_compare(app, run_before=asked_again, terminal_size=size)


async def test_enter_on_a_card_leads_to_its_row_to_what_belongs_to_it_and_back(path: Path) -> None:
    card = first(path, CARD)
    app = ScriptedConsole(
        "operations", source=path, now=AT, path=str(path), tab="tasks", key=f"task {card}"
    )
    async with app.run_test(size=(80, 40)) as pilot:

        async def press(key: str) -> None:
            await pilot.press(key)
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()

        await asked_again(pilot)
        await press("enter")
        assert app.screen.crumbs() == ("Tables", "card", "row")
        [line] = [each for each in shown(app) if "card_planned_file.card_id" in each]
        assert line.endswith("1 row")
        view = app.screen._view_of("detail")
        assert view.select("card_planned_file.card_id")
        await press("enter")
        assert app.screen.crumbs() == ("Tables", "card_planned_file")
        assert any(f"card_id = '{card}'" in each for each in shown(app))
        await press("escape")
        assert app.screen.crumbs() == ("Tables", "card", "row")
        await press("escape")
        assert app.screen.name_ == "operations"
