"""Plays an errand: a lead agent's turns, a helper's few calls, sometimes a question at the end."""

from collections.abc import Callable, Generator
from typing import Any

from ..recorder import AgentHandle, Run
from .errands import Errand
from .gates import Answer, Question
from .models import WINDOW, Use
from .stage import Script, Stage

Asking = Callable[[Stage, AgentHandle, Question], Generator[Any, Any, Answer]]
"""Puts a question and says what came of it."""


def errand(
    stage: Stage,
    work: Errand,
    *,
    question: Question | None = None,
    asking: Asking = Stage.ask,
    fails: bool = False,
) -> Script:
    """One run of an errand, from its first second to its last."""
    run = stage.run(work.name, project=work.project, kind=work.kind)
    lead = stage.agent(run, work.lead, work.model)
    context = yield from _turns(stage, work, lead, fails=fails)
    if fails:
        _fail(stage, work, lead, run)
        return
    text = work.closing
    if question is not None:
        answer = yield from asking(stage, lead, question)
        if answer.approved:
            yield from stage.tool(lead, question.tool, 1.4, question.payload, question.effect)
        else:
            text = f"{answer.told} {text}"
    use = Use(context + 700, 60 + len(text), cache_read=context)
    yield from stage.think(lead, "report", stage.random.uniform(4, 9), use, "Report.", text)
    lead.done()
    run.done()


def _turns(
    stage: Stage, work: Errand, lead: AgentHandle, *, fails: bool
) -> Generator[Any, Any, int]:
    """The lead's turns, the helper's look after the first; how many tokens its context holds."""
    cached, context = 0, stage.random.randint(18, 44) * 1_000
    for turn in work.turns:
        context += stage.random.randint(8, 22) * 1_000
        use = Use(context, 260 + len(turn.text), cached, context - cached - 600)
        seconds, share = stage.random.uniform(8, 26), context / WINDOW
        yield from stage.think(lead, turn.name, seconds, use, work.task, turn.text, context=share)
        error = work.trouble if fails and turn is work.turns[-1] else None
        seconds = stage.random.uniform(2, 20)
        # A turn's output tells how it went well.
        output = None if error else turn.output
        yield from stage.tool(lead, turn.tool, seconds, turn.input, output, error=error)
        if not cached:
            yield from _help(stage, work, lead)
        cached = context
    return context


def _help(stage: Stage, work: Errand, lead: AgentHandle) -> Script:
    """The helper, a level below: two looks and a word."""
    helper = stage.agent(lead, work.helper, work.helper_model)
    for _ in range(2):
        seconds, size = stage.random.uniform(1, 3), stage.random.randint(800, 6_400)
        path = {"path": f"{work.project}/{stage.random.choice(PLACES)}"}
        yield from stage.tool(helper, "read_file", seconds, path, f"{size:,} bytes")
    use = Use(stage.random.randint(3_000, 8_000), 90, cache_read=1_200)
    text = "Read. Nothing there contradicts the plan."
    yield from stage.think(helper, "look", stage.random.uniform(3, 7), use, work.task, text)
    helper.done()


PLACES = ("README.md", "CHANGELOG.md", "settings.py", "main.py", "notes.md", "tests/conftest.py")


def _fail(stage: Stage, work: Errand, lead: AgentHandle, run: Run) -> None:
    lead.fail(work.trouble)
    run.fail(work.trouble)
    if stage.now > 0:
        # Alarms of the past are part of the plot; those of the play come as they come.
        title = f"run failed: {work.name}"
        stage.alarm("failed", title, work.name, severity="error", message=work.trouble)
