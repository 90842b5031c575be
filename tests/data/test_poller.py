"""One look at a time, nothing read while nothing moved, and every fault a value that passes."""

import asyncio
import os
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.vedette import create
from vedette.data.poller import Answer, Poller
from vedette.data.source import Source

START = 1_795_269_751.0


class Clock:
    """A clock that moves only when it is told to."""

    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create(tmp_path / "runs.db").close()
    return tmp_path / "runs.db"


Begin = Callable[[Path], Poller]


@pytest.fixture
async def begin(clock: Clock) -> AsyncIterator[Begin]:
    begun: list[Poller] = []

    def poller(path: Path) -> Poller:
        begun.append(Poller(str(path), clock))
        return begun[-1]

    yield poller
    for each in begun:
        await each.close()


def _say(path: Path, count: int = 1) -> None:
    with closing(sqlite3.connect(path, timeout=10)) as writer, writer:
        writer.executemany(
            "INSERT INTO events (level, kind, message, created_at)"
            " VALUES ('info', 'log', ?, '2026-11-21T14:02:31.000000Z')",
            [("x" * 200,)] * count,
        )


def _events(source: Source, now: float) -> int:
    return int(source.select("SELECT count(*) FROM event")[0][0])


def _kind(answer: Answer[int]) -> str | None:
    return answer.looks.fault.kind if answer.looks.fault is not None else None


async def _until(tick: Callable[[], Awaitable[Answer[int]]], value: int) -> Answer[int]:
    for _ in range(5):
        answer = await tick()
        if answer.value == value:
            return answer
    raise AssertionError(f"the answer never was {value}")


async def test_the_first_look_answers_and_the_next_only_when_something_moved(
    path: Path, begin: Begin
) -> None:
    poller = begin(path)
    assert (await poller.tick(_events)).value == 0
    assert (await poller.tick(_events)).value is None
    _say(path)
    assert (await poller.tick(_events)).value == 1
    assert (await poller.tick(_events)).value is None
    assert (await poller.tick(_events, force=True)).value == 1


async def test_a_look_at_what_did_not_move_sends_no_statement_of_a_screen(
    path: Path, begin: Begin
) -> None:
    poller, seen = begin(path), []
    await poller.tick(_events)
    assert poller.source is not None
    poller.source.connection.set_trace_callback(seen.append)
    for _ in range(3):
        await poller.tick(_events)
    assert seen
    assert {statement.split()[0] for statement in seen} == {"PRAGMA"}
    assert (poller.cost.looks, poller.cost.reads) == (4, 1)


async def test_asking_besides_does_not_hide_what_moved(path: Path, begin: Begin) -> None:
    poller = begin(path)
    await poller.tick(_events)
    _say(path)
    assert (await poller.ask(_events)).value == 1
    assert (await poller.tick(_events)).value == 1


async def test_a_question_is_answered_as_of_the_clock(
    path: Path, begin: Begin, clock: Clock
) -> None:
    answer = await begin(path).tick(lambda source, now: now)
    assert answer.value == START
    assert answer.looks.good_at == START


async def test_looks_wait_twice_as_long_each_time_and_recover(
    path: Path, begin: Begin, clock: Clock
) -> None:
    _say(path, 3)
    poller = begin(path)
    await poller.tick(_events)
    beside = path.with_name("beside.db")
    os.rename(path, beside)
    waits = []
    for attempt in range(1, 7):
        answer = await poller.tick(_events)
        assert (_kind(answer), answer.looks.attempts) == ("missing", attempt)
        assert answer.looks.fault_since == START
        waits.append(answer.looks.next_at - clock.now)
    assert waits == [1, 2, 4, 8, 8, 8]
    os.rename(beside, path)
    answer = await poller.tick(_events)
    assert (answer.value, answer.looks.fault, answer.looks.attempts) == (3, None, 0)
    assert poller.cost.failures == 6


async def test_a_file_that_comes_later_is_found(tmp_path: Path, begin: Begin) -> None:
    path = tmp_path / "later.db"
    poller = begin(path)
    assert _kind(await poller.tick(_events)) == "missing"
    assert poller.source is None
    create(path).close()
    assert (await poller.tick(_events)).value == 0


async def test_another_file_in_its_place_is_answered_from_at_once(path: Path, begin: Begin) -> None:
    poller = begin(path)
    await poller.tick(_events)
    other = path.with_name("other.db")
    create(other).close()
    _say(other, 7)
    os.replace(other, path)
    answer = await poller.tick(_events)
    assert (answer.value, answer.looks.fault, poller.cost.reopened) == (7, None, 2)


@pytest.mark.parametrize(("before", "after"), [(2000, 10), (10, 2000), (500, 500)])
async def test_a_file_copied_over_it_is_answered_from_without_a_fault(
    path: Path, begin: Begin, before: int, after: int
) -> None:
    _say(path, before)
    other = path.with_name("other.db")
    create(other).close()
    _say(other, after)
    with closing(sqlite3.connect(other)) as owner, owner:
        owner.execute("DELETE FROM events WHERE seq = 1")
    poller = begin(path)
    await poller.tick(_events)
    shutil.copyfile(other, path)
    answer = await _until(lambda: poller.tick(_events), after - 1)
    assert poller.cost.failures == 0
    assert answer.looks.fault is None


async def test_a_locked_file_is_a_value_and_passes(path: Path, begin: Begin) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as owner:
        owner.execute("PRAGMA journal_mode = DELETE").fetchall()
        poller = begin(path)
        await poller.tick(_events)
        owner.execute("BEGIN EXCLUSIVE")
        answer = await poller.tick(_events, force=True)
        assert _kind(answer) == "locked"
        assert answer.looks.good_at == START
        owner.execute("ROLLBACK")
        assert (await poller.tick(_events)).value == 0


async def test_a_question_that_is_wrong_is_a_value_and_the_next_is_answered(
    path: Path, begin: Begin
) -> None:
    poller = begin(path)

    def wrong(source: Source, now: float) -> int:
        return len(source.select("SELECT nothing FROM nowhere"))

    assert _kind(await poller.tick(wrong)) == "error"
    assert (await poller.tick(_events)).value == 0


async def test_what_a_question_did_not_foresee_is_a_fault_and_no_end(
    path: Path, begin: Begin
) -> None:
    poller = begin(path)
    answer = await poller.tick(lambda source, now: {}["no such key"])
    assert _kind(answer) == "unforeseen"
    assert answer.looks.fault is not None
    assert "KeyError at <lambda>" in answer.looks.fault.title
    assert (await poller.tick(_events)).value == 0


async def test_two_looks_at_once_wait_for_each_other(path: Path, begin: Begin) -> None:
    poller, inside = begin(path), []
    one_is_in, go_on = threading.Event(), threading.Event()

    def slow(source: Source, now: float) -> int:
        inside.append("in")
        one_is_in.set()
        assert go_on.wait(10)
        inside.append("out")
        return 1

    first = asyncio.create_task(poller.tick(slow, force=True))
    await asyncio.to_thread(one_is_in.wait, 10)
    second = asyncio.create_task(poller.tick(slow, force=True))
    await asyncio.sleep(0)
    assert inside == ["in"]
    go_on.set()
    await asyncio.gather(first, second)
    assert inside == ["in", "out", "in", "out"]


async def test_the_writer_empties_its_wal_between_any_two_looks(path: Path, begin: Begin) -> None:
    poller = begin(path)
    with closing(sqlite3.connect(path)) as keeper:
        for number in range(1, 31):
            _say(path, 20)
            assert (await poller.tick(_events)).value == number * 20
            assert keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0
            assert os.stat(f"{path}-wal").st_size == 0


@pytest.mark.parametrize("name", ["runs.db", "gone.db"])
async def test_the_thread_ends_with_the_poller(path: Path, name: str, begin: Begin) -> None:
    before = set(threading.enumerate())
    poller = begin(path.with_name(name))
    for _ in range(3):
        await poller.tick(_events)
    started = set(threading.enumerate()) - before
    await poller.close()
    for thread in started:
        await asyncio.to_thread(thread.join, 10)
    assert not any(thread.is_alive() for thread in started)
    assert poller.source is None
