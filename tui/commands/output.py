"""How commands print: one JSON document, JSON lines, CSV, or a plain table for people."""

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from time import localtime, strftime
from typing import Any, Literal, NamedTuple, TextIO

from ...data import times
from ...data.source import Source

Format = Literal["json", "jsonl", "csv", "table"]
Row = tuple[Any, ...]

_NOTHING = "-"
_GAP = "  "
_WIDEST = 60
"""Cells a column of the table has at most; the last one may fill the terminal."""
_NARROWEST = 6
_BATCH = 100


class Answer(NamedTuple):
    """What a command found, ready to be printed."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    truncated: bool = False
    note: str = ""
    """For people, on stderr: why there is nothing, or nothing in a column."""


class Origin(NamedTuple):
    """Which source the rows are from."""

    system: str
    variant: str
    path: str


class Column(NamedTuple):
    """One column of the plain table: where its value stands and how it is written."""

    name: str
    head: str = ""
    """Empty: the name in capitals."""
    write: Callable[[Any, float], str] | None = None
    """The value and the time now, as text; None: by the kind of value."""


def origin(source: Source) -> Origin:
    """The origin of an open source's rows."""
    return Origin(source.system.name, source.system.variant, source.path)


def print_answer(
    answer: Answer, source: Origin, now: float, style: Format, table: Sequence[Column] = ()
) -> None:
    """Prints the answer on stdout in one of the four ways, and words about it on stderr.

    `table` are the plain table's columns; empty: all of them.
    """
    out = sys.stdout
    if style == "json":
        _write_json(out, answer, source, now)
    elif style == "jsonl":
        _write_json_lines(out, answer)
    elif style == "csv":
        _write_csv(out, answer)
    else:
        _write_table(out, answer, now, table or [Column(name) for name in answer.columns])
    out.flush()
    if answer.note and style == "table":
        say(answer.note)
    if answer.truncated and style != "json":
        say(f"rows were left out after {len(answer.rows):,}; --limit N prints more")


def say(words: str) -> None:
    """Words for a person: on stderr, where they do not mix with data."""
    print(clean(words), file=sys.stderr)


def clean(text: str | None, limit: int = 4096) -> str:
    """The text safe to print in one line."""
    # A command that prints JSON, which escapes by itself, need not load the cleaner.
    from ...data.text import clean

    return clean(text, limit)


def _write_json(out: TextIO, answer: Answer, source: Origin, now: float) -> None:
    # Only here: the plain table does not need it.
    from json import dumps

    head = dumps({"source": source._asdict(), "as_of": times.text(now)})
    out.write(f'{head[:-1]}, "rows": [')
    for start in range(0, len(answer.rows), _BATCH):
        batch = answer.rows[start : start + _BATCH]
        out.write(",\n" if start else "\n")
        out.write(",\n".join(dumps(_object(answer.columns, row)) for row in batch))
    out.write(f'\n], "truncated": {dumps(answer.truncated)}}}\n')


def _write_json_lines(out: TextIO, answer: Answer) -> None:
    from json import dumps

    for row in answer.rows:
        out.write(dumps(_object(answer.columns, row)) + "\n")


def _object(columns: Sequence[str], row: Row) -> dict[str, Any]:
    return dict(zip(columns, map(_finite, row), strict=True))


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: what was no number is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_csv(out: TextIO, answer: Answer) -> None:
    from csv import writer

    # A file gets the text as it is; a terminal must not be steered by it.
    shown = _for_terminal if out.isatty() else _as_it_is
    rows = writer(out, lineterminator="\n")
    rows.writerow(answer.columns)
    rows.writerows([shown(_finite(value)) for value in row] for row in answer.rows)


def _as_it_is(value: Any) -> Any:
    return _json(value) if isinstance(value, (dict, list)) else value


def _for_terminal(value: Any) -> Any:
    value = _as_it_is(value)
    return clean(value, len(value) + 1) if isinstance(value, str) else value


def _json(value: Any) -> str:
    from json import dumps

    return dumps(value)


def _write_table(out: TextIO, answer: Answer, now: float, table: Sequence[Column]) -> None:
    places = [answer.columns.index(column.name) for column in table]
    heads = [column.head or column.name.upper() for column in table]
    if not answer.rows:
        return
    cells = [
        [_cell(column, row[place], now) for column, place in zip(table, places, strict=True)]
        for row in answer.rows
    ]
    right = [_is_number(row[place] for row in answer.rows) for place in places]
    widths = _widths([heads, *cells], _terminal_width(out))
    for line in [heads, *cells]:
        out.write(_line(line, widths, right) + "\n")


def _cell(column: Column, value: Any, now: float) -> str:
    if column.write:
        return clean(column.write(value, now), 400)
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else "?"
    return clean(str(value), 400)


def _is_number(values: Iterable[Any]) -> bool:
    kinds = {type(value) for value in values if value is not None}
    return bool(kinds) and kinds <= {int, float}


def _terminal_width(out: TextIO) -> int | None:
    """Cells of the terminal that is printed on; None: a file or a pipe, where nothing is cut."""
    if not out.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _widths(lines: Sequence[Sequence[str]], room: int | None) -> list[int]:
    """Each column's width: as its widest cell, cut where the terminal has no room for all."""
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    if room is None:
        return widths
    widths = [*(min(width, _WIDEST) for width in widths[:-1]), widths[-1]]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    shown = []
    for text, width, is_right in zip(texts, widths, right, strict=True):
        text = _cut(text, width)
        blank = " " * (width - cells(text))
        shown.append(blank + text if is_right else text + blank)
    return _GAP.join(shown).rstrip()


def _cut(text: str, width: int) -> str:
    if cells(text) <= width:
        return text
    while text and cells(text) >= width:
        text = text[: -max(1, (cells(text) - width) // 2)]
    return text + "…"


def cells(text: str) -> int:
    """How many cells of a terminal a text takes. (rich knows better, but costs 20 ms.)"""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(combining(character) > 0 for character in text)


def money(value: Any, _now: float = 0.0) -> str:
    """Dollars: `1.92`, `<0.01`, `unpriced`."""
    if value is None:
        return "unpriced"
    if not math.isfinite(value):
        return "?"
    return "<0.01" if 0 < value < 0.005 else f"{value:,.2f}"


def tokens(value: Any, _now: float = 0.0) -> str:
    """Tokens in three figures: `14`, `41.2k`, `2.41M`."""
    if value is None:
        return _NOTHING
    if not math.isfinite(value):
        return "?"
    for unit, size, digits in (("", 1, 0), ("k", 1e3, 1), ("M", 1e6, 2)):
        if abs(value) < 999.5 * size:
            return f"{value / size:.{digits if abs(value) < 99.95 * size else 0}f}{unit}"
    return f"{value / 1e9:,.2f}G"


def moment(value: Any, now: float) -> str:
    """A source's time on the clock here; another day's with its date."""
    at = times.parse(value)
    if at is None:
        return clean(value, 40) or _NOTHING
    try:
        shown = localtime(at)
    except (OverflowError, ValueError, OSError):
        return clean(value, 40)
    is_today = shown[:3] == localtime(now)[:3]
    return strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M:%S", shown)


def percent(value: Any, _now: float = 0.0) -> str:
    """A share as whole percent."""
    return _NOTHING if value is None else f"{value:.0%}" if math.isfinite(value) else "?"


def milliseconds(value: Any, _now: float = 0.0) -> str:
    """A measured duration: `412ms`, `8.4s`, `7m 21s`."""
    if value is None:
        return _NOTHING
    if not math.isfinite(value):
        return "?"
    if value < 1000:
        return f"{value:.0f}ms"
    seconds = value / 1000
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02d}m" if hours else f"{minutes}m {seconds:02d}s"
