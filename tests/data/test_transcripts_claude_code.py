"""A Claude Code transcript becomes one run, however often and in whatever pieces it is read."""

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest

from tests.builders import transcripts as made
from tests.builders.recorded import change, row, rows, value
from tests.builders.transcripts import (
    Claude,
    append,
    assert_totals_are_true,
    text,
    thinking,
    tokens,
    tool,
    write,
)
from vedette.data import times
from vedette.data.ingest import ids
from vedette.data.ingest.transcripts import Imported, Importer
from vedette.data.prices import pricing

LATER = (times.parse("2026-11-02T09:31:00Z") or 0.0) + 60
RUN = "claude-code:5e55-0001"
MAIN = f"{RUN}:main"
SUB = f"{RUN}:a1b2c3d4"
TABLES = (
    "SELECT * FROM runs ORDER BY id",
    "SELECT * FROM agents ORDER BY id",
    "SELECT * FROM prompts ORDER BY id",
    "SELECT * FROM prompt_chunks",
    "SELECT * FROM tool_calls ORDER BY id",
    "SELECT * FROM events",
    "SELECT * FROM cost_rollups",
)


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "projects" / "-home-ana-shop"


def read(db: str, place: Path, now: float = LATER) -> Imported:
    return Importer(db, ids.CLAUDE_CODE, pricing(None), now).read([str(place)], now)


def dump(db: str) -> dict[str, list[tuple[object, ...]]]:
    return {table: [tuple(each) for each in rows(db, table)] for table in TABLES}


def test_a_session_is_a_run_with_its_agents_as_a_tree(db: str, home: Path) -> None:
    made.shop(home)
    done = read(db, home)
    assert done[2:] == (1, 2, 6, 4, 0, ())
    run = row(db, "SELECT * FROM runs")
    assert (run["id"], run["project"], run["kind"]) == (RUN, "shop", "session")
    assert run["title"] == "Make the cart survive a restart."
    assert run["started_at"] == "2026-11-02T09:30:02.000000Z"
    agents = rows(db, "SELECT id, parent_id, name, model, status FROM agents ORDER BY seq")
    assert [tuple(agent) for agent in agents] == [
        (MAIN, None, "claude-code", made.SONNET, "paused"),
        (SUB, MAIN, "Explore", made.HAIKU, "completed"),
    ]


def test_one_answer_in_three_lines_is_one_call(db: str, home: Path) -> None:
    made.shop(home)
    read(db, home)
    call = row(db, "SELECT * FROM prompts WHERE id LIKE '%_1' AND agent_id = ?", MAIN)
    assert call["request"] == "Make the cart survive a restart.\nIt lives in memory now."
    assert call["response"] == "I will look at the cart first."
    assert value(db, "SELECT text FROM prompt_chunks WHERE prompt_id = ?", call["id"]) == (
        "Where is the cart kept?"
    )
    assert (call["latency_ms"], call["status"]) == (3000, "completed")
    assert_totals_are_true(db)


def test_what_the_cache_held_is_part_of_what_was_sent(db: str, home: Path) -> None:
    made.shop(home)
    read(db, home)
    call = row(db, "SELECT * FROM prompts WHERE id LIKE '%_1' AND agent_id = ?", MAIN)
    counts = ("tokens_in", "cache_read", "cache_write", "cache_write_1h", "tokens_out")
    assert [call[name] for name in counts] == [18_012, 0, 18_000, 4_000, 340]
    # 12 at 3, 14,000 at 3.75, 4,000 at 6 and 340 at 15 USD a million.
    assert (call["cost_micros"], call["cost_source"]) == (81_636, "priced")


def test_tool_calls_belong_to_their_answer_and_a_failure_says_why(db: str, home: Path) -> None:
    made.shop(home)
    read(db, home)
    tools = rows(db, "SELECT id, prompt_id, name, status, error FROM tool_calls ORDER BY id")
    said = [(each["id"].rpartition(":")[2], each["name"], each["status"]) for each in tools]
    assert said == [
        ("toolu_1", "Read", "completed"),
        ("toolu_2", "Task", "completed"),
        ("toolu_3", "Bash", "failed"),
        ("toolu_s1", "Grep", "completed"),
    ]
    assert all(each["prompt_id"] for each in tools)
    assert tools[2]["error"] == "2 failed, 27 passed"
    assert value(db, "SELECT message FROM events WHERE level = 'error'") == (
        "Bash: 2 failed, 27 passed"
    )


def test_importing_again_changes_nothing(db: str, home: Path) -> None:
    made.shop(home)
    read(db, home)
    before = dump(db)
    assert read(db, home)[2:6] == (0, 0, 0, 0)
    assert dump(db) == before


@pytest.mark.parametrize("size", [1, 7, 120])
def test_read_in_pieces_it_is_the_same(tmp_path: Path, home: Path, size: int) -> None:
    whole, pieces = str(tmp_path / "whole.db"), str(tmp_path / "pieces.db")
    path = made.shop(home)
    read(whole, home)
    content, growing = path.read_bytes(), tmp_path / "growing" / path.name
    growing.parent.mkdir()
    (tmp_path / "growing" / path.stem).symlink_to(home / path.stem)
    importer = Importer(pieces, ids.CLAUDE_CODE, pricing(None), LATER)
    # The cuts fall into the middle of lines, too.
    cuts = [*range(0, len(content), max(1, len(content) // size)), len(content)]
    for start, end in pairwise(cuts):
        with growing.open("ab") as file:
            file.write(content[start:end])
        importer.read([str(growing)], LATER)
    for table in TABLES[:3]:
        assert _by_id(pieces, table) == _by_id(whole, table)
    assert_totals_are_true(pieces)


def _by_id(db: str, table: str) -> list[dict[str, object]]:
    """The rows but for the order they came in."""
    return [dict(each) | {"seq": 0} for each in rows(db, table)]


def test_a_half_line_waits_until_it_is_whole(db: str, home: Path) -> None:
    path = made.shop(home)
    content = path.read_bytes()
    cut = content.rindex(b"still fail")
    path.write_bytes(content[:cut])
    assert (read(db, home).calls, read(db, home).unreadable) == (5, 0)
    path.write_bytes(content)
    assert (read(db, home).calls, read(db, home).calls) == (1, 0)
    assert_totals_are_true(db)


def test_lines_that_are_no_records_are_passed_over_and_counted(db: str, home: Path) -> None:
    path = made.shop(home)
    lines = path.read_bytes().splitlines(keepends=True)
    bad = [b"\0\0\0\n", b"[1, 2]\n", b'{"type": "user"\n', b'{"type":"user"}\n', b"\xff\xfe\n"]
    path.write_bytes(b"".join(bad + lines))
    done = read(db, home)
    assert (done.calls, done.unreadable) == (6, len(bad))


def test_records_of_odd_shapes_break_nothing(db: str, home: Path) -> None:
    main = Claude()
    for odd in (None, 7, "text", [], {"content": 5}, {"content": [None, {"type": "tool_result"}]}):
        main.line("user", message=odd)
        main.line("assistant", message=odd)
    main.user("go on")
    main.said("msg_1", text("done"), usage={"input_tokens": "many", "output_tokens": True})
    write(home / "5e55-0001.jsonl", main.lines)
    assert read(db, home).calls >= 1
    assert value(db, "SELECT tokens_in FROM prompts WHERE response = 'done'") is None


def test_half_a_surrogate_pair_is_stored_as_a_question_mark(db: str, home: Path) -> None:
    main = Claude()
    main.user("broken \ud83d here")
    main.said("msg_1", text("yes \ud83d"))
    write(home / "5e55-0001.jsonl", main.lines)
    read(db, home)
    assert value(db, "SELECT response FROM prompts") == "yes ?"


def test_of_a_streamed_answer_the_last_counts(db: str, home: Path) -> None:
    main = Claude()
    main.user("count")
    main.said("msg_1", text("one"), usage=tokens(50, 1))
    path = write(home / "5e55-0001.jsonl", main.lines)
    read(db, home)
    main.said("msg_1", text("one, two"), usage=tokens(50, 9))
    append(path, main.lines[-1:])
    read(db, home)
    call = row(db, "SELECT tokens_out, response FROM prompts")
    assert call == {"tokens_out": 9, "response": "one, two"}
    assert_totals_are_true(db)


def test_a_file_put_in_its_place_is_read_from_its_start(db: str, home: Path) -> None:
    path = made.shop(home)
    read(db, home)
    lines = path.read_bytes().splitlines(keepends=True)
    beside = path.with_suffix(".new")
    beside.write_bytes(b"".join(lines[4:]))
    os.replace(beside, path)
    assert read(db, home).calls == 0
    assert value(db, "SELECT count(*) FROM prompts") == 6
    assert_totals_are_true(db)


def test_a_file_that_was_cut_is_read_from_its_start(db: str, home: Path) -> None:
    path = made.shop(home)
    read(db, home)
    fresh = Claude("5e55-0001", clock=made.Clock())
    fresh.user("Something else.")
    fresh.said("msg_new", text("Yes."))
    path.write_text("".join(map(made.as_line, fresh.lines)))
    assert read(db, home).calls == 1


def test_a_file_that_was_moved_is_not_read_again(db: str, home: Path) -> None:
    path = made.shop(home)
    read(db, home)
    path.rename(home / "archived-5e55-0001.jsonl")
    assert read(db, home).calls == 0


def test_a_call_copied_into_a_resumed_session_counts_once(db: str, home: Path) -> None:
    path = made.shop(home)
    copied = path.read_text().replace('"sessionId":"5e55-0001"', '"sessionId":"5e55-0009"')
    (home / "5e55-0009.jsonl").write_text(copied)
    read(db, home)
    assert value(db, "SELECT count(*) FROM prompts") == 6
    assert value(db, "SELECT count(*) FROM tool_calls") == 4
    assert_totals_are_true(db)


def test_sub_agents_of_old_transcripts_stand_among_the_lines(db: str, home: Path) -> None:
    main = Claude()
    main.user("ask around")
    given = {"prompt": "Who?", "subagent_type": "scout"}
    main.said("msg_1", tool("toolu_1", "Task", **given))
    aside = Claude(sidechain=True, clock=main.clock)
    aside.user("Who?")
    aside.said("msg_2", text("Ana."), stop="end_turn")
    main.lines += aside.lines
    main.result("toolu_1", "Ana.")
    write(home / "5e55-0001.jsonl", main.lines)
    read(db, home)
    agents = rows(db, "SELECT name, parent_id, calls FROM agents ORDER BY seq")
    assert [tuple(agent) for agent in agents] == [("claude-code", None, 1), ("scout", MAIN, 1)]


def test_the_clients_own_words_are_no_call(db: str, home: Path) -> None:
    main = Claude()
    main.user("hello")
    main.said(
        "msg_x", text("API Error: 529 overloaded"), model="<synthetic>", isApiErrorMessage=True
    )
    write(home / "5e55-0001.jsonl", main.lines)
    read(db, home)
    read(db, home)
    assert value(db, "SELECT count(*) FROM prompts") == 0
    event = row(db, "SELECT level, message FROM events WHERE kind = 'api.error'")
    assert event == {"level": "error", "message": "API Error: 529 overloaded"}


def test_secrets_are_masked_and_large_texts_stand_apart(db: str, home: Path) -> None:
    main = Claude()
    main.user("use password=hunter2hunter2 please")
    main.said("msg_1", thinking("password=hunter2hunter2"), tool("toolu_1", "Read", path="big"))
    main.result("toolu_1", "password=hunter2hunter2\n" + "x" * 100_000)
    write(home / "5e55-0001.jsonl", main.lines)
    read(db, home)
    stored = b"".join(file.read_bytes() for file in Path(db).parent.glob("runs.db*"))
    assert b"hunter2hunter2" not in stored
    whole = row(db, "SELECT kind, size FROM artifacts")
    assert (whole["kind"], whole["size"] > 100_000) == ("tool.output", True)
    assert value(db, "SELECT length(output) FROM tool_calls") == 64 * 1024
    assert value(db, "SELECT masked FROM prompts") == 1


def test_a_cost_in_the_line_is_reported(db: str, home: Path) -> None:
    main = Claude()
    main.user("old")
    main.said("msg_1", text("times"), costUSD=0.0125)
    write(home / "5e55-0001.jsonl", main.lines)
    read(db, home)
    found = row(db, "SELECT cost_micros, cost_source FROM prompts")
    assert found == {"cost_micros": 12_500, "cost_source": "reported"}


def _costs(path: Path, cost: float, sent: int) -> None:
    usage = {"inputTokens": sent, "outputTokens": 740, "cacheReadInputTokens": 56_200}
    usage |= {"cacheCreationInputTokens": 19_600, "costUSD": cost}
    state = {"type": "cost-state", "sessionId": path.stem, "modelUsage": {made.SONNET: usage}}
    append(path, [state])


def test_a_sessions_reported_cost_is_shared_by_the_calls_it_counts(db: str, home: Path) -> None:
    _costs(made.shop(home), 0.25, 77)
    read(db, home)
    sources = rows(db, "SELECT model, sum(cost_micros), cost_source FROM prompts GROUP BY model, 3")
    assert [tuple(each) for each in sources] == [
        (made.HAIKU, 7_474, "priced"),
        (made.SONNET, 250_000, "reported"),
    ]
    assert value(db, "SELECT sum(reported) FROM cost_rollups") == 4
    assert_totals_are_true(db)
    before = dump(db)
    read(db, home)
    assert dump(db) == before


def test_a_reported_cost_of_other_calls_too_is_not_shared(db: str, home: Path) -> None:
    _costs(made.shop(home), 0.25, 5_000)
    read(db, home)
    assert {each[0] for each in rows(db, "SELECT cost_source FROM prompts")} == {"priced"}


def test_an_unknown_model_has_no_price(db: str, home: Path) -> None:
    main = Claude()
    main.user("hello")
    main.said("msg_1", text("hi"), model="house-model-9")
    write(home / "5e55-0001.jsonl", main.lines)
    read(db, home)
    assert value(db, "SELECT cost_micros FROM prompts") is None
    assert value(db, "SELECT unpriced FROM agents") == 1


def test_a_session_that_says_nothing_is_over_until_it_is_heard_again(db: str, home: Path) -> None:
    path = made.shop(home)
    read(db, home, LATER + 7_200)
    ended = row(db, "SELECT status, ended_at FROM runs")
    assert ended == {"status": "completed", "ended_at": "2026-11-02T09:30:16.000000Z"}
    again = Claude(clock=made.Clock(made.BEGIN.replace(hour=12)))
    again.user("Go on.")
    again.said("msg_9", text("Going on."))
    append(path, again.lines)
    read(db, home, LATER + 10_000)
    assert row(db, "SELECT status, ended_at FROM runs") == {"status": "running", "ended_at": None}
    again.said("msg_10", text("Gone on."), stop="end_turn")
    append(path, again.lines[-1:])
    read(db, home, LATER + 10_000)
    assert value(db, "SELECT status FROM runs") == "paused"
    assert value(db, "SELECT title FROM runs") == "Make the cart survive a restart."


def test_a_session_with_an_open_gate_is_not_over(db: str, home: Path) -> None:
    made.shop(home)
    read(db, home)
    change(
        db,
        "INSERT INTO approvals (id, run_id, title, payload, payload_sha256, requested_at,"
        " updated_at) VALUES ('g', ?, 't', 'p', 'x', '', '')",
        RUN,
    )
    read(db, home, LATER + 7_200)
    assert value(db, "SELECT status FROM runs") == "paused"


def test_a_session_whose_client_still_lives_is_not_over(db: str, home: Path) -> None:
    made.shop(home)
    read(db, home)
    change(
        db,
        "INSERT INTO processes (id, pid, host, started_at, heartbeat_at)"
        " VALUES ('p', 1, 'here', '', '')",
    )
    change(db, "UPDATE runs SET process_id = 'p'")
    read(db, home, LATER + 7_200)
    assert value(db, "SELECT status FROM runs") == "paused"
    change(db, "UPDATE processes SET ended_at = ''")
    read(db, home, LATER + 7_200)
    assert value(db, "SELECT status FROM runs") == "completed"


def test_rows_that_a_hook_wrote_first_are_filled_in_and_not_doubled(db: str, home: Path) -> None:
    path = made.shop(home)
    Importer(db, ids.CLAUDE_CODE, pricing(None), LATER)
    at = "2026-11-02T09:30:01.000000Z"
    change(
        db,
        "INSERT INTO runs (id, title, kind, project, started_at, updated_at)"
        " VALUES (?, 'shop', 'session', 'shop', ?, ?)",
        ids.run(ids.CLAUDE_CODE, "5e55-0001"),
        at,
        at,
    )
    change(
        db,
        "INSERT INTO agents (id, run_id, name, started_at, updated_at)"
        " VALUES (?, ?, 'claude-code', ?, ?)",
        ids.agent(ids.CLAUDE_CODE, "5e55-0001", None),
        RUN,
        at,
        at,
    )
    change(
        db,
        "INSERT INTO tool_calls (id, run_id, agent_id, name, input, status, output, created_at,"
        " completed_at, updated_at) VALUES (?, ?, ?, 'Read', 'seen', 'completed', 'out', ?, ?, ?)",
        ids.tool_call(ids.CLAUDE_CODE, "5e55-0001", "toolu_1"),
        RUN,
        MAIN,
        at,
        at,
        at,
    )
    done = read(db, path)
    assert (done.runs, done.agents, done.calls, done.tools) == (0, 1, 6, 3)
    call = row(db, "SELECT * FROM tool_calls WHERE id LIKE '%toolu_1'")
    assert (call["input"], call["output"], call["prompt_id"] is not None) == ("seen", "out", True)
    assert value(db, "SELECT title FROM runs") == "Make the cart survive a restart."
    assert value(db, "SELECT started_at FROM runs") == at


def test_no_transcripts_there_says_where_it_looked(db: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no transcripts") as caught:
        read(db, tmp_path / "nowhere")
    assert getattr(caught.value, "kind", "") == "missing"


def test_a_pipe_among_the_files_is_left_alone(db: str, home: Path) -> None:
    made.shop(home)
    os.mkfifo(home / "pipe.jsonl")
    assert read(db, home).calls == 6


def test_a_sub_agent_of_a_sub_agent_hangs_below_it(db: str, home: Path) -> None:
    made.shop(home)
    below = Claude(agent="a0deeper")
    below.user("Deeper.")
    below.said("msg_d", text("Deep."), stop="end_turn")
    folder = home / "5e55-0001" / "subagents"
    write(folder / "agent-a0deeper.jsonl", below.lines)
    meta = {"agentType": "diver", "toolUseId": "toolu_s1", "spawnDepth": 2}
    (folder / "agent-a0deeper.meta.json").write_text(json.dumps(meta))
    read(db, home)
    assert value(db, "SELECT parent_id FROM agents WHERE name = 'diver'") == SUB


def test_a_session_handed_over_while_it_is_read_by_another_counts_once(db: str, home: Path) -> None:
    path = made.shop(home)
    first = Importer(db, ids.CLAUDE_CODE, pricing(None), LATER)
    second = Importer(db, ids.CLAUDE_CODE, pricing(None), LATER)
    content = path.read_bytes()
    for end in range(0, len(content) + 400, 400):
        path.write_bytes(content[:end])
        first.read([str(home)], LATER)
        second.read([str(home)], LATER)
    assert value(db, "SELECT count(*) FROM prompts") == 6
    assert_totals_are_true(db)


def test_who_follows_finds_new_sessions_and_old_ones_that_go_on(db: str, home: Path) -> None:
    path = made.shop(home)
    os.utime(path, (LATER - 10_000, LATER - 10_000))
    importer = Importer(db, ids.CLAUDE_CODE, pricing(None), LATER)
    assert importer.read([str(home)], LATER).calls == 6
    made.shop(home, "5e55-0002")
    more = Claude(clock=made.Clock(made.BEGIN.replace(hour=12)))
    more.user("Go on.")
    more.said("msg_9", text("Going on."))
    append(path, more.lines)
    later = LATER
    for _ in range(20):
        later += 0.5
        importer.read([str(home)], later)
    assert value(db, "SELECT count(*) FROM prompts") == 6 + 6 + 1
