"""What is known of a source that is not live: its file, its writers, and who of them lives."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from . import times
from .errors import SourceError
from .opening import look_at
from .rows import Writer
from .text import clean

WRITERS = 3
"""Writers told of, the one heard last first."""


class WriterKnown(NamedTuple):
    """One process that has not said it ended."""

    pid: int | None
    program: str
    is_alive: bool | None
    """None: it runs on another host, or has no pid."""
    heard: float | None
    """Epoch seconds of its last heartbeat."""


@dataclass(frozen=True)
class Known:
    """The file and its writers. Sizes in bytes; None: there is no such file."""

    size: int | None
    wal_size: int | None
    writers: tuple[WriterKnown, ...]


def read_known(path: str, writers: Sequence[Writer]) -> Known:
    """What a stat and a look at the processes say; nothing of the database is read."""
    known = sorted(map(_writer, writers), key=lambda writer: -(writer.heard or 0.0))
    try:
        look = look_at(path)
    except SourceError:
        return Known(None, None, tuple(known[:WRITERS]))
    return Known(look.size, max(0, look.wal_size), tuple(known[:WRITERS]))


def _writer(row: Writer) -> WriterKnown:
    here = row.pid is not None and row.host == socket.gethostname()
    alive = _is_running(row.pid) if here and row.pid is not None else None
    return WriterKnown(row.pid, clean(row.program or "", 40), alive, times.parse(row.heartbeat_at))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        # Another user's process: it is there.
        return True
    return True
