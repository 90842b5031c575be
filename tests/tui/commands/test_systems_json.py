"""JSON columns that hold none: broken objects, lists with commas, bare words, nothing, bytes.

Every command of every system prints them as they are, and nothing else is lost for it.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.spoiled import spoil
from tests.builders.systems import SYSTEMS
from tests.tui.commands.conftest import Run

COMMANDS = (
    "runs", "agents", "prompts", "tools", "events", "audit", "alarms", "approvals", "tasks",
    "schedules", "watchers", "rules", "health", "checks", "routes", "tables",
)  # fmt: skip


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Of a form, the file as it was and as it is spoiled, each made when first asked for."""
    folder = tmp_path_factory.mktemp("spoiled")

    def path_of(form: str) -> tuple[Path, Path]:
        whole, odd = (folder / f"{form.replace(' ', '-')}-{name}.db" for name in ("whole", "odd"))
        if not odd.exists():
            SYSTEMS[form](whole)
            SYSTEMS[form](odd)
            spoil(odd, form.partition(" ")[0])
        return whole, odd

    return path_of


@pytest.mark.parametrize("form", SYSTEMS)
def test_no_row_is_lost_for_what_is_no_json(
    form: str, spoiled: Callable[[str], tuple[Path, Path]], run: Run
) -> None:
    whole, odd = spoiled(form)
    for command in COMMANDS:
        before = run(command, "--db", whole, "--json", "--limit", 5_000)
        after = run(command, "--db", odd, "--json", "--limit", 5_000)
        assert (command, after.code) == (command, before.code)
        assert (command, len(after.rows)) == (command, len(before.rows))


@pytest.mark.parametrize("form", SYSTEMS)
@pytest.mark.parametrize("command", ["status", "costs", "doctor", "events", "approvals", "rules"])
def test_people_read_them_too(
    form: str, command: str, spoiled: Callable[[str], tuple[Path, Path]], run: Run
) -> None:
    whole, odd = spoiled(form)
    given = (odd,) if command == "doctor" else ("--db", odd)
    plain = (whole,) if command == "doctor" else ("--db", whole)
    assert run(command, *given).code == run(command, *plain).code


@pytest.mark.parametrize(
    ("form", "command", "column", "kept"),
    [
        ("syris design", "rules", "conditions", "rules.conditions"),
        ("syris design", "approvals", "payload", "approvals.what"),
        ("syris coded", "rules", "conditions", "rules.conditions"),
        ("syris coded", "approvals", "payload", "approvals.what"),
        ("dossier", "audit", "details", "planning_action.payload"),
        ("tac 2", "events", "details", "agent_logs.details"),
        ("amelia events", "events", "details", "events.data_json"),
    ],
)
def test_they_are_printed_as_they_are(
    form: str,
    command: str,
    column: str,
    kept: str,
    spoiled: Callable[[str], tuple[Path, Path]],
    run: Run,
) -> None:
    odd = spoiled(form)[1]
    table, _, name = kept.partition(".")
    with closing(sqlite3.connect(odd)) as plain:
        found = plain.execute(f"SELECT DISTINCT {name} FROM {table}").fetchall()  # noqa: S608
    values = [value for (value,) in found if isinstance(value, str) and value]
    assert values
    rows = run(command, "--db", odd, "--json", "--limit", 5_000).rows
    told = [row[column] for row in rows]
    if form == "dossier":
        # Two columns in one: what is JSON stands in it as that, what is none as a text.
        inside = [json.loads(each)["payload"] for each in told]
        told = [each if isinstance(each, str) else json.dumps(each) for each in inside]
    assert [value for value in values if value not in told] == []
