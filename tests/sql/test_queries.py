"""Every statement under sql/queries asks the relations only, in SQL that other databases speak."""

import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import amelia, dossier, syris, tac
from tests.builders import vedette as own
from vedette import sql
from vedette.data.rows import RELATIONS
from vedette.data.systems import create_views, recognise

QUERIES = sorted(
    str(path.relative_to(os.path.dirname(sql.__file__)).with_suffix(""))
    for path in Path(os.path.dirname(sql.__file__)).glob("queries/**/*.sql")
)

SOURCES = (
    "vedette",
    "tac v1",
    "tac v2",
    "dossier",
    "amelia events",
    "amelia workflow_log",
    "amelia upgraded",
    "syris design",
    "syris coded",
    "unknown",
)

SQLITE_ONLY = (
    "char",
    "datetime",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json_array",
    "json_each",
    "json_extract",
    "json_object",
    "json_tree",
    "json_type",
    "json_valid",
    "julianday",
    "last_insert_rowid",
    "likely",
    "printf",
    "randomblob",
    "strftime",
    "total",
    "typeof",
    "unicode",
    "unixepoch",
    "unlikely",
    "zeroblob",
)
"""Functions that PostgreSQL lacks, or has under the name with another meaning."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, sqlite3.Connection]]:
    folder = tmp_path_factory.mktemp("sources")
    paths = {name: folder / f"{name.replace(' ', '_')}.db" for name in SOURCES}
    own.create(paths["vedette"]).close()
    tac.create(paths["tac v1"], 1).close()
    tac.create(paths["tac v2"], 2).close()
    dossier.create(paths["dossier"]).close()
    for form in ("events", "workflow_log", "upgraded"):
        amelia.create(paths[f"amelia {form}"], form).close()
    syris.create(paths["syris design"], "design").close()
    syris.create(paths["syris coded"], "coded").close()
    sqlite3.connect(paths["unknown"]).close()
    opened = {name: sqlite3.connect(path, isolation_level=None) for name, path in paths.items()}
    for connection in opened.values():
        create_views(connection, recognise(connection))
    yield opened
    for connection in opened.values():
        connection.close()


def bare(statement: str) -> str:
    """A statement without its comments and the contents of its texts."""
    return re.sub(r"--[^\n]*|'[^']*'", lambda found: "''" if found[0][0] == "'" else "", statement)


def parameters(statement: str) -> dict[str, object]:
    """The named parameters of a statement, each with a value."""
    return dict.fromkeys(re.findall(r":(\w+)", bare(statement)), 1)


def sources_named(statement: str) -> set[str]:
    """What a statement reads FROM, without the names it gives itself in WITH."""
    text = bare(statement)
    own_names = set(re.findall(r"(\w+)\s*(?:\([\w\s,]*\)\s*)?AS\s*\(\s*(?:SELECT|VALUES)\b", text))
    named = re.findall(r"\b(?:FROM|JOIN)\s+(\"?[\w.]+\"?)", text)
    return {name.strip('"') for name in named} - own_names


def columns_read(connection: sqlite3.Connection, statement: str) -> set[str]:
    """The tables' columns a statement reads by itself: what its views read is not counted."""
    read = set()

    def note(
        action: int, table: str | None, column: str | None, database: str | None, view: str | None
    ) -> int:
        # A table of which no column is read comes without one, and without its view.
        if action == sqlite3.SQLITE_READ and view is None and database == "main" and column:
            read.add(f"{table}.{column}")
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    try:
        connection.execute(f"EXPLAIN {statement}", parameters(statement)).fetchall()
    finally:
        connection.set_authorizer(None)
    return read


def functions_called(statement: str) -> set[str]:
    return {name.lower() for name in re.findall(r"\b(\w+)\s*\(", bare(statement))}


def extremes_of_several(statement: str) -> list[str]:
    """The arguments of each max() and min() that compares several: PostgreSQL's greatest, least."""
    text, found = bare(statement), []
    for call in re.finditer(r"\b(?:max|min)\s*\(", text, re.IGNORECASE):
        depth, end = 1, call.end()
        has_comma = False
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            has_comma |= depth == 1 and text[end] == ","
            end += 1
        if has_comma:
            found.append(text[call.start() : end])
    return found


def test_the_folder_is_found() -> None:
    assert "queries/headline/last_event" in QUERIES


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", QUERIES)
def test_it_runs_on_every_source(
    sources: dict[str, sqlite3.Connection], name: str, source: str
) -> None:
    statement = sql.load(name)
    sources[source].execute(statement, parameters(statement)).fetchall()


@pytest.mark.parametrize("name", QUERIES)
def test_it_reads_the_relations_only(sources: dict[str, sqlite3.Connection], name: str) -> None:
    assert sources_named(sql.load(name)) <= set(RELATIONS)
    for connection in sources.values():
        assert columns_read(connection, sql.load(name)) == set()


@pytest.mark.parametrize("name", QUERIES)
def test_it_is_one_reading_statement(name: str) -> None:
    text = bare(sql.load(name)).strip().removesuffix(";")
    assert ";" not in text
    assert text.split()[0] in ("SELECT", "WITH")


@pytest.mark.parametrize("name", QUERIES)
def test_it_takes_named_parameters_only(name: str) -> None:
    assert re.findall(r"\?\d*|[@$]\w+", bare(sql.load(name))) == []


@pytest.mark.parametrize("name", QUERIES)
def test_it_uses_nothing_that_only_sqlite_has(name: str) -> None:
    statement = sql.load(name)
    assert functions_called(statement) & set(SQLITE_ONLY) == set()
    assert extremes_of_several(statement) == []
    assert re.findall(r"(?i)\b(?:rowid|nocase|glob|regexp)\b|==|`", bare(statement)) == []


@pytest.mark.parametrize("name", QUERIES)
def test_no_column_is_quoted(name: str) -> None:
    """SQLite takes a misspelt quoted name for a text; a relation's name it does not."""
    quoted = set(re.findall(r'"([^"]*)"', bare(sql.load(name))))
    assert quoted <= set(RELATIONS)


@pytest.mark.parametrize("name", QUERIES)
def test_its_keywords_are_upper_case(name: str) -> None:
    keywords = "select|from|where|join|group by|order by|limit|union|having|case|when|then|else|end"
    written = re.findall(rf"(?<![\w.:])(?:{keywords})(?!\w)", bare(sql.load(name)))
    assert written == []


def test_a_table_named_by_the_statement_itself_is_noticed(
    sources: dict[str, sqlite3.Connection],
) -> None:
    tac_v2 = sources["tac v2"]
    assert columns_read(tac_v2, "SELECT session_id FROM agents") == {"agents.session_id"}
    assert columns_read(tac_v2, "SELECT agent.cost_usd FROM agent WHERE agent.id = :id") == set()
    assert sources_named("SELECT (SELECT count(*) FROM main.prompts) FROM agent") == {
        "main.prompts",
        "agent",
    }
    assert sources_named('WITH a (b) AS (SELECT 1) SELECT b FROM a JOIN "check"') == {"check"}


def test_a_maximum_of_two_is_noticed() -> None:
    assert extremes_of_several("SELECT max(a, coalesce(b, 1)), max(coalesce(c, 2))") == [
        "max(a, coalesce(b, 1))"
    ]
