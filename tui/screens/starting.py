"""What can be done where nothing is recorded yet: the demo, the recorder's lines, another file."""

import os
from typing import NamedTuple

from ...data.errors import UsageError
from ..snippet import SNIPPET
from ..widgets.prompt import Asked
from .base import ConsoleScreen


class Step(NamedTuple):
    """Something to begin with, and the key that does it."""

    key: str
    does: str
    says: str


STEPS = (
    Step("d", "show me a demo", "made-up agents, in a temporary file"),
    Step("h", "add the Claude Code hooks", "to this project; the diff comes first"),
    Step("s", "copy the Python snippet", "4 lines"),
    Step("o", "open another database", "a path"),
)


class StartingScreen(ConsoleScreen):
    """A screen that may have nothing to show but how to begin."""

    def action_demo(self) -> None:
        """Leaves the console for the demo, which opens its own."""
        self.app.leave_for("demo")

    def action_hooks(self) -> None:
        """Shows what would be added to the project's settings, asks, and adds it."""
        # Few begin by it.
        from ..connecting import connect

        try:
            is_connected = connect(self.app, "claude-code")
        except UsageError as error:
            self.say((error.title, "bad"))
            return
        if is_connected:
            self.say(("connected: start claude in this project", "muted"))
        else:
            self.say(("not connected: vedette init claude-code asks again", "muted"))

    def action_snippet(self) -> None:
        """Copies the recorder's few lines."""
        self.app.copy(SNIPPET)
        self.say(("copied: paste it into your agent's Python", "muted"))

    def action_open_other(self) -> None:
        """Asks for a path."""
        self.prompt.ask(Asked("open", self._open))

    def _open(self, text: str) -> None:
        path = os.path.expanduser(text.strip())
        if path:
            self.app.open_other(path)
