"""What clients tell their hooks, and the hook as a process of its own, as they run it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.builders.recorded import START
from vedette.data.ingest import hooks
from vedette.data.ingest.events import Event, parse

SESSION = "5e55-0001"
CWD = "/home/ana/shop"


def said(name: str, **fields: Any) -> dict[str, Any]:
    """An event of a session as its client writes it."""
    common = {
        "session_id": SESSION,
        "transcript_path": f"/home/ana/.claude/projects/-home-ana-shop/{SESSION}.jsonl",
        "cwd": CWD,
        "permission_mode": "default",
        "hook_event_name": name,
    }
    return common | fields


def event(name: str, **fields: Any) -> Event:
    """The same, read."""
    return parse(json.dumps(said(name, **fields)).encode())


def calls(name: str, tool: str, use: str, **given: Any) -> dict[str, Any]:
    """An event about a tool call of the main thread."""
    return said(name, tool_name=tool, tool_input=given, tool_use_id=use)


class Session:
    """Tells the events of one session, a second after another."""

    def __init__(self, path: Path | str, client: str = "claude-code", now: float = START) -> None:
        self.now = now
        self._path = str(path)
        self._client = client

    def tell(self, name: str, **fields: Any) -> None:
        """One event."""
        self.now += 1.0
        hooks.record(self._path, self._client, event(name, **fields), self.now)

    def tool(self, name: str, use: str, tool: str = "Bash", **fields: Any) -> None:
        """One event about a tool call."""
        fields.setdefault("tool_input", {"command": "pytest -q"})
        self.tell(name, tool_name=tool, tool_use_id=use, **fields)


class Done(NamedTuple):
    """What a hook answered."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """Its answer in the client's form."""
        found: dict[str, Any] = json.loads(self.out)["hookSpecificOutput"]
        return found


UNDISTURBED = Done(0, "", "")


class Hook:
    """One run of `vedette hook`."""

    def __init__(
        self,
        client: str,
        told: dict[str, Any] | bytes,
        *arguments: object,
        cwd: Path,
        env: dict[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vedette.tui", "hook", client, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=_environment(cwd) | (env or {}),
        )
        assert self.process.stdin is not None
        self.process.stdin.write(told if isinstance(told, bytes) else json.dumps(told).encode())
        self.process.stdin.close()
        self.process.stdin = None

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Sends it a signal."""
        self.process.send_signal(number)

    def end(self) -> Done:
        """What it answered, once it ends."""
        out, err = self.process.communicate(timeout=60)
        return Done(self.process.returncode, out.decode(), err.decode())


def _environment(home: Path) -> dict[str, str]:
    """The tests' own, away from whatever the user has at home."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("VEDETTE")}
    env.pop("CLAUDE_PROJECT_DIR", None)
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        env[name] = str(home / name.lower())
    return env
