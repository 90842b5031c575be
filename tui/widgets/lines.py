"""The list widget every screen stands on: any number of rows, drawn one visible line at a time.

Textual repaints what it is told to, equal or not. This widget compares each newly drawn line to
the one on screen and asks for the cells that differ, so that a quiet screen writes nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..line import BLANK, Line, Span, plain
from .strips import differing_cells, glyphs_of, palette_of, strip_of

T = TypeVar("T")

NEARBY = 5_000
"""How many rows of a lazy sequence are searched to each side, for a key or for a match."""

ANCHORS = 3
"""How many items are tried as the one that keeps its line; a miss costs a search."""

WHEEL_LINES = 3

LABELS = "asdfghjklqwertyuiopzxcvbnm1234567890"
"""The keys that jump labels are made of: those under the fingers first."""


class Drawn(NamedTuple):
    """What one line of the screen shows; an equal one is not painted again."""

    line: Line
    key: str = ""
    is_selected: bool = False
    edge: Span | None = None
    pattern: re.Pattern[str] | None = None


class LineView(Widget, Generic[T], can_focus=True):
    """Rows of anything, one line each, with a cursor that is held by key.

    `draw` turns a row and a width into a line and must be pure. `key` names a row: neighbours
    with one key are one item, and rows with an empty key cannot be selected. `rows` is any
    sequence; it is never read as a whole, so it may be long and lazy. If it has a method
    `index_of(key) -> int | None` that is asked where a key went, else the neighbourhood is.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "LineView { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "down", "down"),
        Binding("k,up", "up", "up"),
        Binding("g,home", "first", "to the first"),
        Binding("G,end", "last", "to the last; twice follows"),
        Binding("ctrl+d", "half_down", "half a page down"),
        Binding("ctrl+u", "half_up", "half a page up"),
        Binding("pagedown", "page_down", "page down"),
        Binding("pageup", "page_up", "page up"),
        Binding("space", "space_page", "next page"),
        Binding("space", "mark", "mark"),
        Binding("V", "mark_range", "mark from the last mark to here"),
        Binding("U", "unmark", "remove all marks"),
        Binding("enter", "choose", "open"),
        Binding("n", "next_match", "next match"),
        Binding("N", "previous_match", "match before"),
        Binding("f", "follow", "follow"),
        Binding("ctrl+o", "label", "jump to a row by its letter"),
    ]

    rows: reactive[Sequence[T]] = reactive((), always_update=True, repaint=False, init=False)
    follow: reactive[bool] = reactive(False, repaint=False, init=False)
    """Whether the view sticks to the end as rows arrive; it lets go when scrolled up."""
    highlight: reactive[str] = reactive("", repaint=False, init=False)
    """Text whose occurrences are shown in reverse; its case does not matter."""
    marks: reactive[frozenset[str]] = reactive(frozenset(), repaint=False, init=False)
    """The keys of the marked rows."""
    show_cursor: reactive[bool] = reactive(True, repaint=False, init=False)
    """Without a cursor the keys scroll."""

    @dataclass
    class Moved(Message):
        """The cursor stands on another item, or on none."""

        view: "LineView[Any]"
        key: str
        row: Any

        @property
        def control(self) -> "LineView[Any]":
            """The view that sent it, for `@on` with a selector."""
            return self.view

        def can_replace(self, message: Message) -> bool:
            """Only the last of several moves matters."""
            return isinstance(message, LineView.Moved) and message.view is self.view

    @dataclass
    class Chosen(Message):
        """An item was opened with enter or a double click."""

        view: "LineView[Any]"
        key: str
        row: Any

        @property
        def control(self) -> "LineView[Any]":
            """The view that sent it, for `@on` with a selector."""
            return self.view

    @dataclass
    class EdgeReached(Message):
        """The reader stands at, or pushed against, an end of the rows."""

        view: "LineView[Any]"
        edge: Literal["start", "end"]

        @property
        def control(self) -> "LineView[Any]":
            """The view that sent it, for `@on` with a selector."""
            return self.view

        def can_replace(self, message: Message) -> bool:
            """Pushing twice against one edge is pushing once."""
            return isinstance(message, LineView.EdgeReached) and message == self

    @dataclass
    class FollowChanged(Message):
        """The view began to follow, or let go."""

        view: "LineView[Any]"
        follow: bool

        @property
        def control(self) -> "LineView[Any]":
            """The view that sent it, for `@on` with a selector."""
            return self.view

    @dataclass
    class MarksChanged(Message):
        """Other rows are marked."""

        view: "LineView[Any]"
        marks: frozenset[str]

        @property
        def control(self) -> "LineView[Any]":
            """The view that sent it, for `@on` with a selector."""
            return self.view

    @dataclass
    class Unmatched(Message):
        """No row in reach matches in that direction."""

        view: "LineView[Any]"
        is_forward: bool

        @property
        def control(self) -> "LineView[Any]":
            """The view that sent it, for `@on` with a selector."""
            return self.view

    @dataclass
    class Labelled(Message):
        """Every row on screen shows the key that jumps to it, or no longer does."""

        view: "LineView[Any]"
        is_on: bool

        @property
        def control(self) -> "LineView[Any]":
            """The view that sent it, for `@on` with a selector."""
            return self.view

    def __init__(
        self,
        draw: Callable[[T, int], Line],
        key: Callable[[T], str],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
        ground: str = "ground",
        show_cursor: bool = True,
        space_pages: bool = False,
        can_mark: bool = False,
        can_follow: bool = False,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.draw = draw
        self.key = key
        self.ground = ground
        self.space_pages = space_pages
        self.can_mark = can_mark
        self.can_follow = can_follow
        self.set_reactive(LineView.show_cursor, show_cursor)
        self._top = 0
        self._cursor = -1
        self._cursor_key = ""
        self._drawn: list[Drawn] = []
        self._strips: list[Strip] = []
        self._drawn_size = Size()
        self._pattern: re.Pattern[str] | None = None
        self._known_end = 0
        self._labels: dict[str, str] = {}
        """The jump label of each key on screen, while labels are shown."""

    # What can be asked

    @property
    def top(self) -> int:
        """The index of the first row on screen."""
        return self._top

    @property
    def above(self) -> int:
        """How many rows are above the screen."""
        return self._top

    @property
    def below(self) -> int:
        """How many rows are below the screen."""
        return max(0, len(self.rows) - self._top - self.size.height)

    @property
    def new_below(self) -> int:
        """How many rows came since the view let go, and are still below the screen."""
        return 0 if self.follow else min(self.below, max(0, len(self.rows) - self._known_end))

    @property
    def cursor(self) -> int:
        """The index of the cursor's first row; -1 when nothing can be selected."""
        return self._cursor

    @property
    def cursor_key(self) -> str:
        """The key under the cursor; empty when nothing can be selected."""
        return self._cursor_key

    @property
    def selected(self) -> T | None:
        """The cursor's first row."""
        return self.rows[self._cursor] if 0 <= self._cursor < len(self.rows) else None

    @property
    def visible_rows(self) -> range:
        """The indexes of the rows on screen."""
        return range(self._top, min(len(self.rows), self._top + self.size.height))

    # What can be done

    def redraw(self) -> None:
        """Draws the visible rows anew and repaints the cells that differ."""
        size = self.size
        if self.below == 0:
            self._known_end = len(self.rows)
        if size != self._drawn_size:
            self._draw_all(size)
            self.refresh()
            return
        regions = [region for y in range(size.height) if (region := self._draw_line(y))]
        if regions:
            self.refresh(*regions)

    def select(self, key: str) -> bool:
        """Moves the cursor to a key and shows it; False when no row in reach has it."""
        index = self._find(key, max(0, self._cursor))
        if index is None:
            return False
        self._put_cursor(index)
        self._let_go()
        self._reveal()
        self.redraw()
        return True

    def scroll_rows(self, rows: int) -> None:
        """Scrolls without the cursor; up lets a following view go."""
        self._scroll(rows)
        self.redraw()

    def show_row(self, index: int) -> None:
        """Brings a row to the top of the screen, or as near as the end allows."""
        self._scroll(index - self._top)
        self.redraw()

    # Data arrives

    def watch_rows(self) -> None:
        """Keeps the reader's place, then shows what differs."""
        self._settle()
        self.redraw()

    def watch_follow(self, follow: bool) -> None:
        """Goes to the end, or remembers where it was when the view let go."""
        self._known_end = len(self.rows)
        if follow:
            self._settle()
            self.redraw()
        self.post_message(self.FollowChanged(self, follow))

    def watch_highlight(self, highlight: str) -> None:
        """Shows the new matches."""
        self._pattern = re.compile(re.escape(highlight), re.IGNORECASE) if highlight else None
        self.redraw()

    def watch_marks(self, marks: frozenset[str]) -> None:
        """Shows the marks."""
        self.redraw()
        self.post_message(self.MarksChanged(self, marks))

    def watch_show_cursor(self) -> None:
        """Shows or hides the cursor."""
        self._settle()
        self.redraw()

    def on_mount(self) -> None:
        """Another theme is other styles for the same lines."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._forget())

    def on_resize(self) -> None:
        """Another size: the cursor stays in sight."""
        if self.follow:
            self._top = self._last_top()
        else:
            self._scroll(0)
            self._reveal(is_paging=True)
        self.redraw()

    def _forget(self) -> None:
        self._drawn_size = Size()
        self.redraw()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Space means one thing in a view; following and marking only where they mean something."""
        if action == "space_page":
            return self.space_pages
        if action in ("mark", "mark_range", "unmark"):
            return self.can_mark and not (self.space_pages and action == "mark")
        if action == "follow":
            return self.can_follow
        if action == "label":
            return self.show_cursor
        return super().check_action(action, parameters)

    def action_down(self) -> None:
        """To the next item; a tall one is scrolled through first."""
        self._step(1)

    def action_up(self) -> None:
        """To the item before."""
        self._step(-1)

    def action_first(self) -> None:
        """To the first item."""
        self.follow = False
        self._jump(0, 0, -1)

    def action_last(self) -> None:
        """To the last item; from there, the view follows."""
        is_there = self.below == 0 and (self._cursor < 0 or self._next_item(self._cursor) is None)
        self._jump(len(self.rows) - 1, self._last_top(), 1)
        if self.can_follow and is_there:
            self.follow = True

    def action_half_down(self) -> None:
        """Half a page down."""
        self._page(max(1, self.size.height // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._page(-max(1, self.size.height // 2))

    def action_page_down(self) -> None:
        """A page down; one line stays in sight."""
        self._page(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """A page up; one line stays in sight."""
        self._page(-max(1, self.size.height - 1))

    def action_space_page(self) -> None:
        """A page down."""
        self.action_page_down()

    def action_choose(self) -> None:
        """Opens the item under the cursor."""
        if self._cursor_key:
            self.post_message(self.Chosen(self, self._cursor_key, self.selected))

    def action_mark(self) -> None:
        """Marks the item under the cursor, or removes its mark."""
        if self._cursor_key:
            self.marks = self.marks ^ {self._cursor_key}

    def action_mark_range(self) -> None:
        """Marks from the nearest mark to the cursor."""
        if not self._cursor_key:
            return
        other = self._nearest_mark()
        first, last = sorted((self._cursor, self._cursor if other is None else other))
        keys = {self.key(self.rows[index]) for index in range(first, last + 1)}
        self.marks = self.marks | (keys - {""})

    def action_unmark(self) -> None:
        """Removes all marks."""
        self.marks = frozenset()

    def action_follow(self) -> None:
        """Follows the end, or lets go."""
        self.follow = not self.follow

    def action_next_match(self) -> None:
        """To the next row that shows the highlighted text."""
        self._to_match(1)

    def action_previous_match(self) -> None:
        """To the row before that shows the highlighted text."""
        self._to_match(-1)

    # Jump labels

    def action_label(self) -> None:
        """Gives every item on screen a letter; the next key goes there, any other does nothing."""
        shown = dict.fromkeys(drawn.key for drawn in self._drawn if drawn.key)
        self._label(dict(zip(shown, LABELS, strict=False)))

    def on_key(self, event: events.Key) -> None:
        """While labels are shown the next key is one, and means nothing else."""
        if not self._labels:
            return
        event.stop()
        event.prevent_default()
        chosen = [key for key, label in self._labels.items() if label == event.character]
        self._label({})
        if chosen:
            self.select(chosen[0])

    def watch_has_focus(self, has_focus: bool) -> None:
        """Shows by the cursor's edge whether keys arrive here; labels need them."""
        super().watch_has_focus(has_focus)
        if not has_focus and self._labels:
            self._label({})
        self.redraw()

    def _label(self, labels: dict[str, str]) -> None:
        self._labels = labels
        self.redraw()
        self.post_message(self.Labelled(self, bool(labels)))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Selects; twice opens."""
        index = self._top + event.y
        if not self.show_cursor or not self._name_at(index):
            return
        self._put_cursor(self._item_start(index))
        self._let_go()
        self.redraw()
        if event.chain == 2:
            self.action_choose()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls, the cursor stays."""
        event.stop()
        self.scroll_rows(WHEEL_LINES)
        self._tell_edge(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls, the cursor stays."""
        event.stop()
        self.scroll_rows(-WHEEL_LINES)
        self._tell_edge(-1)

    # Painting

    def render_line(self, y: int) -> Strip:
        """One line of the screen, drawn before."""
        if self.size != self._drawn_size:
            self._draw_all(self.size)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def _draw_all(self, size: Size) -> None:
        self._drawn_size = size
        self._drawn = [self._drawn_at(self._top + y, size.width) for y in range(size.height)]
        self._strips = [self._strip(drawn, size.width) for drawn in self._drawn]

    def _draw_line(self, y: int) -> Region | None:
        """Draws one line anew; returns the cells that differ from what is on screen."""
        width = self._drawn_size.width
        drawn = self._drawn_at(self._top + y, width)
        if drawn == self._drawn[y]:
            return None
        before, self._drawn[y] = self._strips[y], drawn
        self._strips[y] = self._strip(drawn, width)
        cells = differing_cells(before, self._strips[y])
        return Region(cells[0], y, cells[1] - cells[0], 1) if cells else None

    def _drawn_at(self, index: int, width: int) -> Drawn:
        if not 0 <= index < len(self.rows):
            return Drawn(BLANK)
        row = self.rows[index]
        key = self.key(row)
        is_selected = bool(self.show_cursor and key and key == self._cursor_key)
        edge = self._label_at(index, key) or self._edge(key, is_selected)
        return Drawn(self.draw(row, width), key, is_selected, edge, self._pattern)

    def _label_at(self, index: int, key: str) -> Span | None:
        if key not in self._labels or self._item_start(index) != index:
            return None
        return (self._labels[key], "bright bold")

    def _edge(self, key: str, is_selected: bool) -> Span | None:
        if key in self.marks and key:
            return (glyphs_of(self.app).marked, "bright bold")
        if is_selected:
            return (glyphs_of(self.app).cursor, "bright" if self.has_focus else "muted")
        return None

    def _strip(self, drawn: Drawn, width: int) -> Strip:
        return strip_of(
            drawn.line,
            width,
            palette_of(self.app),
            ground=self.ground,
            edge=drawn.edge,
            is_selected=drawn.is_selected,
            pattern=drawn.pattern,
        )

    # Keeping the place

    def _settle(self) -> None:
        """After the rows changed: the same item under the cursor, on the same line."""
        if self.follow:
            self._put_cursor(self._selectable(len(self.rows) - 1, -1))
            self._top = self._last_top()
            return
        line = self._cursor - self._top
        index = self._find(self._cursor_key, self._cursor) if self._cursor_key else None
        if index is not None and self._is_on_screen():
            self._top = index - line
        else:
            self._top = self._anchored_top()
        if index is None:
            index = self._selectable(max(0, self._cursor), 1)
        self._put_cursor(index)
        self._scroll(0)

    def _is_on_screen(self) -> bool:
        return any(drawn.key == self._cursor_key for drawn in self._drawn)

    def _anchored_top(self) -> int:
        """The top at which the first item that begins on screen keeps its line."""
        keys = [drawn.key for drawn in self._drawn]
        begins = [y for y in range(1, len(keys)) if keys[y] and keys[y] != keys[y - 1]]
        for y in begins[:ANCHORS]:
            index = self._find(keys[y], self._top + y)
            if index is not None:
                return index - y
        return self._top

    def _find(self, key: str, near: int) -> int | None:
        """The first row of the item with that key."""
        index_of = getattr(self.rows, "index_of", None)
        if index_of is not None:
            found: int | None = index_of(key)
            return found
        is_at_hand = isinstance(self.rows, list | tuple)
        for index in _outward(near, len(self.rows), len(self.rows) if is_at_hand else NEARBY):
            if self.key(self.rows[index]) == key:
                return self._item_start(index)
        return None

    def _put_cursor(self, index: int | None) -> None:
        key = "" if index is None or not self.show_cursor else self._name_at(index)
        self._cursor = index if index is not None and key else -1
        if key != self._cursor_key:
            self._cursor_key = key
            self.post_message(self.Moved(self, key, self.selected))

    def _let_go(self) -> None:
        """Whoever goes to an earlier item is not following any more."""
        if self.follow and self._next_item(self._cursor) is not None:
            self.follow = False

    # Moving

    def _step(self, direction: int) -> None:
        if direction < 0:
            self.follow = False
        if self._cursor < 0 or not self._is_near_screen():
            self._scroll_or_return(direction)
        elif direction > 0:
            self._step_down()
        else:
            self._step_up()
        self.redraw()
        self._tell_edge(direction)

    def _is_near_screen(self) -> bool:
        return self._top - 1 <= self._item_end(self._cursor) and (
            self._cursor <= self._top + self.size.height
        )

    def _scroll_or_return(self, direction: int) -> None:
        if self._cursor < 0:
            self._scroll(direction)
        else:
            self._reveal()

    def _step_down(self) -> None:
        following = self._next_item(self._cursor)
        hidden = self._item_end(self._cursor) - (self._top + self.size.height - 1)
        if hidden > 0 or following is None:
            self._scroll(1)
        else:
            self._put_cursor(following)
            self._reveal()

    def _step_up(self) -> None:
        before = self._selectable(self._cursor - 1, -1, or_back=False)
        if self._cursor < self._top or before is None:
            self._scroll(-1)
        else:
            self._put_cursor(before)
            self._reveal(at_end=True)

    def _page(self, rows: int) -> None:
        if rows < 0:
            self.follow = False
        direction = 1 if rows > 0 else -1
        stands_at = max(self._cursor, self._top)
        self._scroll(rows)
        if self._cursor >= 0:
            target = min(max(0, stands_at + rows), len(self.rows) - 1)
            self._put_cursor(self._selectable(target, direction))
            self._reveal(at_end=rows < 0, is_paging=True)
        self.redraw()
        self._tell_edge(direction)

    def _jump(self, index: int, top: int, direction: int) -> None:
        if self.show_cursor:
            self._put_cursor(self._selectable(index, -direction))
        self._top = top
        self.redraw()
        self._tell_edge(direction)

    def _scroll(self, rows: int) -> None:
        if rows < 0 < self._top:
            self.follow = False
        self._top = min(max(0, self._top + rows), self._last_top())

    def _last_top(self) -> int:
        return max(0, len(self.rows) - self.size.height)

    def _reveal(self, *, at_end: bool = False, is_paging: bool = False) -> None:
        """Scrolls as little as shows the cursor's item.

        One taller than the screen is shown from its start, or its end when coming from below;
        when paging it is enough that a part of it is in sight.
        """
        height = self.size.height
        if self._cursor < 0 or not height:
            return
        first, last = self._cursor, self._item_end(self._cursor)
        lowest_top = last - height + 1
        if last - first >= height:
            is_in_sight = first < self._top + height and last >= self._top
            if not (is_paging and is_in_sight):
                self._scroll((lowest_top if at_end else first) - self._top)
        elif first < self._top:
            self._scroll(self._head_start(first) - self._top)
        elif self._top < lowest_top:
            self._scroll(lowest_top - self._top)

    def _head_start(self, first: int) -> int:
        """The heads above the first item come back with it."""
        is_first = self._selectable(first - 1, -1, or_back=False) is None
        return 0 if is_first and first < self.size.height else first

    def _tell_edge(self, direction: int) -> None:
        if direction > 0:
            is_last = self._cursor < 0 or self._next_item(self._cursor) is None
            if self.below == 0 and is_last:
                self.post_message(self.EdgeReached(self, "end"))
        elif self._top == 0:
            is_first = self._selectable(self._cursor - 1, -1, or_back=False) is None
            if is_first:
                self.post_message(self.EdgeReached(self, "start"))

    # Items

    def _name_at(self, index: int) -> str:
        return self.key(self.rows[index]) if 0 <= index < len(self.rows) else ""

    def _item_start(self, index: int) -> int:
        key = self._name_at(index)
        while index > 0 and self._name_at(index - 1) == key:
            index -= 1
        return index

    def _item_end(self, index: int) -> int:
        key = self._name_at(index)
        while index + 1 < len(self.rows) and self._name_at(index + 1) == key:
            index += 1
        return index

    def _next_item(self, index: int) -> int | None:
        return self._selectable(self._item_end(index) + 1, 1, or_back=False)

    def _selectable(self, index: int, direction: int, *, or_back: bool = True) -> int | None:
        """The first row of the nearest item in a direction, else in the other one."""
        rows = len(self.rows)
        index = min(max(index, -1), rows)
        stop = min(rows, index + NEARBY) if direction > 0 else max(-1, index - NEARBY)
        for candidate in range(index, stop, direction):
            if self._name_at(candidate):
                return self._item_start(candidate)
        if not or_back:
            return None
        return self._selectable(index - direction, -direction, or_back=False)

    def _nearest_mark(self) -> int | None:
        for index in _outward(self._cursor, len(self.rows), NEARBY):
            if self._name_at(index) in self.marks:
                return index
        return None

    def _to_match(self, direction: int) -> None:
        if self._pattern is None:
            return
        start = self._cursor if self._cursor >= 0 else self._top
        stop = start + direction * NEARBY
        for index in range(start + direction, min(max(-1, stop), len(self.rows)), direction):
            line = self.draw(self.rows[index], self.size.width)
            if self._pattern.search(plain(line)):
                self._show_match(index)
                return
        self.post_message(self.Unmatched(self, direction > 0))

    def _show_match(self, index: int) -> None:
        if self.show_cursor and self._name_at(index):
            self._put_cursor(self._item_start(index))
            self._let_go()
        if index not in self.visible_rows:
            self._scroll(index - self._top - self.size.height // 3)
        self.redraw()


def _outward(middle: int, length: int, reach: int) -> Iterator[int]:
    """Indexes from the middle outwards, nearest first."""
    for distance in range(reach):
        after, before = middle + distance, middle - 1 - distance
        if 0 <= after < length:
            yield after
        if 0 <= before < length:
            yield before
        if after >= length and before < 0:
            return
