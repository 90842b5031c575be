"""Draws the Tables screen: the list of tables, a grid of any rows, and one row in full."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...data.tables import HELD, Column, Page, Referrer, Table, Value
from ...data.text import clean, clean_lines
from .. import numbers, parts
from ..line import Cell, Line, Span, columns, width_of
from ..view import View

WIDEST = 40
"""Cells a column takes at most; the whole value stands in the row's own page."""

_NAME, _ROWS = 30, 12


class Grid(NamedTuple):
    """Which columns of a page are in sight, and where each stands."""

    first: int
    widths: tuple[int, ...]
    numeric: tuple[bool, ...]
    """Which of them hold numbers only, and stand at the right of their column."""


class Detail(NamedTuple):
    """One line of a row shown in full."""

    key: str
    """The column, repeated on each of its lines: they are one item."""
    label: str
    text: str
    links: str
    """The table a foreign key points at; "" for none."""
    refers: Referrer | None = None
    """Of a line that leads to the rows of another table that point at this one."""
    rows: int | None = None
    """How many of these there are; None: not known."""


def tables_head(width: int) -> Line:
    """The heads over the list of tables."""
    cells = [
        Cell(3, _NAME, [("TABLE", "muted")]),
        Cell(34, _ROWS, [("ROWS", "muted")], "right"),
        Cell(48, 4, [("COLS", "muted")], "right"),
        Cell(54, max(0, width - 55), [("KEY, INDEXES", "muted")]),
    ]
    return columns(width, cells)


def table_line(table: Table, width: int, view: View) -> Line:
    """One table: rows (about, when large), columns, keys and indexes."""
    name: list[Span] = [(parts.cut(clean(table.name, 80), _NAME, view.glyphs), "bright bold")]
    if table.is_view:
        name = [(name[0][0], "ink"), ("  view", "muted")]
    room = max(0, width - 55)
    about = clean(table.error, 200) if table.error else _indexes(table)
    return columns(
        width,
        [
            Cell(3, _NAME, name),
            Cell(34, _ROWS, [_count(table)], "right"),
            Cell(48, 4, [(numbers.count(len(table.columns)), "ink")], "right"),
            Cell(
                54, room, [(parts.cut(about, room, view.glyphs), "bad" if table.error else "muted")]
            ),
        ],
    )


def _count(table: Table) -> Span:
    if table.rows is None:
        return ("—", "faint")
    text = numbers.count(table.rows)
    return (text, "ink") if table.is_exact else (f"~{text}", "soft")


def _indexes(table: Table) -> str:
    keys = [
        column.name for column in sorted(table.columns, key=lambda c: c.primary) if column.primary
    ]
    bits = [f"key {', '.join(keys)}"] if keys else []
    bits += [
        ", ".join(index.columns) for index in table.indexes if not index.name.startswith("sqlite_")
    ]
    return clean("   ".join(bits), 300)


def table_details(table: Table, width: int, height: int, view: View) -> list[Line]:
    """The pane of one table: its columns with types and links."""
    lines = [columns(width, [Cell(2, width - 4, [(clean(table.name, 80), "bright bold")])])]
    for said in parts.wrap(table.says, width - 4) if table.says else ():
        lines.append(columns(width, [Cell(2, width - 4, [(said, "muted")])]))
    for column in table.columns:
        about = f"{clean(column.type, 20).lower()}{'' if not column.not_null else ' not null'}"
        link = f"{view.glyphs.path} {column.references[0]}" if column.references else ""
        spans: list[Span] = [(about, "muted"), (f"  {clean(link, 40)}", "soft")]
        cells = [Cell(2, 20, [(parts.cut(clean(column.name, 40), 20, view.glyphs), "ink")])]
        lines.append(columns(width, [*cells, Cell(23, max(0, width - 25), spans)]))
    hidden = len(lines) - height
    if hidden > 0:
        lines = [
            *lines[: height - 1],
            columns(
                width, [Cell(2, width - 4, [parts.folded(hidden + 1, "columns", view.glyphs)])]
            ),
        ]
    return lines


def cell_text(value: Value, limit: int = 200) -> str:
    """Any value of any column as one line."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"{len(value)} bytes {value[:12].hex()}"
    return clean(str(value)[: limit * 8], limit)


def _token(value: Value) -> str:
    if value is None:
        return "faint"
    return "doubt" if isinstance(value, bytes) else "ink"


def grid(page: Page, first: int, width: int) -> Grid:
    """Column widths from the page's own values, from column `first` on."""
    widths: list[int] = []
    numeric: list[bool] = []
    room = width - 2
    for index in range(first, len(page.columns)):
        values = [cell_text(row[index], WIDEST) for row in page.rows[:60]]
        widest = max([width_of([(text, "")]) for text in (page.columns[index], *values)], default=1)
        take = min(WIDEST, max(3, widest))
        if room <= 4:
            break
        widths.append(min(take, room))
        found = [row[index] for row in page.rows if row[index] is not None]
        numeric.append(bool(found) and all(isinstance(value, int | float) for value in found))
        room -= take + 2
    return Grid(first, tuple(widths), tuple(numeric))


def grid_head(page: Page, at: Grid, width: int, view: View) -> Line:
    """The page's column names."""
    names = [clean(name, WIDEST) for name in page.columns[at.first :]]
    return _laid(names, ["muted"] * len(names), at, width, view)


def grid_line(row: Sequence[Value], at: Grid, width: int, view: View) -> Line:
    """One row of a page."""
    values = row[at.first : at.first + len(at.widths)]
    return _laid(
        [cell_text(v, WIDEST * 2) for v in values], [_token(v) for v in values], at, width, view
    )


def _laid(texts: Sequence[str], tokens: Sequence[str], at: Grid, width: int, view: View) -> Line:
    cells, start = [], 1
    for text, token, wide, is_number in zip(texts, tokens, at.widths, at.numeric, strict=False):
        span: Span = (parts.cut(text, wide, view.glyphs), token)
        cells.append(Cell(start, wide, [span], "right" if is_number else "left"))
        start += wide + 2
    return columns(width, cells)


def details(
    page: Page,
    row: Sequence[Value],
    types: Sequence[Column],
    width: int,
    held: Mapping[Referrer, int] | None = None,
) -> list[Detail]:
    """One row in full: a column a paragraph, JSON laid out, long text wrapped.

    `held`: how many rows of other tables point at it, where that is known.
    """
    links = {column.name: column.references[0] for column in types if column.references}
    lines: list[Detail] = []
    for name, value in zip(page.columns, row, strict=False):
        label = clean(name, 60)
        for number, text in enumerate(_full(value, max(10, width - 24))):
            link = links.get(name, "") if number == 0 else ""
            lines.append(Detail(name, label if number == 0 else "", text, link))
    names = [name.lower() for name in page.columns]
    for refers in page.referrers:
        if refers.target.lower() in names:
            key = f"{refers.table}.{refers.column}"
            count = (held or {}).get(refers)
            rows = "" if count is None else f"   {_rows(count)}"
            lines.append(Detail(key, "held by", clean(key, 80) + rows, refers.table, refers, count))
    return lines


def _rows(count: int) -> str:
    if count >= HELD:
        return f"{count:,}+ rows"
    return "1 row" if count == 1 else f"{count:,} rows" if count else "no rows"


def _full(value: Value, width: int) -> list[str]:
    if not isinstance(value, str):
        return [cell_text(value)]
    text = _pretty(value)
    wrapped: list[str] = []
    for line in clean_lines(text):
        wrapped += parts.wrap(line, width) or [""]
    return wrapped or [""]


def _pretty(text: str) -> str:
    if text.lstrip()[:1] not in ("{", "[") or len(text) > 200_000:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def detail_line(line: Detail, width: int, view: View) -> Line:
    """One line of a row shown in full."""
    token = "faint" if line.text == "NULL" or line.rows == 0 else "soft" if line.refers else "ink"
    spans: list[Span] = [(line.text, token)]
    if line.links and not line.refers:
        spans += [(f"   {view.glyphs.path} ", "faint"), (clean(line.links, 40), "soft")]
    label = parts.cut(line.label, 19, view.glyphs)
    return columns(width, [Cell(2, 19, [(label, "muted")]), Cell(22, max(0, width - 23), spans)])
