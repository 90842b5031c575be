"""Markdown as an answer has it, line by line: read into blocks, drawn as rows of spans.

Not the whole language: headings, lists, quotes, fenced code, tables as they are, emphasis, inline
code and links. A line break stays one, unless it falls in the middle of a sentence.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from ..glyphs import Glyphs
from ..line import BLANK, Line, Span, fit
from ..parts import cut_spans, folded
from .code import toned
from .prose import Spans, wrap

NUMBER_WIDTH = 3
"""Cells of a code block's line numbers, with two after them."""


class Block(NamedTuple):
    """A piece of a message that is drawn by itself."""

    kind: str
    """text, heading, item, quote, code, table, rule or blank."""
    lines: tuple[str, ...] = ()
    label: str = ""
    """A list's marker, or a code block's language."""
    indent: int = 0


class Page(NamedTuple):
    """What blocks are drawn for."""

    width: int
    glyphs: Glyphs
    has_grounds: bool
    """Whether code can stand on a ground of its own; else its marks are kept."""
    most_code: int | None
    """Lines of a code block that are shown; None: all."""


def read(lines: Iterable[str]) -> list[Block]:
    """The blocks of a message, in order."""
    return _Reader().read(list(lines))


def draw(blocks: Iterable[Block], page: Page) -> list[Line]:
    """The rows of a message, from column 0."""
    rows: list[Line] = []
    for block in blocks:
        rows.extend(draw_block(block, page))
    return rows


@lru_cache(maxsize=2048)
def draw_block(block: Block, page: Page) -> tuple[Line, ...]:
    """The rows of one block; of a growing message only the last block is ever new."""
    return tuple(_DRAWERS[block.kind](block, page))


# --- reading


@cache
def _fence() -> re.Pattern[str]:
    return re.compile(r"(\s*)(`{3,}|~{3,})([^`]*)\Z")


@cache
def _marker() -> re.Pattern[str]:
    return re.compile(r"(\s*)([-*+]|\d{1,9}[.)])(?:\s+(.*)|\s*)\Z")


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(r"\s{0,3}#{1,6}(?:\s+(.*?))?(?:\s+#+)?\s*\Z")


@cache
def _rule() -> re.Pattern[str]:
    return re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*\Z")


@cache
def _under() -> re.Pattern[str]:
    return re.compile(r"\s{0,3}(?:=+|-{2,})\s*\Z")


@cache
def _dashes() -> re.Pattern[str]:
    return re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*\Z")


_SENTENCE_ENDS = ".!?:;,…)]}>*`|"

_LONG = 2000
"""Characters after which a paragraph takes no further line into its last one."""

_MANY = 40
"""Lines after which a paragraph is ended, so that a growing one is not drawn again as a whole."""


class _Reader:
    """Goes through the lines once, collecting a paragraph until something ends it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._open = Block("text")
        """What further lines may continue: a paragraph, an item, a quote."""
        self._lines: list[str] = []

    def read(self, lines: Sequence[str]) -> list[Block]:
        at = 0
        while at < len(lines):
            at = self._take(lines, at)
        self._end()
        return self.blocks

    def _take(self, lines: Sequence[str], at: int) -> int:
        """Reads the block or line at `at`; returns where to go on."""
        line = lines[at]
        if not line or line.isspace():
            self._blank()
        elif "`" in line or "~" in line:
            fence = _fence().match(line)
            if fence:
                return self._code(lines, at, fence)
            self._words(line)
        elif "|" in line and at + 1 < len(lines) and _is_table_head(line, lines[at + 1]):
            return self._table(lines, at)
        else:
            self._words(line)
        return at + 1

    def _words(self, line: str) -> None:
        first = line.lstrip()[0]
        if first == "#" and (heading := _heading().match(line)):
            self._add(Block("heading", (heading[1] or "",)))
        elif first in "=-" and self._open.kind == "text" and self._lines and _is_under(line):
            words, self._lines = " ".join(self._lines), []
            self._add(Block("heading", (words,)))
        elif first in "-*_" and _rule().match(line):
            self._add(Block("rule"))
        elif first == ">":
            self._quote(line.lstrip()[1:].removeprefix(" "))
        elif (first in "-*+" or first.isdigit()) and (item := _marker().match(line)):
            indent = len(item[1].expandtabs(4)) // 2
            self._begin(Block("item", (), item[2], min(indent, 8)), item[3] or "")
        else:
            self._continue(line)

    def _quote(self, words: str) -> None:
        if self._open.kind == "quote" and self._lines:
            self._lines.append(words)
        else:
            self._begin(Block("quote"), words)

    def _continue(self, line: str) -> None:
        words = line.strip()
        if not self._lines:
            self._begin(self._kind_after_blank(line), words)
            return
        last = self._lines[-1]
        is_broken = last and last[-1] not in _SENTENCE_ENDS and len(last) < _LONG
        if is_broken and self._open.kind != "quote":
            self._lines[-1] = f"{last} {words}"
        elif len(self._lines) < _MANY:
            self._lines.append(words)
        else:
            self._begin(self._open._replace(label=""), words)

    def _kind_after_blank(self, line: str) -> Block:
        """After a blank an indented line still belongs to the item before it."""
        if line[0] == " " and [block.kind for block in self.blocks[-2:]] == ["item", "blank"]:
            return Block("item", (), "", self.blocks[-2].indent)
        return Block("text")

    def _code(self, lines: Sequence[str], at: int, fence: re.Match[str]) -> int:
        """A fenced block; while it is still being written it has no end yet."""
        indent, mark, language = fence.groups()
        body: list[str] = []
        at += 1
        while at < len(lines):
            closing = lines[at].strip()
            if closing.startswith(mark) and not closing.strip(mark[0]):
                at += 1
                break
            body.append(_without_indent(lines[at], len(indent)))
            at += 1
        self._add(Block("code", tuple(body), language.strip()[:40]))
        return at

    def _table(self, lines: Sequence[str], at: int) -> int:
        end = at + 1
        while end < len(lines) and "|" in lines[end] and not lines[end].isspace():
            end += 1
        self._add(Block("table", tuple(line.strip() for line in lines[at:end])))
        return end

    def _blank(self) -> None:
        self._end()
        if self.blocks and self.blocks[-1].kind != "blank":
            self.blocks.append(Block("blank"))

    def _add(self, block: Block) -> None:
        self._end()
        self.blocks.append(block)

    def _begin(self, block: Block, words: str) -> None:
        self._end()
        self._open, self._lines = block, [words]

    def _end(self) -> None:
        if self._lines:
            self.blocks.append(self._open._replace(lines=tuple(self._lines)))
        self._open, self._lines = Block("text"), []


def _is_under(line: str) -> bool:
    return bool(_under().match(line))


def _is_table_head(line: str, following: str) -> bool:
    return (
        "-" in following and "|" in following and bool(_dashes().match(following)) and "|" in line
    )


def _without_indent(line: str, width: int) -> str:
    blank = len(line) - len(line.lstrip(" "))
    return line[min(width, blank) :]


# --- drawing


def _draw_text(block: Block, page: Page) -> Iterator[Line]:
    for line in block.lines:
        for row in wrap(inline(line, "ink", page), page.width):
            yield Line(row)


def _draw_heading(block: Block, page: Page) -> Iterator[Line]:
    for row in wrap(inline(block.lines[0], "bright bold", page), page.width):
        yield Line(row)


def _draw_item(block: Block, page: Page) -> Iterator[Line]:
    label = page.glyphs.bullet if block.label in ("-", "*", "+") else block.label
    margin = 2 * min(block.indent, max(0, (page.width - 20) // 4))
    hang = margin + (len(label) + 1 if label else 2)
    head: Spans = ((" " * margin, ""), (label.ljust(hang - margin), "muted"))
    for line in block.lines:
        for row in wrap(inline(line, "ink", page), page.width - hang):
            yield Line((*head, *row))
            head = ((" " * hang, ""),)


def _draw_quote(block: Block, page: Page) -> Iterator[Line]:
    guide: Span = (page.glyphs.trunk, "faint")
    for line in block.lines:
        for row in wrap(inline(line, "soft", page), page.width - 2):
            yield Line((guide, *row))


def _draw_code(block: Block, page: Page) -> Iterator[Line]:
    most = page.most_code
    shown = block.lines
    if most is not None and len(shown) > most + 1:
        shown = shown[:most]
    digits = max(NUMBER_WIDTH, len(str(len(shown))) + 1)
    room = page.width - digits - 2
    for number, spans in enumerate(toned(shown, block.label), start=1):
        for row in wrap(spans, room):
            label = f"{number:>{digits}}  " if number else " " * (digits + 2)
            yield on_panel(((label, "muted"), *row), page.width)
            number = 0
    if len(shown) < len(block.lines):
        more = folded(len(block.lines) - len(shown), "lines", page.glyphs)
        hint: Spans = ((" " * (digits + 2), ""), more, *ENTER_UNFOLDS)
        yield on_panel(hint, page.width)


ENTER_UNFOLDS: Spans = (("   enter", "ink"), (" unfolds", "muted"))


def on_panel(spans: Iterable[Span], width: int) -> Line:
    """Spans on a ground of their own, `width` cells wide."""
    return Line(tuple((text, f"{token} on panel".strip()) for text, token in fit(spans, width)))


def _draw_table(block: Block, page: Page) -> Iterator[Line]:
    for index, line in enumerate(block.lines):
        token = "bright bold" if index == 0 else "faint" if index == 1 else "ink"
        yield Line(cut_spans(((line, token),), page.width, page.glyphs))


def _draw_rule(block: Block, page: Page) -> Iterator[Line]:
    yield Line(((page.glyphs.hairline * page.width, "line"),))


def _draw_blank(block: Block, page: Page) -> Iterator[Line]:
    yield BLANK


_DRAWERS = {
    "text": _draw_text,
    "heading": _draw_heading,
    "item": _draw_item,
    "quote": _draw_quote,
    "code": _draw_code,
    "table": _draw_table,
    "rule": _draw_rule,
    "blank": _draw_blank,
}


# --- inside a line


@cache
def _inline() -> re.Pattern[str]:
    # Every stretch is bounded: an answer of a thousand lone stars must not cost a second.
    return re.compile(
        r"""(?P<ticks>`+)(?P<code>.{1,300}?)(?<!`)(?P=ticks)(?!`)
        | \*\*(?=\S)(?P<strong>.{1,400}?)(?<=\S)\*\*
        | (?<!\w)__(?=\S)(?!\w{1,80}__)(?P<strong2>.{1,400}?)(?<=\S)__(?!\w)
        | (?<![\w*])\*(?=[^\s*])(?P<slant>[^*]{1,400}?)(?<=[^\s*])\*(?![\w*])
        | (?<![\w_])_(?=[^\s_])(?P<slant2>[^_]{1,400}?)(?<=[^\s_])_(?![\w_])
        | ~~(?=\S)(?P<gone>.{1,400}?)(?<=\S)~~
        | !?\[(?P<words>[^\]\[]{1,300})\]\((?P<link>[^()\s]{1,500})(?:\s+"[^"]{0,200}")?\)
        | \\(?P<escaped>[\\`*_{}\[\]()\#+.!|<>~-])""",
        re.VERBOSE,
    )


_SIGNS = frozenset("`*_~[\\")


def inline(text: str, token: str, page: Page) -> Spans:
    """A line's emphasis, code and links as spans, on top of `token`."""
    if _SIGNS.isdisjoint(text):
        return ((text, token),)
    spans: list[Span] = []
    at = 0
    for match in _inline().finditer(text):
        if match.start() > at:
            spans.append((text[at : match.start()], token))
        spans += _styled(match, token, page)
        at = match.end()
    if at < len(text):
        spans.append((text[at:], token))
    return tuple(spans)


def _styled(match: re.Match[str], token: str, page: Page) -> Sequence[Span]:
    found = match.groupdict()
    if found["code"] is not None:
        code = found["code"].strip() or found["code"]
        return [(code, f"{token} on raised")] if page.has_grounds else [(f"`{code}`", token)]
    strong = found["strong"] or found["strong2"]
    if strong:
        return inline(strong, "bright bold", page)
    slant = found["slant"] or found["slant2"]
    if slant:
        return inline(slant, f"{token} italic", page)
    if found["gone"]:
        return inline(found["gone"], f"{token} strike", page)
    if found["link"]:
        return _linked(found["words"], found["link"], token)
    return [(found["escaped"], token)]


def _linked(words: str, link: str, token: str) -> list[Span]:
    """A link's words and where it leads, which nobody can see otherwise."""
    if words == link:
        return [(words, f"{token} underline")]
    return [(words, f"{token} underline"), (f" ({link})", "muted")]
