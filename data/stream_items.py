"""One item of a stream: a message, a call, a gate or an error, ready to be shown."""

from dataclasses import dataclass
from typing import Literal

from .passages import Passage
from .rows import OPEN

Role = Literal["user", "thinking", "assistant", "tool", "gate", "error"]


@dataclass(frozen=True, slots=True)
class Item:
    """One message, call, gate or error, ready to be shown."""

    key: str
    role: Role
    relation: str
    id: str
    seq: int
    run_id: str
    agent_id: str
    agent: str
    at: float | None
    name: str
    status: str
    source_status: str = ""
    texts: tuple[tuple[str, Passage], ...] = ()
    """The parts of it with their labels; a message has one, unlabelled."""
    is_read: bool = True
    """False while its texts wait to be read."""
    error: str = ""
    ended: float | None = None
    took: float | None = None
    """Seconds."""
    kind: str = ""
    model: str = ""
    tokens_in: float | None = None
    tokens_out: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    cost_usd: float | None = None
    cost_source: str = ""
    has_cost: bool = True
    """False: of a source that records no costs, so that nothing is in doubt."""
    prompt_id: str = ""
    """The call it belongs to."""
    risk: str = ""
    why: str = ""
    deadline: float | None = None
    decided_by: str = ""
    reason: str = ""
    picked_up: float | None = None

    @property
    def row(self) -> str:
        """The row behind it, as `relation id`."""
        return f"{self.relation} {self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it may still change."""
        return self.status == "pending" if self.role == "gate" else self.status in OPEN

    @property
    def has_failed(self) -> bool:
        """Whether it is one of the errors `E` goes to."""
        return self.role == "error" or self.status == "failed"

    @property
    def passage(self) -> Passage:
        """The text of a message; of a call its output, else its input."""
        return next((text for _, text in reversed(self.texts) if text), Passage())

    @property
    def masked(self) -> int:
        """Secrets masked in what was read."""
        return sum(text.masked for _, text in self.texts)
