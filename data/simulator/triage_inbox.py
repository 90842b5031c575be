"""The run `triage-inbox`: a sorter at the provider's limit, a replier that a person paused."""

from ..recorder import AgentHandle, Run
from .models import HAIKU, SONNET, WINDOW, Use
from .stage import Script, Stage

BEGAN = -1_260.0
"""Seconds from the start of the play."""

TASK = "Sort the support inbox: label each mail, link what belongs together, draft no replies."

MAILS = (
    ("Export stops at 10,000 rows", "bug", "export"),
    ("Invoice shows the old address", "billing", "invoices"),
    ("Can I add a second owner?", "question", "teams"),
    ("Password mail arrives twice", "bug", "mail"),
    ("Refund for an unused seat", "billing", "seats"),
    ("API returns 500 on empty tags", "bug", "api"),
    ("Please delete our workspace", "account", "deletion"),
    ("Dark mode for the mail editor", "wish", "editor"),
    ("Import hangs at 99%", "bug", "import"),
    ("VAT number is not accepted", "billing", "tax"),
    ("Is there a limit on webhooks?", "question", "api"),
    ("Cannot leave a shared folder", "bug", "folders"),
    ("Two charges in November", "billing", "invoices"),
    ("Link in the welcome mail is dead", "bug", "mail"),
)

LIMIT = {"status": 429, "limit": "output tokens per minute", "resets_in": "02:10"}

DRAFT = """\
Thank you for the detailed report. The export stops at 10,000 rows because the page size and the
row limit were the same setting. The fix is on its way; until then this link gives you the rest:

```
GET /v2/export?after=10000
```
"""


def begin(stage: Stage) -> Script:
    """The run from its first second to the limit and past it."""
    run = stage.run("triage-inbox", short="5be2", project="support", kind="session")
    stage.add(-520.0, replier(stage, run))
    yield from sorter(stage, run)


def sorter(stage: Stage, run: Run) -> Script:
    """Sorts mail by mail until the provider says 429."""
    agent = stage.agent(run, "sorter", HAIKU)
    for number, mail in enumerate(MAILS):
        yield from sort_mail(stage, agent, mail, 21_000 + number * 1_080)
    yield stage.until(-55)
    yield from limited(stage, agent)
    while True:
        yield from sort_mail(stage, agent, stage.random.choice(MAILS), 37_000)
        yield stage.random.uniform(15, 40)


def sort_mail(stage: Stage, agent: AgentHandle, mail: tuple[str, str, str], context: int) -> Script:
    """Reads one mail and labels it."""
    subject, label, area = mail
    inbox = {"folder": "inbox", "subject": subject}
    yield from stage.tool(agent, "mail.read", 3, inbox, f"Subject: {subject}")
    use = Use(context, 140 + len(subject), cache_read=context - 6_000, cache_write=5_200)
    text = f"Label **{label}**, area `{area}`. No earlier mail says the same."
    yield from stage.think(agent, "sort", 6, use, subject, text, context=context / WINDOW)
    yield from stage.tool(agent, "mail.label", 1, {"subject": subject, "label": label}, "labelled")
    yield stage.random.uniform(60, 72)


def limited(stage: Stage, agent: AgentHandle) -> Script:
    """The provider refuses three times, then its window opens again."""
    for attempt in (1, 2, 3):
        prompt = agent.prompt("sort", request=MAILS[-2][0])
        yield 1
        prompt.fail(f"429, resets in 02:10, retry {attempt} of 8")
        agent.event("limit", f"429, retry {attempt} of 8", level="warn", details=LIMIT)
        yield 1
    yield stage.until(130)


def replier(stage: Stage, run: Run) -> Script:
    """Drafts one reply although it was told not to; ana pauses it."""
    agent = stage.agent(run, "replier", SONNET)
    yield from stage.tool(agent, "mail.read", 2, {"thread": "export"}, MAILS[0][0])
    first = Use(22_400, 480, cache_write=21_000)
    yield from stage.think(agent, "draft", 12, first, MAILS[0][0], DRAFT, context=0.11)
    yield stage.until(-274)
    agent.event("note", "ana: no drafts today, labels only", level="info")
    agent.pause("paused by ana")
    yield stage.until(170)
    agent.resume()
    text = "Understood: labels only. I keep the draft in the folder and send nothing."
    use = Use(24_100, 90, cache_read=22_400)
    yield from stage.think(agent, "stand by", 4, use, "ana: no drafts today", text, context=0.12)
    agent.done()
