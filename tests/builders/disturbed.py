"""Gates that are asked by real processes and disturbed at random: killed, signalled, locked out.

Whatever happens, a gate that lets its caller go on has exactly one row, and that is approved with
the hash of what was asked.
"""

import hashlib
import json
import os
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from vedette.data import decisions
from vedette.data.errors import VedetteError
from vedette.data.migrations import migrate

AT_ONCE = 4
_ASKED_SECONDS = 30.0
_OVER_SECONDS = 90.0
_LEAVES_PENDING = "a dead process's question still waits for an answer"


class Case(NamedTuple):
    """One disturbed gate, and what came of it."""

    title: str
    disturbance: str
    code: int
    has_run: bool
    rows: list[tuple[str, str]]
    """Status and hash of each row of its title."""
    sha256: str
    """Of what was asked."""

    @property
    def fault(self) -> str | None:
        """What is wrong with the outcome, if anything."""
        is_open = self.code == 0 or self.has_run
        if is_open and self.rows != [("approved", self.sha256)]:
            return f"{self.title} ({self.disturbance}): went on with {self.rows}"
        if any(status == "pending" for status, _ in self.rows):
            return f"{self.title} ({self.disturbance}): {_LEAVES_PENDING}"
        return None


class Disturbed:
    """A database, and gates asked in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._path = folder / "runs.db"
        self._seed = seed
        migrate(str(self._path), time.time())

    def cases(self, count: int) -> list[Case]:
        """So many gates, a few at a time, each with its own disturbance."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._case, range(count)))

    def _case(self, number: int) -> Case:
        chance = random.Random(self._seed * 1_000_003 + number)
        name = sorted(_DISTURBANCES)[number % len(_DISTURBANCES)]
        title = f"case {self._seed}-{number}"
        mark = self._folder / f"ran-{self._seed}-{number}"
        command = [sys.executable, "-m", "vedette.tui", "gate", title, "--db", str(self._path)]
        command += ["--timeout", "1s" if name == "nobody" else "30s"]
        payload = title
        if runs := chance.random() < 0.5:
            words = ["/bin/sh", "-c", f"echo x > {shlex.quote(str(mark))}"]
            asked = {"command": words, "cwd": str(self._folder), "executable": words[0]}
            payload = json.dumps(asked, ensure_ascii=False, sort_keys=True, indent=2)
            command += ["--", *words]
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _DISTURBANCES[name](_Scene(self._path, title, process, chance))
            code = process.wait(_OVER_SECONDS)
        finally:
            process.kill()
            process.wait()
        rows = self._rows(title)
        until = time.monotonic() + _OVER_SECONDS
        while any(status == "pending" for status, _ in rows) and time.monotonic() < until:
            time.sleep(0.05)
            rows = self._rows(title)
        sha256 = hashlib.sha256(payload.encode()).hexdigest()
        # Without a command the exit code is all there is.
        return Case(title, name, code, runs and mark.exists(), rows, sha256)

    def _rows(self, title: str) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self._path, timeout=60)) as connection:
            query = "SELECT status, payload_sha256 FROM approvals WHERE title = ?"
            return connection.execute(query, (title,)).fetchall()


class _Scene(NamedTuple):
    path: Path
    title: str
    process: "subprocess.Popen[bytes]"
    chance: random.Random

    def at_any_moment(self) -> None:
        """From before the process can do anything to well after it has asked."""
        time.sleep(self.chance.random() * 0.8)

    def asked(self) -> str | None:
        """The gate's id, once it stands; None where it never came to that."""
        until = time.monotonic() + _ASKED_SECONDS
        while time.monotonic() < until:
            with closing(sqlite3.connect(self.path, timeout=60)) as connection:
                query = "SELECT id FROM approvals WHERE title = ?"
                if row := connection.execute(query, (self.title,)).fetchone():
                    return str(row[0])
            if self.process.poll() is not None:
                return None
            time.sleep(0.01)
        return None

    def decide(self, outcome: decisions.Outcome) -> None:
        gate = self.asked()
        if gate is None:
            return
        with suppress(VedetteError):
            decisions.decide(
                str(self.path),
                gate,
                outcome,
                sha=self.sha(gate),
                actor="ana",
                now=time.time(),
                note="because",
            )

    def sha(self, gate: str) -> str:
        with closing(sqlite3.connect(self.path, timeout=60)) as connection:
            query = "SELECT payload_sha256 FROM approvals WHERE id = ?"
            row = connection.execute(query, (gate,)).fetchone()
            return str(row[0]) if row else "0" * 64

    def write(self, statement: str, *values: str) -> None:
        if gate := self.asked():
            connection = sqlite3.connect(self.path, timeout=60)
            with closing(connection), connection:
                connection.execute(statement, (*values, gate))

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    def lock_out(self) -> None:
        """Nobody else writes for a while."""
        connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        with closing(connection):
            connection.execute("BEGIN EXCLUSIVE")
            time.sleep(self.chance.random() * 1.5)
            connection.execute("COMMIT")


def _sends(number: int) -> Callable[[_Scene], None]:
    def disturb(scene: _Scene) -> None:
        scene.at_any_moment()
        scene.signal(number)
        # Not every signal comes in time to be heard.
        scene.decide("rejected")

    return disturb


def _sends_after(outcome: decisions.Outcome, number: int) -> Callable[[_Scene], None]:
    def disturb(scene: _Scene) -> None:
        scene.decide(outcome)
        time.sleep(scene.chance.random() * 0.15)
        scene.signal(number)

    return disturb


def _races(first: decisions.Outcome, second: decisions.Outcome) -> Callable[[_Scene], None]:
    def disturb(scene: _Scene) -> None:
        scene.asked()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(scene.decide, (first, second)))

    return disturb


def _locks(then: Callable[[_Scene], None]) -> Callable[[_Scene], None]:
    def disturb(scene: _Scene) -> None:
        scene.at_any_moment()
        with ThreadPoolExecutor(1) as pool:
            locking = pool.submit(scene.lock_out)
            then(scene)
            locking.result()

    return disturb


def _group_killed(scene: _Scene) -> None:
    scene.at_any_moment()
    with suppress(ProcessLookupError):
        os.killpg(scene.process.pid, signal.SIGKILL)


def _changed(scene: _Scene) -> None:
    """Somebody else asks for something else under the same gate, and that is approved."""
    changed = hashlib.sha256(b"something else").hexdigest()
    scene.write(
        "UPDATE approvals SET payload = 'something else', payload_sha256 = ? "
        "WHERE id = ? AND status = 'pending'",
        changed,
    )
    scene.decide("approved")


def _deleted(scene: _Scene) -> None:
    scene.write("DELETE FROM approvals WHERE id = ?")


def _approve(scene: _Scene) -> None:
    scene.decide("approved")


def _reject(scene: _Scene) -> None:
    scene.decide("rejected")


def _nobody(scene: _Scene) -> None:
    scene.at_any_moment()


_DISTURBANCES: dict[str, Callable[[_Scene], None]] = {
    "approved": _approve,
    "approved, locked": _locks(_approve),
    "approved, then SIGINT": _sends_after("approved", signal.SIGINT),
    "approved, then SIGKILL": _sends_after("approved", signal.SIGKILL),
    "approved, then SIGTERM": _sends_after("approved", signal.SIGTERM),
    "both at once": _races("approved", "rejected"),
    "deleted": _deleted,
    "group killed": _group_killed,
    "nobody": _nobody,
    "payload changed": _changed,
    "rejected, locked": _locks(_reject),
    "SIGHUP": _sends(signal.SIGHUP),
    "SIGINT": _sends(signal.SIGINT),
    "SIGKILL": _sends(signal.SIGKILL),
    "SIGKILL, locked": _locks(_sends(signal.SIGKILL)),
    "SIGTERM": _sends(signal.SIGTERM),
    "SIGTERM, locked": _locks(_sends(signal.SIGTERM)),
    "twice approved": _races("approved", "approved"),
}
