"""The frame's rows: what gives way where there is not room for all of it."""

import pytest

from tests.builders.vedette import NOW
from vedette.data.errors import SourceError
from vedette.data.freshness import Freshness
from vedette.tui.frame import crumb_line, fault_line, identity_line
from vedette.tui.glyphs import UNICODE
from vedette.tui.line import plain
from vedette.tui.view import View

VIEW = View(NOW, True, UNICODE, "dark")
LONG = "Mend the keys and look at the docs"


def test_what_stands_here_is_told_whole_and_the_way_to_it_gives_way() -> None:
    line = crumb_line((LONG, "explorer", "stream"), (("view", "md"),), "3", VIEW, 50)
    shown = plain(line)
    assert "› explorer › stream " in shown
    assert "Mend the keys" in shown
    assert "…" in shown
    assert len(shown) <= 50


def test_values_leave_before_the_path_is_cut() -> None:
    line = crumb_line((LONG, "stream"), (("turn", "1 of 9"), ("view", "md")), "3", VIEW, 60)
    assert plain(line).split("   ")[0].strip() == f"{LONG} › stream"
    assert "turn" not in plain(line)
    assert "view md" in plain(line)


@pytest.mark.parametrize("width", [60, 80])
def test_a_fault_that_does_not_fit_says_that_it_was_cut(width: int) -> None:
    title = "fault.db is damaged: database disk image is malformed, page 4 of 19"
    fault = SourceError(title, "restore it", kind="corrupt")
    fresh = Freshness("RETRY", 9.0, NOW - 9, fault=fault, attempts=3, next_look=NOW + 4)
    shown = plain(fault_line(fresh, VIEW, width))
    assert "…" in shown
    assert shown.rstrip().endswith("ctrl+r look now")


def test_a_name_that_does_not_fit_in_the_first_row_says_that_it_was_cut() -> None:
    line = identity_line([[(f"vedette  {LONG}", "ink")]], [("LIVE", "ok")], 40)
    assert plain(line).rstrip().endswith("…   LIVE")
