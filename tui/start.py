"""Where the program starts: a hook by the short way, as a client waits for it; else by click."""

import sys


def main() -> int:
    """Runs what the command line asks for; answers its exit code."""
    if sys.argv[1:2] == ["hook"]:
        from . import hook

        if (asked := hook.parse(sys.argv[2:])) is not None:
            return hook.run(asked)
    from .main import main as others

    return others()
