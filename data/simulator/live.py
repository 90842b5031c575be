"""What happens while somebody watches: a payload changes, a gate runs out, errands come and go."""

from collections.abc import Generator
from typing import Any

from ..recorder import AgentHandle, Gate
from . import errands, machinery, past
from .everyday import errand
from .gates import Answer, Question
from .models import HAIKU, SONNET, Use
from .stage import Script, Stage

MOST_PENDING = 6
"""Gates that wait at once: no more are opened above it."""

CHANGES_AFTER = 15.0
"""Seconds after which the payload of a gate changes under its reader's eyes."""

_LIMITS = "[limits]\nrate = 10\nburst = {burst}\n\n[limits.keys]\nrate = {rate}\n"


def _limits(burst: int, rate: int) -> dict[str, Any]:
    before, after = _LIMITS.format(burst=40, rate=5), _LIMITS.format(burst=burst, rate=rate)
    return {"files": [{"path": "config/limits.toml", "before": before, "after": after}]}


TUNE = Question(
    title="edit config/limits.toml",
    payload=_limits(60, 5),
    risk="medium",
    why="Pages with many pictures meet the burst limit: 60 would let 99% of them through.",
    timeout=600,
)

TUNE_MORE = _limits(60, 50)
"""What the same gate asks for a little later: a limit per key is raised as well, tenfold."""

PURGE = Question(
    title="http POST cdn.example.net/purge",
    payload={
        "http": {
            "method": "POST",
            "url": "https://cdn.example.net/purge",
            "headers": {"Content-Type": "application/json"},
            "body": {"paths": ["/docs/*", "/assets/app.css"]},
        }
    },
    risk="medium",
    why="The new pages are out; without a purge readers see the old ones for up to an hour.",
    timeout=90,
)


def tune_limits(stage: Stage) -> Script:
    """Asks for one change, then, under the same gate, for a larger one."""
    run = stage.run("tune-limits", project="web")
    agent = stage.agent(run, "tuner", SONNET)
    read = {"command": "stats limits --since 24h"}
    yield from stage.tool(agent, "bash", 4, read, "1.2% of page loads meet the burst limit")
    task = "Page loads meet the burst limit. Find a value that lets 99% of them through."
    text = "A burst of 60 lets 99.1% through; 80 would bring 99.3%. I propose 60."
    use = Use(11_800, 240, cache_write=9_000)
    yield from stage.think(agent, "weigh", 9, use, task, text, context=0.06)
    question = TUNE._replace(timeout=86_400.0) if stage.is_still else TUNE
    yield stage.until(0) if stage.is_still else 3
    gate = stage.gate(agent, question)
    stage.add(stage.now + CHANGES_AFTER, change(stage, agent, gate))
    answer: Answer = yield gate
    if answer.approved:
        yield from stage.tool(agent, "write_file", 1, {"path": "config/limits.toml"}, "written")
        yield from stage.tool(agent, "bash", 5, {"command": "web reload"}, "reloaded, 30 instances")
        text = "The new limits are in force. I look at the numbers again in an hour."
    else:
        text = f"{answer.told} The limits stay as they are; I add the numbers to the ticket."
    use = Use(12_400, 70, cache_read=11_800)
    yield from stage.think(agent, "close", 5, use, answer.told, text, context=0.06)
    agent.done()
    run.done()


def change(stage: Stage, agent: AgentHandle, gate: Gate) -> Script:
    """Changes what a gate asks for, if it still waits."""
    if gate.change(TUNE_MORE):
        agent.event("note", "the limit per key is in the way as well", level="info")
    yield stage.never


def purge_cache(stage: Stage) -> Script:
    """Asks with little time: nobody may be there to answer."""
    run = stage.run("publish-docs", project="docs", kind="workflow")
    agent = stage.agent(run, "publisher", HAIKU)
    build = {"command": "make -C docs html"}
    yield from stage.tool(agent, "bash", 9, build, "61 pages")
    yield from stage.tool(agent, "bash", 4, {"command": "docs upload"}, "14 pages changed")
    answer = yield from stage.ask(agent, PURGE)
    if answer.approved:
        yield from stage.tool(agent, "http.post", 2, PURGE.payload, "202 Accepted")
        text = "Purged. Readers see the new pages now."
    else:
        text = f"{answer.told} The old pages expire by themselves within the hour."
    use = Use(4_100, 60)
    yield from stage.think(agent, "report", 4, use, answer.told, text, context=0.02)
    agent.done()
    run.done()


QUESTIONS = (past.GITHUB, past.README, past.PYPI, past.auth_write(1), past.AUTH_PAGE, past.HOOK)


def come_and_go(stage: Stage, *, every: float) -> Script:
    """Starts an errand about `every` seconds; now and then one that will ask."""
    while True:
        yield stage.random.uniform(0.6, 1.4) * every
        work = stage.random.choice(errands.ALL)
        question = stage.random.choice(QUESTIONS) if stage.random.random() < 0.35 else None
        fails = question is None and stage.random.random() < 0.12
        script = errand(stage, work, question=question, asking=ask_if_few, fails=fails)
        stage.add(stage.now, script)


def ask_if_few(stage: Stage, agent: AgentHandle, question: Question) -> Generator[Any, Any, Answer]:
    """Asks, unless enough gates wait already."""
    if stage.pending >= MOST_PENDING:
        return Answer("approved", "rule", "seen often before")
    return (yield from stage.ask(agent, question))


def again(stage: Stage, *, every: float) -> Script:
    """The two special gates again and again, where there is room for them."""
    while True:
        for call in (tune_limits, purge_cache):
            yield every
            if stage.pending < MOST_PENDING:
                stage.add(stage.now, call(stage))


def beat(stage: Stage) -> Script:
    """The parts of the system go on beating; the one that is down does not."""
    while True:
        for row in machinery.beating():
            stage.recorder.health(
                row["component"],
                row["status"],
                version=row["version"],
                details=row["details"],
                next_expected=stage.moment + 2 * machinery.BEAT,
            )
        yield machinery.BEAT
