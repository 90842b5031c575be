"""A transcript as a file: its complete lines, and whether it is still the same file."""

import os
from collections.abc import Iterator
from typing import IO, NamedTuple

LONGEST = 32 * 1024 * 1024
"""Bytes of a line that is read; a longer one is passed over. It bounds the memory."""
_HEAD = 1024


class Line(NamedTuple):
    """One complete line, without its end."""

    start: int
    end: int
    """Where the next one starts."""
    content: bytes | None
    """None for a line that is too long."""


class Identity(NamedTuple):
    """What tells a file from every other, under whatever name it goes."""

    device: str
    inode: str
    head_size: int
    head_sha256: str


def identity(file: IO[bytes], head_size: int = _HEAD) -> Identity:
    """The identity of an open file, by its first `head_size` bytes."""
    # Only here: a console that shows imported rows does not need it.
    from hashlib import sha256

    found = os.fstat(file.fileno())
    file.seek(0)
    head = file.read(head_size)
    # As text: an inode may be larger than a database's integer.
    return Identity(str(found.st_dev), str(found.st_ino), len(head), sha256(head).hexdigest())


def lines(file: IO[bytes], position: int) -> Iterator[Line]:
    """The complete lines from a position on; a half one at the end waits until it is whole."""
    file.seek(position)
    while True:
        content = file.readline(LONGEST)
        if not content:
            return
        start, position = position, position + len(content)
        if content.endswith(b"\n"):
            yield Line(start, position, content[:-1])
        elif len(content) < LONGEST:
            return
        else:
            passed = _pass_over(file)
            if passed is None:
                return
            position += passed
            yield Line(start, position, None)


def _pass_over(file: IO[bytes]) -> int | None:
    """Skips to the next line; how many bytes that took, None where the line has no end yet."""
    passed = 0
    while content := file.readline(LONGEST):
        passed += len(content)
        if content.endswith(b"\n"):
            return passed
    return None
