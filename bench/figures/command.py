"""`vedette runs --json`, against Python with sqlite3 and click imported."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence

from ..programs import PYTHON, environment, vedette
from ..report import Figure, Pair

TURNS = 25


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure, on the large database."""
    bare = (PYTHON, "-c", "import sqlite3, click")
    runs = vedette("runs", "--json", "--db", large)
    turns = [(_run(runs), _run(bare)) for _ in range(TURNS + 1)][1:]
    walls = Pair([ours[0] for ours, _ in turns], [other[0] for _, other in turns])
    cpus = Pair([ours[1] for ours, _ in turns], [other[1] for _, other in turns])
    yield Figure(
        "vedette runs --json / import sqlite3, click",
        walls.ratio,
        2.0,
        raw=f"{walls.raw('ms', 1000)}; processor {cpus.ratio:.2f}: {cpus.raw('ms', 1000)}",
    )


def _run(command: Sequence[str]) -> tuple[float, float]:
    """Seconds from start to end, and seconds of processor time."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment())
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return took, used.ru_utime + used.ru_stime
