"""One run of any number of spans, written by SQL in a second: what a waterfall must carry."""

from pathlib import Path

from tests.builders.vedette import NOW, create, keep_totals
from vedette.data import times

RUN = "big00001"
AGENTS = 20

_PROMPTS = """
WITH RECURSIVE number (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i + 1 < :calls)
INSERT INTO prompts (
    id, run_id, agent_id, name, model, status, response, tokens_in, tokens_out, cost_micros,
    cost_source, latency_ms, created_at, completed_at, updated_at
)
SELECT
    'p-' || i, :run, 'agent-' || (i % :agents), 'edit ' || (i % 40), 'sonnet-5', 'completed', '',
    1000, 100, 1200, 'reported', 1800,
    strftime('%Y-%m-%dT%H:%M:%f000Z', :began + i * :every, 'unixepoch'),
    strftime('%Y-%m-%dT%H:%M:%f000Z', :began + i * :every + 1.8, 'unixepoch'), :now
FROM number
"""

_TOOLS = """
WITH RECURSIVE number (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i + 1 < :calls)
INSERT INTO tool_calls (
    id, run_id, agent_id, name, status, latency_ms, created_at, completed_at, updated_at, error
)
SELECT
    't-' || i, :run, 'agent-' || (i % :agents), CASE i % 3 WHEN 0 THEN 'pytest' ELSE 'read' END,
    CASE i % 997 WHEN 0 THEN 'failed' ELSE 'completed' END, 700,
    strftime('%Y-%m-%dT%H:%M:%f000Z', :began + i * :every + 1.9, 'unixepoch'),
    strftime('%Y-%m-%dT%H:%M:%f000Z', :began + i * :every + 2.6, 'unixepoch'), :now,
    CASE i % 997 WHEN 0 THEN 'exit 1, 2 of 31' END
FROM number
"""


def build_big_run(path: Path | str, spans: int = 100_000, now: float = NOW) -> None:
    """Makes a database at `path` with one open run of so many spans, half of them tool calls."""
    hours = 8 * 3600.0
    connection = create(path)
    values = {
        "run": RUN,
        "agents": AGENTS,
        "calls": spans // 2,
        "began": now - hours,
        "every": hours / (spans // 2 + 1),
        "now": times.text(now),
    }
    try:
        with connection:
            connection.execute(
                "INSERT INTO runs (id, title, started_at, updated_at) VALUES (?, ?, ?, ?)",
                (RUN, "big", times.text(now - hours), times.text(now)),
            )
            connection.executemany(
                "INSERT INTO agents (id, run_id, parent_id, name, model, started_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [_agent(number, now - hours, now) for number in range(AGENTS)],
            )
            connection.execute(_PROMPTS, values)
            connection.execute(_TOOLS, values)
            keep_totals(connection)
    finally:
        connection.close()


def _agent(number: int, began: float, now: float) -> tuple[object, ...]:
    parent = None if number % 4 == 0 else f"agent-{number - number % 4}"
    started = times.text(began), times.text(now)
    return (f"agent-{number}", RUN, parent, f"worker {number}", "sonnet-5", *started)
