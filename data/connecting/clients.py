"""The clients that can be connected: where each keeps its settings, which events it tells."""

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Literal, NamedTuple

from .. import discovery

Scope = Literal["project", "user"]
SCOPES: tuple[Scope, ...] = ("project", "user")


class Client(NamedTuple):
    """A coding agent that runs a command at its events."""

    name: str
    """As in `vedette hook NAME`."""
    says: str
    """As people call it."""
    folder: str
    """Of its settings, in a project and in the user's home."""
    variable: str
    """What names another folder for the user's settings."""
    file: str
    events: tuple[str, ...]
    knows_on_failure: bool
    """Whether a handler can say that its failure blocks."""


CLIENTS = (
    Client(
        "claude-code",
        "Claude Code",
        ".claude",
        "CLAUDE_CONFIG_DIR",
        "settings.json",
        (
            "SessionStart",
            "UserPromptSubmit",
            "PreToolUse",
            "PermissionRequest",
            "PermissionDenied",
            "PostToolUse",
            "PostToolUseFailure",
            "SubagentStart",
            "SubagentStop",
            "Notification",
            "PreCompact",
            "Stop",
            "StopFailure",
            "SessionEnd",
        ),
        knows_on_failure=True,
    ),
    Client(
        "codex",
        "Codex",
        ".codex",
        "CODEX_HOME",
        "hooks.json",
        (
            "SessionStart",
            "UserPromptSubmit",
            "PreToolUse",
            "PermissionRequest",
            "PostToolUse",
            "SubagentStart",
            "SubagentStop",
            "PreCompact",
            "Stop",
            "SessionEnd",
        ),
        knows_on_failure=False,
    ),
)


def client(name: str) -> Client:
    """The client of this name."""
    return next(each for each in CLIENTS if each.name == name)


def settings_path(client: Client, scope: Scope, cwd: str, env: Mapping[str, str]) -> str:
    """The file its hooks stand in, there or not."""
    if scope == "project":
        return os.path.join(project(client, cwd, env), client.folder, client.file)
    named = env.get(client.variable)
    folder = os.path.join(cwd, named) if named else os.path.join(_home(env), client.folder)
    return os.path.join(os.path.normpath(folder), client.file)


def rules_path(client: Client, scope: Scope, cwd: str, env: Mapping[str, str]) -> str:
    """The rule file that holds for this scope, there or not."""
    if scope == "project":
        return os.path.join(project(client, cwd, env), discovery.FOLDER, RULES)
    return os.path.join(os.path.dirname(discovery.config_path(env)), RULES)


RULES = "rules.toml"


def project(client: Client, cwd: str, env: Mapping[str, str]) -> str:
    """The folder a client takes for the project: the nearest with settings of its own or under
    version control; without one, `cwd` itself. The home's own settings make it no project."""
    home = os.path.realpath(_home(env))
    folder = os.path.abspath(cwd)
    while os.path.realpath(folder) != home:
        if any(os.path.exists(os.path.join(folder, name)) for name in (client.folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return os.path.abspath(cwd)


def program(env: Mapping[str, str], arguments: list[str]) -> list[str]:
    """The words that start Vedette from any folder: by its name where that is on the PATH.

    `arguments` are this process's own, the program first.
    """
    if shutil.which("vedette", path=env.get("PATH")):
        return ["vedette"]
    own = os.path.abspath(arguments[0]) if arguments else ""
    if os.path.basename(own) == "vedette" and os.access(own, os.X_OK):
        return [own]
    return [sys.executable, "-m", "vedette.tui"]


def _home(env: Mapping[str, str]) -> str:
    return env.get("HOME") or os.path.expanduser("~")
