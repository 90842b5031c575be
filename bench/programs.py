"""The commands that are measured."""

import sys
from collections.abc import Sequence

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
