"""What a client tells its hook: one JSON object on stdin, trusted in nothing.

What cannot be read whole is still searched for what it is and whose, so that a gate can stay
closed on its tool and everything else goes on undisturbed.
"""

import json
import re
from typing import IO, Any, NamedTuple

MOST_BYTES = 4_000_000
"""A larger event is not read: nobody could consent to it, and a hook must not be slow."""
GATED = ("PreToolUse", "PermissionRequest")
"""The events a tool waits for."""
_TAIL = 64_000
_FOUND_MOST = 50
_SALVAGED = (
    "hook_event_name",
    "session_id",
    "agent_id",
    "tool_name",
    "tool_use_id",
    "cwd",
    "file_path",
)


class Event(NamedTuple):
    """One event as far as it could be read."""

    name: str
    """PreToolUse, Stop, ...; empty where the client did not say, or nobody can tell."""
    session: str
    """Empty where the client did not say."""
    cwd: str | None
    agent_id: str | None
    """None for the session's main thread."""
    agent_type: str | None
    tool: str
    """Empty where there is none, or nobody can tell which."""
    tool_input: Any
    """As the client said it; nobody promises that it is an object."""
    tool_use_id: str | None
    fields: dict[str, Any]
    """All of it."""
    fault: str | None
    """Why it could not be read, if it could not."""

    @property
    def may_be_gated(self) -> bool:
        """Whether a tool waits for what is answered, or might: an event without a name may."""
        return self.name in GATED or not self.name

    def text(self, name: str) -> str | None:
        """A field that is text and not empty."""
        return _text(self.fields, name)


def read(stream: IO[bytes]) -> Event:
    """The event a client wrote; never raises for what it says."""
    raw = stream.read(MOST_BYTES + 1)
    if len(raw) <= MOST_BYTES:
        return parse(raw)
    tail = b""
    # A client that cannot finish writing would take the hook for broken.
    while more := stream.read(1 << 20):
        tail = (tail + more)[-_TAIL:]
    return _salvaged(raw, tail, f"the event is larger than {MOST_BYTES // 1_000_000} MB")


def parse(raw: bytes) -> Event:
    """The event these bytes are."""
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return _salvaged(raw, b"", f"the event is not JSON that can be read: {_said(error)}")
    if not isinstance(fields, dict):
        return _salvaged(b"", b"", "the event is no JSON object")
    session, agent_id = _text(fields, "session_id") or "", _text(fields, "agent_id")
    return Event(
        name=_text(fields, "hook_event_name") or "",
        session=session,
        cwd=_text(fields, "cwd"),
        agent_id=None if agent_id == session else agent_id,
        agent_type=_text(fields, "agent_type"),
        tool=_text(fields, "tool_name") or "",
        tool_input=fields.get("tool_input"),
        tool_use_id=_text(fields, "tool_use_id"),
        fields=fields,
        fault=None,
    )


def _salvaged(head: bytes, tail: bytes, fault: str) -> Event:
    """What stands in the bytes of an event that cannot be read, where it stands there clearly.

    A quote inside a text is escaped, so no text can pose as a field; but a tool's own input may
    have fields of the same names. So only what is said once, or always the same, is believed.
    """
    fields: dict[str, Any] = {}
    for name in _SALVAGED:
        field = re.compile(rb'"' + name.encode() + rb'"\s*:\s*"([^"\\]{1,4096})"')
        said = set()
        for part in (head, tail):
            for number, match in enumerate(field.finditer(part)):
                said.add(match[1])
                if number > _FOUND_MOST:
                    # Nobody looks through them all: what comes behind them may be another.
                    said.add(b"")
                    break
        if len(said) == 1:
            fields[name] = said.pop().decode("utf-8", "replace")
    session, agent_id = fields.get("session_id", ""), fields.get("agent_id")
    return Event(
        fields.get("hook_event_name", ""),
        session,
        fields.get("cwd"),
        None if agent_id == session else agent_id,
        None,
        fields.get("tool_name", ""),
        None,
        fields.get("tool_use_id"),
        fields,
        fault,
    )


def _said(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        return None
    return storable(value)


def storable(text: str) -> str:
    """The text without lone surrogates: they are JSON, and no database takes them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
