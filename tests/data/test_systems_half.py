"""Files that stopped half-way: a table is missing, or most of its columns; what is there is read.

Of each form of each system every table is taken away in turn that the file is not recognised by,
and of every table all columns that it is not recognised by.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.systems import SYSTEMS
from vedette.data.operations import read_operations
from vedette.data.rows import RELATIONS
from vedette.data.source import Source, open_source
from vedette.data.status import read_status
from vedette.data.systems.recognition import KNOWN
from vedette.data.tables import read_tables

NOW = 1_775_000_000.0
FORMS = ("tac 1", "tac 2", "dossier", "amelia upgraded", "amelia workflow_log",
         "syris design", "syris coded")  # fmt: skip

NOT_SHOWN = {
    "alembic_version",
    "card_assumption", "card_context_artifact", "card_known_fact", "card_planned_file",
    "card_question", "card_requirement", "context_artifact", "memory_retrieval_log", "memory_unit",
    "memory_unit_relation", "system_policy_profile",
    # An upgraded file has the old log beside the new one, and need not.
    "events",
}  # fmt: skip
"""Tables that no relation needs: without them nothing is lacking."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of each form."""
    folder = tmp_path_factory.mktemp("half")
    made = {}
    for form in FORMS:
        made[form] = folder / f"{form.replace(' ', '-')}.db"
        SYSTEMS[form](made[form])
    return made


def tables_of(path: Path) -> dict[str, list[str]]:
    """Each table with its columns."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            str(name)
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
        ]
        return {
            name: [str(row[1]) for row in connection.execute(f"PRAGMA table_info({name})")]
            for name in names
        }


def needed(form: str, tables: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The tables and columns by which a form is recognised."""
    columns = {name: frozenset(found) for name, found in tables.items()}
    return dict(next(known.needs for known in KNOWN if not known.missing_from(columns)))


def read_all(source: Source) -> None:
    """Every relation, whole, and what the screens ask most."""
    with source.reading():
        for relation in RELATIONS:
            source.select(f'SELECT * FROM "{relation}"')  # noqa: S608 - our own names
        read_operations(source, NOW, counts=True)
        read_status(source, NOW)
        read_tables(source, NOW)


@pytest.mark.parametrize("form", FORMS)
def test_without_a_table_the_rest_is_read_and_it_is_named(
    form: str, whole: dict[str, Path], tmp_path: Path
) -> None:
    tables = tables_of(whole[form])
    for table in tables.keys() - needed(form, tables).keys():
        path = tmp_path / f"{table}.db"
        shutil.copy(whole[form], path)
        with closing(sqlite3.connect(path)) as writer:
            writer.execute("PRAGMA foreign_keys = OFF")
            writer.execute(f"DROP TABLE {table}")
        with closing(open_source(str(path))) as source:
            assert (table, source.system.name) == (table, form.partition(" ")[0])
            read_all(source)
            said = [*source.system.notes, *source.lacks.values()]
            is_newer = table in ("workflow_log", "ai_developer_workflows")
            if table not in NOT_SHOWN and not is_newer:
                assert (table, any(table in each for each in said)) == (table, True)


@pytest.mark.parametrize("form", FORMS)
def test_a_table_that_lost_its_columns_is_read_as_far_as_it_goes(
    form: str, whole: dict[str, Path], tmp_path: Path
) -> None:
    tables = tables_of(whole[form])
    wanted = needed(form, tables)
    for table, columns in tables.items():
        path = tmp_path / f"{table}.db"
        shutil.copy(whole[form], path)
        lost = 0
        with closing(sqlite3.connect(path)) as writer:
            for (index,) in writer.execute(
                "SELECT name FROM sqlite_master WHERE sql IS NOT NULL AND type IN"
                " ('index', 'trigger') AND tbl_name = ?",
                (table,),
            ).fetchall():
                kind = "TRIGGER" if index.startswith(("update", "trg")) else "INDEX"
                writer.execute(f"DROP {kind} {index}")
            for column in columns:
                if column in wanted.get(table, ()):
                    continue
                try:
                    writer.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
                    lost += 1
                except sqlite3.OperationalError:
                    # A key, or one that a constraint names.
                    continue
        if not lost:
            continue
        with closing(open_source(str(path))) as source:
            assert (table, source.system.name) == (table, form.partition(" ")[0])
            read_all(source)
