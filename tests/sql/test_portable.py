"""The queries keep to what PostgreSQL takes too, or say in their file how it would say it."""

import os
import re
from pathlib import Path

import pytest

from vedette import sql

FOLDER = Path(os.path.dirname(sql.__file__)) / "queries"
FILES = sorted(FOLDER.glob("**/*.sql"))

SQLITE_ONLY_FUNCTIONS = frozenset(
    (
        "char",
        "changes",
        "date",
        "datetime",
        "glob",
        "group_concat",
        "hex",
        "ifnull",
        "iif",
        "instr",
        "json",
        "json_array",
        "json_array_length",
        "json_each",
        "json_extract",
        "json_group_array",
        "json_group_object",
        "json_object",
        "json_tree",
        "json_type",
        "json_valid",
        "julianday",
        "last_insert_rowid",
        "like",
        "likelihood",
        "likely",
        "printf",
        "quote",
        "randomblob",
        "soundex",
        "strftime",
        "time",
        "total",
        "total_changes",
        "typeof",
        "unhex",
        "unicode",
        "unixepoch",
        "unlikely",
        "zeroblob",
    )
)
"""Functions PostgreSQL lacks, or has under the name with another meaning."""

CONSTRUCTS = {
    "a comparison by ==": r"==",
    "a name in backticks or brackets": r"`|\[\s*\w",
    "rowid": r"\b(?:_rowid_|rowid|oid)\b",
    "a collation of SQLite's": r"\bCOLLATE\s+(?:NOCASE|BINARY|RTRIM)\b",
    "GLOB, REGEXP or MATCH": r"\b(?:GLOB|REGEXP|MATCH)\b",
    "LIKE, which minds the case there": r"\bLIKE\b",
    "a hint at an index": r"\b(?:INDEXED\s+BY|NOT\s+INDEXED)\b",
    "a truth value that is a number": r"\b(?:is_\w+|enabled|derived)\s*=\s*[01]\b",
    "IS between two values": r"\bIS\s+(?:NOT\s+)?(?!(?:NULL|NOT|TRUE|FALSE|DISTINCT|UNKNOWN)\b)",
    "a limit written LIMIT skip, count": r"\bLIMIT\s+[:\w]+\s*,",
    "a bytes' type PostgreSQL calls bytea": r"\bAS\s+BLOB\b",
    "INSERT OR, REPLACE or PRAGMA": r"\b(?:INSERT\s+OR|REPLACE\s+INTO|PRAGMA)\b",
}
"""What SQLite takes and PostgreSQL does not, or takes for something else."""

SAYS_HOW = re.compile(r"^-- PostgreSQL: \S.*$", re.MULTILINE)
"""The comment with which a file that cannot do without one says what stands in its place there."""


def bare(statement: str) -> str:
    """A statement without its comments and the contents of its texts and quoted names."""
    return re.sub(
        r"--[^\n]*|'[^']*'|\"[^\"]*\"",
        lambda found: "" if found[0].startswith("--") else "''",
        statement,
    )


def sqlite_only(statement: str) -> list[str]:
    """What in a statement only SQLite takes."""
    text = bare(statement)
    called = {name.lower() for name in re.findall(r"\b(\w+)\s*\(", text)}
    found = sorted(called & SQLITE_ONLY_FUNCTIONS)
    found += [
        name for name, pattern in CONSTRUCTS.items() if re.search(pattern, text, re.IGNORECASE)
    ]
    found += [f"{name}() of several" for name in ("max", "min") if _of_several(text, name)]
    return found + [f"{column} beside a total, not grouped" for column in ungrouped(statement)]


def _of_several(text: str, name: str) -> bool:
    """Whether the aggregate is called with more than one argument: greatest and least there."""
    return any(len(arguments) > 1 for arguments in _calls(text, name))


def _calls(text: str, name: str) -> list[list[str]]:
    found = []
    for call in re.finditer(rf"\b{name}\s*\(", text, re.IGNORECASE):
        depth, start, arguments = 1, call.end(), []
        for at in range(call.end(), len(text)):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            if (depth == 1 and text[at] == ",") or not depth:
                arguments.append(text[start:at])
                start = at + 1
            if not depth:
                break
        found.append(arguments)
    return found


def ungrouped(statement: str) -> list[str]:
    """Columns beside a GROUP BY that it does not name: SQLite picks any row's value for them."""
    text = bare(statement)
    grouping = re.search(r"GROUP BY\s+([\w., ]+)", text)
    listed = re.search(r"SELECT\s+(.*?)\s+FROM\b", text, re.DOTALL)
    if not grouping or not listed:
        return []
    groups = {name.strip() for name in grouping[1].split(",")}
    columns = [column.strip() for column in re.sub(r"\([^()]*\)", "()", listed[1]).split(",")]
    return [each for each in columns if re.fullmatch(r"\w+\.\w+", each) and each not in groups]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_query_is_portable_or_says_what_postgresql_says_instead(path: Path) -> None:
    statement = path.read_text(encoding="utf-8")
    found = sqlite_only(statement)
    says_how = SAYS_HOW.search(statement) is not None
    assert bool(found) == says_how, found or "it is portable: the comment on PostgreSQL goes"


def test_the_queries_are_found() -> None:
    assert len(FILES) > 100


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT event.seq FROM event WHERE event.id = :id LIMIT :limit", []),
        ("SELECT max(event.seq), coalesce(event.kind, 'IS glob') FROM event", []),
        ("SELECT a.b FROM a WHERE a.b IS NOT NULL AND a.c IS NOT DISTINCT FROM :c", []),
        ("SELECT json_extract(a.b, '$.c') FROM a", ["json_extract"]),
        ("SELECT group_concat(a.b), total(a.c) FROM a", ["group_concat", "total"]),
        ("SELECT a.rowid FROM a -- rowid", ["rowid"]),
        ("SELECT 1 -- rowid", []),
        ("SELECT a.b FROM a WHERE a.b == 1", ["a comparison by =="]),
        ("SELECT max(a.b, coalesce(a.c, 1)) FROM a", ["max() of several"]),
        ("SELECT min(coalesce(a.c, 1)) FROM a", []),
        ("SELECT a.b FROM a WHERE a.b LIKE 'x'", ["LIKE, which minds the case there"]),
        ("SELECT length(CAST(a.b AS BLOB)) FROM a", ["a bytes' type PostgreSQL calls bytea"]),
        ("SELECT a.b FROM a WHERE a.b IS :b", ["IS between two values"]),
        ("SELECT a.b FROM a LIMIT 5, 10", ["a limit written LIMIT skip, count"]),
        ("SELECT a.b FROM a WHERE a.enabled = 1", ["a truth value that is a number"]),
        ("SELECT a.b, count(*) FROM a GROUP BY a.b", []),
        ("SELECT a.b, a.c, sum(a.d) FROM a GROUP BY a.b", ["a.c beside a total, not grouped"]),
    ],
)
def test_what_only_sqlite_takes_is_noticed(statement: str, found: list[str]) -> None:
    assert sqlite_only(statement) == found


def test_a_comment_on_postgresql_is_told_from_another() -> None:
    assert SAYS_HOW.search("-- PostgreSQL: octet_length(a.b)\nSELECT 1")
    assert not SAYS_HOW.search("-- as PostgreSQL says\nSELECT '-- PostgreSQL: no'")
