"""Shows a screen on scripted facts: no poller, no clock, no disk while it is drawn."""

from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tests.builders.vedette import NOW
from vedette.data.freshness import Freshness
from vedette.data.headline import Headline, read_headline
from vedette.data.source import Question, Source, open_source
from vedette.tui.app import VedetteApp
from vedette.tui.glyphs import UNICODE, Glyphs
from vedette.tui.screens.base import ConsoleScreen
from vedette.tui.settings import Settings
from vedette.tui.theme import Mode

T = TypeVar("T")


def live(now: float = NOW) -> Freshness:
    """The freshness of a view that was looked at just now."""
    return Freshness("LIVE", 0.2, now)


def answer(path: Path, question: Question[T], now: float = NOW) -> tuple[T, Headline]:
    """What a question brings from a file, with the headline of the same moment."""
    source = open_source(str(path))
    try:
        with source.reading():
            return question(source, now), read_headline(source, now)
    finally:
        source.close()


def asking(screen_question: Any) -> Question[Any]:
    """A screen's own question, for `answer`."""

    def question(source: Source, now: float) -> Any:
        return screen_question(source, now)

    return question


class ScriptedConsole(VedetteApp):
    """The console with one screen open on facts that are given, not read.

    With `source` the screen's own question is asked once, of that file; `facts` alone needs none.
    """

    def __init__(
        self,
        screen: str,
        *,
        source: Path | None = None,
        facts: Any = None,
        headline: Headline | None = None,
        freshness: Freshness | None = None,
        now: float = NOW,
        mode: Mode = "dark",
        glyphs: Glyphs = UNICODE,
        read_only: bool = False,
        path: str = "runs.db",
        **where: Any,
    ) -> None:
        settings = Settings(glyphs=glyphs, mode=mode, actor="ana", read_only=read_only)
        super().__init__(path, settings, clock=lambda: now, polls=False)
        self._screen_name = screen
        self._script = (source, facts, headline)
        self._where = where
        self._scripted_freshness = freshness or live(now)
        self.freshness = self._scripted_freshness

    async def begin(self) -> None:
        """Opens the screen and hands it the facts."""
        await self.go(self._screen_name, **self._where)
        source, facts, headline = self._script
        screen = self.screen
        assert isinstance(screen, ConsoleScreen)
        if source is not None:
            facts, read = answer(source, screen.question(), self.now)
            headline = headline or read
        self.headline = headline or Headline()
        if facts is not None:
            screen.receive(facts)
        screen.draw_frame()

    def _judge(self) -> None:
        """The freshness is scripted."""
        self.freshness = replace(self._scripted_freshness)

    async def ask_again(self) -> None:
        """Asks the visible screen's question of the scripted source once more."""
        source = self._script[0]
        screen = self.screen
        assert source is not None
        assert isinstance(screen, ConsoleScreen)
        facts, self.headline = answer(source, screen.question(), self.now)
        screen.receive(facts)


def shown(app: VedetteApp) -> list[str]:
    """The rows on screen as text."""
    strips = app.screen._compositor.render_strips()
    return ["".join(strip.text for strip in row).rstrip() for row in strips]
