"""What several sources are called beside each other: short names, each another one."""

import os
from collections import Counter
from collections.abc import Sequence

from .text import clean

LONGEST = 60


def distinct_files(paths: Sequence[str]) -> list[str]:
    """The paths without those that lead to a file named before; what is not there stays."""
    kept: dict[object, str] = {}
    for path in paths:
        kept.setdefault(_identity(path), path)
    return list(kept.values())


def _identity(path: str) -> object:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return os.path.realpath(path)
    return found.st_dev, found.st_ino


def source_names(paths: Sequence[str]) -> list[str]:
    """Each file's name, with as many of its folders as tell it from the others."""
    parts = [os.path.abspath(path).split(os.sep) for path in paths]
    taken = [1] * len(parts)
    while True:
        names = ["/".join(each[-count:]) for each, count in zip(parts, taken, strict=True)]
        shared = {name for name, times in Counter(names).items() if times > 1}
        longer = [
            count + (name in shared and count < len(each))
            for name, each, count in zip(names, parts, taken, strict=True)
        ]
        if longer == taken:
            return _cleaned(names)
        taken = longer


def _cleaned(names: Sequence[str]) -> list[str]:
    """Fit for a screen; what cleaning made equal is numbered."""
    cleaned: list[str] = []
    for name in names:
        shown = clean(name, LONGEST)
        number = 2
        while shown in cleaned:
            shown = f"{clean(name, LONGEST)} ({number})"
            number += 1
        cleaned.append(shown)
    return cleaned
