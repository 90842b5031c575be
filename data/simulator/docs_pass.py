"""The run `docs-pass`: a writer whose answer streams, a linker that thinks, a checker at rest."""

from ..recorder import AgentHandle, Run
from .models import HAIKU, SONNET, WINDOW, Use
from .stage import Script, Stage

BEGAN = -640.0
"""Seconds from the start of the play."""

TASK = (
    "Go through docs/ page by page: say what the code does today, mend links, keep the voice. "
    "One page a turn."
)

PAGES = (
    ("docs/install.md", """\
The page still asks for Python 3.9; the package needs 3.11. I change the line and the badge:

```sh
python3.11 -m venv .venv
.venv/bin/pip install web
```

The rest of the page is right.
"""),
    ("docs/config.md", """\
Three settings are missing and one is gone.

| setting | default | since |
|---|---|---|
| `session.ttl` | 8 h | 4.0 |
| `session.key_path` | `keys.json` | 4.0 |
| `limits.burst` | 40 | 4.1 |

`session.secret` was removed in 4.0; I take it out of the example as well.
"""),
    ("docs/auth.md", """\
The section on rotation says that workers must be restarted. That is true today and may not be
tomorrow: `fix-auth` is changing it. I leave a note for the next pass and mend the example:

```python
ring = KeyRing.parse(Path("keys.json").read_bytes())
app = App(key_path="keys.json")
```
"""),
    ("docs/rotation.md", """\
Rotation is three commands, and the page shows two. The missing one is the first:

```sh
web keys add            # the new key, not used yet
web keys promote        # from now on it signs
web keys retire --old   # after eight hours
```

I also say *why* the last step waits: a session lives eight hours, and a key that is retired
sooner signs people out in the middle of their work.
"""),
    ("docs/limits.md", """\
The page describes one limit per address. There are two since 4.1: a rate and a burst.

- **rate**: requests per second, averaged over a minute
- **burst**: how many may come at once before the rate counts

A short example says more than the table did, so I put it first:

```toml
[limits]
rate = 10
burst = 40
```

With these two, a page that loads 30 images is served at once, and a script that asks 30 times
a second is slowed to ten. The old table stays below, with the two new rows.
"""),
    ("docs/webhooks.md", """\
Retries are described as *three*; the code tries eight times and doubles the wait each time:

```python
waits = [2 ** attempt for attempt in range(8)]   # 1 s to 128 s
```

I change the number and add the two headers a receiver can use to drop doubles.
"""),
    ("docs/export.md", """\
The export page promises all rows. It stops at 10,000 and gives a link to the rest. I say so, and
show how to follow it:

```python
while page.next:
    page = client.get(page.next)
    write(page.rows)
```
"""),
)  # fmt: skip


def begin(stage: Stage) -> Script:
    """The run from its first second; it goes round for as long as the play lasts."""
    run = stage.run("docs-pass", short="9d02", project="docs")
    stage.add(BEGAN + 20, linker(stage, run))
    stage.add(BEGAN + 290, checker(stage, run))
    yield from writer(stage, run)


def writer(stage: Stage, run: Run) -> Script:
    """Rewrites a page a turn; the fifth is being written when the play starts."""
    agent = stage.agent(run, "writer", SONNET)
    for number, (path, text) in enumerate(PAGES[:4]):
        yield from page(stage, agent, path, text, 31_000 + number * 3_100)
        yield stage.random.uniform(86, 92)
    yield stage.until(-6)
    number = 4
    while True:
        path, text = PAGES[number % len(PAGES)]
        yield from page(stage, agent, path, text, 44_000)
        yield stage.random.uniform(6, 15)
        number += 1


def page(stage: Stage, agent: AgentHandle, path: str, text: str, context: int) -> Script:
    """Reads one page, writes it anew."""
    yield from stage.tool(agent, "read_file", 3, {"path": path}, f"{len(text) * 3:,} bytes")
    use = Use(context, len(text) // 3, cache_read=1_000, cache_write=context - 2_000)
    share = context / WINDOW
    yield from stage.think(agent, f"write {path}", 34, use, TASK, text, context=share)
    yield from stage.tool(agent, "write_file", 1, {"path": path}, "written", risk="low")


def linker(stage: Stage, run: Run) -> Script:
    """Follows the links of each page the writer has left."""
    agent = stage.agent(run, "linker", HAIKU)
    for path, _ in PAGES[:4]:
        yield from follow(stage, agent, path, seconds=9)
        yield stage.random.uniform(104, 116)
    yield stage.until(-14)
    while True:
        path, _ = stage.random.choice(PAGES)
        yield from follow(stage, agent, path, seconds=26)
        yield stage.random.uniform(10, 20)


def follow(stage: Stage, agent: AgentHandle, path: str, seconds: float) -> Script:
    """One page's links: a request each, then a word on what was found."""
    links = stage.random.randint(4, 11)
    where = {"method": "HEAD", "page": path, "links": links}
    yield from stage.tool(agent, "http.head", 2, where, f"{links} links, all answer 200")
    thought = "Two headings were renamed last week. If a link still points at the old anchor, the "
    thought += "page opens at its top and nobody notices. I compare anchors with headings."
    text = f"`{path}`: {links} links, none broken. One anchor renamed to match its heading."
    use = Use(17_400, 150 + 12 * links, cache_read=4_000)
    yield from stage.think(agent, "links", seconds, use, path, text, thinking=thought, context=0.09)


def checker(stage: Stage, run: Run) -> Script:
    """Runs the examples; its turn is over until the writer hands it the next page."""
    agent = stage.agent(run, "checker", HAIKU)
    for number, (path, _) in enumerate(PAGES[:3]):
        yield stage.until((-336, -214, -94)[number])
        yield from check(stage, agent, path, 46_000 + number * 8_000)
    yield stage.until(40)
    while True:
        yield stage.random.uniform(70, 110)
        yield from check(stage, agent, stage.random.choice(PAGES)[0], 64_000)


def check(stage: Stage, agent: AgentHandle, path: str, context: int) -> Script:
    """Runs the examples of one page and says how they did."""
    command = {"command": f"python -m doctest {path}"}
    yield from stage.tool(agent, "bash", 6, command, "all examples pass")
    use = Use(context, 130, cache_read=context // 4, cache_write=context // 2)
    share = context / WINDOW
    yield from stage.think(
        agent, "check", 8, use, path, "Every example runs as shown.", context=share
    )
