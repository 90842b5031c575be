"""Draws a stream: each item as a head and the rows of its text, laid out once for a width."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from ...data import diffing
from ...data.passages import Passage
from ...data.stream_items import Item
from ...data.text import clean
from .. import numbers, parts
from ..glyphs import Glyphs, state
from ..line import Line, Span, fit, width_of
from ..view import View
from . import markdown
from .markdown import ENTER_UNFOLDS, Page
from .prose import Spans, wrap

Fold = Literal["auto", "open", "shut"]
"""How much of an item is shown: what it needs, all of it, its head alone."""

TEXT_AT = 12
"""The column that text hangs at."""

MEASURE = 66
"""Cells of a line of text in a pane of 80."""

FIRST_LINES = 200
"""Lines of a message that are shown before it is unfolded."""

_MARGIN: Span = (" " * TEXT_AT, "")


@dataclass(frozen=True)
class Look:
    """What a stream is laid out for; another one is another layout."""

    width: int
    mode: Literal["md", "raw"]
    is_wrapped: bool
    is_tall: bool
    names_agents: bool
    """Several agents speak: each head says who."""
    has_panes: bool
    """Something stands beside the stream: its facts end where its text does."""
    glyphs: Glyphs
    has_grounds: bool

    @property
    def text_width(self) -> int:
        """Cells of a line of text."""
        room = self.width - TEXT_AT - 2
        return max(12, room if self.width > 80 else min(MEASURE, room))

    @property
    def most_code(self) -> int:
        """Lines of a code block that are shown before it is unfolded."""
        return 8 if self.is_tall else 3

    @property
    def most_asked(self) -> int:
        """Lines of a request that are shown before it is unfolded."""
        return 6 if self.is_tall else 3


class Laid(NamedTuple):
    """An item laid out: what its head says besides its facts, and the rows below it."""

    title: Spans
    rows: tuple[Line, ...]
    is_cut: bool
    """Whether something is folded away."""


def lay_out(item: Item, look: Look, fold: Fold) -> Laid:
    """An item's title and rows. Pure: the same item, look and fold are the same rows."""
    if fold == "shut":
        return Laid((*_title(item, look), *_folded_away(item, look)), (), True)
    rows, is_cut = _BODIES[item.role](item, look, fold == "open")
    return Laid(_title(item, look), tuple(rows), is_cut)


Body = tuple[list[Line], bool]
"""Rows, and whether something is left out."""


# --- the head


def head(item: Item, laid: Laid, width: int, look: Look, view: View) -> Line:
    """An item's first row: time, mark, who, what, and its facts at the right."""
    right_edge = min(width - 1, TEXT_AT + look.text_width) if look.has_panes else width - 1
    mark = _mark(item, view)
    time = numbers.time_of_day(item.at, glyphs=view.glyphs)
    left: list[Span] = [(" ", ""), (f"{time:<8}", "muted"), (" ", ""), mark, (" ", "")]
    said = (*_who(item, look), *laid.title)
    room = right_edge - TEXT_AT
    groups = _facts(item, view)
    needed = min(width_of(said), max(12, room // 2))
    while len(groups) > 1 and width_of(_joined(groups)) > room - needed - 2:
        groups.pop(min(range(len(groups)), key=lambda index: groups[index].rank))
    right = _joined(groups)
    left_room = room - width_of(right) - (2 if right else 0)
    said = parts.cut_spans(said, left_room, look.glyphs)
    filler = room - width_of(said) - width_of(right)
    return Line(fit([*left, *said, (" " * max(0, filler), ""), *right], width))


class _Fact(NamedTuple):
    """Spans at the right of a head; the lowest rank leaves first when there is no room."""

    rank: int
    spans: Sequence[Span]
    gap: int = 2


def _joined(groups: Sequence[_Fact]) -> Spans:
    spans: list[Span] = []
    for group in groups:
        if spans:
            spans.append((" " * group.gap, ""))
        spans += group.spans
    return tuple(spans)


def _mark(item: Item, view: View) -> Span:
    glyphs = view.glyphs
    mark = {
        "user": (glyphs.idle, "muted"),
        "thinking": (glyphs.running, "muted"),
        "assistant": (glyphs.running, "run"),
        "tool": (glyphs.tool, "tool"),
        "gate": _gate_mark(item, glyphs),
        "error": (glyphs.failed, "bad bold"),
    }[item.role]
    if item.role in ("assistant", "tool") and item.status in ("failed", "cancelled"):
        mark = (glyphs.failed, "bad bold" if item.status == "failed" else "muted")
    if view.is_live:
        return mark
    # Nothing that may have changed since is shown as a fact.
    return (glyphs.unknown if item.is_open else mark[0], "muted")


def _gate_mark(item: Item, glyphs: Glyphs) -> Span:
    return {
        "pending": (glyphs.waiting, "you bold"),
        "approved": (glyphs.done, "muted"),
        "rejected": (glyphs.failed, "bad"),
    }.get(item.status, (glyphs.idle, "muted"))


def _who(item: Item, look: Look) -> Spans:
    who = item.name if item.role == "tool" else item.role
    agent = item.agent or item.agent_id
    if not look.names_agents or not agent:
        return ((who, "bright bold"),)
    return ((agent, "bright bold"), (f" {who}", "soft"))


def _title(item: Item, look: Look) -> Spans:
    """What an item says of itself on its head."""
    if item.role == "tool":
        told = call_summary(item.name, _text(item, "input"))
        return ((f" {told}", "ink"),) if told else ()
    if item.role == "user" or item.role == "thinking":
        line = _only_line(item)
        return ((f"  {line}", "ink"),) if line and item.role == "user" else ()
    if item.role == "error":
        line = _only_line(item)
        return ((f" {item.name}", "muted"), (f"  {line}" if line else "", "ink"))
    return ((f" {item.name}", "ink"),) if item.name else ()


def _only_line(item: Item) -> str:
    """A message of one line that fits on its head."""
    lines = item.passage.lines
    return lines[0] if len(lines) == 1 and width_of([(lines[0], "")]) <= MEASURE - 8 else ""


def _text(item: Item, label: str) -> Passage:
    return next((text for name, text in item.texts if name == label), Passage())


def _folded_away(item: Item, look: Look) -> Spans:
    passage = item.passage
    if not passage or item.role == "tool":
        return ()
    size = numbers.size(passage.size, look.glyphs)
    lines = f"{len(passage.lines):,} lines, " if not passage.rest else ""
    return ((f"  {look.glyphs.fold} {lines}{size}", "muted"),)


def _facts(item: Item, view: View) -> list[_Fact]:
    if item.role == "assistant":
        return _answer_facts(item, view)
    if item.role == "tool":
        return _call_facts(item, view)
    if item.role == "gate":
        return _gate_facts(item, view)
    return []


def _answer_facts(item: Item, view: View) -> list[_Fact]:
    glyphs = view.glyphs
    facts = [
        _Fact(rank, [(f"{label} ", "muted"), numbers.toned(numbers.tokens(value, glyphs), "soft")])
        for rank, label, value in (
            (2, "in", item.tokens_in),
            (1, "cached", item.cache_read),
            (3, "out", item.tokens_out),
        )
        if value is not None and (value or label != "cached")
    ]
    if item.cost_usd is not None or (item.has_cost and item.status == "completed"):
        dollars = numbers.dollars(item.cost_usd, glyphs)
        facts.append(_Fact(4, [numbers.toned(dollars, "ink")]))
    return [*facts, *_state_facts(item, view)]


def _state_facts(item: Item, view: View) -> list[_Fact]:
    """How long it took; or that it is still going on, or how it ended otherwise."""
    if item.status in ("running", "pending", "waiting", "paused"):
        if item.status != "running":
            return [_Fact(9, [(item.status, "muted")])] if item.status == "paused" else []
        word = state("running" if item.role == "assistant" else "tool", view.glyphs)
        token = word.word[1] if view.is_live else "muted"
        return [_Fact(9, [("running ", token), *age(item.at, view)])]
    facts = []
    if item.status == "failed":
        facts.append(_Fact(8, [("FAILED", _bad(view))]))
    elif item.status == "cancelled":
        facts.append(_Fact(8, [("cancelled", "muted")]))
    if item.took is not None:
        facts.append(_Fact(5, [(numbers.duration(item.took, view.glyphs), "soft")]))
    return facts


def _bad(view: View) -> str:
    """A failure stays true when nobody looks, but it is no news then."""
    return "bad bold" if view.is_live else "soft bold"


def age(since: float | None, view: View) -> list[Span]:
    """Time since a moment; doubtful when the view is not live."""
    spans: list[Span] = [(numbers.age(None if since is None else view.now - since), "ink")]
    return spans if view.is_live else [*spans, (view.glyphs.unknown, "doubt bold")]


def _call_facts(item: Item, view: View) -> list[_Fact]:
    glyphs = view.glyphs
    facts = [fact._replace(gap=3) for fact in _state_facts(item, view)]
    if item.status == "failed" and item.error:
        said = parts.cut(item.error, 24, glyphs)
        facts[0] = _Fact(8, [(said, _bad(view))], 3)
    size = max((text.size for _, text in item.texts), default=0)
    if size:
        facts.append(_Fact(4, [(f"{numbers.size(size, glyphs):>6}", "muted")], 3))
    return facts


def _gate_facts(item: Item, view: View) -> list[_Fact]:
    glyphs = view.glyphs
    if item.status == "pending" and item.deadline is not None and item.deadline <= view.now:
        return [_Fact(1, [("nobody answered", "muted")])]
    if item.status == "pending":
        waiting = age(item.at, view)
        waiting[0] = (waiting[0][0], "you bold" if view.is_live else "ink")
        keys: list[Span] = [("a ", "bright bold"), ("review", "muted")]
        return [_Fact(2, [("open ", "muted"), *waiting]), _Fact(1, keys, 3)]
    said = "nobody answered" if item.status == "expired" else item.status
    spans: list[Span] = [(said, "bad" if item.status == "rejected" else "muted")]
    if item.decided_by:
        spans.append((f" by {item.decided_by}", "muted"))
    if item.ended is not None:
        spans.append((f" {numbers.time_of_day(item.ended, glyphs=glyphs)}", "muted"))
    return [_Fact(2, spans)]


# --- what a call is about


_TOLD_FIRST = re.findall(
    r"\w+",
    "command cmd path file_path file filename url sql query pattern prompt agent subject name "
    "thread id",
)
"""Names of arguments that tell what a call is about, the most telling first."""


@lru_cache(maxsize=4096)
def call_summary(name: str, passage: Passage) -> str:
    """What a call is made with, in a few words: its path, its command, its first value."""
    arguments = _arguments(passage)
    if arguments is None:
        return _without_name(name, passage.lines[0] if passage.lines else "")
    if not isinstance(arguments, dict):
        return _without_name(name, _short(arguments))
    for key in _TOLD_FIRST:
        if arguments.get(key) not in (None, "", [], {}):
            return _without_name(name, _short(arguments[key]))
    return _without_name(name, next((_short(v) for v in arguments.values() if v), ""))


def _arguments(passage: Passage) -> object:
    """The JSON of an input; of one that was not read to its end, what can be made out."""
    text = passage.text.strip()
    if not text.startswith(("{", "[")):
        return None
    if passage.rest:
        return dict(re.findall(r'"(\w{1,40})"\s*:\s*"([^"\\]{1,200})"', text[:2000])) or None
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def _short(value: object) -> str:
    if isinstance(value, list) and all(isinstance(part, (str, int, float)) for part in value):
        value = " ".join(map(str, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = next((line for line in text.splitlines() if line.strip()), "")
    # What JSON's escapes held comes out here, so it is made visible here.
    return clean(line.strip(), 200)


def _without_name(name: str, told: str) -> str:
    """`pytest pytest -q` says one word twice."""
    return told[len(name) :].strip() if told.split(" ")[0] == name else told


# --- the bodies


def _answer_body(item: Item, look: Look, is_open: bool) -> Body:
    rows, is_cut = _message(item.passage, look, is_open, FIRST_LINES, "ink")
    if not item.is_read:
        rows = [_line([(f"{look.glyphs.idle} reading", "muted")])]
    elif item.error and item.status != "completed":
        rows += [_line(row) for row in wrap([(item.error, "bad")], look.text_width)]
    return rows, is_cut


def _thought_body(item: Item, look: Look, is_open: bool) -> Body:
    return _message(item.passage, look, is_open, FIRST_LINES, "muted")


def _request_body(item: Item, look: Look, is_open: bool) -> Body:
    if _only_line(item):
        return [], False
    return _message(item.passage, look, is_open, look.most_asked, "soft")


def _error_body(item: Item, look: Look, is_open: bool) -> Body:
    if _only_line(item):
        return [], False
    return _message(item.passage, look, is_open, look.most_asked, "ink")


def _gate_body(item: Item, look: Look, is_open: bool) -> Body:
    rows: list[Line] = []
    if item.reason:
        rows += [_line(row) for row in wrap([(item.reason, "soft")], look.text_width)]
    if not is_open:
        return rows, bool(item.texts)
    why = _text(item, "why")
    return rows + [_line(row) for row in _plain(why.lines, look, "soft")], False


def _message(passage: Passage, look: Look, is_open: bool, most: int, token: str) -> Body:
    """A message's rows: as markdown where that is the mode, else as it was written."""
    if passage.fault:
        return [_faulty(passage, look)], False
    lines = passage.lines
    shown = lines if is_open or len(lines) <= most + 1 else lines[:most]
    is_cut = len(shown) < len(lines)
    if look.mode == "md" and token == "ink":
        page = Page(
            look.text_width, look.glyphs, look.has_grounds, None if is_open else look.most_code
        )
        blocks = markdown.read(shown)
        if not look.is_tall:
            blocks = [block for block in blocks if block.kind != "blank"]
        rows = [_line(row.spans) for row in markdown.draw(blocks, page)]
        is_cut = is_cut or any(
            block.kind == "code" and len(block.lines) > look.most_code + 1 for block in blocks
        )
    else:
        rows = [_line(row) for row in _plain(shown, look, token)]
    while rows and not rows[-1].spans[1:]:
        rows.pop()
    if passage.rest or len(shown) < len(lines):
        rows.append(_more(passage, len(lines) - len(shown), look))
    return rows, is_cut or passage.rest > 0


def _tool_body(item: Item, look: Look, is_open: bool) -> Body:
    given, told = _text(item, "input"), _text(item, "output")
    if not is_open:
        if item.status != "failed" or not told.lines:
            return [], bool(given or told)
        return _failure(told, look)
    rows: list[Line] = []
    for label, text in (("input", given), ("output", told)):
        if not text:
            continue
        if given and told:
            rows.append(_line([(label, "muted")]))
        rows += _given(text, look) if label == "input" else []
        if label == "output":
            rows += _message(text, look, True, FIRST_LINES, "soft")[0]
    if item.error and item.error not in told.text:
        rows += [_line(row) for row in wrap([(item.error, "bad")], look.text_width)]
    return rows, False


_TROUBLE = re.compile(
    r"\b(?:FAILED|ERROR|Error|error|Exception|fatal|FATAL|panic|denied|not found|refused)\b"
)


def _failure(told: Passage, look: Look) -> Body:
    """Of a failed call the line that says why, and the last one."""
    lines = [line for line in (*told.lines, *told.last) if line.strip()]
    why = next((line for line in reversed(lines[:-1]) if _TROUBLE.search(line)), None)
    shown = [line for line in (why, *lines[-1:]) if line is not None]
    if not shown:
        return [], False
    cut = [parts.cut_spans([(line, "ink")], look.text_width, look.glyphs) for line in shown]
    rows = [_line(spans) for spans in cut]
    hidden = len(told.lines) - len(shown)
    if hidden > 0 or told.rest:
        rows.append(_more(told, hidden, look))
    return rows, hidden > 0 or told.rest > 0


def _given(text: Passage, look: Look) -> list[Line]:
    """A call's input: its arguments by name, or as it was written."""
    arguments = _arguments(text) if look.mode == "md" and not text.rest else None
    if not isinstance(arguments, dict) or not arguments or text.fault:
        return _message(text, look, True, FIRST_LINES, "soft")[0]
    return [_line(row) for row in _named(arguments, look)]


def _named(arguments: Mapping[str, object], look: Look) -> Iterator[Spans]:
    label_width = min(max(len(str(name)) for name in arguments), 14) + 1
    for name, value in arguments.items():
        label = clean(str(name), 40)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines = [clean(line) for line in text.split("\n")]
        if len(lines) > 1:
            yield ((label, "muted"),)
            page = Page(look.text_width, look.glyphs, look.has_grounds, None)
            block = markdown.Block("code", tuple(lines), _language(arguments))
            yield from (row.spans for row in markdown.draw_block(block, page))
            continue
        for row in wrap([(lines[0], "ink")], look.text_width - label_width):
            yield ((parts.pad(label, label_width), "muted"), *row)
            label = ""


def _language(arguments: Mapping[str, object]) -> str:
    """A file's language by its ending."""
    for key in ("path", "file_path", "file", "filename"):
        path = arguments.get(key)
        if isinstance(path, str):
            return path.rpartition(".")[2]
    return "sql" if "sql" in arguments else "sh" if "command" in arguments else ""


def _plain(lines: Iterable[str], look: Look, token: str) -> Iterator[Spans]:
    for line in lines:
        if look.is_wrapped:
            yield from wrap([(line, token)], look.text_width)
        else:
            yield parts.cut_spans([(line, token)], look.text_width, look.glyphs)


def _faulty(passage: Passage, look: Look) -> Line:
    size = numbers.size(passage.size, look.glyphs)
    spans: list[Span] = [(f"{passage.fault}  ", "soft"), (size, "muted"), ("   ", "")]
    room = look.text_width - width_of(spans)
    return _line([*spans, *parts.cut_spans([(passage.head, "muted")], room, look.glyphs)])


def _more(passage: Passage, lines: int, look: Look) -> Line:
    """What is folded away: lines where they are counted, else bytes."""
    if passage.rest:
        size = numbers.size(passage.rest, look.glyphs)
        more: Span = (f"{look.glyphs.fold} {size} more", "muted")
    else:
        more = parts.folded(lines, "line" if lines == 1 else "lines", look.glyphs)
    return _line([more, *ENTER_UNFOLDS])


def _line(spans: Iterable[Span]) -> Line:
    return Line((_MARGIN, *spans))


_BODIES = {
    "user": _request_body,
    "thinking": _thought_body,
    "assistant": _answer_body,
    "tool": _tool_body,
    "gate": _gate_body,
    "error": _error_body,
}


# --- compare


def difference(base: Item, item: Item, look: Look) -> Laid:
    """What an item says otherwise than the base, in place of its text, word by word."""
    glyphs = look.glyphs
    before, after = "\n".join(base.passage.lines), "\n".join(item.passage.lines)
    diff = diffing.compare(before or None, after or None)
    rows: list[Line] = []
    for row in diff.rows:
        if row.is_gap:
            rows.append(_line([(glyphs.fold, "muted")]))
            continue
        rows += _compared(row, look)
    if not (diff.added or diff.removed):
        rows = [_line([("the same words as the base", "muted")])]
    title: Spans = (*_title(item, look), ("  against ", "muted"), (_short_name(base), "ink"))
    counts = numbers.lines(diff.added, diff.removed, glyphs)
    return Laid((*title, ("  ", ""), counts[0], (" ", ""), counts[1]), tuple(rows), False)


def _short_name(item: Item) -> str:
    return item.name or item.role


def _compared(row: diffing.Row, look: Look) -> Iterator[Line]:
    kind = {"-": "del", "+": "add"}.get(row.sign, "")
    if not kind:
        for spans in wrap([(row.text, "soft")], look.text_width - 2):
            yield _line([("  ", ""), *spans])
        return
    words = diffing.changed_words(row.text, row.partner) if row.partner else ()
    sign = look.glyphs.minus if row.sign == "-" else row.sign
    tint = f"ink on {kind}-tint"
    for index, spans in enumerate(wrap(_worded(row.text, words, kind), look.text_width - 2)):
        mark = sign if index == 0 else " "
        rest = look.text_width - 2 - width_of(spans)
        yield _line([(f"{mark} ", tint), *spans, (" " * rest, f"on {kind}-tint")])


def _worded(text: str, words: Sequence[tuple[int, int]], kind: str) -> Spans:
    spans: list[Span] = []
    at = 0
    for start, end in words:
        spans += [(text[at:start], f"ink on {kind}-tint"), (text[start:end], f"ink on {kind}-word")]
        at = end
    spans.append((text[at:], f"ink on {kind}-tint"))
    return tuple(span for span in spans if span[0])
