"""A database that is locked, full or gone, a crash, a fork: the agent does not suffer for it."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders.recorded import Clock, change, decide, row, rows, until, value, write_lock
from vedette.data.recorder import Recorder, StoreFailed
from vedette.data.recording import processes
from vedette.data.recording.outbox import LIMIT, PATIENCE_SECONDS, STALL_SECONDS, Outbox, Ticket
from vedette.data.store import connect

TICKS = "SELECT count(*) FROM events WHERE kind = 'tick'"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


def _start(code: str, *args: str) -> subprocess.Popen[str]:
    """Another program that records; it has said "ready"."""
    program = subprocess.Popen(
        [sys.executable, "-c", code, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program


def _play(code: str, *args: str) -> None:
    """Runs another program to its end, which is a good one."""
    subprocess.run([sys.executable, "-c", code, *args], check=True, timeout=60)


def test_a_locked_database_does_not_hold_the_agent_up(path: str) -> None:
    with Recorder(path) as recorder:
        run = recorder.run("r")
        recorder.flush()
        with write_lock(path):
            began = time.monotonic()
            for number in range(500):
                run.event("tick", str(number))
            took = time.monotonic() - began
            assert value(path, TICKS) == 0
        recorder.flush(30)
        assert value(path, TICKS) == 500
        assert recorder.dropped == 0
    # A recorder that waited for the lock itself would take 5 s for the first of them.
    assert took < 1.0


def test_a_question_waits_for_a_lock(path: str) -> None:
    with Recorder(path) as recorder:
        agent = recorder.run("r").agent("a")
        recorder.flush()
        with write_lock(path):
            asked = threading.Thread(target=agent.gate, args=("write", "payload"))
            asked.start()
            agent.event("tick")
        asked.join(30)
        assert value(path, "SELECT status FROM approvals") == "pending"


def test_a_full_queue_drops_and_says_so(path: str) -> None:
    with Recorder(path) as recorder:
        run = recorder.run("r")
        recorder.flush()
        with write_lock(path):
            for number in range(LIMIT + 3000):
                run.event("tick", str(number))
            run.done()
        recorder.flush(30)
        assert value(path, "SELECT status FROM runs") == "completed"
        dropped = recorder.dropped
    kept = value(path, TICKS)
    assert kept + dropped == LIMIT + 3000
    assert 0 < dropped <= 3000
    assert value(path, "SELECT dropped FROM processes") == dropped
    notices = rows(path, "SELECT message FROM events WHERE kind = 'recorder.dropped'")
    assert sum(int(message.split()[0]) for (message,) in notices) == dropped


def test_a_full_queue_holds_nobody_longer_than_its_patience() -> None:
    outbox = Outbox(limit=10)
    for number in range(10):
        outbox.put((("event", number),))
    waited = []
    for number in range(100):
        began = time.monotonic()
        outbox.put((("event", number),))
        waited.append(time.monotonic() - began)
    assert outbox.dropped == 100
    assert waited[0] >= PATIENCE_SECONDS
    assert sum(waited) < STALL_SECONDS + 1.0
    assert sorted(waited)[80] < 0.01


def test_what_changes_a_state_is_kept_in_preference() -> None:
    outbox = Outbox(limit=10)
    for number in range(10):
        outbox.put((("event", number),))
    outbox.put((("run_end", {}), ("event", 10)), keep=True)
    outbox.put((("event", 11),))
    outbox.put_ticket(Ticket(lambda connection: None))
    assert outbox.dropped == 1
    assert len(outbox.take(1.0)) == 12


def test_room_is_made_by_size_as_well_as_by_number() -> None:
    outbox = Outbox(limit=10)
    outbox.put((("chunk", "as large as ten"),), weight=10)
    outbox.put((("chunk", "no room"),))
    assert outbox.dropped == 1
    outbox.take(1.0)
    outbox.put((("chunk", "room again"),))
    assert outbox.dropped == 1


def test_a_deleted_database_is_not_the_agents_fault(path: str) -> None:
    recorder = Recorder(path)
    agent = recorder.run("r").agent("a")
    recorder.flush()
    os.unlink(path)
    with agent.tool("t") as call:
        agent.event("tick")
        call.done("fine")
    with pytest.raises(StoreFailed, match="deleted or replaced"):
        agent.ask("write", "payload")
    recorder.close()
    assert recorder.dropped > 0
    assert not os.path.exists(path)


def test_rows_never_reach_a_database_that_took_the_place_of_theirs(
    tmp_path: Path, path: str
) -> None:
    recorder = Recorder(path)
    run = recorder.run("r")
    recorder.flush()
    Recorder(tmp_path / "other.db").close()
    os.replace(tmp_path / "other.db", path)
    for side in ("-wal", "-shm"):
        os.unlink(path + side)
    run.event("tick")
    recorder.close()
    assert value(path, "SELECT count(*) FROM runs") == 0


FULL_DISK = """
import resource, sys
from vedette.data.recorder import Recorder, StoreFailed
from vedette.data.store import connect
recorder = Recorder(sys.argv[1])
agent = recorder.run("r").agent("a")
assert recorder.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
for number in range(3000):
    agent.event("tick", "x" * 1000)
assert not recorder.flush(1)
try:
    agent.ask("write", "payload")
except StoreFailed as error:
    print(error, file=sys.stderr)
else:
    sys.exit("asked nobody, and was told something")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
assert recorder.flush(20)
recorder.close()
"""


def test_a_full_disk_fails_questions_and_recovers(path: str) -> None:
    _play(FULL_DISK, path)
    assert value(path, TICKS) + value(path, "SELECT dropped FROM processes") == 3000
    assert value(path, "SELECT count(*) FROM approvals WHERE status = 'pending'") == 0
    assert value(path, "PRAGMA integrity_check") == "ok"


VICTIM = """
import sys
from vedette.data.recorder import Recorder
recorder = Recorder(sys.argv[1], program="victim")
run = recorder.run("half done")
agent = run.agent("coder", model="claude-sonnet-4-5")
agent.prompt("finished").done(tokens_in=10, tokens_out=1)
agent.prompt("streaming").write("half a sen")
agent.tool("pytest")
agent.gate("write", "payload")
run.agent("finished").done()
recorder.flush()
print("ready", flush=True)
sys.stdin.readline()
"""


def test_a_crash_leaves_rows_that_say_so(path: str) -> None:
    victim = _start(VICTIM, path)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    assert value(path, "SELECT status FROM runs") == "waiting"
    with Recorder(path) as recorder:
        recorder.flush()
        crashed = "its process ended without closing it"
        for table in ("runs", "agents", "prompts", "tool_calls"):
            query = f"SELECT DISTINCT status, error FROM {table} WHERE error IS NOT NULL"  # noqa: S608
            assert row(path, query) == {"status": "failed", "error": crashed}
            query = f"SELECT count(*) FROM {table} WHERE status IN ('running', 'waiting')"  # noqa: S608
            assert value(path, query) == 0
        assert value(path, "SELECT status FROM agents WHERE name = 'finished'") == "completed"
        gate = row(path, "SELECT status, reason FROM approvals")
        assert gate == {"status": "withdrawn", "reason": crashed}
        died = row(path, "SELECT * FROM processes WHERE program = 'victim'")
        assert died["ending"] == "crashed"
        # The end is told as of the last sign of life, not as of the burial.
        ended_at = value(path, "SELECT ended_at FROM runs")
        assert died["heartbeat_at"] <= ended_at < died["ended_at"]
        calls = "SELECT count(*), sum(cost_micros IS NULL) FROM prompts"
        assert tuple(rows(path, calls)[0]) == (2, 1)
        totals = "SELECT calls, unpriced FROM agents WHERE name = 'coder'"
        assert tuple(rows(path, totals)[0]) == (2, 1)
        assert value(path, "SELECT sum(calls) FROM cost_rollups") == 2
        told = row(path, "SELECT level, message FROM events WHERE kind = 'run.end'")
        assert told == {"level": "error", "message": f"half done: {crashed}"}


def test_a_living_process_is_left_alone(path: str) -> None:
    neighbour = _start(VICTIM, path)
    with Recorder(path) as recorder:
        recorder.flush()
        assert value(path, "SELECT status FROM runs") == "waiting"
        decide(path, "rejected")
    neighbour.communicate("go\n")
    assert neighbour.returncode == 0
    found = row(path, "SELECT ending FROM processes WHERE program = 'victim'")
    assert found == {"ending": "closed"}


def _with_a_stranger(path: str, birth: str | None, pid: int, host: str, beat: str) -> str:
    """A process that left its run open, as another recorder would have written it."""
    Recorder(path).close()
    change(
        path,
        "INSERT INTO processes (id, pid, host, birth, started_at, heartbeat_at)"
        " VALUES ('stranger', ?, ?, ?, '', ?)",
        *(pid, host, birth, beat),
    )
    change(
        path,
        "INSERT INTO runs (id, process_id, title, started_at, updated_at)"
        " VALUES ('r', 'stranger', 't', '', '')",
    )
    with Recorder(path, clock=Clock()) as recorder:
        recorder.flush()
    return str(value(path, "SELECT status FROM runs"))


HERE = os.uname().nodename
LATELY = "2026-10-29T14:02:20.000000Z"
LONG_AGO = "2026-10-29T13:02:20.000000Z"


def test_a_reused_pid_is_not_taken_for_the_process_that_had_it(path: str) -> None:

    mine = processes.birth(os.getppid())
    assert mine is not None
    another = mine.rpartition("/")[0] + "/1"
    assert _with_a_stranger(path, another, os.getppid(), HERE, LATELY) == "failed"


def test_a_process_of_an_earlier_boot_is_dead(path: str) -> None:
    assert _with_a_stranger(path, "earlier/1/1", os.getppid(), HERE, LATELY) == "failed"


@pytest.mark.parametrize(("beat", "status"), [(LATELY, "running"), (LONG_AGO, "failed")])
def test_in_another_container_only_the_heartbeat_tells(path: str, beat: str, status: str) -> None:

    boot = (processes.birth(os.getpid()) or "").partition("/")[0]
    assert _with_a_stranger(path, f"{boot}/1/1", 1 << 22, HERE, beat) == status


def test_a_process_of_another_host_is_never_judged(path: str) -> None:
    assert _with_a_stranger(path, None, 1 << 22, "elsewhere", LONG_AGO) == "running"


def test_without_a_birth_the_pid_tells(path: str) -> None:
    assert _with_a_stranger(path, None, 1 << 22, HERE, LATELY) == "failed"


LEAVER = """
import sys
from vedette.data.recorder import Recorder
agent = Recorder(sys.argv[1]).run("r").agent("a")
agent.event("tick")
"""


def test_a_program_that_forgets_to_close_loses_nothing(path: str) -> None:
    _play(LEAVER, path)
    assert value(path, TICKS) == 1
    assert value(path, "SELECT ending FROM processes") == "closed"
    assert value(path, "SELECT status FROM runs") == "failed"


FORKER = """
import os, sys
from vedette.data.recorder import Recorder
recorder = Recorder(sys.argv[1])
run = recorder.run("r")
agent = run.agent("a")
for round in range(3):
    agent.event("tick", "before")
    child = os.fork()
    if child == 0:
        assert recorder.dropped == 0
        agent.event("tick", "child")
        agent.agent("child's own").done()
        agent.fail("not the child's to end")
        recorder.close()
        os._exit(0)
    agent.event("tick", "parent")
    assert os.waitpid(child, 0)[1] == 0
agent.done()
run.done()
recorder.close()
"""


def test_a_fork_gives_the_child_a_recorder_of_its_own(path: str) -> None:
    _play(FORKER, path)
    ticks = rows(path, "SELECT message, count(*) FROM events WHERE kind = 'tick' GROUP BY 1")
    assert dict(map(tuple, ticks)) == {"before": 3, "child": 3, "parent": 3}
    assert value(path, "SELECT count(DISTINCT pid) FROM processes") == 4
    assert {ending for (ending,) in rows(path, "SELECT ending FROM processes")} == {"closed"}
    assert value(path, "SELECT status FROM runs") == "completed"
    assert {status for (status,) in rows(path, "SELECT status FROM agents")} == {"completed"}
    assert value(path, "PRAGMA integrity_check") == "ok"


FORKER_IN_AN_IMPORT = """
import os, sys, time
from vedette.data.recorder import Recorder
recorder = Recorder(sys.argv[1])
agent = recorder.run("r").agent("a", model="claude-sonnet-4-5")
agent.prompt("parent").done(tokens_in=1, tokens_out=1)
while "genai_prices" not in sys.modules:
    time.sleep(0.001)
child = os.fork()
if child == 0:
    agent.prompt("child").done(tokens_in=1, tokens_out=1)
    recorder.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
recorder.close()
"""


def test_a_fork_while_the_price_table_is_imported_harms_nobody(path: str) -> None:
    _play(FORKER_IN_AN_IMPORT, path)
    found = dict(map(tuple, rows(path, "SELECT name, cost_micros FROM prompts")))
    assert set(found) == {"parent", "child"}
    assert found["parent"] == found["child"] > 0
    assert {ending for (ending,) in rows(path, "SELECT ending FROM processes")} == {"closed"}


POOL = """
import multiprocessing, sys
from vedette.data.recorder import Recorder

def work(number):
    agent.event("tick", str(number))
    agent.prompt().done(tokens_in=1, cost_usd=0.000001)

recorder = Recorder(sys.argv[1])
agent = recorder.run("r").agent("a")
fork = multiprocessing.get_context("fork")
workers = [fork.Process(target=work, args=(number,)) for number in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
assert [worker.exitcode for worker in workers] == [0] * 4
recorder.close()
"""


def test_children_of_multiprocessing_write_what_they_recorded(path: str) -> None:
    _play(POOL, path)
    assert value(path, TICKS) == 4
    assert row(path, "SELECT calls, cost_micros FROM agents") == {"calls": 4, "cost_micros": 4}
    assert value(path, "SELECT count(*) FROM processes WHERE ending = 'closed'") == 5


def test_a_fork_under_a_lock_leaves_the_child_closed_not_harmful(path: str) -> None:
    code = """
import os, sqlite3, sys
from vedette.data.recorder import Recorder, StoreFailed
from vedette.data.store import connect
recorder = Recorder(sys.argv[1])
agent = recorder.run("r").agent("a")
recorder.flush()
lock = sqlite3.connect(sys.argv[1], isolation_level=None)
lock.execute("BEGIN IMMEDIATE")
agent.event("tick", "waits for the lock")
child = os.fork()
if child == 0:
    agent.event("tick", "child")
    try:
        agent.ask("write", "payload")
    except StoreFailed:
        os._exit(0)
    os._exit(1)
assert os.waitpid(child, 0)[1] == 0
lock.execute("ROLLBACK")
assert recorder.flush(30)
recorder.close()
"""
    _play(code, path)
    assert value(path, "SELECT message FROM events WHERE kind = 'tick'") == "waits for the lock"
    assert value(path, "PRAGMA integrity_check") == "ok"


def test_the_heartbeat_goes_on_while_nothing_happens(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.data.recording.processes.HEARTBEAT_SECONDS", 0.05)
    clock = Clock()
    with Recorder(path, clock=clock) as recorder:
        recorder.flush()
        clock.now += 60
        beat = "SELECT heartbeat_at FROM processes"
        until(lambda: value(path, beat) == "2026-10-29T14:03:31.250000Z")


def test_a_writer_that_is_slow_to_price_does_not_stop_the_agent(path: str) -> None:
    with Recorder(path) as recorder:
        agent = recorder.run("r").agent("a", model="claude-sonnet-4-5")
        began = time.monotonic()
        for number in range(200):
            agent.prompt().done(tokens_in=number, tokens_out=1)
        took = time.monotonic() - began
        recorder.flush(30)
    assert value(path, "SELECT count(*) FROM prompts WHERE cost_source = 'priced'") == 200
    assert took < 1.0


def test_a_broken_price_table_costs_no_row(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    with Recorder(path) as recorder:
        agent = recorder.run("r").agent("a", model="claude-sonnet-4-5")
        agent.prompt("p").done(tokens_in=1, tokens_out=1)
        recorder.flush()
        found = row(path, "SELECT status, cost_micros, cost_source FROM prompts")
    assert found == {"status": "completed", "cost_micros": None, "cost_source": None}


def test_a_database_error_never_reaches_the_agent(path: str) -> None:
    recorder = Recorder(path)
    agent = recorder.run("r").agent("a")
    recorder.flush()
    change(path, "DROP TABLE events")
    agent.event("tick")
    with pytest.raises(StoreFailed):
        agent.ask("write", "payload")
    recorder.close()
    with pytest.raises(sqlite3.OperationalError):
        value(path, TICKS)


def test_a_process_never_takes_itself_for_dead(path: str) -> None:
    Recorder(path).close()
    me = processes.this_process("me", None)
    with closing(connect(path)) as connection:
        processes.begin(connection, me, 0.0)
        assert processes.bury_dead(connection, me, frozenset(), 0.0) == 0
        assert processes.bury_dead(connection, me._replace(id="another"), frozenset(), 0.0) == 1


def test_a_signal_may_come_while_a_row_is_handed_in(path: str) -> None:
    code = """
import signal, sys
from vedette.data.recorder import Recorder
recorder = Recorder(sys.argv[1])
run = recorder.run("r")
heard = []
def hear(number, frame):
    heard.append(number)
    run.event("signal")
signal.signal(signal.SIGALRM, hear)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
while len(heard) < 200:
    run.event("tick")
signal.setitimer(signal.ITIMER_REAL, 0)
recorder.close()
print(len(heard))
"""
    heard = subprocess.run(
        [sys.executable, "-c", code, path], check=True, capture_output=True, text=True, timeout=60
    )
    signals = value(path, "SELECT count(*) FROM events WHERE kind = 'signal'")
    assert signals + value(path, "SELECT dropped FROM processes") >= int(heard.stdout)


BUSY = """
import sys
from vedette.data.recorder import Recorder
with Recorder(sys.argv[1]) as recorder, recorder.run(sys.argv[2]) as run:
    print("ready", flush=True)
    sys.stdin.readline()
    with run.agent("a") as agent:
        for number in range(300):
            with agent.prompt() as prompt:
                prompt.write(str(number))
                prompt.done(tokens_in=1, cost_usd=0.000001)
"""


def test_several_processes_write_one_file(path: str) -> None:
    programs = [_start(BUSY, path, str(number)) for number in range(4)]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        program.communicate()
        assert program.returncode == 0
    assert [calls for (calls,) in rows(path, "SELECT calls FROM agents")] == [300] * 4
    assert value(path, "SELECT sum(cost_micros) FROM cost_rollups") == 1200
    assert value(path, "SELECT count(*) FROM prompt_chunks") == 1200
    assert value(path, "SELECT count(*) FROM runs WHERE status = 'completed'") == 4
    assert value(path, "SELECT sum(dropped) FROM processes") == 0
