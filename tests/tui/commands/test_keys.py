"""Keys that clash, or that no terminal sends, are found before a person presses them."""

import pytest

from vedette.tui.commands.keys import Key, examined, unsendable

APPROVE = Key("review", "a", "approve", "approve")
REJECT = Key("review", "r", "reject", "reject")
BACK = Key("everywhere", "escape", "back", "back")


def _problems(keys: list[Key]) -> dict[tuple[str, str], str]:
    return {(key.action, key.key): key.problem for key in keys if key.problem}


def test_keys_that_differ_have_no_problems() -> None:
    assert examined([APPROVE, REJECT, BACK], {}) == [APPROVE, REJECT, BACK]


def test_one_key_for_two_actions_of_a_screen_is_a_clash() -> None:
    found = examined([APPROVE, REJECT, BACK], {"reject": ["a"]})
    assert _problems(found) == {("approve", "a"): "also reject", ("reject", "a"): "also approve"}


def test_a_screen_may_use_a_key_that_works_elsewhere() -> None:
    assert _problems(examined([APPROVE, BACK._replace(key="a")], {})) == {}


def test_an_action_takes_all_the_keys_that_are_set_for_it() -> None:
    found = examined([APPROVE, REJECT], {"approve": ["f5", "A"]})
    assert [key.key for key in found] == ["f5", "A", "r"]


def test_a_setting_for_no_action_is_named() -> None:
    found = examined([APPROVE], {"aprove": ["b"]})
    assert _problems(found) == {("aprove", "b"): "there is no such action"}


@pytest.mark.parametrize(
    "key",
    ["ctrl+i", "ctrl+m", "ctrl+[", "ctrl+h", "ctrl+1", "ctrl+shift+a", "shift+enter", "super+k"],
)
def test_a_key_that_no_terminal_sends_is_told(key: str) -> None:
    assert unsendable(key)
    assert _problems(examined([APPROVE], {"approve": [key]})) == {("approve", key): unsendable(key)}


@pytest.mark.parametrize("key", ["a", "A", "ctrl+r", "f5", "escape", "enter", "shift+tab", "at"])
def test_common_keys_are_sent(key: str) -> None:
    assert unsendable(key) == ""
