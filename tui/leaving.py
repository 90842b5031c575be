"""Ends the console from outside: at a signal, or because its terminal is gone."""

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

HUNG_UP = 128 + signal.SIGHUP

PATIENCE = 2.0
"""Seconds that giving the terminal back may take; one that takes no output would take for ever."""


def leave_at_signals(leave: Callable[[int], object]) -> None:
    """Calls `leave` with the exit code at SIGTERM and SIGHUP.

    Stock Textual dies of both without giving the terminal back.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, partial(_leave, leave, 128 + number))


def leave_if_hung_up() -> None:
    """Ends the program at once if its terminal is gone: there is nothing to give back."""
    if is_hung_up():
        os._exit(HUNG_UP)


def is_hung_up() -> bool:
    """Whether the terminal is gone; where SIGHUP is ignored nothing else tells."""
    try:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno(), select.POLLHUP)  # type: ignore[union-attr]
        return any(event & select.POLLHUP for _, event in poll.poll(0))
    except (OSError, ValueError, AttributeError):
        return False


def _leave(leave: Callable[[int], object], code: int) -> None:
    if is_hung_up():
        # Its writer is dead, and Textual would wait for it.
        os._exit(code)
    last_resort = threading.Timer(PATIENCE, os._exit, [code])
    last_resort.daemon = True
    last_resort.start()
    leave(code)
