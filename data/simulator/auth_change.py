"""The change `fix-auth` waits for: three files, as they are and as the agent would leave them."""

WHY = (
    "Session keys are read once at import, so rotating them needs a restart. "
    "Moving the read into load_keys() and calling it per request."
)

SESSION_BEFORE = '''\
"""Sessions: opened for a request, signed with the ring's current key.

A session lives eight hours and is checked on every request.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path

from .keys import KeyRing, Locked, load
from .settings import PATH
from .web import Request

KEYS = load(PATH)


class Session:
    """One signed-in browser."""

    def __init__(self, keys: KeyRing) -> None:
        self.key = keys.current
        self.opened_at = keys.clock()

    def token(self) -> str:
        """What the cookie carries."""
        body = f"{self.key.id}.{self.opened_at:.0f}"
        return f"{body}.{sign(body, self.key.secret)}"


class SessionStore:
    """The sessions this process has seen."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}

    def open(self, req: Request) -> Session:
        self.touch(req)
        return Session(KEYS)

    def check(self, req: Request) -> bool:
        body, _, mac = req.cookie.rpartition(".")
        key = KEYS.current
        return hmac.compare_digest(mac, sign(body, key.secret))

    def touch(self, req: Request) -> None:
        self.seen[req.id] = req.at


def sign(body: str, secret: bytes) -> str:
    """The keyed digest of a token's body."""
    return hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()
'''

SESSION_AFTER = '''\
"""Sessions: opened for a request, signed with the ring's current key.

A session lives eight hours and is checked on every request.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path

from .keys import Key, KeyRing, Locked
from .web import App, Request

TTL = timedelta(hours=8)


def load_keys(path: Path) -> KeyRing:
    """Read the ring each time: a rotation needs no restart."""
    raw = path.read_bytes()
    return KeyRing.parse(raw)


def session_for(req: Request) -> Session:
    """A session signed with the current key; Locked without one."""
    keys = load_keys(req.app.key_path)
    if not keys.current:
        raise Locked("no current key")
    return Session(keys)


class Session:
    """One signed-in browser."""

    def __init__(self, keys: KeyRing) -> None:
        self.key = keys.current
        self.opened_at = keys.clock()

    def token(self) -> str:
        """What the cookie carries."""
        body = f"{self.key.id}.{self.opened_at:.0f}"
        return f"{body}.{sign(body, self.key.secret)}"


class SessionStore:
    """The sessions this process has seen."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}

    def open(self, req: Request) -> Session:
        """A session signed with the key that is current now."""
        self.touch(req)
        return session_for(req)

    def check(self, req: Request) -> bool:
        """Whether the cookie was signed with a key of the ring and is in time."""
        body, _, mac = req.cookie.rpartition(".")
        key_id, _, opened_at = body.partition(".")
        key = self.signing_key(req.app, key_id)
        if key is None or not opened_at.isdigit():
            return False
        if req.at >= float(opened_at) + TTL.total_seconds():
            return False
        return hmac.compare_digest(mac, sign(body, key.secret))

    def signing_key(self, app: App, key_id: str) -> Key | None:
        """The ring's key of that id; a retired one stays good for old sessions."""
        return load_keys(app.key_path).by_id(key_id)

    def forget(self, now: float) -> int:
        """Drop what is older than a session may be, and say how many."""
        oldest = now - TTL.total_seconds()
        over = [key for key, at in self.seen.items() if at <= oldest]
        for key in over:
            del self.seen[key]
        return len(over)

    def touch(self, req: Request) -> None:
        """Remember the latest request; a late one never turns time back."""
        latest = self.seen.get(req.id, req.at)
        self.seen[req.id] = max(latest, req.at)


def sign(body: str, secret: bytes) -> str:
    """The keyed digest of a token's body."""
    return hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()
'''

KEYS_BEFORE = '''\
"""Keys: one current, some retired, read from one file."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field


class Locked(Exception):
    """There is no key to sign with."""


@dataclass(frozen=True)
class Key:
    """A signing key and its public id."""

    id: str
    secret: bytes


@dataclass
class KeyRing:
    """The current key first, then the retired ones."""

    keys: list[Key] = field(default_factory=list)
    clock = staticmethod(time.time)

    @property
    def current(self) -> Key | None:
        return self.keys[0] if self.keys else None
'''

KEYS_ADDED = '''\

    @classmethod
    def parse(cls, raw: bytes) -> KeyRing:
        rows = json.loads(raw)["keys"]
        return cls([Key(row["id"], bytes.fromhex(row["secret"])) for row in rows])

    def by_id(self, key_id: str) -> Key | None:
        """The key of that id, current or retired."""
        return next((key for key in self.keys if key.id == key_id), None)
'''

TESTS_BEFORE = '''\
"""Sessions are opened, checked and outlived."""

from pytest import raises

from auth.keys import Locked
from auth.session import session_for
from tests.web import req


def test_open_session_is_valid(app):
    assert app.open(session_for(req(app)).token()).valid


def test_forged_token_is_refused(app):
    assert not app.open("k1.0.00").valid
'''

TESTS_ADDED = """\


def test_rotation_needs_no_restart(app, ring):
    first = session_for(req(app))
    ring.rotate()
    assert session_for(req(app)).key != first.key


def test_no_current_key_locks(app, ring):
    ring.clear()
    with raises(Locked):
        session_for(req(app))


def test_old_session_still_opens(app, ring):
    ring.rotate()
    assert app.open(app.token).valid


def test_ttl_is_eight_hours(app):
    app.clock.forward(hours=9)
    assert not app.open(app.token).valid
"""


def files() -> list[dict[str, str]]:
    """The payload's files, each `path`, `before` and `after`."""
    return [
        {"path": "auth/session.py", "before": SESSION_BEFORE, "after": SESSION_AFTER},
        {"path": "auth/keys.py", "before": KEYS_BEFORE, "after": KEYS_BEFORE + KEYS_ADDED},
        {"path": "tests/test_auth.py", "before": TESTS_BEFORE, "after": TESTS_BEFORE + TESTS_ADDED},
    ]
