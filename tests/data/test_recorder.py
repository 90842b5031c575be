"""What a program records is what the database holds: once, in order, with true totals."""

import asyncio
import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.builders.recorded import START, Clock, numbered, row, rows, value
from vedette.data.errors import VedetteError
from vedette.data.recorder import AgentHandle, Recorder


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(path: str, clock: Clock) -> Iterator[Recorder]:
    with Recorder(path, clock=clock, ids=numbered(), program="tests") as recorder:
        yield recorder


@pytest.fixture
def agent(recorder: Recorder) -> AgentHandle:
    return recorder.run("fix-auth", project="web").agent("coder", model="claude-sonnet-4-5")


def test_a_run_is_written_from_start_to_end(recorder: Recorder, path: str, clock: Clock) -> None:
    with recorder.run("fix-auth", project="web", kind="job"):
        clock.now += 60
    recorder.flush()
    found = row(path, "SELECT * FROM runs")
    assert (found["id"], found["title"], found["project"]) == ("run-1", "fix-auth", "web")
    assert (found["kind"], found["status"], found["error"]) == ("job", "completed", None)
    assert found["started_at"] == "2026-10-29T14:02:31.250000Z"
    assert found["ended_at"] == found["updated_at"] == "2026-10-29T14:03:31.250000Z"
    assert [tuple(event) for event in rows(path, "SELECT kind, message FROM events")] == [
        ("run.start", "fix-auth"),
        ("run.end", "fix-auth"),
    ]


def test_agents_nest(recorder: Recorder, path: str) -> None:
    with recorder.run("r") as run, run.agent("lead") as lead, lead.agent("scout") as scout:
        scout.agent("scout of the scout").done()
    recorder.flush()
    parents = dict(map(tuple, rows(path, "SELECT name, parent_id FROM agents")))
    assert parents == {"lead": None, "scout": lead.id, "scout of the scout": scout.id}
    assert value(path, "SELECT count(*) FROM agents WHERE status = 'completed'") == 3


def test_a_prompt_streams_in_pieces(agent: AgentHandle, recorder: Recorder, path: str) -> None:
    with agent.prompt("edit 1", request={"ask": "now"}) as prompt:
        prompt.think("hm")
        prompt.write("streamed ")
        prompt.write("text")
        recorder.flush()
        assert value(path, "SELECT status FROM prompts") == "running"
        prompt.done(tokens_out=3)
    recorder.flush()
    pieces = [tuple(piece) for piece in rows(path, "SELECT kind, text FROM prompt_chunks")]
    assert pieces == [("thinking", "hm"), ("text", "streamed "), ("text", "text")]
    found = row(path, "SELECT * FROM prompts")
    assert (found["request"], found["response"]) == ('{"ask": "now"}', None)
    assert (found["status"], found["model"]) == ("completed", "claude-sonnet-4-5")


def test_latency_is_the_clocks_unless_it_is_told(
    agent: AgentHandle, recorder: Recorder, path: str, clock: Clock
) -> None:
    measured, told = agent.prompt("measured"), agent.prompt("told")
    clock.now += 1.5
    measured.done("a")
    told.done("b", latency_ms=7)
    recorder.flush()
    found = rows(path, "SELECT latency_ms, response FROM prompts ORDER BY seq")
    assert [tuple(each) for each in found] == [(1500, "a"), (7, "b")]


def test_a_tool_call_keeps_what_went_in_and_what_came_out(
    agent: AgentHandle, recorder: Recorder, path: str, clock: Clock
) -> None:
    prompt = agent.prompt("edit 1")
    with agent.tool("pytest", input={"args": ["-q"]}, risk="low", prompt=prompt) as call:
        clock.now += 0.25
        call.done(output="29 passed")
    recorder.flush()
    found = row(path, "SELECT * FROM tool_calls")
    assert (found["name"], found["input"], found["output"]) == (
        "pytest",
        '{"args": ["-q"]}',
        "29 passed",
    )
    assert (found["risk"], found["status"], found["latency_ms"]) == ("low", "completed", 250)
    assert found["prompt_id"] == prompt.id


def test_an_event_keeps_its_details(agent: AgentHandle, recorder: Recorder, path: str) -> None:
    agent.event("milestone", "tests pass", level="warning", details={"passed": 29})
    recorder.event("started", "by hand")
    recorder.flush()
    found = row(path, "SELECT * FROM events WHERE kind = 'milestone'")
    assert (found["level"], found["message"]) == ("warn", "tests pass")
    assert json.loads(found["details"]) == {"passed": 29}
    assert found["agent_id"] == agent.id
    assert row(path, "SELECT run_id, level FROM events WHERE kind = 'started'") == {
        "run_id": None,
        "level": "info",
    }


def test_an_exception_marks_what_it_passes_through_as_failed(recorder: Recorder, path: str) -> None:
    def work() -> None:
        with recorder.run("r") as run, run.agent("a") as agent, agent.tool("t"):
            raise KeyError("gone")

    with pytest.raises(KeyError):
        work()
    recorder.flush()
    for table in ("runs", "agents", "tool_calls"):
        found = row(path, f"SELECT status, error FROM {table}")  # noqa: S608
        assert found == {"status": "failed", "error": "KeyError: 'gone'"}
    failed = rows(path, "SELECT kind FROM events WHERE level = 'error' ORDER BY seq")
    assert [kind for (kind,) in failed] == ["tool.end", "agent.end", "run.end"]


def test_an_interrupt_cancels_rather_than_fails(recorder: Recorder, path: str) -> None:
    with pytest.raises(KeyboardInterrupt), recorder.run("r"):
        raise KeyboardInterrupt
    recorder.flush()
    assert value(path, "SELECT status FROM runs") == "cancelled"


def test_what_is_open_ends_with_what_it_belongs_to(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    agent.prompt("p")
    agent.tool("t")
    agent.agent("child")
    agent.run.done()
    recorder.flush()
    assert value(path, "SELECT status FROM runs") == "completed"
    for table in ("agents", "prompts", "tool_calls"):
        found = rows(path, f"SELECT DISTINCT status FROM {table}")  # noqa: S608
        assert [status for (status,) in found] == ["cancelled"]


def test_closing_the_recorder_closes_what_is_open(path: str) -> None:
    with Recorder(path) as recorder:
        recorder.run("r").agent("a").prompt("p")
    for table in ("runs", "agents", "prompts"):
        found = row(path, f"SELECT status, error FROM {table}")  # noqa: S608
        assert found == {"status": "failed", "error": "its process ended without closing it"}
    assert value(path, "SELECT ending FROM processes") == "closed"


def test_pausing_and_resuming_show(agent: AgentHandle, recorder: Recorder, path: str) -> None:
    for turn, status in ((agent.pause, "paused"), (agent.resume, "running")):
        turn()
        recorder.flush()
        assert value(path, "SELECT status FROM agents") == status
    agent.run.pause()
    agent.context(0.71)
    recorder.flush()
    assert value(path, "SELECT status FROM runs") == "paused"
    assert value(path, "SELECT context_used FROM agents") == 0.71


def test_a_pause_says_why_until_it_is_over(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    agent.pause("paused by ana")
    agent.run.pause("out of hours")
    recorder.flush()
    assert value(path, "SELECT error FROM agents") == "paused by ana"
    assert value(path, "SELECT error FROM runs") == "out of hours"
    agent.resume()
    agent.run.resume()
    recorder.flush()
    assert value(path, "SELECT error FROM agents") is None
    assert value(path, "SELECT error FROM runs") is None


def test_why_an_agent_rests_is_masked_like_any_text(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    secret = "ghp_" + "a1B2" * 10
    agent.pause(f"the key {secret} is used up")
    recorder.flush()
    assert secret not in value(path, "SELECT error FROM agents")


def test_a_failed_tool_call_keeps_what_came_out(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    agent.tool("pytest").fail("exit 1", output="1 failed, 28 passed")
    recorder.flush()
    assert row(path, "SELECT status, error, output FROM tool_calls") == {
        "status": "failed",
        "error": "exit 1",
        "output": "1 failed, 28 passed",
    }


def test_what_changes_never_seems_older_than_it_is(
    agent: AgentHandle, recorder: Recorder, path: str, clock: Clock
) -> None:
    recorder.flush()
    prompt = agent.prompt("p")
    clock.now += 1
    prompt.done("answered")
    clock.now += 1
    agent.pause()
    agent.run.pause()
    recorder.flush()
    for table in ("agents", "runs"):
        found = value(path, f"SELECT updated_at FROM {table}")  # noqa: S608
        assert found == "2026-10-29T14:02:33.250000Z"
    clock.now -= 60
    agent.context(0.5)
    agent.run.resume()
    recorder.flush()
    for table in ("agents", "runs"):
        found = value(path, f"SELECT updated_at FROM {table}")  # noqa: S608
        assert found == "2026-10-29T14:02:33.250000Z"


def test_the_process_says_which_version_wrote(recorder: Recorder, path: str) -> None:
    recorder.flush()
    assert value(path, "SELECT version FROM processes") == version("vedette")


def test_a_second_end_changes_nothing(agent: AgentHandle, recorder: Recorder, path: str) -> None:
    prompt = agent.prompt("p")
    prompt.done(tokens_in=10, cost_usd=0.5)
    prompt.done(tokens_in=10, cost_usd=0.5)
    prompt.fail("too late")
    recorder.flush()
    assert row(path, "SELECT calls, tokens_in, cost_micros FROM agents") == {
        "calls": 1,
        "tokens_in": 10,
        "cost_micros": 500_000,
    }
    assert value(path, "SELECT status FROM prompts") == "completed"
    assert value(path, "SELECT count(*) FROM events WHERE kind = 'llm.end'") == 1


TOTALS = (
    "sum(calls) AS calls, sum(unpriced) AS unpriced, sum(tokens_in) AS tokens_in,"
    " sum(tokens_out) AS tokens_out, sum(cache_read) AS cache_read,"
    " sum(cache_write) AS cache_write, sum(cost_micros) AS cost_micros"
)
BY_HAND = (
    "count(*) AS calls, sum(cost_micros IS NULL) AS unpriced, sum(tokens_in) AS tokens_in,"
    " sum(tokens_out) AS tokens_out, sum(cache_read) AS cache_read,"
    " sum(cache_write) AS cache_write, sum(cost_micros) AS cost_micros"
)


def test_totals_are_the_sums_of_the_calls(recorder: Recorder, path: str, clock: Clock) -> None:
    run = recorder.run("r")
    for name in ("a", "b"):
        agent = run.agent(name, model="claude-sonnet-4-5")
        for number in range(5):
            clock.now += 1300
            prompt = agent.prompt(model="local/qwen-72b" if number == 4 else None)
            prompt.used(tokens_in=1000 + number, tokens_out=20, cache_read=300, cache_write=7)
            prompt.fail("refused") if number == 3 else prompt.done()
    recorder.flush()
    by_hand = row(path, f"SELECT {BY_HAND} FROM prompts")  # noqa: S608
    assert by_hand["calls"] == 10
    assert by_hand["unpriced"] == 2
    assert row(path, f"SELECT {TOTALS} FROM agents") == by_hand  # noqa: S608
    assert row(path, f"SELECT {TOTALS} FROM cost_rollups") == by_hand  # noqa: S608
    hours = "SELECT {} AS hour, model, agent_id, count(*) FROM prompts GROUP BY 1, 2, 3"
    counted = rows(path, hours.format("substr(completed_at, 1, 13)"))
    kept = rows(path, "SELECT hour, model, agent_id, calls FROM cost_rollups ORDER BY 1, 2, 3")
    assert [tuple(each) for each in kept] == [tuple(each) for each in counted]


def test_a_reported_price_stands_and_an_unknown_one_is_never_zero(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    used = {"tokens_in": 48_120, "cache_read": 41_900, "tokens_out": 1_044}
    agent.prompt("reported").done(**used, cost_usd=0.28)
    agent.prompt("priced").done(**used)
    agent.prompt("prefixed", model="anthropic/claude-sonnet-4-5").done(**used)
    agent.prompt("unknown", model="local/qwen-72b").done(**used)
    agent.prompt("uncounted").done()
    agent.prompt("impossible").done(tokens_in=1, cache_read=5, tokens_out=1)
    recorder.flush()
    found = rows(path, "SELECT name, cost_micros, cost_source FROM prompts ORDER BY seq")
    assert [tuple(each) for each in found] == [
        ("reported", 280_000, "reported"),
        ("priced", 46_890, "priced"),
        ("prefixed", 46_890, "priced"),
        ("unknown", None, None),
        ("uncounted", None, None),
        ("impossible", None, None),
    ]
    assert value(path, "SELECT unpriced FROM agents") == 3
    assert value(path, "SELECT sum(reported) FROM cost_rollups") == 1


def test_pricing_can_be_left_to_somebody_else(path: str) -> None:
    with Recorder(path, price=False) as recorder, recorder.run("r") as run:
        run.agent("a", model="claude-sonnet-4-5").prompt().done(tokens_in=1000, tokens_out=10)
    assert value(path, "SELECT cost_micros FROM prompts") is None


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -1.0, "free"])
def test_an_odd_price_is_no_price(agent: AgentHandle, recorder: Recorder, path: str, cost) -> None:  # type: ignore[no-untyped-def]
    agent.prompt(model="nobody's").done(tokens_in=5, cost_usd=cost)
    recorder.flush()
    assert row(path, "SELECT status, cost_micros, tokens_in FROM prompts") == {
        "status": "completed",
        "cost_micros": None,
        "tokens_in": 5,
    }


def test_the_same_alarm_is_counted_until_it_is_resolved(recorder: Recorder, path: str) -> None:
    run = recorder.run("r")
    for severity in ("warning", "critical"):
        recorder.alarm("burn_rate", "burning", severity=severity, key="burn", run=run)
    recorder.resolve_alarm("burn", "it slowed down")
    recorder.alarm("burn_rate", "burning again", key="burn", agent=run.agent("a"))
    recorder.flush()
    found = rows(path, "SELECT status, severity, count, title, run_id FROM alarms ORDER BY seq")
    assert [tuple(each) for each in found] == [
        ("resolved", "critical", 2, "burning", run.id),
        ("open", "warning", 1, "burning again", run.id),
    ]


def test_secrets_are_masked_before_they_are_stored(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    secret = "ghp_" + "a1B2" * 10
    with agent.prompt(request=f"use {secret}") as prompt:
        prompt.write(f"I use {secret}")
        prompt.done(f"used {secret}")
    agent.tool("curl", input={"header": f"Bearer {secret}"}).done(f"token={secret}")
    agent.tool("curl").fail(f"refused {secret}")
    agent.event("note", f"has {secret}", details={"t": secret})
    recorder.alarm("leak", "leak", message=secret)
    recorder.close()
    assert secret.encode() not in Path(path).read_bytes()
    assert value(path, "SELECT masked FROM prompts") == 3
    assert value(path, "SELECT masked FROM tool_calls WHERE status = 'completed'") == 2


def test_secrets_in_what_went_wrong_are_masked_too(recorder: Recorder, path: str) -> None:
    secret = "ghp_" + "a1B2" * 10
    run = recorder.run("deploy")
    run.agent("a").fail(RuntimeError(f"refused {secret}"))
    task = recorder.task("push", run=run.id, status="failed", error=f"refused {secret}")
    recorder.step(task, "push", status="failed", error=f"refused {secret}")
    recorder.check("lint", "failed", run=run.id, output=f"found {secret}")
    recorder.health("api", "down", details=f"refused {secret}")
    run.fail(f"refused {secret}")
    recorder.flush()
    for table, column in (
        ("runs", "error"),
        ("agents", "error"),
        ("tasks", "error"),
        ("steps", "error"),
        ("checks", "output"),
        ("health", "details"),
    ):
        found = value(path, f"SELECT {column} FROM {table}")  # noqa: S608
        assert secret not in found
        assert "[masked]" in found


def test_what_the_users_own_redaction_breaks_on_is_not_stored(path: str) -> None:
    def redact(text: str) -> tuple[str, int]:
        if "boom" in text:
            raise RuntimeError("boom")
        return text.replace("mine", "*"), text.count("mine")

    with Recorder(path, redact=redact) as recorder, recorder.run("r") as run:
        agent = run.agent("a")
        agent.tool("t", input="mine", id="good").done("all mine")
        agent.tool("t", input="boom", id="bad").done("ok")
    found = row(path, "SELECT input, output, masked FROM tool_calls WHERE id = 'good'")
    assert found == {"input": "*", "output": "all *", "masked": 2}
    bad = row(path, "SELECT input, status FROM tool_calls WHERE id = 'bad'")
    assert bad == {"input": "[not stored: it could not be redacted]", "status": "completed"}


def test_a_large_payload_stands_whole_in_an_artifact(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    large = "".join(f"line {number}\n" for number in range(20_000))
    agent.tool("cat", input=large).done(large)
    agent.prompt(request=large).done(large)
    agent.tool("cat", input="x" * 65_536).done("small")
    agent.event("note", "much", details={"all": large})
    recorder.flush()
    found = row(path, "SELECT * FROM tool_calls WHERE output_artifact_id IS NOT NULL")
    assert found["input"] == found["output"] == large[:65_536]
    for artifact_id in (found["input_artifact_id"], found["output_artifact_id"]):
        kept = row(path, "SELECT * FROM artifacts WHERE id = ?", artifact_id)
        assert kept["body"] == large.encode()
        assert kept["size"] == len(large)
        assert kept["sha256"] == hashlib.sha256(large.encode()).hexdigest()
    kinds = rows(path, "SELECT kind FROM artifacts ORDER BY kind")
    assert [kind for (kind,) in kinds] == [
        "prompt.request",
        "prompt.response",
        "tool.input",
        "tool.output",
    ]
    details = json.loads(value(path, "SELECT details FROM events WHERE kind = 'note'"))
    assert len(details["beginning"]) == 65_536


def test_an_idempotency_key_has_one_outcome(
    agent: AgentHandle, recorder: Recorder, path: str
) -> None:
    assert recorder.outcome("pay-1") is None
    agent.tool("pay", idempotency_key="pay-1").done("receipt 17")
    found = recorder.outcome("pay-1")
    assert found is not None
    assert (found.status, found.output) == ("completed", "receipt 17")
    agent.tool("pay", idempotency_key="pay-1").fail("twice")
    assert recorder.outcome("pay-1") == found
    keys = rows(path, "SELECT idempotency_key FROM tool_calls ORDER BY seq")
    assert [key for (key,) in keys] == ["pay-1", None]


def test_hostile_text_is_stored_as_it_is(agent: AgentHandle, recorder: Recorder, path: str) -> None:
    hostile = "\x1b[2J\x00 [/] [link=x] '; DROP TABLE runs; -- ‮"
    agent.event("note", hostile)
    agent.event("note", "half \ud800 a pair")
    agent.event("note", 17)  # type: ignore[arg-type]
    recorder.flush()
    found = rows(path, "SELECT message FROM events WHERE kind = 'note' ORDER BY seq")
    assert [message for (message,) in found] == [hostile, "half ? a pair", "17"]
    assert recorder.dropped == 0


def test_a_row_the_database_refuses_takes_no_other_with_it(recorder: Recorder, path: str) -> None:
    recorder.event("before")
    recorder.health("pump", "rather well")
    recorder.event("after")
    recorder.flush()
    assert [kind for (kind,) in rows(path, "SELECT kind FROM events")][:2] == ["before", "after"]
    assert recorder.dropped == 1
    recorder.close()
    assert value(path, "SELECT dropped FROM processes") == 1
    notice = row(path, "SELECT level, message FROM events WHERE kind = 'recorder.dropped'")
    assert notice["level"] == "warn"
    assert notice["message"].startswith("1 rows dropped")


def test_the_machinery_around_agents_is_written_as_it_stands(
    recorder: Recorder, path: str, clock: Clock
) -> None:
    run = recorder.run("r").id
    task = recorder.task("build", status="running", run=run, attempt=1)
    step = recorder.step(task, "lint", status="pending", idempotency_key="lint-1")
    schedule = recorder.schedule("nightly", "0 3 * * *", next_run=START + 60)
    watcher = recorder.watcher("inbox", last_outcome="ok")
    rule = recorder.rule("writes", {"path": "auth/**"}, ["ask"])
    recorder.health("db", details={"wal": 1}, next_expected=START + 30)
    recorder.check("lint", "passed", run=run, output="clean")
    recorder.route("push", "fast lane", run=run, risk="low", gates=["review"])
    recorder.budget("day", "", 20.0)
    clock.now += 5
    recorder.task("build", id=task, status="completed", run=run, attempt=1)
    recorder.step(task, "lint", id=step, status="failed", error="no")
    recorder.schedule("nightly", "0 4 * * *", id=schedule, missed=2)
    recorder.watcher("inbox", id=watcher, last_outcome="error", consecutive_errors=1)
    recorder.rule("writes", {"path": "auth/**"}, ["ask"], id=rule, hits=3, last_fired=clock.now)
    recorder.budget("day", "", 25.5)
    recorder.flush()
    done = row(path, "SELECT status, started_at, ended_at FROM tasks")
    assert done == {
        "status": "completed",
        "started_at": "2026-10-29T14:02:31.250000Z",
        "ended_at": "2026-10-29T14:02:36.250000Z",
    }
    assert row(path, "SELECT task_id, status, error FROM steps") == {
        "task_id": task,
        "status": "failed",
        "error": "no",
    }
    assert row(path, "SELECT spec, missed FROM schedules") == {"spec": "0 4 * * *", "missed": 2}
    assert value(path, "SELECT consecutive_errors FROM watchers") == 1
    assert row(path, "SELECT hits, conditions FROM rules")["hits"] == 3
    assert value(path, "SELECT next_expected_at FROM health") == "2026-10-29T14:03:01.250000Z"
    assert value(path, "SELECT output FROM checks") == "clean"
    assert value(path, "SELECT gates FROM routing_decisions") == '["review"]'
    assert value(path, "SELECT limit_micros FROM budgets") == 25_500_000
    assert recorder.dropped == 0


def test_whole_tables_go_in_at_once_or_not_at_all(recorder: Recorder, path: str) -> None:
    columns = recorder.bulk_columns("runs")
    made = dict.fromkeys(columns) | {"title": "t", "kind": "run", "status": "completed"}
    made |= {"started_at": "2026", "updated_at": "2026"}
    runs = [tuple({**made, "id": f"r{number}"}[name] for name in columns) for number in range(700)]
    agents = recorder.bulk_columns("agents")
    assert recorder.bulk({"runs": iter(runs)}) == 700
    with pytest.raises(sqlite3.IntegrityError):
        recorder.bulk({"runs": [("new", *runs[0][1:])], "agents": [(None,) * len(agents)]})
    with pytest.raises(ValueError, match="no table named ruins"):
        recorder.bulk({"ruins": []})
    assert value(path, "SELECT count(*) FROM runs") == 700


def test_the_same_script_leaves_the_same_rows(tmp_path: Path) -> None:
    def play(path: str) -> None:
        clock = Clock()
        with Recorder(path, clock=clock, ids=numbered()) as recorder:
            agent = recorder.run("r").agent("a", model="claude-sonnet-4-5")
            for number in range(300):
                clock.now += 0.01
                with agent.prompt(f"p{number}") as prompt:
                    prompt.write("text")
                    prompt.done(tokens_in=10, tokens_out=number)
                recorder.alarm("k", f"t{number}", key=str(number % 7))
            agent.run.done()

    for name in ("one.db", "two.db"):
        play(str(tmp_path / name))
    for table in ("runs", "agents", "prompts", "prompt_chunks", "events", "alarms", "cost_rollups"):
        one, two = (
            [tuple(each) for each in rows(tmp_path / name, f"SELECT * FROM {table}")]  # noqa: S608
            for name in ("one.db", "two.db")
        )
        assert one == two
        assert one


def test_many_threads_write_through_one_recorder(recorder: Recorder, path: str) -> None:
    run = recorder.run("r")

    def work(name: str) -> None:
        with run.agent(name) as agent:
            for number in range(50):
                with agent.prompt() as prompt:
                    prompt.write(str(number))
                    prompt.done(tokens_in=1, cost_usd=0.000_001)

    threads = [threading.Thread(target=work, args=(f"a{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.flush()
    assert value(path, "SELECT count(*) FROM agents WHERE status = 'completed'") == 8
    assert [calls for (calls,) in rows(path, "SELECT calls FROM agents")] == [50] * 8
    assert value(path, "SELECT sum(cost_micros) FROM cost_rollups") == 400
    assert recorder.dropped == 0


def test_two_recorders_share_a_file(path: str) -> None:
    with Recorder(path, program="one") as one, Recorder(path, program="two") as two:
        runs = one.run("first"), two.run("second")
        for number in range(200):
            for run in runs:
                run.event("tick", str(number))
    assert value(path, "SELECT count(*) FROM events WHERE kind = 'tick'") == 400
    found = rows(path, "SELECT program, ending FROM processes ORDER BY program")
    assert [tuple(each) for each in found] == [("one", "closed"), ("two", "closed")]


async def test_everything_works_under_asyncio(path: str) -> None:
    async def work(agent: AgentHandle, number: int) -> None:
        async with agent.prompt(str(number)) as prompt:
            await asyncio.sleep(0)
            prompt.write("text")
            prompt.done(tokens_out=1)

    async with Recorder(path) as recorder, recorder.run("r") as run, run.agent("a") as agent:
        await asyncio.gather(*(work(agent, number) for number in range(20)))
    assert value(path, "SELECT calls FROM agents") == 20
    assert value(path, "SELECT status FROM runs") == "completed"


def test_recording_after_the_end_is_dropped_and_counted(path: str) -> None:
    with Recorder(path) as recorder:
        run = recorder.run("r")
    run.event("late")
    recorder.close()
    assert recorder.dropped == 1
    assert value(path, "SELECT count(*) FROM events WHERE kind = 'late'") == 0


def test_without_a_path_the_nearest_place_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project" / ".vedette").mkdir(parents=True)
    (tmp_path / "project" / "src").mkdir()
    monkeypatch.chdir(tmp_path / "project" / "src")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.delenv("VEDETTE_DB", raising=False)
    places = []
    with Recorder() as recorder:
        places.append(recorder.path)
    monkeypatch.setenv("VEDETTE_DB", str(tmp_path / "named.db"))
    with Recorder() as recorder:
        places.append(recorder.path)
    monkeypatch.delenv("VEDETTE_DB")
    monkeypatch.chdir(tmp_path)
    with Recorder() as recorder:
        places.append(recorder.path)
    assert places == [
        str(tmp_path / "project" / ".vedette" / "runs.db"),
        str(tmp_path / "named.db"),
        str(tmp_path / "share" / "vedette" / "runs.db"),
    ]


def test_a_path_that_cannot_be_used_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(VedetteError, match="is a folder"):
        Recorder(tmp_path)
