"""Vedette's own schema, filled with the fleet of the pictures: seven runs as at one moment.

Everything is told in seconds before `now`, so the same fleet can stand at any time. What the
pictures say adds up here: 17 agents, 236 finished calls, 5.09 dollars, three gates, five alarms.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from vedette import sql
from vedette.data import times
from vedette.data.migrations import migrations
from vedette.data.simulator import auth_change

NOW = 1795269751.0
"""The pictures' clock: 2026-11-21T14:02:31Z."""

OPUS, SONNET, HAIKU, QWEN = "opus-4-8", "sonnet-5", "haiku-4-5", "local/qwen-72b"

FIX_AUTH = "a81f02c4"
NIGHTLY_ETL = "77c0be19"
TRIAGE_INBOX = "5be2d730"
RELEASE_NOTES = "41aa6e08"
DOCS_PASS = "9d02f1b7"
DEPS_BUMP = "3c07a455"
LINT_SWEEP = "2f90c8de"

GATE_FILES, GATE_BASH, GATE_HTTP = "g-5512", "g-5513", "g-5514"

ANSWER = """\
Session keys are read once at import, so rotating them needs a restart.
Moving the read into `load_keys()` and calling it per request:

```python
def load_keys(path: Path) -> KeyRing:
    raw = path.read_bytes()
    return KeyRing.parse(raw)


def session_for(req: Request) -> Session:
    keys = load_keys(req.app.key_path)
    if not keys.current:
        raise Locked("no current key")
    return Session(keys)
```

I have left the old tests in place and added one for rotation, one for a ring
with no current key, and one for the eight-hour limit.
"""

_FAILED_TESTS = "FAILED tests/test_auth.py::test_rotation - Session(KEYS) is stale\n" + "".join(
    f"tests/test_auth.py::test_{number:02} PASSED\n" for number in range(1, 40)
)


def build_fleet(path: Path | str, now: float = NOW) -> None:
    """Makes a new database at `path` and fills it; the same `now` gives the same bytes of text."""
    fleet = _Fleet(now)
    for tell in (
        _fix_auth,
        _nightly_etl,
        _triage_inbox,
        _release_notes,
        _docs_pass,
        _deps_bump,
        _lint_sweep,
        _bulk_of_calls,
        _decided_gates,
        _alarms,
        _machinery,
    ):
        tell(fleet)
    connection = create(path)
    try:
        with connection:
            # The rows come in the order of their times, children before parents now and then.
            connection.execute("PRAGMA defer_foreign_keys = 1")
            fleet.write(connection)
            keep_totals(connection)
    finally:
        connection.close()


def create(path: Path | str) -> sqlite3.Connection:
    """A new database at `path` with every migration applied, open for writing."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = 1")
    connection.execute(sql.load("admin/create_migrations"))
    for each in migrations():
        connection.executescript(each.script)
        record = {**each._asdict(), "applied_at": times.text(0.0), "duration_ms": 0}
        connection.execute(sql.load("admin/record_migration"), record)
    connection.commit()
    return connection


def keep_totals(connection: sqlite3.Connection) -> None:
    """Brings agents' totals and the rollups to what the finished prompts say."""
    connection.execute("DELETE FROM cost_rollups")
    connection.execute(_ROLLUPS)
    connection.execute(_AGENT_TOTALS)


_ROLLUPS = """
INSERT INTO cost_rollups (hour, model, agent_id, run_id, calls, unpriced, tokens_in, tokens_out,
                          cache_read, cache_write, cost_micros, reported)
SELECT substr(completed_at, 1, 13), coalesce(model, ''), agent_id, run_id, count(*),
       count(*) - count(cost_micros), sum(coalesce(tokens_in, 0)), sum(coalesce(tokens_out, 0)),
       sum(coalesce(cache_read, 0)), sum(coalesce(cache_write, 0)), sum(coalesce(cost_micros, 0)),
       count(*) FILTER (WHERE cost_source = 'reported')
FROM prompts
WHERE completed_at IS NOT NULL
GROUP BY 1, 2, 3, 4
"""

_AGENT_TOTALS = """
UPDATE agents
SET (calls, unpriced, tokens_in, tokens_out, cache_read, cache_write, cost_micros) = (
    SELECT coalesce(sum(calls), 0), coalesce(sum(unpriced), 0), coalesce(sum(tokens_in), 0),
           coalesce(sum(tokens_out), 0), coalesce(sum(cache_read), 0),
           coalesce(sum(cache_write), 0), coalesce(sum(cost_micros), 0)
    FROM cost_rollups
    WHERE cost_rollups.agent_id = agents.id
)
"""


class _Fleet:
    """Collects rows with the second each was written, and writes them in that order."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._rows: list[tuple[float, int, str, dict[str, object]]] = []
        self._calls = 0

    def at(self, seconds: float) -> str:
        """The time text of a moment, `seconds` from now: negative is the past."""
        return times.text(self.now + seconds)

    def add(self, table: str, seconds: float, **values: object) -> None:
        """One row, written `seconds` from now."""
        self._rows.append((seconds, len(self._rows), table, values))

    def write(self, connection: sqlite3.Connection) -> None:
        """Every row, the oldest first."""
        for _, _, table, values in sorted(self._rows, key=lambda row: row[:2]):
            connection.execute(
                f"INSERT INTO {table} ({', '.join(values)})"  # noqa: S608
                f" VALUES ({', '.join('?' * len(values))})",
                tuple(values.values()),
            )

    def run(
        self,
        run_id: str,
        title: str,
        started: float,
        status: str = "running",
        *,
        ended: float | None = None,
        project: str = "web",
        error: str | None = None,
    ) -> None:
        """A run, with the events of its start and end."""
        self.add(
            "runs",
            started,
            id=run_id,
            process_id="p-41877",
            title=title,
            status=status,
            project=project,
            started_at=self.at(started),
            ended_at=None if ended is None else self.at(ended),
            updated_at=self.at(-3 if ended is None else ended),
            error=error,
        )
        self.event(started, run_id, None, "run.start", title)
        if ended is not None:
            level = "error" if status == "failed" else "info"
            self.event(ended, run_id, None, "run.end", error or status, level)

    def agent(
        self,
        run_id: str,
        name: str,
        model: str,
        started: float,
        status: str = "running",
        *,
        parent: str | None = None,
        ended: float | None = None,
        changed: float | None = None,
        context: float | None = None,
        error: str | None = None,
    ) -> str:
        """An agent of a run, with the events of its start and end; its id."""
        agent_id = f"{name}-{run_id[:4]}"
        self.add(
            "agents",
            started,
            id=agent_id,
            run_id=run_id,
            parent_id=parent,
            name=name,
            model=model,
            status=status,
            started_at=self.at(started),
            ended_at=None if ended is None else self.at(ended),
            updated_at=self.at(next(at for at in (ended, changed, started) if at is not None)),
            context_used=context,
            error=error,
        )
        self.event(started, run_id, agent_id, "agent.start", name)
        if ended is not None:
            level = "error" if status == "failed" else "info"
            self.event(ended, run_id, agent_id, "agent.end", error or status, level)
        return agent_id

    def event(
        self,
        seconds: float,
        run_id: str | None,
        agent_id: str | None,
        kind: str,
        message: str,
        level: str = "info",
        details: object = None,
    ) -> None:
        """One line of the log."""
        self.add(
            "events",
            seconds,
            run_id=run_id,
            agent_id=agent_id,
            level=level,
            kind=kind,
            message=message,
            details=None if details is None else json.dumps(details),
            created_at=self.at(seconds),
        )

    def prompt(
        self,
        run_id: str,
        agent_id: str,
        name: str,
        model: str,
        began: float,
        seconds: float | None,
        *,
        micros: int | None = None,
        tokens: tuple[int, int, int, int] = (0, 0, 0, 0),
        request: str = "",
        pieces: Sequence[tuple[str, str]] = (),
    ) -> None:
        """A call of a model. `tokens`: in (cache included), out, cache read, cache write.

        Without `seconds` it is still running; `pieces` (kind, text) are its streamed answer.
        """
        self._calls += 1
        prompt_id = f"c-{self._calls:04}"
        over = None if seconds is None else began + seconds
        source = "priced" if model == HAIKU else "reported"
        self.add(
            "prompts",
            began,
            id=prompt_id,
            run_id=run_id,
            agent_id=agent_id,
            name=name,
            model=model,
            status="running" if over is None else "completed",
            request=request or f"{name}, please",
            response=None if pieces else f"{name}: done.",
            tokens_in=None if over is None else tokens[0],
            tokens_out=None if over is None else tokens[1],
            cache_read=None if over is None else tokens[2],
            cache_write=None if over is None else tokens[3],
            cost_micros=micros,
            cost_source=None if micros is None else source,
            latency_ms=None if seconds is None else round(seconds * 1000),
            created_at=self.at(began),
            completed_at=None if over is None else self.at(over),
            updated_at=self.at(began if over is None else over),
        )
        self._chunks(prompt_id, began, -0.2 if over is None else over, pieces)
        self.event(began, run_id, agent_id, "llm.start", name, "debug")
        if over is not None:
            self.event(over, run_id, agent_id, "llm.end", name, "debug")

    def _chunks(
        self, prompt_id: str, began: float, over: float, pieces: Sequence[tuple[str, str]]
    ) -> None:
        for number, (kind, text) in enumerate(pieces, 1):
            written = began + (over - began) * number / (len(pieces) + 1)
            self.add(
                "prompt_chunks",
                written,
                prompt_id=prompt_id,
                kind=kind,
                text=text,
                created_at=self.at(written),
            )

    def tool(
        self,
        run_id: str,
        agent_id: str,
        name: str,
        began: float,
        seconds: float | None,
        payload: object,
        output: str | None = None,
        *,
        tool_id: str | None = None,
        status: str | None = None,
        risk: str = "low",
        error: str | None = None,
    ) -> None:
        """A tool call; without `seconds` it is still open."""
        self._calls += 1
        over = None if seconds is None else began + seconds
        finished = "completed" if error is None else "failed"
        self.add(
            "tool_calls",
            began,
            id=tool_id or f"t-{self._calls:04}",
            run_id=run_id,
            agent_id=agent_id,
            name=name,
            input=json.dumps(payload),
            output=output,
            status=status or ("running" if over is None else finished),
            risk=risk,
            latency_ms=None if seconds is None else round(seconds * 1000),
            created_at=self.at(began),
            completed_at=None if over is None else self.at(over),
            updated_at=self.at(began if over is None else over),
            error=error,
        )
        self.event(began, run_id, agent_id, "tool.start", name, details={"input": payload})
        if over is not None:
            level = "info" if error is None else "error"
            took = f"{seconds:.3g}s"
            self.event(over, run_id, agent_id, "tool.end", f"{name} {error or took}", level)

    def gate(
        self,
        gate_id: str,
        run_id: str,
        agent_id: str,
        title: str,
        payload: object,
        asked: float,
        *,
        expires: float | None,
        risk: str,
        why: str | None = None,
        needed: int = 1,
        tool: str | None = None,
        answer: tuple[str, float, str, str | None] | None = None,
    ) -> None:
        """A gate and its trail; `answer` is (status, when, by whom, reason)."""
        text = json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False)
        status, decided, actor, reason = answer or ("pending", asked, "", None)
        followed = status in ("approved", "rejected")
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.add(
            "approvals",
            asked,
            id=gate_id,
            run_id=run_id,
            agent_id=agent_id,
            tool_call_id=tool,
            title=title,
            why=why,
            payload=text,
            payload_sha256=sha256,
            risk=risk,
            status=status,
            needed=needed,
            requested_by=agent_id,
            requested_at=self.at(asked),
            expires_at=None if expires is None else self.at(expires),
            decided_by=actor if followed else None,
            decided_at=None if answer is None else self.at(decided),
            reason=reason,
            picked_up_at=self.at(decided + 1) if followed else None,
            moved_on_at=self.at(decided + 1.4) if followed else None,
            updated_at=self.at(decided),
        )
        self.event(asked, run_id, agent_id, "gate.open", title, "warn")
        self.audit(asked, "gate.open", "info", title, agent_id, run_id, agent_id, gate_id, risk)
        if answer is None:
            return
        outcome = {"approved": "success", "rejected": "failure"}.get(status, "info")
        shown = {"sha256": sha256, "shown_ms": 41_000} if followed else None
        self.audit(
            decided, f"gate.{status}", outcome, title, actor, run_id, agent_id, gate_id, risk, shown
        )
        self.event(decided, run_id, agent_id, f"gate.{status}", title)
        if followed:
            self.add(
                "approval_signatures",
                decided,
                approval_id=gate_id,
                signer=actor,
                outcome=status,
                payload_sha256=sha256,
                note=reason,
                shown_ms=41_000,
                signed_at=self.at(decided),
            )

    def audit(
        self,
        seconds: float,
        kind: str,
        outcome: str,
        summary: str,
        actor: str,
        run_id: str | None = None,
        agent_id: str | None = None,
        gate_id: str | None = None,
        risk: str | None = None,
        details: object = None,
    ) -> None:
        """One line of the trail; a gate's lines make one trace."""
        self.add(
            "audit",
            seconds,
            id=f"u-{len(self._rows):05}",
            trace_id=gate_id or run_id,
            stage=kind.partition(".")[0],
            type=kind,
            outcome=outcome,
            summary=summary,
            actor=actor,
            risk=risk,
            run_id=run_id,
            agent_id=agent_id,
            approval_id=gate_id,
            details=None if details is None else json.dumps(details),
            created_at=self.at(seconds),
        )

    def alarm(
        self,
        alarm_id: str,
        severity: str,
        kind: str,
        title: str,
        opened: float,
        *,
        run_id: str | None = None,
        agent_id: str | None = None,
        count: int = 1,
        acked: float | None = None,
        resolved: tuple[float, str] | None = None,
        message: str | None = None,
    ) -> None:
        """An alarm; `resolved` is (when, how)."""
        status = "resolved" if resolved else "open" if acked is None else "acked"
        changed = resolved[0] if resolved else opened if acked is None else acked
        self.add(
            "alarms",
            opened,
            id=alarm_id,
            severity=severity,
            status=status,
            kind=kind,
            title=title,
            message=message,
            dedupe_key=f"{kind}:{agent_id or run_id or 'all'}",
            count=count,
            run_id=run_id,
            agent_id=agent_id,
            opened_at=self.at(opened),
            updated_at=self.at(changed),
            acked_at=None if acked is None else self.at(acked),
            acked_by=None if acked is None else "ana",
            resolved_at=self.at(resolved[0]) if resolved else None,
            resolution=resolved[1] if resolved else None,
        )
        level = {"critical": "error", "info": "info"}.get(severity, "warn")
        self.event(opened, run_id, agent_id, "alarm.open", title, level)
        if acked is not None:
            self.add(
                "alarm_actions",
                acked,
                alarm_id=alarm_id,
                action="ack",
                actor="ana",
                note="the loader is nearly through",
                created_at=self.at(acked),
            )


def _fix_auth(fleet: _Fleet) -> None:
    run = FIX_AUTH
    fleet.run(run, "fix-auth", -441, "waiting")
    planner = fleet.agent(run, "planner", OPUS, -441, "waiting", changed=-30, context=0.44)
    coder = fleet.agent(run, "coder", SONNET, -380, "waiting", changed=-228, context=0.71)
    scout = fleet.agent(run, "scout", HAIKU, -432, "completed", ended=-362)
    fleet.prompt(
        run,
        planner,
        "plan",
        OPUS,
        -441,
        41,
        micros=910_000,
        tokens=(96_300, 3_300, 61_100, 28_000),
        request="Rotating the session keys needs a restart of every worker. Find out why, fix it.",
        pieces=[("thinking", "Where is the ring read?"), ("text", "Read it where it is used.")],
    )
    fleet.tool(run, planner, "spawn coder", -400, 2, {"agent": "coder"}, "coder started")
    for number in range(14):
        path = {"path": f"auth/file_{number + 1}.py"}
        fleet.tool(run, scout, "read", -430 + 4.5 * number, 0.2, path, "...")
    _coder(fleet, run, coder)
    fleet.gate(
        GATE_BASH,
        run,
        planner,
        "bash: rm -rf build/ dist/",
        {"command": "rm -rf build/ dist/", "cwd": "/srv/web"},
        -30,
        expires=690,
        risk="high",
        needed=2,
        why="The stale wheels in build/ and dist/ shadow the sources.",
    )


def _coder(fleet: _Fleet, run: str, coder: str) -> None:
    for name, began, seconds, micros, tokens, pieces in (
        ("read task", -380, 3, 2_000, (5_200, 110, 0, 5_000), [("text", "Reading the task.")]),
        ("edit 1", -377, 28, 310_000, (38_400, 1_402, 30_200, 2_100), [("text", "KEYS twice.")]),
        ("edit 2", -318, 32, 390_000, (44_900, 1_210, 36_000, 2_600), [("text", "A test.")]),
        ("edit 3", -274, 44, 280_000, (48_120, 1_044, 41_900, 2_400), _pieces(ANSWER)),
    ):
        fleet.prompt(
            run, coder, name, SONNET, began, seconds, micros=micros, tokens=tokens, pieces=pieces
        )
    arguments = {"args": ["-q"]}
    fleet.tool(run, coder, "pytest", -349, 31, arguments, "31 passed in 30.40s")
    fleet.tool(run, coder, "pytest", -286, 12, arguments, _FAILED_TESTS, error="exit 1, 2 of 31")
    for number, file in enumerate(auth_change.files()):
        fleet.tool(
            run,
            coder,
            "write_file",
            -230 + number * 0.5,
            None,
            {"path": file["path"], "text": file["after"]},
            tool_id=f"t-write-{number + 1}",
            status="waiting",
            risk="high",
        )
    fleet.gate(
        GATE_FILES,
        run,
        coder,
        "write 3 files under auth/",
        {"files": auth_change.files()},
        -228,
        expires=252,
        risk="high",
        why=auth_change.WHY,
        tool="t-write-1",
    )


def _pieces(text: str) -> list[tuple[str, str]]:
    """An answer as a model streams it: a thought, then a few words at a time."""
    words = text.split(" ")
    parts = [" ".join(words[at : at + 6]) for at in range(0, len(words), 6)]
    spaced = [part + " " for part in parts[:-1]] + parts[-1:]
    return [("thinking", "The ring is read at import."), *(("text", part) for part in spaced)]


def _nightly_etl(fleet: _Fleet) -> None:
    run = NIGHTLY_ETL
    fleet.run(run, "nightly-etl", -7200, project="etl")
    loader = fleet.agent(run, "loader", SONNET, -7190, changed=-531, context=0.92)
    fixer = fleet.agent(run, "fixer", SONNET, -1800, changed=-51, context=0.38)
    query = {"sql": "SELECT * FROM staging.orders WHERE day = '2026-11-20'"}
    fleet.tool(run, loader, "sql.query", -531, None, query)
    for number in range(6):
        fleet.tool(run, fixer, "sql.query", -290 + number * 47.8, 1.2, query, "0 rows")
    fleet.event(-10, run, loader, "heartbeat.miss", "5 in a row", "warn")


def _triage_inbox(fleet: _Fleet) -> None:
    run = TRIAGE_INBOX
    fleet.run(run, "triage-inbox", -2400, project="mail")
    sorter = fleet.agent(run, "sorter", HAIKU, -2400, changed=-50, context=0.18)
    fleet.agent(run, "replier", SONNET, -2380, "paused", changed=-271, context=0.12)
    for retry in (1, 2, 3):
        limit = {"status": 429, "retry": retry, "of": 8, "resets_at": fleet.at(130)}
        said = f"429, retry {retry} of 8"
        fleet.event(-90 + 20 * (retry - 1), run, sorter, "llm.limited", said, "warn", limit)
    fleet.event(-271, run, f"replier-{run[:4]}", "agent.paused", "paused by ana")


def _release_notes(fleet: _Fleet) -> None:
    run, why = RELEASE_NOTES, "exit 1: tag exists"
    fleet.run(run, "release-notes", -1100, "failed", ended=-760, error=why)
    tagger = fleet.agent(run, "tagger", OPUS, -1100, "failed", ended=-760, error=why)
    command = {"command": "git tag v2.4.0"}
    fleet.tool(run, tagger, "bash", -762, 1, command, "fatal: tag 'v2.4.0' exists", error="exit 1")


def _docs_pass(fleet: _Fleet) -> None:
    run = DOCS_PASS
    fleet.run(run, "docs-pass", -3400, project="docs")
    writer = fleet.agent(run, "writer", SONNET, -3400, changed=-3, context=0.22)
    linker = fleet.agent(run, "linker", HAIKU, -900, changed=-11, context=0.09)
    fleet.agent(run, "checker", HAIKU, -2000, changed=-80, context=0.31)
    fleet.prompt(
        run,
        writer,
        "reply",
        SONNET,
        -3,
        None,
        request="Write the section on key rotation.",
        pieces=[("text", "Keys can be rotated "), ("text", "without a restart: ")],
    )
    fleet.prompt(
        run, linker, "links", HAIKU, -11, None, pieces=[("thinking", "Which of these is dead?")]
    )
    fleet.tool(run, writer, "http.get", -1.51, 0.41, {"url": "https://api.github.com"}, "200")
    fleet.gate(
        GATE_HTTP,
        run,
        writer,
        "http GET api.github.com ×4",
        {"http": {"method": "GET", "url": "https://api.github.com/repos/web/web/tags"}},
        -9,
        expires=None,
        risk="low",
    )


def _deps_bump(fleet: _Fleet) -> None:
    run, over = DEPS_BUMP, -2477.0
    fleet.run(run, "deps-bump", -4000, "completed", ended=over)
    bumper = fleet.agent(run, "bumper", SONNET, -4000, "completed", ended=over)
    reader = fleet.agent(run, "reader", QWEN, -3900, "completed", parent=bumper, ended=-2500)
    patcher = fleet.agent(run, "patcher", SONNET, -3700, "completed", parent=reader, ended=-2520)
    fleet.agent(run, "tester", HAIKU, -3500, "completed", parent=patcher, ended=-2530)
    fleet.event(over, run, bumper, "milestone", "merged")


def _lint_sweep(fleet: _Fleet) -> None:
    run, over = LINT_SWEEP, -3482.0
    fleet.run(run, "lint-sweep", -3600, "completed", ended=over)
    sweeper = fleet.agent(run, "sweeper", HAIKU, -3600, "completed", ended=over)
    ruff = fleet.agent(run, "ruff", HAIKU, -3590, "completed", parent=sweeper, ended=-3500)
    fleet.tool(run, ruff, "ruff check", -3580, 4, {"args": ["."]}, "All checks passed!")
    fleet.event(over, run, sweeper, "milestone", "no changes")


_BULK = (
    # run, agent, model, calls, micro-dollars, first and last second
    (RELEASE_NOTES, "tagger", OPUS, 3, 310_000, -1090, -770),
    (NIGHTLY_ETL, "loader", OPUS, 10, 1_090_000, -3300, -600),
    (NIGHTLY_ETL, "loader", SONNET, 20, 350_000, -3500, -560),
    (NIGHTLY_ETL, "fixer", SONNET, 9, 260_000, -295, -60),
    (TRIAGE_INBOX, "replier", SONNET, 4, 70_000, -2300, -400),
    (DOCS_PASS, "writer", SONNET, 30, 410_000, -296, -6),
    (DEPS_BUMP, "bumper", SONNET, 12, 360_000, -3950, -2600),
    (FIX_AUTH, "scout", HAIKU, 15, 30_000, -431, -366),
    (TRIAGE_INBOX, "sorter", HAIKU, 40, 150_000, -296, -95),
    (DOCS_PASS, "linker", HAIKU, 26, 40_000, -296, -14),
    (DOCS_PASS, "checker", HAIKU, 40, 110_000, -1500, -82),
    (DEPS_BUMP, "tester", HAIKU, 10, 20_000, -3400, -2550),
    (DEPS_BUMP, "reader", QWEN, 12, None, -3800, -2510),
)

_BULK_TOKENS = {
    # in without cache, out, cache read, cache write: the pictures' totals without the named calls
    OPUS: (34_000, 5_800, 549_900, 60_000),
    SONNET: (219_580, 38_234, 2_301_900, 169_900),
    HAIKU: (98_400, 19_700, 0, 0),
    QWEN: (30_100, 4_000, 0, 0),
}


def _bulk_of_calls(fleet: _Fleet) -> None:
    """The other 231 calls: the totals of the Costs picture, spread evenly."""
    calls = {model: sum(row[3] for row in _BULK if row[2] == model) for model in _BULK_TOKENS}
    tokens = {
        model: zip(*(_shares(total, calls[model]) for total in totals), strict=True)
        for model, totals in _BULK_TOKENS.items()
    }
    for run, name, model, count, micros, first, last in _BULK:
        money = [None] * count if micros is None else list(_shares(micros, count))
        for number in range(count):
            fresh, out, read, write = next(tokens[model])
            fleet.prompt(
                run,
                f"{name}-{run[:4]}",
                f"turn {number + 1}",
                model,
                first + (last - first) * number / max(1, count - 1) - 2,
                2,
                micros=money[number],
                tokens=(fresh + read + write, out, read, write),
            )


def _shares(total: int, count: int) -> Iterator[int]:
    """`total` in `count` whole parts that differ by one at most."""
    return ((total * (at + 1)) // count - (total * at) // count for at in range(count))


def _decided_gates(fleet: _Fleet) -> None:
    """What was answered today, at the pictures' times: 13:41, 13:22, 12:58, 12:30, 12:02."""
    for gate_id, run, name, title, payload, risk, answer in (
        (
            "g-5498",
            NIGHTLY_ETL,
            "loader",
            "write docs/auth.md",
            {"files": [{"path": "docs/auth.md", "before": "", "after": "# Auth\n"}]},
            "low",
            ("approved", -7231.0, "ana", None),
        ),
        (
            "g-5501",
            NIGHTLY_ETL,
            "loader",
            "write config/prod.toml",
            {"files": [{"path": "config/prod.toml", "before": "a = 1\n", "after": "a = 2\n"}]},
            "medium",
            ("expired", -5551.0, "", None),
        ),
        (
            "g-5505",
            NIGHTLY_ETL,
            "loader",
            "bash: git push --force",
            {"command": "git push --force", "cwd": "/srv/etl"},
            "critical",
            ("rejected", -3871.0, "you", "never onto main"),
        ),
        (
            "g-5508",
            DEPS_BUMP,
            "bumper",
            "http GET pypi.org",
            {"http": {"method": "GET", "url": "https://pypi.org/simple/textual/"}},
            "low",
            ("approved", -2431.0, "you", None),
        ),
        (
            "g-5510",
            DOCS_PASS,
            "writer",
            "edit README.md",
            {"files": [{"path": "README.md", "before": "# Web\n", "after": "# Web\n\nHi.\n"}]},
            "medium",
            ("approved", -1291.0, "ana", None),
        ),
    ):
        decided = answer[1]
        expires = decided if answer[0] == "expired" else decided + 410
        fleet.gate(
            gate_id,
            run,
            f"{name}-{run[:4]}",
            title,
            payload,
            decided - 70,
            expires=expires,
            risk=risk,
            answer=answer,
        )


def _alarms(fleet: _Fleet) -> None:
    loader, fixer = f"loader-{NIGHTLY_ETL[:4]}", f"fixer-{NIGHTLY_ETL[:4]}"
    fleet.alarm(
        "m-101",
        "warning",
        "provider_limited",
        "provider limit",
        -9931,
        run_id=TRIAGE_INBOX,
        resolved=(-9801, "by itself, after 02:10"),
    )
    fleet.alarm(
        "m-102",
        "error",
        "gate_unanswered",
        "gate unanswered",
        -5551,
        run_id=NIGHTLY_ETL,
        resolved=(-3871, "ana: run stopped by hand"),
    )
    fleet.alarm(
        "m-103",
        "critical",
        "burn_rate",
        "burn rate",
        -2551,
        run_id=DEPS_BUMP,
        resolved=(-1891, "by itself, below 3x for 5m"),
    )
    fleet.alarm("m-104", "info", "price_missing", f"price missing: {QWEN}", -2460, count=12)
    fleet.alarm(
        "m-105",
        "warning",
        "context_full",
        "context 92% of 200k",
        -665,
        run_id=NIGHTLY_ETL,
        agent_id=loader,
        count=3,
        acked=-640,
    )
    fleet.alarm(
        "m-106", "warning", "silent", "silent: no event for 9m 10s", -550, run_id=NIGHTLY_ETL
    )
    fleet.alarm(
        "m-107",
        "warning",
        "loop",
        "loop: same call ×6, period 1",
        -150,
        run_id=NIGHTLY_ETL,
        agent_id=fixer,
        count=6,
    )
    fleet.alarm(
        "m-108",
        "critical",
        "burn_rate",
        "burn rate: run budget in 15s",
        -40,
        run_id=FIX_AUTH,
        message="5m $0.31/min (7.4×), 1h $0.09/min (3.2×), $1.92 of $2.00 used",
    )


def _machinery(fleet: _Fleet) -> None:
    """The writing process, the budgets, and one of everything that Operations shows."""
    fleet.add(
        "processes",
        -10_000,
        id="p-41877",
        pid=41877,
        host="mira",
        program="fleet.py",
        version="0.1.0",
        started_at=fleet.at(-10_000),
        heartbeat_at=fleet.at(-1),
    )
    for scope, key, dollars in (
        ("day", "", 20.0),
        ("run", FIX_AUTH, 2.0),
        ("agent", f"loader-{NIGHTLY_ETL[:4]}", 1.5),
        ("project", "web", 60.0),
    ):
        fleet.add(
            "budgets",
            -9000,
            scope=scope,
            key=key,
            limit_micros=round(dollars * 1_000_000),
            updated_at=fleet.at(-9000),
        )
    _tasks(fleet)
    _watch(fleet)
    fleet.add(
        "checks",
        -240,
        id="k-1",
        run_id=FIX_AUTH,
        kind="test",
        status="failed",
        output="2 of 31",
        created_at=fleet.at(-240),
    )
    fleet.add(
        "routing_decisions",
        -442,
        id="o-1",
        run_id=FIX_AUTH,
        event="issue 812 opened",
        decision="run fix-auth",
        lane="task",
        risk="medium",
        gates='["writes under auth/ need 1 human"]',
        reason="label bug",
        created_at=fleet.at(-442),
    )


def _tasks(fleet: _Fleet) -> None:
    for task_id, title, status, ended in (
        ("k-load", "load orders", "running", None),
        ("k-mail", "send the report", "pending", None),
        ("k-clean", "clean staging", "completed", -6000),
    ):
        fleet.add(
            "tasks",
            -7100,
            id=task_id,
            run_id=NIGHTLY_ETL,
            title=title,
            status=status,
            attempt=1,
            max_attempts=3,
            started_at=None if status == "pending" else fleet.at(-7100),
            ended_at=None if ended is None else fleet.at(ended),
            updated_at=fleet.at(-531 if ended is None else ended),
        )
    for number, (title, status) in enumerate(
        (("extract", "completed"), ("transform", "failed"), ("load", "running"))
    ):
        fleet.add(
            "steps",
            -7000 + number,
            id=f"k-load-{number + 1}",
            task_id="k-load",
            title=title,
            status=status,
            attempt=number + 1,
            max_attempts=3,
            started_at=fleet.at(-7000 + number),
            updated_at=fleet.at(-531),
            error="timeout" if status == "failed" else None,
        )


def _watch(fleet: _Fleet) -> None:
    fleet.add(
        "schedules",
        -9000,
        id="s-etl",
        name="nightly-etl",
        kind="cron",
        spec="0 12 * * *",
        next_run_at=fleet.at(79_200),
        last_run_at=fleet.at(-7200),
        missed=1,
        created_at=fleet.at(-9000),
        updated_at=fleet.at(-7200),
    )
    fleet.add(
        "watchers",
        -9000,
        id="w-inbox",
        name="inbox",
        last_tick_at=fleet.at(-50),
        last_outcome="error",
        consecutive_errors=3,
        suppressed=2,
        updated_at=fleet.at(-50),
    )
    fleet.add(
        "rules",
        -9000,
        id="r-auth",
        name="writes under auth/ need 1 human",
        conditions='{"path": "auth/**"}',
        actions='{"gate": 1}',
        hits=14,
        last_fired_at=fleet.at(-228),
        last_reason="auth/session.py",
        updated_at=fleet.at(-228),
    )
    for component, status in (("scheduler", "healthy"), ("mail", "degraded")):
        fleet.add(
            "health",
            -20,
            component=component,
            status=status,
            version="0.1.0",
            recorded_at=fleet.at(-20),
            next_expected_at=fleet.at(10),
        )
