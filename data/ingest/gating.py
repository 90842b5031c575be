"""A tool call that needs a person: asked, waited for, answered in the client's own words."""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from ..errors import VedetteError
from ..recording.gates import Answer
from ..recording.question import Question, Words
from ..text import masked
from . import hooks
from .events import Event
from .hooks import Client
from .matching import EDITORS, Call
from .replies import Reply, block, decided
from .rules import Fault, Need, Rules, may_open_gates, need

PERMISSION = Need("the client's own rules", "medium", "the client asks for permission")
_PATIENCE = 10.0
"""Seconds a lock is waited for while a client waits for its hook."""
_SHOWN_FILE = 256 * 1024
_TITLE = 120
_ABOUT = ("file_path", "notebook_path", "path", "command", "url", "query", "description")


class Closed(NamedTuple):
    """Why nobody can be asked, and nothing may run."""

    reason: str


def wanted(event: Event, rules: Rules, cwd: str) -> Need | Fault | Closed | None:
    """Why a person must answer before this happens; None where nobody needs to."""
    if not event.may_be_gated:
        return None
    if not event.tool and rules.asks:
        return Closed(event.fault or "the event names no tool")
    is_permission = event.name == "PermissionRequest" and rules.asks_permissions
    found = need(rules, Call(event.tool, event.tool_input, event.cwd or cwd))
    if isinstance(found, Fault):
        return found
    if found is None and event.fault and may_open_gates(rules, _outline(event, cwd)):
        return Closed(event.fault)
    if found is None and not is_permission:
        return None
    if event.fault is not None:
        return Closed(event.fault)
    if not event.name:
        return Closed("the event does not say what it is")
    if not event.tool:
        return Closed("the event names no tool")
    return found or PERMISSION


def _outline(event: Event, cwd: str) -> Call:
    """What is clear of a call that could not be read: for a tool that edits, which file."""
    path = event.fields.get("file_path") if event.tool in EDITORS else None
    return Call(event.tool, {"file_path": path} if path else None, event.cwd or cwd)


def ask(
    path: str,
    client: str,
    event: Event,
    why: Need,
    *,
    deadline: float,
    stop: Callable[[], str | None],
    began: float,
    by: Client | None = None,
    note: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Reply:
    """Asks a person and waits: at most `deadline` seconds from `began` on.

    Raises VedetteError or sqlite3.Error where the store fails, ValueError for what nobody could
    be shown; then nothing may run.
    """
    asked_about = payload(event)
    risk = why.risk
    tool_id = hooks.record(
        path, client, event, clock(), by=by, status="waiting", risk=risk, note=note
    )
    place = hooks.place(client, event)
    words = Words(
        title(event),
        asked_about,
        risk,
        why.why or f"rule: {why.rule}",
        run_id=place.run_id if event.session else None,
        agent_id=place.agent_id if event.session else None,
        tool_call_id=tool_id,
        expires_at=began + deadline,
    )
    program = hooks.program(client)
    outcome, reason = "failed", "it could not be asked for"
    try:
        with Question(path, words, program, patience=_PATIENCE, stop=stop, clock=clock) as question:
            question.ask()
            answer = question.wait()
            if answer.approved:
                question.go_on()
            outcome, reason = answer.outcome, said(answer, deadline)
    finally:
        if tool_id is not None:
            with suppress(VedetteError, sqlite3.Error):
                hooks.settle(path, client, event, tool_id, outcome, reason, clock())
    if outcome == "withdrawn":
        return block(reason)
    return decided(client, event.name, is_allowed=outcome == "approved", reason=reason)


def said(answer: Answer, deadline: float) -> str:
    """What the model reads of an answer."""
    if answer.outcome == "expired":
        return (
            f"Not run: nobody answered in {deadline:g} s. That is not a refusal; ask again later."
        )
    if answer.outcome == "withdrawn":
        return f"the question was withdrawn: {answer.reason or 'no reason was given'}"
    by = f" by {answer.by}" if answer.by else ""
    note = f": {answer.reason}" if answer.reason else "."
    return f"{answer.outcome.capitalize()}{by} in Vedette{note}"


def title(event: Event) -> str:
    """What the person reads first: the tool, and what it is about."""
    given = event.tool_input if isinstance(event.tool_input, dict) else {}
    texts = (given.get(key) for key in _ABOUT)
    about = next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")
    first = about.splitlines()[0] if about else ""
    return f"{event.tool}: {first}"[:_TITLE] if first else event.tool[:_TITLE]


def payload(event: Event) -> dict[str, Any]:
    """All that will happen: the tool and its whole input, in the form a person reads best.

    Raises ValueError for text that cannot be stored, and so not be shown, as it is.
    """
    given = event.tool_input
    if not isinstance(given, dict):
        shown: dict[str, Any] = {"tool": event.tool, "input": given}
    elif (files := _files(event, given)) is not None:
        shown = {"tool": event.tool, "files": files}
    elif given.keys() & {"tool", "files"}:
        shown = {"tool": event.tool, "input": given}
    elif "command" in given and "cwd" in given and event.cwd:
        # A tool that knows no such field would run it where the client is.
        shown = {"tool": event.tool, "input": given, "cwd": event.cwd}
    else:
        shown = {"tool": event.tool, **given}
        if "command" in given and "cwd" not in given and event.cwd:
            # Where it runs is half of what a command does.
            shown["cwd"] = event.cwd
    # A lone surrogate has no bytes to hash.
    json.dumps(shown, ensure_ascii=False).encode("utf-8")
    return shown


def _files(event: Event, given: dict[str, Any]) -> list[dict[str, Any]] | None:
    """An edit as files with their sides; None where the input is not wholly understood."""
    path = given.get("file_path")
    rest = {key: value for key, value in given.items() if key != "file_path"}
    if not isinstance(path, str) or rest.keys() & {"path", "diff", "before", "after"}:
        return None
    if event.tool == "Write" and isinstance(rest.get("content"), str) and len(rest) == 1:
        whole = os.path.join(event.cwd or "", path)
        return [{"path": path, "after": rest["content"], **_before(whole), **_leads(event, path)}]
    if event.tool != "Edit" or not isinstance(rest.get("old_string"), str):
        return None
    if not isinstance(rest.get("new_string"), str):
        return None
    sides = {"before": rest.pop("old_string"), "after": rest.pop("new_string")}
    return [{"path": path, **sides, **rest, **_leads(event, path)}]


def _leads(event: Event, path: str) -> dict[str, str]:
    """Where a file really is, where a link leads there; {} where it is what its path says."""
    cwd = event.cwd or os.curdir
    try:
        plain = os.path.relpath(os.path.join(cwd, path), cwd)
        there = os.path.normpath(os.path.join(os.path.realpath(cwd), plain))
        real = os.path.realpath(os.path.join(cwd, path))
    except (OSError, ValueError):
        return {}
    return {} if real == there else {"leads to": real}


def _before(path: str) -> dict[str, str | None]:
    """What a file that will be overwritten holds now; {} where that cannot be shown.

    Nor is it shown where it holds secrets: a gate's payload is kept as it was shown.
    """
    try:
        if not os.path.lexists(path):
            return {"before": None}
        if not os.path.isfile(path) or os.path.getsize(path) > _SHOWN_FILE:
            return {}
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, ValueError):
        return {}
    return {} if masked(text)[1] else {"before": text}
