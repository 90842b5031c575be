"""A temporary copy of a text in the person's own editor; it is read by nobody else."""

import os
import shlex
import subprocess
import tempfile
from contextlib import suppress
from typing import Any

from textual.app import App

from ..data.errors import UsageError


def edit_copy(app: App[Any], text: str, suffix: str = ".txt") -> str:
    """Opens a copy of the text (mode 0600) in $VISUAL or $EDITOR, the console waiting behind it.

    Returns the copy as it was left.
    Raises UsageError where there is no editor to start.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    # mkstemp makes it 0600 and under a name nobody could have taken before.
    descriptor, path = tempfile.mkstemp(prefix="vedette-", suffix=suffix)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        with app.suspend():
            subprocess.run([*command, path], check=False)
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:
        title = f"cannot start {command[0]}: {error.strerror}"
        raise UsageError(title, "set EDITOR") from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def edit_reason(edited: str) -> str:
    """The reason that carries edited arguments, on one line and with every blank kept.

    JSON is written in one line; blanks in a row become escapes, which mean the same.
    """
    import json

    try:
        text = json.dumps(json.loads(edited), ensure_ascii=False, separators=(",", ":"))
        while "  " in text:
            text = text.replace("  ", " \\u0020", 1)
    except (ValueError, RecursionError):
        text = " ".join(edited.split())
    return f"run this instead: {text}"
