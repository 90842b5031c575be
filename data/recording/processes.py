"""Which processes write the database: their birth, their heartbeat, and what a crash left open."""

import os
import sqlite3
from functools import cache
from typing import Any, NamedTuple

from ...sql import load
from .. import times
from . import gates, statements
from .payloads import usage

HEARTBEAT_SECONDS = 5
CRASHED = "its process ended without closing it"

_STALE_BEATS = 12
"""So many heartbeats missed mean dead where the process itself cannot be looked at."""


class Process(NamedTuple):
    """One process as its own database row names it."""

    id: str
    pid: int
    host: str
    birth: str | None
    program: str | None
    version: str | None


def this_process(process_id: str, program: str | None) -> Process:
    """The running process, under a new id."""
    pid = os.getpid()
    return Process(process_id, pid, os.uname().nodename, birth(pid), program, _version())


@cache
def _version() -> str | None:
    """Which Vedette writes; None where it runs without being installed."""
    # Only here: a command that writes nothing does not pay for this import. Never on the writer's
    # thread: a fork in the middle of an import leaves the child waiting for it for ever.
    from importlib import metadata

    try:
        return metadata.version("vedette")
    except metadata.PackageNotFoundError:
        return None


def birth(pid: int) -> str | None:
    """Boot, pid namespace and start of a process: no two processes share all three.

    None where the system does not tell; only then a pid alone must do.
    """
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
        with open(f"/proc/{pid}/stat", "rb") as file:
            state, *facts = file.read().rpartition(b")")[2].split()
        namespace = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return None
    return f"{boot}/{namespace}/{'dead' if state in b'ZX' else facts[18].decode()}"


def begin(connection: sqlite3.Connection, process: Process, now: float) -> None:
    """Writes the process's own row, inside the caller's transaction."""
    row = {**process._asdict(), "now": times.text(now), "heartbeat_seconds": HEARTBEAT_SECONDS}
    connection.execute(load("records/process_start"), row)


def bury_dead(connection: sqlite3.Connection, me: Process, mine: frozenset[str], now: float) -> int:
    """Closes what dead processes of this host left open; how many processes there were.

    `mine` are the ids this very process goes by. Runs inside the caller's transaction.
    """
    found = connection.execute(load("records/processes_open"), {"host": me.host}).fetchall()
    living = mine | {me.id}
    dead = [row for row in found if row[0] not in living and _is_dead(row, me, now)]
    for process_id, _, _, heartbeat_at, _ in dead:
        _bury(connection, process_id, heartbeat_at, times.text(now))
    return len(dead)


def bury(connection: sqlite3.Connection, process_id: str, now: float) -> None:
    """Closes what one process left open that has just died, in the caller's transaction."""
    at = times.text(now)
    _bury(connection, process_id, at, at)


def _is_dead(row: tuple[Any, ...], me: Process, now: float) -> bool:
    _, pid, born, heartbeat_at, heartbeat_seconds = row
    if born and me.birth:
        boot, namespace, _ = born.split("/")
        my_boot, my_namespace, _ = me.birth.split("/")
        if boot != my_boot:
            return True
        if namespace != my_namespace:
            silent = now - (times.parse(heartbeat_at) or now)
            return bool(silent > heartbeat_seconds * _STALE_BEATS)
    if pid == me.pid or not is_running(pid):
        return True
    now_born = birth(pid)
    return bool(born and now_born and now_born != born)


def is_running(pid: int) -> bool:
    """Whether there is a process of this pid, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Another user's, or no pid of this machine: nothing says that it is gone.
        return True
    return True


def _bury(connection: sqlite3.Connection, process_id: str, seen_at: str, now: str) -> None:
    """Fails what the process left open, as of the moment it was last seen alive."""
    facts = {"process_id": process_id, "seen_at": seen_at, "now": now, "error": CRASHED}
    for (gate_id,) in connection.execute(load("records/crashed_gates"), facts).fetchall():
        gates.withdraw(connection, gate_id, CRASHED, now)
    for prompt in connection.execute(load("records/crashed_prompts"), facts).fetchall():
        _fail_prompt(connection, prompt, facts)
    connection.execute(load("records/crashed_tools"), facts)
    connection.execute(load("records/crashed_agents"), facts)
    for run in connection.execute(load("records/crashed_runs"), facts).fetchall():
        _fail_run(connection, run, facts)
    connection.execute(load("records/process_crashed"), {"id": process_id, "now": now})


def _fail_prompt(
    connection: sqlite3.Connection, prompt: tuple[Any, ...], facts: dict[str, str]
) -> None:
    prompt_id, agent_id, run_id, model, created_at = prompt
    row: dict[str, Any] = dict.fromkeys(statements.parameters("prompt_end"))
    row |= {"id": prompt_id, "agent_id": agent_id, "run_id": run_id, "model": model, "masked": 0}
    row |= {"status": "failed", "error": CRASHED, "now": max(created_at, facts["seen_at"])}
    statements.write(connection, [("prompt_end", row), *usage(row)])


def _fail_run(connection: sqlite3.Connection, run: tuple[Any, ...], facts: dict[str, str]) -> None:
    run_id, title, started_at = run
    ended_at = max(started_at, facts["seen_at"])
    row = {"id": run_id, "status": "failed", "now": ended_at, "error": CRASHED}
    event = (run_id, None, "error", "run.end", f"{title}: {CRASHED}", None, facts["now"])
    statements.write(
        connection,
        [("run_end", row), ("run_touch", {"id": run_id, "now": facts["now"]}), ("event", event)],
    )
