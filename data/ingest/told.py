"""What a transcript tells, whichever client wrote it: the values between a reader and the store."""

from typing import NamedTuple, Protocol

from ..prices import Usage


class Session(NamedTuple):
    """A session is heard."""

    run_id: str
    session: str
    project: str | None
    title: str
    at: str


class Thread(NamedTuple):
    """An agent of a session is heard."""

    id: str
    run_id: str
    name: str
    unnamed: str
    """The name it has while its own is not known."""
    kind: str
    model: str | None
    parent_id: str | None
    """Who its parent is where nothing better is known."""
    parent_tool: str | None
    """The tool call that started it."""
    at: str


class Call(NamedTuple):
    """One call of a model, as far as it is told."""

    id: str
    run_id: str
    agent_id: str
    model: str | None
    request: str | None
    response: str | None
    thinking: str | None
    usage: Usage
    cost_usd: float | None
    """As the transcript reports it."""
    started_at: str
    completed_at: str
    error: str | None = None


class ToolStart(NamedTuple):
    """A tool is called."""

    id: str
    run_id: str
    agent_id: str
    prompt_id: str | None
    name: str
    input: str | None
    at: str


class ToolEnd(NamedTuple):
    """A tool gives back."""

    id: str
    run_id: str
    output: str | None
    error: str | None
    """Why it failed; None: it did not."""
    at: str


class Note(NamedTuple):
    """Something for the log."""

    run_id: str
    agent_id: str
    level: str
    kind: str
    message: str
    at: str


class ThreadEnd(NamedTuple):
    """A sub-agent has given its last answer."""

    id: str
    at: str


class TurnEnd(NamedTuple):
    """The main agent has answered: what comes next, a person says."""

    id: str
    run_id: str
    at: str


Told = Session | Thread | Call | ToolStart | ToolEnd | Note | ThreadEnd | TurnEnd


class Reader(Protocol):
    """Reads one transcript line by line."""

    run_id: str | None
    reported: str | None
    """The session's cost as it reports it, as JSON."""
    unreadable: int
    """Lines that were no record."""

    def read(self, content: bytes, start: int) -> list[Told]:
        """What a line tells, and what lines before it told that is complete only now."""

    def rest(self) -> list[Told]:
        """What is known of what may still go on."""

    def hold(self) -> int | None:
        """Where the first line starts that is not yet fully told; None: all are."""

    def state(self) -> str:
        """What the next reader of this file must know, as JSON."""
