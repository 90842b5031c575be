"""`vedette gate`: from a decision to its exit, and what a thousand disturbed gates came to."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from vedette.data import decisions
from vedette.data.migrations import migrate

from ..programs import environment, vedette
from ..report import Figure, percentile

GATES = 60
CASES = 1_000
SEED = 4
_ASKED_SECONDS = 30.0


def measure(large: str, small: str) -> Iterator[Figure]:
    """Two figures: the wake-up after a decision, and faults among disturbed gates."""
    # The first turn compiles.
    turns = [_turn(number) for number in range(GATES + 1)][1:]
    answered = [answer * 1000 for answer, _ in turns]
    ended = [end * 1000 for _, end in turns]
    yield Figure(
        "vedette gate: decision committed until it has ended, p95",
        percentile(ended, 0.95),
        300.0,
        "ms",
        raw=f"ended {_spread(ended)}, answer printed {_spread(answered)}, {GATES} gates",
    )
    yield _disturbed()


def _turn(number: int) -> tuple[float, float]:
    """Seconds from the decision's commit until the answer is printed, and until the end."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        path = str(Path(folder) / "runs.db")
        migrate(path, time.time())
        command = vedette("gate", f"gate {number}", "--db", path)
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
        ) as process:
            gate, sha = _asked(path, process)
            # At another moment of its looks each time.
            time.sleep(0.05 + number % 10 * 0.005)
            decisions.decide(path, gate, "approved", sha=sha, actor="bench", now=time.time())
            decided = time.perf_counter()
            assert process.stdout is not None
            process.stdout.read(1)
            answered = time.perf_counter()
            code = process.wait()
            ended = time.perf_counter()
    if code:
        raise RuntimeError(f"a gate that was approved ended with {code}")
    return answered - decided, ended - decided


def _asked(path: str, process: "subprocess.Popen[bytes]") -> tuple[str, str]:
    until = time.perf_counter() + _ASKED_SECONDS
    while process.poll() is None and time.perf_counter() < until:
        with closing(sqlite3.connect(path)) as connection:
            row = connection.execute("SELECT id, payload_sha256 FROM approvals").fetchone()
        if row:
            return str(row[0]), str(row[1])
        time.sleep(0.01)
    raise RuntimeError("a gate was not asked")


def _disturbed() -> Figure:
    # The same builder that a slice of runs with in the tests.
    from tests.builders.disturbed import Disturbed

    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        cases = Disturbed(Path(folder), SEED).cases(CASES)
    took = time.perf_counter() - began
    faults = [case.fault for case in cases if case.fault]
    for fault in faults:
        print(fault, file=sys.stderr, flush=True)
    # A command that was run is told by its mark: its exit code is its own.
    codes = Counter(str(case.code) for case in cases)
    ran = sum(case.has_run for case in cases)
    ways = len({case.disturbance for case in cases})
    told = ", ".join(f"{codes[code]} x exit {code}" for code in sorted(codes, key=int))
    return Figure(
        f"faults among {CASES:,} disturbed gates",
        float(len(faults)),
        0.0,
        raw=f"{ways} disturbances: {told}; {ran} commands ran; {took:.0f} s",
    )


def _spread(values: Sequence[float]) -> str:
    return f"p50 {percentile(values, 0.5):.0f}, p95 {percentile(values, 0.95):.0f} ms"
