"""The health of a source and of the place it is read from: each check with its remedy."""

import os
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from . import discovery, judgements
from .errors import SourceError, VedetteError
from .headline import read_headline
from .source import Source, open_source
from .sources import SourceFacts, read_sources
from .text import byte_size
from .unknown_words import NEWEST, read_unknown_words

Outcome = Literal["ok", "warning", "unusable"]

WAL_LARGE = 64_000_000
"""Bytes of -wal above which somebody seems to hold it open."""
DISK_LOW = 200_000_000
SLOW_MS = 50.0
"""A reader that holds its snapshot longer than this keeps a busy writer's WAL from shrinking."""
SKEW = 5.0
"""Seconds a row may come from the future before a clock is wrong."""
CHECK_SECONDS = 2.0

_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph")


class Check(NamedTuple):
    """One thing that was looked at."""

    check: str
    outcome: Outcome
    fact: str
    """What was found."""
    remedy: str = ""
    """What to do about it, where something is to be done."""


def examine(path: str | None, cwd: str, env: Mapping[str, str], now: float) -> list[Check]:
    """Every check of the source at `path`, or of the one that is found; never raises."""
    checks = [_python(), *_configuration(env)]
    if path is None:
        try:
            path = discovery.default_path(cwd, env)
        except SourceError as error:
            return [*checks, Check("database", "unusable", error.title, error.hint)]
    return [*checks, *_database(path, now)]


def exit_code(checks: Sequence[Check]) -> int:
    """0 where all is well, 1 with warnings, 2 where the source cannot be used."""
    outcomes = {check.outcome for check in checks}
    return 2 if "unusable" in outcomes else 1 if "warning" in outcomes else 0


def _python() -> Check:
    versions = f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"
    return Check("program", "ok", versions)


def _configuration(env: Mapping[str, str]) -> Iterator[Check]:
    # pydantic takes 0.1 s, and of all commands only this one and the console read the file.
    from .config import load

    loaded = load(None, env)
    for problem in loaded.problems:
        yield Check("configuration", "warning", problem.title, problem.hint)
    if not loaded.problems:
        there = loaded.path if os.path.exists(loaded.path) else f"none at {loaded.path}: defaults"
        yield Check("configuration", "ok", there)


def _database(path: str, now: float) -> Iterator[Check]:
    try:
        began = time.perf_counter()
        source = open_source(path)
        opened_ms = (time.perf_counter() - began) * 1000
    except VedetteError as error:
        yield Check("database", "unusable", error.title, error.hint)
        return
    try:
        yield Check("database", "ok", f"{path}, opened in {opened_ms:.0f} ms")
        yield from _source(source, now)
    except VedetteError as error:
        yield Check("reading", "unusable", error.title, error.hint)
    finally:
        source.close()


def _source(source: Source, now: float) -> Iterator[Check]:
    began = time.perf_counter()
    with source.reading():
        facts = read_sources(source, now)
        headline = read_headline(source, now)
    read_ms = (time.perf_counter() - began) * 1000
    yield _system(source)
    for note in facts.notes:
        yield _note(note)
    yield from _words(source, now)
    yield _latency(read_ms)
    yield _journal(facts, source)
    yield _wal(facts)
    yield _permissions(source)
    yield _file_system(source.path)
    yield _disk(source.path)
    yield _pages(source)
    yield _clock(facts, now)
    yield from _writers(facts)
    if headline.overdue:
        yield Check(
            "gates",
            "warning",
            f"{headline.overdue} gates are pending though their time is over",
            "whoever asked is gone; nobody can answer them any more",
        )


def _system(source: Source) -> Check:
    if source.system.name == "unknown":
        looked_for = "; ".join(source.system.looked_for)
        return Check(
            "system",
            "warning",
            f"no system that Vedette knows: {looked_for}",
            "its tables can be read in Tables, or by `vedette tables`",
        )
    missing = f"; without {', '.join(sorted(source.lacks))}" if source.lacks else ""
    return Check("system", "ok", f"{source.system.label}{missing}")


def _words(source: Source, now: float) -> Iterator[Check]:
    unknown = read_unknown_words(source, now)
    while unknown.is_behind:
        with source.reading():
            unknown = read_unknown_words(source, now)
    if unknown.rows:
        yield Check(
            "words",
            "warning",
            f"{unknown.rows:,} words that Vedette does not know, in the newest {NEWEST:,} rows of "
            f"each table: {unknown.said()}",
            "they are shown as written, and none is taken for done; a newer Vedette may know them",
        )


def _note(note: str) -> Check:
    """What a reader should know; that a schema is of another age is more than that."""
    if "older than" in note:
        return Check("schema", "warning", note, "run `vedette migrate`")
    if "newer than" in note:
        return Check("schema", "warning", note, "upgrade Vedette to see everything")
    return Check("note", "ok", note)


def _latency(milliseconds: float) -> Check:
    said = f"the first rows were read in {milliseconds:.0f} ms"
    if milliseconds <= SLOW_MS:
        return Check("reading", "ok", said)
    return Check("reading", "warning", said, "the machine is busy, or indexes are missing")


def _journal(facts: SourceFacts, source: Source) -> Check:
    mode = facts.journal_mode.lower()
    if mode == "wal":
        return Check("journal", "ok", "WAL: readers and the writer do not wait for each other")
    if source.system.journal == mode:
        keeps = f"journal mode {mode}, as {source.system.label} keeps it: it is read in short looks"
        return Check("journal", "ok", keeps)
    return Check(
        "journal",
        "warning",
        f"journal mode {mode}: reading and writing lock each other out",
        "as its owner, once: sqlite3 FILE 'PRAGMA journal_mode=WAL'",
    )


def _wal(facts: SourceFacts) -> Check:
    if facts.wal_size <= WAL_LARGE:
        size = "none" if facts.wal_size < 0 else byte_size(facts.wal_size)
        return Check("wal", "ok", f"file {byte_size(facts.size)}, wal {size}")
    return Check(
        "wal",
        "warning",
        f"the wal is {byte_size(facts.wal_size)}: a reader holds it, or nothing checkpoints it",
        "end programs that keep a read transaction open; "
        "then, as its owner: PRAGMA wal_checkpoint(TRUNCATE)",
    )


def _permissions(source: Source) -> Check:
    found = os.stat(source.path)
    mode = stat.S_IMODE(found.st_mode)
    is_own = source.system.name == "vedette" and found.st_uid == os.geteuid()
    if is_own and mode & 0o077:
        return Check(
            "permissions",
            "warning",
            f"others may read it (mode {mode:04o}): prompts and payloads are in it",
            f"chmod 600 {source.path}",
        )
    may = "read and write it" if os.access(source.path, os.W_OK) else "only read it"
    return Check("permissions", "ok", f"mode {mode:04o}; you may {may}")


def _file_system(path: str) -> Check:
    kind = file_system_of(os.path.realpath(path), _mounts())
    if kind in _NETWORK:
        return Check(
            "file system",
            "warning",
            f"{kind}: SQLite's WAL does not work over a network",
            "run the console on the machine that writes, for example through SSH",
        )
    return Check("file system", "ok", kind or "unknown")


def file_system_of(path: str, mounts: str) -> str:
    """The kind of file system a path lies on, by the lines of /proc/mounts; "" if unknown."""
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind


def _mounts() -> str:
    try:
        with open("/proc/mounts", encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _disk(path: str) -> Check:
    free = shutil.disk_usage(os.path.dirname(os.path.abspath(path))).free
    if free >= DISK_LOW:
        return Check("disk", "ok", f"{byte_size(free)} free")
    said = f"only {byte_size(free)} free"
    return Check("disk", "warning", said, "free some space: writers will fail")


def _pages(source: Source) -> Check:
    try:
        with source.limited(CHECK_SECONDS):
            rows = source.select("PRAGMA quick_check(1)")
    except SourceError as error:
        if error.kind == "slow":
            return Check("pages", "ok", f"none broken in {CHECK_SECONDS:.0f} s of looking")
        return Check("pages", "unusable", error.title, error.hint)
    found = str(rows[0][0]) if rows else "nothing"
    if found == "ok":
        return Check("pages", "ok", "none broken")
    said = f"broken: {found.splitlines()[0]}"
    return Check("pages", "unusable", said, "restore a copy, or try: sqlite3 FILE .recover")


def _clock(facts: SourceFacts, now: float) -> Check:
    if facts.newest_row is None:
        return Check("freshness", "ok", "no events yet")
    age = now - facts.newest_row
    if age < -SKEW:
        return Check(
            "clock",
            "warning",
            f"the newest row is {-age:.0f} s ahead of this machine's clock",
            "set the clocks: every age on screen is wrong by as much",
        )
    old = f"{age:,.0f} s" if age < 2 * 86_400 else f"{age / 86_400:,.0f} days"
    return Check("freshness", "ok", f"the newest row is {old} old")


def _writers(facts: SourceFacts) -> Iterator[Check]:
    for writer in facts.writers:
        name = f"{writer.program or 'a writer'}, pid {writer.pid} on {writer.host}"
        if writer.state == "lost":
            yield Check(
                "writer",
                "warning",
                f"{name} is lost: {judgements.LOST_HEARTBEATS} heartbeats missed",
                "see whether it runs; the next recorder on its machine closes what it left open",
            )
        elif writer.state == "running":
            yield Check("writer", "ok", f"{name} is alive")
        if writer.dropped:
            yield Check(
                "writer",
                "warning",
                f"{name} dropped {writer.dropped:,} rows rather than hold its agents up",
                "the disk was too slow or the writer stalled: what it says here is not everything",
            )
