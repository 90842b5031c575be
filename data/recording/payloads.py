"""What becomes of a row before it is written: secrets masked, large texts moved, calls priced."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..text import masked
from .prices import price_micros
from .statements import Entry

LARGE = 64 * 1024
"""Characters a column holds; a longer text stands whole in an artifact."""

_FREE_TEXT = {
    "run_status": "error",
    "run_end": "error",
    "agent_status": "error",
    "agent_end": "error",
    "task": "error",
    "step": "error",
    "alarm": "message",
    "health": "details",
    "check": "output",
}
"""The column of each row whose text came from anywhere: an exception, a command's output."""

Redact = Callable[[str], tuple[str, int]]
"""A text without its secrets, and how many there were."""


def as_text(value: object) -> str | None:
    """A payload as it is stored: text as it is, anything else as JSON; never raises."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    # Only here: an agent that records plain text does not need it.
    import json

    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def as_document(value: object) -> str:
    """A gate's payload as it is stored, hashed and shown: text, or JSON with sorted keys.

    Raises TypeError or ValueError for what has no JSON: nobody could consent to it.
    """
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2)


class Payloads:
    """Turns entries as an agent left them into entries as they are stored."""

    def __init__(self, redact: Redact | None, price: bool) -> None:
        self._redact: Redact = masked if redact is None else _careful(redact)
        self._masks_together = redact is None
        self._price = price
        self._special: dict[str, Callable[[Any], Iterable[Entry]]] = {
            "prompt_start": self._prompt_start,
            "prompt_end": self._prompt_end,
            "tool_start": self._tool_start,
            "tool_end": self._tool_end,
            "chunk": self._chunk,
            **{name: partial(self._masked, name, field) for name, field in _FREE_TEXT.items()},
        }

    def stored(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries to write for these; each goes through here once."""
        rows: list[Entry] = []
        events: list[tuple[Any, ...]] = []
        for entry in entries:
            name, row = entry
            if name == "event":
                events.append(row)
            elif special := self._special.get(name):
                rows.extend(special(row))
            else:
                rows.append(entry)
        rows.extend(("event", row) for row in self._events(events))
        return rows

    def _events(self, events: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        # A search costs more to start than to run: one for all, and again only where it found.
        if self._masks_together:
            texts = "\n".join(f"{row[4]}\n{row[5]}" if row[5] else row[4] for row in events)
            if not self._redact(texts)[1]:
                return [self._event(row, masks=False) for row in events]
        return [self._event(row, masks=True) for row in events]

    def _event(self, row: tuple[Any, ...], masks: bool) -> tuple[Any, ...]:
        message, details = row[4], row[5]
        if not masks and details is None and len(message) <= LARGE:
            return row
        if masks:
            message = self._redact(message)[0]
            details = details and self._redact(details)[0]
        if details and len(details) > LARGE:
            details = as_text({"beginning": details[:LARGE], "characters": len(details)})
        return (*row[:4], message[:LARGE], details, row[6])

    def _prompt_start(self, row: dict[str, Any]) -> Iterable[Entry]:
        yield from self._moved(row, "request", "prompt.request", row["created_at"])
        yield "prompt_start", row

    def _prompt_end(self, row: dict[str, Any]) -> Iterable[Entry]:
        row["error"] = self._masked_text(row["error"])
        yield from self._moved(row, "response", "prompt.response", row["now"])
        self._settle_price(row)
        yield "prompt_end", row
        yield from usage(row)

    def _tool_start(self, row: dict[str, Any]) -> Iterable[Entry]:
        yield from self._moved(row, "input", "tool.input", row["now"])
        yield "tool_start", row

    def _tool_end(self, row: dict[str, Any]) -> Iterable[Entry]:
        row["error"] = self._masked_text(row["error"])
        yield from self._moved(row, "output", "tool.output", row["now"])
        yield "tool_end", row
        if row["idempotency_key"] is not None and row["status"] != "cancelled":
            yield "outcome", {**row, "tool_call_id": row["id"]}

    def _chunk(self, row: tuple[Any, ...]) -> Iterable[Entry]:
        prompt_id, kind, text, created_at = row
        text, count = self._redact(text)
        yield "chunk", (prompt_id, kind, text, created_at)
        if count:
            yield "chunk_masked", {"id": prompt_id, "masked": count}

    def _masked(self, name: str, field: str, row: dict[str, Any]) -> Iterable[Entry]:
        row[field] = self._masked_text(row[field])
        yield name, row

    def _masked_text(self, text: str | None) -> str | None:
        return None if text is None else self._redact(text)[0]

    def _moved(self, row: dict[str, Any], field: str, kind: str, at: str) -> Iterable[Entry]:
        """Masks a field; moves it to an artifact, but for its beginning, where it is large."""
        text, row["masked"] = row[field], 0
        row[f"{field}_artifact_id"] = None
        artifact_id = row.pop("artifact_id")
        if text is None:
            return
        row[field], row["masked"] = self._redact(text)
        if len(row[field]) > LARGE:
            yield "artifact", artifact(artifact_id, row["run_id"], kind, row[field], at)
            row[f"{field}_artifact_id"] = artifact_id
            row[field] = row[field][:LARGE]

    def _settle_price(self, row: dict[str, Any]) -> None:
        cost, at = row.pop("cost_usd"), row.pop("at")
        row["cost_micros"], row["cost_source"] = None, None
        if cost is not None:
            row["cost_micros"], row["cost_source"] = round(cost * 1_000_000), "reported"
        elif self._price:
            row["cost_micros"] = _price(row, at)
            row["cost_source"] = None if row["cost_micros"] is None else "priced"


def _price(row: dict[str, Any], at: float) -> int | None:
    try:
        return price_micros(
            row["model"],
            at,
            row["tokens_in"],
            row["tokens_out"],
            row["cache_read"],
            row["cache_write"],
        )
    except Exception:
        # Whatever is wrong with the table: the row is worth more than its price.
        return None


def _careful(redact: Redact) -> Redact:
    """A stranger's redaction that cannot break the writer: what it breaks on is not stored."""

    def careful(text: str) -> tuple[str, int]:
        try:
            safe, count = redact(text)
            return str(safe), int(count)
        except Exception:
            return "[not stored: it could not be redacted]", 1

    return careful


def usage(row: dict[str, Any]) -> Iterable[Entry]:
    """The totals one ended call adds to: its agent's and its hour's."""
    sums = {
        "agent_id": row["agent_id"],
        "run_id": row["run_id"],
        "hour": row["now"][:13],
        "model": row["model"] or "",
        "now": row["now"],
        "unpriced": int(row["cost_micros"] is None),
        "reported": int(row["cost_source"] == "reported"),
    }
    for count in ("tokens_in", "tokens_out", "cache_read", "cache_write", "cost_micros"):
        sums[count] = row[count] or 0
    yield "agent_usage", sums
    yield "rollup", sums
    yield "run_touch", {"id": row["run_id"], "now": row["now"]}


def artifact(artifact_id: str, run_id: str | None, kind: str, text: str, at: str) -> dict[str, Any]:
    """The row of a text that is too large for its column."""
    from hashlib import sha256

    body = text.encode("utf-8", "replace")
    return {
        "id": artifact_id,
        "run_id": run_id,
        "kind": kind,
        "media_type": "text/plain",
        "size": len(body),
        "sha256": sha256(body).hexdigest(),
        "body": body,
        "created_at": at,
    }
