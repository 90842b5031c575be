"""The command `tables`: every table of a source, as it stands."""

from typing import Any

import click

from ...data.tables import Table, read_tables
from .options import asked, opened, row_options
from .output import Answer, Column, origin, print_answer

COLUMNS = ("name", "kind", "rows", "exact", "columns", "error", "holds")


def command(_name: str) -> click.Command:
    """The command `tables`."""
    return tables


@click.command(short_help="Every table and view of the source, with its rows and columns.")
@row_options
def tables(**values: Any) -> None:
    """Every table and view of the source. `rows` is exact where counting is quick; else it is the
    highest row number and `exact` is false, or null where even that is not known. `holds` says in
    words what a known system keeps there.

    Filter fields: name, kind, rows, column.
    """
    request = asked(values)
    with opened(request.db) as source, source.reading():
        found = read_tables(source, request.now)
        where = origin(source)
    rows = [_row(table) for table in found.tables]
    note = ""
    if request.filter_text:
        rows, note = _matching(rows, request.filter_text)
    elif not rows:
        note = "there are no tables in it"
    answer = Answer(COLUMNS, rows[: request.limit], len(rows) > request.limit, note)
    print_answer(answer, where, request.now, request.style, _TABLE)


def _row(table: Table) -> tuple[Any, ...]:
    kind = "view" if table.is_view else "table"
    columns = [column.name for column in table.columns]
    says = table.says or None
    return table.name, kind, table.rows, table.is_exact, columns, table.error or None, says


def _matching(rows: list[tuple[Any, ...]], text: str) -> tuple[list[tuple[Any, ...]], str]:
    # Only with a filter: the grammar costs a command 9 ms.
    from ...data import filters
    from ...data.filters import Kind

    kinds = {"name": Kind.TEXT, "kind": Kind.TEXT, "rows": Kind.NUMBER, "column": Kind.TEXT}
    chosen = filters.parse(text, kinds)
    facts = [
        {"name": name, "kind": kind, "rows": count, "column": tuple(columns)}
        for name, kind, count, _, columns, _, _ in rows
    ]
    kept = [row for row, each in zip(rows, facts, strict=True) if chosen.matches(each)]
    emptied = None if kept else chosen.explain_empty(facts)
    return (
        kept,
        f"nothing matches: {emptied.term} removed the last {emptied.removed}" if emptied else "",
    )


def _count(value: Any, _now: float) -> str:
    return "-" if value is None else f"{value:,}"


_TABLE = (
    Column("name"),
    Column("kind"),
    Column("rows", write=_count),
    Column("exact", write=lambda value, _now: "" if value else "~"),
    Column("holds"),
    Column("columns", write=lambda value, _now: ", ".join(value)),
    Column("error"),
)
