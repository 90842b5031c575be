"""Runs `vedette init` in the console's terminal: it shows the change, asks, and leads back."""

import os
import signal
import subprocess
import sys
from typing import Any

from textual.app import App

from ..data.connecting.clients import program
from ..data.errors import UsageError

_DONE = "\nenter: back to the console "


def connect(app: App[Any], client: str) -> bool:
    """Lets the person connect a client, the console waiting behind it.

    Returns whether it is connected now. Raises UsageError where the command cannot be started.
    """
    command = [*program(os.environ, sys.argv), "init", client]
    with app.suspend():
        # ctrl+c is for the command: what is ignored would be ignored by it too.
        before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
        try:
            code = subprocess.run(command, check=False).returncode
            _wait_for_enter()
        except OSError as error:
            raise UsageError(f"cannot start {command[0]}: {error.strerror}") from error
        finally:
            signal.signal(signal.SIGINT, before)
    return code == 0


def _wait_for_enter() -> None:
    try:
        input(_DONE)
    except EOFError:
        return
