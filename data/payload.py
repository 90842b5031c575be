"""Turns what an agent wants to do into a document a person can see all of."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from . import diffing, shell
from .diffing import Row
from .document import Document, Lines, Section
from .text import clean

WIDTH = 65
"""Cells of a line: the width of the code at 80 columns."""

_PRETTY_MOST = 1_000_000
"""Characters of JSON in one line that are set out line by line; more stays as it is written."""

_INDENTED_MOST = 20
"""Levels of JSON that are indented: a thousand brackets must not become a thousand blanks."""

_REMARKS_MOST = 8
_COMMAND_MOST = 20_000


def parse(payload: str | bytes | None, width: int = WIDTH) -> Document:
    """The payload as a document of lines at most `width` cells wide; any text makes one."""
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else payload or ""
    sections = tuple(draft.section(width) for draft in _drafts(text))
    return Document(sections, sections[0].kind, text, width)


def load(text: str) -> dict[str, Any] | None:
    """The payload's fields; None where it is no JSON object, or could be read in two ways."""
    value = _read(text).value
    return value if isinstance(value, dict) else None


class _Reading(NamedTuple):
    """What a payload's text is as JSON."""

    is_json: bool
    value: Any = None
    names_twice: bool = False
    """A name stands twice in one object: two programs may read two things in it."""


def _read(text: str) -> _Reading:
    if text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return _Reading(False)
    import json  # only a review reads payloads

    try:
        return _Reading(True, json.loads(text, object_pairs_hook=_once))
    except _TwiceError:
        return _Reading(False, None, True)
    # A number of 5,000 digits is a ValueError, a thousand brackets are a RecursionError.
    except (ValueError, RecursionError):
        return _Reading(False)


class _TwiceError(ValueError):
    """A name stands twice in one JSON object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _TwiceError
    return fields


class _Draft(NamedTuple):
    """A section before its width is known."""

    title: str
    kind: str
    rows: Sequence[Row | str]
    added: int = 0
    removed: int = 0
    remarks: tuple[str, ...] = ()

    def section(self, width: int) -> Section:
        rows = self.rows or [Row("nothing: the payload is empty here", "\\")]
        return Section(
            clean(self.title, 200),
            self.kind,
            self.added,
            self.removed,
            Lines(rows, width),
            _few(self.remarks),
        )


def _few(remarks: tuple[str, ...]) -> tuple[str, ...]:
    shown = tuple(clean(remark, 200) for remark in remarks[:_REMARKS_MOST])
    more = len(remarks) - len(shown)
    return (*shown, f"and {more:,} more like these") if more else shown


def _drafts(text: str) -> list[_Draft]:
    reading = _read(text)
    if isinstance(reading.value, dict):
        try:
            if known := list(_known(reading.value)):
                return known
        # What json could read it may still be too deep to write.
        except RecursionError:
            return [_unknown(text, _Reading(False))]
    return [_unknown(text, reading)]


def _known(fields: dict[str, Any]) -> Iterator[_Draft]:
    """A section for each part of a known shape, then one for everything else there is."""
    rest = dict(fields)
    found = []
    for key, take in _SHAPES.items():
        if key in rest:
            drafts = take(rest[key], rest)
            if drafts:
                rest.pop(key)
                found += drafts
    yield from found
    if found and rest:
        yield _Draft("also in the payload", "rest", _dumped(rest))


def _files(value: object, rest: dict[str, Any]) -> list[_Draft]:
    if not isinstance(value, list) or not value or not all(map(_is_file, value)):
        return []
    return [_file(entry) for entry in cast("list[dict[str, Any]]", value)]


def _is_file(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        return False
    texts = [entry[key] for key in ("before", "after", "diff") if key in entry]
    return bool(texts) and all(text is None or isinstance(text, str) for text in texts)


def _file(entry: dict[str, Any]) -> _Draft:
    path = entry["path"]
    has_sides = "before" in entry or "after" in entry
    if has_sides:
        diff = diffing.compare(entry.get("before"), entry.get("after"))
    else:
        diff = diffing.read_unified(entry["diff"] or "")
    shown = ("path", "before", "after") if has_sides else ("path", "diff")
    head = [Row(f"path: {path}", "\\")] if clean(path) != path or len(path) > 40 else []
    head += [
        Row(f"{key}: {line}", "\\")
        for key, value in entry.items()
        if key not in shown
        for line in _dumped(value)
    ]
    remarks = tuple(_file_remarks(entry, has_sides, diff))
    return _Draft(path, "file", [*head, *diff.rows], diff.added, diff.removed, remarks)


def _file_remarks(entry: dict[str, Any], has_sides: bool, diff: diffing.Diff) -> Iterator[str]:
    if has_sides and "before" not in entry:
        yield "what it replaces is not told"
    elif has_sides and entry["before"] is None:
        yield "new file"
    if has_sides and entry.get("after") is None:
        yield "the file is deleted"
    elif not diff.added and not diff.removed:
        yield "no line differs"


def _command(value: object, rest: dict[str, Any]) -> list[_Draft]:
    import shlex  # only a review reads commands

    if isinstance(value, str):
        command, remarks, marks = value, *_shell_facts(value)
    elif isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        command, marks = shlex.join(value), []
        remarks = (f"run without a shell: {len(value)} words, nothing in them expands",)
    else:
        return []
    rows = list(_marked(command, marks))
    if isinstance(rest.get("cwd"), str):
        rows += [Row(f"in {line}", "\\") for line in rest.pop("cwd").split("\n")]
    return [_Draft("command", "command", rows, 0, 0, remarks)]


def _shell_facts(command: str) -> tuple[tuple[str, ...], list[tuple[int, int]]]:
    """What to remark about a command, and which of its characters to mark."""
    if len(command) > _COMMAND_MOST:
        return ("too long to be read as a shell reads it",), []
    marks = [(piece.start, piece.end) for piece in shell.pieces(command)]
    return tuple(shell.remarks(command)), marks


def _marked(text: str, marks: list[tuple[int, int]]) -> Iterator[Row]:
    """The text's lines with the marks of the whole set into each; a line cleaned keeps none."""
    start, at = 0, 0
    for line in text.split("\n"):
        end = start + len(line)
        first = at
        while at < len(marks) and marks[at][1] <= end:
            at += 1
        words = tuple((begin - start, close - start) for begin, close in marks[first:at])
        yield Row(line, words=words if clean(line, len(line) + 1) == line else ())
        # A mark that is the newline itself belongs to no line.
        start = end + 1
        while at < len(marks) and marks[at][0] < start:
            at += 1


def _http(value: object, rest: dict[str, Any]) -> list[_Draft]:
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        return []
    parts = dict(value)
    url = parts.pop("url")
    method = _inline(parts.pop("method", None) or "GET")
    host = host_of(url)
    rows = [
        Row(f"host    {host or 'cannot be read from the address'}", words=((8, 8 + len(host)),)),
        Row(f"method  {method}"),
        Row(f"url     {url}"),
        *_fields("header", parts.pop("headers", None)),
        *_fields("body", parts.pop("body", None)),
        *_fields("", parts),
    ]
    return [_Draft(f"{method} {host}", "http", rows, 0, 0, tuple(_address_remarks(url, host)))]


def _address_remarks(url: str, host: str) -> Iterator[str]:
    if not host.isascii() or "xn--" in host:
        yield "the host is not written in plain letters"
    if "@" in re.split(r"[/?#\\]", url.partition("://")[2], maxsplit=1)[0]:
        yield "what stands before @ in the address is not the host"


def host_of(url: str) -> str:
    """The host a URL leads to, with its port; "" where none can be read."""
    from urllib.parse import urlsplit  # only a review reads addresses

    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    return f"{host}:{port}" if port is not None else host


def _fields(label: str, value: object) -> Iterator[Row]:
    """`header  accept: */*` for each field of an object, or the value's own lines."""
    if value is None or value == {}:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield Row(f"{label:<8}{key}: {_inline(inner)}" if label else f"{key}: {_inline(inner)}")
        return
    for line in _dumped(value):
        yield Row(f"{label:<8}{line}")


def _sql(value: object, rest: dict[str, Any]) -> list[_Draft]:
    if not isinstance(value, str):
        return []
    found = statements(value)
    kinds = ", ".join(statement.kind for statement in found)
    remarks = [f"{len(found)} statements: {kinds}" if len(found) > 1 else kinds]
    remarks += [
        f"{statement.kind} without WHERE: every row"
        for statement in found
        if statement.kind in ("DELETE", "UPDATE") and not statement.has_where
    ]
    return [_Draft("sql", "sql", diffing.lines(value), 0, 0, tuple(filter(None, remarks)))]


class Statement(NamedTuple):
    """One SQL statement: what it does, in its own word, and whether it names its rows."""

    kind: str
    has_where: bool


def statements(sql: str) -> list[Statement]:
    """The statements of an SQL text, read outside quotes, comments and brackets."""
    found: list[Statement] = []
    words: list[str] = []
    depth = 0
    for token in [*_SQL_TOKEN.findall(_SQL_SKIPPED.sub(" ", sql)), ";"]:
        if token in "()":
            depth = max(0, depth + (1 if token == "(" else -1))
        elif token == ";":
            found += [_statement(words)] if words else []
            words, depth = [], 0
        elif not depth:
            words.append(token.upper())
    return found


def _statement(words: list[str]) -> Statement:
    kind = words[0]
    if kind == "WITH":
        kind = next((word for word in words if word in _VERBS), kind)
    return Statement(kind, "WHERE" in words)


_SQL_SKIPPED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_SQL_TOKEN = re.compile(r"[A-Za-z]+|[();]")
_VERBS = ("INSERT", "UPDATE", "DELETE", "MERGE", "SELECT")

_SHAPES: dict[str, Callable[[object, dict[str, Any]], list[_Draft]]] = {
    "files": _files,
    "command": _command,
    "http": _http,
    "sql": _sql,
}


def _unknown(text: str, reading: _Reading) -> _Draft:
    """Any other payload as it is written, set out where it is JSON in one line."""
    if not reading.is_json:
        twice = ("a name stands twice in one object",) if reading.names_twice else ()
        return _Draft("text", "text", diffing.lines(text), 0, 0, twice)
    if "\n" not in text.strip() and len(text) <= _PRETTY_MOST:
        return _Draft("arguments", "json", list(_set_out(text)))
    return _Draft("arguments", "json", diffing.lines(text))


_JSON_TOKEN = re.compile(r'\{\s*\}|\[\s*\]|"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def _indent(depth: int) -> str:
    return "  " * min(depth, _INDENTED_MOST)


def _set_out(text: str) -> Iterator[str]:
    """JSON of one line on several, every value and name exactly as it is written."""
    depth, line = 0, ""
    for token in _JSON_TOKEN.findall(text):
        if token in ("}", "]"):
            depth -= 1
            if line.strip():
                yield line
            line = _indent(depth) + token
        elif token in ("{", "["):
            yield line + token
            depth += 1
            line = _indent(depth)
        elif token == ",":
            yield line + token
            line = _indent(depth)
        else:
            line += ": " if token == ":" else token
    if line.strip():
        yield line


def _dumped(value: object) -> list[str]:
    """A value of the payload as JSON set out on lines; a text as its own lines."""
    return value.split("\n") if isinstance(value, str) else list(_set_out(_inline(value)))


def _inline(value: object) -> str:
    import json  # only a review writes payloads out

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
