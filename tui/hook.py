"""What a client runs at each of its events: reads one event, records it, and answers it.

It never gets in the way of what is only watched, and never lets through what a rule gates: there
whatever goes wrong is a no, by the exit code every client takes for one. Starts without click and
without anything else a watched event does not need: a client waits for it at each tool.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..data.ingest.events import Event
    from ..data.ingest.replies import Reply
    from ..data.ingest.rules import Need, Rules

CLIENTS = ("claude-code", "codex")
DEADLINE = 570.0
"""Seconds a person has: half a minute less than the clients wait where nothing is said."""
_EVALUATION = 20
"""Seconds after which an event that was not even understood is answered by the safe side."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_OPTIONS = ("--db", "--rules", "--deadline")
_WATCH = "--watch"


class Asked(NamedTuple):
    """What the command line says."""

    client: str
    db: str | None = None
    rules: str | None = None
    deadline: float = DEADLINE
    is_watching: bool = False
    """Whether nothing waits, whatever the rules say."""


def parse(words: list[str]) -> Asked | None:
    """The command line after `hook`; None where it asks for help, or is not understood."""
    if not words or words[0] not in CLIENTS:
        return None
    given: dict[str, str] = {}
    rest = [word for word in words[1:] if word != _WATCH]
    while rest:
        name, has_value, value = rest.pop(0).partition("=")
        if name not in _OPTIONS or (not has_value and not rest):
            return None
        given[name] = value if has_value else rest.pop(0)
    try:
        deadline = float(given.get("--deadline", DEADLINE))
    except ValueError:
        return None
    if not 0 < deadline < 1e9:
        return None
    is_watching = _WATCH in words
    return Asked(words[0], given.get("--db"), given.get("--rules"), deadline, is_watching)


def run(asked: Asked, began: float | None = None) -> int:
    """Answers the event on stdin; the exit code. `began` is when the client began to wait."""
    began = time.time() if began is None else began
    hook = _Hook(asked, began)
    try:
        reply = hook.answer(sys.stdin.buffer)
        sys.stdout.write(reply.out)
        sys.stdout.flush()
        sys.stderr.write(reply.err)
        return reply.code
    # Also what is no Exception: an interrupt must not open a gate either.
    except BaseException as error:
        if not hook.is_closed:
            return 0
        with suppress(OSError, ValueError):
            told = str(error).replace("\n", "; ") or type(error).__name__
            told = "".join(each if each.isprintable() else "?" for each in told)
            print(f"Vedette: nothing may run: {told}", file=sys.stderr)
        return 2


class _Hook:
    """One event, from reading it to its answer."""

    def __init__(self, asked: Asked, began: float) -> None:
        self.is_closed = not asked.is_watching
        """Whether a failure is a no: until it is known that the event is only watched."""
        self._asked = asked
        self._began = began

    def answer(self, stream: IO[bytes]) -> "Reply":
        with _Interrupts() as interrupts:
            from ..data.ingest import events

            event = events.read(stream)
            if self._asked.is_watching or not event.may_be_gated:
                self.is_closed = False
                return self._watched(event)
            return self._judged(event, interrupts)

    def _judged(self, event: "Event", interrupts: "_Interrupts") -> "Reply":
        from ..data.ingest import rules as rule_files

        folders = _folders(event)
        named = self._asked.rules
        rules = rule_files.load_all([named] if named else rule_files.find(folders, os.environ))
        if not rules.asks and not (event.name == "PermissionRequest" and rules.asks_permissions):
            self.is_closed = False
            return self._watched(event)
        return self._needed(event, rules, folders[0], interrupts)

    def _needed(
        self, event: "Event", rules: "Rules", cwd: str, interrupts: "_Interrupts"
    ) -> "Reply":
        from ..data.ingest import gating, replies
        from ..data.ingest.rules import Fault

        found = gating.wanted(event, rules, cwd)
        note = "\n".join(map(str, rules.faults)) or None
        if isinstance(found, Fault):
            reason = f"a rule file has a fault, so its gates are closed: {found}"
            return self._refused(event, reason, note)
        if isinstance(found, gating.Closed):
            return self._refused(event, f"{found.reason}; nothing may run", note)
        if found is not None:
            reply = self._gated(event, found, rules, interrupts, note)
        else:
            self.is_closed = False
            reply = self._watched(event, note)
        return reply if note is None else reply._replace(err=replies.block(note).err + reply.err)

    def _gated(
        self,
        event: "Event",
        need: "Need",
        rules: "Rules",
        interrupts: "_Interrupts",
        note: str | None,
    ) -> "Reply":
        from ..data.ingest import gating, hooks

        client, most = self._asked.client, self._asked.deadline
        return gating.ask(
            self._path(event),
            client,
            event,
            need,
            deadline=min(most, rules.deadline or most),
            stop=interrupts.wait(),
            began=self._began,
            by=hooks.process_of(client),
            note=note,
        )

    def _refused(self, event: "Event", reason: str, note: str | None) -> "Reply":
        """A no without a question; that it is written down is worth less than the no."""
        from ..data.ingest import hooks, replies

        with suppress(Exception):
            path, client, now = self._path(event), self._asked.client, time.time()
            by = hooks.process_of(client)
            tool_id = hooks.record(path, client, event, now, by=by, note=note)
            if tool_id is not None:
                hooks.settle(path, client, event, tool_id, "refused", reason, now)
        return replies.block(reason)

    def _watched(self, event: "Event", note: str | None = None) -> "Reply":
        """Records it as far as that can be done: to be watched disturbs nothing."""
        from ..data.ingest import hooks, missed, replies

        with suppress(Exception):
            path, client = self._path(event), self._asked.client
            by = hooks.process_of(client)
            try:
                hooks.record(path, client, event, time.time(), by=by, note=note)
            except Exception as error:
                if missed.is_passing(path, error):
                    missed.add(path, client, event)
        return replies.Reply()

    def _path(self, event: "Event") -> str:
        from ..data import discovery

        folders = _folders(event)
        # Like the rules: that of the first folder that has one.
        near = (
            folder
            for folder in folders
            if os.path.isdir(os.path.dirname(discovery.near_path(folder)))
        )
        return discovery.recording_path(next(near, folders[0]), os.environ, self._asked.db)


def _folders(event: "Event") -> list[str]:
    """Where the work is: the project first, for a rule must hold in whatever folder it goes to."""
    named = [os.environ.get("CLAUDE_PROJECT_DIR"), event.cwd]
    with suppress(OSError):
        named.append(os.getcwd())
    return list(dict.fromkeys(each for each in named if each)) or [os.sep]


class _Interrupted(BaseException):
    """Something ended the hook before it had its answer."""


class _Interrupts:
    """Signals that mean: no longer. First they end what goes on, and then only the waiting."""

    def __init__(self) -> None:
        self._is_told = False
        self._is_waiting = False
        self._parent = os.getppid()

    def __enter__(self) -> "_Interrupts":
        for each in _SIGNALS:
            # What nohup ignores stays ignored.
            if signal.getsignal(each) != signal.SIG_IGN:
                signal.signal(each, self._note)
        # Whatever is slow, a rule, a folder or a client that stops in the middle of its event:
        # a hook that is still at it when the client gives up would let the tool run.
        signal.signal(signal.SIGALRM, self._note)
        signal.setitimer(signal.ITIMER_REAL, _EVALUATION)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)

    def wait(self) -> Callable[[], str | None]:
        """From here on somebody asks regularly: what to ask."""
        self._is_waiting = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        return self._reason

    def _reason(self) -> str | None:
        """Why to wait no longer, or None."""
        if self._is_told:
            return "the client stopped its hook"
        return "the client is gone" if os.getppid() != self._parent else None

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._is_told = True
        if not self._is_waiting:
            is_slow = number == signal.SIGALRM
            raise _Interrupted(
                f"the event was not understood within {_EVALUATION} s"
                if is_slow
                else "the client stopped its hook"
            )
