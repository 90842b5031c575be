"""Draws the list of gates, what was decided today, and the pane of the selected one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...data.approvals import ApprovalsFacts, GateRow, ReviewFacts
from ...data.blast import Blast
from ...data.document import DocLine, Document
from ...data.rows import Signature
from ...data.suggestions import Suggestion
from ...data.text import clean
from .. import numbers, parts
from ..line import BLANK, Cell, Line, Span, columns, spread, width_of
from ..view import View
from .review import Place, changed_line, doc_line, head_line, language_of, title_spans
from .review_pages import edged, outcome_mark, quoted, timeout_words

SOON = 300.0
"""Seconds left from which an expiry is amber."""

_LABEL = 9
_WIDE = 100


class ListRow(NamedTuple):
    """One row of the list: the first or second line of a gate, or a line of its own."""

    key: str
    gate: GateRow | None = None
    part: int = 0
    line: Line = BLANK


class Where(NamedTuple):
    """Where the columns stand."""

    agent: int
    """0: the agent stands on a second line."""
    need: int
    age: int


def layout(width: int, *, is_tall: bool) -> Where:
    """The columns of a list of some width."""
    if is_tall:
        return Where(0, width - 12, width - 8)
    if width < 70:
        return Where(0, 0, width - 8)
    return Where(width - 23, width - 14, width - 8)


def head(width: int, which: str, *, is_tall: bool) -> Line:
    """The column heads."""
    at = layout(width, is_tall=is_tall)
    cells = [
        Cell(3, 13, [("RISK", "muted")]),
        Cell(17, 7, [("EXPIRES" if which != "closed" else "OVER", "muted")], "right"),
        Cell(25, 20, [("ACTION", "muted")]),
    ]
    if at.agent:
        cells.append(Cell(at.agent, 8, [("AGENT", "muted")]))
    if at.need:
        cells.append(Cell(at.need, 4, [("NEED", "muted")]))
    cells.append(_age_cell(at, width, [("FOR", "muted")]))
    return columns(width, cells)


def _age_cell(at: Where, width: int, spans: Sequence[Span]) -> Cell:
    right = width - 1 if at.agent or not at.need else width - 2
    return Cell(right - 6, 6, spans, "right")


def rows(gates: Sequence[GateRow], tail: Sequence[Line], *, is_tall: bool) -> list[ListRow]:
    """The gates, one line each or two with a blank between, and what stands below them."""
    found: list[ListRow] = []
    for gate in gates:
        if found and is_tall:
            found.append(ListRow(""))
        found.append(ListRow(gate.id, gate))
        if is_tall:
            found.append(ListRow(gate.id, gate, 1))
    return [*found, *(ListRow("", line=line) for line in tail)]


def row_line(
    row: ListRow, width: int, view: View, *, is_tall: bool, is_selected: bool, actor: str
) -> Line:
    """One line of the list."""
    if row.gate is None:
        return row.line
    if row.part:
        return _second_line(row.gate, width, view, actor)
    return _first_line(row.gate, width, view, is_tall=is_tall, is_selected=is_selected)


def _first_line(gate: GateRow, width: int, view: View, *, is_tall: bool, is_selected: bool) -> Line:
    at, glyphs = layout(width, is_tall=is_tall), view.glyphs
    is_open = gate.is_open and view.is_live
    end = (at.agent or at.need or at.age) - 1
    title_look = "bright bold" if is_selected else "ink" if is_open else "muted"
    risk = parts.risk(gate.risk, glyphs)
    if not is_open:
        risk = [(text, "muted") for text, _ in risk]
    cells = [
        Cell(1, 1, [_mark(gate, view)]),
        Cell(3, 13, risk),
        Cell(17, 7, [_expiry(gate, view)], "right"),
        Cell(25, end - 25, [(parts.cut(gate.title, end - 25, glyphs), title_look)]),
    ]
    if at.agent:
        cells.append(Cell(at.agent, 8, [(parts.cut(gate.agent, 8, glyphs), "soft")]))
    if at.need:
        signed = f"{gate.signed}/{gate.needed}".rjust(4 if is_tall else 0)
        cells.append(Cell(at.need, 4, [(signed, "soft")]))
    cells.append(_age_cell(at, width, [_waited(gate, view)]))
    return columns(width, cells)


def _mark(gate: GateRow, view: View) -> Span:
    if gate.is_open:
        return (view.glyphs.waiting, "you bold") if view.is_live else (view.glyphs.unknown, "muted")
    return outcome_mark(gate.status, view.glyphs)


def _expiry(gate: GateRow, view: View) -> Span:
    if not gate.is_open:
        if gate.status == "expired":
            return ("expired", "muted")
        return (numbers.short_stamp(gate.decided, view.now), "muted")
    if gate.expires is None:
        return (view.glyphs.nothing, "faint")
    if gate.is_overdue:
        return ("overdue", "you bold" if view.is_live else "soft")
    left = gate.expires - view.now
    text = numbers.countdown(left, view.glyphs, width=7)
    if not view.is_live:
        return (text, "soft")
    return (text, "you bold" if left < SOON else "ink")


def _waited(gate: GateRow, view: View) -> Span:
    if gate.asked is None:
        return (view.glyphs.nothing, "faint")
    end = view.now if gate.is_open or gate.decided is None else gate.decided
    return (
        numbers.age(end - gate.asked, view.glyphs, width=6),
        "soft" if gate.is_open else "muted",
    )


def _second_line(gate: GateRow, width: int, view: View, actor: str) -> Line:
    spans: list[Span] = [(gate.run, "muted")]
    if gate.agent:
        spans += (
            [(f" {view.glyphs.path} {gate.agent}", "muted")]
            if gate.run
            else [(gate.agent, "muted")]
        )
    if not gate.is_open:
        who = f" by {person(gate.decided_by, actor)}" if gate.decided_by else ""
        outcome, comma, rest = gate.outcome.partition(",")
        spans.append((f"   {outcome}{who}{comma}{rest}", "soft"))
    return columns(width, [Cell(25, width - 27, parts.cut_spans(spans, width - 27, view.glyphs))])


def person(name: str, actor: str) -> str:
    """Who it was: the reader is `you`."""
    return "you" if name and name == actor else name


# --- below the list


def cannot_decide(*, is_tall: bool) -> Line:
    """Says where a gate is decided."""
    if not is_tall:
        said: list[Span] = [
            ("This list cannot decide: ", "muted"),
            ("enter", "bright bold"),
            (" opens the review.", "muted"),
        ]
    else:
        said = [
            ("Deciding happens in the review: ", "muted"),
            ("enter", "bright bold"),
            (" opens it. This list cannot decide.", "muted"),
        ]
    return Line((("   ", ""), *said))


def decided_today(gates: Sequence[GateRow], width: int, view: View, actor: str) -> list[Line]:
    """The day's answers, the latest first."""
    lines = [Line((("   ", ""), ("decided today", "bright bold")))]
    for gate in gates:
        who = person(gate.decided_by, actor)
        cells = [
            Cell(3, 1, [outcome_mark(gate.status, view.glyphs)]),
            Cell(5, 5, [(numbers.time_of_day(gate.decided)[:5], "muted")]),
            Cell(12, 26, [(parts.cut(gate.title, 26, view.glyphs), "soft")]),
        ]
        if who:
            cells.append(Cell(39, 8, [(parts.cut(who, 8, view.glyphs), "muted")]))
            cells.append(Cell(48, width - 49, [(gate.outcome, "muted")]))
        else:
            cells.append(Cell(39, width - 40, [(gate.outcome, "muted")]))
        lines.append(columns(width, cells))
    return lines


def rule_line(count: int, *, has_rule: bool) -> Line:
    """Said only where it is true."""
    said = f"the last {count} gates of this shape were all approved"
    key, word = ("y r", " copies a rule") if has_rule else ("y", " copy")
    said += "   " if has_rule else ": a rule would do   "
    return Line((("   ", ""), (said, "muted"), (key, "bright bold"), (word, "muted")))


def suggested(rules: Sequence[Suggestion]) -> list[Span]:
    """How many rules would have spared how many questions; nothing applies them."""
    gates = sum(len(each.approvals) for each in rules)
    said = f"{len(rules)} rules" if len(rules) > 1 else "1 rule"
    return [
        (f"{said} would have covered {gates} of these   ", "muted"),
        ("O", "bright bold"),
        (" reads, ", "muted"),
        ("y R", "bright bold"),
        (" copies", "muted"),
    ]


def empty_lines(facts: ApprovalsFacts, which: str, view: View) -> list[Line]:
    """Why nothing stands here, and what was last."""
    if facts.lacks:
        return [_said("no gates here", "bright bold"), _said(facts.lacks, "muted")]
    if which != "open":
        return [_said("no gate was decided yet", "bright bold")]
    last = facts.last_decided
    what = "nothing was decided yet"
    if last is not None:
        what = f"last decided {numbers.short_stamp(last.decided, view.now)} ({last.outcome})"
    return [
        _said("nothing waits for you", "bright bold"),
        _said(f"{what}   next expiry: none", "muted"),
        BLANK,
        Line((("   ", ""), *parts.keys([("H", "history"), ("o", "all and closed")]))),
    ]


def _said(text: str, token: str) -> Line:
    return Line((("   ", ""), (text, token)))


# --- the pane


def preview(
    facts: ReviewFacts,
    document: Document,
    blast: Blast,
    width: int,
    height: int,
    view: View,
    actor: str,
    *,
    rule: Suggestion | None = None,
) -> list[Line]:
    """The selected gate at a glance: beside the list, or in a few rows below it.

    `rule` is the one that would have covered it, where one is suggested.
    """
    if height < 16:
        lines = _low_preview(facts, document, blast, width, view, actor)
        if rule is not None:
            # What others approved must not be what is read first of a gate that waits.
            lines.insert(
                len(lines) if facts.status == "pending" else 1, _rule_row(rule, width, view)
            )
        return lines[:height]
    lines = _tall_preview(facts, document, blast, width, view, actor)
    if rule is not None:
        lines += [BLANK, *_rule_lines(rule, width, height - len(lines) - 1, view)]
    if width >= _WIDE:
        lines += [BLANK, *_whole(document, width, height - len(lines) - 1, view)]
    return edged(lines, width, height, view)


def _rule_row(rule: Suggestion, width: int, view: View) -> Line:
    """What speaks for a rule, in one row."""
    copies: list[Span] = [("   y r", "bright bold"), (" copies it", "muted")]
    room = width - 2 - _LABEL - width_of(copies)
    shown: Span = (parts.cut(_evidence(rule, view), room, view.glyphs), "ink")
    return Line(((" ", ""), ("rule".ljust(_LABEL), "muted"), shown, *copies))


def _rule_lines(rule: Suggestion, width: int, most: int, view: View) -> list[Line]:
    """The rule itself, as it would be copied; where it is longer than there is room, its start."""
    copies: list[Span] = [("y r", "bright bold"), (" copies it", "muted")]
    lines = [spread([("a rule would do", "bright bold")], copies, width, margin=2)]
    for row in rule.text.splitlines():
        token = "muted" if row.startswith("#") else "soft"
        lines += [Line((("  ", ""), (each, token))) for each in parts.wrap(row, width - 4)]
    if len(lines) <= most:
        return lines
    shown = max(1, most - 1)
    more = parts.folded(len(lines) - shown, "lines", view.glyphs)
    reads: list[Span] = [("O", "bright bold"), (" reads it", "muted")]
    return [*lines[:shown], spread([more], reads, width, margin=2)]


def _evidence(rule: Suggestion, view: View) -> str:
    """How often it was approved, by whom, how quickly."""
    who = rule.people[0] if len(rule.people) == 1 else f"{len(rule.people)} people"
    quick = f", median {numbers.duration(rule.median_s, view.glyphs)}" if rule.median_s else ""
    return f"{len(rule.approvals)} like it approved by {who}{quick}"


def _whole(document: Document, width: int, most: int, view: View) -> list[Line]:
    """The payload as the review shows it, as far as there is room; not to be decided on here."""
    lines: list[Line] = []
    for number, section in enumerate(document.sections):
        start = document.starts[number]
        place = Place(start, start + len(section.lines), document.total)
        lines.append(head_line(section, place, view, width))
        language = language_of(section)
        for index in range(min(len(section.lines), max(0, most - len(lines)))):
            line = section.lines[index]
            lines.append(doc_line(line, width, view, language=language, is_seen=False))
        if len(lines) >= most:
            break
    return lines[:most]


def _low_preview(
    facts: ReviewFacts, document: Document, blast: Blast, width: int, view: View, actor: str
) -> list[Line]:
    first = document.sections[0]
    right: list[Span] = [(parts.cut_path(first.title, 24, view.glyphs), "ink")]
    if first.kind == "file":
        added, removed = numbers.lines(first.added, first.removed, view.glyphs)
        right += [(" ", ""), added, (" ", ""), removed]
    if (more := len(document.sections) - 1) > 0:
        right.append((f"  +{more} {'file' if more == 1 else 'files'}", "muted"))
    gate_id: Span = (f"  {parts.cut(facts.gate.id, 16, view.glyphs)}", "muted")
    room = width - width_of(right) - 5 - width_of([gate_id])
    title = parts.cut_spans(title_spans(clean(facts.gate.title, 400)), room, view.glyphs)
    lines = [_titled([*title, gate_id], right, width, view)]
    lines += _changes(document, 3, width, view)
    return [*lines, *_reasons(facts, blast, width, view, actor, is_low=True)]


def _titled(left: Sequence[Span], right: Sequence[Span], width: int, view: View) -> Line:
    """The pane's first row; where it has no ground of its own a hairline is its edge."""
    gap = width - 4 - width_of(left) - width_of(right)
    if view.has_grounds or gap < 1:
        return spread(left, right, width)
    line: Span = (view.glyphs.hairline * gap, "line")
    return Line(((" ", ""), *left, (" ", ""), line, (" ", ""), *right))


def _tall_preview(
    facts: ReviewFacts, document: Document, blast: Blast, width: int, view: View, actor: str
) -> list[Line]:
    glyphs = view.glyphs
    title = title_spans(clean(facts.gate.title, 400))
    about = f"{facts.gate.id} {glyphs.idle} {facts.agent} {glyphs.idle} needs "
    about += f"{min(facts.signed + 1, facts.needed)} of {facts.needed}"
    lines = [
        BLANK,
        spread(parts.cut_spans(title, width - 4, glyphs), [], width, margin=2),
        spread([(parts.cut(about, width - 4, glyphs), "muted")], [], width, margin=2),
        BLANK,
    ]
    lines += [
        _section(document, number, width, view) for number in range(min(6, len(document.sections)))
    ]
    shown = _changes(document, 5, width, view) if width < _WIDE else []
    lines += [BLANK, *shown] if shown else []
    if shown and (more := document.total - len(shown)) > 0:
        noun = "line in the review" if more == 1 else "lines in the review"
        lines.append(spread([parts.folded(more, noun, glyphs)], [], width, margin=2))
    lines += [BLANK, *_reasons(facts, blast, width, view, actor, is_low=False), BLANK]
    keys: list[Span] = [("enter", "bright bold"), (" review", "muted")]
    return [*lines, spread(parts.risk(facts.gate.risk, glyphs), keys, width, margin=2)]


def _section(document: Document, number: int, width: int, view: View) -> Line:
    section = document.sections[number]
    right: list[Span] = []
    if section.kind == "file":
        added, removed = numbers.lines(section.added, section.removed, view.glyphs)
        right = [added, (" " * (5 - len(removed[0])), ""), removed]
    room = width - 6 - width_of(right)
    return spread(
        [(parts.cut_path(section.title, room, view.glyphs), "ink")], right, width, margin=2
    )


def _changes(document: Document, most: int, width: int, view: View) -> list[Line]:
    """The first lines that change something; where none does, the first lines."""
    section = document.sections[0]
    language = language_of(section)
    picked: list[DocLine] = []
    for index in range(min(len(section.lines), 200)):
        line = section.lines[index]
        if line.sign in "-+" or (not section.added and not section.removed):
            picked.append(line)
        if len(picked) == most:
            break
    margin = 1 if width >= 60 else 2
    return [changed_line(line, width, view, language=language, margin=margin) for line in picked]


def _reasons(
    facts: ReviewFacts, blast: Blast, width: int, view: View, actor: str, *, is_low: bool
) -> list[Line]:
    margin = 1 if is_low else 2
    room = width - 2 * margin - _LABEL
    why = clean(facts.gate.why, 600) if facts.gate.why else ""
    pairs: list[tuple[str, str]] = [
        ("why", quoted(why, view.glyphs) if why else "the agent gave no reason"),
        ("risk", _risk_words(blast)),
        ("undo", blast.undo),
    ]
    if facts.status == "pending" and facts.requester_gone:
        pairs.insert(0, ("asker", "its process is gone: nobody would hear an answer"))
    elif facts.status == "pending":
        pairs.append(("timeout", timeout_words(facts, view)))
    else:
        pairs = [*_outcome(facts, view, actor), *pairs]
    lines: list[Line] = []
    for label, text in pairs:
        shown = parts.wrap(text, room)[: 1 if is_low else 4]
        if is_low:
            shown = [parts.cut(text, room, view.glyphs)]
        for number, row in enumerate(shown):
            name = label if number == 0 else ""
            lines.append(Line(((" " * margin, ""), (name.ljust(_LABEL), "muted"), (row, "ink"))))
    return lines


def _risk_words(blast: Blast) -> str:
    concerns = [fact for fact in blast.facts() if fact.is_concern and fact.label != "undo"]
    said = [
        fact.text if fact.label == "path" else f"{fact.label}: {fact.text}" for fact in concerns
    ]
    return "; ".join(said) or "nothing in the payload stands out"


def _outcome(facts: ReviewFacts, view: View, actor: str) -> list[tuple[str, str]]:
    """How it ended, by whom, how long it was on screen, and when the agent heard it."""
    gate = facts.as_gate("")
    if facts.status == "expired":
        return [("outcome", f"nobody answered by {numbers.moment(gate.expires, view.now)}")]
    who = f" by {person(clean(gate.decided_by, 80), actor)}" if gate.decided_by else ""
    pairs = [("outcome", f"{facts.status}{who} {numbers.moment(gate.decided, view.now)}")]
    if gate.reason:
        pairs.append(("note", quoted(clean(gate.reason, 600), view.glyphs)))
    pairs += [("read", shown_words(each, actor)) for each in facts.signatures if each.shown_ms]
    if gate.picked_up is not None:
        picked = f"picked up {numbers.moment(gate.picked_up, view.now)}"
        if gate.moved_on is not None:
            picked += f", moved on {numbers.moment(gate.moved_on, view.now)}"
        pairs.append(("receipt", picked))
    return pairs


def shown_words(signature: Signature, actor: str) -> str:
    """How long the payload was on its reader's screen."""
    seconds = None if signature.shown_ms is None else signature.shown_ms / 1000
    return f"{numbers.duration(seconds)} for {person(clean(signature.signer, 80), actor)}"


# --- history


def history_head(width: int) -> Line:
    """The heads of the history."""
    at = _history(width)
    cells = [
        Cell(3, numbers.STAMP, [("WHEN", "muted")]),
        Cell(_ACTION, at.room, [("ACTION", "muted")]),
    ]
    if at.who:
        cells.append(Cell(at.who, 8, [("WHO", "muted")]))
        cells.append(Cell(at.shown, 7, [("READ", "muted")], "right"))
    return columns(width, [*cells, Cell(at.outcome, 12, [("OUTCOME", "muted")])])


_ACTION = 15
"""Column of the action, behind when."""


class _History(NamedTuple):
    who: int
    """0: there is no room for who it was and how long it was read."""
    shown: int
    outcome: int

    @property
    def room(self) -> int:
        """Cells of the action."""
        return (self.who or self.outcome) - _ACTION - 1


def _history(width: int) -> _History:
    outcome = width - 26
    return _History(outcome - 17, outcome - 8, outcome) if width >= 70 else _History(0, 0, outcome)


def history_line(
    gate: GateRow, answers: Mapping[str, Signature], width: int, view: View, actor: str
) -> Line:
    """One gate that is over: when, what, who, how long it was read, how it ended."""
    at, glyphs = _history(width), view.glyphs
    answer = answers.get(gate.id)
    shown = None if answer is None or answer.shown_ms is None else answer.shown_ms / 1000
    who = person(gate.decided_by, actor) or glyphs.nothing
    outcome: list[Span] = [(gate.outcome, "soft")]
    if gate.reason:
        outcome.append((f"  {quoted(gate.reason, glyphs)}", "muted"))
    cells = [
        Cell(1, 1, [outcome_mark(gate.status, glyphs)]),
        Cell(3, numbers.STAMP, [numbers.toned(numbers.stamp(gate.decided, view.now), "muted")]),
        Cell(_ACTION, at.room, [(parts.cut(gate.title, at.room, glyphs), "ink")]),
    ]
    if at.who:
        read = numbers.toned(numbers.duration(shown, glyphs), "soft")
        cells.append(Cell(at.who, 8, [(parts.cut(who, 8, glyphs), "soft")]))
        cells.append(Cell(at.shown, 7, [read], "right"))
    cells.append(Cell(at.outcome, width - at.outcome - 1, parts.cut_spans(outcome, 25, glyphs)))
    return columns(width, cells)
