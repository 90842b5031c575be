"""The demo's hints: one at a time, each gone once its key was pressed."""

from vedette.tui.hints import HINTS, Hints


def test_a_hint_goes_when_its_key_is_pressed() -> None:
    hints = Hints(is_wanted=True)
    assert hints.spans[1][0] == HINTS[0][0]
    hints.learnt(HINTS[0][0])
    assert hints.spans[1][0] == HINTS[1][0]


def test_there_are_none_when_all_is_learnt() -> None:
    hints = Hints(is_wanted=True)
    for key, _ in HINTS:
        hints.learnt(key)
    assert hints.spans == []


def test_only_the_demo_teaches() -> None:
    assert Hints(is_wanted=False).spans == []
