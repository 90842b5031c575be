"""Vedette's own hooks in a client's settings: which they should be, which there are, in and out."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..errors import UsageError
from . import json_text
from .clients import Client
from .json_text import Insertion, Item, Node

HOOKS = "hooks"
GATING = ("PreToolUse", "PermissionRequest")
"""The events at which a tool waits for the answer."""
GATE_SECONDS = 3600
"""How long a client waits for a gate's hook; what runs out here opens it."""
DEADLINE = GATE_SECONDS - 60
"""Seconds after which the hook itself says no: before the client stops waiting."""
WATCH_SECONDS = 10

_CLOSED = "{ echo 'Vedette: its hook failed, so this gate is closed.' >&2; exit 2; }"
"""What a shell does where the hook is killed or gone. Codex takes exit code 2 for a no only where
something is said on stderr."""


class Ours(NamedTuple):
    """One of Vedette's hooks as it stands in the settings."""

    event: str
    matcher: Any
    handler: dict[str, Any]


def wanted(client: Client, program: Sequence[str], is_gating: bool) -> tuple[Ours, ...]:
    """The hooks there should be; with `is_gating`, tools wait for a person."""
    events = [each for each in client.events if is_gating or each != "PermissionRequest"]
    return tuple(Ours(each, None, _handler(client, program, each, is_gating)) for each in events)


def present(client: Client, root: Node) -> tuple[Ours, ...]:
    """The hooks of ours that these settings have, in the order they stand in."""
    return tuple(
        Ours(event, group.value.get("matcher"), handler.node.value)
        for event, _, group, handler in _handlers(client, root)
    )


def check(text: str, root: Node, client: Client, path: str) -> None:
    """Raises UsageError where hooks cannot be put in: what stands there has another shape."""
    problem = None
    if not isinstance(root.value, dict):
        problem = (root, "the settings are no JSON object")
    elif (hooks := root.member(HOOKS)) and not isinstance(hooks.value, dict):
        problem = (hooks, '"hooks" is no object')
    elif hooks:
        for event in client.events:
            if (groups := hooks.member(event)) and not isinstance(groups.value, list):
                problem = (groups, f'"{event}" is no list of hooks')
    if problem:
        node, reason = problem
        raise UsageError(
            f"{path}:{json_text.line_of(text, node.start)}: {reason}",
            "mend it first; nothing was changed",
        )


def insertions(text: str, root: Node, hooks: Sequence[Ours]) -> list[Insertion]:
    """What puts these hooks in, behind those of others."""
    groups = {each.event: {HOOKS: [each.handler]} for each in hooks}
    there = root.member(HOOKS)
    if there is None:
        return [json_text.append(text, root, root, {HOOKS: _lists(groups)})]
    found = [
        json_text.append(text, root, node, [groups.pop(event)])
        for event in list(groups)
        if (node := there.member(event))
    ]
    if groups:
        found.append(json_text.append(text, root, there, _lists(groups)))
    return found


def alone(hooks: Sequence[Ours]) -> str:
    """The text of settings that have nothing but these hooks."""
    text = "{}"
    root = json_text.parse(text, "")
    text, _ = json_text.put_in(text, insertions(text, root, hooks))
    return f"{text}\n"


def made(root: Node, hooks: Sequence[Ours]) -> list[str]:
    """What those insertions make anew: events, and `hooks` itself."""
    there = root.member(HOOKS)
    if there is None:
        return [HOOKS, *dict.fromkeys(each.event for each in hooks)]
    return [each.event for each in hooks if there.member(each.event) is None]


def removed(text: str, path: str, client: Client, emptied: Sequence[str] | None) -> str:
    """The text without our hooks, wherever they have got to.

    `emptied` are the events, and `hooks`, that go too where nothing is left in them; None: all.
    """
    while found := next(_handlers(client, json_text.parse(text, path)), None):
        event, groups, group, handler = found
        handlers = group.member(HOOKS)
        assert handlers is not None
        if len(handlers.items) > 1 or group.value.keys() - {HOOKS, "matcher"}:
            text = json_text.without(text, handlers, handlers.items.index(handler))
            continue
        at = next(i for i, item in enumerate(groups.items) if item.node is group)
        text = json_text.without(text, groups, at)
        text = _without_empty(text, path, event, emptied)
    return text


def _without_empty(text: str, path: str, event: str, emptied: Sequence[str] | None) -> str:
    """Without an event that has no hooks left, and without `hooks` where that was the last."""
    root = json_text.parse(text, path)
    hooks = root.member(HOOKS)
    assert hooks is not None
    if hooks.value[event] or (emptied is not None and event not in emptied):
        return text
    text = json_text.without(text, hooks, _index(hooks, event))
    root = json_text.parse(text, path)
    if root.value[HOOKS] or (emptied is not None and HOOKS not in emptied):
        return text
    return json_text.without(text, root, _index(root, HOOKS))


def _index(node: Node, key: str) -> int:
    return max(i for i, item in enumerate(node.items) if item.key == key)


def _lists(groups: dict[str, Any]) -> dict[str, list[Any]]:
    return {event: [group] for event, group in groups.items()}


def _handler(client: Client, program: Sequence[str], event: str, is_gating: bool) -> dict[str, Any]:
    # Only where hooks are written.
    from shlex import join

    command = join([*program, "hook", client.name])
    if event not in GATING or not is_gating:
        # To exit with 2 would keep a prompt from being sent, and an agent from stopping.
        command += " || true" if event not in GATING else " --watch || true"
        return {"type": "command", "command": command, "timeout": WATCH_SECONDS}
    command += f" --deadline {DEADLINE}"
    if event == "PreToolUse":
        command += f" || {_CLOSED}"
    # What the client shows where it waits: who sits there must not wonder.
    said = f"at Vedette's gate; to answer, run {join(program)}"
    handler = {"type": "command", "command": command, "timeout": GATE_SECONDS}
    handler["statusMessage"] = said
    return {**handler, "onFailure": "block"} if client.knows_on_failure else handler


def _handlers(client: Client, root: Node) -> Iterator[tuple[str, Node, Node, Item]]:
    """Our handlers: each with its event, the event's list and its group of that list."""
    hooks = root.member(HOOKS) if isinstance(root.value, dict) else None
    for event in (item for item in hooks.items if item.key) if hooks else ():
        for group in event.node.items:
            handlers = group.node.member(HOOKS) if isinstance(group.node.value, dict) else None
            for handler in handlers.items if handlers else ():
                if _is_ours(client, handler.node.value):
                    assert event.key is not None
                    yield event.key, event.node, group.node, handler


def _is_ours(client: Client, handler: object) -> bool:
    command = handler.get("command") if isinstance(handler, dict) else None
    return isinstance(command, str) and bool(
        re.search(rf"vedette(\.tui)?['\"]?\s+hook\s+{re.escape(client.name)}(?![\w-])", command)
    )
