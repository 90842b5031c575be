"""A crash tells where, and never what a stranger's rows held."""

from typing import Any

from tests.tui.harness import ScriptedConsole
from vedette.tui.crash import crash_report
from vedette.tui.screens.fleet import FleetScreen


def _fall(secret: str) -> None:
    raise ValueError("broken \x1b]52;c;QUJD\x07 \x1b[2J here")


def test_the_report_holds_no_control_character_and_no_variable() -> None:
    try:
        _fall("sk-live-secret")
    except ValueError as error:
        report = crash_report(error)
    assert all(character.isprintable() or character == "\n" for character in report)
    assert "sk-live-secret" not in report
    assert "in _fall" in report


async def test_the_app_leaves_that_report_and_no_locals() -> None:
    app = ScriptedConsole("fleet")
    left: list[Any] = []
    app._close_messages_no_wait = lambda: left.extend(app._exit_renderables)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)):
        assert isinstance(app.screen, FleetScreen)
        try:
            _fall("sk-live-secret")
        except ValueError:
            app._fatal_error()
        app._exit_renderables.clear()
        del app._close_messages_no_wait
    assert "\x1b" not in str(left[0])
    assert "sk-live-secret" not in str(left[0])
