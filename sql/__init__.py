"""The loader of every SQL statement Vedette sends: one statement a file, read once."""

import os
from functools import cache

# Not importlib.resources: it costs every command 11 ms, and the files are always on disk.
_HERE = os.path.dirname(__file__)


@cache
def load(name: str) -> str:
    """The statement in `NAME.sql`, by its path below this folder: `load("queries/run/latest")`.

    Raises FileNotFoundError for a name no file has.
    """
    with open(os.path.join(_HERE, f"{name}.sql"), encoding="utf-8") as file:
        return file.read()


@cache
def names(folder: str) -> tuple[str, ...]:
    """The statements of one folder by name, sorted: `names("migrations")`."""
    found = os.listdir(os.path.join(_HERE, folder))
    return tuple(sorted(name.removesuffix(".sql") for name in found if name.endswith(".sql")))
