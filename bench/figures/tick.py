"""One look of the poller that finds something new, on the large database and on the small one."""

import asyncio
import time
from collections.abc import Iterator

from vedette.data.fleet import read_fleet
from vedette.data.headline import Headline, read_headline
from vedette.data.poller import Poller
from vedette.data.source import Source

from ..report import Figure, Pair

TURNS = 300


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure: hop, look, headline and the fleet's question."""
    ours, other = asyncio.run(_ticks(large, small))
    pair = Pair(ours, other)
    yield Figure("poll tick, large / small", pair.ratio, 1.5, raw=pair.raw("ms", 1000))


async def _ticks(large: str, small: str) -> tuple[list[float], list[float]]:
    pollers = Poller(large), Poller(small)
    try:
        taken: tuple[list[float], list[float]] = ([], [])
        for turn in range(TURNS + 20):
            for poller, seconds in zip(pollers, taken, strict=True):
                began = time.process_time()
                answer = await poller.tick(_question, force=True)
                ended = time.process_time()
                assert answer.value is not None, answer.looks
                if turn >= 20:
                    seconds.append(ended - began)
        return taken
    finally:
        for poller in pollers:
            await poller.close()


def _question(source: Source, now: float) -> tuple[Headline, object]:
    return read_headline(source, now), read_fleet(source, now)
