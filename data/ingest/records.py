"""A transcript's line as a record, and its parts as text: what every client's reader needs."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .. import times

Record = dict[str, Any]

ERROR = 400
"""Characters of a failed tool's output that say why it failed."""


def record(content: bytes) -> Record | None:
    """The record of a line; None for what is none: half a line, a list, binary."""
    try:
        value = json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if b"\\ud" in content or b"\\uD" in content:
        # Half a pair of surrogates can be written in JSON, but not stored.
        value = _storable(value)
    return value if isinstance(value, dict) else None


def stamp(value: object) -> str | None:
    """A record's time as our rows keep it; None where it has none."""
    if not isinstance(value, str):
        return None
    if len(value) == 24 and value[10] == "T" and value[19] == "." and value[23] == "Z":
        # The form nearly every line has.
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return None
        return f"{value[:23]}000Z"
    moment = times.parse(value)
    return None if moment is None else times.text(moment)


def mapping(value: object) -> Mapping[str, Any]:
    """A part of a record that should be an object: that, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Mapping[str, Any]]:
    """A part of a record that should be a list of objects: those it has."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def word(value: object) -> str | None:
    """A part of a record that should be a short text: that, or None."""
    return value if isinstance(value, str) and value else None


def count(value: object) -> int | None:
    """A part of a record that should be a count: that, or None."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if is_count and isinstance(value, int) else None


def amount(value: object) -> float | None:
    """A part of a record that should be an amount of money: that, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 else None


def content_text(content: object) -> str:
    """The text of a message's content: its text blocks; of what is no text, what it is."""
    if isinstance(content, str):
        return content
    texts = []
    for block in items(content):
        if isinstance(text := block.get("text"), str):
            texts.append(text)
        elif block.get("type") not in ("tool_use", "tool_result", "thinking"):
            texts.append(f"[{word(block.get('type')) or 'something without text'}]")
    return "\n".join(texts)


def as_json(value: object) -> str | None:
    """A payload as it is stored: text as it is, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value
