"""What a stream says between its items, and why it is empty."""

from collections.abc import Sequence

from ...data.stream import StreamFacts
from .. import numbers
from ..line import BLANK, Line, Span
from ..view import View
from .stream import TEXT_AT

WITHOUT_TEXT = "no messages recorded: this source stores metadata only"


def before(facts: StreamFacts) -> list[Line]:
    """Above the first item: that there is more, or that there are no words."""
    if facts.has_older:
        return [_beside_text("earlier messages are read as you go up")]
    answers = [item for item in facts.items if item.relation == "prompt" and not item.is_open]
    if answers and all(item.is_read and not item.passage for item in answers):
        return _without_text(facts)
    return []


def after(facts: StreamFacts, view: View) -> list[Line]:
    """Below the last item: why nothing more comes."""
    last = facts.items[-1] if facts.items else None
    if last is None or last.role != "gate" or last.status != "pending" or not view.is_live:
        return []
    if last.deadline is not None and last.deadline <= view.now:
        return []
    return [_beside_text("nothing since: the agent is blocked on you")]


def empty(facts: StreamFacts | None, source_name: str, view: View) -> list[Line]:
    """Why there is nothing, and what can be done."""
    if facts is None:
        return [_line([("reading ", "muted"), (source_name, "muted")])]
    if not facts.agent and not facts.title:
        said = [_line([("no agent has been recorded here yet", "bright bold")])]
        said += [_line([(facts.lacks, "muted")])] if facts.lacks else []
        return [*said, BLANK, _ways_out()]
    if facts.lacks:
        return [*_without_text(facts), BLANK, _ways_out()]
    who = facts.agent or facts.title
    began = f"{who} began {numbers.age(view.now - facts.started)} ago" if facts.started else who
    said = [_line([(f"no messages yet: {began}", "bright bold")])]
    return [*said, BLANK, _ways_out()]


def _without_text(facts: StreamFacts) -> list[Line]:
    reason = facts.lacks or "the calls stand here without what was said in them"
    return [_line([(WITHOUT_TEXT, "bright bold")]), _line([(reason, "muted")])]


def _ways_out() -> Line:
    spans: list[Span] = []
    for key, word in (("1", "fleet"), ("0", "sources"), ("-", "last view")):
        spans += [(key, "bright bold"), (f" {word}   ", "muted")]
    return _line(spans)


def _line(spans: Sequence[Span]) -> Line:
    return Line(((" ", ""), *spans))


def _beside_text(said: str) -> Line:
    return Line(((" " * TEXT_AT, ""), (said, "muted")))
