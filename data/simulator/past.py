"""The days before the play: which errands ran when, what they asked, and what they were told."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from . import errands
from .errands import Errand
from .gates import Answer, Question, Verdict, approved, rejected

DAY = 86_400.0
HOUR = 3_600.0


class Planned(NamedTuple):
    """One errand of the past."""

    at: float
    """Seconds from the start of the play: negative."""
    errand: Errand
    question: Question | None = None
    verdict: Verdict | None = None
    fails: bool = False


README = Question(
    title="edit README.md",
    payload={
        "files": [
            {
                "path": "README.md",
                "before": "# web\n\nNeeds Python 3.9.\n\n    pip install web\n",
                "after": "# web\n\nNeeds Python 3.11.\n\n    pip install web\n    web keys add\n",
            }
        ]
    },
    risk="low",
    why="The page still asks for Python 3.9, and a new user needs a key before the first start.",
    timeout=600,
)

PYPI = Question(
    title="http GET pypi.org",
    payload={"http": {"method": "GET", "url": "https://pypi.org/pypi/httpx/json"}},
    risk="low",
    why="Which versions of httpx are out decides whether the upgrade can wait.",
    timeout=600,
)

FORCE_PUSH = Question(
    title="bash: git push --force",
    payload={"command": "git push --force origin release/2.4", "cwd": "~/src/web"},
    risk="critical",
    why="A commit of the release branch has the wrong date; rewriting it is the shortest way.",
    timeout=900,
)

PROD_CONFIG = Question(
    title="write config/prod.toml",
    payload={
        "files": [
            {
                "path": "config/prod.toml",
                "before": '[limits]\nrate = 10\nburst = 40\n\n[log]\nlevel = "info"\n',
                "after": '[limits]\nrate = 20\nburst = 80\n\n[log]\nlevel = "debug"\n',
            }
        ]
    },
    risk="high",
    why="The new instances are slow under the old limits; the log shall show where.",
    timeout=900,
)

AUTH_PAGE = Question(
    title="write docs/auth.md",
    payload={
        "files": [
            {
                "path": "docs/auth.md",
                "before": "## Rotation\n\nRestart every worker after a rotation.\n",
                "after": (
                    "## Rotation\n\nRestart every worker after a rotation.\n"
                    "A session lives eight hours; retire the old key no sooner.\n"
                ),
            }
        ]
    },
    risk="low",
    why="The page does not say how long the old key must stay.",
    timeout=600,
)

HOOK = Question(
    title="http POST hooks.example.net",
    payload={
        "http": {
            "method": "POST",
            "url": "https://hooks.example.net/deploys",
            "headers": {"Content-Type": "application/json"},
            "body": {"version": "4.1.7", "region": "eu-north"},
        }
    },
    risk="medium",
    why="The status page learns of the deploy from this hook.",
    timeout=600,
)

GITHUB = Question(
    title="http GET api.github.com",
    payload={"http": {"method": "GET", "url": "https://api.github.com/repos/example/web/releases"}},
    risk="low",
    why="The digest links to the release in which an error was mended.",
    timeout=600,
)


def auth_write(number: int) -> Question:
    """One of the earlier writes under auth/: each adds a line or two."""
    line = (
        "    def is_empty(self) -> bool:\n        return not self.keys\n"
        if number % 2
        else "    def retired(self) -> list[Key]:\n        return self.keys[1:]\n"
    )
    before = "class KeyRing:\n    keys: list[Key]\n"
    files = [
        {"path": "auth/keys.py", "before": before, "after": f"{before}\n{line}"},
        {
            "path": "tests/test_keys.py",
            "before": "def test_parse(ring):\n    assert ring.keys\n",
            "after": "def test_parse(ring):\n    assert len(ring.keys) == 2\n",
        },
    ]
    return Question(
        title="write 2 files under auth/",
        payload={"files": files},
        risk="high",
        why="A small accessor, so that callers stop reaching into the list of keys.",
        timeout=600,
    )


EXPIRED = Verdict(Answer("expired"), 0.0)
WITHDRAWN = Verdict(Answer("withdrawn", None, "the deploy was stopped by hand"), 95.0)

TODAY = (
    (-5_050, errands.ALT_TEXTS, README, approved("ana", 31)),
    (-4_080, errands.REVIEW, FORCE_PUSH,
     rejected("you", 44, "never on a branch that others have; make a new tag")),
    (-6_660, errands.WEB_DEPLOY, PROD_CONFIG, EXPIRED),
    (-7_420, errands.ALT_TEXTS, AUTH_PAGE, approved("ana", 70, "good catch")),
    (-9_300, errands.WEB_DEPLOY, HOOK, WITHDRAWN),
)  # fmt: skip
"""When the errand began, which it was, what it asked, what it was told."""

AUTH_VERDICTS = (
    approved("ana", 41), approved("you", 66), approved("you", 35),
    rejected("ana", 80, "retired keys must not be listed in the log"),
    approved("ana", 52), approved("you", 74), EXPIRED, approved("ana", 29), approved("you", 95),
    approved("ana", 58),
)  # fmt: skip
"""How the last ten writes under auth/ were answered, the oldest first."""

GITHUB_APPROVED = 14


def plan(random: Random) -> list[Planned]:
    """Every errand of the last seven days, the oldest first."""
    planned = [*_week(random), *_auth(random), *_github(random), *_last_day(random)]
    planned += [Planned(at, errand, ask, verdict) for at, errand, ask, verdict in TODAY]
    return sorted(planned, key=lambda errand: errand.at)


def _week(random: Random) -> Iterator[Planned]:
    for day in range(7, 1, -1):
        for _ in range(5):
            at = -day * DAY + random.uniform(2, 20) * HOUR
            yield Planned(at, random.choice(errands.ALL), fails=random.random() < 0.1)


def _auth(random: Random) -> Iterator[Planned]:
    for number, verdict in enumerate(AUTH_VERDICTS):
        at = -(6.6 - number * 0.6) * DAY + random.uniform(0, 4) * HOUR
        yield Planned(at, errands.AUTH_TIDY, auth_write(number), verdict)


def _github(random: Random) -> Iterator[Planned]:
    for number in range(GITHUB_APPROVED):
        at = -(6.8 - number * 0.45) * DAY + random.uniform(0, 2) * HOUR
        verdict = approved("ana" if number % 5 == 2 else "you", random.uniform(9, 40))
        yield Planned(at, errands.LOG_DIGEST, GITHUB, verdict)


def _last_day(random: Random) -> Iterator[Planned]:
    at = -DAY + 300
    while at < -5_000:
        yield Planned(at, random.choice(errands.ALL), fails=random.random() < 0.08)
        at += random.uniform(2_800, 5_000)
