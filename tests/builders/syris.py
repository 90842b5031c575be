"""SYRIS databases of both forms, made from the columns and indexes its documents list, no others.

The rows are drawn from a seed and follow what the documents say of a trace: an event comes in, is
routed, and becomes a call, or a task of some steps; some wait at a gate. Times mix the formats that
SYRIS mixes. `NOW` is when the last row was written.
"""

import json
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

Form = Literal["design", "coded"]

FORMS: tuple[Form, ...] = ("design", "coded")

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
"""When the last row is written."""

ROWS_A_TRACE = 8
"""Audit rows that a trace has, about."""

WATCHED = 1_000
"""The newest traces, whose alarms may still be open: somebody has seen to the older ones."""

ASKED = (
    "turn the heating off when nobody is home",
    "send ana the minutes of this morning",
    "what is on the calendar tomorrow",
    "water the plants on the balcony",
    "move the backup to the small disk",
    "tell me when the washing is done",
    "book the train to Łódź",
    "pay the electricity bill",
)
TOOLS = ("ha.call_service", "mail.send", "calendar.list", "files.move", "web.fetch", "notify.push")
STEPS = ("look up", "prepare", "carry out", "confirm")
CHANNELS = ("chat", "email", "schedule", "webhook")


def create(path: Path | str, form: Form = "design") -> sqlite3.Connection:
    """An empty SYRIS file of one form, open for writing."""
    connection = sqlite3.connect(path)
    script = Path(__file__).with_name(f"syris_{form}.sql")
    connection.executescript(script.read_text(encoding="utf-8"))
    return connection


def build_syris(
    path: Path | str,
    form: Form = "design",
    traces: int = 60,
    now: datetime = NOW,
    seed: int = 5,
    gates: float = 0.02,
) -> None:
    """A SYRIS file with so many traces, the last of them under way; a seed gives the same rows.

    `gates`: the share of steps that were gated and are done.
    """
    connection = create(path, form)
    # The keys are random, so at a million rows every insert lands on another page.
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("PRAGMA synchronous = OFF")
    writer = (_Design if form == "design" else _Coded)(connection, random.Random(seed), now)
    writer.gates = gates
    with connection:
        for left in range(traces, 0, -1):
            writer.trace(left)
        writer.machinery()
        writer.flush()
    connection.close()


def big(path: Path | str, events: int, form: Form = "design") -> None:
    """A SYRIS file whose audit trail has about so many rows, and all else in proportion."""
    # So many gates that a small file has as many as a screen shows, too.
    build_syris(path, form, max(8, events // ROWS_A_TRACE), gates=0.15)


class _Writer:
    """Draws one trace after the other, and writes rows in batches."""

    def __init__(self, connection: sqlite3.Connection, draw: random.Random, now: datetime) -> None:
        self.connection = connection
        self.draw = draw
        self.now = now
        self.at = now
        self.rows: dict[tuple[str, tuple[str, ...]], list[tuple[object, ...]]] = {}
        self.waiting = 0
        self.gates = 0.0

    def key(self) -> str:
        bits = f"{self.draw.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"

    def insert(self, table: str, **values: object) -> None:
        rows = self.rows.setdefault((table, tuple(values)), [])
        rows.append(tuple(values.values()))
        if len(rows) >= 5_000:
            self.flush()

    def flush(self) -> None:
        for (table, columns), rows in self.rows.items():
            marks = ", ".join("?" * len(columns))
            self.connection.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                rows,
            )
        self.rows.clear()

    def text(self, later: float = 0.0) -> str:
        """The time so many seconds on, in one of the formats SYRIS writes."""
        self.at += timedelta(seconds=later)
        if self.draw.random() < 0.1:
            return self.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        return self.at.isoformat(sep=self.draw.choice("TTT "))

    def audit(self, trace: str, stage: str, kind: str, outcome: str, **refs: object) -> None:
        self.insert(
            "audit_events",
            audit_id=self.key(),
            timestamp=self.text(0.2),
            trace_id=trace,
            stage=stage,
            type=kind,
            summary=refs.pop("summary", kind.replace(".", " ").replace("_", " ")),
            outcome=outcome,
            **{
                name: refs.get(name)
                for name in (
                    "ref_event_id",
                    "ref_task_id",
                    "ref_step_id",
                    "ref_tool_call_id",
                    "ref_approval_id",
                    "latency_ms",
                    "tool_name",
                    "connector_id",
                    "risk_level",
                )
            },
        )

    def approval(
        self, trace: str, event: str, task: str | None, step: str | None, status: str, tool: str
    ) -> str:
        gate = self.key()
        is_decided = status in ("approved", "denied")
        what = {"tool_name": tool, "arguments": {"to": self.draw.choice(("ana", "ben"))}}
        asked = self.text()
        self.insert(
            "approvals",
            approval_id=gate,
            created_at=asked,
            expires_at=(self.at + timedelta(hours=1)).isoformat(),
            status=status,
            trace_id=trace,
            ref_event_id=event,
            ref_task_id=task,
            ref_step_id=step,
            risk_level=self.draw.choice(("medium", "high", "critical")),
            autonomy_level="A2",
            what=json.dumps(what),
            why="autonomy A2 asks before it writes",
            how_to_approve=f"POST /approvals/{gate}/approve",
            decided_by="operator" if is_decided else None,
            decided_at=self.text(30) if is_decided else None,
            decision_reason="not today" if status == "denied" else None,
        )
        return gate

    def begin(self, left: int) -> str:
        """The trace's own id; `left` traces are still to come, the last of them at `now`."""
        self.at = self.now - timedelta(seconds=90 * left)
        return self.key()

    def trace(self, left: int) -> None:
        raise NotImplementedError

    def machinery(self) -> None:
        raise NotImplementedError


class _Design(_Writer):
    def trace(self, left: int) -> None:
        trace = self.begin(left)
        event = self.event(trace, None)
        self.audit(trace, "normalize", "event.ingested", "success", ref_event_id=event)
        mode = self.draw.choice(("fast", "fast", "task", "task", "gated", "sandbox"))
        self.insert(
            "routing_decisions",
            trace_id=trace,
            event_id=event,
            decided_at=self.text(),
            execution_mode=mode,
            matched_fastpath="lights" if mode == "fast" else None,
            risk_level="low",
            notes=f"routed as {mode}",
        )
        self.audit(trace, "route", "routing.decided", "success", ref_event_id=event)
        if mode == "fast":
            self.call(trace, event, None, None, self.draw.choice(("succeeded", "failed")))
            return
        if self.draw.random() < 0.3:
            event = self.event(trace, event)
        status = self.draw.choice(
            ("succeeded",) * 7 + ("failed", "canceled")
            if left > 6
            else ("running", "running", "pending", "paused")
        )
        task = self.key()
        steps = [self.key() for _ in range(self.draw.randint(1, 4))]
        began = self.text()
        self.audit(trace, "task", "task.submitted", "info", ref_event_id=event, ref_task_id=task)
        for number, step in enumerate(steps):
            is_last = number == len(steps) - 1
            self.step(trace, event, task, step, STEPS[number], status if is_last else "succeeded")
        self.insert(
            "tasks",
            task_id=task,
            created_at=began,
            updated_at=self.text(1),
            status=status,
            trigger_event_id=event,
            trace_id=trace,
            current_step_id=steps[-1],
            autonomy_level_at_start="A2",
            labels=json.dumps([self.draw.choice(("home", "mail", "errands"))]),
            next_wake_time=(self.at + timedelta(minutes=5)).isoformat()
            if status == "running"
            else None,
            cancel_reason="asked to stop" if status == "canceled" else None,
            error=json.dumps({"code": "tool", "message": "the tool failed", "retryable": False})
            if status == "failed"
            else None,
        )
        outcome = {"succeeded": "success", "failed": "failure", "canceled": "suppressed"}
        if status in outcome:
            self.audit(trace, "task", f"task.{status}", outcome[status], ref_task_id=task)
        if status == "failed" and self.draw.random() < 0.2:
            self.alarm(trace, left > WATCHED)

    def event(self, trace: str, parent: str | None) -> str:
        event = self.key()
        channel = self.draw.choice(CHANNELS)
        at = self.text(0.1)
        self.insert(
            "events",
            event_id=event,
            occurred_at=at,
            ingested_at=at,
            channel=channel,
            connector_id=f"{channel}-1",
            actor_type="user" if parent is None else "rule",
            actor_id="operator",
            text=self.draw.choice(ASKED),
            trace_id=trace,
            parent_event_id=parent,
            dedupe_key=event if self.draw.random() < 0.5 else None,
        )
        return event

    def step(self, trace: str, event: str, task: str, step: str, name: str, status: str) -> None:
        status = {"canceled": "paused", "failed": "failed"}.get(status, status)
        began = None if status == "pending" else self.text()
        checkpoint = {}
        if status in ("succeeded", "failed"):
            for _ in range(self.draw.randint(1, 2)):
                self.call(trace, event, task, step, status)
        if status == "succeeded" and self.draw.random() < self.gates:
            self.gate(trace, event, task, step, self.draw.choice(("approved", "denied", "expired")))
        if status == "running":
            self.waiting += 1
            if self.waiting % 2:
                checkpoint = {"approval_id": self.gate(trace, event, task, step, "pending")}
            else:
                self.call(trace, event, task, step, "attempted")
        is_over = status in ("succeeded", "failed")
        self.insert(
            "steps",
            step_id=step,
            task_id=task,
            name=name,
            status=status,
            attempt=0 if status == "pending" else 1,
            checkpoint=json.dumps(checkpoint),
            started_at=began,
            ended_at=self.text(2) if is_over else None,
            error=json.dumps({"message": "the tool failed"}) if status == "failed" else None,
        )

    def gate(self, trace: str, event: str, task: str, step: str, status: str) -> str:
        tool = self.draw.choice(TOOLS)
        gate = self.approval(trace, event, task, step, status, tool)
        refs = {"ref_approval_id": gate, "ref_task_id": task, "ref_step_id": step}
        self.audit(trace, "gate", "gate.required", "info", tool_name=tool, **refs)
        if status in ("approved", "denied"):
            outcome = "success" if status == "approved" else "info"
            self.audit(trace, "gate", f"gate.{status}", outcome, **refs)
        return gate

    def call(self, trace: str, event: str, task: str | None, step: str | None, status: str) -> None:
        call = self.key()
        tool = self.draw.choice(TOOLS)
        if status == "succeeded" and self.draw.random() < 0.01:
            status = "unknown"
        latency = self.draw.randint(5, 4_000)
        self.insert(
            "tool_calls",
            tool_call_id=call,
            created_at=self.text(0.3),
            trace_id=trace,
            task_id=task,
            step_id=step,
            event_id=event,
            connector_id=tool.split(".")[0],
            tool_name=tool,
            action=tool.split(".")[1],
            request_hash=f"{self.draw.getrandbits(64):016x}",
            idempotency_key=call,
            status=status,
            latency_ms=None if status == "attempted" else latency,
            risk_level="low",
            autonomy_level="A2",
        )
        refs = {"ref_tool_call_id": call, "ref_task_id": task, "ref_step_id": step}
        self.audit(trace, "tool_call", "tool_call.attempted", "info", tool_name=tool, **refs)
        if status in ("succeeded", "failed"):
            self.insert(
                "tool_results",
                tool_call_id=call,
                status=status,
                response_hash=f"{self.draw.getrandbits(64):016x}",
                error=json.dumps({"code": "http", "message": "503 from the tool"})
                if status == "failed"
                else None,
                resolved_at=self.text(latency / 1000),
            )
            self.audit(
                trace,
                "tool_call",
                f"tool_call.{status}",
                "success" if status == "succeeded" else "failure",
                tool_name=tool,
                latency_ms=latency,
                summary=f"{tool} {status}",
                **refs,
            )

    def alarm(self, trace: str, is_old: bool) -> None:
        key = self.key()
        is_over = is_old or self.draw.random() < 0.8
        opened = self.text()
        self.insert(
            "alarms",
            alarm_id=key,
            type="task.failed",
            severity=self.draw.choice(("critical", "error", "warning")),
            status="resolved" if is_over else self.draw.choice(("open", "acked")),
            dedupe_key=f"task.failed:{key[:2]}" if is_over else f"task.failed:{key}",
            summary="a task failed",
            details="the tool failed three times",
            trace_id=trace,
            opened_at=opened,
            updated_at=opened,
            resolved_at=self.text(60) if is_over else None,
            resolution_note="looked at" if is_over else None,
        )

    def machinery(self) -> None:
        self.at = self.now
        old = (self.now - timedelta(hours=2)).isoformat()
        soon = (self.now + timedelta(hours=2)).isoformat()
        for name, due in (("morning briefing", soon), ("backup", old)):
            self.insert(
                "schedules",
                schedule_id=self.key(),
                name=name,
                type="cron",
                spec="0 7 * * *",
                next_run_at=due,
                last_run_at=old,
                payload="{}",
                created_at=old,
                updated_at=old,
            )
        for name, errors in (("heartbeat", 0), ("mail", 4)):
            self.insert(
                "watcher_state",
                watcher_id=name,
                last_tick_at=old if errors else self.text(),
                last_outcome="error" if errors else "ok",
                suppression_count=2,
                consecutive_errors=errors,
                updated_at=self.text(),
            )
        self.insert(
            "rules",
            rule_id=self.key(),
            name="quiet at night",
            priority=10,
            conditions='[{"field": "hour", "op": "gt", "value": 22}]',
            actions='[{"action": "suppress"}]',
            last_fired_at=old,
            created_at=old,
            updated_at=old,
        )
        self.at -= timedelta(seconds=120)
        for status in ("healthy", "degraded", "healthy"):
            at = self.text(30)
            self.insert(
                "system_health",
                recorded_at=at,
                status=status,
                uptime_seconds=900,
                version="0.3.0",
                last_heartbeat_at=at,
                next_expected_at=(self.at + timedelta(seconds=30)).isoformat(),
                degraded_subsystems='["mail"]' if status == "degraded" else "[]",
            )


class _Coded(_Writer):
    def trace(self, left: int) -> None:
        trace = self.begin(left)
        event = self.message(trace, None, "user", self.draw.choice(ASKED))
        self.audit(trace, "normalize", "event.ingested", "success", ref_event_id=event)
        self.audit(trace, "route", "routing.decided", "success", ref_event_id=event)
        if self.draw.random() < 0.5:
            self.conversation(trace, event)
            return
        status = self.draw.choice(
            ("completed",) * 7 + ("failed", "cancelled")
            if left > 6
            else ("running", "paused", "pending")
        )
        task = self.key()
        began = self.text()
        self.audit(trace, "task", "task.submitted", "info", ref_event_id=event, ref_task_id=task)
        count = self.draw.randint(1, 4)
        for number in range(count):
            word = status if number == count - 1 else "completed"
            self.step(trace, event, task, number, {"cancelled": "skipped"}.get(word, word))
        is_over = status in ("completed", "failed", "cancelled")
        self.insert(
            "tasks",
            task_id=task,
            trace_id=trace,
            status=status,
            handler=self.draw.choice(("errand", "briefing")),
            error="the tool failed" if status == "failed" else None,
            created_at=began,
            updated_at=self.text(1),
            started_at=None if status == "pending" else began,
            completed_at=self.text() if is_over else None,
        )
        outcome = {"completed": "success", "failed": "failure", "cancelled": "suppressed"}
        if is_over:
            self.audit(trace, "task", f"task.{status}", outcome[status], ref_task_id=task)

    def message(self, trace: str, parent: str | None, source: str, content: str) -> str:
        event = self.key()
        self.insert(
            "message_events",
            event_id=event,
            trace_id=trace,
            thread_id="thread-1",
            created_at=self.text(0.1),
            source=source,
            content=content,
            content_type="text",
            parent_event_id=parent,
        )
        return event

    def conversation(self, trace: str, event: str) -> None:
        tool = self.draw.choice(TOOLS)
        call = self.key()
        is_one_row = self.draw.random() < 0.5
        has_failed = self.draw.random() < 0.2
        ending = ("failure", "failed") if has_failed else ("success", "succeeded")
        self.audit(
            trace,
            "tool_call",
            "tool_call.attempted",
            ending[0] if is_one_row else "info",
            tool_name=tool,
            ref_tool_call_id=None if is_one_row else call,
            latency_ms=12,
        )
        if not is_one_row:
            kind = f"tool_call.{ending[1]}"
            refs = {"tool_name": tool, "ref_tool_call_id": call, "latency_ms": 40}
            self.audit(trace, "tool_call", kind, ending[0], **refs)
        self.message(trace, event, "llm", "done, and the light is off")
        latency = self.draw.randint(300, 9_000)
        self.audit(trace, "llm", "llm.conversation", "success", latency_ms=latency)
        self.audit(trace, "operator", "response.sent", "success", ref_event_id=event)

    def step(self, trace: str, event: str, task: str, number: int, status: str) -> None:
        step = self.key()
        tool = self.draw.choice(TOOLS)
        refs = {"ref_task_id": task, "ref_step_id": step, "tool_name": tool}
        at = self.text()
        if status == "paused":
            status = "gated"
            gate = self.approval(trace, event, task, step, "pending", tool)
            self.audit(trace, "gate", "gate.required", "info", ref_approval_id=gate, **refs)
            self.audit(trace, "task", "task.gated", "info", **refs)
        elif status in ("completed", "failed"):
            outcome = "success" if status == "completed" else "failure"
            self.audit(trace, "task", "task.step.started", "info", **refs)
            self.audit(trace, "tool_call", "tool_call.attempted", outcome, latency_ms=70, **refs)
            if self.draw.random() < self.gates:
                word = self.draw.choice(("approved", "denied"))
                self.approval(trace, event, task, step, word, tool)
        is_over = status in ("completed", "failed", "skipped")
        self.insert(
            "task_steps",
            step_id=step,
            task_id=task,
            step_index=number,
            status=status,
            tool_name=tool,
            input_payload=json.dumps({"to": self.draw.choice(("ana", "ben")), "n": number}),
            output_payload='{"ok": true}' if status == "completed" else None,
            idempotency_key=step,
            attempt_count=0 if status == "pending" else 1,
            max_attempts=3,
            error="503 from the tool" if status == "failed" else None,
            created_at=at,
            updated_at=at,
            started_at=None if status == "pending" else at,
            completed_at=self.text(2) if is_over else None,
        )

    def machinery(self) -> None:
        self.at = self.now
        old = (self.now - timedelta(hours=2)).isoformat()
        self.insert(
            "schedules",
            schedule_id=self.key(),
            name="backup",
            schedule_type="interval",
            interval_s=3600,
            event_source="schedule",
            next_run_at=old,
            last_run_at=old,
            fire_count=7,
            created_at=old,
            updated_at=old,
        )
        self.insert(
            "watcher_states",
            watcher_id="mail",
            last_tick_at=old,
            last_outcome="error",
            consecutive_errors=4,
            updated_at=old,
        )
        self.insert(
            "rules",
            rule_id=self.key(),
            name="quiet at night",
            fire_count=3,
            suppression_count=9,
            last_fired_at=old,
            created_at=old,
            updated_at=old,
        )
        self.insert("autonomy_settings", setting_id=self.key(), level="A2", updated_at=old)
        process = self.key()
        self.at -= timedelta(seconds=60)
        for _ in range(2):
            self.insert(
                "system_health",
                id=self.key(),
                run_id=process,
                ts=self.text(30),
                status="healthy",
                uptime_s=900,
                service="syris-api",
                version="0.3.0",
            )
