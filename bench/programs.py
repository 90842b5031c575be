"""The commands that are measured, and the environment they are run in."""

import os
import sys
from collections.abc import Sequence

from .databases import folder

PYTHON = sys.executable

FRAME = b"\x1b[1;1H"
"""What Textual writes first of a frame."""


def console(path: str, *options: str) -> Sequence[str]:
    """The console on a database, as the installed command runs it."""
    return vedette(*options, path)


def vedette(*arguments: str) -> Sequence[str]:
    """The installed command."""
    code = "import sys; from vedette.tui.main import main; sys.exit(main())"
    return (PYTHON, "-c", code, *arguments)


def environment() -> dict[str, str]:
    """Ours, without what changes how a program looks or how Python starts.

    Bytecode is kept in a folder of the benchmark, whoever is measured: a program that was installed
    has its own, and one that compiles itself at each start would be measured with its compiler.
    """
    looks = ("NO_COLOR", "COLUMNS", "LINES")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in looks and not name.startswith(("TEXTUAL", "VEDETTE", "PYTHON"))
    }
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder() / "bytecode")}
