"""Does something as a user who owns nothing here: what a second account on the machine meets."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

T = TypeVar("T")

NOBODY = 65534


def as_stranger(work: Callable[[], T]) -> T:
    """What `work` answers, or raises, in the name of another user.

    Root becomes that user in a process of its own; anybody else cannot, and is only told that the
    files belong to somebody else.
    """
    if os.geteuid() != 0:
        with patch("os.geteuid", return_value=NOBODY):
            return work()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        with open(writer, "wb") as pipe:
            pipe.write(pickle.dumps(_outcome(work)))
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    value, raised = pickle.loads(answer)
    if raised is not None:
        raise raised
    return value  # type: ignore[no-any-return]


def _outcome(work: Callable[[], T]) -> tuple[T | None, Exception | None]:
    try:
        return work(), None
    except Exception as error:
        return None, error


def open_to_all(folder: Path) -> None:
    """Makes a test's folder reachable for another user, as a shared one would be."""
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.geteuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)
        if each.parent == Path("/tmp"):
            break
