"""Where the clients keep their transcripts, and in what order the files are read."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping

from ..errors import SourceError
from . import codex, ids
from .claude_code import ClaudeCodeReader, Meta
from .codex import CodexReader, Origin
from .lines import LONGEST
from .records import mapping, word
from .told import Reader


def folders(client: str, env: Mapping[str, str]) -> list[str]:
    """The folders a client keeps its transcripts in, there or not."""
    home = os.path.expanduser("~")
    if client == ids.CODEX:
        base = env.get("CODEX_HOME") or os.path.join(home, ".codex")
        return [os.path.join(base, "sessions"), os.path.join(base, "archived_sessions")]
    if named := env.get("CLAUDE_CONFIG_DIR"):
        return [os.path.join(named, "projects")]
    bases = (os.path.join(home, ".claude"), os.path.join(home, ".config", "claude"))
    return [os.path.join(base, "projects") for base in bases]


def transcripts(paths: list[str]) -> set[str]:
    """All files in these files and folders that may be transcripts.

    Raises SourceError where none of the paths is there.
    """
    if not any(os.path.exists(path) for path in paths):
        raise SourceError(
            f"no transcripts: {', '.join(paths)} is not there",
            "name the folder or the file they are in",
            kind="missing",
        )
    return {path for given in paths for path in _below(given)}


def in_order(paths: Iterable[str]) -> list[str]:
    """Transcripts in the order they are read: a session's own before its sub-agents'."""
    return sorted(paths, key=lambda path: (_depth(path), path))


def reader(client: str, path: str, first_line: bytes, state: str) -> Reader | None:
    """The reader for a transcript; None where the file does not say whose it is."""
    if client == ids.CLAUDE_CODE:
        return ClaudeCodeReader(_session_of(path), state, _meta(path))
    thread = codex.origin(first_line)
    if thread is None:
        return None
    return CodexReader(thread, _root(path, thread), state)


def first_line(path: str) -> bytes:
    """The first line of a file; empty where it cannot be read or has no end yet."""
    try:
        with open(path, "rb") as file:
            line = file.readline(LONGEST)
    except OSError:
        return b""
    return line if line.endswith(b"\n") else b""


def _below(path: str) -> Iterator[str]:
    path = os.path.abspath(path)
    if os.path.isfile(path):
        yield path
        # A session's file goes with its sub-agents'.
        path = path.removesuffix(".jsonl")
    for folder, _, names in os.walk(path):
        for name in names:
            if name.endswith(".jsonl"):
                yield os.path.join(folder, name)


def _depth(path: str) -> int:
    """How far below the main agent the agent of a transcript is, as far as its place tells."""
    if not os.path.basename(path).startswith("agent-"):
        return 0
    depth = _beside(path).get("spawnDepth")
    return depth if isinstance(depth, int) and depth > 0 else 1


def _session_of(path: str) -> str:
    folder, name = os.path.split(path)
    if os.path.basename(folder) == "subagents":
        return os.path.basename(os.path.dirname(folder))
    return name.removesuffix(".jsonl")


def _meta(path: str) -> Meta:
    beside = _beside(path)
    return Meta(word(beside.get("agentType")), word(beside.get("toolUseId")))


def _beside(path: str) -> Mapping[str, object]:
    """What stands in a sub-agent's `.meta.json`."""
    try:
        with open(f"{path.removesuffix('.jsonl')}.meta.json", "rb") as file:
            return mapping(json.loads(file.read(1 << 20)))
    except (OSError, ValueError):
        # Old clients write none; a new one may be about to.
        return {}


def _root(path: str, thread: Origin) -> str:
    """The thread at the root of this one: as it says, else by way of its parents' files."""
    seen = {thread.thread}
    while thread.session is None and thread.parent is not None and thread.parent not in seen:
        seen.add(thread.parent)
        above = codex.origin(first_line(_file_of(path, thread.parent) or ""))
        if above is None:
            return thread.parent
        thread = above
    return thread.session or thread.thread


def _file_of(path: str, thread: str) -> str | None:
    """The rollout of another thread, in the same folders as this one."""
    folder = os.path.dirname(path)
    # YYYY/MM/DD: a parent may be a day older.
    for top in (folder, os.path.normpath(os.path.join(folder, "..", "..", ".."))):
        for name in _below(top):
            if name.endswith(f"{thread}.jsonl"):
                return name
    return None
