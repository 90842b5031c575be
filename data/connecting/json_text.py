"""JSON as text with places: what is put in or taken out leaves every other character as it is."""

import json
import re
from collections.abc import Mapping, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from ..errors import UsageError

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"[^\s,\]}]+")
_UNIT = "  "
"""An indentation where the text shows none of its own."""
_BOM = "\ufeff"


class Item(NamedTuple):
    """A member of an object, or an element of a list."""

    start: int
    """Where its key begins, or itself in a list."""
    key: str | None
    node: "Node"


class Node(NamedTuple):
    """A value and the characters `start:end` it is made of."""

    start: int
    end: int
    value: Any
    items: tuple[Item, ...] = ()

    def member(self, key: str) -> "Node | None":
        """The member that counts under this key: of several, the last."""
        found = [item.node for item in self.items if item.key == key]
        return found[-1] if found else None


class Insertion(NamedTuple):
    """Text that goes in at a place of the text as it was."""

    at: int
    text: str


def parse(text: str, path: str) -> Node:
    """The text's one value, with places. Raises UsageError with the line where it is not JSON."""
    skipped = len(text) - len(text.removeprefix(_BOM))
    try:
        json.loads(text[skipped:], parse_constant=_no_constant)
        node, _ = _value(text, _space(text, skipped))
    except json.JSONDecodeError as error:
        raise UsageError(*_broken(text, error, path)) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}", _MEND) from None
    return node


def line_of(text: str, at: int) -> int:
    """The line a place is in, from 1."""
    return text.count("\n", 0, at) + 1


def append(
    text: str, root: Node, into: Node, values: Mapping[str, Any] | Sequence[Any]
) -> Insertion:
    """What puts these members or elements at the end of an object or list, laid out as it is."""
    newline = "\r\n" if "\r\n" in text else "\n"
    unit = _unit(text, root)
    if into.items:
        gap = _gap(text, into)
        return Insertion(into.items[-1].node.end, _written(values, gap, unit, newline))
    if unit is None:
        return Insertion(into.start + 1, _written(values, " ", None, newline)[2:])
    outer = newline + _margin(text, into.start)
    told = _written(values, outer + unit, unit, newline)[1:]
    inside = text[into.start + 1 : into.end - 1]
    return Insertion(into.start + 1, told if "\n" in inside else told + outer)


def put_in(text: str, insertions: Sequence[Insertion]) -> tuple[str, list[tuple[int, int]]]:
    """The text with all of them, and where each then stands: its start and length."""
    parts, cuts, read, written = [], [], 0, 0
    for each in sorted(insertions):
        parts += [text[read : each.at], each.text]
        written += each.at - read
        cuts.append((written, len(each.text)))
        written += len(each.text)
        read = each.at
    return "".join([*parts, text[read:]]), cuts


def cut_out(text: str, cuts: Sequence[tuple[int, int]]) -> str:
    """The text without these places: what was put in, taken out again."""
    for start, length in sorted(cuts, reverse=True):
        text = text[:start] + text[start + length :]
    return text


def without(text: str, container: Node, index: int) -> str:
    """The text without one item of an object or list, and without its comma."""
    items = container.items
    if len(items) == 1:
        start, end = container.start + 1, container.end - 1
    elif index:
        start, end = items[index - 1].node.end, items[index].node.end
    else:
        start, end = items[0].start, items[1].start
    return text[:start] + text[end:]


# Reading: what json.loads has found to be right


def _value(text: str, at: int) -> tuple[Node, int]:
    if text[at] in "{[":
        return _container(text, at)
    if text[at] == '"':
        value, end = scanstring(text, at + 1, True)
        return Node(at, end, value), end
    found = _SCALAR.match(text, at)
    assert found is not None
    return Node(at, found.end(), json.loads(found[0])), found.end()


def _container(text: str, begin: int) -> tuple[Node, int]:
    is_object, closing = text[begin] == "{", "}" if text[begin] == "{" else "]"
    items: list[Item] = []
    at = _space(text, begin + 1)
    while text[at] != closing:
        start, key = at, None
        if is_object:
            key, at = scanstring(text, at + 1, True)
            # The colon, and what stands around it.
            at = _space(text, _space(text, at) + 1)
        node, at = _value(text, at)
        items.append(Item(start, key, node))
        at = _space(text, at)
        if text[at] == ",":
            at = _space(text, at + 1)
    values = [item.node.value for item in items]
    whole = dict(zip((item.key for item in items), values, strict=True)) if is_object else values
    return Node(begin, at + 1, whole, tuple(items)), at + 1


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


_MEND = "mend it first; nothing was changed"


def _broken(text: str, error: json.JSONDecodeError, path: str) -> tuple[str, str]:
    """What is wrong and what to do, where a text is no JSON."""
    at = error.pos + (len(text) - len(error.doc))
    place = f"{path}:{line_of(text, at)}"
    rest, before = text[at:].lstrip(), text[:at].rstrip()
    if rest.startswith(("//", "/*", "#")):
        return (
            f"{place}: a comment, which JSON does not have",
            "take it out first: putting hooks in must not lose it; nothing was changed",
        )
    if rest[:1] in ("}", "]") and before.endswith(","):
        return f"{place}: a comma before the closing {rest[0]}", _MEND
    return f"{place}: this is not JSON: {error.msg}", _MEND


# Laying out


def _written(
    values: Mapping[str, Any] | Sequence[Any], gap: str, unit: str | None, newline: str
) -> str:
    """The values, each behind a comma and the gap."""
    margin = newline + gap.rpartition("\n")[2] if "\n" in gap else ""
    pairs = values.items() if isinstance(values, Mapping) else [(None, each) for each in values]
    told = ""
    for key, value in pairs:
        if key is None:
            told += f",{gap}{json.dumps(value, ensure_ascii=False)}"
        else:
            told += f",{gap}{json.dumps(key)}: {_shown(value, margin, unit or _UNIT)}"
    return told


def _shown(value: Any, margin: str, unit: str) -> str:
    """A value on one line; an object of lists with a line for each, where lines are broken."""
    if not margin or not isinstance(value, dict) or not all(map(_is_list, value.values())):
        return json.dumps(value, ensure_ascii=False)
    lines = [f"{margin}{unit}{json.dumps(key)}: {json.dumps(each)}" for key, each in value.items()]
    return "{" + ",".join(lines) + margin + "}"


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _gap(text: str, container: Node) -> str:
    """What stands between a comma of this object or list and what follows it."""
    is_alone = len(container.items) == 1
    before = container.start if is_alone else container.items[-2].node.end
    between = text[before : container.items[-1].start]
    gap = between[len(between.rstrip()) :]
    # The blank inside a brace on one line is not the one between its members.
    return " " if is_alone and "\n" not in gap else gap


def _unit(text: str, root: Node) -> str | None:
    """What a level is indented by; None where the text stands on one line."""
    if not root.items:
        return _UNIT
    before = text[root.start + 1 : root.items[0].start]
    if "\n" not in before:
        return None
    return before.rpartition("\n")[2] or _UNIT


def _margin(text: str, at: int) -> str:
    """The blanks the line of this place begins with."""
    begin = text.rfind("\n", 0, at) + 1
    return text[begin : begin + re.match(r"[ \t]*", text[begin:]).end()]  # type: ignore[union-attr]
