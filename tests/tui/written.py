"""What an app writes to its terminal, counted and shown, without a terminal."""

from typing import Any

import pyte
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot


class WritingDriver(HeadlessDriver):
    """A driver that is not headless to the app, and keeps what it was given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.written: list[str] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)


async def settle(pilot: Pilot[Any]) -> None:
    """Waits until the screen has painted what it knows to be dirty."""
    await pilot.pause()
    screen = pilot.app.screen
    while screen._dirty_widgets or screen._layout_required or screen._repaint_required:
        await pilot.pause(0.01)
    await pilot.pause()


def take(app: App[Any]) -> str:
    """What was written since the last time."""
    driver = app._driver
    assert isinstance(driver, WritingDriver)
    text = "".join(driver.written)
    driver.written.clear()
    return text


def size(text: str) -> int:
    """Bytes on the wire."""
    return len(text.encode())


class Terminal:
    """A terminal of a size, to see what written text looks like on it."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        """Writes to the terminal."""
        self._stream.feed(text)

    @property
    def cells(self) -> list[list[Any]]:
        """Every cell with its character and look."""
        return [
            [self.screen.buffer[y][x] for x in range(self.screen.columns)]
            for y in range(self.screen.lines)
        ]
