"""`vedette hook` at an event it only watches, as the whole process a client waits for."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from vedette.data.migrations import migrate

from ..programs import PYTHON, environment
from ..report import Figure, percentile

EVENTS = 60
KINDS = ("PreToolUse", "PostToolUse", "Stop")
CODE = "import sys; from vedette.tui.start import main; sys.exit(main())"
"""What the installed command does."""
RULES = """
[[rule]]
tools = ["Bash"]
commands = ["git push*", "rm *"]
"""


def measure(large: str, small: str) -> Iterator[Figure]:
    """One figure: what a session's events take, one after another, with rules to be read."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        path = Path(folder) / ".vedette" / "runs.db"
        path.parent.mkdir()
        (path.parent / "rules.toml").write_text(RULES)
        migrate(str(path), time.time())
        told = [*_session(folder)]
        taken = [(str(event["hook_event_name"]), _run(folder, event)) for event in told]
    first, later = taken[0][1] * 1000, [seconds * 1000 for _, seconds in taken[1:]]
    each = ", ".join(f"{kind} {median(_of(kind, taken)):.0f}" for kind in KINDS)
    tail = f"p95 {percentile(later, 0.95):.0f}, first {first:.0f} ms"
    yield Figure(
        "vedette hook: a watched event as a whole process, median",
        median(later),
        150.0,
        "ms",
        raw=f"{each} ms; {tail}, {len(later)} events",
    )


def _of(kind: str, taken: list[tuple[str, float]]) -> list[float]:
    return [seconds * 1000 for name, seconds in taken if name == kind]


def _session(folder: str) -> Iterator[dict[str, Any]]:
    """A call that begins, a call that ends and a turn that ends, again and again."""
    common = {"session_id": "5e55", "cwd": folder}
    yield {**common, "hook_event_name": "SessionStart", "source": "startup"}
    for number in range(EVENTS // 3):
        given = {"command": f"pytest tests/test_{number}.py"}
        call = {"tool_name": "Bash", "tool_use_id": f"t{number}", "tool_input": given}
        yield {**common, **call, "hook_event_name": "PreToolUse"}
        yield {**common, **call, "hook_event_name": "PostToolUse", "tool_response": "3 passed"}
        yield {**common, "hook_event_name": "Stop"}


def _run(folder: str, event: dict[str, Any]) -> float:
    """Seconds from the start of the process until it has ended."""
    told = json.dumps(event).encode()
    began = time.perf_counter()
    done = subprocess.run(
        [PYTHON, "-c", CODE, "hook", "claude-code"],
        input=told,
        capture_output=True,
        cwd=folder,
        env=environment(),
        check=False,
    )
    took = time.perf_counter() - began
    if done.returncode or done.stdout or done.stderr:
        raise RuntimeError(f"a watched event was answered: {done.stdout!r} {done.stderr!r}")
    return took
