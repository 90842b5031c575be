"""Vedette's own database with a gate or an alarm in it, and a look at what became of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from vedette.data import migrations, times
from vedette.data.approvals import sha256

NOW = 1795269751.0
"""2026-11-21T14:02:31Z."""

PAYLOAD = '{\n  "command": "rm -rf build/"\n}'


class GateFile:
    """A database of Vedette's own, written to by hand."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        migrations.migrate(self.path, NOW)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are committed at the end."""
        with closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
            yield connection

    def ask(self, gate_id: str = "g-1", **fields: Any) -> str:
        """A pending gate with these columns; its payload's hash."""
        payload = fields.pop("payload", PAYLOAD)
        row = {
            "id": gate_id,
            "title": "bash: rm -rf build/",
            "payload": payload,
            "payload_sha256": sha256(payload) if isinstance(payload, str) else "0" * 64,
            "risk": "low",
            "requested_by": "planner",
            "requested_at": times.text(NOW - 60),
            "updated_at": times.text(NOW - 60),
        } | {name: _stored(value) for name, value in fields.items()}
        with self.writing() as connection:
            connection.execute(
                f"INSERT INTO approvals ({', '.join(row)}) "  # noqa: S608
                f"VALUES ({', '.join(':' + name for name in row)})",
                row,
            )
        return str(row["payload_sha256"])

    def raise_alarm(self, alarm_id: str = "a-1", status: str = "open") -> None:
        """An alarm."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO alarms (id, severity, status, kind, title, dedupe_key, opened_at, "
                "updated_at) VALUES (?, 'critical', ?, 'burn', 'burn rate', ?, ?, ?)",
                (alarm_id, status, f"burn:{alarm_id}", times.text(NOW - 60), times.text(NOW - 60)),
            )

    def change(self, gate_id: str = "g-1", **fields: Any) -> None:
        """Sets columns of a gate, as another process would."""
        sets = ", ".join(f"{name} = :{name}" for name in fields)
        with self.writing() as connection:
            connection.execute(
                f"UPDATE approvals SET {sets} WHERE id = :gate",  # noqa: S608
                {name: _stored(value) for name, value in fields.items()} | {"gate": gate_id},
            )

    def gate(self, gate_id: str = "g-1") -> dict[str, Any]:
        """A gate's row."""
        return self.rows("SELECT * FROM approvals WHERE id = ?", gate_id)[0]

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """Rows by column name."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, parameters).fetchall()]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All that an answer may write to."""
        tables = ("approvals", "approval_signatures", "alarms", "alarm_actions", "audit")
        return {table: self.rows(f"SELECT * FROM {table}") for table in tables}  # noqa: S608


def _stored(value: object) -> object:
    return times.text(value) if isinstance(value, float) else value
