"""One source as the console watches it: its poller, what waits in it, how fresh its rows are."""

import asyncio
import os
from collections.abc import Callable, Sequence

from ..data.freshness import Freshness, freshness
from ..data.headline import Headline
from ..data.poller import Poller


class Watched:
    """A source under watch, by itself: what befalls it befalls no other."""

    def __init__(self, path: str, name: str, clock: Callable[[], float]) -> None:
        self.path = path
        self.name = name
        """What rows and breadcrumbs call it where there are several; each has another."""
        self.poller = Poller(path, clock)
        self.headline = Headline()
        self.freshness = Freshness("READING", 0.0, clock())
        self.is_wanted = True
        """Whether the next look asks its question even if nothing moved."""
        self.looking: asyncio.Task[None] | None = None
        """The look under way, where looks are made side by side."""
        self._frozen_event = 0

    def is_due(self, now: float) -> bool:
        """Whether it may be looked at; a failing one waits its turn."""
        return self.poller.looks.fault is None or now >= self.poller.looks.next_at

    def freeze(self) -> None:
        """What arrives from here on is counted."""
        self._frozen_event = self.headline.last_event

    def judge(self, now: float, interval: float, frozen_at: float | None) -> bool:
        """Says anew how fresh its rows are; whether that is another word, or another count."""
        before = self.freshness
        self.freshness = freshness(
            self.poller.looks,
            now,
            interval=interval,
            frozen_at=frozen_at,
            arrived=max(0, self.headline.last_event - self._frozen_event),
            writer_heard_at=self.headline.writer_heard_at,
            heartbeat=self.headline.heartbeat,
        )
        return _told(before) != _told(self.freshness)

    @property
    def is_there(self) -> bool:
        """Whether a file lies at its path."""
        return os.path.exists(self.path)


def _told(fresh: Freshness) -> tuple[str, int, int]:
    return fresh.word, fresh.arrived, fresh.attempts


def may_write(path: str) -> bool:
    """Whether answers are offered: not for a database that is somebody else's.

    A file that is not there yet will be the user's own; root answers for everybody.
    """
    try:
        owner = os.stat(path).st_uid
    except OSError:
        return True
    return os.access(path, os.W_OK) and os.geteuid() in (0, owner)


async def let_go(watched: Sequence[Watched], seconds: float) -> None:
    """Closes every source; one that hangs in a dead mount is left behind after a while."""
    for each in watched:
        if each.looking is not None:
            each.looking.cancel()
    if watched:
        await asyncio.wait(
            [asyncio.ensure_future(each.poller.close()) for each in watched], timeout=seconds
        )
