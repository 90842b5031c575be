"""A person who answers gates: waits for one, reads its payload, decides by the console's door."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.builders.recorded import row, rows, until
from vedette.data import decisions


def waiting(
    path: Path, asker: "subprocess.Popen[str] | None" = None, seconds: float = 20.0
) -> dict[str, Any]:
    """The one gate that is open; waits until there is one, while the asker is there."""

    def look() -> list[Any]:
        assert asker is None or asker.poll() is None, "the asker ended before it asked"
        if not path.exists():
            return []
        return rows(path, "SELECT name FROM sqlite_master WHERE name = 'approvals'") and rows(
            path, "SELECT * FROM approvals WHERE status = 'pending' ORDER BY seq"
        )

    (gate, *_) = until(look, seconds)
    return dict(gate) | {"asks": json.loads(gate["payload"])}


def answer(
    path: Path,
    outcome: Any,
    note: str | None = None,
    asker: "subprocess.Popen[str] | None" = None,
    seconds: float = 20.0,
) -> dict[str, Any]:
    """Decides the gate that is open, as it was read; the gate as it was."""
    gate = waiting(path, asker, seconds)
    decisions.decide(
        str(path),
        gate["id"],
        outcome,
        sha=gate["payload_sha256"],
        actor="ana",
        now=time.time(),
        note=note,
    )
    return gate


def gate_now(path: Path, gate_id: str) -> dict[str, Any]:
    """A gate as its row stands."""
    return row(path, "SELECT * FROM approvals WHERE id = ?", gate_id)
