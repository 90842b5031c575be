"""What the commands print of each system's file is what plain SQL, written from the system's own
documents, finds in it: counts by status, tokens and money, gates, the deepest tree, errors.

Nothing here reads one of Vedette's views.
"""

# ruff: noqa: S608 - table names are the documents' own
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders.systems import SYSTEMS
from tests.tui.commands.conftest import Run

Rows = list[dict[str, Any]]
Plain = Callable[[str], list[tuple[Any, ...]]]
Told = Callable[..., Rows]


class File(NamedTuple):
    """One system's file, as Vedette tells it and as it stands."""

    told: Told
    """The rows that a command prints."""
    plain: Plain
    """What plain SQL finds."""

    def value(self, select: str) -> Any:
        """The one value that plain SQL finds."""
        return self.plain(select)[0][0]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The files, each made when it is first asked for."""
    folder = tmp_path_factory.mktemp("systems")

    def path_of(form: str) -> Path:
        path = folder / f"{form.replace(' ', '-')}.db"
        if not path.exists():
            SYSTEMS[form](path)
        return path

    return path_of


@pytest.fixture
def file(request: pytest.FixtureRequest, paths: Callable[[str], Path], run: Run) -> File:
    """The file of the form that the test is parametrised with."""
    path = paths(request.param)

    def told(name: str, *arguments: str) -> Rows:
        result = run(name, "--db", path, "--json", *arguments)
        assert result.code == 0
        return result.rows

    def plain(select: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(select).fetchall()

    def every(name: str, *more: str) -> Rows:
        return told(name, *more) if name == "status" else told(name, "--limit", "100000", *more)

    return File(every, plain)


def forms(*names: str) -> pytest.MarkDecorator:
    """Tries the files whose forms begin so."""
    chosen = [form for form in SYSTEMS if form.startswith(names)]
    return pytest.mark.parametrize("file", chosen, indirect=True)


def counted(rows: Iterable[Mapping[str, Any]], *columns: str) -> dict[Any, int]:
    """How many rows there are of each value, or values, of these columns."""
    keys = [tuple(row[column] for column in columns) for row in rows]
    return dict(Counter(key if len(columns) > 1 else key[0] for key in keys))


def statuses(rows: Rows) -> dict[tuple[str, str], int]:
    """Counts by the source's own word and Vedette's."""
    return counted(rows, "source_status", "status")


def mapped(words: Iterable[tuple[str, int]], to: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """The counts by word that plain SQL found, each with what the word stands for."""
    return {(word, to.get(word, "running")): count for word, count in words}


def by_status(table: str, column: str = "status") -> str:
    return f"SELECT {column}, count(*) FROM {table} GROUP BY 1"


def open_and_over(status: Mapping[str, Any]) -> None:
    """The summary of a system adds up."""
    for kind in ("runs", "agents"):
        still = ("pending", "running", "waiting", "paused")
        assert status[f"{kind}_open"] == sum(status[kind].get(word, 0) for word in still)


# Every system


@forms("")
def test_the_summary_counts_what_the_lists_print(file: File) -> None:
    status = file.told("status")[0]
    for kind in ("runs", "agents"):
        told = counted(file.told(kind), "status")
        assert {word: count for word, count in status[kind].items() if count} == told
    gates = [gate for gate in file.told("approvals") if gate["status"] == "pending"]
    assert status["approvals_pending"] == len(gates)
    open_and_over(status)


@forms("")
def test_money_is_the_same_however_it_is_grouped(file: File) -> None:
    sums = {
        by: round(sum(row["cost_usd"] or 0 for row in file.told("costs", "--by", by)), 6)
        for by in ("model", "agent", "run", "day")
    }
    assert len(set(sums.values())) == 1, sums


@forms("syris", "dossier")
def test_a_system_without_costs_has_null_everywhere_and_nothing_unpriced(file: File) -> None:
    for name in ("runs", "agents", "prompts"):
        for row in file.told(name):
            assert row["cost_usd"] is None
            assert row.get("tokens_in") is None
            assert row.get("unpriced") is None
    assert file.told("costs") == []
    status = file.told("status")[0]
    assert (status["cost_today_usd"], status["unpriced_today"]) == (None, None)


@pytest.mark.parametrize("name", ["runs", "agents", "prompts"])
@pytest.mark.parametrize("form", ["syris coded", "dossier"])
def test_the_plain_table_calls_nothing_unpriced_where_no_costs_are_recorded(
    run: Run, paths: Callable[[str], Path], form: str, name: str
) -> None:
    result = run(name, "--db", paths(form))
    assert "unpriced" not in result.out
    reason = "SYRIS records no costs" if form == "syris coded" else "Dossier records no model calls"
    assert reason in result.err


@forms("syris", "dossier", "tac", "amelia")
def test_what_a_system_has_no_table_for_is_empty(file: File) -> None:
    has = {
        "alarms": ("alarms",),
        "checks": ("run_check",),
        "schedules": ("schedules",),
        "watchers": ("watcher_state", "watcher_states"),
        "rules": ("rules",),
        "health": ("system_health",),
    }
    tables = {name for (name,) in file.plain("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    for command, names in has.items():
        there = [name for name in names if name in tables]
        stored = file.value(f"SELECT count(*) FROM {there[0]}") if there else 0
        assert len(file.told(command)) == stored, command


# TAC Bootstrap

TAC_AGENT = {
    "initializing": "pending",
    **{word: word for word in ("completed", "failed", "cancelled")},
}
TAC_CALL = {word: word for word in ("pending", "completed", "failed", "cancelled")}


@forms("tac")
def test_tac_agents_prompts_and_workflows_by_status(file: File) -> None:
    agents = file.told("agents")
    assert statuses(agents) == mapped(file.plain(by_status("agents")), TAC_AGENT)
    assert statuses(file.told("prompts")) == mapped(file.plain(by_status("prompts")), TAC_CALL)
    if _has(file, "ai_developer_workflows"):
        words = file.plain(by_status("ai_developer_workflows"))
        assert statuses(file.told("tasks")) == mapped(words, TAC_CALL)
    else:
        assert file.told("tasks") == []
    deepest = """
        WITH RECURSIVE tree (id, depth) AS (
            SELECT id, 0 FROM agents WHERE parent_agent_id IS NULL
            UNION ALL
            SELECT agents.id, tree.depth + 1
            FROM agents JOIN tree ON agents.parent_agent_id = tree.id
        ) SELECT max(depth) FROM tree"""
    assert max(agent["depth"] for agent in agents) == file.value(deepest) > 2


@forms("tac")
def test_tac_runs_are_its_workflows_and_the_sessions_without_one(file: File) -> None:
    has_workflows = _has(file, "ai_developer_workflows")
    more = " UNION SELECT id FROM ai_developer_workflows" if has_workflows else ""
    ids = {run for (run,) in file.plain(f"SELECT session_id FROM agents{more}")}
    runs = {run["id"]: run for run in file.told("runs")}
    assert set(runs) == ids
    flows = dict(
        file.plain("SELECT id, status FROM ai_developer_workflows") if has_workflows else ()
    )
    assert {run: runs[run]["status"] for run in flows} == {
        run: TAC_CALL.get(word, "running") for run, word in flows.items()
    }
    going = file.plain(
        "SELECT DISTINCT session_id FROM agents"
        " WHERE status NOT IN ('completed', 'failed', 'cancelled')"
    )
    still = {run for run, row in runs.items() if row["status"] in ("pending", "running")}
    assert still - set(flows) == {run for (run,) in going} - set(flows)


@forms("tac")
def test_tac_tokens_and_money(file: File) -> None:
    agents = file.told("agents")
    tokens = file.plain("SELECT total(tokens_input), total(tokens_output) FROM prompts")[0]
    assert tuple(sum(a[name] for a in agents) for name in ("tokens_in", "tokens_out")) == tokens
    costs = file.told("costs")
    assert tuple(sum(c[name] for c in costs) for name in ("tokens_in", "tokens_out")) == tokens
    # Of what an agent reports and what its prompts add up to, the larger; never the sum.
    spent = file.value(
        "SELECT sum(max(coalesce(cost_usd, 0), (SELECT total(prompts.cost_usd) FROM prompts"
        " WHERE prompts.agent_id = agents.id))) FROM agents"
    )
    assert sum(agent["cost_usd"] or 0 for agent in agents) == pytest.approx(spent)
    assert sum(cost["cost_usd"] or 0 for cost in costs) == pytest.approx(spent)
    assert sum(run["cost_usd"] or 0 for run in file.told("runs")) == pytest.approx(spent)
    unpriced = file.value(
        "SELECT count(*) FROM prompts WHERE cost_usd IS NULL"
        " OR (cost_usd = 0 AND (tokens_input > 0 OR tokens_output > 0))"
    )
    assert sum(cost["unpriced"] for cost in costs) == unpriced > 0


@forms("tac")
def test_tac_logs_errors_and_tool_calls(file: File) -> None:
    levels = {"DEBUG": "debug", "INFO": "info", "WARNING": "warn"}
    told = counted(file.told("events"), "kind", "level")
    plain: dict[tuple[str, str], int] = {}
    for kind, level, count in file.plain(
        "SELECT log_type, log_level, count(*) FROM agent_logs GROUP BY 1, 2"
    ):
        key = (kind, levels.get(level, "error"))
        plain[key] = plain.get(key, 0) + count
    assert told == plain
    failed = "log_level IN ('ERROR', 'CRITICAL')"
    calls = file.plain(
        f"SELECT {failed}, count(*) FROM agent_logs WHERE log_type = 'tool_call' GROUP BY 1"
    )
    assert counted(file.told("tools"), "status") == {
        "failed" if is_failed else "completed": count for is_failed, count in calls
    }
    audit = file.plain(f"SELECT {failed}, count(*) FROM system_logs GROUP BY 1")
    assert counted(file.told("audit"), "outcome") == {
        "failure" if is_failed else "info": count for is_failed, count in audit
    }
    chat = _has(file, "orchestrator_chat")
    stored = file.value("SELECT count(*) FROM orchestrator_chat") if chat else 0
    assert len(file.told("routes")) == stored
    assert file.told("approvals") == []


# Dossier

DOSSIER = {
    "queued": "pending",
    "blocked": "waiting",
    **{word: word for word in ("failed", "completed", "cancelled")},
}


@forms("dossier")
def test_dossier_runs_agents_cards_and_checks_by_status(file: File) -> None:
    assert statuses(file.told("runs")) == mapped(
        file.plain(by_status("orchestration_run")), DOSSIER
    )
    agents = file.told("agents")
    assigned = [agent for agent in agents if not agent["depth"]]
    assert statuses(assigned) == mapped(file.plain(by_status("card_assignment")), DOSSIER)
    executed = [agent for agent in agents if agent["depth"]]
    words = file.plain(by_status("agent_execution"))
    assert statuses(executed) == mapped(words, {**DOSSIER, "blocked": "paused"})
    assert max(agent["depth"] for agent in agents) == 1
    checks = file.plain("SELECT status, check_type, count(*) FROM run_check GROUP BY 1, 2")
    assert counted(file.told("checks"), "status", "kind") == {(s, k): n for s, k, n in checks}
    tasks = file.told("tasks")
    kinds = {"project": "project", "workflow": "workflow", "activity": "workflow_activity"}
    for kind, table in {**kinds, "card": "card"}.items():
        stored = file.value(f"SELECT count(*) FROM {table}")
        assert sum(task["kind"] == kind for task in tasks) == stored
    cards = [task for task in tasks if task["kind"] == "card"]
    words = file.plain(by_status("card", "coalesce(build_state, status)"))
    assert counted(cards, "source_status") == dict(words)


@forms("dossier")
def test_dossier_events_errors_and_the_trail(file: File) -> None:
    events = file.told("events")
    assert counted(events, "kind") == dict(file.plain(by_status("event_log", "event_type")))
    failed = file.value("SELECT count(*) FROM event_log WHERE event_type = 'execution_failed'")
    assert sum(event["level"] == "error" for event in events) == failed > 0
    errors = file.value("SELECT count(*) FROM agent_execution WHERE error IS NOT NULL")
    assert sum(bool(a["error"]) for a in file.told("agents") if a["depth"]) == errors
    words = {"accepted": "success", "rejected": "failure"}
    trail = file.plain(by_status("planning_action", "validation_status"))
    assert counted(file.told("audit"), "outcome") == {words[word]: n for word, n in trail}


# Amelia

AMELIA = {
    "blocked": "waiting",
    **{word: word for word in ("pending", "completed", "failed", "cancelled")},
}


def amelia_log(file: File) -> str:
    """Every line of the log, of whichever tables hold it, each once."""
    columns = "id, workflow_id, sequence, agent, event_type, message"
    tables = [name for name in ("events", "workflow_log") if _has(file, name)]
    selects = [f"SELECT {columns} FROM {name}" for name in tables]
    return f"({' UNION '.join(selects)})"


@forms("amelia")
def test_amelia_runs_and_agents(file: File) -> None:
    runs = file.told("runs")
    assert statuses(runs) == mapped(file.plain(by_status("workflows")), AMELIA)
    names = file.value(
        f"SELECT count(*) FROM (SELECT workflow_id, coalesce(agent, 'system') FROM "
        f"{amelia_log(file)} UNION SELECT workflow_id, agent FROM token_usage)"
    )
    agents = file.told("agents")
    assert len({agent["id"] for agent in agents}) == len(agents) == names
    assert sum(run["agents"] for run in runs) == names
    # No id names a parent: agents stand side by side under their workflow.
    assert max(agent["depth"] for agent in agents) == 0


@forms("amelia")
def test_amelia_tokens_and_money(file: File) -> None:
    spent = file.plain(
        "SELECT sum(input_tokens), sum(output_tokens), sum(cost_usd), count(*) FROM token_usage"
    )[0]
    asides = file.plain(
        "SELECT total(input_tokens), total(output_tokens), total(cost_usd), count(*)"
        " FROM brainstorm_messages WHERE role = 'assistant'"
    )[0]
    runs, agents, costs = file.told("runs"), file.told("agents"), file.told("costs")
    for rows in (runs, agents):
        sums = [sum(r[name] or 0 for r in rows) for name in ("tokens_in", "tokens_out", "cost_usd")]
        assert sums == pytest.approx(spent[:3])
    columns = ("tokens_in", "tokens_out", "cost_usd", "calls")
    sums = [sum(cost[name] for cost in costs) for name in columns]
    assert sums == pytest.approx([one + other for one, other in zip(spent, asides, strict=True)])
    models = dict(file.plain("SELECT model, sum(cost_usd) FROM token_usage GROUP BY 1"))
    assert {c["key"]: c["cost_usd"] for c in costs if c["key"]} == pytest.approx(models)
    assert len(file.told("prompts")) == spent[3] + asides[3]


@forms("amelia")
def test_amelia_gates_errors_and_tasks(file: File) -> None:
    log = amelia_log(file)

    def lines(condition: str) -> int:
        return int(file.value(f"SELECT count(*) FROM {log} WHERE {condition}"))

    gates = file.told("approvals")
    blocked = file.plain("SELECT id FROM workflows WHERE status = 'blocked'")
    assert {g["run_id"] for g in gates if g["status"] == "pending"} == {
        run_id for (run_id,) in blocked
    }
    for status, kind in {"approved": "approval_granted", "rejected": "approval_rejected"}.items():
        answered = [gate for gate in gates if gate["status"] == status]
        assert len(answered) == lines(f"event_type = '{kind}'") > 0
    events = file.told("events")
    assert len(events) == lines("true")
    failures = "event_type IN ('workflow_failed', 'task_failed', 'system_error')"
    assert sum(event["level"] == "error" for event in events) == lines(failures) > 0
    assert len(file.told("tasks")) == lines("event_type = 'task_started'")
    trail = "event_type LIKE 'approval%' OR event_type LIKE 'workflow%'"
    assert len(file.told("audit")) == lines(trail)
    calls = lines("event_type = 'claude_tool_call'") if _has(file, "events") else 0
    if "workflow_log" not in _tables(file):
        assert len(file.told("tools")) == calls > 0


# SYRIS

SYRIS = {
    "pending": "pending",
    "paused": "paused",
    "failed": "failed",
    **dict.fromkeys(("succeeded", "completed"), "completed"),
    **dict.fromkeys(("canceled", "cancelled", "skipped"), "cancelled"),
}


def syris_tables(file: File) -> tuple[str, str]:
    """What its form calls what came in, and a task's steps."""
    return ("message_events", "task_steps") if _has(file, "message_events") else ("events", "steps")


@forms("syris")
def test_syris_runs_are_its_traces_and_stand_as_their_tasks_do(file: File) -> None:
    came_in, _ = syris_tables(file)
    tasks: dict[str, set[str]] = {}
    for trace, word in file.plain("SELECT trace_id, status FROM tasks"):
        tasks.setdefault(trace, set()).add(SYRIS.get(word, "running"))
    waiting = {
        trace for (trace,) in file.plain("SELECT trace_id FROM approvals WHERE status = 'pending'")
    }
    outcomes = dict(
        file.plain(
            "SELECT trace_id, outcome FROM audit_events"
            " WHERE outcome IN ('success', 'failure', 'suppressed') ORDER BY rowid"
        )
    )
    words = {"success": "completed", "failure": "failed", "suppressed": "cancelled"}

    def stands(trace: str) -> str:
        if trace in waiting:
            return "waiting"
        order = ("running", "pending", "paused", "failed", "cancelled", "completed")
        worst = [word for word in order if word in tasks.get(trace, ())]
        return worst[0] if worst else words.get(outcomes.get(trace, ""), "pending")

    traces = {trace for (trace,) in file.plain(f"SELECT trace_id FROM {came_in}")}
    assert {run["id"]: run["status"] for run in file.told("runs")} == {
        trace: stands(trace) for trace in traces
    }
    assert waiting


@forms("syris")
def test_syris_tasks_steps_and_gates_by_status(file: File) -> None:
    _, step_table = syris_tables(file)
    rows = file.told("tasks")
    tasks = [task for task in rows if task["kind"] == "task"]
    gated = "SELECT ref_task_id FROM approvals WHERE status = 'pending'"
    held = by_status(f"tasks WHERE status = 'paused' AND task_id IN ({gated})")
    stored = Counter(mapped(file.plain(by_status("tasks")), SYRIS))
    for word, count in file.plain(held):
        # A task that waits at a gate is paused in SYRIS' words; a person is needed.
        stored.update({(word, "waiting"): count, (word, "paused"): -count})
    assert statuses(tasks) == +stored
    steps = [task for task in rows if task["kind"] == "step"]
    assert counted(steps, "source_status") == dict(file.plain(by_status(step_table)))
    over = {SYRIS[word] for word, _ in file.plain(by_status(step_table)) if word in SYRIS}
    assert {"completed", "failed"} <= over
    done = sum(
        count for word, count in file.plain(by_status(step_table)) if SYRIS.get(word) == "completed"
    )
    assert sum(step["status"] == "completed" for step in steps) == done
    words = {"denied": "rejected"}
    assert statuses(file.told("approvals")) == {
        (word, words.get(word, word)): count for word, count in file.plain(by_status("approvals"))
    }


@forms("syris")
def test_syris_agents_and_how_deep_they_stand(file: File) -> None:
    came_in, step_table = syris_tables(file)
    answers = " AND source <> 'llm'" if came_in == "message_events" else ""
    # One for each trace, what followed in it, task and step; a model's answer is a call.
    plain = file.value(
        f"SELECT (SELECT count(DISTINCT trace_id) FROM {came_in})"
        f" + (SELECT count(*) FROM {came_in} WHERE parent_event_id IS NOT NULL{answers})"
        f" + (SELECT count(*) FROM tasks) + (SELECT count(*) FROM {step_table})"
    )
    agents = file.told("agents")
    assert len(agents) == plain
    if came_in == "events":
        deepest = """
            WITH RECURSIVE tree (id, depth) AS (
                SELECT event_id, 0 FROM events WHERE parent_event_id IS NULL
                UNION ALL
                SELECT events.event_id, tree.depth + 1
                FROM events JOIN tree ON events.parent_event_id = tree.id
            )
            SELECT max(depth + 1 + EXISTS (SELECT 1 FROM steps WHERE task_id = tasks.task_id))
            FROM tasks JOIN tree ON tree.id = tasks.trigger_event_id"""
    else:
        deepest = "SELECT 2 FROM task_steps LIMIT 1"
    assert max(agent["depth"] for agent in agents) == file.value(deepest)


@forms("syris")
def test_syris_trail_errors_and_tool_calls(file: File) -> None:
    trail = file.plain("SELECT stage, type, outcome, count(*) FROM audit_events GROUP BY 1, 2, 3")
    assert counted(file.told("audit"), "stage", "type", "outcome") == {
        (stage, kind, outcome): count for stage, kind, outcome, count in trail
    }
    failures = file.value("SELECT count(*) FROM audit_events WHERE outcome = 'failure'")
    assert sum(event["level"] == "error" for event in file.told("events")) == failures > 0
    if _has(file, "tool_calls"):
        ended = file.plain(
            "SELECT coalesce(tool_results.status, tool_calls.status), count(*) FROM tool_calls"
            " LEFT JOIN tool_results USING (tool_call_id) GROUP BY 1"
        )
        told = counted(file.told("tools"), "status")
        assert sum(told.values()) == sum(count for _, count in ended)
        # A call of which nobody knows how it ended is never told as completed.
        lost = dict(ended).get("unknown", 0)
        assert told == {
            "completed": dict(ended)["succeeded"],
            "failed": dict(ended)["failed"] + lost,
            "running": dict(ended)["attempted"],
        }
    else:
        attempts = file.plain(
            "SELECT tool_name, count(*) FROM audit_events"
            " WHERE type = 'tool_call.attempted' GROUP BY 1"
        )
        assert counted(file.told("tools"), "name") == dict(attempts)
        failed = file.value(
            "SELECT count(*) FROM audit_events WHERE stage = 'tool_call' AND outcome = 'failure'"
        )
        assert sum(call["status"] == "failed" for call in file.told("tools")) == failed > 0
        answers = file.value("SELECT count(*) FROM message_events WHERE source = 'llm'")
        assert len(file.told("prompts")) == answers > 0


@forms("syris")
def test_syris_machinery(file: File) -> None:
    enabled = counted(file.told("schedules"), "enabled")
    assert {bool(word): count for word, count in enabled.items()} == {
        bool(word): count for word, count in file.plain(by_status("schedules", "enabled"))
    }
    watchers = "watcher_states" if _has(file, "watcher_states") else "watcher_state"
    errors = dict(file.plain(f"SELECT watcher_id, consecutive_errors FROM {watchers}"))
    assert {w["id"]: w["consecutive_errors"] for w in file.told("watchers")} == errors
    assert {rule["name"] for rule in file.told("rules")} == {
        name for (name,) in file.plain("SELECT name FROM rules")
    }
    assert counted(file.told("health"), "source_status") == dict(
        file.plain(by_status("system_health"))
    )
    if _has(file, "alarms"):
        alarms = counted(file.told("alarms"), "status", "severity")
        stored = file.plain("SELECT status, severity, count(*) FROM alarms GROUP BY 1, 2")
        assert alarms == {(status, severity): count for status, severity, count in stored}
        lanes = by_status("routing_decisions", "execution_mode")
        assert counted(file.told("routes"), "decision") == dict(file.plain(lanes))


@forms("dossier", "amelia events", "syris design", "tac 2")
def test_tables_says_in_words_what_each_holds(file: File) -> None:
    told = {row["name"]: row for row in file.told("tables")}
    found = [
        str(name)
        for (name,) in file.plain(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
    ]
    assert sorted(told) == sorted(found)
    for name in found:
        assert told[name]["rows"] == file.value(f"SELECT count(*) FROM {name}")
    said = {name: row["holds"] for name, row in told.items()}
    words = {
        "card_requirement": "requirements of a card",
        "prompt_versions": "each version of a prompt template",
        "idempotency_outcomes": "so that it is not made twice",
        "orchestrator_agents": "agent templates",
    }
    [known] = words.keys() & said.keys()
    assert words[known] in said[known]


def _tables(file: File) -> set[str]:
    return {name for (name,) in file.plain("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def _has(file: File, table: str) -> bool:
    return table in _tables(file)
