"""Tells a person outside of the console: to the terminal, and by a command of the user's own."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..data.headline import Headline
from ..data.notices import TEST, Notice, NoticeBoard, Policy
from ..data.text import clean
from .line import Span
from .notices import CODE_NAMES, Way, ask_tmux, encode, facts_of, way_of, words_of
from .screens.base import ConsoleScreen

if TYPE_CHECKING:
    from .app import VedetteApp

COMMAND_SECONDS = 10.0
"""How long a command of the user's may run."""


class Notifier:
    """Tells a person outside of the console what waits for them."""

    def __init__(self, app: "VedetteApp", policy: Policy) -> None:
        self._app = app
        self._policy = policy
        self._board = NoticeBoard(policy, app.started)
        self._has_failed = False
        self._unsaid: Span | None = None

    def heard(self, source: str, headline: Headline) -> None:
        """Takes what waits in a source now, and tells of what is new."""
        self._board.heard(source, headline)
        self.second()

    def second(self) -> None:
        """Time passed: what was held back may be told."""
        self._say(self._unsaid)
        notice = self._board.due(self._app.clock(), is_looked_at=self._app.app_focus)
        if notice is not None:
            self._tell(notice)

    def test(self) -> None:
        """Tells at once, whoever looks and whatever the hour."""
        if self._policy.is_on:
            self._tell(TEST)
        else:
            self._say(("notices are off: notify.mode", "muted"))

    def _tell(self, notice: Notice) -> None:
        self._app.run_worker(self._sent(notice), group="notice")

    async def _sent(self, notice: Notice) -> None:
        app, policy, now = self._app, self._policy, self._app.clock()
        words = words_of(notice, now)
        # tmux may be shown in another terminal than before.
        tmux = await asyncio.to_thread(ask_tmux, os.environ) if os.environ.get("TMUX") else None
        way = way_of(policy, os.environ, tmux)
        if way is not None and app._driver is not None:
            app._driver.write(encode(way, words, is_ascii=app.settings.glyphs.is_ascii))
            app._driver.flush()
        if notice.kind == "test":
            self._say((f"sent a test notice by {_sent_by(way, policy)}", "ink"))
        if policy.command:
            facts = facts_of(notice, words, now)
            said = await run_command(policy.command, facts, COMMAND_SECONDS)
            if said and (not self._has_failed or notice.kind == "test"):
                self._has_failed = True
                self._say((f"notify.command {clean(policy.command[0], 60)} {said}", "bad"))

    def _say(self, said: "Span | None") -> None:
        """In the message line, or once it is free: nobody's typing is written over."""
        screen = self._app.screen
        is_free = isinstance(screen, ConsoleScreen) and not screen.is_asking
        self._unsaid = None if is_free else said
        if said is not None and isinstance(screen, ConsoleScreen) and is_free:
            screen.say(said)


def _sent_by(way: Way | None, policy: Policy) -> str:
    ways = [CODE_NAMES[way.code]] if way is not None else []
    ways += [clean(policy.command[0], 40)] if policy.command else []
    return " and ".join(ways)


async def run_command(command: Sequence[str], facts: Mapping[str, str], seconds: float) -> str:
    """Runs a command of the user's, never through a shell; what went wrong, or "".

    It has a process group of its own, which is ended after so many seconds, or with the console.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, **facts},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"cannot be run: {getattr(error, 'strerror', None) or error}"
    try:
        code = await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        await _end_group(process)
        return f"was ended after {seconds:g} s"
    except asyncio.CancelledError:
        await _end_group(process)
        raise
    return f"ended with exit code {code}" if code else ""


async def _end_group(leader: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader.pid, signal.SIGKILL)
    await leader.wait()
