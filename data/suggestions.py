"""Rules that would have covered what people approved again and again, as text; none is applied.

A suggestion is made of gates that the hooks of a coding agent asked: only their rule file could
have saved the question. It names every command that was approved, word for word, and no other; it
is tried in the rules' own engine before it is shown, against all it was made of and against all
that was rejected.
"""

import json
import os
import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from . import times
from .ingest import rules
from .ingest.matching import Call
from .source import Source
from .text import clean

ENOUGH = 5
"""Like-for-like approvals from which a rule is suggested."""

LOOKED_AT = 500
"""The latest gates that are over; older ones are not read."""

MOST = 5
"""Suggestions that are made, those first that would have saved most."""

COMMANDS = 20
"""Commands that one rule names; what varies more than this is not like for like."""

VARIES = "‹…›"
"""Stands in a shape where the approved commands differ."""

_PAYLOAD = 20_000
_LAST = 2**63 - 1
_HOOK = "vedette hook"
_HARMFUL = ("high", "critical")
_READ = {"tool", "command", "cwd", "description", "timeout"}
"""Fields that a command's call may have: a rule looks at no others, so it must not have any."""
_VARYING = re.compile(r"[\d/.=:@]")


class Answered(NamedTuple):
    """One gate that is over; a row of `approvals/answered`."""

    id: str
    title: str
    why: str | None
    payload: str
    """Its beginning, where it is too long to be read."""
    risk: str
    status: str
    requested_at: str | None
    decided_by: str | None
    decided_at: str | None
    needed: int | None
    program: str | None
    """The program that asked it."""


class Alike(NamedTuple):
    """What two gates have in common where they are like for like."""

    tool: str
    folder: str
    shape: str
    """The command, with what varies marked."""


class Asked(NamedTuple):
    """A tool call as its gate shows it."""

    alike: Alike
    command: str
    call: Call


@dataclass(frozen=True)
class Suggestion:
    """A rule, and the approvals that speak for it."""

    alike: Alike
    commands: tuple[str, ...]
    """Every command that was approved, the commonest first; the rule covers these."""
    approvals: tuple[str, ...]
    """Ids of the gates it is made of, the latest first."""
    people: tuple[str, ...]
    """Who approved them; clean."""
    median_s: float | None
    """Seconds from question to answer, the middle of all."""
    since: float | None
    """Epoch seconds of the first of them."""
    text: str
    """The rule as it would stand in `.vedette/rules.toml`, with its evidence in comments."""


def read_suggestions(source: Source, closed: Sequence[object]) -> tuple[Suggestion, ...]:
    """The rules that the source's latest gates speak for.

    `closed` is what was just read of the gates that are over: while that is the same, nothing is
    read again.
    """
    if source.lacks.get("writer"):
        # Where nobody says who asked, no hook did.
        return ()
    memo: dict[str, Any] = source.memo.setdefault("suggestions", {})
    if memo.get("closed") != tuple(closed):
        rows = source.all(
            "approvals/answered", Answered, before=_LAST, most=_PAYLOAD + 1, limit=LOOKED_AT
        )
        memo["found"], memo["closed"] = suggest(rows), tuple(closed)
    found: tuple[Suggestion, ...] = memo["found"]
    return found


def suggest(gates: Iterable[Answered]) -> tuple[Suggestion, ...]:
    """The rules that these gates, the latest first, speak for."""
    approved: dict[Alike, list[tuple[Answered, Asked]]] = defaultdict(list)
    rejected: list[Asked] = []
    barred: set[str] = set()
    for gate in gates:
        if not (gate.program or "").startswith(_HOOK):
            continue
        fields = _fields(gate.payload)
        asked = read_call(fields)
        if gate.status == "rejected":
            if fields is None or "tool" not in fields:
                # What was refused cannot be read: nothing is said for its tool.
                barred.add(gate.title.partition(":")[0])
            elif asked is None:
                rejected.append(_bare(fields))
            else:
                rejected.append(asked)
        elif gate.status == "approved" and asked is not None and _counts(gate):
            approved[asked.alike].append((gate, asked))
    refused = {asked.alike for asked in rejected}
    found = [
        _suggestion(alike, group, rejected)
        for alike, group in approved.items()
        if alike not in refused and alike.tool not in barred
    ]
    kept = [each for each in found if each is not None]
    return tuple(sorted(kept, key=lambda each: -len(each.approvals))[:MOST])


def alike_of(payload: str) -> Alike | None:
    """What a gate is like; None where no rule could name what it asks for."""
    asked = read_call(_fields(payload))
    return asked.alike if asked is not None else None


def read_call(fields: dict[str, Any] | None) -> Asked | None:
    """The call of a gate's payload, where it is one plain command and nothing else."""
    if fields is None or not fields.keys() <= _READ or not {"tool", "command"} <= fields.keys():
        return None
    tool, command, folder = fields["tool"], _one_line(fields["command"]), fields.get("cwd")
    if not command or not isinstance(tool, str) or not re.fullmatch(r"[\w-]+", tool):
        return None
    if not isinstance(folder, str) or not os.path.isabs(folder):
        return None
    call = Call(tool, {"command": fields["command"]}, folder)
    return Asked(Alike(tool, folder, _shape(command)), command, call)


def _fields(payload: object) -> dict[str, Any] | None:
    if not isinstance(payload, str) or len(payload) > _PAYLOAD:
        return None
    try:
        fields = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _bare(fields: dict[str, Any]) -> Asked:
    """A call that no rule of ours names, as the engine would see it."""
    given = fields.get("input", {key: value for key, value in fields.items() if key != "tool"})
    tool, folder = str(fields["tool"]), fields.get("cwd")
    return Asked(Alike(tool, "", ""), "", Call(tool, given, folder if folder else "/"))


def _one_line(command: object) -> str:
    """The command as a pattern that means nothing else; "" where there is none.

    Blanks in quotes are the command's own, and to a pattern all blanks are one: such a command
    has no pattern of its own, and neither has one with * or ? in it.
    """
    words = [command] if isinstance(command, str) else command
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return ""
    if isinstance(command, list) and any(not word or re.search(r"\s", word) for word in words):
        return ""
    line = " ".join(words).strip()
    if not line.isprintable() or re.search(r"[*?]", line):
        return ""
    try:
        parts = shlex.split(line)
    except ValueError:
        return ""
    return "" if any(re.search(r"\s", part) or not part for part in parts) else line


def _shape(command: str) -> str:
    """The command's words; those that name a thing, not a deed, are marked as varying."""
    first, *rest = command.split()
    return " ".join([first, *(VARIES if _VARYING.search(word) else word for word in rest)])


def _counts(gate: Answered) -> bool:
    """Whether one person said yes to a rule's question of little harm."""
    from .ingest.gating import PERMISSION  # only where there are gates of hooks

    # What the client itself asks about is asked whatever the rules say.
    is_rules = gate.why != PERMISSION.why
    return is_rules and gate.risk not in _HARMFUL and (gate.needed or 1) == 1


def _suggestion(
    alike: Alike, group: Sequence[tuple[Answered, Asked]], rejected: Sequence[Asked]
) -> Suggestion | None:
    """The rule for a group; None where there are too few, or the engine would not agree."""
    kept = [(gate, asked) for gate, asked in group if _covers([asked.command], [asked], [])]
    counts: dict[str, int] = defaultdict(int)
    for _, asked in kept:
        counts[asked.command] += 1
    commands = sorted(counts, key=lambda command: (-counts[command], command))
    if len(kept) < ENOUGH or len(commands) > COMMANDS:
        return None
    if not _covers(commands, [asked for _, asked in kept], rejected):
        return None
    waits = [wait for gate, _ in kept if (wait := _wait(gate)) is not None]
    asked_at = [at for gate, _ in kept if (at := times.parse(gate.requested_at)) is not None]
    people = tuple(sorted({clean(gate.decided_by or "somebody", 80) for gate, _ in kept}))
    middle, since = median(waits) if waits else None, min(asked_at, default=None)
    return Suggestion(
        alike=alike,
        commands=tuple(commands),
        approvals=tuple(gate.id for gate, _ in kept),
        people=people,
        median_s=middle,
        since=since,
        text=_text(alike, commands, len(kept), people, middle, since),
    )


def _covers(commands: Sequence[str], approved: Sequence[Asked], rejected: Sequence[Asked]) -> bool:
    """Whether the engine lets all that was approved go by, and asks for all that was rejected."""
    if not approved:
        return False
    text = f'{_rule(approved[0].alike, commands, "tried")}\n[[rule]]\nname = "all else"\n'
    tried = rules.parse(text, rules.FILE)
    if tried.faults:
        return False
    passes = all(rules.need(tried, asked.call) is None for asked in approved)
    return passes and all(rules.need(tried, asked.call) is not None for asked in rejected)


def _wait(gate: Answered) -> float | None:
    asked, decided = times.parse(gate.requested_at), times.parse(gate.decided_at)
    return None if asked is None or decided is None or decided < asked else decided - asked


def _text(
    alike: Alike,
    commands: Sequence[str],
    count: int,
    people: Sequence[str],
    median_s: float | None,
    since: float | None,
) -> str:
    """The rule with its evidence, for a person to read, to narrow, and to paste or not."""
    who = people[0] if len(people) == 1 else f"{len(people)} people"
    said = [f"{count} approvals by {who}"]
    said += [f"since {times.text(since)[:10]}"] if since is not None else []
    said += [f"{median_s:.0f} s to answer (median)"] if median_s is not None else []
    notes = [
        # No path: a new file nearer to the work would take the place of the one that asks.
        f"A suggestion: into the {rules.FILE} that asked, above the rule that asks.",
        f"{', '.join(said)}, none rejected.",
        f"Exactly what was approved{_varied(alike, commands)}.",
        f"It ran in {clean(alike.folder, 300)}; a rule sees the command, not the folder.",
    ]
    about = alike.shape.replace(VARIES, "...")
    rule = _rule(alike, commands, f"{about}: approved {count} times")
    return "".join(f"# {note}\n" for note in notes) + rule


def _varied(alike: Alike, commands: Sequence[str]) -> str:
    if len(commands) == 1:
        return ""
    return f": {len(commands)} commands that are alike but for {VARIES} in {alike.shape}"


def _rule(alike: Alike, commands: Sequence[str], name: str) -> str:
    listed = "".join(f"    {_quoted(command)},\n" for command in commands)
    return (
        f"[[rule]]\nname = {_quoted(name)}\ntools = [{_quoted(alike.tool)}]\n"
        f"commands = [\n{listed}]\nask = false\n"
    )


def _quoted(text: str) -> str:
    # What is printable is written in TOML as in JSON.
    return json.dumps(text, ensure_ascii=False)
