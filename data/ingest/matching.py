"""Whether a tool call is one that a rule describes: its tool, its command lines, its paths.

Nothing here is slow, whatever an agent writes: what is too long to be looked through counts as
what the rule describes where it asks, and as something else where it does not.
"""

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

_COMMANDS = ("command", "cmd", "script", "code", "input", "patch", "chars")
_PATHS = ("file_path", "path", "notebook_path")
_SHELLS = frozenset({"Bash", "PowerShell", "shell", "exec_command", "local_shell"})
_POSIX = _SHELLS - {"PowerShell"}
EDITORS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})
_ALSO = {"apply_patch": ("Edit", "Write")}
"""Tools that go by other tools' names too: Codex edits files by its patches only."""
_STRANGERS = "mcp__"
"""What the tools of MCP servers begin with: nobody knows their fields."""
_PATH_MOST = 4096
_WORDS_MOST = 10_000
_EXCEPTED_MOST = 4000
_DEPTH_MOST = 20

_SIMPLE = re.compile(
    r"""
    (?: [\w@%+=:,./~^{}\ \t-] | \\[^\r\n]
      | '(?: [^'\\] | \\(?!') )*'
      | "(?: [^"\\`$] | \\[^\r\n] | \$(?=[\s"]) )*"
    )*+
    """,
    re.VERBOSE,
)
"""No comment, for a quote in it is none; no $'...', where \\' ends nothing; no parentheses, which
zsh and fish run; and no quoted text of which they and bash would not agree where it ends."""
_SIMPLEST = re.compile(r"[\w@+=:,./\\~ \t-]*")
"""PowerShell, and whatever else reads a line: it has quotes and escapes of its own."""


class Call(NamedTuple):
    """A tool call that is about to happen."""

    tool: str
    """Empty where the client did not say."""
    input: Any
    cwd: str

    @property
    def fields(self) -> dict[str, Any]:
        """The input's fields; none where it is no object."""
        return self.input if isinstance(self.input, dict) else {}


def names(patterns: Sequence[str], tool: str) -> bool:
    """Whether a tool is one of these; one without a name may be any."""
    called = (tool, *_ALSO.get(tool, ()))
    return not tool or any(_matches(each, name) for each in patterns for name in called)


def is_unread(call: Call) -> bool:
    """Whether a call does not say what it is about, where its tool should: it may be anything."""
    if not isinstance(call.input, dict):
        return True
    return (call.tool in _SHELLS and not _lines(call)) or (
        call.tool in EDITORS and not _paths(call)
    )


def says(patterns: Sequence[str], call: Call) -> bool:
    """Whether a call's command lines hold what a pattern describes, however it is quoted."""
    lines = [form for line in _texts(call) for form in _forms(line)]
    return any(_holds(each, line) for each in patterns for line in lines)


def is_nothing_but(patterns: Sequence[str], call: Call) -> bool:
    """Whether a call is nothing but one simple command that a pattern describes."""
    lines = _texts(call)
    return bool(lines) and all(
        len(line) <= _EXCEPTED_MOST
        and _is_simple(line, call.tool)
        and any(_is_one(each, line.strip()) for each in patterns)
        for line in lines
    )


def reaches(patterns: Sequence[str], call: Call) -> bool:
    """Whether a call may reach a path that a pattern describes."""
    if not patterns:
        return False
    if any(_holds(each, _folded(line)) for each in _blanks(patterns) for line in _spelt(call)):
        return True
    words = list(islice(dict.fromkeys(_words(call)), _WORDS_MOST + 1))
    return len(words) > _WORDS_MOST or any(
        _path_pattern(each, is_folded=True).fullmatch(_folded(whole))
        for word in words
        for whole in _whole(word, call.cwd)
        for each in patterns
    )


def stays_within(patterns: Sequence[str], call: Call) -> bool:
    """Whether all a call reaches are paths that patterns describe, as far as it says so clearly."""
    paths = _paths(call)
    if not paths or _texts(call) or call.tool in _ALSO:
        return False
    return all(
        any(_path_pattern(each).fullmatch(whole) for each in patterns)
        for path in paths
        for whole in _whole(path, call.cwd)
    )


def _lines(call: Call) -> list[str]:
    """The command lines of a call: whatever it names so, or its whole text where it is code."""
    if isinstance(call.input, str):
        return [call.input]
    found = []
    for key in _COMMANDS:
        value = call.fields.get(key)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            found.append(" ".join(str(word) for word in value))
    return found


def _texts(call: Call) -> list[str]:
    """The command lines, and all the texts of a strangers' tool: any field may be a command."""
    found = _lines(call)
    if call.tool.startswith(_STRANGERS) and isinstance(call.input, dict):
        found += _leaves(call.input)
        found += [" ".join(words) for words in _rows(call.input)]
    return found


def _rows(value: object, depth: int = 0) -> Iterator[list[str]]:
    """The lists of texts in a value: a command in words."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        yield value
    elif isinstance(value, dict | list) and depth < _DEPTH_MOST:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _rows(each, depth + 1)


def _forms(line: str) -> Iterator[str]:
    """A command line as it is written, and as a shell reads it: joined, unquoted, spread out."""
    yield line
    joined = re.sub(r"\\\r?\n", "", line)
    yield re.sub(r"[\"'\\]", "", line)
    yield re.sub(r"[\"'\\]", "", joined)
    # What stands for a blank, for nothing, and between the words of a row.
    spread = re.sub(r"\$(?:IFS(?!\w)|\{IFS[^}]{0,200}\}?)", " ", joined)
    spread = _NOTHING.sub("", spread)
    yield re.sub(r"[{},<>]", " ", re.sub(r"[\"'\\]", "", spread))


_NOTHING = re.compile(r"\$(?:[0-9@*]|[A-Za-z_]\w*|\{[^}]{0,200}\}|\([ \t]*\))|`[ \t]*`")
"""What may expand to nothing at all."""


def _is_simple(line: str, tool: str) -> bool:
    """Whether a line is one command of plain words and quoted text, to any shell there is."""
    # Only rules that do not ask read commands.
    from .. import shell

    plain = _SIMPLE if tool in _POSIX else _SIMPLEST
    return plain.fullmatch(line) is not None and not shell.pieces(line)


def _is_one(pattern: str, line: str) -> bool:
    """Whether a simple command is what a pattern describes, and so is its program.

    A star at the end of a program's name must not stand for `=1 rm x`, nor for `/../../bin/rm`.
    """
    program = line.split(maxsplit=1)[0] if line else ""
    if "=" in program or ("/" in program and "/" not in pattern.split(maxsplit=1)[0]):
        return False
    return _matches(pattern, line)


def _paths(call: Call) -> list[str]:
    """The paths a call says that it is about."""
    found = [call.fields.get(key) for key in _PATHS]
    return [path for path in found if isinstance(path, str) and path]


def _whole(path: str, cwd: str) -> Iterator[str]:
    whole = os.path.normpath(os.path.join(cwd, os.path.expanduser(path)))
    yield whole
    try:
        real = os.path.realpath(whole)
    except (OSError, ValueError):
        return
    if real != whole:
        yield real


def _blanks(patterns: Sequence[str]) -> Iterator[str]:
    """What of path patterns has blanks in it: in a command line no word of its own says it."""
    for pattern in patterns:
        for part in pattern.split("/"):
            if re.search(r"\s", part.strip()):
                yield _folded(re.sub(r"\*+", "*", part.strip()))


def _spelt(call: Call) -> Iterator[str]:
    for line in _lines(call):
        yield from _forms(line)


def _folded(path: str) -> str:
    """A path as a disk compares it that knows no case, and one way only to write an accent."""
    if path.isascii():
        return path.lower()
    # Only where it makes a difference.
    from unicodedata import normalize

    return normalize("NFC", normalize("NFC", path).casefold())


def _words(call: Call) -> Iterator[str]:
    if call.tool in EDITORS and (paths := _paths(call)):
        # What it writes is not where it writes.
        yield from paths
        return
    # However long, and whatever is in it: a client makes `x/../.env` short before it opens it.
    yield from _paths(call)
    for value in _leaves(call.input):
        if "\n" not in value and 0 < len(value) < _PATH_MOST:
            yield value
    for command in _spelt(call):
        for match in re.finditer(r"[^\s;&|<>()=,`\"'\\]+", command):
            if len(match[0]) < _PATH_MOST:
                yield match[0]


def _leaves(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if "\0" not in value:
            yield value
    elif isinstance(value, dict | list) and depth < _DEPTH_MOST:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each, depth + 1)


def _matches(pattern: str, text: str) -> bool:
    """Whether all of a text is what a pattern with * and ? describes."""
    first, *rest = _parts(pattern.strip())
    begin = first.match(text)
    if begin is None:
        return False
    if not rest:
        return begin.end() == len(text)
    at = begin.end()
    for part in rest[:-1]:
        found = part.search(text, at)
        if found is None:
            return False
        at = found.end()
    return _ends(rest[-1], text, at)


def _ends(part: re.Pattern[str], text: str, at: int) -> bool:
    """Whether a text ends with a part that begins at `at` or later."""
    if not part.pattern:
        return True
    while (found := part.search(text, at)) is not None:
        if found.end() == len(text):
            return True
        at = found.start() + 1
    return False


def _holds(pattern: str, line: str) -> bool:
    """Whether a command line holds what a pattern describes, as words of their own.

    Part by part, each at its first place: if that finds nothing no other would, and a line of a
    million words takes no longer than to read it.
    """
    first, *rest = _parts(pattern.strip())
    last = len(rest)
    at = _found(first, line, 0, is_first=True, is_last=last == 0)
    for number, part in enumerate(rest, 1):
        if at is None:
            return False
        at = _found(part, line, at, is_first=False, is_last=number == last)
    return at is not None


def _found(
    part: re.Pattern[str], line: str, at: int, *, is_first: bool, is_last: bool
) -> int | None:
    """Where a part ends that stands at `at` or later; its outer ends must be ends of words."""
    while (found := part.search(line, at)) is not None:
        begins = not is_first or not _is_word(line[max(0, found.start() - 1) : found.start()])
        ends = not is_last or not part.pattern or not _is_word(line[found.end() : found.end() + 1])
        if begins and ends:
            return found.end()
        at = found.start() + 1
    return None


def _is_word(letter: str) -> bool:
    return letter.isalnum() or (letter != "" and letter in "_.-")


@cache
def _parts(pattern: str) -> tuple[re.Pattern[str], ...]:
    """What stands between a pattern's stars; ? is any letter, and blanks stand for any blanks."""
    return tuple(re.compile(_text(part), re.DOTALL) for part in re.split(r"\*+", pattern))


def _text(part: str) -> str:
    pieces = re.split(r"(\?|\s+)", part)
    return "".join(
        "." if piece == "?" else r"\s+" if piece.isspace() else re.escape(piece) for piece in pieces
    )


@cache
def _path_pattern(pattern: str, is_folded: bool = False) -> re.Pattern[str]:
    """`*` stays within a folder, `**` does not; without a leading / it holds at any depth."""
    pattern = os.path.expanduser(pattern).removeprefix("./")
    if is_folded:
        pattern = _folded(pattern)
    parts = re.split(r"(/(?:\*\*)?\Z|\*\*/|\*\*|\*|\?)", pattern.removeprefix("/"))
    text = "".join(_IN_PATHS.get(part) or re.escape(part) for part in parts)
    return re.compile(f"{'/' if pattern.startswith('/') else '(?:.*/)?'}{text}", re.DOTALL)


_IN_PATHS = {
    "/": "(?:/.*)?",
    "/**": "(?:/.*)?",
    "**/": "(?:.*/)?",
    "**": ".*",
    "*": "[^/]*",
    "?": "[^/]",
}
