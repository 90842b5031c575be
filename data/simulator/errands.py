"""Everyday runs with words of their own: the days before the play, and what starts during it."""

from typing import NamedTuple

from .models import HAIKU, OPUS, QWEN, SONNET


class Turn(NamedTuple):
    """One turn of an agent: what it thinks aloud, then one call."""

    name: str
    text: str
    tool: str
    input: dict[str, str]
    output: str


class Errand(NamedTuple):
    """One kind of run: who does it, and in which turns."""

    name: str
    project: str
    kind: str
    lead: str
    model: str
    helper: str
    helper_model: str
    task: str
    turns: tuple[Turn, ...]
    closing: str
    trouble: str
    """How the run ends when it fails."""


def _bash(command: str) -> dict[str, str]:
    return {"command": command}


FIX_EXPORT = Errand(
    "fix-export", "web", "run", "coder", SONNET, "tester", HAIKU,
    "Exports stop at 10,000 rows. Follow the link to the next page, and test it.",
    (
        Turn("read", "The page size and the row limit share one setting; that is the fault.",
             "read_file", {"path": "export/pages.py"}, "4,210 bytes"),
        Turn("edit", """\
I give the limit a setting of its own and follow `next` until it is empty:

```python
while page.next:
    page = fetch(page.next)
    yield from page.rows
```
""", "write_file", {"path": "export/pages.py"}, "written"),
        Turn("test", "A fixture with 25,000 rows shows the third page as well.",
             "pytest", _bash("pytest -q tests/test_export.py"), "18 passed in 6.20s"),
    ),
    "Exports are complete now, whatever their size. One setting was added: `export.page`.",
    "exit 1: 2 of 18 failed",
)  # fmt: skip

WEB_DEPLOY = Errand(
    "web-deploy", "web", "workflow", "pilot", SONNET, "watch", HAIKU,
    "Roll 4.1.7 out to the three regions, one after the other, and watch the error rate.",
    (
        Turn("plan", "Three regions, the smallest first, with ten quiet minutes between them.",
             "bash", _bash("deploy plan --version 4.1.7"), "eu-north, us-east, eu-west"),
        Turn("first region", "The error rate stays at 0.02%. I go on.",
             "bash", _bash("deploy roll eu-north"), "12 of 12 instances healthy"),
        Turn("second region", "One instance was slow to start; it is healthy now.",
             "bash", _bash("deploy roll us-east"), "30 of 30 instances healthy"),
    ),
    "4.1.7 serves all three regions. The error rate is 0.02%, as before.",
    "health check failed in us-east, rolled back",
)  # fmt: skip

REVIEW = Errand(
    "review-2231", "web", "session", "reviewer", OPUS, "reader", HAIKU,
    "Review pull request 2231: a rate limit per key.",
    (
        Turn("read", "412 lines in nine files. The limit itself is small; most of it is tests.",
             "bash", _bash("gh pr diff 2231"), "+371 -41 in 9 files"),
        Turn("think", """\
Two remarks, one of them important.

1. `take()` reads and writes the bucket in two steps. Two requests at once can both pass:

```python
left = bucket.left()
if left > 0:
    bucket.set(left - 1)   # another request may have been here
```

2. The test sleeps for a second; the clock can be handed in instead.
""", "read_file", {"path": "limits/bucket.py"}, "2,870 bytes"),
    ),
    "One blocking remark (the race in `take()`), one wish. The rest reads well.",
    "gh: pull request 2231 was closed",
)  # fmt: skip

FLAKY_TESTS = Errand(
    "flaky-tests", "web", "job", "hunter", SONNET, "runner", HAIKU,
    "Find the tests that fail now and then, and say why.",
    (
        Turn("repeat", "Fifty rounds first: what fails once in fifty is what hurts.",
             "bash", _bash("pytest -q --count 50 tests/net"), "2 failed, 7,448 passed"),
        Turn("look", "Both wait for a port that another test has not given back yet.",
             "read_file", {"path": "tests/net/conftest.py"}, "1,940 bytes"),
        Turn("mend", """\
Port 0 lets the system choose, so that no two tests can meet:

```python
server = Server(port=0)
url = f"http://127.0.0.1:{server.port}"
```
""", "pytest", _bash("pytest -q --count 50 tests/net"), "7,450 passed in 201.77s"),
    ),
    "Two tests shared a port. They do not any more: 7,450 of 7,450 pass.",
    "exit 1: 3 of 7,450 failed",
)  # fmt: skip

TRANSLATE = Errand(
    "translate-ui", "web", "job", "translator", QWEN, "proof-reader", HAIKU,
    "Translate the new texts of the settings page into German and French.",
    (
        Turn("collect", "31 texts are new, four have changed.",
             "bash", _bash("i18n missing --page settings"), "35 texts"),
        Turn("german", "Short words where the button is narrow: *Sichern*, not *Speichern unter*.",
             "write_file", {"path": "i18n/de.toml"}, "35 texts"),
        Turn("french", "*Clé*, never *touche*: it is a signing key here.",
             "write_file", {"path": "i18n/fr.toml"}, "35 texts"),
    ),
    "All 35 texts are there in both languages. Two buttons are close to their width.",
    "i18n/fr.toml: placeholder {count} is missing",
)  # fmt: skip

INDEX_ADVICE = Errand(
    "index-advice", "warehouse", "session", "analyst", SONNET, "planner", HAIKU,
    "The orders page takes two seconds. Find out which statement, and what would help.",
    (
        Turn("measure", "One statement takes 1.8 of the 2.0 seconds.",
             "sql.query", {"sql": "SELECT * FROM pg_stat_statements ORDER BY mean LIMIT 5"},
             "5 rows"),
        Turn("explain", """\
It scans all orders to find those of one customer:

```sql
SELECT * FROM orders WHERE customer_id = 41877 ORDER BY placed_at DESC LIMIT 20;
```

An index on `(customer_id, placed_at)` answers it from 20 rows.
""", "sql.query", {"sql": "EXPLAIN ANALYZE SELECT * FROM orders WHERE customer_id = 41877"},
             "Seq Scan on orders, 1,812 ms"),
    ),
    "With the index the page needs 40 ms. It would take about 90 MB and four minutes to build.",
    "permission denied for view pg_stat_statements",
)  # fmt: skip

LOG_DIGEST = Errand(
    "log-digest", "ops", "job", "digester", HAIKU, "grouper", HAIKU,
    "Read the last hour of the error log and say what is new.",
    (
        Turn("read", "1,214 lines, 19 kinds. 17 of them are known.",
             "bash", _bash("logs errors --since 1h"), "1,214 lines"),
        Turn("group", "New: a time-out of the tax service (41 times), a full disk (once).",
             "bash", _bash("logs group --new"), "2 kinds"),
    ),
    "Two new kinds: the tax service is slow since 12:40, and the disk of `otto` was full.",
    "logs: no answer from the collector",
)  # fmt: skip

ALT_TEXTS = Errand(
    "alt-texts", "docs", "job", "describer", HAIKU, "checker", HAIKU,
    "Write alternative texts for the pictures that have none.",
    (
        Turn("find", "23 pictures have no text; nine of them are ornaments and need none.",
             "bash", _bash("docs pictures --without-text"), "23 pictures"),
        Turn("write", "I say what the picture shows, not that it is a picture.",
             "write_file", {"path": "docs/pictures.toml"}, "14 texts"),
    ),
    "14 texts are written, nine ornaments marked as such.",
    "docs/pictures.toml: a key stands twice",
)  # fmt: skip

AUTH_TIDY = Errand(
    "auth-tidy", "web", "run", "coder", SONNET, "tester", HAIKU,
    "Callers reach into the list of keys. Give the ring what they need, and move them over.",
    (
        Turn("find", "Four callers, two needs: whether the ring is empty, and what is retired.",
             "bash", _bash("grep -rn 'ring.keys' auth tests"), "4 lines"),
        Turn("edit", """\
One accessor at a time, with its test:

```python
def retired(self) -> list[Key]:
    return self.keys[1:]
```
""", "pytest", _bash("pytest -q tests/test_keys.py"), "9 passed in 0.41s"),
    ),
    "Two callers are moved over. The other two follow tomorrow.",
    "exit 1: 1 of 9 failed",
)  # fmt: skip

ALL = (
    FIX_EXPORT, WEB_DEPLOY, REVIEW, FLAKY_TESTS, TRANSLATE, INDEX_ADVICE, LOG_DIGEST, ALT_TEXTS,
)  # fmt: skip
