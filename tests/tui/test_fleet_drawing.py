"""How the fleet's rows and panes are drawn: pure functions, table by table."""

from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import answer
from vedette.data.errors import SourceError
from vedette.data.fleet import FleetFacts, read_fleet
from vedette.data.freshness import Freshness
from vedette.data.headline import Headline
from vedette.data.known import Known, WriterKnown
from vedette.data.preview import PreviewFacts, read_preview
from vedette.tui.drawing import empty, fleet_aside
from vedette.tui.drawing.fleet import FleetRow, flatten, head, row_line
from vedette.tui.drawing.fleet_aside import needing
from vedette.tui.drawing.known import known_lines
from vedette.tui.drawing.preview import preview
from vedette.tui.glyphs import UNICODE
from vedette.tui.line import plain, width_of
from vedette.tui.view import View

VIEW = View(NOW, True, UNICODE, "dark")


class Drawn:
    """The pictures' fleet with its headline, and the preview of each agent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fleet: FleetFacts
        self.headline: Headline
        self.fleet, self.headline = answer(path, read_fleet)
        self.rows = flatten(self.fleet.runs, ())

    def row(self, name: str) -> FleetRow:
        """The row of an agent, or of a run."""
        found = (row for row in self.rows if row.agent and row.agent.name == name)
        return next(found, None) or next(r for r in self.rows if r.run and r.run.title == name)

    def preview(self, name: str) -> PreviewFacts:
        """What its pane shows."""
        agent = self.row(name).agent
        assert agent is not None
        return answer(self.path, lambda s, now: read_preview(s, agent.id, agent.run_id, now))[0]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """The pictures' fleet."""
    path = tmp_path_factory.mktemp("drawing") / "runs.db"
    build_fleet(path)
    return Drawn(path)


@pytest.mark.parametrize("width", [30, 50, 60, 77, 80, 100, 112, 150])
def test_heads_and_rows_fill_the_width_and_end_in_the_age(drawn: Drawn, width: int) -> None:
    assert plain(head(width, VIEW)).endswith("FOR")
    for row in drawn.rows:
        line = row_line(row, width, VIEW)
        assert width_of(line.spans) == width
        assert len(plain(line)) == len(plain(head(width, VIEW)))


def test_a_narrow_list_says_only_state_name_and_age(drawn: Drawn) -> None:
    assert plain(head(50, VIEW)).split() == ["STATE", "AGENT", "FOR"]


def test_a_roomy_list_adds_pace_and_turns(drawn: Drawn) -> None:
    heads = plain(head(112, VIEW)).split()
    assert heads == ["STATE", "AGENT", "NOW", "TOK/MIN", "TURNS", "CTX", "COST", "$", "FOR"]
    row = drawn.row("coder")
    assert row.agent is not None
    pace = {row.agent.id: (0, 0, 0, 0, 0, 5, 80, 70, 0, 0)}
    text = plain(row_line(row, 112, VIEW, (), pace))
    assert "▇" in text
    assert "█" not in text, "a gap stays between the sparks of neighbours"


def test_a_limit_counts_down_on_the_run_and_says_how_often_on_the_agent(drawn: Drawn) -> None:
    later = View(NOW + 10, True, UNICODE, "dark")
    assert "429, resets in 02:00" in plain(row_line(drawn.row("triage-inbox"), 100, later))
    assert "429, retry 3 of 8" in plain(row_line(drawn.row("sorter"), 100, later))


def test_a_limit_that_should_have_ended_says_so(drawn: Drawn) -> None:
    later = View(NOW + 190, True, UNICODE, "dark")
    assert "was to reset 01:00 ago" in plain(row_line(drawn.row("triage-inbox"), 112, later))


def test_the_short_pane_tells_what_is_wanted_why_and_what_it_used(drawn: Drawn) -> None:
    lines = [plain(x) for x in preview(drawn.row("coder"), drawn.preview("coder"), 80, 6, VIEW)]
    assert [line.split()[0] for line in lines] == [
        "coder",
        "wants",
        "because",
        "last",
        "context",
        "tok/min",
    ]
    assert lines[0].endswith("HIGH  expires in 04:12")
    assert "auth/session.py +41 −7  +2 more" in lines[1]
    assert "96%  $1.92 of $2.00" in lines[4]


def test_the_tall_pane_names_each_file_of_the_gate(drawn: Drawn) -> None:
    lines = [plain(x) for x in preview(drawn.row("coder"), drawn.preview("coder"), 43, 34, VIEW)]
    assert any(line.endswith("+22    −0") for line in lines)
    assert any("a review" in line for line in lines)


@pytest.mark.parametrize("size", [(80, 6), (43, 30), (88, 24), (20, 3)])
def test_a_pane_never_leaves_its_place(drawn: Drawn, size: tuple[int, int]) -> None:
    width, height = size
    for row in drawn.rows:
        facts = drawn.preview(row.agent.name) if row.agent is not None else None
        lines = preview(row, facts, width, height, VIEW)
        assert len(lines) <= height
        assert all(width_of(line.spans) <= width for line in lines)


def test_what_needs_a_person_stands_by_time_left_then_by_harm(drawn: Drawn) -> None:
    lines = fleet_aside.aside([needing("", drawn.headline, drawn.fleet)], None, 88, 12, VIEW)
    text = [plain(line) for line in lines]
    assert text[1].endswith("04:12")
    assert "fix-auth/coder" in text[1]
    assert text[4].startswith("  ▲ burn rate")


def test_more_than_there_is_room_for_is_counted(drawn: Drawn) -> None:
    lines = fleet_aside.needs_lines([needing("", drawn.headline, None)], 88, 4, VIEW)
    assert plain(lines[-1]).strip() == "+4 more"
    assert len(lines) == 4


def test_nothing_that_needs_a_person_is_said_too() -> None:
    lines = fleet_aside.aside([needing("", Headline(), None)], [0] * 60, 88, 18, VIEW)
    assert "nothing waits" in plain(lines[1])
    assert "nothing was spent" in plain(lines[-1])


KNOWN = Known(48_000_000, 212_000_000, (WriterKnown(41877, "agent.py", True, NOW - 72),))
STALE = Freshness("STALE", 72.0, NOW - 72)


@pytest.mark.parametrize(
    ("alive", "reading"),
    [
        (True, "every agent is idle or blocked, or the writer is stuck"),
        (False, "the writer ended without a word: open runs stay open in the file"),
        (None, "nothing has been written since"),
    ],
)
def test_a_stale_view_says_what_it_most_likely_means(alive: bool | None, reading: str) -> None:
    known = Known(48_000_000, 0, (WriterKnown(41877, "agent.py", alive, NOW - 72),))
    lines = [plain(x) for x in known_lines("runs.db", known, STALE, 11.0, 80, 6, VIEW)]
    assert lines[0].strip() == "What is known"
    assert reading in lines[4]
    assert "deciding is off" in lines[5]


def test_a_growing_wal_stands_out_where_a_view_is_stale() -> None:
    lines = known_lines("runs.db", KNOWN, STALE, 11.0, 80, 6, VIEW)
    assert ("212 MB", "you bold") in lines[1].spans


def test_a_file_that_is_gone_is_said_to_be() -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    gone = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    text = "\n".join(
        plain(line)
        for line in known_lines("runs.db", Known(None, None, ()), gone, None, 43, 30, VIEW)
    )
    assert "is not there" in text
    assert "3 looks failed" in text


def test_a_filter_without_matches_is_told_in_one_line_where_it_fits() -> None:
    emptied = empty.Emptied("cost>5", 2)
    lines = empty.no_match(8, "agents", "state:waiting cost>5", emptied, 90, VIEW)
    assert [plain(line).strip() for line in lines] == [
        "0 of 8 agents match  state:waiting cost>5   (cost>5 removed the last 2)   esc clears"
    ]
    assert len(empty.no_match(8, "agents", "state:waiting cost>5", emptied, 60, VIEW)) == 3


def test_a_state_too_long_for_its_column_says_that_it_is_cut(drawn: Drawn) -> None:
    row = drawn.row("scout")
    assert row.agent is not None
    agent = row.agent._replace(status=row.agent.status._replace(state="cancelled"))
    assert plain(row_line(row._replace(agent=agent), 80, VIEW))[3:12] == "cancell… "
