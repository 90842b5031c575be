"""The Run screen: its four faces, its sizes, its four views, and its keys."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.builders.big_run import RUN, build_big_run
from tests.builders.vedette import FIX_AUTH, GATE_FILES, NOW, RELEASE_NOTES, build_fleet, create
from tests.tui.harness import ScriptedConsole, answer
from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness
from vedette.data.run import RunFacts, read_run
from vedette.data.source import Source, open_source
from vedette.tui.glyphs import ASCII
from vedette.tui.line import plain
from vedette.tui.screens.run import RunScreen

CODER = f"agent coder-{FIX_AUTH[:4]}"
SCOUT = f"agent scout-{FIX_AUTH[:4]}"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path_factory.mktemp("fleet") / "runs.db"
    build_fleet(path)
    return path


class Console(ScriptedConsole):
    """A console that notes where it was sent instead of going there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("run", *args, **kwargs)
        self.opened: Source | None = None
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def visit(self, name: str, **where: Any) -> None:
        self.sent.append((name, where))

    async def ask_again(self) -> None:
        """Asks on the same opening of the file, as the poller does."""
        if self.opened is None:
            self.opened = open_source(str(self._script[0]))
        with self.opened.reading():
            facts = self.run_screen.question()(self.opened, self.now)
        self.run_screen.receive(facts)

    async def read_whole(self) -> None:
        """Asks until nothing more would come."""
        await self.ask_again()
        while self.run_screen.facts.is_more:
            await self.ask_again()

    async def on_unmount(self) -> None:
        """Lets go of the file."""
        if self.opened is not None:
            self.opened.close()

    def look_soon(self) -> None:
        """The test looks when it wants to."""

    @property
    def run_screen(self) -> RunScreen:
        """The screen, by its own type."""
        assert isinstance(self.screen, RunScreen)
        return self.screen

    @property
    def key(self) -> str:
        """The key under the cursor."""
        return self.run_screen._list.cursor_key

    @property
    def rows(self) -> list[str]:
        """The keys of all rows in view."""
        return [row.key for row in self.run_screen._list.rows]

    @property
    def said(self) -> str:
        """The message line."""
        return plain(self.run_screen.prompt.query_one("#prompt-side").line)


@pytest.fixture
def console(fleet: Path) -> Console:
    """The console on the run of the pictures."""
    return Console(source=fleet, run_id=FIX_AUTH)


# Faces


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        ((80, 24), "dark"),
        ((120, 40), "dark"),
        ((60, 16), "dark"),
        ((200, 50), "dark"),
        ((120, 40), "light"),
        ((80, 24), "ansi-dark"),
        ((80, 24), "mono"),
    ],
)
def test_full(snap_compare, fleet: Path, size: tuple[int, int], mode: str) -> None:
    """Full, at every size and in every palette, its gate's detail read."""

    async def read_detail(pilot: Any) -> None:
        await pilot.app.ask_again()

    app = Console(source=fleet, mode=mode, run_id=FIX_AUTH)
    assert snap_compare(app, terminal_size=size, run_before=read_detail)


def test_full_in_ascii(snap_compare, fleet: Path) -> None:
    app = Console(source=fleet, mode="mono", glyphs=ASCII, run_id=FIX_AUTH)
    assert snap_compare(app, terminal_size=(80, 24))


@pytest.mark.parametrize("view", ["tree", "timeline", "shape"])
def test_the_other_views(snap_compare, fleet: Path, view: str) -> None:
    app = Console(source=fleet, run_id=FIX_AUTH, view=view)
    assert snap_compare(app, terminal_size=(80, 24))


def test_loading(snap_compare) -> None:
    app = Console(freshness=Freshness("READING", 0.0, NOW), run_id=FIX_AUTH)
    assert snap_compare(app, terminal_size=(80, 24))


def test_empty(snap_compare, tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    connection = create(path)
    with connection:
        connection.execute(
            "INSERT INTO runs (id, title, started_at, updated_at)"
            " VALUES ('a81f02c4', 'fix-auth', '2026-11-21T14:02:29.000000Z', '')"
        )
    connection.close()
    assert snap_compare(Console(source=path), terminal_size=(80, 24))


def test_stale(snap_compare, fleet: Path) -> None:
    app = Console(source=fleet, run_id=FIX_AUTH, freshness=Freshness("STALE", 72.0, NOW - 72))
    assert snap_compare(app, terminal_size=(80, 24))


def test_broken(snap_compare, fleet: Path) -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    freshness = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    app = Console(source=fleet, run_id=RELEASE_NOTES, freshness=freshness)
    assert snap_compare(app, terminal_size=(80, 24))


async def test_a_file_without_runs_says_so(tmp_path: Path) -> None:
    create(tmp_path / "runs.db").close()
    app = Console(source=tmp_path / "runs.db")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = app.run_screen.query_one("#run-empty").rows
        assert "no run has been recorded yet" in " ".join(map(plain, lines))


# Opening


async def test_it_opens_on_the_oldest_gate(console: Console) -> None:
    async with console.run_test(size=(80, 24)):
        span = console.run_screen.spans.find(console.key)
        assert span is not None
        assert span.id == GATE_FILES


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ({"at": NOW - 345}, "pytest"),
        ({"at": "t-write-2"}, "write_file"),
        ({"agent_id": f"scout-{FIX_AUTH[:4]}"}, "scout"),
    ],
)
async def test_it_opens_where_it_was_sent(fleet: Path, where: dict[str, Any], name: str) -> None:
    app = Console(source=fleet, run_id=FIX_AUTH, **where)
    async with app.run_test(size=(80, 24)):
        row = app.run_screen._list.selected
        assert row is not None
        assert name in (row.span.name if row.span else row.node.agent.name)


async def test_coming_back_finds_the_same_row_in_the_same_view(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "v")
        place = console.run_screen.place()
        assert place == {"run_id": FIX_AUTH, "view": "tree", "key": "run"}
        await pilot.press("v", "G")
        console.run_screen.enter(**place)
        assert console.run_screen.place() == place


async def test_another_run_takes_the_place_of_the_first(fleet: Path, console: Console) -> None:
    async with console.run_test(size=(80, 24)):
        late = console.run_screen.facts
        console.run_screen.enter(run_id=RELEASE_NOTES)
        assert console.rows == []
        console.run_screen.receive(late)
        assert console.rows == []
        await console.ask_again()
        assert console.run_screen.spans.run is not None
        assert console.run_screen.spans.run.id == RELEASE_NOTES


async def test_an_answer_to_an_older_question_is_not_taken_twice(
    fleet: Path, console: Console
) -> None:
    async with console.run_test(size=(80, 24)):
        count = console.run_screen.spans.count
        question = console.run_screen.question()
        first, _ = answer(fleet, question)
        assert isinstance(first, RunFacts)
        console.run_screen.receive(first)
        console.run_screen.receive(first)
        assert console.run_screen.spans.count == count


# Keys


async def test_v_goes_round_the_views(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        seen = []
        for _ in range(4):
            await pilot.press("v")
            seen.append(console.run_screen.crumbs()[-1])
        assert seen == ["tree", "timeline", "shape", "waterfall"]
        assert console.key == CODER


async def test_z_folds_the_agent_of_the_row_and_unfolds_it(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        before = console.rows
        await pilot.press("z")
        assert console.key == CODER
        assert not [key for key in console.rows if key not in before]
        assert len(console.rows) < len(before)
        await pilot.press("z")
        assert console.rows == before


async def test_z_on_the_run_folds_all_agents(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "z")
        assert len(console.rows) == 4
        await pilot.press("z")
        assert len(console.rows) == console.run_screen.spans.count + 4


async def test_h_leads_up_and_folds_and_l_leads_down(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await pilot.press("h")
        assert console.key == CODER
        await pilot.press("h", "h")
        assert console.key == "run"
        await pilot.press("G", "l", "l")
        assert console.key.startswith("llm")


async def test_brackets_go_to_neighbours_and_braces_to_agents(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        last = console.key
        await pilot.press("left_square_bracket")
        assert console.key == "tool 25"
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert console.key == last
        await pilot.press("left_curly_bracket")
        assert console.key == CODER
        await pilot.press("left_square_bracket")
        assert console.key == SCOUT
        await pilot.press("right_curly_bracket")
        assert console.key == CODER


async def test_e_finds_the_failed_span_and_unfolds_its_agent(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await pilot.press("z", "g", "E")
        span = console.run_screen.spans.find(console.key)
        assert span is not None
        assert span.note == "exit 1, 2 of 31"
        await pilot.press("E")
        assert console.key == span.key


async def test_e_says_when_nothing_failed(fleet: Path) -> None:
    app = Console(source=fleet, run_id="2f90c8de")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("E")
        assert "nothing failed" in app.said


async def test_a_time_brings_the_span_that_was_going_on(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        for typed, name in (("13:56:50", "pytest"), ("-1m", "write 3"), ("+5s", "plan")):
            await pilot.press("at", *typed, "enter")
            span = console.run_screen.spans.find(console.key)
            assert span is not None
            assert span.name.startswith(name)
        await pilot.press("at", "x", "enter")
        assert "no time" in console.said


async def test_enter_opens_the_span_in_its_stream(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        where = {"agent_id": "coder-a81f", "run_id": FIX_AUTH, "at": GATE_FILES}
        assert console.sent == [("stream", where)]
        await pilot.press("g", "enter")
        assert console.sent[-1] == ("stream", {"run_id": FIX_AUTH})


async def test_a_opens_the_review_of_the_gate_here_or_under_the_row(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await pilot.press("a")
        await pilot.press("left_curly_bracket", "a")
        assert console.sent == [("review", {"id": GATE_FILES})] * 2
        await pilot.press("left_curly_bracket", "a")
        assert len(console.sent) == 2
        assert "no gate" in console.said


async def test_a_filter_shows_what_matches_under_its_agents(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"name:pytest err")
        await console.workers.wait_for_complete()
        await pilot.pause()
        names = [row.span.name for row in console.run_screen._list.rows if row.span]
        assert names == ["pytest"]
        assert "1 of 42 match" in console.said
        await pilot.press("escape")
        assert len(console.rows) > 10


async def test_a_filter_counts_what_arrives_later_too(console: Console) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        console.run_screen.apply_filter("name:pytest")
        await console.workers.wait_for_complete()
        matches = console.run_screen._matches
        assert matches is not None
        assert matches.count == 2
        spans = [span for node in console.run_screen.spans.nodes.values() for span in node.spans]
        fresh = next(span for span in spans if span.name == "pytest")._replace(seq=999)
        facts = console.run_screen.facts
        known = console.run_screen._known
        console.run_screen.receive(RunFacts(facts.run, known, known, spans=(fresh,)))
        await pilot.pause()
        assert matches.count == 3


async def test_the_selected_row_can_be_copied_and_the_rows_exported(console: Console) -> None:
    async with console.run_test(size=(80, 24)):
        choices = {choice.key: choice.text for choice in console.run_screen.copy_choices()}
        assert choices["i"] == GATE_FILES
        rows = console.run_screen.export_rows()
        assert rows[-1]["id"] == GATE_FILES
        assert rows[0]["began"] == "2026-11-21T13:55:10.000000Z"


# Large, odd and hostile runs


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a run of 4,000 spans."""
    path = tmp_path_factory.mktemp("big") / "runs.db"
    build_big_run(path, 4_000)
    return path


async def test_a_large_run_says_how_far_it_is_read_and_is_whole_in_the_end(big: Path) -> None:
    app = Console(source=big, run_id=RUN)
    async with app.run_test(size=(80, 24)) as pilot:
        values = dict(app.run_screen.crumb_values())
        assert values["loading"] == "600"
        assert len(app.rows) == 6
        await app.ask_again()
        await app.ask_again()
        assert dict(app.run_screen.crumb_values())["loading"] == "2,000 of 4,000"
        await app.read_whole()
        assert "loading" not in dict(app.run_screen.crumb_values())
        await pilot.press("j", "l")
        assert len(app.rows) == 6 + 200 + 3
        await pilot.press("G")
        assert app.key == "agent agent-16"


async def test_a_person_keeps_their_row_while_older_spans_arrive(big: Path) -> None:
    app = Console(source=big, run_id=RUN)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask_again()
        await pilot.press("j", "l", "ctrl+d")
        key, line = app.key, app.run_screen._list.cursor - app.run_screen._list.top
        assert key.partition(" ")[0] in ("llm", "tool")
        await app.read_whole()
        assert app.run_screen.spans.count == 4_000
        assert app.key == key
        assert app.run_screen._list.cursor - app.run_screen._list.top == line


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A run with orphans, skewed clocks and hostile text in every field."""
    path = tmp_path / "odd.db"
    evil = "\x1b[2J\x1b]52;c;eA==\x07[/]\u202e\u200b" + "漢" * 50
    connection = create(path)
    connection.execute("PRAGMA foreign_keys = 0")
    with connection:
        connection.execute(
            "INSERT INTO runs (id, title, started_at, updated_at, error)"
            " VALUES (?, ?, '2026-11-21T14:00:00Z', '', ?)",
            (evil, evil, evil),
        )
        connection.execute(
            "INSERT INTO agents (id, run_id, name, model, started_at, updated_at, error)"
            " VALUES ('a', ?, ?, ?, '2026-11-21T14:01:00Z', '', ?)",
            (evil, evil, evil, evil),
        )
        for number, (agent, began, ended) in enumerate(
            (
                ("a", "2026-11-21T14:00:30Z", "2026-11-21T14:01:30Z"),
                ("a", "2026-11-21T14:01:30Z", "2026-11-21T14:01:10Z"),
                ("gone", "2026-11-21T14:01:30Z", "2026-11-21T14:01:40Z"),
                ("a", "no time", None),
            )
        ):
            connection.execute(
                "INSERT INTO tool_calls (id, run_id, agent_id, name, status, created_at,"
                " completed_at, updated_at, error) VALUES (?, ?, ?, ?, 'failed', ?, ?, '', ?)",
                (f"{number}{evil}", evil, agent, evil, began, ended, evil),
            )
        connection.execute(
            "INSERT INTO approvals (id, run_id, agent_id, title, why, payload, payload_sha256,"
            " requested_at, updated_at)"
            " VALUES (?, ?, 'a', ?, ?, ?, '', '2026-11-21T14:02:00Z', '')",
            (evil, evil, evil, evil, evil),
        )
    connection.close()
    return path


async def test_odd_clocks_and_orphans_are_named(odd: Path) -> None:
    app = Console(source=odd)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        lines = [plain(app.run_screen._draw_row(row, 120)) for row in app.run_screen._list.rows]
        text = "\n".join(lines)
        assert "orphans (1)" in text
        assert "30.0s before its agent" in text
        assert "ends 20.0s before it starts" in text
        assert "no time" in text
        assert app.run_screen.spans.skewed == 3


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (30, 8), (200, 50)])
async def test_hostile_text_is_shown_and_never_acts(odd: Path, size: tuple[int, int]) -> None:
    app = Console(source=odd)
    async with app.run_test(size=size) as pilot:
        for key in ("v", "v", "v", "v"):
            for step in ("g", "j", "j", "G"):
                await pilot.press(step)
                await app.ask_again()
            await pilot.press(key)
        strips = [strip for strips in app.screen._compositor.render_strips() for strip in strips]
        assert all(segment.text.isprintable() for segment in strips)


async def test_a_run_that_vanishes_is_said_to_be_gone(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    build_big_run(path, 100)
    app = Console(source=path, run_id=RUN)
    async with app.run_test(size=(80, 24)) as pilot:
        connection = sqlite3.connect(path)
        with connection:
            connection.execute("PRAGMA foreign_keys = 1")
            connection.execute("DELETE FROM runs")
        connection.close()
        await app.ask_again()
        await pilot.pause()
        assert app.rows == []
        lines = app.run_screen.query_one("#run-empty").rows
        assert f"there is no run {RUN}" in " ".join(map(plain, lines))


async def test_a_run_too_large_says_what_is_left_out(big: Path) -> None:
    app = Console(source=big, run_id=RUN)
    async with app.run_test(size=(120, 40)) as pilot:
        facts, _ = answer(big, lambda source, now: read_run(source, RUN, now))
        app.run_screen.receive(facts)
        app.run_screen.facts = RunFacts(facts.run, facts.known, is_cut=True)
        app.run_screen.second()
        await pilot.pause()
        lines = app.run_screen.query_one("#run-summary").rows
        assert "older spans are left out" in " ".join(map(plain, lines))
