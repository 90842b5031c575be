"""Which tool calls need a person: a rule file, read strictly, and closed where it is faulty.

    deadline = "9m"                    # how long a person has

    [[rule]]
    tools = ["Bash"]
    commands = ["git status*", "ls*"]  # nothing but one of these
    ask = false                        # needs nobody

    [[rule]]
    tools = ["Bash"]                   # names or patterns; without them: every tool
    commands = ["rm *", "git push*"]   # anywhere in the command line
    risk = "high"
    why = "it cannot be taken back"

    [[rule]]
    tools = ["Edit", "Write"]
    paths = ["migrations/**", ".env*"]

The first rule that matches wins; what none matches is only watched. What the user's own file asks
for is asked for in every project, whatever the project's file says. A rule that asks errs on the
side of asking, one that does not ask holds only for what is wholly understood. It is no sandbox.
"""

import os
import re
import stat
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from .. import discovery, times
from ..recording.gates import RISKS
from . import matching
from .matching import Call

FILE = "rules.toml"
ANY = ("*",)
_MOST = 1_000_000
_LISTS = ("tools", "commands", "paths")
_SETTINGS = ("deadline", "permission_requests", "rule")


class Rule(NamedTuple):
    """One `[[rule]]` of a rule file."""

    name: str
    tools: tuple[str, ...]
    commands: tuple[str, ...]
    paths: tuple[str, ...]
    asks: bool
    risk: str
    why: str | None


class Fault(NamedTuple):
    """What is wrong in a rule file; the tools it may have meant stay closed."""

    path: str
    line: int
    """0 where it cannot be told."""
    reason: str
    tools: tuple[str, ...]

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason}"


class Rules(NamedTuple):
    """A rule file as it holds."""

    entries: tuple[Rule | Fault, ...] = ()
    """In the order of the file; what is wrong with all of it comes first."""
    deadline: float | None = None
    """Seconds a person has; None: as long as the client waits."""
    asks_permissions: bool = True
    """Whether a person is asked where the client itself would have asked one."""
    own: "Rules | None" = None
    """The user's own rules, where a project's are these: what they ask for is asked for too."""

    @property
    def faults(self) -> list[Fault]:
        """All that is wrong in the file, and in the user's own."""
        mine = [entry for entry in self.entries if isinstance(entry, Fault)]
        return mine + (self.own.faults if self.own else [])

    @property
    def asks(self) -> bool:
        """Whether there is any tool call that would need a person."""
        mine = any(isinstance(entry, Fault) or entry.asks for entry in self.entries)
        return mine or (self.own is not None and self.own.asks)


class Need(NamedTuple):
    """Why a call needs a person."""

    rule: str
    risk: str
    why: str | None


ITSELF = Rule(
    "the gate itself",
    ANY,
    ("vedette* approve*", "vedette* reject*", "vedette* init*"),
    (
        f"{discovery.FOLDER}/**",
        f"vedette/{FILE}",
        f"vedette/{discovery.FILE}*",
        ".claude",
        ".claude/settings*.json",
        ".codex",
        ".codex/hooks.json",
        ".codex/config.toml",
    ),
    True,
    "critical",
    "it could open its own gates",
)
"""Comes first wherever a rule asks: an agent must not be able to answer for the person."""
_ONLY_READ = ("Read", "Glob", "Grep", "LS")


def find(folders: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """The rule files that hold for work in these folders: the nearest upwards of the first that
    has one, and the user's own.

    One does not take the place of the other: a project may come from a stranger, and an agent may
    fetch it and go there.
    """
    near = (found for folder in folders if (found := _upwards(os.path.abspath(folder))))
    own = os.path.join(os.path.dirname(discovery.config_path(env)), FILE)
    return list(dict.fromkeys([*islice(near, 1), *([own] if _stands(own) else [])]))


def load_all(paths: Sequence[str]) -> Rules:
    """The rules of these files, the user's own behind the project's. Never fails."""
    read = [load(path) for path in paths]
    if len(read) < 2:
        return read[0] if read else Rules()
    near, own = read
    return near._replace(
        deadline=min((each.deadline for each in read if each.deadline), default=None),
        asks_permissions=near.asks_permissions or own.asks_permissions,
        own=own,
    )


def load(path: str | None) -> Rules:
    """The rules of a file. Never fails: a fault is part of what is answered."""
    if path is None:
        return Rules()
    try:
        # A pipe would be waited for, and a device has no end.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return Rules((Fault(path, 0, "it is no file of text", ANY),))
        with open(path, encoding="utf-8") as file:
            text = file.read(_MOST + 1)
        if len(text) > _MOST:
            return Rules((Fault(path, 0, f"it is longer than {_MOST:,} letters", ANY),))
    except OSError as error:
        return Rules((Fault(path, 0, error.strerror or "it cannot be read", ANY),))
    except ValueError:
        return Rules((Fault(path, 0, "it is not UTF-8 text", ANY),))
    return parse(text, path)


def parse(text: str, path: str) -> Rules:
    """The rules of a file's text."""
    # Only where there is a rule file.
    import tomllib

    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # Python says the place in words only: "Invalid value (at line 3, column 5)".
        reason, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        at = int(line[1]) if line else len(text.splitlines()) or 1
        return Rules((Fault(path, at, reason, ANY),))
    wrong = [
        Fault(path, _line(text, key), reason, ANY)
        for key, value in values.items()
        if (reason := _wrong_setting(key, value))
    ]
    given = values.get("rule", [])
    listed = given if isinstance(given, list) else []
    entries = [
        _entry(entry, path, text, number)
        for number, entry in enumerate(listed)
        if isinstance(entry, dict)
    ]
    if any(isinstance(entry, Rule) and entry.asks for entry in entries):
        entries.insert(0, ITSELF)
    deadline = values.get("deadline")
    seconds = times.duration(deadline) if isinstance(deadline, str) else None
    return Rules((*wrong, *entries), seconds, values.get("permission_requests") != "watch")


def need(rules: Rules, call: Call) -> Need | Fault | None:
    """Why this call needs a person: by the first rule of a file that matches, or a fault, or
    nothing. Of a project's answer and of that of the user's own rules, the graver one."""
    mine = _need(rules, call)
    own = need(rules.own, call) if rules.own else None
    return max((each for each in (mine, own) if each), key=_gravity, default=None)


def _gravity(found: Need | Fault) -> int:
    return len(RISKS) if isinstance(found, Fault) else RISKS.index(found.risk)


def _need(rules: Rules, call: Call) -> Need | Fault | None:
    for entry in rules.entries:
        if isinstance(entry, Fault):
            if matching.names(entry.tools, call.tool):
                return entry
        elif _holds(entry, call):
            return Need(entry.name, entry.risk, entry.why) if entry.asks else None
    return None


def may_open_gates(rules: Rules, call: Call) -> bool:
    """Whether a call of which only the path could be read, or nothing, may open its own gates."""
    if rules.own is not None and may_open_gates(rules.own, call):
        return True
    return ITSELF in rules.entries and (
        _holds(ITSELF, call) or (call.input is None and call.tool not in _ONLY_READ)
    )


def _upwards(folder: str) -> str | None:
    while True:
        path = os.path.join(folder, discovery.FOLDER, FILE)
        if _stands(path):
            return path
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _stands(path: str) -> bool:
    """Whether there is a rule file, or it cannot be known: what is hidden is a fault, not missing.

    That is a link that leads nowhere, of the file or of its folder, and a folder not to be entered.
    """
    folder = os.path.dirname(path)
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return os.path.islink(folder) and not os.path.exists(folder)
    except OSError:
        # Also the folder above it: an agent could shut it and go on elsewhere.
        return True
    return True


def _holds(rule: Rule, call: Call) -> bool:
    if not matching.names(rule.tools, call.tool):
        return False
    if not rule.asks:
        return (not rule.commands or matching.is_nothing_but(rule.commands, call)) and (
            not rule.paths or matching.stays_within(rule.paths, call)
        )
    if not rule.commands and not rule.paths:
        return True
    if rule is ITSELF:
        return matching.says(rule.commands, call) or (
            call.tool not in _ONLY_READ and matching.reaches(rule.paths, call)
        )
    return (
        matching.is_unread(call)
        or matching.says(rule.commands, call)
        or matching.reaches(rule.paths, call)
    )


def _entry(entry: dict[str, Any], path: str, text: str, number: int) -> Rule | Fault:
    tools = entry.get("tools", [*ANY])
    reason = key = ""
    for key, value in entry.items():
        if reason := _wrong(key, value):
            break
    if not reason and entry.get("ask") is False and "risk" in entry:
        key, reason = "risk", "a rule that does not ask has no risk"
    if reason:
        closed = ANY if _wrong("tools", tools) else tuple(tools)
        return Fault(path, _line(text, key, number), reason, closed)
    commands, paths = tuple(entry.get("commands", ())), tuple(entry.get("paths", ()))
    name = entry.get("name") or ", ".join([*commands, *paths] or tools)
    asks, risk = entry.get("ask", True), entry.get("risk", "medium")
    return Rule(name, tuple(tools), commands, paths, asks, risk, entry.get("why"))


def _wrong_setting(key: str, value: object) -> str:
    """What is wrong with a setting of the whole file; "" for nothing."""
    if key not in _SETTINGS:
        return f"there is no setting “{key}”; there are {', '.join(_SETTINGS)}"
    if key == "deadline" and not (isinstance(value, str) and times.duration(value)):
        return 'deadline is a length of time, as in "30s", "9m" or "1h"'
    if key == "permission_requests" and value not in ("ask", "watch"):
        return 'permission_requests is "ask" or "watch"'
    if key == "rule":
        is_list = isinstance(value, list) and all(isinstance(each, dict) for each in value)
        return "" if is_list else "a rule begins with [[rule]]"
    return ""


def _wrong(key: str, value: object) -> str:
    """What is wrong with a setting of a rule; "" for nothing."""
    if key in _LISTS:
        is_list = isinstance(value, list) and bool(value)
        if not is_list or not all(isinstance(each, str) and each.strip() for each in value):  # type: ignore[attr-defined]
            return f'{key} is a list of texts, as in ["Bash"]'
        return ""
    if key == "ask":
        return "" if isinstance(value, bool) else "ask is true or false"
    if key not in ("name", "risk", "why"):
        return f"a rule has no setting “{key}”"
    if not isinstance(value, str):
        return f"{key} is a text"
    if key == "risk" and value not in RISKS:
        return f"risk is one of {', '.join(RISKS)}, not “{value}”"
    return ""


def _line(text: str, key: str, number: int | None = None) -> int:
    """The line that sets a key, in the rule of this number where one is given."""
    seen, begin = -1, 0
    for at, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*[\"']?rule\b", line):
            seen += 1
            if seen == number:
                begin = at
        if (number is None or seen == number) and re.match(
            rf"\s*\[*\s*[\"']?{re.escape(key)}\b", line
        ):
            return at
    return begin
