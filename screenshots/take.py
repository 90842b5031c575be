"""Takes the pictures of every screen from the seeded demo: `make screenshots`."""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

# Before textual is imported: a picture must not depend on who takes it.
os.environ.pop("NO_COLOR", None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TZ"] = "UTC"

from vedette.data.simulator import write_history
from vedette.tui.app import VedetteApp
from vedette.tui.glyphs import UNICODE
from vedette.tui.settings import Settings
from vedette.tui.theme import Mode

HERE = Path(__file__).parent
START = 1795269750.0
"""The pictures' clock: 2026-11-21T14:02:30Z."""
SEED = 7


class Shot(NamedTuple):
    """One picture: what to press before it is taken."""

    name: str
    keys: tuple[str, ...]
    size: tuple[int, int] = (120, 40)
    mode: Mode = "dark"


SHOTS = (
    Shot("fleet", ("j", "j", "j")),
    Shot("fleet-80x24", ("j", "j", "j"), (80, 24)),
    Shot("fleet-light", ("j", "j", "j"), (120, 40), "light"),
    Shot("run", ("enter",)),
    Shot("stream", ("j", "j", "j", "enter")),
    Shot("costs", ("4",)),
    Shot("alarms", ("5",)),
    Shot("approvals", ("6",)),
    Shot("review", ("exclamation_mark",)),
    Shot("review-80x24", ("exclamation_mark",), (80, 24)),
    Shot("events", ("7",)),
    Shot("audit", ("7", "v", "v", "v", "v")),
    Shot("operations", ("8",)),
    Shot("tables", ("9",)),
    Shot("sources", ("0",)),
    Shot("help", ("question_mark",)),
)


async def take(shot: Shot, database: str) -> str:
    """The picture as SVG."""
    settings = Settings(glyphs=UNICODE, mode=shot.mode, is_demo=True, actor="ana")
    app = VedetteApp(database, settings, clock=lambda: START + 1)
    async with app.run_test(size=shot.size) as pilot:
        await _settle(app, pilot)
        for key in shot.keys:
            await pilot.press(key)
            await _settle(app, pilot)
        svg = app.export_screenshot(title="vedette")
    # The class names carry a random number: the same picture must be the same file.
    svg = re.sub(r"terminal-\d+", "vedette", svg)
    # Some viewers drop the blanks at the start of a piece of text otherwise.
    return svg.replace("<text ", '<text xml:space="preserve" ')


async def _settle(app: VedetteApp, pilot: Any) -> None:
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)


def main() -> int:
    """Writes every picture beside this file; a word names only those that begin with it."""
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as room:
        database = os.path.join(room, "demo.db")
        write_history(database, seed=SEED, preset="busy", start=START)
        for shot in SHOTS:
            if wanted and not any(shot.name.startswith(word) for word in wanted):
                continue
            svg = asyncio.run(take(shot, database))
            (HERE / f"{shot.name}.svg").write_text(svg, encoding="utf-8")
            print(f"screenshots/{shot.name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
