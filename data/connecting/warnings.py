"""What a person must know beside the diff: what keeps hooks from running where they stand."""

import json
import os

from .clients import Client, Scope


def of_settings(client: Client, scope: Scope, settings: str, text: str | None) -> list[str]:
    """Sentences about these settings; `settings` is the file's path, `text` what it says."""
    if client.name == "claude-code":
        found = [f"{settings} has disableAllHooks: no hook runs"] if _is_off(text) else []
        return [*found, "sessions that are open now keep their old hooks: start them again"]
    config = os.path.join(os.path.dirname(settings), "config.toml")
    found = _of_codex_config(config)
    if scope == "project":
        found.append("Codex reads a project's hooks only where the project is trusted")
    return [
        *found,
        "Codex runs no hook, and so keeps no gate, before you have trusted it: start codex, "
        "type /hooks, look at them and trust them, again after each change",
    ]


def of_gates(client: Client, scope: Scope, settings: str, rules: str) -> list[str]:
    """Sentences about what will wait, for somebody who works in the client's own terminal."""
    if client.name == "codex":
        own = f"what {client.says} itself would ask waits there too, before its own dialog"
    else:
        own = (
            f"what {client.says} itself would ask can be answered there too, or in its own dialog: "
            "the first answer counts"
        )
    shared = (
        f"{settings} goes to whoever shares the project: without Vedette there no tool runs at "
        f"all; vedette init {client.name} --user is for you alone"
    )
    return [
        *([shared] if scope == "project" else []),
        f"a tool call that a rule in {rules} names waits until you answer it in the console, "
        "`vedette`; after the deadline in the rules it is not run, and the agent is told that "
        "nobody answered",
        f'{own}; permission_requests = "watch" in the rules leaves it to {client.says}',
        f"to watch only, so that nothing ever waits: vedette init {client.name} --no-gate",
    ]


def _is_off(text: str | None) -> bool:
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return False
    return isinstance(values, dict) and values.get("disableAllHooks") is True


def _of_codex_config(path: str) -> list[str]:
    # Only for Codex.
    import tomllib

    try:
        with open(path, "rb") as file:
            values = tomllib.load(file)
    except (OSError, ValueError):
        return []
    features, inline = values.get("features"), values.get("hooks")
    found = []
    if isinstance(features, dict) and False in (features.get("hooks"), features.get("codex_hooks")):
        found.append(f"{path} switches hooks off ([features] hooks = false): no hook runs")
    if isinstance(inline, dict) and inline.keys() - {"state"}:
        found.append(f"{path} has hooks too: Codex runs both, and says so at its start")
    return found
