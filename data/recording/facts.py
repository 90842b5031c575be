"""What a recorder writes beside runs: the machinery around agents, limits, whole tables."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .desk import Desk
from .gates import RISKS
from .handles import amount, count, weight
from .payloads import as_text
from .statements import columns, write_rows

_OPEN = ("running", "waiting", "paused")
_OVER = ("completed", "failed", "cancelled")
_BULK_SECONDS = 600.0
_BULK = (
    "processes",
    "runs",
    "agents",
    "artifacts",
    "prompts",
    "prompt_chunks",
    "tool_calls",
    "idempotency_outcomes",
    "events",
    "approvals",
    "approval_signatures",
    "alarms",
    "alarm_actions",
    "audit",
    "tasks",
    "steps",
    "schedules",
    "watchers",
    "rules",
    "health",
    "checks",
    "routing_decisions",
    "cost_rollups",
    "budgets",
)
"""Every table, what others refer to first."""


class Facts:
    """Writers of one row each. Those with an `id` write it again when called again."""

    _desk: Desk

    def task(
        self,
        title: str,
        *,
        id: str | None = None,  # noqa: A002
        status: str = "pending",
        kind: str = "task",
        parent: str | None = None,
        run: str | None = None,
        attempt: int = 0,
        max_attempts: int | None = None,
        next_wake: float | None = None,
        error: str | None = None,
    ) -> str:
        """Writes a task as it stands now; its id."""
        row = self._work("task", id, title, status, attempt, max_attempts, next_wake, error)
        self._put("task", row | {"kind": kind, "parent_id": parent, "run_id": run})
        return str(row["id"])

    def step(
        self,
        task: str,
        title: str,
        *,
        id: str | None = None,  # noqa: A002
        status: str = "pending",
        attempt: int = 0,
        max_attempts: int | None = None,
        next_wake: float | None = None,
        error: str | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Writes a step of a task as it stands now; its id."""
        row = self._work("step", id, title, status, attempt, max_attempts, next_wake, error)
        self._put("step", row | {"task_id": task, "idempotency_key": idempotency_key})
        return str(row["id"])

    def schedule(
        self,
        name: str,
        spec: str,
        *,
        id: str | None = None,  # noqa: A002
        kind: str = "cron",
        enabled: bool = True,
        timezone: str = "UTC",
        next_run: float | None = None,
        last_run: float | None = None,
        missed: int = 0,
    ) -> str:
        """Writes a schedule as it stands now; `kind` is cron, interval or one_shot; its id."""
        row = self._named("schedule", id, name, enabled)
        row |= {"spec": spec, "kind": kind, "timezone": timezone, "missed": missed}
        row |= {"next_run_at": self._moment(next_run), "last_run_at": self._moment(last_run)}
        self._put("schedule", row)
        return str(row["id"])

    def watcher(
        self,
        name: str,
        *,
        id: str | None = None,  # noqa: A002
        enabled: bool = True,
        last_tick: float | None = None,
        last_outcome: str | None = None,
        consecutive_errors: int = 0,
        suppressed: int = 0,
    ) -> str:
        """Writes a watcher as it stands now; `last_outcome` is ok, error, suppressed; its id."""
        row = self._named("watcher", id, name, enabled)
        row |= {"last_tick_at": self._moment(last_tick), "last_outcome": last_outcome}
        row |= {"consecutive_errors": consecutive_errors, "suppressed": suppressed}
        self._put("watcher", row)
        return str(row["id"])

    def rule(
        self,
        name: str,
        conditions: object,
        actions: object,
        *,
        id: str | None = None,  # noqa: A002
        enabled: bool = True,
        priority: int = 100,
        hits: int = 0,
        last_fired: float | None = None,
        last_reason: str | None = None,
    ) -> str:
        """Writes a rule as it stands now; its id."""
        row = self._named("rule", id, name, enabled)
        row |= {"conditions": as_text(conditions), "actions": as_text(actions), "hits": hits}
        row |= {"priority": priority, "last_fired_at": self._moment(last_fired)}
        self._put("rule", row | {"last_reason": last_reason})
        return str(row["id"])

    def health(
        self,
        component: str,
        status: str = "healthy",
        *,
        version: str | None = None,
        details: object = None,
        next_expected: float | None = None,
    ) -> None:
        """Writes one heartbeat; `status` is healthy, degraded or down."""
        row = {"component": component, "status": status, "version": version}
        row |= {"details": as_text(details), "next_expected_at": self._moment(next_expected)}
        self._put("health", row | {"recorded_at": self._desk.stamp()})

    def check(
        self, kind: str, status: str, *, run: str | None = None, output: object = None
    ) -> str:
        """Writes one check of a run; `status` is passed, failed or skipped; its id."""
        check_id = self._desk.new_id("check")
        row = {"id": check_id, "run_id": run, "kind": kind, "status": status}
        self._put("check", row | {"output": as_text(output), "created_at": self._desk.stamp()})
        return check_id

    def route(
        self,
        event: str,
        decision: str,
        *,
        run: str | None = None,
        lane: str | None = None,
        risk: str | None = None,
        gates: object = None,
        reason: str | None = None,
    ) -> str:
        """Writes one routing decision; its id."""
        route_id = self._desk.new_id("route")
        row = {"id": route_id, "run_id": run, "event": event, "decision": decision, "lane": lane}
        row |= {"risk": risk if risk in RISKS else None, "gates": as_text(gates)}
        self._put("route", row | {"reason": reason, "created_at": self._desk.stamp()})
        return route_id

    def budget(self, scope: str, key: str, limit_usd: float) -> None:
        """Sets what may be spent; `scope` is day (key ""), run, agent or project."""
        micros = round((amount(limit_usd) or 0.0) * 1_000_000)
        row = {"scope": scope, "key": key, "limit_micros": micros, "now": self._desk.stamp()}
        self._put("budget", row)

    def bulk(self, tables: Mapping[str, Iterable[Sequence[Any]]]) -> int:
        """Inserts whole rows as they are, all in one transaction; how many.

        Rows are tuples in the order of `bulk_columns(table)`. Nothing is masked, priced or
        totalled: totals are rows too (`cost_rollups`, and the columns of `agents`). Raises
        StoreFailed, or sqlite3.IntegrityError for a row the schema refuses; then none is written.
        """
        rows = {table: list(tables[table]) for table in _BULK if table in tables}
        if unknown := set(tables) - set(rows):
            raise ValueError(f"no table named {', '.join(sorted(unknown))}")

        def write(connection: sqlite3.Connection) -> int:
            for table, some in rows.items():
                write_rows(connection, f"records/bulk/{table}", some)
            return sum(map(len, rows.values()))

        return self._desk.call(write, _BULK_SECONDS)

    @staticmethod
    def bulk_columns(table: str) -> tuple[str, ...]:
        """The columns a row of `bulk` holds, in order: all but `seq`."""
        return columns(f"records/bulk/{table}")

    def _work(
        self,
        prefix: str,
        row_id: str | None,
        title: str,
        status: str,
        attempt: int,
        max_attempts: int | None,
        next_wake: float | None,
        error: str | None,
    ) -> dict[str, Any]:
        now = self._desk.stamp()
        return {
            "id": row_id or self._desk.new_id(prefix),
            "title": title,
            "status": status,
            "attempt": attempt,
            "max_attempts": count(max_attempts),
            "next_wake_at": self._moment(next_wake),
            "started_at": now if status in _OPEN + _OVER else None,
            "ended_at": now if status in _OVER else None,
            "error": error,
            "now": now,
        }

    def _named(self, prefix: str, row_id: str | None, name: str, enabled: bool) -> dict[str, Any]:
        return {
            "id": row_id or self._desk.new_id(prefix),
            "name": name,
            "enabled": int(enabled),
            "now": self._desk.stamp(),
        }

    def _moment(self, epoch: float | None) -> str | None:
        return None if epoch is None else self._desk.text(epoch)

    def _put(self, name: str, row: dict[str, Any]) -> None:
        self._desk.put(((name, row),), weight(row.get("details") or row.get("output")), keep=True)
