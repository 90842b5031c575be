"""Whether the process that waits for an answer still lives: by its row, its heartbeat, its pid."""

import os

from . import times
from .judgements import LOST_HEARTBEATS
from .rows import Writer

LOST_FLOOR = 15.0
"""Seconds without a heartbeat before which no asking process is taken for gone."""


def is_gone(writer: Writer, now: float) -> bool:
    """Whether nobody would hear an answer; what cannot be told is not gone.

    A process of this machine that is killed is known at once; one elsewhere falls silent first.
    """
    if writer.ended_at is not None or _is_dead(writer):
        return True
    beat = times.parse(writer.heartbeat_at)
    late = max(LOST_FLOOR, LOST_HEARTBEATS * (writer.heartbeat_seconds or 5))
    return beat is not None and now - beat > late


def _is_dead(writer: Writer) -> bool:
    """Whether this machine, as this process sees it, has no such process any more."""
    if not isinstance(writer.pid, int) or writer.host != os.uname().nodename:
        return False
    # The recorder's side of it: only where a gate of this machine is looked at.
    from .recording.processes import birth, is_running

    if not writer.birth:
        return not is_running(writer.pid)
    mine = birth(os.getpid())
    if mine is None:
        return False
    boot, namespace, _ = mine.split("/")
    its_boot, _, rest = writer.birth.partition("/")
    if its_boot != boot:
        return True
    if rest.partition("/")[0] != namespace:
        # A container's pids are not ours.
        return False
    return not is_running(writer.pid) or birth(writer.pid) not in (writer.birth, None)
