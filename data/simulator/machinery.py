"""What stands around the agents: tasks, schedules, watchers, rules, health, checks, budgets."""

from typing import Any

from .. import times

HOUR = 3_600.0
DAY = 24 * HOUR

BEAT = 15.0
"""Seconds between two heartbeats of a part."""

Row = dict[str, Any]


def tables(start: float, ids: dict[str, str]) -> dict[str, list[Row]]:
    """Rows by table as they stand at `start`; `ids` names the runs and agents they belong to."""
    return {
        "tasks": _tasks(start, ids),
        "steps": _steps(start),
        "schedules": _schedules(start),
        "watchers": _watchers(start),
        "rules": _rules(start),
        "health": _health(start),
        "checks": _checks(start, ids),
        "routing_decisions": _routes(start, ids),
        "budgets": _budgets(start, ids),
    }


def _at(start: float, offset: float | None) -> str | None:
    return None if offset is None else times.text(start + offset)


def _tasks(start: float, ids: dict[str, str]) -> list[Row]:
    rows = [
        ("t-180", None, "fix-auth", "task", "Rotate keys without a restart", "waiting", 1, 3,
         None, -441, None, None),
        ("t-181", "t-180", "fix-auth", "task", "Write the change under auth/", "waiting", 1, 1,
         None, -380, None, None),
        ("t-182", "t-180", "fix-auth", "task", "Release check from a clean build", "waiting", 1, 1,
         None, -30, None, None),
        ("t-176", None, "nightly-etl", "task", "Load the orders of yesterday", "running", 2, 5,
         None, -1_500, None, None),
        ("t-171", None, "triage-inbox", "task", "Sort the support inbox", "running", 3, 8,
         130, -1_260, None, None),
        ("t-169", None, "release-notes", "task", "Tag and publish 2.4.0", "failed", 1, 1,
         None, -810, -760, "exit 1: tag exists"),
        ("t-165", None, "deps-bump", "task", "Raise what is behind", "completed", 1, 3,
         None, -3_060, -2_477, None),
        ("t-190", None, None, "task", "Restore drill of last night's backup", "pending", 0, 3,
         -1_200, None, None, None),
        ("t-191", None, None, "task", "Archive runs older than 90 days", "pending", 0, 1,
         5 * HOUR, None, None, None),
    ]  # fmt: skip
    names = ("id", "parent_id", "run_id", "kind", "title", "status", "attempt", "max_attempts")
    return [
        dict(zip(names, row[:8], strict=True))
        | {"run_id": ids.get(str(row[2])), "error": row[11]}
        | _spans(start, row[8], row[9], row[10])
        for row in rows
    ]


def _spans(start: float, wake: Any, began: Any, ended: Any) -> Row:
    latest = max((at for at in (began, ended, -3_700) if at is not None), default=-3_700)
    return {
        "next_wake_at": _at(start, wake),
        "started_at": _at(start, began),
        "ended_at": _at(start, ended),
        "updated_at": _at(start, latest),
    }


def _steps(start: float) -> list[Row]:
    rows = [
        ("s-410", "t-176", "stage", "completed", 1, 3, None, -1_500, -1_330, None),
        ("s-411", "t-176", "check", "completed", 1, 3, None, -1_100, -600, None),
        ("s-412", "t-176", "merge", "running", 2, 3, None, -531, None, None),
        ("s-413", "t-176", "report", "pending", 0, 3, None, None, None, None),
        ("s-398", "t-169", "notes", "completed", 1, 1, None, -808, -768, None),
        ("s-399", "t-169", "tag", "failed", 1, 1, None, -763, -760, "exit 1: tag exists"),
        ("s-405", "t-171", "sort", "running", 3, 8, 130, -55, None, "429 rate limit"),
    ]
    names = ("id", "task_id", "title", "status", "attempt", "max_attempts")
    return [
        dict(zip(names, row[:6], strict=True))
        | {"idempotency_key": f"{row[1]}/{row[2]}", "error": row[9]}
        | _spans(start, row[6], row[7], row[8])
        for row in rows
    ]


def _schedules(start: float) -> list[Row]:
    rows = [
        ("c-1", "nightly-etl", 1, "cron", "0 2 * * *", 11 * HOUR, -1_500, 0),
        ("c-2", "triage-inbox", 1, "interval", "3h", 2.6 * HOUR, -1_260, 0),
        ("c-3", "deps-bump", 1, "cron", "0 6 * * 1-5", 16 * HOUR, -3_060, 0),
        ("c-4", "backup-check", 1, "cron", "30 4 * * *", -1_200, -DAY - 1_200, 2),
        ("c-5", "lint-sweep", 0, "cron", "0 */6 * * *", None, -3_540, 0),
        ("c-6", "log-digest", 1, "interval", "1h", 900, -2_700, 0),
        ("c-7", "move to the new region", 1, "one_shot", "once", 3 * DAY, None, 0),
    ]
    return [
        {
            "id": key,
            "name": name,
            "enabled": enabled,
            "kind": kind,
            "spec": spec,
            "timezone": "Europe/Berlin" if kind == "cron" else "UTC",
            "next_run_at": _at(start, following),
            "last_run_at": _at(start, last),
            "missed": missed,
            "created_at": _at(start, -30 * DAY),
            "updated_at": _at(start, last or -DAY),
        }
        for key, name, enabled, kind, spec, following, last, missed in rows
    ]


def _watchers(start: float) -> list[Row]:
    rows = [
        ("w-1", "inbox", 1, -12, "ok", 0, 3),
        ("w-2", "pull requests", 1, -41, "ok", 0, 0),
        ("w-3", "error log", 1, -27, "suppressed", 0, 14),
        ("w-4", "price table", 1, -2 * HOUR, "error", 5, 0),
        ("w-5", "disk of otto", 0, -DAY, "ok", 0, 0),
    ]
    names = ("id", "name", "enabled", "last_tick_at", "last_outcome", "consecutive_errors",
             "suppressed")  # fmt: skip
    return [
        dict(zip(names, row, strict=True))
        | {"last_tick_at": _at(start, row[3]), "updated_at": _at(start, row[3])}
        for row in rows
    ]


def _rules(start: float) -> list[Row]:
    rows = [
        ("r-1", "writes under auth/ need 1 human", 1, 10, '{"path": "auth/**"}',
         '{"gate": "high"}', 11, -228, "auth/session.py"),
        ("r-2", "rm -rf needs 2 humans", 1, 10, '{"command": "rm -rf *"}',
         '{"gate": "high", "needed": 2}', 4, -30, "rm -rf build/ dist/"),
        ("r-3", "unknown hosts ask once", 1, 20, '{"http.host": "not in hosts.toml"}',
         '{"gate": "low"}', 23, -9, "www.ecb.europa.eu"),
        ("r-4", "deletes in production", 1, 5, '{"sql": "DELETE", "database": "*production*"}',
         '{"gate": "critical"}', 2, -94, "billing (production)"),
        ("r-5", "burn rate", 1, 30, '{"rate_5m": "> 6x plan", "rate_1h": "> 3x plan"}',
         '{"alarm": "critical"}', 2, -40, "fix-auth: 7.4x and 3.2x"),
        ("r-6", "same call again", 1, 30, '{"repeats": 4}', '{"alarm": "warning"}', 5, -153,
         "fixer: sql.query"),
        ("r-7", "drafts leave the house", 0, 40, '{"tool": "mail.send"}', '{"gate": "medium"}', 0,
         None, None),
    ]  # fmt: skip
    names = ("id", "name", "enabled", "priority", "conditions", "actions", "hits",
             "last_fired_at", "last_reason")  # fmt: skip
    return [
        dict(zip(names, row, strict=True))
        | {"last_fired_at": _at(start, row[7]), "updated_at": _at(start, row[7] or -9 * DAY)}
        for row in rows
    ]


def beating() -> list[Row]:
    """The last heartbeat of each part that is not down."""
    return [row for row in _health(0.0) if row["status"] != "down"]


def _health(start: float) -> list[Row]:
    rows = [
        ("scheduler", "healthy", "4.2.0", "7 schedules, 1 late", -8, 22),
        ("gateway", "healthy", "4.2.0", "41 requests a minute", -5, 25),
        ("sql proxy", "degraded", "1.9.3", "one statement runs for 8 minutes", -11, 19),
        ("mail", "healthy", "2.0.1", "queue is empty", -14, 16),
        ("otto", "down", "4.1.7", "no heartbeat", -1_180, -1_150),
    ]
    names = ("component", "status", "version", "details", "recorded_at", "next_expected_at")
    return [
        dict(zip(names, row, strict=True))
        | {"recorded_at": _at(start, row[4]), "next_expected_at": _at(start, row[5])}
        for row in sorted(rows, key=lambda row: row[4])
    ]


def _checks(start: float, ids: dict[str, str]) -> list[Row]:
    rows = [
        ("lint-sweep", "lint", "passed", "All checks passed!", -3_500),
        ("lint-sweep", "types", "passed", "Success: no issues found in 214 source files", -3_486),
        ("deps-bump", "tests", "passed", "412 passed in 95.20s", -2_500),
        ("deps-bump", "security", "passed", "no known weakness in 61 packages", -2_490),
        ("release-notes", "tag", "failed", "fatal: tag 'v2.4.0' already exists", -760),
        ("fix-auth", "tests", "failed", "2 failed, 29 passed in 11.84s", -274),
        ("fix-auth", "security", "skipped", "waits for the change under auth/", -273),
    ]
    return [
        {
            "id": f"k-{310 + number}",
            "run_id": ids.get(run),
            "kind": kind,
            "status": status,
            "output": output,
            "created_at": _at(start, at),
        }
        for number, (run, kind, status, output, at) in enumerate(rows)
    ]


def _routes(start: float, ids: dict[str, str]) -> list[Row]:
    rows = [
        ("deps-bump", "schedule c-3", "start deps-bump", "routine", "low", None,
         "every workday at six", -3_060),
        ("nightly-etl", "schedule c-1", "start nightly-etl", "data", "medium", None,
         "every night at two", -1_500),
        ("triage-inbox", "mail to support@", "start triage-inbox", "inbox", "low", None,
         "14 unread", -1_260),
        ("billing-close", "calendar: month is over", "start billing-close", "careful", "critical",
         "deletes in production", "touches money", -420),
        ("fix-auth", "issue 2198", "start fix-auth", "careful", "high", "writes under auth/",
         "the label says security", -441),
        (None, "mail to jobs@", "ignore", None, "low", None, "no rule wants it", -130),
    ]  # fmt: skip
    rows.sort(key=lambda row: row[7])
    names = ("run_id", "event", "decision", "lane", "risk", "gates", "reason", "created_at")
    return [
        {"id": f"d-{77 + number}"}
        | dict(zip(names, row, strict=True))
        | {"run_id": ids.get(str(row[0])), "created_at": _at(start, row[7])}
        for number, row in enumerate(rows)
    ]


def _budgets(start: float, ids: dict[str, str]) -> list[Row]:
    rows = [
        ("day", "", 20_000_000),
        ("run", ids.get("fix-auth"), 2_000_000),
        ("agent", ids.get("nightly-etl/loader"), 1_500_000),
        ("project", "web", 60_000_000),
    ]
    return [
        {"scope": scope, "key": key, "limit_micros": limit, "updated_at": _at(start, -9 * DAY)}
        for scope, key, limit in rows
        if key is not None
    ]
