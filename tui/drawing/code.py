"""Code in tones, not hues: keywords bold, strings and comments quieter."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from ..line import Span

KEYWORD, STRING, COMMENT, PLAIN = "bright bold", "soft", "muted", "ink"

_LONGEST = 2000
"""A longer line is left plain."""


def toned(lines: Iterable[str], language: str = "") -> Iterator[tuple[Span, ...]]:
    """Each line of a piece of code as spans; a language that is not known stays plain."""
    family = _FAMILIES.get(language.strip().lower().split(" ")[0] if language else "")
    inside = ""
    for line in lines:
        if family is None or len(line) > _LONGEST:
            yield ((line, PLAIN),)
            continue
        spans, inside = _toned_line(line, family, inside)
        yield tuple(spans)


def _toned_line(line: str, family: str, inside: str) -> tuple[list[Span], str]:
    """The spans of a line; `inside` is the end of a string that began on a line before."""
    spans: list[Span] = []
    at = 0
    if inside:
        end = line.find(inside)
        if end < 0:
            return [(line, STRING)], inside
        at = end + len(inside)
        spans.append((line[:at], STRING))
    for match in _pattern(family).finditer(line, at):
        tone = _tone(match, family)
        if tone == PLAIN:
            continue
        if match.start() > at:
            spans.append((line[at : match.start()], PLAIN))
        at = match.end()
        spans.append((match[0], tone))
        if match["long"]:
            return spans, match["long"][:3]
    if at < len(line):
        spans.append((line[at:], PLAIN))
    return spans, ""


def _tone(match: re.Match[str], family: str) -> str:
    if match["comment"]:
        return COMMENT
    if match["string"] or match["long"]:
        return STRING
    word = match["word"].lower() if family == "sql" else match["word"]
    return KEYWORD if word in _KEYWORDS[family] else PLAIN


@cache
def _pattern(family: str) -> re.Pattern[str]:
    comment = {"sql": "--", "lua": "--", "c": "//", "python": r"\#", "shell": r"(?<!\S)\#"}[family]
    return re.compile(
        rf"""(?P<comment>{comment}.*)
        | (?P<string>\"\"\".*?\"\"\"|'''.*?'''
            |"(?!"")(?:\\.|[^"\\])*"|'(?!'')(?:\\.|[^'\\])*'|`[^`]*`)
        | (?P<long>\"\"\".*|'''.*)
        | (?P<word>[A-Za-z_]\w*)""",
        re.VERBOSE,
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMES = {
    "python": _words("py python python3 pyi"),
    "c": _words(
        "js javascript jsx ts typescript tsx go rust rs java c h cpp c++ cs csharp kotlin swift "
        "php scala"
    ),
    "shell": _words("sh bash zsh shell console fish yaml yml toml dockerfile make makefile"),
    "sql": _words("sql sqlite postgres"),
    "lua": _words("lua"),
}
"""Languages that share comments and keywords, by the names fences give them."""

_FAMILIES = {name: family for family, names in _NAMES.items() for name in names}
_KEYWORDS = {
    "python": _words(
        "and as assert async await break case class continue def del elif else except finally for "
        "from global if import in is lambda match nonlocal not or pass raise return try while with "
        "yield None True False"
    ),
    "c": _words(
        "abstract as async await break case catch chan class const continue default defer do else "
        "enum export extends finally fn for from func function go goto if impl implements import "
        "in interface let loop match mod move mut namespace new nil null package private protected "
        "pub public range return select static struct super switch this throw trait try type "
        "typeof union unsafe use using var void where while yield true false"
    ),
    "shell": _words(
        "case do done elif else esac exit export fi for function if in local return set then until "
        "while FROM RUN COPY CMD ENTRYPOINT ENV WORKDIR"
    ),
    "sql": _words(
        "add all alter and as asc begin between by case check commit create cross delete desc "
        "distinct drop else end exists foreign from full group having in index inner insert into "
        "is join key left like limit not null offset on or order outer primary references right "
        "rollback select set table then union unique update using values view when where with"
    ),
    "lua": _words(
        "and break do else elseif end for function if in local nil not or repeat return then until "
        "while true false"
    ),
}
