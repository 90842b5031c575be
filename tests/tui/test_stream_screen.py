"""The Stream screen: its four faces, and every key it binds."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.builders.vedette import FIX_AUTH, GATE_FILES, NOW, build_fleet, create
from tests.tui import written
from tests.tui.harness import ScriptedConsole
from vedette.data import times
from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness
from vedette.data.source import Source, open_source
from vedette.data.stream import StreamFacts, Where
from vedette.tui.frame import OneLine
from vedette.tui.glyphs import ASCII
from vedette.tui.line import plain
from vedette.tui.screens.stream import StreamScreen
from vedette.tui.widgets.stream_view import StreamView

CODER = "coder-a81f"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path_factory.mktemp("fleet") / "runs.db"
    build_fleet(path)
    return path


class Console(ScriptedConsole):
    """The stream of the coder; it notes where it was sent, what it copied and what it paged."""

    def __init__(self, source: Path | None = None, *, writes: bool = False, **options: Any) -> None:
        where = {"agent_id": CODER} if source is not None else {}
        path = str(source) if source is not None else "runs.db"
        super().__init__("stream", source=source, path=path, **{**where, **options})
        self.driver_class = written.WritingDriver if writes else self.driver_class
        self.opened: Source | None = None
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.copied = ""
        self.paged = ""

    @property
    def stream(self) -> StreamScreen:
        """The screen."""
        assert isinstance(self.screen, StreamScreen)
        return self.screen

    @property
    def lines(self) -> StreamView:
        """The list."""
        return self.screen.query_one(StreamView)

    @property
    def selected(self) -> str:
        """Role and name of the selected item."""
        row = self.lines.selected
        item = row.section.item if row is not None else None
        return f"{item.role} {item.name}" if item is not None else ""

    @property
    def shown(self) -> list[str]:
        """The rows on screen as plain text."""
        view = self.lines
        return [plain(drawn.line) for drawn in view._drawn]

    @property
    def said(self) -> str:
        """The message line."""
        return plain(self.screen.query_one("#prompt-side", OneLine).line)

    def look_soon(self) -> None:
        self.call_later(self.ask_again)

    async def ask_again(self) -> None:
        """Asks on the same opening of the file, as the poller does."""
        if self.opened is None:
            self.opened = open_source(self.path)
        with self.opened.reading():
            facts = self.stream.question()(self.opened, self.now)
        self.stream.receive(facts)

    def visit(self, name: str, **where: Any) -> None:
        self.sent.append((name, where))

    def copy(self, text: str) -> None:
        self.copied = text

    def page(self, text: str) -> None:
        self.paged = text

    async def on_unmount(self) -> None:
        """Lets go of the file."""
        await super().on_unmount()
        if self.opened is not None:
            self.opened.close()


# Faces


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        ((80, 24), "dark"),
        ((120, 40), "dark"),
        ((200, 50), "dark"),
        ((80, 24), "ansi-dark"),
    ],
)
def test_full(snap_compare: Any, fleet: Path, size: tuple[int, int], mode: str) -> None:
    assert snap_compare(Console(fleet, mode=mode), terminal_size=size)


def test_full_in_ascii_without_colour(snap_compare: Any, fleet: Path) -> None:
    assert snap_compare(Console(fleet, mode="mono", glyphs=ASCII), terminal_size=(80, 24))


def test_loading(snap_compare: Any) -> None:
    app = Console(freshness=Freshness("READING", 0.0, NOW))
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare: Any) -> None:
    facts = StreamFacts(
        Where("a", "r"), title="fix-auth", agent="coder", model="sonnet-5", started=NOW - 2
    )
    assert snap_compare(Console(facts=facts), terminal_size=(80, 24))


def test_broken(snap_compare: Any, fleet: Path) -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    freshness = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    assert snap_compare(Console(fleet, freshness=freshness), terminal_size=(80, 24))


def test_a_difference_and_a_search(snap_compare: Any, fleet: Path) -> None:
    async def compare(pilot: Any) -> None:
        # Only what is laid out for its width has its last number of rows.
        await pilot.pause()
        await pilot.press("{", "{", "=", "}", "=", "/")
        await pilot.pause()
        await pilot.press(*"load_keys", "enter")
        await pilot.pause()

    assert snap_compare(Console(fleet), terminal_size=(120, 40), run_before=compare)


async def test_a_file_without_agents_says_what_can_be_done() -> None:
    app = Console(facts=StreamFacts(Where()))
    async with app.run_test(size=(80, 24)):
        assert any("no agent has been recorded" in line for line in app.shown)
        assert any("1 fleet" in line for line in app.shown)


# Following


async def test_it_follows_the_end_and_says_so(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.selected.startswith("gate")
        assert app.said.strip().startswith("FOLLOW   new below 0")
        await pilot.press("k")
        await pilot.pause()
        assert app.said.strip().startswith("f follows")
        await pilot.press("f")
        await pilot.pause()
        assert app.lines.follow


# Moving


async def test_turns_messages_and_errors(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("left_curly_bracket")
        assert app.selected == "assistant edit 3"
        await pilot.press("left_square_bracket")
        assert app.selected == "user edit 3"
        await pilot.press("right_square_bracket", "right_curly_bracket")
        assert app.selected == "assistant edit 3"
        await pilot.press("E")
        assert app.selected == "tool pytest"
        await pilot.press("E")
        assert app.selected == "tool pytest"


async def test_no_error_says_so(tmp_path: Path) -> None:
    app = Console(facts=StreamFacts(Where("a"), title="r", agent="a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E")
        assert "nothing failed" in app.said


async def test_a_time_is_gone_to(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("at")
        await pilot.pause()
        await pilot.press(*"-6m", "enter")
        await pilot.pause()
        item = app.lines.selected
        assert item is not None
        assert item.section.item is not None
        assert item.section.item.at is not None
        assert item.section.item.at >= NOW - 360
        await pilot.press("at")
        await pilot.pause()
        await pilot.press(*"soon", "enter")
        await pilot.pause()
        assert "is no time" in app.said


async def test_a_row_is_opened_where_it_stands(fleet: Path) -> None:
    plain_sql = sqlite3.connect(fleet)
    found = plain_sql.execute(
        "SELECT id FROM prompts WHERE agent_id = ? AND name = 'edit 2'", (CODER,)
    ).fetchone()
    plain_sql.close()
    for named in ({"row": f"prompt {found[0]}"}, {"prompt_id": found[0]}, {"at": found[0]}):
        app = Console(fleet, **named)
        async with app.run_test(size=(80, 24)):
            assert app.selected == "assistant edit 2"
            assert not app.lines.follow


# Folding and viewing


async def test_enter_unfolds_and_folds_again(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "enter")
        await pilot.pause()
        assert any("test_20 PASSED" in line for line in app.shown) or app.lines.below > 20
        assert app.stream.layout_.fold_of(app.lines.cursor_key) == "open"
        await pilot.press("enter")
        assert app.stream.layout_.fold_of(app.lines.cursor_key) == "auto"


async def test_z_folds_to_the_head(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("left_curly_bracket", "z")
        assert any("edit 3  ··· 18 lines" in line for line in app.shown)
        await pilot.press("z")
        assert any("Session keys are read" in line for line in app.shown)


async def test_v_goes_through_rendered_raw_and_thinking(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        assert not any("```" in line for line in app.shown)
        await pilot.press("v")
        assert any("```python" in line for line in app.shown)
        await pilot.press("v")
        await pilot.pause()
        assert any("The ring is read at import." in line for line in app.shown)
        assert not any("```" in line for line in app.shown)


async def test_w_cuts_raw_lines_at_the_edge(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        assert "v shows it raw" in app.said
        await pilot.press("v", "left_curly_bracket")
        assert any(line.endswith("…") for line in app.shown)


async def test_zoom_leaves_the_stream_alone(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.lines.size.width == 80
        await pilot.press("Z")
        await pilot.pause()
        assert app.lines.size.width == 120


async def test_marks_are_counted(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "k", "m")
        await pilot.pause()
        assert "marks 2" in app.said
        await pilot.press("U")
        await pilot.pause()
        assert "marks 0" in app.said


async def test_the_list_of_turns_leads_through_the_stream(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("tab", "g")
        await pilot.pause()
        assert app.selected == "assistant read task"


# Searching


async def test_a_search_counts_marks_and_goes_to_its_matches(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"rotation")
        await pilot.pause()
        assert "matches" in app.said
        await pilot.press("enter", "n")
        await pilot.pause()
        assert any(" reverse" in token for d in app.lines._drawn for _, token in d.line.spans)
        assert "matches" in app.said
        assert " of " in app.said
        first = app.lines.cursor_key, app.lines.top
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("N")
        await pilot.pause()
        assert app.lines.cursor_key == first[0]


async def test_a_match_that_is_folded_away_is_unfolded(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"test_20", "enter", "n")
        await pilot.pause()
        assert any("test_20 PASSED" in line for line in app.shown)


async def test_a_search_knows_the_filter_s_fields(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"tool:pytest err")
        await pilot.pause()
        assert "1 match" in app.said
        await pilot.press(*" rle:x")
        await pilot.pause()
        assert "no field" in app.said


async def test_without_a_search_n_says_how(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await pilot.pause()
        assert "/ searches" in app.said


# Comparing


async def test_the_second_compare_shows_words_and_the_third_lets_go(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("left_curly_bracket", "left_curly_bracket", "equals_sign")
        assert "compare base: turn 3" in app.said
        await pilot.press("right_curly_bracket", "equals_sign")
        await pilot.pause()
        assert any(line.strip().startswith("− A test.") for line in app.shown)
        await pilot.press("equals_sign")
        await pilot.pause()
        assert not any(line.strip().startswith("−") for line in app.shown)
        await pilot.press("left_curly_bracket", "equals_sign")
        assert "no compare base" in app.said


# Taking away


async def test_y_copies_what_the_next_key_names(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("left_curly_bracket", "y", "t")
        assert app.copied.startswith("Session keys are read once")
        await pilot.press("y", "j")
        assert json.loads(app.copied)["name"] == "edit 3"
        await pilot.press("y", "c")
        assert app.copied.startswith("curl ")
        assert "edit 3, please" in app.copied
        assert "API_KEY" in app.copied
        await pilot.press("y", "l")
        assert app.copied.startswith("vedette prompts --db ")
        await pilot.press("y", "i")
        assert app.copied == app.stream._selected().id  # type: ignore[union-attr]


async def test_the_pager_gets_the_whole_item(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E", "O")
        await app.workers.wait_for_complete()
        assert app.paged.startswith("--- input ---")
        assert app.paged.count("PASSED") == 39


async def test_the_editor_gets_a_private_copy(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\nstat -c %a "$1" > {seen}\ncat "$1" >> {seen}\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    app = Console(fleet)
    app.suspend = _stay  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("left_curly_bracket", "e")
        await app.workers.wait_for_complete()
    assert seen.read_text().startswith("600\nSession keys are read once")


def _stay() -> Any:
    from contextlib import nullcontext

    return nullcontext()


async def test_an_export_has_every_item(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)):
        rows = app.stream.export_rows()
        assert {row["role"] for row in rows} == {"user", "assistant", "tool", "gate"}


# Going elsewhere


async def test_a_gate_opens_its_review(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.press("left_curly_bracket", "a")
        assert app.sent == [("review", {"id": GATE_FILES})] * 2


async def test_the_whole_run_and_back_to_one_agent(fleet: Path) -> None:
    app = Console(fleet)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        assert app.sent == [("stream", {"run_id": FIX_AUTH})]
        app.stream.enter(run_id=None)
        await app.ask_again()
        await pilot.pause()
        assert app.stream.facts is not None
        assert {item.agent for item in app.stream.facts.items} >= {"planner", "scout", "coder"}


# Live


class Growing:
    """A file in which an answer is being written."""

    def __init__(self, path: Path, turns: int = 0) -> None:
        self.path = path
        self.connection = create(path)
        at = times.text(NOW - 60)
        self._insert("runs", id="r", title="grow", started_at=at, updated_at=at)
        agent = {"id": CODER, "run_id": "r", "name": "coder", "model": "opus"}
        self._insert("agents", started_at=at, updated_at=at, **agent)
        for number in range(turns):
            self.prompt(f"p{number}", NOW - 9000 + number, "completed", f"Answer {number}.")
        self.prompt("open", NOW - 5, "running", None)
        self.connection.commit()

    def _insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        self.connection.execute(statement, tuple(values.values()))

    def prompt(self, row_id: str, at: float, status: str, response: str | None) -> None:
        """A model call."""
        stamp = times.text(at)
        values = {"run_id": "r", "agent_id": CODER, "name": row_id, "response": response}
        self._insert(
            "prompts", id=row_id, status=status, created_at=stamp, updated_at=stamp, **values
        )
        self.connection.commit()

    def say(self, text: str) -> None:
        """A piece of the answer."""
        self._insert("prompt_chunks", prompt_id="open", text=text, created_at=times.text(NOW))
        self.connection.commit()


async def test_a_growing_answer_writes_only_what_it_adds(tmp_path: Path) -> None:
    file = Growing(tmp_path / "grow.db", turns=30)
    file.say("The answer begins")
    app = Console(file.path, writes=True)
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        await app.ask_again()
        await written.settle(pilot)
        written.take(app)
        file.say(" and goes on")
        await app.ask_again()
        await written.settle(pilot)
        cost = written.size(written.take(app))
        await app.ask_again()
        await written.settle(pilot)
        assert written.take(app) == ""
    file.connection.close()
    assert 0 < cost < 300


async def test_what_comes_while_reading_is_counted_below(tmp_path: Path) -> None:
    file = Growing(tmp_path / "grow.db", turns=30)
    app = Console(file.path)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask_again()
        await pilot.pause()
        await pilot.press("g")
        await pilot.pause()
        top = app.shown[0]
        for number in range(12):
            file.prompt(f"new {number}", NOW - 2 + number / 100, "completed", "New.")
        await app.ask_again()
        await pilot.pause()
        assert app.shown[0] == top
        app.stream._said_until = 0.0
        app.stream.second()
        assert "new below 12" in app.said
        await pilot.press("f")
        await pilot.pause()
        assert app.selected == "assistant new 11"
    file.connection.close()


async def test_older_pages_are_read_at_the_first_row(tmp_path: Path) -> None:
    file = Growing(tmp_path / "grow.db", turns=500)
    app = Console(file.path)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask_again()
        await pilot.pause()
        assert app.stream.facts is not None
        read = len(app.stream.facts.items)
        await pilot.press("g")
        await pilot.pause()
        assert len(app.stream.facts.items) > read
    file.connection.close()


async def test_a_large_text_unfolds_part_by_part(tmp_path: Path) -> None:
    file = Growing(tmp_path / "big.db")
    text = "".join(f"line {number} of it.\n" for number in range(20_000))
    file.prompt("big", NOW - 1, "completed", text)
    app = Console(file.path)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask_again()
        await pilot.pause()
        heights = []
        for _ in range(3):
            heights.append(len(app.lines.rows))
            await pilot.press("enter")
            await pilot.pause()
        assert heights[0] < heights[1] < heights[2] < 20_000
    file.connection.close()


async def test_hostile_text_reaches_the_terminal_tamed(tmp_path: Path) -> None:
    file = Growing(tmp_path / "hostile.db")
    hostile = "\x1b[2J\x1b]52;c;eHg=\x07\x9b31m\u202eabc\u200b [red]x[/] [@click=app.quit]y[/] \x00"
    file.say(f"{hostile}\n```{hostile}\n{hostile}\n# {hostile}\n")
    row = {"run_id": "r", "agent_id": CODER, "updated_at": "x", "created_at": times.text(NOW)}
    file._insert(
        "tool_calls",
        id="t",
        name=hostile,
        input=hostile,
        error=hostile,
        status="failed",
        output=hostile * 50,
        **row,
    )
    file._insert(
        "events",
        run_id="r",
        agent_id=CODER,
        level="error",
        kind=hostile,
        message=hostile,
        created_at=times.text(NOW),
    )
    file.connection.commit()
    app = Console(file.path, writes=True)
    async with app.run_test(headless=False, size=(120, 40)) as pilot:
        await app.ask_again()
        for key in ("k", "enter", "v", "v", "slash"):
            await pilot.press(key)
            await written.settle(pilot)
        # The shape of the mouse pointer is Textual's own to set.
        text = written.take(app).replace("\x1b]22;default\x07", "")
    file.connection.close()
    assert "\x1b]52" not in text
    assert "\x1b[2J\x1b]" not in text
    assert not set("\x9b\u202e\u200b\x00\x07") & set(text)
