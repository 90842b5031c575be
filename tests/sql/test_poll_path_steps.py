"""What each statement of a look costs in SQLite's steps: as much in a file three times as large.

A plan does not tell of a rare value that is looked for through the whole of a log; steps do.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import amelia, dossier, syris, tac
from tests.builders.looks import SCREENS
from tests.builders.steps import steps
from vedette.data.source import Source, open_source
from vedette.data.times import parse

SIZES = (8_000, 24_000)
"""Events; the smaller file is past what is looked at where no index serves."""

EVERY = 50
"""Steps between two countings."""

FORMS: dict[str, Callable[[Path, int], None]] = {
    "syris design": lambda path, size: syris.big(path, size, "design"),
    "syris coded": lambda path, size: syris.big(path, size, "coded"),
    "amelia events": lambda path, size: amelia.big(path, size, "events"),
    "amelia workflow_log": lambda path, size: amelia.big(path, size, "workflow_log"),
    "amelia upgraded": lambda path, size: amelia.big(path, size, "upgraded"),
    "dossier": dossier.big,
    "tac": tac.big,
}

BOUNDED = (
    # Tables counts to 10,000 rows, and a table that has more never again.
    "-- How many rows, counted no further than a limit",
    # Sources looks at the words of the newest 1,000 rows.
    "-- Columns of a table's newest rows",
)
"""How statements begin that end at so many rows of a table: these small files have fewer."""


class Counting(Source):
    """A source that keeps what each statement took at most."""

    most: dict[str, int]

    def raw(self, name: str, **parameters: object) -> list[tuple[object, ...]]:
        with _Count(self.connection) as count:
            rows = super().raw(name, **parameters)
        self.most[name] = max(self.most.get(name, 0), count.steps)
        return rows

    def select(self, statement: str, **parameters: object) -> list[tuple[object, ...]]:
        with _Count(self.connection) as count:
            rows = super().select(statement, **parameters)
        self.most[statement] = max(self.most.get(statement, 0), count.steps)
        return rows


class _Count:
    """Steps from entering to leaving, to the nearest `EVERY`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.steps = 0

    def __enter__(self) -> "_Count":
        self._connection.set_progress_handler(self._tell, EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.set_progress_handler(None, 0)

    def _tell(self) -> int:
        self.steps += EVERY
        return 0


@pytest.fixture(scope="module", params=FORMS)
def sizes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sizes")
    small, large = (folder / f"{size}.db" for size in SIZES)
    for path, size in zip((small, large), SIZES, strict=True):
        FORMS[request.param](path, size)
    return small, large


def test_no_statement_of_any_screen_grows_with_the_file(sizes: tuple[Path, Path]) -> None:
    small, large = (_most(path) for path in sizes)
    shared = {name for name in small.keys() & large.keys() if not name.startswith(BOUNDED)}
    assert len(shared) > 20
    grown = {
        name[:80]: (small[name], large[name])
        for name in shared
        if not _is_as_much(small[name], large[name])
    }
    assert grown == {}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT max(event.message) FROM event",
        "SELECT event.seq FROM event WHERE event.message = 'nobody says so'"
        " ORDER BY event.seq DESC LIMIT 5",
    ],
)
def test_a_statement_that_grows_is_caught(sizes: tuple[Path, Path], statement: str) -> None:
    cost = []
    for path in sizes:
        source = open_source(str(path))
        cost.append(steps(source.connection, statement))
        source.close()
    assert not _is_as_much(*cost)


def _is_as_much(small: int, large: int) -> bool:
    """A search that costs nothing to speak of may cost a little more."""
    return large <= small * 2 + 3_000


def _most(path: Path) -> dict[str, int]:
    """What each statement took at most in three looks of every screen."""
    source = open_source(str(path))
    source.__class__ = Counting
    assert isinstance(source, Counting)
    source.most = {}
    newest = source.raw("status/newest_event")
    now = (parse(str(newest[0][0])) or 0.0) + 60.0
    for question in SCREENS.values():
        for look in range(3):
            question(source, now + look)
    source.close()
    return source.most
