"""The one filter grammar of every list: what a person types, as a test of a row's facts.

Words match any text; `field:value` a part of that field, `field=value` the whole of it or of one of
its parts, `> >= < <=` compare. Terms side by side must all hold. `!` negates a term, `|` inside a
term offers another value or term, `|` between spaces another whole filter. Quotes keep spaces and
signs as text, `*` and `?` stand for anything. `err` alone finds what went wrong.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import translate
from functools import cache, cached_property
from typing import NamedTuple

from . import times
from .errors import UsageError

Facts = Mapping[str, object]
"""One row as a filter sees it: each field's value, several texts as a tuple, unknown as None."""


class Kind(Enum):
    """What a field holds, and so what it can be compared with."""

    TEXT = "text"
    NUMBER = "a number, like 12 or 1.5k"
    MONEY = "money, like 1.50"
    DURATION = "a duration, like 5m or 1h30m"
    SIZE = "a size, like 4kB or 10MB"
    SHARE = "a share, like 90%"
    TIME = "a time, like 2026-11-21T14:02:31Z"
    FLAG = "yes or no"


class Emptied(NamedTuple):
    """Why a filter shows nothing: the term that removed the last rows, and how many those were."""

    term: str
    removed: int


@dataclass(frozen=True)
class Term:
    """One test. Without a field its value is a word sought in every text; `err` is trouble."""

    field: str
    operator: str
    value: str
    negated: bool = False
    kind: Kind = Kind.TEXT

    def matches(self, facts: Facts) -> bool:
        """Whether the row of these facts passes."""
        return self._test(facts) is not self.negated

    def __str__(self) -> str:
        bang = "!" if self.negated else ""
        if self.operator == "err":
            return f"{bang}err"
        return f"{bang}{self.field}{self.operator}{_quoted(self.value, bare_word=not self.field)}"

    @cached_property
    def _test(self) -> Callable[[Facts], bool]:
        if self.operator == "err":
            return _is_trouble
        if not self.field:
            return _word_test(self.value)
        return _field_test(self)


@dataclass(frozen=True)
class Group:
    """What stands between two spaces: one term, or several of which one must hold."""

    options: tuple[Term, ...]
    negated: bool = False

    def matches(self, facts: Facts) -> bool:
        """Whether the row of these facts passes."""
        return any(term.matches(facts) for term in self.options) is not self.negated

    def __str__(self) -> str:
        return ("!" if self.negated else "") + "|".join(map(str, self.options))


@dataclass(frozen=True)
class Filter:
    """A parsed filter. Empty, it lets every row pass; its text is what parses to it again."""

    alternatives: tuple[tuple[Group, ...], ...] = ()

    def matches(self, facts: Facts) -> bool:
        """Whether the row of these facts is shown."""
        if not self.alternatives:
            return True
        return any(
            all(group.matches(facts) for group in alternative) for alternative in self.alternatives
        )

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms as written, in order."""
        return tuple(str(group) for alternative in self.alternatives for group in alternative)

    def explain_empty(self, all_facts: Iterable[Facts]) -> Emptied | None:
        """Which term removed the last rows; None where rows are left or there were none."""
        rows = list(all_facts)
        traces = [_trace(alternative, rows) for alternative in self.alternatives]
        if not rows or not traces or None in traces:
            return None
        # Of several alternatives the one that got furthest is the nearest to what was meant.
        return max(filter(None, traces), key=lambda trace: trace[0])[1]

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    def __str__(self) -> str:
        return " | ".join(" ".join(map(str, groups)) for groups in self.alternatives)


def parse(text: str, fields: Mapping[str, Kind]) -> Filter:
    """What a person typed, as a filter over rows that have these fields.

    Raises UsageError for a field there is not, and for a comparison with what the field is not.
    """
    alternatives: list[tuple[Group, ...]] = []
    groups: list[Group] = []
    for token in _tokens(text):
        if token.startswith("|"):
            alternatives.append(tuple(groups))
            groups = []
        groups += _group(token.strip("|"), fields)
        if token.endswith("|") and token.strip("|"):
            alternatives.append(tuple(groups))
            groups = []
    alternatives.append(tuple(groups))
    return Filter(tuple(groups for groups in alternatives if groups))


def _tokens(text: str) -> list[str]:
    """What stands between spaces; a quoted stretch stays whole, an open quote reaches the end."""
    return [match[0] for match in _token().finditer(text)]


def _group(token: str, fields: Mapping[str, Kind]) -> list[Group]:
    negated = token.startswith("!") and not token.startswith("!=")
    options: list[Term] = []
    for part in _options(token[negated:]):
        options += _term(part, options[-1] if options else None, fields)
    if options and options[0].negated:
        # state!=done|failed means neither, as !state=done|failed does.
        options[0], negated = replace(options[0], negated=False), not negated
    return [Group(tuple(options), negated)] if options else []


def _options(token: str) -> list[str]:
    return [match[0] for match in _option().finditer(token)]


def _term(part: str, before: Term | None, fields: Mapping[str, Kind]) -> list[Term]:
    negated = part.startswith("!") and not part.startswith("!=")
    part = part[negated:]
    head = _head().match(part)
    if head:
        name, operator, rest = head["name"], head["operator"], part[head.end() :]
        return [_field_term(name, operator, _unquoted(rest), negated, fields)]
    value = _unquoted(part)
    if part == "err":
        return [Term("", "err", "", negated)]
    if before and before.field:
        return [_checked(Term(before.field, before.operator, value, negated, before.kind))]
    return [Term("", "", value, negated)] if value else []


def _field_term(
    name: str, operator: str, value: str, negated: bool, fields: Mapping[str, Kind]
) -> Term:
    field = name.lower()
    if field not in fields:
        raise UsageError(f"no field “{name}” to filter by", _did_you_mean(name, fields))
    if operator == "!=":
        operator, negated = "=", not negated
    return _checked(Term(field, operator, value, negated, fields[field]))


def _checked(term: Term) -> Term:
    asks_presence = term.operator in _SAYS and term.value in ("", "none")
    if term.kind is not Kind.TEXT and not asks_presence:
        if _measure(term.value, term.kind) is None:
            said = f"“{term.field}” is compared with {term.kind.value}"
            raise UsageError(said, f"not with “{term.value}”" if term.value else "")
    elif term.operator not in _SAYS and not term.value:
        raise UsageError(f"“{term.field}{term.operator}” compares with nothing", "add a value")
    return term


_SAYS = (":", "=")
"""The operators that name a value; the others compare with one."""


def _did_you_mean(name: str, fields: Mapping[str, Kind]) -> str:
    # Only a mistyped filter needs it, and it costs 4 ms.
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), fields, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"fields here: {', '.join(sorted(fields))}; to seek the text itself, put it in quotes"


@cache
def _token() -> re.Pattern[str]:
    return re.compile(r'(?:"(?:\\.|[^"\\])*(?:"|\\?\Z)|[^\s"])+', re.DOTALL)


@cache
def _option() -> re.Pattern[str]:
    return re.compile(r'(?:"(?:\\.|[^"\\])*(?:"|\\?\Z)|[^|"])+', re.DOTALL)


@cache
def _head() -> re.Pattern[str]:
    return re.compile(r"(?P<name>[A-Za-z_][\w.-]*)(?P<operator>!=|>=|<=|[:=<>])", re.ASCII)


@cache
def _quote() -> re.Pattern[str]:
    return re.compile(r'"((?:\\.|[^"\\])*)(?:"|\\?\Z)', re.DOTALL)


def _unquoted(part: str) -> str:
    """The value without its quotes. What a quote held stays text: its stars are stars."""
    return _quote().sub(lambda match: _literal(re.sub(r"\\(.)", r"\1", match[1])), part)


_STAR, _ANY = "\ue0f0", "\ue0f1"
"""Private characters that keep a quoted star apart from one that stands for anything."""


def _literal(text: str) -> str:
    return text.replace("*", _STAR).replace("?", _ANY)


def _typed(value: str) -> str:
    return value.replace(_STAR, "*").replace(_ANY, "?")


def _quoted(value: str, *, bare_word: bool) -> str:
    """The value as it must be typed to be read the same."""
    typed = _typed(value)
    is_plain = typed == value and not re.search(r'^=|[\s"|\\]', typed)
    if bare_word:
        is_plain = is_plain and typed != "err" and not typed.startswith("!")
        is_plain = is_plain and not _head().match(typed)
    if is_plain or not value:
        return value
    pieces = re.split(r"([*?])", value)
    return "".join(piece if piece in "*?" else _in_quotes(_typed(piece)) for piece in pieces)


def _in_quotes(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _trace(groups: Sequence[Group], rows: list[Facts]) -> tuple[int, Emptied] | None:
    """At which term no row was left, and what it removed; None where some pass them all."""
    for passed, group in enumerate(groups):
        left = [facts for facts in rows if group.matches(facts)]
        if not left:
            return passed, Emptied(str(group), len(rows))
        rows = left
    return None


_TROUBLE = {
    "state": ("failed", "error", "down"),
    "status": ("failed", "error", "down"),
    "level": ("error",),
    "outcome": ("failure", "error"),
    "severity": ("critical", "error"),
}


def _is_trouble(facts: Facts) -> bool:
    if any(facts.get(name) for name in ("error", "err")):
        return True
    return any(str(facts.get(name)).lower() in words for name, words in _TROUBLE.items())


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (tuple, list, set, frozenset)):
        return [text for text in value if isinstance(text, str)]
    return ()


def _word_test(word: str) -> Callable[[Facts], bool]:
    holds = _glob(f"*{word}*") if "*" in word or "?" in word else None
    holds = holds or _holds(word)
    return lambda facts: any(holds(text) for value in facts.values() for text in _texts(value))


def _field_test(term: Term) -> Callable[[Facts], bool]:
    if term.operator in _SAYS and term.value in ("", "none"):
        return _presence_test(term)
    if term.kind is Kind.TEXT:
        return _text_test(term)
    return _measure_test(term)


def _presence_test(term: Term) -> Callable[[Facts], bool]:
    """`field:` finds the rows that have it, `field:none` those that have not."""
    wants = not term.value
    said = _holds(term.value)

    def test(facts: Facts) -> bool:
        value = facts.get(term.field)
        has = value is not None and value != "" and value != () and value == value
        return has is wants or (not wants and any(map(said, _texts(value))))

    return test


def _text_test(term: Term) -> Callable[[Facts], bool]:
    holds = _TEXT_TESTS[term.operator](term.value)

    def test(facts: Facts) -> bool:
        value = facts.get(term.field)
        if isinstance(value, (int, float)):
            value = str(value)
        return any(map(holds, _texts(value)))

    return test


def _holds(word: str) -> Callable[[str], bool]:
    """Whether a text has the word in it; with stars, whether it is of that shape."""
    if glob := _glob(word):
        return glob
    sought = _typed(word).casefold()
    return lambda text: sought in text.casefold()


def _is_or_has_part(word: str) -> Callable[[str], bool]:
    """`opus` is a part of `claude-opus-4-8`, but not of `opusculum`."""
    if glob := _glob(word):
        return glob
    sought = _typed(word).casefold()
    parts = re.compile(rf"(?<![^\W_]){re.escape(sought)}(?![^\W_])")
    return lambda text: sought == text.casefold() or bool(parts.search(text.casefold()))


def _glob(word: str) -> Callable[[str], bool] | None:
    if "*" not in word and "?" not in word:
        return None
    # Only stars and question marks are signs: [ is a letter like others.
    shape = re.compile(translate(_typed_glob(word.casefold())))
    return lambda text: shape.match(text.casefold()) is not None


def _typed_glob(word: str) -> str:
    return word.replace("[", "[[]").replace(_STAR, "[*]").replace(_ANY, "[?]")


def _before(word: str, order: Callable[[str, str], bool]) -> Callable[[str], bool]:
    sought = _typed(word).casefold()
    return lambda text: order(text.casefold(), sought)


_TEXT_TESTS: dict[str, Callable[[str], Callable[[str], bool]]] = {
    ":": _holds,
    "=": _is_or_has_part,
    "<": lambda word: _before(word, lambda a, b: a < b),
    "<=": lambda word: _before(word, lambda a, b: a <= b),
    ">": lambda word: _before(word, lambda a, b: a > b),
    ">=": lambda word: _before(word, lambda a, b: a >= b),
}


def _measure_test(term: Term) -> Callable[[Facts], bool]:
    compared = _measure(term.value, term.kind)
    if compared is None:
        raise UsageError(f"“{term.field}” is compared with {term.kind.value}")
    near, order = _NEAR.get(term.kind, 1e-9), _ORDERS[term.operator]

    def test(facts: Facts) -> bool:
        value = _as_measure(facts.get(term.field), term.kind)
        return value is not None and order(value, compared, near)

    return test


_NEAR = {Kind.MONEY: 0.005, Kind.DURATION: 0.5, Kind.SHARE: 0.005, Kind.TIME: 0.5, Kind.SIZE: 0.5}
"""How far from a typed value still counts as equal: half of what the screens show."""

_ORDERS: dict[str, Callable[[float, float, float], bool]] = {
    ":": lambda value, compared, near: abs(value - compared) <= near,
    "=": lambda value, compared, near: abs(value - compared) <= near,
    "<": lambda value, compared, near: value < compared,
    "<=": lambda value, compared, near: value <= compared,
    ">": lambda value, compared, near: value > compared,
    ">=": lambda value, compared, near: value >= compared,
}


def _as_measure(value: object, kind: Kind) -> float | None:
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        return times.parse(value) if kind is Kind.TIME else _number(value)
    return None


def _measure(value: str, kind: Kind) -> float | None:
    """The typed value in the field's own unit; None where it is none."""
    return _READERS[kind](_typed(value).strip())


def _number(value: str, units: Mapping[str, float] | None = None) -> float | None:
    match = re.fullmatch(r"(-?[\d,_]*\.?\d+)\s*([a-z]*)", value.lower(), re.ASCII)
    scale = {**_THOUSANDS, **(units or {})}.get(match[2]) if match else None
    if match is None or scale is None:
        return None
    return float(match[1].replace(",", "").replace("_", "")) * scale


_THOUSANDS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
_BYTES = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30}


def _seconds(value: str) -> float | None:
    seconds = times.duration(value)
    return seconds if seconds is not None else _number(value, {"m": 60.0})


def _share(value: str) -> float | None:
    number = _number(value.removesuffix("%"))
    if number is None or (abs(number) <= 1 and not value.endswith("%")):
        return number
    return number / 100


def _flag(value: str) -> float | None:
    return {"yes": 1.0, "true": 1.0, "1": 1.0, "no": 0.0, "false": 0.0, "0": 0.0}.get(value.lower())


_READERS: dict[Kind, Callable[[str], float | None]] = {
    Kind.TEXT: lambda value: None,
    Kind.NUMBER: _number,
    Kind.MONEY: lambda value: _number(value.removeprefix("$")),
    Kind.DURATION: _seconds,
    Kind.SIZE: lambda value: _number(value, _BYTES),
    Kind.SHARE: _share,
    Kind.TIME: times.parse,
    Kind.FLAG: _flag,
}
