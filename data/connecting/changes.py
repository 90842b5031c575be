"""A change of one file: seen as a diff first, written whole or not at all, remembered for undo."""

import hashlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from .. import discovery
from ..errors import UsageError, VedetteError

_RECORDS = "connected"


class File(NamedTuple):
    """A file as it was read."""

    path: str
    """As people name it; a link stays a link."""
    text: str | None
    """None: it is not there."""


class Record(NamedTuple):
    """What was done to a file; it holds places, never anybody's text."""

    sha256: str
    """Of the file after it."""
    was_there: bool
    cuts: list[list[int]]
    """What was put in: start and length, in characters."""
    made: list[str]
    """The parts of the settings that were not there before."""
    folder: str
    """The folder that was made for the file; empty for none."""


class Change(NamedTuple):
    """What a file is to become."""

    path: str
    before: str | None
    """None: it is not there."""
    after: str | None
    """None: it is to go."""
    cuts: list[tuple[int, int]] = []  # noqa: RUF012
    made: list[str] = []  # noqa: RUF012
    private: bool = False
    """Whether a folder that is made for it is the user's alone."""
    was_there: bool = True
    """Whether the file was there before anything was put in."""


def read(path: str) -> File:
    """The file's text. Raises UsageError where it is no UTF-8, VedetteError where unreadable."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except FileNotFoundError:
        if os.path.islink(path):
            raise UsageError(
                f"{path} is a link that leads nowhere", "mend or remove it; nothing was changed"
            ) from None
        return File(path, None)
    except OSError as error:
        raise VedetteError(
            f"{path} cannot be read: {error.strerror}", "nothing was changed"
        ) from None
    try:
        return File(path, raw.decode())
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is not UTF-8 text", "mend it first; nothing was changed"
        ) from None


def diff(change: Change) -> list[str]:
    """The change as a unified diff, line by line, without line ends."""
    # Only where a change is shown.
    from difflib import unified_diff

    old = f"a{os.path.abspath(change.path)}" if change.before is not None else os.devnull
    new = f"b{os.path.abspath(change.path)}" if change.after is not None else os.devnull
    before, after = _lines(change.before), _lines(change.after)
    return list(unified_diff(before, after, old, new, lineterm=""))


def write(change: Change, env: Mapping[str, str]) -> None:
    """Makes the change and remembers it. Raises VedetteError where it cannot, with nothing done."""
    if read(change.path).text != change.before:
        raise VedetteError(
            f"{change.path} was changed meanwhile", "nothing was changed; look at it again"
        )
    record = recorded(change.path, env)
    try:
        folder = _make_folder(change)
        if change.after is None:
            os.unlink(os.path.realpath(change.path))
        else:
            _replace(os.path.realpath(change.path), change.after, is_new=change.before is None)
    except OSError as error:
        raise VedetteError(
            f"{change.path} cannot be written: {error.strerror}", "nothing was changed"
        ) from None
    if change.cuts and change.after is not None:
        kept = folder or (record.folder if record else "")
        cuts = [list(cut) for cut in change.cuts]
        done = Record(_sha256(change.after), change.was_there, cuts, change.made, kept)
        _keep(change.path, done, env)
        return
    with suppress(OSError):
        os.unlink(_record_path(change.path, env))
    if change.after is None and record and record.folder:
        # Only where nothing else is in it.
        with suppress(OSError):
            os.rmdir(record.folder)


def recorded(path: str, env: Mapping[str, str]) -> Record | None:
    """What was done to this file before; None where that is not known."""
    try:
        with open(_record_path(path, env), encoding="utf-8") as file:
            values: Any = json.load(file)
        return Record(*(values[name] for name in Record._fields))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_as_left(file: File, record: Record | None) -> bool:
    """Whether a file is just as Vedette left it."""
    return record is not None and file.text is not None and _sha256(file.text) == record.sha256


def _lines(text: str | None) -> list[str]:
    """The lines, with a word where the last one has no end: a diff must not hide that."""
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], f"{lines[-1]}  (no line end)"]


def _make_folder(change: Change) -> str:
    """Makes the folder a new file needs; its path where it was not there."""
    folder = os.path.dirname(os.path.abspath(change.path))
    if change.after is None or os.path.isdir(folder):
        return ""
    os.makedirs(folder, mode=0o700 if change.private else 0o777)
    return folder


def _replace(path: str, text: str, *, is_new: bool) -> None:
    # Written beside and moved over: the client may read it at any moment.
    beside = f"{path}.{secrets.token_hex(4)}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if is_new else 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(text.encode())
            if not is_new:
                _take_over(file.fileno(), os.stat(path))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _take_over(handle: int, before: os.stat_result) -> None:
    now = os.fstat(handle)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        os.fchown(handle, before.st_uid, before.st_gid)
    os.fchmod(handle, stat.S_IMODE(before.st_mode))


def _keep(path: str, record: Record, env: Mapping[str, str]) -> None:
    """Undo does without it, if less exactly: not to be kept is no fault."""
    kept = _record_path(path, env)
    with suppress(OSError):
        os.makedirs(os.path.dirname(kept), mode=0o700, exist_ok=True)
        with open(kept, "w", encoding="utf-8") as file:
            json.dump({"path": os.path.abspath(path), **record._asdict()}, file)


def _record_path(path: str, env: Mapping[str, str]) -> str:
    folder = os.path.join(discovery.state_folder(env), _RECORDS)
    return os.path.join(folder, f"{_sha256(os.path.abspath(path))[:16]}.json")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
