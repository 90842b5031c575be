"""Wraps styled text: spans in, rows of spans out, broken at blanks and never inside a wide cell."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, get_character_cell_size

from ..line import Span, width_of

Spans = tuple[Span, ...]


def wrap(spans: Sequence[Span], width: int) -> list[Spans]:
    """The spans in rows of at most `width` cells; blanks at a break are dropped."""
    if width_of(spans) <= width:
        return [tuple(spans)]
    text = "".join(text for text, _ in spans)
    return [cut_out(spans, start, end) for start, end in breaks(text, width)]


def breaks(text: str, width: int) -> list[tuple[int, int]]:
    """Where each row of a text begins and ends, in characters; words too long are broken."""
    width = max(1, width)
    rows: list[tuple[int, int]] = []
    at, is_narrow = 0, text.isascii() or cell_len(text) == len(text)
    while True:
        limit = at + width if is_narrow else _reach(text, at, width)
        if limit >= len(text):
            return [*rows, (at, len(text))]
        end = text.rfind(" ", at, limit + 1)
        if end <= at or not text[at:end].strip(" "):
            end = limit
        rows.append((at, at + len(text[at:end].rstrip(" "))))
        while end < len(text) and text[end] == " ":
            end += 1
        if end == len(text):
            return rows
        at = end


def cut_out(spans: Iterable[Span], start: int, end: int) -> Spans:
    """The spans of the characters from `start` to `end`."""
    taken: list[Span] = []
    at = 0
    for text, token in spans:
        after = at + len(text)
        if after > start and at < end:
            taken.append((text[max(0, start - at) : end - at], token))
        at = after
        if at >= end:
            break
    return tuple(taken)


def _reach(text: str, at: int, width: int) -> int:
    """The end of the longest piece from `at` that fits; at least one character."""
    used = 0
    for index in range(at, len(text)):
        used += get_character_cell_size(text[index])
        if used > width:
            return max(index, at + 1)
    return len(text)
