"""The run `fix-auth`: a plan, three edits, and two gates that wait for a person."""

from ..recorder import AgentHandle, Run
from . import auth_change
from .gates import Answer, Question
from .models import HAIKU, OPUS, SONNET, Use
from .stage import Script, Stage

BEGAN = -441.0
"""Seconds from the start of the play."""

TASK = (
    "Rotating the session keys needs a restart of every web worker. Find out why, fix it, and "
    "leave the tests green. Do not touch the key file format."
)

READ = """\
`auth.session` holds the ring in a module constant. I read how it gets there, who signs and who
checks with it, and what `ops/rotate.sh` does after a rotation.
"""

PLAN = """\
The keys are loaded when `auth.session` is imported, so a worker keeps the ring it was born with.

1. Read the ring where a session is opened or checked, through one function.
2. Accept retired keys when an old session is checked, or a rotation signs everybody out.
3. Tests: rotation without restart, no current key, an old session, the eight-hour limit.

The ring file is 2 kB, so reading it per request costs about 0.1 ms. I will hand the edit to
`coder` and let `scout` list every use of `KEYS` first.
"""

EDIT_1 = """\
`KEYS` is used in two places. I start with the one that opens sessions:

```python
def load_keys(path: Path) -> KeyRing:
    raw = path.read_bytes()
    return KeyRing.parse(raw)
```

`KeyRing.parse` does not exist yet; I add it beside the ring and run the tests.
"""

EDIT_2 = """\
The tests pass, but none of them rotates a key. I write two that do:

```python
def test_rotation_needs_no_restart(app, ring):
    first = session_for(req(app))
    ring.rotate()
    assert session_for(req(app)).key != first.key
```

and one for a session that was signed before the rotation.
"""

EDIT_3 = """\
Session keys are read once at import, so rotating them needs a restart.
Moving the read into `load_keys()` and calling it per request:

```python
def load_keys(path: Path) -> KeyRing:
    \"\"\"Read the ring each time: a rotation needs no restart.\"\"\"
    raw = path.read_bytes()
    return KeyRing.parse(raw)


def session_for(req: Request) -> Session:
    \"\"\"A session signed with the current key; Locked without one.\"\"\"
    keys = load_keys(req.app.key_path)
    if not keys.current:
        raise Locked("no current key")
    return Session(keys)
```

The check looks the key up by its id, so a retired key stays good until the session is over:

```python
key = self.signing_key(req.app, key_id)
if key is None or not opened_at.isdigit():
    return False
```

I have left the old tests in place and added one for rotation, one for a ring with no current
key, and one for the eight-hour limit.
"""

THOUGHT = (
    "The two failures are the same cause: check() still asks the ring of the import. If the key "
    "is looked up by id, a retired key can verify an old session and both tests hold."
)

PYTEST_OK = """\
...............................                                          [100%]
29 passed in 30.41s
"""

PYTEST_FAILED = """\
.....................F......F..                                          [100%]
=================================== FAILURES ===================================
_______________________ test_rotation_needs_no_restart ________________________

app = <App auth>, ring = <KeyRing 2 keys>

    def test_rotation_needs_no_restart(app, ring):
        first = session_for(req(app))
        ring.rotate()
>       assert session_for(req(app)).key != first.key
E       AssertionError: assert Key(id='k7') != Key(id='k7')

tests/test_auth.py:22: AssertionError
________________________ test_old_session_still_opens _________________________

app = <App auth>, ring = <KeyRing 2 keys>

    def test_old_session_still_opens(app, ring):
        ring.rotate()
>       assert app.open(app.token).valid
E       assert False

tests/test_auth.py:33: AssertionError
=========================== short test summary info ============================
FAILED tests/test_auth.py::test_rotation_needs_no_restart - Session(KEYS) is stale
FAILED tests/test_auth.py::test_old_session_still_opens - signed by a retired key
2 failed, 29 passed in 11.84s
"""

PYTEST_DONE = """\
.................................                                        [100%]
33 passed in 13.02s
"""

APPLIED = """\
The three files are written and all 33 tests pass. A rotation now takes effect on the next
request, and nobody is signed out by it.

| file | lines |
|---|---|
| `auth/session.py` | +41 −7 |
| `auth/keys.py` | +9 −0 |
| `tests/test_auth.py` | +22 −0 |
"""

REFUSED = """\
The write was refused, so `auth/` stays as it is. Another way that leaves the session code alone:
a `SIGHUP` handler in the worker that reloads the ring.

```python
signal.signal(signal.SIGHUP, lambda *_: ring.reload(PATH))
```

It touches `web/worker.py` only. I will describe it in the ticket and stop here.
"""

UNANSWERED = "Nobody answered within eight minutes, so nothing was written. I stop here."

READS = (
    "auth/session.py", "auth/keys.py", "auth/settings.py", "auth/web.py", "web/worker.py",
    "web/app.py", "web/middleware.py", "tests/test_auth.py", "tests/web.py", "tests/conftest.py",
    "docs/auth.md", "docs/rotation.md", "ops/rotate.sh", "pyproject.toml",
)  # fmt: skip

FOUND = """\
`KEYS` is read in two places, both in `auth/session.py`:

- line 40, `SessionStore.open`
- line 44, `SessionStore.check`

`web/worker.py` imports the module once per process. `ops/rotate.sh` restarts the workers for
this reason only.
"""


def begin(stage: Stage) -> Script:
    """The run from its first second: plan, helpers, and the shell command that needs two."""
    run = stage.run("fix-auth", short="a81f", project="web")
    stage.add(-432.0, scout(stage, run))
    stage.add(-380.0, coder(stage, run))
    yield from planner(stage, run)


def planner(stage: Stage, run: Run) -> Script:
    """Plans, hands out, and wants a clean build before the release check."""
    agent = stage.agent(run, "planner", OPUS)
    read = Use(56_400, 480, cache_write=54_000)
    yield from stage.think(agent, "read", 12, read, TASK, READ, context=0.28)
    plan = Use(87_900, 2_000, cache_read=8_000, cache_write=76_000)
    yield from stage.think(agent, "plan", 29, plan, "Make a plan.", PLAN, context=0.44)
    yield from stage.tool(agent, "spawn", 2, {"agent": "coder"}, "coder started")
    yield stage.until(-30)
    answer = yield from stage.ask(agent, CLEAN_BUILD, gate_id="g-5517")
    yield from after_clean(stage, agent, answer)
    agent.done()
    stage.leave(run)


CLEAN_BUILD = Question(
    title="bash: rm -rf build/ dist/",
    payload={"command": "rm -rf build/ dist/", "cwd": "~/src/web"},
    risk="high",
    why=(
        "dist/ still holds the wheel of the old auth package. The release check installs from "
        "there, so it would test the code before the fix."
    ),
    timeout=720,
    needed=2,
)


def after_clean(stage: Stage, agent: AgentHandle, answer: Answer) -> Script:
    """Goes on with a clean build, around it, or not at all."""
    if answer.approved:
        yield from stage.tool(agent, "bash", 1, CLEAN_BUILD.payload, "")
        yield from stage.tool(agent, "bash", 21, {"command": "python -m build"}, BUILT)
        text = "The build is clean: the wheel carries the new `auth` package and nothing else."
    elif answer.outcome == "rejected":
        text = (
            "The two folders stay. I build into a temporary folder instead:\n\n"
            '```sh\npython -m build --outdir "$(mktemp -d)"\n```\n\n'
            "The release check takes its wheel from there."
        )
    else:
        text = "Nobody answered, so the old build stays and the release check is left for later."
    use = Use(89_400, 240, cache_read=87_900)
    yield from stage.think(agent, "close", 6, use, "What is left to do?", text, context=0.45)


BUILT = """\
* Building sdist...
* Building wheel from sdist
Successfully built web-4.2.0.tar.gz and web-4.2.0-py3-none-any.whl
"""


def scout(stage: Stage, run: Run) -> Script:
    """Reads fourteen files and says where the keys are used."""
    agent = stage.agent(run, "scout", HAIKU)
    ask = "List every use of auth.session.KEYS with file and line."
    yield from stage.think(agent, "read", 4, Use(3_900, 310), ask, "Reading the package first.")
    for path in READS:
        size = stage.random.randint(600, 5_200)
        yield from stage.tool(agent, "read_file", 3.6, {"path": path}, f"{size:,} bytes")
    use = Use(21_400, 420, cache_read=4_000)
    yield from stage.think(agent, "report", 13, use, "Report.", FOUND, context=0.11)
    agent.done()


def coder(stage: Stage, run: Run) -> Script:
    """Edits three times and asks before anything under auth/ is written."""
    agent = stage.agent(run, "coder", SONNET)
    yield from edits(stage, agent)
    for path, size in (("session.py", "2.9 kB"), ("keys.py", "1.1 kB"), ("test_auth.py", "0.9 kB")):
        folder = "tests" if path.startswith("test_") else "auth"
        staged = {"path": f"{folder}/{path}", "mode": "stage"}
        yield from stage.tool(agent, "write_file", 0.6, staged, f"staged, {size}")
    yield stage.until(-228)
    answer = yield from stage.ask(agent, WRITE_FILES, gate_id="g-5512")
    yield from after_write(stage, agent, answer)
    agent.done()
    stage.leave(run)


def edits(stage: Stage, agent: AgentHandle) -> Script:
    """One turn to read the task, three to edit, two test runs between them."""
    test = {"command": "pytest -q"}
    read = Use(1_150, 96)
    yield from stage.think(agent, "read task", 3, read, TASK, "I read the plan and the two files.")
    first = Use(118_200, 2_600, cache_read=4_000, cache_write=111_500)
    yield from stage.think(agent, "edit 1", 28, first, "Step 1 of the plan.", EDIT_1, context=0.59)
    yield from stage.tool(agent, "pytest", 31, test, PYTEST_OK)
    second = Use(140_200, 3_900, cache_write=138_600)
    yield from stage.think(agent, "edit 2", 32, second, PYTEST_OK, EDIT_2, context=0.70)
    yield from stage.tool(agent, "pytest", 12, test, PYTEST_FAILED, error="exit 1: 2 of 31 failed")
    third = Use(142_100, 3_700, cache_read=48_600, cache_write=92_000)
    yield from stage.think(
        agent, "edit 3", 44, third, PYTEST_FAILED, EDIT_3, thinking=THOUGHT, context=0.71
    )


WRITE_FILES = Question(
    title="write 3 files under auth/",
    payload={"files": auth_change.files()},
    risk="high",
    why=auth_change.WHY,
    timeout=480,
)


def after_write(stage: Stage, agent: AgentHandle, answer: Answer) -> Script:
    """Writes and tests, or says that it may not and what it would do instead."""
    if answer.approved:
        yield from stage.tool(agent, "apply", 1, {"files": 3}, "3 files written")
        yield from stage.tool(agent, "pytest", 13, {"command": "pytest -q"}, PYTEST_DONE)
        agent.event("milestone", "33 tests pass")
        text = APPLIED
    else:
        text = REFUSED if answer.outcome == "rejected" else UNANSWERED
    use = Use(144_800, 310, cache_read=142_100)
    yield from stage.think(agent, "report", 9, use, answer.told, text, context=0.72)
