"""The databases that are measured on: the simulator's huge preset, made once per size and seed."""

import os
import sys
import tempfile
import time
from pathlib import Path

from vedette.data.simulator import write_huge

SEED = 7
SMALL = 10_000
LARGE = 10_000_000
QUICK = 1_000_000
"""Events; the other tables are in proportion."""


def database(rows: int, seed: int = SEED) -> str:
    """The path of a database with `rows` events, made where it is not there yet."""
    place = folder()
    path = place / f"huge-{rows}-{seed}.db"
    if not path.exists():
        # Made beside and moved: an interrupted run must not leave half a database.
        beside = place / f"making-{os.getpid()}.db"
        began = time.monotonic()
        print(f"making {path} ({rows:,} events, once) ...", file=sys.stderr, flush=True)
        write_huge(str(beside), seed=seed, rows=rows, start=_start(place))
        os.replace(beside, path)
        took = time.monotonic() - began
        print(f"made in {took:.0f} s, {path.stat().st_size / 1e6:,.0f} MB", file=sys.stderr)
    return str(path)


def folder() -> Path:
    """Where everything is kept that is made once."""
    place = Path(tempfile.gettempdir()) / f"vedette-bench-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def _start(place: Path) -> float:
    """When every history here ends: one moment for all sizes, so that their ages are the same."""
    kept = place / "start"
    if not kept.exists():
        kept.write_text(str(time.time()), encoding="utf-8")
    return float(kept.read_text(encoding="utf-8"))
