"""How alarms are drawn: their columns, what is inferred, and what was over last."""

from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import answer
from vedette.data.alarms import AlarmFacts, AlarmsFacts, read_alarms
from vedette.tui.drawing import alarms as drawing
from vedette.tui.glyphs import UNICODE
from vedette.tui.line import plain, width_of
from vedette.tui.view import View

VIEW = View(NOW, True, UNICODE, "dark")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet."""
    path = tmp_path_factory.mktemp("alarms") / "runs.db"
    build_fleet(path)
    return path


@pytest.fixture(scope="module")
def facts(path: Path) -> AlarmsFacts:
    """Its alarms."""
    return answer(path, read_alarms)[0]


def _of(facts: AlarmsFacts, kind: str) -> AlarmFacts:
    return next(alarm for alarm in facts.alarms if alarm.kind == kind)


@pytest.mark.parametrize("width", [40, 66, 77, 80, 120])
def test_rows_and_heads_end_at_the_same_cell(facts: AlarmsFacts, width: int) -> None:
    end = len(plain(drawing.head(width)))
    for alarm in facts.alarms:
        line = drawing.line(alarm, width, VIEW)
        assert width_of(line.spans) == width
        assert len(plain(line)) == end


def test_what_is_inferred_stands_in_the_hue_of_doubt(facts: AlarmsFacts) -> None:
    inferred, recorded = _of(facts, "limited"), _of(facts, "silent")
    assert ("warn", "doubt bold") in drawing.line(inferred, 80, VIEW).spans
    assert ("warn", "you bold") in drawing.line(recorded, 80, VIEW).spans


def test_a_place_is_never_cut_where_its_run_alone_fits(facts: AlarmsFacts) -> None:
    loop = _of(facts, "loop")
    assert " nightly-etl  " in plain(drawing.line(loop, 80, VIEW))
    assert "nightly-etl/fixer" in plain(drawing.line(loop, 120, VIEW))


def test_silence_proves_that_somebody_watches(facts: AlarmsFacts) -> None:
    lines = [plain(line) for line in drawing.below(facts, 80, 0.5, VIEW)]
    assert "rules on   last checked 0.5s ago   nothing snoozed" in lines[1]
    assert lines[3].strip() == "closed last"
    assert lines[4].endswith("by itself, below 3x for 5m")


def test_a_view_that_is_not_live_does_not_say_it_checked(facts: AlarmsFacts) -> None:
    stale = View(NOW, False, UNICODE, "dark")
    assert "checked" not in plain(drawing.below(facts, 80, 0.5, stale)[1])


def test_a_dead_writer_is_one_alarm_however_many_agents_it_left(path: Path) -> None:
    later = answer(path, read_alarms, NOW + 600)[0]
    gone = [alarm for alarm in later.alarms if alarm.kind == "writer_gone"]
    assert len(gone) == 1
    assert gone[0].count > 1
    assert gone[0].title == "writer gone: process 41877"


@pytest.mark.parametrize("size", [(80, 7), (43, 30), (20, 3)])
def test_the_pane_never_leaves_its_place(facts: AlarmsFacts, size: tuple[int, int]) -> None:
    width, height = size
    for alarm in facts.alarms:
        lines = drawing.details(alarm, width, height, VIEW)
        assert len(lines) <= height
        assert all(width_of(line.spans) <= width for line in lines)
