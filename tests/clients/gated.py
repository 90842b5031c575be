"""A project connected by `vedette init`, a real client at work in it, a person at the console."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tests.builders.recorded import rows, value
from tests.clients.model_server import Json, Model
from tests.end_to_end.terminal import Terminal

COMMAND = "touch ran.txt"
"""What the model wants run; whether it ran is seen in the project."""
RULE = """
[[rule]]
tools = ["Bash"]
commands = ["touch *"]
risk = "low"
"""
LONG = 120.0
VEDETTE = [sys.executable, "-m", "vedette.tui"]


class Client(NamedTuple):
    """A client as it is installed, and how it is told to work on one thing."""

    name: str
    """As in `vedette init NAME`."""
    words: tuple[str, ...]
    variable: str
    """What names the folder of its settings."""
    env: dict[str, str]
    config: str = ""
    """Its config.toml, with the model's address to fill in."""


class Room:
    """A project whose tool calls wait at gates; `close` ends what was started in it."""

    def __init__(self, folder: Path, client: Client, model: Model) -> None:
        self.client = client
        self.model = model
        self.project = folder / "shop"
        (self.project / ".git").mkdir(parents=True)
        self._home = folder / "home"
        self._own = folder / client.name
        self._own.mkdir()
        if client.config:
            config = client.config.format(address=model.address)
            (self._own / "config.toml").write_text(config)
        self._work: subprocess.Popen[str] | None = None
        self.vedette("init", client.name, "--user", "--yes")
        self.set_rules(RULE)

    def close(self) -> None:
        """Ends the client, and with it whatever waits for it."""
        if self._work is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._work.pid, signal.SIGKILL)
            self._work.communicate()

    # The project

    @property
    def settings(self) -> Path:
        """Where the client's hooks stand."""
        name = "settings.json" if self.client.name == "claude-code" else "hooks.json"
        return self._own / name

    @property
    def db(self) -> Path:
        """Where the hooks of this project record."""
        return self.project / ".vedette" / "runs.db"

    @property
    def transcripts(self) -> Path:
        """Where the client writes its own."""
        return self._own / ("projects" if self.client.name == "claude-code" else "sessions")

    @property
    def has_run(self) -> bool:
        """Whether the tool call ran."""
        return (self.project / "ran.txt").exists()

    def set_rules(self, text: str) -> None:
        """Puts other rules in place."""
        path = self.project / ".vedette" / "rules.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def vedette(self, *words: str) -> None:
        """Runs a command of Vedette's in the project."""
        env = self._env()
        done = subprocess.run(
            [*VEDETTE, *words],
            cwd=self.project,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def following(self, db: Path) -> Iterator[None]:
        """The client's transcripts are imported into a database while it writes them."""
        self.transcripts.mkdir()
        words = ["import", self.client.name, str(self.transcripts), "--follow", "--db", str(db)]
        follow = subprocess.Popen(
            [*VEDETTE, *words], env=self._env(), cwd=self.project, stdout=subprocess.DEVNULL
        )
        try:
            yield
            assert follow.poll() is None
        finally:
            follow.terminate()
            follow.wait()

    # The client

    def start(self) -> None:
        """The client begins to work; the model wants COMMAND run."""
        env = {
            **self._env(),
            "ANTHROPIC_BASE_URL": self.model.address,
            **self.client.env,
        }
        self._work = subprocess.Popen(
            self.client.words,
            cwd=self.project,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @contextmanager
    def terminal(self, words: Sequence[str]) -> Iterator[Terminal]:
        """The client in its own terminal, with a person before it."""
        env = {**self._env(), "ANTHROPIC_BASE_URL": self.model.address, **self.client.env}
        hidden = {name: None for name in os.environ if name not in env and name != "TERM"}
        with Terminal(words, (100, 40), {**hidden, **env}, self.project) as terminal:
            yield terminal

    def finish(self) -> str:
        """Waits until the client is done; what it printed."""
        assert self._work is not None
        out, _ = self._work.communicate(timeout=LONG)
        assert self._work.returncode == 0, out
        return out

    @property
    def told(self) -> list[str]:
        """What the model was told of its tool calls, in the last request."""
        return [text for asked in self.model.heard[-1:] for text in _results(asked)]

    # The gate

    def until_asked(self) -> dict[str, Any]:
        """Waits until the call waits at a gate; the gate."""
        end = time.monotonic() + LONG
        while not (found := self._gates()):
            if self._work is not None:
                assert self._work.poll() is None, self._work.communicate()[0]
            assert time.monotonic() < end, "nobody was asked"
            time.sleep(0.05)
        (gate,) = found
        return gate

    def statuses(self) -> list[str]:
        """How the gates stand."""
        return [gate["status"] for gate in self._gates()]

    def hook(self) -> int:
        """The process that waits at the gate."""
        return int(value(self.db, "SELECT requested_by FROM approvals").rpartition("/")[2])

    @contextmanager
    def console(self) -> Iterator[Terminal]:
        """The console on this project's runs, with a gate open to be read."""
        with Terminal([*VEDETTE, str(self.db)], env={"USER": "ana"}) as terminal:
            terminal.until("1 approval")
            terminal.keys("6")
            terminal.until("This list cannot decide")
            terminal.keys("enter")
            # From here on keys are heard.
            terminal.until_true(lambda screen: bool(re.search(r"seen +[1-9]", screen)), "a page")
            _read_all(terminal)
            yield terminal

    def _gates(self) -> list[dict[str, Any]]:
        if not self.db.exists() or not rows(self.db, "SELECT 1 FROM sqlite_master LIMIT 1"):
            return []
        return [dict(each) for each in rows(self.db, "SELECT * FROM approvals ORDER BY seq")]

    def _env(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        return {
            **kept,
            "PATH": _without_vedette(os.environ["PATH"]),
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            self.client.variable: str(self._own),
        }


def _read_all(terminal: Terminal) -> None:
    """Pages through all that would be done: what was not on the screen cannot be approved."""
    while "100%" not in (screen := terminal.text()):
        terminal.keys("space")
        terminal.until_true(lambda now, before=screen: _seen(now) != _seen(before), "more of it")


def _seen(screen: str) -> str:
    found = re.search(r"seen .*", screen)
    return found[0] if found else ""


def _without_vedette(path: str) -> str:
    """The PATH without another Vedette than the one that is tested."""
    folders = path.split(os.pathsep)
    return os.pathsep.join(each for each in folders if not Path(each, "vedette").exists())


def _results(asked: Json) -> Iterator[str]:
    for message in asked.get("messages", []):
        blocks = message["content"] if isinstance(message["content"], list) else []
        for block in blocks:
            if block.get("type") == "tool_result":
                yield str(block["content"])
    for item in asked.get("input", []):
        if item.get("type") == "function_call_output":
            yield str(item["output"])
