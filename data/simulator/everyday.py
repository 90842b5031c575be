"""Plays an errand: a lead agent's turns, a helper's few calls, sometimes a question in between."""

from collections.abc import Callable, Generator
from typing import Any

from ..recorder import AgentHandle
from .errands import Errand
from .gates import Answer
from .models import Use
from .stage import Script, Stage

Asking = Callable[[Stage, AgentHandle], Generator[Any, Any, Answer]]
"""Puts the errand's question and says what came of it."""


def errand(
    stage: Stage, work: Errand, *, asks: Asking | None = None, fails: bool = False
) -> Script:
    """One run of an errand, from its first second to its last."""
    run = stage.run(work.name, project=work.project, kind=work.kind)
    lead = stage.agent(run, work.lead, work.model)
    context = stage.random.randint(18, 44) * 1_000
    for number, turn in enumerate(work.turns):
        grown = context + stage.random.randint(8, 22) * 1_000
        again = context if number else 0
        use = Use(grown, 260 + len(turn.text), cache_read=again, cache_write=grown - again - 600)
        seconds = stage.random.uniform(8, 26)
        share = grown / 200_000
        yield from stage.think(lead, turn.name, seconds, use, work.task, turn.text, context=share)
        last = number == len(work.turns) - 1
        error = work.trouble if fails and last else None
        seconds = stage.random.uniform(2, 20)
        yield from stage.tool(lead, turn.tool, seconds, turn.input, turn.output, error=error)
        if number == 0:
            yield from help_out(stage, work, lead)
        context = grown
    if fails:
        lead.fail(work.trouble)
        run.fail(work.trouble)
        return
    text = work.closing
    if asks is not None:
        answer = yield from asks(stage, lead)
        text = work.closing if answer.approved else f"{answer.told} {work.closing}"
    use = Use(context + 700, 60 + len(text), cache_read=context)
    yield from stage.think(lead, "report", stage.random.uniform(4, 9), use, "Report.", text)
    lead.done()
    run.done()


def help_out(stage: Stage, work: Errand, lead: AgentHandle) -> Script:
    """The helper, a level below: two looks and a word."""
    helper = stage.agent(lead, work.helper, work.helper_model)
    for _ in range(2):
        size = stage.random.randint(800, 6_400)
        path = {"path": f"{work.project}/{stage.random.choice(PLACES)}"}
        yield from stage.tool(
            helper, "read_file", stage.random.uniform(1, 3), path, f"{size:,} bytes"
        )
    use = Use(stage.random.randint(3_000, 8_000), 90, cache_read=1_200)
    text = "Read. Nothing there contradicts the plan."
    yield from stage.think(helper, "look", stage.random.uniform(3, 7), use, work.task, text)
    helper.done()


PLACES = ("README.md", "CHANGELOG.md", "settings.py", "main.py", "notes.md", "tests/conftest.py")
