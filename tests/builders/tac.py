"""TAC Bootstrap's orchestrator database, versions 1 and 2, as its own writers would leave it.

The schema is the real one; the rows are drawn from a seed: times in both formats TAC mixes, agents
four levels below their root, costs told twice, capabilities as JSON and as words, prompts without
a model or a price, workflows that stopped without saying so.
"""

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

BEGAN = datetime(2026, 2, 5, 8, 0, tzinfo=UTC)
SPAN = timedelta(hours=48)
"""When the first row was written."""

TEAM = (
    # name, type, capabilities, default model
    ("sdlc_planner", "planner", '["plan", "research"]', "opus"),
    ("sdlc_builder", "builder", "write,edit,run", "sonnet"),
    ("sdlc_reviewer", "reviewer", '["review"]', "sonnet"),
    ("sdlc_tester", "tester", "test", None),
    ("scout", "utility", None, "haiku"),
    ("adw-orchestrator", "orchestrator", "[]", None),
)
"""Agent types: the last is the bridge's, whose id is its name."""

MODELS = ("claude-opus-4", "claude-sonnet-4", "claude-haiku-4", None)
STEPS = ("plan", "build", "test", "review", "document")


def build_tac(path: Path | str, version: int = 2, rows: int = 1_000, seed: int = 14) -> None:
    """Makes a TAC file of `version` with `rows` agent logs and everything else in proportion."""
    connection = create(path, version)
    try:
        fill(connection, version, rows, seed)
    finally:
        connection.close()


def big(path: Path | str, events: int) -> None:
    """Makes a TAC file of version 2 with this many agent logs, with its own indexes only.

    A small one has as many workflows as a screen shows, too, and the newest lines are of the newest
    agents.
    """
    connection = create(path, 2)
    try:
        # A large file is one that was written for longer, not one that is written faster.
        span = SPAN * (events / 10_000)
        fill(connection, 2, events, agents=events // 20, workflows=events // 30, near=40, span=span)
    finally:
        connection.close()


def create(path: Path | str, version: int = 2) -> sqlite3.Connection:
    """An empty TAC file, open for writing with foreign keys on, as its schema script leaves it."""
    connection = sqlite3.connect(path)
    here = Path(__file__).parent
    for number in range(1, version + 1):
        connection.executescript((here / f"tac_v{number}.sql").read_text(encoding="utf-8"))
    return connection


def fill(
    connection: sqlite3.Connection,
    version: int,
    rows: int,
    seed: int = 14,
    *,
    agents: int = 0,
    workflows: int = 0,
    near: int = 0,
    span: timedelta = SPAN,
) -> None:
    """Fills a new TAC file; the same seed gives the same rows.

    `near`: how many agents write at a time, one after the other; 0: each line is anybody's.
    """
    draw = _Draw(random.Random(seed), near, span)
    # The keys are random, so at a million rows every insert lands on another page.
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        _insert(connection, "orchestrator_agents", 8, draw.team())
        _insert(connection, "agents", 11, draw.agents(agents or max(24, rows // 40)))
        _insert(connection, "prompts", 15, draw.prompts(max(60, rows // 4)))
        _insert(connection, "agent_logs", 7, draw.agent_logs(rows))
        _insert(connection, "system_logs", 6, draw.system_logs(max(20, rows // 3)))
        if version == 2:
            _insert(connection, "orchestrator_chat", 10, draw.chat(max(12, rows // 50)))
            number = workflows or max(16, rows // 100)
            _insert(connection, "ai_developer_workflows", 20, draw.workflows(number))


def break_rules(connection: sqlite3.Connection) -> None:
    """Writes what TAC's rules forbid: lost parents, strange words, wrong types, wrong bytes."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    with connection:
        connection.executescript(_STRANGE_ROWS)


_STRANGE_ROWS = """
INSERT INTO agents (id, orchestrator_agent_id, session_id, parent_agent_id, status, cost_usd)
VALUES ('strange-1', 'nobody', 'strange', 'gone', 'hibernating', NULL),
       ('strange-2', 'nobody', 'strange', 'strange-1', 'completed', 'a lot'),
       ('strange-3', 'nobody', '', 'strange-3', 'completed', 1e400);
INSERT INTO prompts (id, agent_id, prompt_type, prompt_text, status, tokens_input, cost_usd)
VALUES ('strange-p1', 'gone', 'adw', 'whose?', 'napping', 'many', 'free'),
       ('strange-p2', 'strange-1', 'adw', x'ff00fe', 'completed', NULL, NULL);
INSERT INTO agent_logs (agent_id, log_level, log_type, message, details, created_at)
VALUES ('gone', 'FATAL', 'tool_call', CAST(x'80ff' AS TEXT), '{"tool_name": ', 'yesterday'),
       ('strange-1', 'ERROR', 'tool_call', 'odd', x'80ff', '');
INSERT INTO system_logs (log_level, component, message, details)
VALUES ('LOUD', '', '', 'not json');
"""


def _insert(
    connection: sqlite3.Connection, table: str, columns: int, rows: Iterable[tuple[object, ...]]
) -> None:
    values = ", ".join("?" * columns)
    connection.executemany(f"INSERT INTO {table} VALUES ({values})", rows)  # noqa: S608


class _Draw:
    """Rows out of one random sequence, each later than the one before."""

    def __init__(self, chance: random.Random, near: int = 0, span: timedelta = SPAN) -> None:
        self._chance = chance
        self._span = span
        self._near = near
        self._agents: list[str] = []
        self._sessions: list[str] = []

    def team(self) -> Iterator[tuple[object, ...]]:
        """The agent types."""
        for name, kind, capabilities, model in TEAM:
            made = _python_time(BEGAN)
            yield (self._team_id(name), name, None, kind, capabilities, model, made, made)

    def agents(self, number: int) -> Iterator[tuple[object, ...]]:
        """Sessions of nine agents: a chain four levels deep, some beside it, one of the bridge."""
        for index in range(number):
            place = index % 9
            if place == 0:
                self._sessions.append(self._id(8))
                family: list[str] = []
            agent_id = self._id(32)
            parent = None if place in (0, 8) else family[min(place - 1, 3)]
            family.append(agent_id)
            self._agents.append(agent_id)
            # Some are at work at the end: a tenth, or in a large file about those that write.
            is_recent = index > number - self._near - 10 if self._near else index > number * 0.9
            yield self._agent(agent_id, parent, place, index / number, is_recent)

    def _agent(
        self, agent_id: str, parent: str | None, place: int, age: float, is_recent: bool
    ) -> tuple[object, ...]:
        chance = self._chance
        began = BEGAN + self._span * age
        is_bridge = place == 8
        name = "adw-orchestrator" if is_bridge else chance.choice(TEAM[:5])[0]
        status = chance.choice(
            ("initializing", "planning", "executing", "reviewing", "completed")
            if is_recent
            else ("completed", "completed", "completed", "failed", "cancelled", "executing")
        )
        over = status in ("completed", "failed", "cancelled")
        return (
            agent_id,
            self._team_id(name),
            self._sessions[-1],
            parent,
            status,
            "adw_plan_iso" if is_bridge else chance.choice((None, '{"issue": 627}', "")),
            chance.choice((None, '{"retries": 2}')),
            self._time(began),
            self._time(began + timedelta(minutes=9)) if over else None,
            chance.choice((0.0, None, round(chance.random() * 3, 4))),
            "phase failed: exit 1" if status == "failed" else None,
        )

    def prompts(self, number: int) -> Iterator[tuple[object, ...]]:
        """Calls of the models; without tokens or a price where TAC would not know them."""
        chance = self._chance
        for index, at in zip(range(number), self._clock(number), strict=False):
            agent = self._somebody(index / number)
            status = chance.choices(
                ("completed", "failed", "cancelled", "streaming", "pending"), (90, 4, 2, 2, 2)
            )[0]
            over = status in ("completed", "failed", "cancelled")
            kind = chance.choices(
                ("adw", "command", "followup", "correction", "tool_call"), (30, 30, 20, 10, 10)
            )[0]
            yield (
                self._id(32),
                agent,
                kind,
                "Bash" if kind == "tool_call" else chance.choice(("/plan", "/build", None)),
                f"Implement step {index}. " * chance.randint(1, 12),
                f"Done with {index}. " * chance.randint(1, 20) if over else None,
                status,
                chance.choice(MODELS),
                chance.choice((0, None, chance.randint(100, 60_000))) if over else 0,
                chance.randint(1, 4_000) if over else 0,
                chance.choice((0.0, None, *(round(chance.random() / 2, 6),) * 6)) if over else 0.0,
                chance.randint(300, 90_000) if over else None,
                self._time(at),
                self._time(at + timedelta(seconds=30)) if over else None,
                "overloaded" if status == "failed" else None,
            )

    def agent_logs(self, number: int) -> Iterator[tuple[object, ...]]:
        """What agents log; a tool's name and input stand in the details, by convention only."""
        chance = self._chance
        for index, at in zip(range(1, number + 1), self._clock(number), strict=False):
            kind = chance.choices(
                ("state_change", "milestone", "error", "performance", "tool_call", "cost_update"),
                (20, 20, 5, 15, 30, 10),
            )[0]
            failed = kind == "error" or chance.random() < 0.02
            level = chance.choice(("ERROR", "CRITICAL") if failed else ("DEBUG", "INFO", "WARNING"))
            details = {
                "tool_call": {"tool_name": "Read", "input": {"path": f"src/{index}.py"}},
                "cost_update": {"cost_usd": 0.01},
            }.get(kind)
            yield (
                index,
                self._somebody((index - 1) / number),
                level,
                kind,
                f"{kind} {index}",
                None if details is None else json.dumps(details),
                self._time(at),
            )

    def system_logs(self, number: int) -> Iterator[tuple[object, ...]]:
        """The system's own log, whose times mix both formats in one column."""
        chance = self._chance
        for index, at in zip(range(1, number + 1), self._clock(number), strict=False):
            yield (
                index,
                chance.choices(("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), (3, 6, 2, 1, 1))[
                    0
                ],
                chance.choice(("orchestrator", "database", "websocket", "api", "adw_bridge")),
                f"line {index}",
                chance.choice((None, "{}", f'{{"adw_id": "{chance.choice(self._sessions)}"}}')),
                self._time(at),
            )

    def chat(self, number: int) -> Iterator[tuple[object, ...]]:
        """What people, the orchestrator and the agents said to each other."""
        chance = self._chance
        for index, at in zip(range(number), self._clock(number), strict=False):
            sender, receiver = chance.choice((("user", "orchestrator"), ("orchestrator", "agent")))
            written = self._time(at)
            yield (
                self._id(32),
                "adw-orchestrator",
                sender,
                receiver,
                f"message {index}",
                None,
                self._somebody(index / number) if receiver == "agent" else None,
                "{}",
                written,
                written,
            )

    def workflows(self, number: int) -> Iterator[tuple[object, ...]]:
        """Workflows, half of them without any agent; some in progress since the first day."""
        chance = self._chance
        own = (session for session in chance.sample(self._sessions, len(self._sessions)))
        for index, at in zip(range(number), self._clock(number), strict=False):
            session = next(own, None) if index % 2 else None
            status = chance.choice(("pending", "in_progress", "completed", "failed", "cancelled"))
            over = status in ("completed", "failed", "cancelled")
            done = len(STEPS) if status == "completed" else chance.randint(0, 3)
            yield (
                session or self._id(8),
                chance.choice(("adw-orchestrator", None)),
                "adw_sdlc_iso",
                chance.choice(("sdlc", "patch")),
                chance.choice((None, "Add the sqlite schema")),
                status,
                STEPS[min(done, 4)] if chance.random() < 0.8 else None,
                len(STEPS),
                done,
                self._time(at) if status != "pending" else None,
                self._time(at + timedelta(minutes=20)) if over else None,
                1200 if over else None,
                '{"issue": 627}',
                "{}",
                "phase build: exit 2" if status == "failed" else None,
                None,
                0,
                "{}",
                _sql_time(at),
                _sql_time(at + timedelta(minutes=20)),
            )

    def _somebody(self, age: float) -> str:
        """An agent at work when so much of the time (0 to 1) had passed."""
        if not self._near:
            return self._chance.choice(self._agents)
        first = int(age * max(0, len(self._agents) - self._near))
        return self._chance.choice(self._agents[first : first + self._near])

    def _clock(self, number: int) -> Iterator[datetime]:
        step = self._span / number
        return (BEGAN + step * index for index in count())

    def _time(self, at: datetime) -> str:
        return _sql_time(at) if self._chance.random() < 0.3 else _python_time(at)

    def _id(self, digits: int) -> str:
        return f"{self._chance.getrandbits(4 * digits):0{digits}x}"

    def _team_id(self, name: str) -> str:
        return name if name == "adw-orchestrator" else f"oa-{name}"


def _python_time(at: datetime) -> str:
    """`2026-02-05T08:00:00.000123`: what datetime.isoformat makes of a naive time."""
    return at.replace(tzinfo=None).isoformat()


def _sql_time(at: datetime) -> str:
    """`2026-02-05 08:00:00`: what SQLite's datetime('now') makes."""
    return at.strftime("%Y-%m-%d %H:%M:%S")
