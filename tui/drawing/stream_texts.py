"""What is taken away from a stream: a whole text, a row, and the command that shows it."""

from dataclasses import asdict
from shlex import quote
from typing import Any

from ...data.source import Source
from ...data.stream import read_whole
from ...data.stream_items import Item
from ...data.text import clean_lines, masked

_COMMANDS = {
    "prompt": "prompts",
    "tool_call": "tools",
    "approval": "approvals",
    "event": "events",
}


def whole_text(source: Source, item: Item) -> str:
    """Every text of an item in full, safe for a terminal, secrets masked; "" for none."""
    texts = read_whole(source, item) or [("", item.passage.text)]
    lines: list[str] = []
    for label, text in texts:
        safe, _ = masked(text)
        if len(texts) > 1:
            lines.append(f"--- {label} ---")
        lines += clean_lines(safe, None, max(len(safe), 1))
    return "\n".join(lines) + "\n" if any(text for _, text in texts) else ""


def as_row(item: Item) -> dict[str, Any]:
    """An item as names and values, with its texts as far as they were read."""
    row = {name: value for name, value in asdict(item).items() if value not in (None, "", ())}
    row["texts"] = {label or "text": text.text for label, text in item.texts}
    for name in ("key", "is_read"):
        row.pop(name, None)
    return row


def command_for(item: Item, path: str) -> str:
    """The command that prints the item's row."""
    sought = quote(f'id="{item.id}"')
    return f"vedette {_COMMANDS[item.relation]} --db {quote(path)} --filter {sought} --json"
