"""The list widget keeps the reader's place, and writes only what differs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from tests.tui.written import Terminal, WritingDriver, settle, size, take
from vedette.tui import theme
from vedette.tui.frugal import FrugalDisplay
from vedette.tui.glyphs import ASCII, UNICODE, Glyphs
from vedette.tui.line import Cell, Line, columns
from vedette.tui.widgets.lines import LineView

WIDTH, HEIGHT = 80, 24


class Row(NamedTuple):
    """A row as a screen might have it."""

    key: str
    text: str = ""
    cost: str = "1.92"


def draw(row: Row, width: int) -> Line:
    return columns(
        width,
        [
            Cell(1, 1, [("◆", "you")]),
            Cell(3, 8, [("WAITING", "you bold")]),
            Cell(12, 40, [(row.text or row.key, "ink")]),
            Cell(53, 8, [(row.cost, "bright bold")], "right"),
            Cell(62, 6, [("03:48", "soft")], "right"),
        ],
    )


def key(row: Row) -> str:
    return row.key


def some_rows(number: int, prefix: str = "row") -> list[Row]:
    return [Row(f"{prefix} {index}") for index in range(number)]


class Listing(App[int]):
    """An app with one list, or two side by side."""

    def __init__(
        self, *views: LineView[Any], mode: theme.Mode = "dark", glyphs: Glyphs = UNICODE
    ) -> None:
        super().__init__(ansi_color=theme.needs_ansi(mode), driver_class=WritingDriver)
        for each in theme.themes():
            self.register_theme(each)
        self.theme = theme.theme_name(mode)
        self.glyphs = glyphs
        self.views = views
        self.said: list[Any] = []

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield from self.views

    def on_line_view_moved(self, event: LineView.Moved) -> None:
        self.said.append(event)

    on_line_view_chosen = on_line_view_moved
    on_line_view_edge_reached = on_line_view_moved
    on_line_view_follow_changed = on_line_view_moved
    on_line_view_marks_changed = on_line_view_moved
    on_line_view_labelled = on_line_view_moved
    on_line_view_unmatched = on_line_view_moved

    def heard(self, kind: type[Any]) -> list[Any]:
        """The messages of one kind, oldest first."""
        return [event for event in self.said if isinstance(event, kind)]


class FrugalListing(FrugalDisplay, Listing):
    """The same app, writing frugally as the console does."""


Shown = tuple[Pilot[int], LineView[Any], Listing]


@asynccontextmanager
async def shown(
    rows: Sequence[Any] = (),
    *,
    height: int = HEIGHT,
    width: int = WIDTH,
    view: LineView[Any] | None = None,
    app_type: type[Listing] = FrugalListing,
    **settings: Any,
) -> AsyncIterator[Shown]:
    view = view or LineView(draw, key)
    app = app_type(view, **settings)
    async with app.run_test(size=(width, height), headless=False) as pilot:
        view.focus()
        view.rows = rows
        await settle(pilot)
        app.said.clear()
        take(app)
        yield pilot, view, app


def texts(view: LineView[Any]) -> list[str]:
    """What stands on screen, line by line."""
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def keys_on_screen(view: LineView[Any]) -> list[str]:
    return [view.rows[index].key for index in view.visible_rows]


# What is written


async def test_equal_rows_write_nothing() -> None:
    async with shown(some_rows(100)) as (pilot, view, app):
        view.rows = some_rows(100)
        await settle(pilot)
        assert take(app) == ""


async def test_a_redraw_of_the_same_writes_nothing() -> None:
    async with shown(some_rows(100)) as (pilot, view, app):
        view.redraw()
        await settle(pilot)
        assert take(app) == ""


async def test_rows_below_the_screen_write_nothing() -> None:
    async with shown(some_rows(100)) as (pilot, view, app):
        view.rows = some_rows(5000)
        await settle(pilot)
        assert take(app) == ""
        assert view.below == 5000 - HEIGHT


def changed(rows: list[Row], index: int, **values: Any) -> list[Row]:
    return [*rows[:index], rows[index]._replace(**values), *rows[index + 1 :]]


async def test_one_changed_value_writes_a_few_bytes() -> None:
    rows = some_rows(100)
    async with shown(rows, width=120, height=40) as (pilot, view, app):
        view.rows = changed(rows, 7, cost="1.93")
        await settle(pilot)
        assert 0 < size(take(app)) <= 80
        assert "1.93" in texts(view)[7]


async def test_a_wholly_changed_row_writes_one_line() -> None:
    rows = some_rows(100)
    async with shown(rows, width=120, height=40) as (pilot, view, app):
        view.rows = changed(rows, 7, text="something else altogether", cost="204.50")
        await settle(pilot)
        assert 0 < size(take(app)) <= 500


async def test_a_changed_row_stays_cheap_on_a_stock_display() -> None:
    rows = some_rows(100)
    async with shown(rows, width=120, height=40, app_type=Listing) as (pilot, view, app):
        view.rows = changed(rows, 7, cost="204.50")
        await settle(pilot)
        assert 0 < size(take(app)) <= 500


async def test_a_page_costs_about_one_frame() -> None:
    async with shown(some_rows(1000), width=120, height=40) as (pilot, _, app):
        app.screen.refresh()
        await settle(pilot)
        frame = size(take(app))
        await pilot.press("pagedown")
        await settle(pilot)
        assert 0 < size(take(app)) <= 1.2 * frame


async def test_moving_the_cursor_writes_two_lines() -> None:
    async with shown(some_rows(100), width=120, height=40) as (pilot, _, app):
        await pilot.press("j")
        await settle(pilot)
        assert 0 < size(take(app)) <= 1000


async def test_a_line_with_wide_characters_is_written_whole() -> None:
    rows = [Row("a", "漢字"), Row("b")]
    async with shown(rows) as (pilot, view, app):
        view.rows = changed(rows, 0, cost="1.93")
        await settle(pilot)
        assert "漢字" in take(app)


@pytest.mark.parametrize("mode", theme.MODES)
async def test_frugal_updates_look_like_stock_ones(mode: theme.Mode) -> None:
    screens = []
    for app_type in (Listing, FrugalListing):
        left, right = LineView(draw, key), LineView(draw, key, ground="ground-panel")
        app = app_type(left, right, mode=mode)
        terminal = Terminal(100, 12)
        async with app.run_test(size=(100, 12), headless=False) as pilot:
            left.focus()
            left.rows = right.rows = [Row("wide", "漢字 é"), *some_rows(30)]
            await settle(pilot)
            await pilot.press("j", "j", "pagedown", "k")
            right.highlight = "ROW 1"
            left.rows = changed(list(left.rows), 12, text="another", cost="7.00")
            await settle(pilot)
            terminal.feed(take(app))
        screens.append(terminal.cells)
    assert screens[0] == screens[1]


async def test_no_control_character_reaches_the_terminal() -> None:
    hostile = "\x1b[2J\x9b31m\x00\r\n\t\x7f\u202e\u200b\ud800\x1b]52;c;aGk=\x07"
    async with shown([Row("a", hostile), Row("b")]) as (pilot, view, app):
        view.rows = [Row("a", "x" + hostile), Row("b")]
        await settle(pilot)
        written = take(app)
        assert "\ufffd[2J\ufffd31m" in written
        assert not set(written) & set("\x00\r\n\t\x07\x7f\x9b\u202e\u200b\ud800")
        assert "\x1b]" not in written
        assert view.render_line(0).cell_length == WIDTH


# The cursor


async def test_the_first_row_that_can_be_selected_is() -> None:
    async with shown([Row("", "head"), *some_rows(3)]) as (_, view, _app):
        assert view.cursor_key == "row 0"
        assert view.cursor == 1
        assert view.selected == Row("row 0")


async def test_nothing_is_selected_where_there_is_nothing() -> None:
    async with shown([]) as (pilot, view, app):
        await pilot.press("j", "k", "G", "g", "pagedown", "ctrl+u", "enter", "space", "n")
        assert view.selected is None
        assert view.cursor_key == ""
        assert app.heard(LineView.Chosen) == []


@pytest.mark.parametrize(
    ("pressed", "key"),
    [
        ("j", "row 1"),
        ("down", "row 1"),
        ("j j k", "row 1"),
        ("k", "row 0"),
        ("G", "row 99"),
        ("end k", "row 98"),
        ("G g", "row 0"),
        ("ctrl+d", "row 12"),
        ("ctrl+d ctrl+u", "row 0"),
        ("pagedown", "row 23"),
        ("pagedown pagedown pageup", "row 23"),
        ("G pagedown", "row 99"),
        ("j pageup", "row 0"),
    ],
)
async def test_keys_move_the_cursor(pressed: str, key: str) -> None:
    async with shown(some_rows(100)) as (pilot, view, _):
        await pilot.press(*pressed.split())
        assert view.cursor_key == key
        assert view.cursor in view.visible_rows


async def test_the_cursor_is_told_when_it_moves() -> None:
    async with shown(some_rows(10)) as (pilot, view, app):
        await pilot.press("j")
        (moved,) = app.heard(LineView.Moved)
        assert (moved.key, moved.row, moved.control) == ("row 1", Row("row 1"), view)


async def test_rows_without_a_key_are_passed_over() -> None:
    rows = [Row("a"), Row("", "head"), Row("b")]
    async with shown(rows) as (pilot, view, _):
        await pilot.press("j")
        assert view.cursor_key == "b"
        await pilot.press("k")
        assert view.cursor_key == "a"


async def test_heads_above_the_first_row_come_back_into_sight() -> None:
    rows = [Row("", "head"), *some_rows(8)]
    async with shown(rows, height=5) as (pilot, view, _):
        await pilot.press("G", *["k"] * 7)
        assert view.cursor_key == "row 0"
        assert view.top == 0


async def test_enter_and_double_click_choose() -> None:
    async with shown(some_rows(10)) as (pilot, view, app):
        await pilot.press("j", "enter")
        await pilot.click(view, offset=(20, 4), times=2)
        assert [event.key for event in app.heard(LineView.Chosen)] == ["row 1", "row 4"]
        assert app.heard(LineView.Chosen)[0].row == Row("row 1")


async def test_a_click_selects() -> None:
    async with shown([*some_rows(3), Row("", "foot")]) as (pilot, view, app):
        await pilot.click(view, offset=(20, 2))
        assert view.cursor_key == "row 2"
        await pilot.click(view, offset=(20, 3))
        await pilot.click(view, offset=(20, 9))
        assert view.cursor_key == "row 2"
        assert app.heard(LineView.Chosen) == []


async def test_select_shows_the_row_of_a_key() -> None:
    async with shown(some_rows(1000)) as (_, view, _app):
        assert view.select("row 700")
        assert view.cursor == 700
        assert view.cursor in view.visible_rows
        assert not view.select("nowhere")
        assert view.cursor_key == "row 700"


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with shown(some_rows(100)) as (pilot, view, _):
        await pilot._post_mouse_events([MouseScrollDown], view, offset=(5, 5))
        assert view.top == 3
        assert view.cursor_key == "row 0"
        await pilot.press("j")
        assert view.cursor in view.visible_rows


async def test_without_a_cursor_the_keys_scroll() -> None:
    view = LineView(draw, key, show_cursor=False, space_pages=True)
    async with shown(some_rows(100), view=view) as (pilot, _, app):
        await pilot.press("j", "j", "space")
        assert view.top == 2 + HEIGHT - 1
        assert view.cursor_key == ""
        await pilot.press("g")
        assert view.top == 0
        assert app.heard(LineView.Moved) == []


async def test_edges_are_told() -> None:
    async with shown(some_rows(100)) as (pilot, _, app):
        await pilot.press("j", "G", "g")
        assert [event.edge for event in app.heard(LineView.EdgeReached)] == ["end", "start"]


async def test_space_marks_only_where_marking_means_something() -> None:
    async with shown(some_rows(100)) as (pilot, view, app):
        await pilot.press("space", "V")
        assert view.marks == frozenset()
        assert app.heard(LineView.MarksChanged) == []


# Items of several rows


def items(*heights: int) -> list[Row]:
    return [
        Row(f"item {index}", f"item {index} line {line}")
        for index, height in enumerate(heights)
        for line in range(height)
    ]


async def test_neighbours_with_one_key_are_one_item() -> None:
    async with shown(items(2, 3, 2)) as (pilot, view, _):
        assert [text[0] for text in texts(view)[:7]] == list("▌▌") + [" "] * 5
        await pilot.press("j")
        assert (view.cursor_key, view.cursor) == ("item 1", 2)
        assert [text[0] for text in texts(view)[:7]] == [" "] * 2 + ["▌"] * 3 + [" "] * 2
        await pilot.press("j", "k")
        assert view.cursor_key == "item 1"


async def test_a_clicked_item_is_selected_from_any_of_its_rows() -> None:
    async with shown(items(2, 3, 2)) as (pilot, view, _):
        await pilot.click(view, offset=(9, 4))
        assert (view.cursor_key, view.cursor) == ("item 1", 2)


async def test_the_whole_item_comes_into_sight() -> None:
    async with shown(items(*[3] * 10), height=7) as (pilot, view, _):
        await pilot.press("j", "j")
        assert view.top == 2
        await pilot.press("k", "k")
        assert view.top == 0


async def test_a_tall_item_is_scrolled_through() -> None:
    async with shown(items(1, 20, 1), height=6) as (pilot, view, _):
        await pilot.press("j")
        assert (view.cursor_key, view.top) == ("item 1", 1)
        await pilot.press("j", "j")
        assert (view.cursor_key, view.top) == ("item 1", 3)
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert view.top == 22 - 6
        await pilot.press("j")
        assert view.cursor_key == "item 2"
        await pilot.press("k")
        assert (view.cursor_key, view.top) == ("item 1", 20 - 6 + 1)


async def test_every_line_of_a_tall_item_can_be_paged_to() -> None:
    async with shown(items(100, 1), height=10) as (pilot, view, _):
        seen = set(view.visible_rows)
        for _press in range(12):
            await pilot.press("pagedown")
            seen |= set(view.visible_rows)
        assert seen == set(range(101))


# Rows change under the reader


async def test_the_cursor_holds_its_row_and_its_line_when_rows_come_above() -> None:
    async with shown(some_rows(100)) as (pilot, view, _):
        await pilot.press("pagedown", "j", "j", "k")
        line = view.cursor - view.top
        before = view.cursor_key
        view.rows = [*some_rows(5, "new"), *some_rows(100)]
        assert view.cursor_key == before
        assert keys_on_screen(view)[line] == before


async def test_rows_that_come_above_the_screen_write_nothing() -> None:
    async with shown(some_rows(100)) as (pilot, view, app):
        await pilot.press("pagedown", "j")
        await settle(pilot)
        take(app)
        view.rows = [*some_rows(5, "new"), *some_rows(100)]
        await settle(pilot)
        assert take(app) == ""


async def test_the_cursor_follows_its_row_to_another_place() -> None:
    async with shown(some_rows(10)) as (pilot, view, app):
        await pilot.press("j", "j")
        app.said.clear()
        view.rows = [*some_rows(10)[3:], *some_rows(3)]
        assert (view.cursor_key, view.cursor) == ("row 2", 9)
        await pilot.pause()
        assert app.heard(LineView.Moved) == []


async def test_when_its_row_is_gone_the_cursor_takes_the_next() -> None:
    async with shown(some_rows(10)) as (pilot, view, app):
        await pilot.press("j", "j")
        app.said.clear()
        view.rows = [row for row in some_rows(10) if row.key != "row 2"]
        await pilot.pause()
        assert view.cursor_key == "row 3"
        assert [event.key for event in app.heard(LineView.Moved)] == ["row 3"]
        view.rows = some_rows(2)
        assert view.cursor_key == "row 1"


async def test_an_emptied_list_has_no_cursor_and_says_so() -> None:
    async with shown(some_rows(10)) as (pilot, view, app):
        view.rows = []
        await pilot.pause()
        assert [event.key for event in app.heard(LineView.Moved)] == [""]
        assert view.selected is None


async def test_a_reader_away_from_the_cursor_keeps_their_lines() -> None:
    async with shown(some_rows(100)) as (_, view, _app):
        view.scroll_rows(50)
        before = keys_on_screen(view)
        view.rows = [*some_rows(7, "new"), *some_rows(100)]
        assert keys_on_screen(view) == before
        assert view.cursor_key == "row 0"


async def test_a_shorter_list_never_leaves_the_screen_behind_its_end() -> None:
    async with shown(some_rows(100)) as (pilot, view, _):
        await pilot.press("G")
        view.rows = some_rows(30)
        assert view.top == 30 - HEIGHT
        assert view.below == 0


async def test_a_resize_keeps_the_cursor_in_sight() -> None:
    async with shown(some_rows(100)) as (pilot, view, _):
        await pilot.press("pagedown")
        await pilot.resize_terminal(60, 8)
        await settle(pilot)
        assert view.size.height == 8
        assert view.cursor_key == "row 23"
        assert view.cursor in view.visible_rows
        assert all(view.render_line(y).cell_length == 60 for y in range(8))


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (10, 3), (500, 200)])
async def test_any_size_can_be_drawn(shape: tuple[int, int]) -> None:
    async with shown(some_rows(300), width=shape[0], height=shape[1]) as (pilot, view, _):
        await pilot.press("j", "pagedown", "G", "k", "g")
        assert view.cursor_key == "row 0"
        assert view.render_line(0).cell_length == shape[0]


# Long and lazy


class Lazy(Sequence[Row]):
    """Ten million rows that are made when they are asked for, and counted."""

    def __init__(self, length: int, start: int = 0) -> None:
        self.length = length
        self.start = start
        self.asked = 0

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: Any) -> Any:
        assert 0 <= index < self.length
        self.asked += 1
        return Row(f"row {self.start + index}")


class Indexed(Lazy):
    """The same, able to say where a key is."""

    def index_of(self, key: str) -> int | None:
        index = int(key.removeprefix("row ")) - self.start
        return index if 0 <= index < self.length else None


async def test_a_long_list_is_never_read_as_a_whole() -> None:
    rows = Lazy(10_000_000)
    async with shown(rows) as (pilot, view, _):
        await pilot.press("G", "k", "g", "ctrl+d", "pagedown")
        view.rows = rows
        assert rows.asked < 2000


async def test_the_end_of_a_long_list_is_at_hand() -> None:
    async with shown(Lazy(10_000_000)) as (pilot, view, _):
        await pilot.press("G")
        assert view.cursor_key == "row 9999999"
        assert view.above == 10_000_000 - HEIGHT


async def test_a_sequence_is_asked_where_a_key_went() -> None:
    async with shown(Indexed(10_000_000)) as (_, view, _app):
        assert view.select("row 9000000")
        view.rows = Indexed(10_000_000, start=100_000)
        assert (view.cursor_key, view.cursor) == ("row 9000000", 8_900_000)


async def test_a_row_is_found_anywhere_in_a_list() -> None:
    async with shown(some_rows(30_000)) as (pilot, view, _):
        await pilot.press("j")
        view.rows = [*some_rows(20_000, "new"), *some_rows(30_000)]
        assert (view.cursor_key, view.cursor) == ("row 1", 20_001)
        assert view.select("row 29999")


async def test_a_key_far_away_in_a_lazy_sequence_is_given_up() -> None:
    rows = Lazy(10_000_000)
    async with shown(rows) as (_, view, _app):
        rows.asked = 0
        assert not view.select("row 8000000")
        assert rows.asked <= 10_001


# Following


def following() -> LineView[Row]:
    view = LineView(draw, key, can_follow=True)
    view.set_reactive(LineView.follow, True)
    return view


async def test_a_following_view_stays_at_the_end() -> None:
    async with shown(some_rows(100), view=following()) as (_, view, _app):
        assert view.cursor_key == "row 99"
        view.rows = some_rows(130)
        assert view.below == 0
        assert view.cursor_key == "row 129"


@pytest.mark.parametrize("pressed", ["k", "ctrl+u", "pageup", "g"])
async def test_going_up_lets_go_and_counts_what_comes(pressed: str) -> None:
    async with shown(some_rows(100), view=following()) as (pilot, view, app):
        await pilot.press(pressed)
        assert not view.follow
        before = keys_on_screen(view)
        view.rows = some_rows(112)
        assert keys_on_screen(view) == before
        assert view.new_below == 12
        assert [event.follow for event in app.heard(LineView.FollowChanged)] == [False]


async def test_a_click_on_an_earlier_row_lets_go() -> None:
    async with shown(some_rows(100), view=following()) as (pilot, view, _):
        await pilot.click(view, offset=(5, 3))
        view.rows = some_rows(101)
        assert not view.follow
        assert view.cursor_key == "row 79"


async def test_going_to_a_key_or_a_match_lets_go() -> None:
    async with shown(some_rows(100), view=following()) as (pilot, view, _):
        view.select("row 90")
        assert not view.follow
        view.follow = True
        view.highlight = "row 80"
        await pilot.press("N")
        view.rows = some_rows(101)
        assert (view.cursor_key, view.follow) == ("row 80", False)


async def test_what_was_seen_at_the_end_is_not_new() -> None:
    async with shown(some_rows(100), view=following()) as (pilot, view, _):
        await pilot.press("k")
        view.rows = some_rows(110)
        await pilot.press("G")
        assert view.new_below == 0
        await pilot.press("pageup")
        view.rows = some_rows(113)
        assert view.new_below == 3


async def test_end_twice_follows_again() -> None:
    async with shown(some_rows(100), view=following()) as (pilot, view, _):
        await pilot.press("pageup", "G")
        assert not view.follow
        await pilot.press("G")
        assert view.follow


async def test_f_follows_and_lets_go() -> None:
    async with shown(some_rows(100), view=following()) as (pilot, view, _):
        await pilot.press("f")
        assert not view.follow
        await pilot.press("g", "f")
        assert view.follow
        assert view.below == 0


async def test_a_view_that_cannot_follow_does_not() -> None:
    async with shown(some_rows(100)) as (pilot, view, _):
        await pilot.press("G", "G", "f")
        assert not view.follow


# Marks and matches


async def test_space_marks_and_unmarks() -> None:
    view = LineView(draw, key, can_mark=True)
    async with shown(some_rows(10), view=view) as (pilot, _, app):
        await pilot.press("j", "space", "j", "space", "space")
        assert view.marks == {"row 1"}
        assert texts(view)[1].startswith("+◆")
        assert app.heard(LineView.MarksChanged)[-1].marks == {"row 1"}
        await pilot.press("U")
        assert view.marks == frozenset()


async def test_a_letter_before_every_row_on_screen_jumps_there() -> None:
    async with shown([Row("", "head"), *some_rows(30)]) as (pilot, view, app):
        await pilot.press("ctrl+o")
        assert [line[0] for line in texts(view)[:4]] == [" ", "a", "s", "d"]
        assert app.heard(LineView.Labelled)[-1].is_on
        await pilot.press("d")
        assert view.cursor_key == "row 2"
        assert not any(line[0].isalnum() for line in texts(view))
        assert not app.heard(LineView.Labelled)[-1].is_on


async def test_a_key_that_labels_nothing_ends_the_labels_and_does_nothing_else() -> None:
    async with shown(some_rows(3)) as (pilot, view, _app):
        await pilot.press("ctrl+o", "j")
        assert view.cursor_key == "row 0"
        await pilot.press("j")
        assert view.cursor_key == "row 1"


async def test_a_tall_item_has_one_label() -> None:
    async with shown(items(2, 3)) as (pilot, view, _app):
        await pilot.press("ctrl+o")
        assert [line[0] for line in texts(view)[:3]] == ["a", "▌", "s"]


async def test_a_range_goes_from_the_last_mark_to_the_cursor() -> None:
    view = LineView(draw, key, can_mark=True)
    rows = [*some_rows(2), Row("", "head"), *some_rows(4, "more")]
    async with shown(rows, view=view) as (pilot, _, _app):
        await pilot.press("j", "space", "j", "j", "V")
        assert view.marks == {"row 1", "more 0", "more 1"}


async def test_matches_are_shown_in_reverse_whatever_their_case() -> None:
    async with shown([Row("a", "Fix the FIX"), Row("b", "none")]) as (_, view, _app):
        view.highlight = "fix"
        marked = [s.text for s in view.render_line(0) if s.style is not None and s.style.reverse]
        assert marked == ["Fix", "FIX"]
        view.highlight = ""
        assert not any(s.style is not None and s.style.reverse for s in view.render_line(0))


async def test_a_match_may_span_two_looks_and_hold_pattern_signs() -> None:
    def two_looks(row: Row, width: int) -> Line:
        return Line(((" a(", "ink"), ("b)* c", "muted")))

    async with shown([Row("a")], view=LineView(two_looks, key)) as (_, view, _app):
        view.highlight = "(b)*"
        marked = [s.text for s in view.render_line(0) if s.style is not None and s.style.reverse]
        assert "".join(marked) == "(b)*"


async def test_n_goes_from_match_to_match() -> None:
    rows = [Row(f"row {index}", "needle" if index % 40 == 5 else "hay") for index in range(100)]
    async with shown(rows) as (pilot, view, app):
        view.highlight = "needle"
        await pilot.press("n")
        assert view.cursor_key == "row 5"
        await pilot.press("n")
        assert view.cursor_key == "row 45"
        assert view.cursor in view.visible_rows
        await pilot.press("n", "n")
        assert view.cursor_key == "row 85"
        assert [event.is_forward for event in app.heard(LineView.Unmatched)] == [True]
        await pilot.press("N")
        assert view.cursor_key == "row 45"


# Looks


async def test_the_selected_row_has_its_ground_over_the_whole_width() -> None:
    async with shown(some_rows(3)) as (_, view, _app):
        grounds = {str(s.style.bgcolor.name) for s in view.render_line(0) if s.style}
        assert grounds == {theme.palette("dark").colour("select")}


async def test_the_cursors_edge_is_muted_without_focus() -> None:
    left, right = LineView(draw, key), LineView(draw, key)
    app = Listing(left, right)
    async with app.run_test(size=(80, 10)) as pilot:
        left.rows = right.rows = some_rows(5)
        left.focus()
        await pilot.pause()
        assert edge_colour(left) == theme.palette("dark").colour("bright")
        assert edge_colour(right) == theme.palette("dark").colour("muted")
        right.focus()
        await pilot.pause()
        assert edge_colour(left) == theme.palette("dark").colour("muted")


def edge_colour(view: LineView[Any]) -> str:
    edge = next(iter(view.render_line(0)))
    assert edge.text == "▌"
    assert edge.style is not None
    assert edge.style.color is not None
    return edge.style.color.name


async def test_without_grounds_the_selected_row_is_reversed_up_to_its_bars() -> None:
    def with_bars(row: Row, width: int) -> Line:
        return Line(((" name      ", "bad"), ("█████", "run")), bar_start=11)

    for mode in ("ansi-dark", "ansi-light", "mono"):
        async with shown([Row("a")], view=LineView(with_bars, key), mode=mode) as (_, view, _app):
            looks = [(s.text, s.style) for s in view.render_line(0) if s.style]
            reverse = [(text, style) for text, style in looks if style.reverse]
            assert "".join(text for text, _ in reverse) == "▌name      "
            assert {style.color for _, style in reverse} == {None}


async def test_ascii_marks_the_row_with_an_arrow() -> None:
    async with shown(some_rows(2), glyphs=ASCII) as (_, view, _app):
        assert texts(view)[0].startswith(">")


async def test_another_theme_repaints_in_its_colours() -> None:
    async with shown(some_rows(3)) as (pilot, view, app):
        app.theme = "vedette-light"
        await settle(pilot)
        grounds = {str(s.style.bgcolor.name) for s in view.render_line(1) if s.style}
        assert grounds == {theme.palette("light").colour("ground")}
        assert take(app) != ""


async def test_a_panes_ground_reaches_below_its_rows() -> None:
    view = LineView(draw, key, ground="ground-panel")
    async with shown(some_rows(2), view=view) as (_, _view, _app):
        (blank,) = list(view.render_line(10))
        assert blank.style is not None
        assert str(blank.style.bgcolor.name) == theme.palette("dark").colour("panel")


async def test_every_key_says_what_it_does() -> None:
    assert all(binding.description for binding in LineView.BINDINGS)
