"""What a made-up agent asks, what it is told, and the answers of the days before."""

from typing import Any, NamedTuple

from .. import decisions
from ..recording.payloads import as_document

_TOOLS = {"files": "write_file", "command": "bash", "http": "http", "sql": "sql.query"}
_EFFECTS = {"files": "written", "command": "", "http": "200 OK, 1.6 kB", "sql": "done"}


class Question(NamedTuple):
    """One gate: what the agent wants to do, and on which terms it waits."""

    title: str
    payload: dict[str, Any]
    risk: str
    why: str
    timeout: float | None = None
    """Seconds the agent waits; None: until it is answered."""
    needed: int = 1

    @property
    def tool(self) -> str:
        """The tool that does it once it may."""
        return _TOOLS[self.shape]

    @property
    def effect(self) -> str:
        """What that tool says when it is done."""
        return _EFFECTS[self.shape]

    @property
    def shape(self) -> str:
        """files, command, http or sql."""
        return next(key for key in _TOOLS if key in self.payload)

    @property
    def sha256(self) -> str:
        """The hash of the payload as the recorder stores it."""
        return decisions.digest(as_document(self.payload).encode())


class Answer(NamedTuple):
    """What the agent was told: approved, rejected, expired or withdrawn."""

    outcome: str
    by: str | None = None
    reason: str | None = None

    @property
    def approved(self) -> bool:
        """Whether it may go on."""
        return self.outcome == "approved"

    @property
    def told(self) -> str:
        """The answer as the agent's next prompt says it."""
        if self.outcome == "expired":
            return "Nobody answered. It was not run."
        if self.outcome == "withdrawn":
            return "The question was taken back. It was not run."
        reason = f": {self.reason}" if self.reason else "."
        return f"{self.outcome.capitalize()} by {self.by}{reason}"


class Verdict(NamedTuple):
    """An answer of the days before, and how it came about."""

    answer: Answer
    after: float
    """Seconds from the question to the answer."""
    shown: float = 0.0
    """Seconds the payload was on the answerer's screen."""


def approved(by: str, after: float, reason: str | None = None) -> Verdict:
    """A person read it and agreed."""
    return Verdict(Answer("approved", by, reason), after, shown=min(after * 0.6, 40.0))


def rejected(by: str, after: float, reason: str) -> Verdict:
    """A person read it and said no."""
    return Verdict(Answer("rejected", by, reason), after, shown=min(after * 0.6, 25.0))
