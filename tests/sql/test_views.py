"""Every source shows the same relations, and they say what plain SQL on its tables says."""

# ruff: noqa: S608 - a relation's name cannot be a parameter
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import amelia, dossier, tac
from tests.builders.steps import steps
from tests.builders.vedette import build_fleet
from vedette import sql
from vedette.data import times
from vedette.data.rows import RELATIONS, coerce
from vedette.data.systems import create_views, recognise

SOURCES = ("vedette", "tac v1", "tac v2", "dossier", "amelia")
FOLDERS = (
    "views/vedette",
    "views/tac",
    "views/dossier",
    "views/amelia",
    "views/syris",
    "views/syris_design",
    "views/syris_coded",
)


class Watched:
    """A file opened as the console opens it: read-only, every relation a view."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self.connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        self.system = recognise(self.connection)
        self.lacks = create_views(self.connection, self.system)

    def rows(self, select: str, **parameters: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(select, parameters).fetchall()

    def value(self, select: str, **parameters: object) -> Any:
        return self.rows(select, **parameters)[0][0]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sources")
    paths = {name: folder / f"{name.replace(' ', '_')}.db" for name in SOURCES}
    build_fleet(paths["vedette"])
    tac.build_tac(paths["tac v1"], 1)
    tac.build_tac(paths["tac v2"], 2)
    dossier.build_dossier(paths["dossier"])
    amelia.build_amelia(paths["amelia"])
    return paths


@pytest.fixture(scope="module", params=SOURCES)
def source(request: pytest.FixtureRequest, files: dict[str, Path]) -> Iterator[Watched]:
    watched = Watched(files[request.param])
    yield watched
    watched.connection.close()


@pytest.fixture(scope="module", params=["tac v1", "tac v2"])
def tac_file(request: pytest.FixtureRequest, files: dict[str, Path]) -> Iterator[Watched]:
    watched = Watched(files[request.param])
    yield watched
    watched.connection.close()


@pytest.fixture
def v2(tmp_path: Path) -> Path:
    path = tmp_path / "own.db"
    tac.build_tac(path, 2)
    return path


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty TAC file of version 2, at own.db, to be filled by hand."""
    connection = tac.create(tmp_path / "own.db")
    connection.execute(
        "INSERT INTO orchestrator_agents (id, name, agent_type) VALUES ('o', 'p', 'planner')"
    )
    yield connection
    connection.close()


def opened(connection: sqlite3.Connection) -> Watched:
    connection.commit()
    return Watched(Path(connection.execute("PRAGMA database_list").fetchone()[2]))


def add_agent(connection: sqlite3.Connection, agent_id: str, **values: object) -> None:
    row = {"id": agent_id, "orchestrator_agent_id": "o", "session_id": "s", **values}
    connection.execute(
        f"INSERT INTO agents ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )


def add_prompt(connection: sqlite3.Connection, prompt_id: str, **values: object) -> None:
    row = {"id": prompt_id, "agent_id": "a", "prompt_type": "adw", "prompt_text": "do", **values}
    connection.execute(
        f"INSERT INTO prompts ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_relation_has_the_row_types_columns(source: Watched, relation: str) -> None:
    cursor = source.connection.execute(f'SELECT * FROM "{relation}"')
    assert tuple(column[0] for column in cursor.description) == RELATIONS[relation]._fields
    coerce(RELATIONS[relation], cursor.fetchall())


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_relation_has_rows_or_a_reason(source: Watched, relation: str) -> None:
    has_rows = bool(source.rows(f'SELECT 1 FROM "{relation}" LIMIT 1'))
    assert has_rows != (relation in source.lacks)


def test_nothing_is_lacking_but_what_the_system_does_not_record(source: Watched) -> None:
    assert source.lacks == source.system.lacks


@pytest.mark.parametrize("folder", ["views/vedette", "views/tac"])
def test_optional_columns_are_real_ones(files: dict[str, Path], folder: str) -> None:
    """A misspelt {table.column} would be NULL for ever, and nothing else would tell."""
    path = files["vedette" if folder == "views/vedette" else "tac v2"]
    connection = sqlite3.connect(path)
    for name in sql.names(folder):
        for table, column in re.findall(r"\{(\w+)\.(\w+)\}", sql.load(f"{folder}/{name}")):
            connection.execute(f"SELECT [{column}] FROM main.[{table}] LIMIT 0")
    connection.close()


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_view_quotes_a_name(folder: str) -> None:
    """SQLite takes a misspelt quoted name for a text."""
    assert [name for name in sql.names(folder) if '"' in sql.load(f"{folder}/{name}")] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_view_file_is_a_relation(folder: str) -> None:
    assert set(sql.names(folder)) <= set(RELATIONS)


def test_append_order_is_unique_in_every_relation(source: Watched) -> None:
    for relation, row_type in RELATIONS.items():
        if "seq" in row_type._fields and relation != "task":
            places = [seq for (seq,) in source.rows(f'SELECT seq FROM "{relation}"')]
            assert len(places) == len(set(places)), relation


def test_tac_agents_and_their_tree_are_the_files(tac_file: Watched) -> None:
    assert tac_file.rows("SELECT seq, id, run_id, parent_id, source_status FROM agent") == (
        tac_file.rows(
            "SELECT rowid, id, session_id, parent_agent_id, status FROM main.agents ORDER BY rowid"
        )
    )
    depth = """
        WITH RECURSIVE tree (id, depth) AS (
            SELECT {id}, 0 FROM {table} WHERE {parent} IS NULL
            UNION ALL
            SELECT child.{id}, tree.depth + 1
            FROM tree JOIN {table} AS child ON child.{parent} = tree.id
        )
        SELECT depth, count(*) FROM tree GROUP BY depth
    """
    ours = tac_file.rows(depth.format(id="id", parent="parent_id", table="agent"))
    plain = tac_file.rows(depth.format(id="id", parent="parent_agent_id", table="main.agents"))
    assert ours == plain
    assert max(level for level, _ in ours) == 4


def test_tac_prompts_by_status_are_the_files(tac_file: Watched) -> None:
    plain = dict(tac_file.rows("SELECT status, count(*) FROM main.prompts GROUP BY status"))
    ours = dict(tac_file.rows("SELECT source_status, count(*) FROM prompt GROUP BY source_status"))
    assert ours == plain
    assert (
        tac_file.value("SELECT count(*) FROM prompt WHERE status = 'running'")
        == (plain["streaming"])
    )


def test_tac_tokens_and_cost_by_model_are_the_files(tac_file: Watched) -> None:
    plain = tac_file.rows(
        "SELECT model_used, count(*), sum(tokens_input), sum(tokens_output), sum(cost_usd)"
        " FROM main.prompts GROUP BY model_used ORDER BY model_used"
    )
    ours = tac_file.rows(
        "SELECT model, sum(calls), sum(tokens_in), sum(tokens_out), sum(cost_usd)"
        " FROM cost WHERE calls = 1 GROUP BY model ORDER BY model"
    )
    assert len(plain) == len(tac.MODELS)
    for (model, *counts, cost), (our_model, *our_counts, our_cost) in zip(plain, ours, strict=True):
        assert (model, counts) == (our_model, our_counts)
        assert our_cost == pytest.approx(cost)


def test_tac_agent_costs_the_larger_of_its_own_and_its_prompts(tac_file: Watched) -> None:
    plain = {
        agent: max(own or 0.0, prompts)
        for agent, own, prompts in tac_file.rows(
            "SELECT agents.id, agents.cost_usd, total(prompts.cost_usd)"
            " FROM main.agents LEFT JOIN main.prompts ON prompts.agent_id = agents.id"
            " GROUP BY agents.id"
        )
    }
    for relation, key in (("agent", "id"), ("usage", "agent_id")):
        ours = dict(tac_file.rows(f"SELECT {key}, coalesce(cost_usd, 0.0) FROM {relation}"))
        assert ours == pytest.approx(plain), relation
    told = dict(tac_file.rows("SELECT agent_id, total(cost_usd) FROM cost GROUP BY agent_id"))
    assert {agent: told.get(agent, 0.0) for agent in plain} == pytest.approx(plain)


def test_tac_usage_is_the_sum_of_the_agents_prompts(tac_file: Watched) -> None:
    plain = tac_file.rows(
        "SELECT agents.id, agents.session_id, count(prompts.id),"
        " coalesce(sum(tokens_input), 0), coalesce(sum(tokens_output), 0)"
        " FROM main.agents LEFT JOIN main.prompts ON prompts.agent_id = agents.id"
        " GROUP BY agents.rowid"
    )
    ours = tac_file.rows("SELECT agent_id, run_id, calls, tokens_in, tokens_out FROM usage")
    assert ours == plain


def test_tac_logs_are_each_shown_once(tac_file: Watched) -> None:
    for relation, table in (("event", "agent_logs"), ("audit", "system_logs")):
        ours = tac_file.rows(f"SELECT seq, created_at FROM {relation}")
        assert ours == tac_file.rows(f"SELECT id, created_at FROM main.{table}")
        assert None not in [times.parse(created_at) for _, created_at in ours]


def test_tac_levels_and_outcomes_come_from_the_files_words(tac_file: Watched) -> None:
    ours = tac_file.rows(
        "SELECT DISTINCT agent_logs.log_level, event.level FROM event"
        " JOIN main.agent_logs ON agent_logs.id = event.seq ORDER BY 1"
    )
    assert ours == [
        ("CRITICAL", "error"),
        ("DEBUG", "debug"),
        ("ERROR", "error"),
        ("INFO", "info"),
        ("WARNING", "warn"),
    ]
    failures = tac_file.value("SELECT count(*) FROM audit WHERE outcome = 'failure'")
    assert failures == tac_file.value(
        "SELECT count(*) FROM main.system_logs WHERE log_level IN ('ERROR', 'CRITICAL')"
    )


def test_tac_tool_calls_are_the_logged_ones_by_the_names_in_their_details(
    tac_file: Watched,
) -> None:
    ours = tac_file.rows("SELECT seq, name, status IN ('completed', 'failed') FROM tool_call")
    assert ours == tac_file.rows(
        "SELECT id, 'Read', 1 FROM main.agent_logs WHERE log_type = 'tool_call'"
    )
    assert tac_file.value("SELECT name FROM tool_call WHERE id = :id", id=str(ours[0][0])) == "Read"


def test_tac_runs_are_the_sessions_and_the_workflows_each_once(tac_file: Watched) -> None:
    expected = {session for (session,) in tac_file.rows("SELECT session_id FROM main.agents")}
    if tac_file.system.variant == "2":
        workflows = {
            workflow for (workflow,) in tac_file.rows("SELECT id FROM main.ai_developer_workflows")
        }
        assert expected & workflows
        assert workflows - expected
        expected |= workflows
    ours = [run for (run,) in tac_file.rows("SELECT id FROM run")]
    assert sorted(ours) == sorted(expected)


def test_pages_of_runs_show_each_run_once(tac_file: Watched) -> None:
    seen: list[str] = []
    before = 2**62
    while page := tac_file.rows(
        "SELECT seq, id FROM run WHERE seq < :before ORDER BY seq DESC LIMIT 2", before=before
    ):
        seen += [run for _, run in page]
        before = page[-1][0]
    assert sorted(seen) == sorted(run for (run,) in tac_file.rows("SELECT id FROM run"))


def test_a_workflow_says_how_its_run_stands_even_if_its_agents_are_over(
    bare: sqlite3.Connection,
) -> None:
    add_agent(bare, "a", session_id="w", status="completed")
    bare.execute(
        "INSERT INTO ai_developer_workflows"
        " (id, adw_name, workflow_type, status, current_step, total_steps, completed_steps)"
        " VALUES ('w', 'adw_sdlc', 'sdlc', 'in_progress', 'build', 5, 1)"
    )
    source = opened(bare)
    assert source.rows("SELECT title, kind, status, source_status FROM run") == [
        ("adw_sdlc", "sdlc", "running", "in_progress")
    ]
    assert source.rows("SELECT run_id, title, status FROM task") == [
        ("w", "adw_sdlc: build (1 of 5)", "running")
    ]
    source.connection.close()


@pytest.mark.parametrize(
    ("agents", "status"),
    [
        ([("a", None, "initializing")], "pending"),
        ([("a", None, "completed"), ("b", "a", "initializing")], "running"),
        ([("a", None, "completed"), ("b", "a", "reviewing")], "running"),
        ([("a", None, "completed"), ("b", "a", "failed")], "completed"),
        ([("a", None, "completed"), ("b", None, "failed")], "failed"),
        ([("a", None, "cancelled"), ("b", "a", "completed")], "cancelled"),
        ([("a", None, "completed"), ("b", "a", "completed")], "completed"),
    ],
)
def test_a_session_stands_as_its_agents_do(
    bare: sqlite3.Connection, agents: list[tuple[str, str | None, str]], status: str
) -> None:
    for agent_id, parent, word in agents:
        add_agent(bare, agent_id, parent_agent_id=parent, status=word)
    source = opened(bare)
    assert source.rows("SELECT id, kind, status FROM run") == [("s", "session", status)]
    source.connection.close()


def test_a_session_ends_with_its_last_agent_in_either_time_format(
    bare: sqlite3.Connection,
) -> None:
    # As text the space sorts before the T, and the earlier of the two would win.
    add_agent(bare, "a", status="completed", completed_at="2026-02-05T09:00:00.5")
    add_agent(bare, "b", status="completed", completed_at="2026-02-05 10:00:00")
    source = opened(bare)
    assert source.value("SELECT ended_at FROM run") == "2026-02-05 10:00:00"
    source.connection.close()


def test_a_session_is_not_over_while_one_agent_works(bare: sqlite3.Connection) -> None:
    add_agent(bare, "a", status="completed", completed_at="2026-02-05 10:00:00")
    add_agent(bare, "b", status="planning")
    source = opened(bare)
    assert source.rows("SELECT status, ended_at FROM run") == [("running", None)]
    source.connection.close()


def test_tokens_without_a_cost_are_unpriced_and_nothing_spent_is_zero(
    bare: sqlite3.Connection,
) -> None:
    add_agent(bare, "a")
    add_agent(bare, "b")
    add_prompt(bare, "told", tokens_output=7, cost_usd=0.25)
    add_prompt(bare, "untold", tokens_output=7, cost_usd=0.0)
    add_prompt(bare, "lost", tokens_output=7, cost_usd=None)
    add_prompt(bare, "pending")
    source = opened(bare)
    assert source.rows("SELECT id, cost_usd, cost_source FROM prompt") == [
        ("told", 0.25, "reported"),
        ("untold", None, None),
        ("lost", None, None),
        ("pending", 0.0, "reported"),
    ]
    assert source.rows("SELECT calls, cost_usd, unpriced FROM usage") == [(4, 0.25, 2), (0, 0.0, 0)]
    assert source.value("SELECT sum(unpriced) FROM cost") == 2
    source.connection.close()


def test_an_agent_whose_calls_all_lack_a_price_has_no_cost(bare: sqlite3.Connection) -> None:
    add_agent(bare, "a")
    add_prompt(bare, "untold", tokens_input=7)
    source = opened(bare)
    assert source.rows("SELECT cost_usd FROM agent") == [(None,)]
    source.connection.close()


def test_the_bridges_agents_are_named_by_their_phase(bare: sqlite3.Connection) -> None:
    bare.execute(
        "INSERT INTO orchestrator_agents (id, name, agent_type)"
        " VALUES ('adw-orchestrator', 'adw-orchestrator', 'orchestrator')"
    )
    add_agent(bare, "a", orchestrator_agent_id="adw-orchestrator", context="adw_plan_iso")
    add_agent(bare, "b", orchestrator_agent_id="adw-orchestrator", context='{"issue": 1}')
    add_agent(bare, "c", context="adw_plan_iso")
    source = opened(bare)
    assert source.rows("SELECT name, kind FROM agent") == [
        ("adw_plan_iso", "orchestrator"),
        ("adw-orchestrator", "orchestrator"),
        ("p", "planner"),
    ]
    source.connection.close()


def test_what_tac_forbids_is_shown_and_a_strange_status_is_never_over(v2: Path) -> None:
    connection = tac.create(v2)
    tac.break_rules(connection)
    source = opened(connection)
    connection.close()
    agents = dict(source.rows("SELECT id, status FROM agent WHERE id LIKE 'strange%'"))
    assert agents == {"strange-1": "running", "strange-2": "completed", "strange-3": "completed"}
    prompts = dict(source.rows("SELECT id, status FROM prompt WHERE id LIKE 'strange%'"))
    assert prompts == {"strange-p1": "running", "strange-p2": "completed"}
    assert source.rows("SELECT id, status FROM run WHERE id IN ('strange', '') ORDER BY id") == [
        ("", "completed"),
        ("strange", "running"),
    ]
    for relation, row_type in RELATIONS.items():
        coerce(row_type, source.rows(f'SELECT * FROM "{relation}"'))
    source.connection.close()


def test_a_missing_optional_column_is_null_in_its_place(v2: Path) -> None:
    connection = sqlite3.connect(v2)
    for table, column in (
        ("prompts", "latency_ms"),
        ("agents", "cost_usd"),
        ("agents", "error_message"),
        ("ai_developer_workflows", "total_steps"),
    ):
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    source = opened(connection)
    connection.close()
    assert source.lacks == source.system.lacks
    assert source.value("SELECT count(latency_ms) FROM prompt") == 0
    assert source.value("SELECT count(tokens_in) FROM prompt") > 0
    assert source.value("SELECT total(cost_usd) FROM agent") > 0
    assert source.value("SELECT count(*) FROM run") > 0
    source.connection.close()


def test_a_missing_table_empties_its_relation_and_says_so(v2: Path) -> None:
    connection = sqlite3.connect(v2)
    connection.execute("DROP TABLE system_logs")
    source = opened(connection)
    connection.close()
    assert source.lacks["audit"] == "this file has no table system_logs"
    assert any("system_logs" in note for note in source.system.notes)
    assert source.rows("SELECT * FROM audit") == []
    assert source.value("SELECT count(*) FROM event") > 0
    source.connection.close()


def test_a_missing_needed_column_empties_its_relations_alone(v2: Path) -> None:
    connection = sqlite3.connect(v2)
    connection.execute("DROP INDEX idx_prompts_status")
    connection.execute("ALTER TABLE prompts DROP COLUMN status")
    source = opened(connection)
    connection.close()
    assert "no such column: prompts.status" in source.lacks["prompt"]
    assert source.rows("SELECT * FROM prompt") == []
    assert source.value("SELECT count(*) FROM agent") > 0
    source.connection.close()


def test_vedettes_own_streamed_answers_are_whole_again(files: dict[str, Path]) -> None:
    source = Watched(files["vedette"])
    answer = source.value("SELECT response FROM prompt WHERE name = 'edit 3'")
    assert answer.startswith("Session keys are read once at import")
    assert answer.endswith("eight-hour limit.\n")
    source.connection.close()


def test_vedettes_own_totals_agree_in_every_relation(files: dict[str, Path]) -> None:
    source = Watched(files["vedette"])
    of_prompts = source.rows(
        "SELECT agent_id, sum(cost_usd) FROM prompt GROUP BY agent_id HAVING count(cost_usd) > 0"
    )
    for relation, key in (("agent", "id"), ("usage", "agent_id")):
        ours = dict(source.rows(f"SELECT {key}, cost_usd FROM {relation}"))
        assert {agent: ours[agent] for agent, _ in of_prompts} == pytest.approx(dict(of_prompts))
    rolled = dict(source.rows("SELECT agent_id, sum(cost_usd) FROM cost GROUP BY agent_id"))
    assert {agent: rolled[agent] for agent, _ in of_prompts} == pytest.approx(dict(of_prompts))
    assert source.value("SELECT cost_usd FROM agent WHERE name = 'reader'") is None
    source.connection.close()


def test_the_fleet_of_the_tests_adds_up_as_the_pictures_say(files: dict[str, Path]) -> None:
    source = Watched(files["vedette"])
    assert source.rows("SELECT count(*), sum(calls) FROM usage") == [(17, 236)]
    assert source.rows(
        "SELECT model, sum(calls), round(sum(cost_usd), 2) FROM cost GROUP BY model ORDER BY model"
    ) == [
        ("haiku-4-5", 131, 0.35),
        ("local/qwen-72b", 12, None),
        ("opus-4-8", 14, 2.31),
        ("sonnet-5", 79, 2.43),
    ]
    assert source.value("SELECT count(*) FROM approval WHERE status = 'pending'") == 3
    assert source.rows("SELECT id FROM event ORDER BY created_at, seq") == (
        source.rows("SELECT id FROM event ORDER BY seq")
    )
    source.connection.close()


def test_the_same_moment_makes_the_same_fleet(files: dict[str, Path], tmp_path: Path) -> None:
    build_fleet(tmp_path / "again.db")
    dumps = []
    for path in (files["vedette"], tmp_path / "again.db"):
        connection = sqlite3.connect(path)
        dumps.append(list(connection.iterdump()))
        connection.close()
    assert dumps[0] == dumps[1]


POLLED = {
    "the newest event": "SELECT seq FROM event ORDER BY seq DESC LIMIT 1",
    "nothing new": "SELECT * FROM event WHERE seq > 1000000000 ORDER BY seq LIMIT 200",
    "the latest events": "SELECT * FROM event ORDER BY seq DESC LIMIT 200",
    "a page of events": "SELECT * FROM event WHERE seq < 900 ORDER BY seq DESC LIMIT 200",
    "the trail": "SELECT * FROM audit ORDER BY seq DESC LIMIT 200",
    "one call": "SELECT * FROM prompt WHERE seq = 7",
    "the latest calls": "SELECT seq, name FROM prompt ORDER BY seq DESC LIMIT 50",
    "one tool call": "SELECT * FROM tool_call WHERE id = :tool",
    "one agent": "SELECT seq, name FROM agent WHERE id = :agent",
    "a run's agents": "SELECT seq, name FROM agent WHERE run_id = :run",
    "no agent's events": "SELECT * FROM event WHERE agent_id = 'x' ORDER BY seq DESC LIMIT 9",
    "no run's calls": "SELECT * FROM prompt WHERE run_id = 'x' ORDER BY seq DESC LIMIT 9",
    "no run's tools": "SELECT * FROM tool_call WHERE run_id = 'x' AND seq > 5 ORDER BY seq",
    "no agent's usage": "SELECT * FROM usage WHERE agent_id = 'x'",
    "no agent's cost": "SELECT * FROM cost WHERE agent_id = 'x'",
    "one run": "SELECT * FROM run WHERE id = 'x'",
}


@pytest.fixture(scope="module")
def small_and_large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Watched, Watched]]:
    folder = tmp_path_factory.mktemp("sizes")
    for rows in (1_000, 30_000):
        tac.build_tac(folder / f"{rows}.db", 2, rows)
    pair = (Watched(folder / "1000.db"), Watched(folder / "30000.db"))
    yield pair
    for each in pair:
        each.connection.close()


@pytest.mark.parametrize("statement", POLLED.values(), ids=POLLED)
def test_what_is_polled_costs_a_small_tac_file_as_much_as_a_large_one(
    small_and_large: tuple[Watched, Watched], statement: str
) -> None:
    cost = []
    for source in small_and_large:
        agent, run = source.rows("SELECT id, run_id FROM agent ORDER BY seq LIMIT 1")[0]
        tool = str(source.value("SELECT min(seq) FROM tool_call"))
        some = {"agent": agent, "run": run, "tool": tool}
        cost.append(steps(source.connection, statement, some))
    assert cost[1] <= cost[0] * 1.2 + 20


def test_steps_are_counted() -> None:
    connection = sqlite3.connect(":memory:")
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT :count)"
    few = steps(connection, f"{numbers} SELECT max(i) FROM n", {"count": 10})
    many = steps(connection, f"{numbers} SELECT max(i) FROM n", {"count": 1000})
    connection.close()
    assert many > 50 * few
