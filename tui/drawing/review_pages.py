"""Draws what stands beside and behind a payload: why, how far it reaches, what came before."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...data import times
from ...data.approvals import GateRow, ReviewFacts
from ...data.blast import Blast, Fact
from ...data.document import Document
from ...data.rows import Event
from ...data.text import clean, clean_lines
from .. import numbers, parts
from ..glyphs import Glyphs
from ..line import BLANK, Cell, Line, Span, cells_of, columns, fit, skip, spread
from ..view import View

MEASURE = 78
"""Prose is set no wider than this."""

_PROMPT_LINES = 400
_LABEL = 9


class SeenPart(NamedTuple):
    """One section of the payload, and how many of its lines have been on the screen."""

    title: str
    is_file: bool
    added: int
    removed: int
    seen: int
    lines: int


def parts_of(document: Document, seen_between: Callable[[int, int], int]) -> list[SeenPart]:
    """The sections with what was seen of them; `seen_between(start, end)` counts lines."""
    return [
        SeenPart(
            section.title,
            section.kind == "file",
            section.added,
            section.removed,
            seen_between(document.starts[number], document.starts[number + 1]),
            len(section.lines),
        )
        for number, section in enumerate(document.sections)
    ]


# --- the pane at the right


def facts_lines(
    facts: ReviewFacts,
    blast: Blast,
    seen: Sequence[SeenPart],
    current: int,
    width: int,
    height: int,
    view: View,
) -> list[Line]:
    """Files and what was seen of them, why, how far it reaches, what became of others like it."""
    blocks = [
        _files(seen, current, width, max(3, height // 4), view),
        _why(facts, width, view),
        _blast(facts, blast, width, view),
        _remarks(facts, width, view),
        _alike_summary(facts, width, view),
    ]
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += [BLANK, *block] if lines else block
    return lines[:height]


def edged(lines: Sequence[Line], width: int, height: int, view: View) -> list[Line]:
    """A pane beside others: where it has no ground of its own a line sets it off."""
    if view.has_grounds:
        return list(lines[:height])
    edge: Span = (view.glyphs.trunk[0], "line")
    whole = [*lines, *[BLANK] * (height - len(lines))][:height]
    return [line._replace(spans=(edge, *skip(fit(line.spans, width), 1))) for line in whole]


def _head(title: str, right: Sequence[Span], width: int) -> Line:
    return spread([(title, "bright bold")], right, width, margin=2)


def _files(seen: Sequence[SeenPart], current: int, width: int, most: int, view: View) -> list[Line]:
    noun = "files" if seen and seen[0].is_file else "parts"
    first = max(0, min(current - most // 2, len(seen) - most))
    shown = seen[first : first + most]
    lines = [_head(noun, [("seen", "muted")], width)]
    lines += [
        _file(part, first + number == current, width, view) for number, part in enumerate(shown)
    ]
    more = len(seen) - len(shown)
    if more > 0:
        lines.append(spread([(f"and {more:,} more", "muted")], [], width, margin=2))
    return lines


def _file(part: SeenPart, is_current: bool, width: int, view: View) -> Line:
    glyphs = view.glyphs
    count: list[Span] = [(f"{part.seen:,} of {part.lines:,}", "muted")]
    if part.seen == part.lines:
        count = [(glyphs.done, "soft"), (" all", "muted")]
    elif part.seen:
        count = [(f"{part.seen:,} of {part.lines:,}", "ink")]
    added, removed = numbers.lines(part.added, part.removed, glyphs)
    counts_at = width - 2 - 9
    cells = [
        Cell(1, 1, [(glyphs.cursor if is_current else " ", "bright")]),
        Cell(counts_at, 9, count, "right"),
    ]
    room = counts_at - 3
    if part.is_file:
        cells.insert(1, Cell(counts_at - 4, 4, [removed], "right"))
        cells.insert(1, Cell(counts_at - 9, 5, [added], "right"))
        room = counts_at - 11
    path = parts.cut_path(part.title, room, glyphs)
    cells.insert(1, Cell(2, room, [(path, "bright bold" if is_current else "ink")]))
    return columns(width, cells)


def quoted(text: str, glyphs: Glyphs) -> str:
    """What an agent says of itself stands in quotes: it is its word, not ours."""
    return f"{glyphs.open_quote}{text}{glyphs.close_quote}"


def _why(facts: ReviewFacts, width: int, view: View) -> list[Line]:
    if not facts.gate.why:
        return [_head("why", [], width), _text("the agent gave no reason", width, "muted")]
    said = quoted(clean(facts.gate.why, 600), view.glyphs)
    lines = [_text(line, width, "ink") for line in parts.wrap(said, width - 4)]
    return [_head("why", [], width), *lines[:6]]


def _text(text: str, width: int, token: str) -> Line:
    return spread([(text, token)], [], width, margin=2)


def _blast(facts: ReviewFacts, blast: Blast, width: int, view: View) -> list[Line]:
    lines = [_head("blast radius", parts.risk(facts.gate.risk, view.glyphs), width)]
    for fact in blast.facts():
        lines += _blast_fact(fact, width)[:3]
    return lines


def fact_token(fact: Fact) -> str:
    """What asks for a second look stands out: secrets and what cannot be undone most."""
    if not fact.is_concern:
        return "soft"
    return "you" if fact.label in ("secrets", "undo", "outside") else "ink"


def _blast_fact(fact: Fact, width: int) -> list[Line]:
    token = fact_token(fact)
    rows = parts.wrap(fact.text, width - 4 - _LABEL)
    return [
        spread(
            [((fact.label if number == 0 else "").ljust(_LABEL), "muted"), (row, token)],
            [],
            width,
            margin=2,
        )
        for number, row in enumerate(rows)
    ]


def _remarks(facts: ReviewFacts, width: int, view: View) -> list[Line]:
    signers = [each.signer for each in facts.signatures if each.outcome == "approved"]
    if not signers or facts.needed < 2:
        return []
    names = ", ".join(clean(name, 40) for name in signers)
    return [
        _head("signed", [(f"{facts.signed} of {facts.needed}", "muted")], width),
        _text(parts.cut(names, width - 4, view.glyphs), width, "ink"),
    ]


def outcome_mark(status: str, glyphs: Glyphs, *, is_loud: bool = True) -> Span:
    """The mark of how a gate ended."""
    if status == "approved":
        return glyphs.done, "ok" if is_loud else "soft"
    if status == "rejected":
        return glyphs.failed, "bad"
    return glyphs.idle, "muted"


def _alike_summary(facts: ReviewFacts, width: int, view: View) -> list[Line]:
    lines = [_head("like this before", [("last 10", "muted")], width)]
    if not facts.alike:
        return [*lines, _text("none: this is the first of its shape", width, "muted")]
    marks: list[Span] = [
        outcome_mark(row.status, view.glyphs, is_loud=False) for row in reversed(facts.alike)
    ]
    marks.append((" " * (12 - len(marks)), ""))
    counts = outcome_counts(facts.alike)
    lines.append(spread([*marks, (counts[0], "ink")], [], width, margin=2))
    lines += [_text(f"{'':12}{words}", width, "muted") for words in counts[1:]]
    return lines


def outcome_counts(rows: Sequence[GateRow]) -> list[str]:
    """`8 approved`, `1 rejected`, `1 unanswered`: only those there are."""
    words = {"approved": "approved", "rejected": "rejected", "expired": "unanswered"}
    names = [words.get(row.status, row.status) for row in rows]
    return [f"{names.count(name)} {name}" for name in dict.fromkeys(sorted(names))]


# --- the tabs


def why_lines(facts: ReviewFacts, width: int, view: View) -> list[Line]:
    """What the agent says it is for, what it was last asked, and what it did just before."""
    measure = min(MEASURE, width - 2)
    lines = [_title("why, in the agent's own words", width)]
    if facts.gate.why:
        said = clean_lines(facts.gate.why, limit_lines=60, limit_chars=20_000)
        lines += _prose(said, measure, "ink")
    else:
        lines += _prose(["it gave no reason"], measure, "muted")
    lines += [BLANK, _title("the last prompt before it", width)]
    asked = clean_lines(facts.last_prompt, limit_lines=_PROMPT_LINES, limit_chars=20_000)
    lines += _prose(asked if facts.last_prompt else ["none is recorded"], measure, "soft")
    lines += [BLANK, _title("what the agent did before it", width)]
    if not facts.events:
        lines += _prose(["nothing is recorded"], measure, "muted")
    lines += [_event(event, width, view) for event in facts.events]
    return [*lines, *_signed(facts, measure, width, view)]


def _signed(facts: ReviewFacts, measure: int, width: int, view: View) -> list[Line]:
    """Who has answered so far and what they said; the payload was on the screen before this."""
    if not facts.signatures:
        return []
    lines = [BLANK, _title(f"answers so far, {facts.signed} of {facts.needed}", width)]
    for each in facts.signatures:
        note = f": {clean(each.note, 2000)}" if each.note else ""
        at = numbers.moment(times.parse(each.signed_at), view.now)
        is_same = each.sha256 is None or each.sha256 == facts.sha256
        other = "" if is_same else " (another payload)"
        said = f"{at} {clean(each.signer, 80)} {clean(each.outcome, 40)}{other}{note}"
        lines += _prose([said], measure, "ink")
    return lines


def _title(text: str, width: int) -> Line:
    return spread([(text, "bright bold")], [], width)


def _prose(texts: Sequence[str], width: int, token: str) -> list[Line]:
    return [
        Line(((" ", ""), (row, token))) for text in texts for row in parts.wrap(text, width) or [""]
    ]


def _event(event: Event, width: int, view: View) -> Line:
    look = "bad" if event.level == "error" else "soft"
    message = parts.cut(event.message, width - 27, view.glyphs)
    at = numbers.stamp(times.parse(event.created_at), view.now)
    return columns(
        width,
        [
            Cell(1, numbers.STAMP, [(at, "muted")]),
            Cell(13, 12, [(parts.cut(event.kind, 12, view.glyphs), look)]),
            Cell(26, width - 27, [(message, "ink")]),
        ],
    )


def blast_lines(
    facts: ReviewFacts, blast: Blast, document: Document, width: int, view: View
) -> list[Line]:
    """How far it reaches, as far as the payload tells."""
    measure = min(MEASURE, width)
    lines = [
        spread(
            [("how far it reaches", "bright bold"), ("   inferred from the payload", "muted")],
            parts.risk(facts.gate.risk, view.glyphs),
            width,
        ),
        BLANK,
    ]
    for fact in blast.facts():
        token = fact_token(fact)
        spans = [[(row, token)] for row in parts.wrap(fact.text, measure - _LABEL - 2)]
        labels = [fact.label, *[""] * (len(spans) - 1)]
        lines += parts.details(zip(labels, spans, strict=True), measure, margin=1)
    remarks = [(section.title, each) for section in document.sections for each in section.remarks]
    if remarks:
        lines += [BLANK, _title("what a reader must not miss", width)]
        for title, remark in remarks:
            lines += _prose([f"{title}: {remark}"], measure - 2, "you")
    lines += [BLANK, *_paths(blast, measure)]
    if not blast.is_searched_whole:
        lines += _prose(["only the beginning of this payload was searched"], measure, "doubt")
    lines += [BLANK, *_timeout(facts, measure, view)]
    return lines


def _paths(blast: Blast, width: int) -> list[Line]:
    if not blast.paths:
        return _prose(["it names no path"], width - 2, "muted")
    guarded = dict(blast.protected)
    longest = min(max(map(cells_of, blast.paths)), width // 2)
    lines = [_title(f"{len(blast.paths):,} {'path' if len(blast.paths) == 1 else 'paths'}", width)]
    for path in blast.paths:
        notes = [f"protected by {guarded[path]}"] if path in guarded else []
        notes += ["outside the project"] if path in blast.outside else []
        note: list[Span] = [(f"   {', '.join(notes)}", "you")] if notes else []
        shown = parts.pad(path, longest) if note else path
        lines.append(spread([(shown, "ink"), *note], [], width))
    return lines


def _timeout(facts: ReviewFacts, width: int, view: View) -> list[Line]:
    return parts.details([("timeout", timeout_words(facts, view))], width, margin=1)


def timeout_words(facts: ReviewFacts, view: View) -> str:
    """What happens when nobody answers."""
    expires = times.parse(facts.gate.expires_at)
    told = facts.on_timeout or "the agent is told that nobody answered"
    if expires is None:
        return "none: it waits until somebody answers"
    at = numbers.moment(expires, view.now)
    if facts.system is not None and not facts.system.expires_gates:
        if facts.overdue_since is not None:
            return f"overdue, it can still be answered: since {at}"
        return f"{at}, and then it is overdue: it can still be answered"
    return f"{at}, then {told}"


def alike_lines(facts: ReviewFacts, width: int, view: View) -> list[Line]:
    """Gates of the same shape: who decided what, when, and how that turned out."""
    summary = ", ".join(outcome_counts(facts.alike))
    lines = [
        spread(
            [("like this before", "bright bold"), (f"   {summary}" if summary else "", "muted")],
            [("last 10 of its shape", "muted")] if width >= 100 else [],
            width,
        ),
        BLANK,
    ]
    if not facts.alike:
        return [*lines, *_prose(["none: this is the first gate of its shape"], MEASURE, "muted")]
    return [*lines, *(_alike(row, facts, width, view) for row in facts.alike)]


def _alike(row: GateRow, facts: ReviewFacts, width: int, view: View) -> Line:
    turned_out = row.outcome
    is_failed = row.id in facts.failed_after
    if is_failed:
        turned_out = "approved, then failed"
    who = row.decided_by or view.glyphs.nothing
    said = f"   {quoted(row.reason, view.glyphs)}" if row.reason else ""
    outcome: list[Span] = [(turned_out, "bad bold" if is_failed else "ink"), (said, "muted")]
    at = 44 if width < 100 else 64
    when = numbers.stamp(row.decided, view.now)
    return columns(
        width,
        [
            Cell(1, 1, [outcome_mark(row.status, view.glyphs)]),
            Cell(3, numbers.STAMP, [numbers.toned(when, "muted")]),
            Cell(15, at - 26, [(parts.cut(row.title, at - 26, view.glyphs), "ink")]),
            Cell(at - 10, 9, [(parts.cut(who, 9, view.glyphs), "soft")]),
            Cell(at, width - at - 1, parts.cut_spans(outcome, width - at - 1, view.glyphs)),
        ],
    )
