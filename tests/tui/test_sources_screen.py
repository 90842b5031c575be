"""The Sources screen: the file, its writers, its faults, and what the console costs."""

import pytest

from tests.builders.vedette import NOW, build_fleet
from tests.tui.harness import answer
from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness
from vedette.data.poller import Cost
from vedette.data.sources import SourceFacts, read_sources
from vedette.tui.drawing.sources import OwnCost, lines
from vedette.tui.glyphs import UNICODE
from vedette.tui.line import plain
from vedette.tui.view import View

VIEW = View(NOW, True, UNICODE, "dark")
OWN = OwnCost(1.5, 60.0, 48_000_000, 20_000)
LIVE = Freshness("LIVE", 0.2, NOW)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> SourceFacts:
    """The health of the pictures' fleet."""
    path = tmp_path_factory.mktemp("sources") / "runs.db"
    build_fleet(path)
    return answer(path, read_sources)[0]


def _text(facts: SourceFacts | None, fresh: Freshness = LIVE, width: int = 80) -> list[str]:
    return [plain(line) for line in lines(facts, Cost(), OWN, fresh, 0.5, width, VIEW)]


def test_values_start_at_the_same_column_all_the_way_down(facts: SourceFacts) -> None:
    labels = ("system", "size", "newest event", "looks", "reads", "memory")
    starts = {
        len(text) - len(text[1 + len(label) :].lstrip())
        for text in _text(facts)
        for label in labels
        if text.startswith(f" {label} ")
    }
    assert starts == {15}


def test_a_long_path_is_cut_in_its_middle(facts: SourceFacts) -> None:
    far = _text(facts.__class__(**{**facts.__dict__, "path": "/far" * 40 + "/runs.db"}))
    path = next(text for text in far if text.startswith(" path"))
    assert "…" in path
    assert path.endswith("/runs.db")


def test_a_fault_stands_first_with_what_to_do() -> None:
    fault = SourceError("there is no file at runs.db", "check the path", kind="missing")
    fresh = Freshness("NO FILE", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    text = _text(None, fresh)
    assert text[0] == " fault"
    assert "check the path" in text[2]
    assert text[3].endswith("3")


def test_what_a_source_does_not_record_is_told_whole_at_any_width(facts: SourceFacts) -> None:
    why = "TAC does not close what fails or stops: a running agent may be long over"
    wrapped = " ".join(_text(facts.__class__(**{**facts.__dict__, "notes": (why,)}), width=60))
    assert " ".join(wrapped.split()).endswith(why)
