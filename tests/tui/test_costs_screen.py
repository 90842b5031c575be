"""The Costs screen: its four faces, its keys, and how it draws what it is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.builders.vedette import NOW, build_fleet, create
from tests.tui.harness import ScriptedConsole, answer
from vedette.data.budgets import BudgetFacts
from vedette.data.costs import CostsFacts, read_costs
from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness
from vedette.tui.app import VedetteApp
from vedette.tui.drawing import costs as drawing
from vedette.tui.glyphs import ASCII, UNICODE
from vedette.tui.line import plain
from vedette.tui.screens.costs import CostsScreen
from vedette.tui.settings import Settings
from vedette.tui.view import View

VIEW = View(NOW, True, UNICODE, "dark")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path_factory.mktemp("costs") / "runs.db"
    build_fleet(path)
    return path


async def plotted(pilot: Pilot[Any]) -> None:
    """Waits for the plot, which comes after the first paint."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def facts_of(path: Path, **asked: Any) -> CostsFacts:
    return answer(path, lambda source, now: read_costs(source, now, **asked))[0]


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        ((80, 24), "dark"),
        ((120, 40), "dark"),
        ((60, 16), "dark"),
        ((80, 24), "ansi-dark"),
        ((120, 40), "light"),
    ],
)
def test_full(snap_compare, fleet: Path, size: tuple[int, int], mode: str) -> None:
    """Full, at several sizes and palettes."""
    app = ScriptedConsole("costs", source=fleet, mode=mode)
    assert snap_compare(app, terminal_size=size, run_before=plotted)


def test_full_in_ascii_without_colour(snap_compare, fleet: Path) -> None:
    app = ScriptedConsole("costs", source=fleet, mode="mono", glyphs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24), run_before=plotted)


def test_loading(snap_compare) -> None:
    app = ScriptedConsole("costs", freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24), run_before=plotted)


def test_empty(snap_compare, tmp_path: Path) -> None:
    create(tmp_path / "empty.db").close()
    app = ScriptedConsole("costs", source=tmp_path / "empty.db")
    assert snap_compare(app, terminal_size=(80, 24), run_before=plotted)


def test_broken(snap_compare, fleet: Path) -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    freshness = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    app = ScriptedConsole("costs", source=fleet, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24), run_before=plotted)


class Console(VedetteApp):
    """The real console on a file, at the pictures' moment, on the costs."""

    def __init__(self, path: Path) -> None:
        settings = Settings(glyphs=UNICODE, mode="dark")
        super().__init__(str(path), settings, clock=lambda: NOW)

    async def begin(self) -> None:
        """Opens the costs, and looks once; later looks are asked for by keys."""
        await self.go("costs")
        await self.look()

    @property
    def costs(self) -> CostsScreen:
        assert isinstance(self.screen, CostsScreen)
        return self.screen


async def reach(pilot: Pilot[Any], by: str) -> None:
    """Waits until the rows of a grouping are on screen."""
    app = pilot.app
    assert isinstance(app, Console)
    for _ in range(200):
        await pilot.pause(0.01)
        facts = app.costs.facts
        if facts is not None and facts.by == by == app.costs.by and app.costs._wanted is None:
            return
    raise AssertionError(f"the rows by {by} never came")


async def test_b_goes_through_the_groupings(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await reach(pilot, "model")
        for by in ("agent", "run", "day", "project", "model"):
            await pilot.press("b")
            await reach(pilot, by)


async def test_enter_drills_from_model_to_agent_to_calls_and_escape_comes_back(
    fleet: Path,
) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await reach(pilot, "model")
        await pilot.press("j", "enter")
        await reach(pilot, "agent")
        assert app.costs.scope == (("model", "opus-4-8"),)
        assert {row.name for row in app.costs._list.rows} == {"planner", "loader", "tagger"}
        await pilot.press("enter")
        await reach(pilot, "calls")
        assert app.costs.crumbs()[-2:] == ("loader", "calls")
        await pilot.press("escape")
        await reach(pilot, "agent")
        await pilot.press("escape")
        await reach(pilot, "model")
        assert app.costs._list.cursor_key == "=opus-4-8"
        assert app.costs.scope == ()


async def test_enter_on_a_call_opens_its_stream(fleet: Path) -> None:
    app = ScriptedConsole("costs", source=fleet, by="calls", scope=(("agent", "coder-a81f"),))
    went: list[tuple[str, dict[str, Any]]] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.visit = lambda name, **where: went.append((name, where))  # type: ignore[method-assign]
        await pilot.press("enter")
        await pilot.pause()
        row = app.screen._list.selected
        where = {"agent_id": "coder-a81f", "run_id": "a81f02c4", "row": f"prompt {row.key}"}
        assert went == [("stream", where)]


async def test_t_and_S_ask_for_another_window_and_order(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await reach(pilot, "model")
        await pilot.press("t", "S")
        await reach(pilot, "model")
        assert (app.costs.facts.window, app.costs.order) == ("24h", "calls")
        assert app.costs._list.rows[0].key == "haiku-4-5"


async def test_P_shows_who_priced_what_and_gives_the_plot_back(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await reach(pilot, "model")
        await pilot.press("P")
        await app.workers.wait_for_complete()
        prices = app.costs._prices
        assert prices is not None
        assert prices.table.startswith("genai-prices ")
        assert [row.name for row in prices.rows][-1] == "local/qwen-72b"
        await pilot.press("P")
        assert app.costs._prices is None


async def test_groups_keep_their_places_while_costs_move(fleet: Path) -> None:
    app = ScriptedConsole("costs", source=fleet)
    async with app.run_test(size=(80, 24)):
        screen = app.screen
        before = [row.key for row in screen._list.rows]
        rows = tuple(reversed(screen.facts.rows))
        dearer = tuple(row._replace(micros=number * 9_000_000) for number, row in enumerate(rows))
        screen.receive(replace(screen.facts, rows=dearer))
        assert [row.key for row in screen._list.rows] == before


async def test_an_answer_to_an_earlier_question_is_not_shown(fleet: Path) -> None:
    app = ScriptedConsole("costs", source=fleet)
    async with app.run_test(size=(80, 24)):
        late = facts_of(fleet, by="run")
        app.screen.receive(late)
        assert {row.key for row in app.screen._list.rows} >= {"sonnet-5", "opus-4-8"}


async def test_a_filter_shows_what_matches_and_keeps_the_total(fleet: Path) -> None:
    app = ScriptedConsole("costs", source=fleet)
    async with app.run_test(size=(80, 24)):
        screen = app.screen
        said = screen.apply_filter("model:opus cost>1")
        assert [row.key for row in screen._list.rows] == ["opus-4-8"]
        assert said[0][0] == "1 of 4 match"
        assert len(screen.export_rows()) == 1


async def test_what_is_taken_away_names_the_command(fleet: Path) -> None:
    app = ScriptedConsole("costs", source=fleet)
    async with app.run_test(size=(80, 24)):
        choices = {choice.key: choice.text for choice in app.screen.copy_choices()}
        assert choices["l"].startswith("vedette costs --by model")
        assert choices["i"] == "sonnet-5"


async def test_equal_facts_write_nothing(fleet: Path) -> None:
    app = ScriptedConsole("costs", source=fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await plotted(pilot)
        asked: list[object] = []
        for view in app.screen.query("LineView, Pane, OneLine"):
            view.refresh = lambda *a, **k: asked.append(a)  # type: ignore[method-assign]
        app.screen.receive(replace(app.screen.facts))
        assert asked == []


def budget(**changed: Any) -> BudgetFacts:
    """A run's budget, half used."""
    values: dict[str, Any] = {
        "scope": "run",
        "key": "r1",
        "name": "run fix-auth",
        "limit": 2_000_000,
        "used": 1_920_000,
        "is_floor": False,
        "short_rate": 310_000.0,
        "long_rate": 90_000.0,
        "plan_rate": 28_000.0,
        "left": 15.0,
        "forecast": (2_300_000, 4_100_000),
        "samples": 9,
        "state": "FAST BURN",
        "run_id": "r1",
        "agent_id": None,
    }
    return BudgetFacts(**{**values, **changed})


def test_a_budget_that_burns_fast_says_so_in_red() -> None:
    line = drawing.budget_line(budget(), 120, VIEW)
    assert "15s" in plain(line)
    assert "2.30 – 4.10" in plain(line)
    assert plain(line).endswith("▲ FAST BURN")
    assert any(token == "bad" and "━" in text for text, token in line.spans)


def test_states_of_a_view_that_is_not_live_are_quiet() -> None:
    quiet = replace(VIEW, is_live=False)
    line = drawing.budget_line(budget(), 120, quiet)
    assert plain(line).endswith("? fast burn")


def test_too_few_past_runs_say_too_early() -> None:
    assert "too early" in plain(drawing.budget_line(budget(forecast=None), 120, VIEW))


def test_of_many_budgets_the_worst_are_shown_and_the_rest_counted(fleet: Path) -> None:
    many = (
        *(budget(key=str(n), name=f"run {n}", state="ok", used=1) for n in range(5)),
        budget(key="bad", name="run bad"),
    )
    lines = drawing.budgets(replace(facts_of(fleet), budgets=many), 80, 3, VIEW)
    assert len(lines) == 3
    assert "+4" in plain(lines[0])
    assert "run bad" in plain(lines[2])


@pytest.mark.parametrize("width", [60, 79, 80, 119, 120, 200])
def test_every_line_is_as_wide_as_its_pane(fleet: Path, width: int) -> None:
    facts = facts_of(fleet)
    lines = [
        drawing.head("model", width),
        *(drawing.row_line(row, facts.total, width, VIEW) for row in facts.rows),
        *drawing.total_lines(facts, width, 3, VIEW, None),
        *drawing.chart(facts, width, 13, VIEW, is_drawn=True),
        *drawing.budgets(facts, width, 6, VIEW),
    ]
    assert {sum(len(text) for text, _ in line.spans) for line in lines if line.spans} == {width}


@pytest.mark.parametrize("height", range(5, 60))
def test_heights_never_exceed_the_body(height: int) -> None:
    for rows in (0, 1, 4, 50):
        for budgets in (0, 1, 9):
            shares = drawing.arrange(height, rows, budgets)
            gaps = (shares.plot > 0) + (shares.budgets > 0)
            assert 1 + sum(shares) + gaps <= max(height, 4)


def test_reading_that_is_not_done_says_how_far(fleet: Path) -> None:
    facts = replace(facts_of(fleet), reached=NOW - 86400)
    said = plain(drawing.total_lines(facts, 120, 2, VIEW, None)[1])
    assert "still reading, so far back to 2026-11-20 14:02:31" in said
