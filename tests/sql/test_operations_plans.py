"""What Operations and the needs-you bar read at every look: no table is scanned or sorted whole."""

import sqlite3
from collections.abc import Iterator

import pytest

from tests.builders import amelia, tac
from tests.builders import vedette as own
from vedette import sql
from vedette.data.source import Source, open_source

STATEMENTS = (
    *(f"operations/{name}" for name in sql.names("queries/operations")),
    "listing/schedules",
    "listing/watchers",
    "listing/rules",
    "alarms/not_resolved",
)
GIVEN = {"limit": 200, "since": 10, "after": 10, "before": 2**62, "parent_id": "t", "id": "t"}


@pytest.fixture(scope="module", params=["vedette", "tac v1", "tac v2", "amelia"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    path = tmp_path_factory.mktemp("plans") / "runs.db"
    if request.param == "vedette":
        own.create(path).close()
    elif request.param == "amelia":
        amelia.create(path).close()
    else:
        tac.create(path, int(request.param[-1])).close()
    found = open_source(str(path))
    yield found
    found.close()


@pytest.mark.parametrize("name", STATEMENTS)
def test_it_walks_the_order_of_appending_or_an_index(source: Source, name: str) -> None:
    """A SCAN from the newest row on ends at the limit; one that is sorted first does not."""
    statement = sql.load(f"queries/{name}")
    plan = [row[3] for row in source.select(f"EXPLAIN QUERY PLAN {statement}", **GIVEN)]
    assert not any("TEMP B-TREE" in step for step in plan) or _is_sought(plan), plan
    if "LIMIT" not in statement:
        assert not [step for step in plan if step.startswith("SCAN main")]


def _is_sought(plan: list[str]) -> bool:
    """Whether what is sorted was found by an index, and is few."""
    return not any(step.startswith("SCAN main") for step in plan)


def test_a_sort_of_a_whole_table_would_be_noticed() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE a (b)")
    steps = connection.execute("EXPLAIN QUERY PLAN SELECT b FROM main.a ORDER BY b LIMIT 1")
    plan = [row[3].replace("SCAN a", "SCAN main.a") for row in steps.fetchall()]
    connection.close()
    assert not _is_sought(plan)
    assert any("TEMP B-TREE" in step for step in plan)
