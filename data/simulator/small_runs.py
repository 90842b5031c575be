"""The smaller runs of the made-up fleet: one failed, two finished, one waits twice."""

from ..recorder import AgentHandle, Run
from . import past
from .gates import Answer, Question, approved
from .models import HAIKU, OPUS, QWEN, SONNET, Use
from .stage import Script, Stage

TAG_EXISTS = """\
$ git tag -a v2.4.0 -m "2.4.0"
fatal: tag 'v2.4.0' already exists
"""

NOTES = """\
## 2.4.0

- Exports follow the link to the next 10,000 rows by themselves.
- Webhooks are tried eight times; the wait doubles each time.
- `web keys promote` takes effect at once.

Thanks to the eleven people who reported these.
"""


def release_notes(stage: Stage) -> Script:
    """Writes the notes, then fails on a tag that is already there."""
    run = stage.run("release-notes", short="41aa", project="web", kind="workflow")
    agent = stage.agent(run, "tagger", OPUS)
    log = {"command": "git log --oneline v2.3.1..HEAD"}
    yield from stage.tool(agent, "bash", 2, log, "61 commits")
    ask = "Write the notes of 2.4.0 from the commits since 2.3.1, then tag."
    notes = Use(41_300, 1_420, cache_write=38_000)
    yield from stage.think(agent, "notes", 38, notes, ask, NOTES, context=0.21)
    command = {"command": 'git tag -a v2.4.0 -m "2.4.0"'}
    yield from stage.tool(agent, "bash", 3, command, TAG_EXISTS, error="exit 1: tag exists")
    agent.fail("exit 1: tag exists")
    run.fail("exit 1: tag exists")


def deps_bump(stage: Stage) -> Script:
    """Four agents, each started by the one before: the deepest tree of the fleet."""
    run = stage.run("deps-bump", short="3c07", project="web", kind="job")
    bumper = stage.agent(run, "bumper", SONNET)
    ask = "Raise what is behind, run the tests, open one pull request."
    behind = "Seven packages are behind. `resolver` looks which of them go together."
    yield from stage.think(bumper, "survey", 21, Use(38_900, 340, 0, 36_000), ask, behind)
    resolver = stage.agent(bumper, "resolver", HAIKU)
    yield from stage.tool(resolver, "bash", 31, {"command": "uv lock --upgrade"}, "7 upgraded")
    reader = stage.agent(resolver, "changelog-reader", QWEN)
    summariser = stage.agent(reader, "summariser", HAIKU)
    for package in ("anyio", "click", "httpx", "pydantic", "ruff", "starlette"):
        yield from read_changes(stage, reader, package)
    yield from stage.answered(bumper, past.PYPI, approved("you", 18))
    told = "Only `httpx` changes behaviour: a missing timeout is now five seconds, not none."
    yield from stage.think(summariser, "sum up", 9, Use(9_800, 130), "Sum up.", told)
    summariser.done()
    reader.done()
    fits = "All seven resolve together."
    yield from stage.think(resolver, "check", 12, Use(7_100, 120), "Do they fit?", fits)
    resolver.done()
    yield from stage.tool(bumper, "pytest", 96, {"command": "pytest -q"}, "412 passed in 95.20s")
    use = Use(69_400, 880, 4_000, 64_000)
    merged = (
        "Pull request 2214 is open with the notes above; the checks are green and it is merged."
    )
    yield from stage.think(bumper, "report", 17, use, "412 passed", merged, context=0.2)
    bumper.event("milestone", "merged")
    bumper.done()
    run.done()


def read_changes(stage: Stage, agent: AgentHandle, package: str) -> Script:
    """Two calls of the local model for one package."""
    for part in ("changes", "breaking"):
        use = Use(stage.random.randint(2_100, 2_900), stage.random.randint(240, 420))
        text = f"{package}: fixes and small additions; nothing this project uses has changed."
        yield from stage.think(agent, f"{package} {part}", 14, use, f"{package} changelog", text)
        note = "calls of this model have no price: totals are a floor"
        title = f"price missing: {QWEN}"
        stage.alarm("price_missing", title, "costs", severity="info", message=note)


def lint_sweep(stage: Stage) -> Script:
    """Two agents find nothing to do."""
    run = stage.run("lint-sweep", short="2f90", project="web", kind="job")
    sweeper = stage.agent(run, "sweeper", HAIKU)
    yield from stage.tool(sweeper, "bash", 7, {"command": "ruff check ."}, "All checks passed!")
    typist = stage.agent(sweeper, "typist", HAIKU)
    yield from stage.tool(typist, "bash", 48, {"command": "mypy src"}, "Success: 214 source files")
    yield from stage.think(typist, "types", 3, Use(1_100, 30), "mypy", "Nothing to mend.")
    typist.done()
    use = Use(1_400, 40)
    yield from stage.think(sweeper, "report", 3, use, "ruff, mypy", "No changes.")
    sweeper.event("milestone", "no changes")
    sweeper.done()
    run.done()


DELETE = Question(
    title="sql: DELETE 412 draft invoices",
    payload={
        "database": "billing (production)",
        "sql": (
            "DELETE FROM billing.invoices\n"
            "WHERE status = 'draft'\n"
            "  AND period = '2026-10'\n"
            "  AND replaced_by IS NOT NULL;"
        ),
    },
    risk="critical",
    why=(
        "412 draft invoices of October were replaced by corrected ones and are counted twice in "
        "the close. There is no copy of them: this cannot be undone."
    ),
    timeout=1_800,
)

RATES = Question(
    title="http GET www.ecb.europa.eu",
    payload={
        "http": {
            "method": "GET",
            "url": "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
            "headers": {"Accept": "application/xml"},
        }
    },
    risk="low",
    why="The close needs today's exchange rates, and this host is not on the list of known ones.",
)


def billing_close(stage: Stage) -> Script:
    """Closes the month: a low gate without a limit, and a critical one."""
    run = stage.run("billing-close", short="b7d4", project="billing", kind="workflow")
    stage.add(-205.0, rates(stage, run))
    agent = stage.agent(run, "ledger", SONNET)
    task = "Close October: sum the invoices, compare with the ledger, explain each difference."
    count = {"sql": "SELECT status, count(*), sum(total) FROM billing.invoices GROUP BY 1"}
    yield from stage.tool(agent, "sql.query", 5, count, "paid 9122 | open 304 | draft 412")
    use = Use(26_800, 720, cache_write=24_000)
    yield from stage.think(agent, "compare", 31, use, task, COMPARE, context=0.13)
    yield stage.until(-94)
    answer = yield from stage.ask(agent, DELETE)
    yield from after_delete(stage, agent, answer)
    agent.done()
    stage.leave(run)


COMPARE = """\
The invoices exceed the ledger by **€ 38,214.90**. The whole difference is drafts:

| status | invoices | sum |
|---|---:|---:|
| paid | 9,122 | 1,204,511.20 |
| open | 304 | 41,020.75 |
| draft | 412 | 38,214.90 |

Every draft was replaced by a corrected invoice, which is counted as well.
"""


def after_delete(stage: Stage, agent: AgentHandle, answer: Answer) -> Script:
    """Deletes and sums again, or leaves the drafts out of the sum, or waits for the morning."""
    use = Use(28_100, 210, cache_read=26_800)
    if answer.approved:
        yield from stage.tool(agent, "sql.query", 2, DELETE.payload, "412 rows deleted")
        text = "The drafts are gone; invoices and ledger agree to the cent."
    elif answer.outcome == "rejected":
        text = (
            "The drafts stay. I leave them out of the sum instead:\n\n"
            "```sql\nWHERE NOT (status = 'draft' AND replaced_by IS NOT NULL)\n```\n\n"
            "Invoices and ledger agree to the cent."
        )
    else:
        text = "Nobody answered. The close stays open, and the difference is named in the report."
    yield from stage.think(agent, "close", 12, use, answer.told, text, context=0.14)


def rates(stage: Stage, run: Run) -> Script:
    """Wants today's exchange rates."""
    agent = stage.agent(run, "rates", HAIKU)
    text = "Eleven invoices are in pounds and crowns. I need the rates of the last day."
    use = Use(6_200, 80)
    yield from stage.think(agent, "look", 4, use, "Convert to euro.", text, context=0.03)
    yield stage.until(-9)
    answer = yield from stage.ask(agent, RATES)
    if answer.approved:
        yield from stage.tool(agent, "http.get", 2, RATES.payload, "200 OK, 1.6 kB")
        text = "Converted with the rates of today: £ 0.8412, kr 11.4210."
    else:
        text = "Without today's rates I convert with those of the last close and mark the rows."
    use = Use(6_900, 60, cache_read=6_200)
    yield from stage.think(agent, "convert", 5, use, answer.told, text, context=0.04)
    agent.done()
    stage.leave(run)
