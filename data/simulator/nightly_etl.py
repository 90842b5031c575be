"""The run `nightly-etl`: a stager gone silent, a loader in one long call, a fixer in a loop."""

from ..recorder import AgentHandle, Run
from .models import HAIKU, SONNET, WINDOW, Use
from .stage import Script, Stage

BEGAN = -1_500.0
"""Seconds from the start of the play."""

TASK = (
    "Load yesterday's orders into the warehouse: stage, check, merge. "
    "Report what could not be loaded and why."
)

MERGE = """\
MERGE INTO warehouse.orders AS o
USING staging.orders_2026_11 AS s ON s.order_id = o.order_id
WHEN MATCHED THEN UPDATE SET status = s.status, total = s.total
WHEN NOT MATCHED THEN INSERT VALUES (s.order_id, s.status, s.total);
"""

STAGING = (
    ("stage", "COPY staging.orders_2026_11 FROM 's3://orders/2026/11/20.csv.gz';", "48,210 rows",
     "The file is there and complete. I stage it before anything else."),
    ("count", "SELECT count(*) FROM staging.orders_2026_11;", "48210",
     "48,210 rows are staged, as the manifest says. Checking for missing totals."),
    ("nulls", "SELECT count(*) FROM staging.orders_2026_11 WHERE total IS NULL;", "17",
     "17 rows have no total. I hand them to `fixer`; `loader` goes on with the rest."),
)  # fmt: skip
"""Name of the turn, its statement, what the warehouse answered, what the agent says."""

CHECKS = (
    ("days", "SELECT min(placed_at), max(placed_at) FROM staging.orders_2026_11;",
     "2026-11-20 00:00:03 | 2026-11-20 23:59:51", "All rows must be of yesterday."),
    ("doubles", "SELECT order_id FROM staging.orders_2026_11 GROUP BY 1 HAVING count(*) > 1;",
     "(0 rows)", "They are. Now for orders that appear twice."),
    ("totals", "SELECT sum(total) FROM staging.orders_2026_11;", "1284410.35",
     "None does. Comparing the sum with the shop's own report."),
    ("states", "SELECT status, count(*) FROM staging.orders_2026_11 GROUP BY 1;",
     "paid 41877 | open 5102 | void 1231", "The sum agrees to the cent. A look at the states."),
    ("keys", "SELECT count(*) FROM staging.orders_2026_11 s ANTI JOIN shop.customers USING (id);",
     "0", "Nothing unusual. Every order needs a customer before the merge."),
)  # fmt: skip

BROKEN = "SELECT order_id, total FROM staging.orders_2026_11 WHERE total IS NULL LIMIT 20;"

AGAIN = (
    "17 orders have no total. I look at them first.",
    "The totals are empty in the file as well. Looking at the rows again.",
    "The lines may have arrived since. Looking at the rows again.",
    "Still the same 17. I check once more before asking the shop.",
    "The same 17 orders. Looking at the rows again.",
    "No change. I check the rows again.",
)


def begin(stage: Stage) -> Script:
    """The run from its first second; the stager's last sign of life is nine minutes old."""
    run = stage.run("nightly-etl", short="77c0", project="warehouse", kind="job")
    stage.add(-1_100.0, loader(stage, run))
    stage.add(-470.0, fixer(stage, run))
    yield from stager(stage, run)


def stager(stage: Stage, run: Run) -> Script:
    """Stages the file, hands out the work, and is not heard of again."""
    agent = stage.agent(run, "stager", HAIKU)
    for name, statement, rows, note in STAGING:
        use = Use(14_300, 210, cache_read=6_000)
        yield from stage.think(agent, name, 9, use, TASK, note, context=0.07)
        yield from stage.tool(agent, "sql.query", 44, {"sql": statement}, rows)
    yield stage.until(-559)
    agent.event("progress", "waiting for loader and fixer")
    yield stage.until(-550)
    agent.event("progress", "staged, 17 rows left out")
    yield stage.never


def loader(stage: Stage, run: Run) -> Script:
    """Checks what is staged, then hangs in the merge with its context almost full."""
    agent = stage.agent(run, "loader", SONNET)
    context = 92_000
    for name, statement, rows, note in CHECKS:
        use = Use(context, 1_900, cache_read=34_000, cache_write=context - 35_000)
        yield from stage.think(agent, name, 24, use, TASK, note, context=context / WINDOW)
        yield from stage.tool(agent, "sql.query", 71, {"sql": statement}, rows)
        context += 16_500
        warn_of_context(stage, context / WINDOW)
    yield stage.until(-545)
    last = Use(184_100, 610, cache_read=120_000, cache_write=63_000)
    yield from stage.think(agent, "merge", 13.5, last, TASK, "Merging.", context=0.92)
    warn_of_context(stage, 0.92)
    yield stage.until(-531)
    agent.tool("sql.query", input={"sql": MERGE})
    yield stage.never


def warn_of_context(stage: Stage, share: float) -> None:
    """Raises an alarm where little of the window is left."""
    if share > 0.75:
        title = f"context {share:.0%} of 200k"
        stage.alarm("context_full", title, "nightly-etl", agent="loader")


def fixer(stage: Stage, run: Run) -> Script:
    """Asks the same question again and again."""
    agent = stage.agent(run, "fixer", SONNET)
    for turn, note in enumerate(AGAIN):
        yield stage.until(-470 + 63 * turn)
        yield from look(stage, agent, note, 61_000 + turn * 3_000)
    yield stage.until(25)
    while True:
        yield from look(stage, agent, AGAIN[-1], 77_000)
        yield stage.random.uniform(70, 110)


def look(stage: Stage, agent: AgentHandle, note: str, context: int) -> Script:
    """One turn of the loop: a thought, and the same statement as before."""
    use = Use(context, 210, cache_read=context - 12_400, cache_write=11_600)
    yield from stage.think(agent, "look", 5, use, BROKEN, note, context=context / WINDOW)
    yield from stage.tool(agent, "sql.query", 2, {"sql": BROKEN}, "17 rows, total is null")
