"""The recorder: how a program writes its own runs, and asks a person before it does harm.

    from vedette.data.recorder import Recorder

    with Recorder("runs.db") as recorder, recorder.run("fix-auth", project="web") as run:
        with run.agent("coder", model="claude-sonnet-4-5") as agent:
            with agent.prompt("edit 1", request="Make the tests pass.") as prompt:
                prompt.write("Moving the read into load_keys().")
                prompt.done(tokens_in=48_120, cache_read=41_900, tokens_out=1_044)
            with agent.tool("pytest", input={"args": ["-q"]}) as call:
                call.done(output="29 passed")
            if agent.ask("delete the build", {"command": "rm -rf build"}, risk="high").approved:
                agent.event("milestone", "the old build is gone")

Recording never raises and never holds the program up: rows go through a bounded queue to one
writer thread; what finds no room is dropped and counted. Only asking waits, and only asking can
fail: closed, for no answer is never a yes.
"""

import atexit
import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from . import discovery, migrations
from .recording.asking import Door, Gate, Outcome, Terms
from .recording.desk import Desk
from .recording.facts import Facts
from .recording.gates import Answer
from .recording.handles import AgentHandle, PromptHandle, Run, ToolHandle, event_line
from .recording.payloads import Payloads, Redact
from .store import StoreFailed

__all__ = [
    "AgentHandle",
    "Answer",
    "Gate",
    "Outcome",
    "PromptHandle",
    "Recorder",
    "Run",
    "StoreFailed",
    "ToolHandle",
]

FLUSH_SECONDS = 10.0
_SEVERITIES = ("critical", "error", "warning", "info")


class Recorder(Facts, Door):
    """Writes runs into Vedette's own database, which it makes or upgrades where need be."""

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        ids: Callable[[str], str] | None = None,
        program: str | None = None,
        redact: Redact | None = None,
        price: bool = True,
    ) -> None:
        """Opens the database; raises VedetteError where it cannot be used.

        `path` is by default `$VEDETTE_DB`, the nearest `.vedette/runs.db` or the user's own.
        `ids` makes an id of a word such as "run"; `redact` takes the secrets out of a text and
        counts them; `price` false leaves calls unpriced that report no price.
        """
        named = None if path is None else os.fspath(path)
        self.path = discovery.recording_path(os.getcwd(), os.environ, named)
        migrations.migrate(self.path, clock())
        self._desk = Desk(self.path, Payloads(redact, price), clock, ids, program)
        atexit.register(self.close)

    @property
    def dropped(self) -> int:
        """Rows that were not written and never will be; also in the database, `processes`."""
        return self._desk.dropped

    def run(
        self,
        title: str,
        *,
        project: str | None = None,
        kind: str = "run",
        id: str | None = None,  # noqa: A002
    ) -> Run:
        """Starts a run; `kind` is run, session, workflow or job."""
        return Run(self._desk, title, project, kind, id)

    def event(
        self, kind: str, message: str = "", *, level: str = "info", details: object = None
    ) -> None:
        """Writes one line of the log that belongs to no run."""
        line = event_line(None, None, kind, message, self._desk.stamp(), level, details)
        self._desk.put((line,))

    def alarm(
        self,
        kind: str,
        title: str,
        *,
        severity: str = "warning",
        key: str | None = None,
        message: str | None = None,
        run: Run | str | None = None,
        agent: AgentHandle | str | None = None,
    ) -> None:
        """Raises an alarm; while one of the same `key` is open, counts it there instead.

        `severity` is critical, error, warning or info. Without `key`: one a kind and object.
        """
        if isinstance(agent, AgentHandle) and run is None:
            run = agent.run
        run_id = run.id if isinstance(run, Run) else run
        agent_id = agent.id if isinstance(agent, AgentHandle) else agent
        row = {
            "id": self._desk.new_id("alarm"),
            "severity": severity if severity in _SEVERITIES else "warning",
            "kind": kind,
            "title": title,
            "message": message,
            "dedupe_key": key or f"{kind}:{agent_id or run_id or ''}",
            "run_id": run_id,
            "agent_id": agent_id,
            "now": self._desk.stamp(),
        }
        self._desk.put((("alarm", row),), keep=True)

    def resolve_alarm(self, key: str, resolution: str | None = None) -> None:
        """Ends the open alarm of this key, if there is one."""
        row = {"dedupe_key": key, "resolution": resolution, "now": self._desk.stamp()}
        self._desk.put((("alarm_resolve", row),), keep=True)

    def went_on(self, answer: Answer) -> None:
        """Leaves the receipt that what was approved is being done.

        For a question that no agent asked; an agent's next row says so by itself.
        """
        row = {"id": answer.approval_id, "now": self._desk.stamp()}
        self._desk.put((("gate_moved_on", row),), keep=True)

    def flush(self, timeout: float = FLUSH_SECONDS) -> bool:
        """Waits until all that was recorded is written; False if that took over `timeout` s."""
        return self._desk.flush(timeout)

    def close(self) -> None:
        """Ends what is open, writes what waits, at most 5 s. Recording afterwards is dropped."""
        atexit.unregister(self.close)
        self._desk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Only here: a program without asyncio does not pay for it.
        import asyncio

        await asyncio.to_thread(self.close)

    def _question(self, title: str, payload: object, terms: Terms) -> Gate:
        return Gate(self._desk, self._desk.children, title, payload, terms, self._heard)

    def _heard(self, answer: Answer) -> None:
        # Nobody but the asker hears: there is no agent whose next row could say that it went on.
        return
