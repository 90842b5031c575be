"""How far an action reaches: inferred from its payload alone, and labelled so."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from posixpath import isabs, join, normpath
from typing import Any, NamedTuple

from . import shell
from .payload import host_of, load, statements
from .text import clean

PROTECTED = (
    ".env*",
    ".git/**",
    ".github/**",
    ".ssh/**",
    "auth/**",
    "migrations/**",
    "secrets/**",
    "*.pem",
    "*.key",
    "Dockerfile",
    "/etc/**",
    "/usr/**",
    "/boot/**",
)
"""Paths that no agent should change unseen; a project names its own in the configuration."""

_LISTED_MOST = 6
_WHOLE_TEXT = 200_000
"""Characters of a payload that are searched; what is beyond them is said to be unsearched."""

_URL = re.compile(r"\b(?:https?|ftp|wss?|ssh|git)://[^\s\"'<>\\`|)]{1,400}")
_SECRET_NAME = re.compile(
    r"""(?<![A-Za-z0-9])
        (?: [A-Za-z0-9_]{0,40}_(?:key|token|secret|password|credentials)
          | (?:api|secret|private|access|ssh)[_-]?key(?:s|_path)? | key_path
          | password | passwd | passphrase | credentials? | secrets?
          | (?:access|auth|refresh|bearer)[_-]?token
          | \.env(?:\.\w{1,20})? | id_(?:rsa|ed25519|ecdsa) | \.netrc | \.npmrc | \.pypirc
          | [\w-]{1,40}\.(?:pem|p12|pfx|keystore) )
        (?![A-Za-z0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
_PATH_WORD = re.compile(r"~|\.\.|(?:~|\.{1,2})?/[^\n]*|[\w.@-]+/[^\s]*|[\w-]+\.[A-Za-z]\w{0,7}")
_NETWORK_PROGRAMS = frozenset(
    {"curl", "wget", "ssh", "scp", "sftp", "rsync", "nc", "telnet", "ftp", "ping", "dig"}
)


class Fact(NamedTuple):
    """One line of the blast radius."""

    label: str
    """path, outside, network, secrets or undo."""
    text: str
    is_concern: bool
    """Something to look at twice; otherwise it says that nothing was found."""


class Blast(NamedTuple):
    """How far an action reaches, as far as its payload tells; every part may be incomplete."""

    paths: tuple[str, ...]
    """Files it names, as they are written."""
    outside: tuple[str, ...]
    """Those of them that lie, or may lie, outside the project."""
    protected: tuple[tuple[str, str], ...]
    """A path and the pattern that protects it."""
    hosts: tuple[str, ...]
    secrets: tuple[str, ...]
    """Names in the payload that speak of a key, a password or a token."""
    undo: str
    """How it could be taken back, in a few words."""
    is_reversible: bool | None
    """None: the payload does not tell."""
    is_searched_whole: bool = True

    def facts(self) -> tuple[Fact, ...]:
        """The lines of the tab, always the same labels, so that nothing found is said too."""
        return (
            Fact("path", _protected_words(self), bool(self.protected)),
            Fact(
                "outside", _listed(self.outside, "nothing outside the project"), bool(self.outside)
            ),
            Fact("network", _listed(self.hosts, "no address in it"), bool(self.hosts)),
            Fact("secrets", _secret_words(self), bool(self.secrets) or not self.is_searched_whole),
            Fact("undo", self.undo, self.is_reversible is False),
        )


def read_blast(
    payload: str, project: str | None = None, protected: Sequence[str] = PROTECTED
) -> Blast:
    """How far the action of this payload reaches, in a project at `project` (None: not known)."""
    fields = load(payload) or {}
    reach = _Reach(fields)
    text = payload[:_WHOLE_TEXT]
    root = project or reach.folder
    paths = _distinct(reach.paths)
    undo, is_reversible = _undo(fields, reach)
    return Blast(
        paths=paths,
        outside=tuple(path for path in paths if _is_outside(path, reach.folder, root)),
        protected=tuple(_guarded(paths, protected, root)),
        hosts=_distinct([*reach.hosts, *map(host_of, _URL.findall(text))]),
        secrets=_distinct([name for name in _SECRET_NAME.findall(text) if not _is_a_test(name)]),
        undo=undo,
        is_reversible=is_reversible,
        is_searched_whole=len(payload) <= _WHOLE_TEXT,
    )


class _Reach:
    """The paths, hosts and commands the known parts of a payload name."""

    def __init__(self, fields: dict[str, Any]) -> None:
        cwd = fields.get("cwd")
        self.folder = cwd if isinstance(cwd, str) and isabs(cwd) else None
        self.commands = _commands(fields.get("command"))
        self.paths = [*_file_paths(fields), *self._command_paths()]
        self.hosts = [*_request_hosts(fields), *self._command_hosts()]

    def _command_paths(self) -> Iterator[str]:
        for command in self.commands:
            yield from command.writes
            yield from command.reads
            for word in command.arguments:
                value = word.partition("=")[2] if word.startswith("-") else word
                if _PATH_WORD.fullmatch(value) and "://" not in value:
                    yield value

    def _command_hosts(self) -> Iterator[str]:
        """Hosts a network program is given without a scheme: `ssh web1`, `scp a web1:b`."""
        for command in self.commands:
            if command.program not in _NETWORK_PROGRAMS:
                continue
            needs_colon = command.program in ("scp", "sftp", "rsync")
            for word in command.arguments:
                if needs_colon and ":" not in word:
                    continue
                host = word.rpartition("@")[2].partition(":")[0].partition("/")[0]
                if "://" not in word and re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", host):
                    yield host


def _commands(value: object) -> list[shell.Command]:
    import shlex  # only a review reads commands

    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        value = shlex.join(value)
    if not isinstance(value, str):
        return []
    try:
        return shell.read(value[:_WHOLE_TEXT])
    except ValueError:
        return []


def _file_paths(fields: dict[str, Any]) -> Iterator[str]:
    files = fields.get("files")
    entries = files if isinstance(files, list) else [fields]
    for entry in entries:
        if isinstance(entry, dict):
            found = (entry.get(name) for name in ("path", "file_path", "to", "from"))
            yield from (path for path in found if isinstance(path, str))


def _request_hosts(fields: dict[str, Any]) -> Iterator[str]:
    http = fields.get("http")
    if isinstance(http, dict) and isinstance(http.get("url"), str):
        yield host_of(http["url"])


def _is_outside(path: str, folder: str | None, root: str | None) -> bool:
    if path.startswith("~"):
        return True
    if root is None:
        return isabs(path) or normpath(path).startswith("..")
    whole = normpath(join(folder or root, path))
    return whole != root and not whole.startswith(root.rstrip("/") + "/")


def _guarded(
    paths: Sequence[str], protected: Sequence[str], root: str | None
) -> Iterator[tuple[str, str]]:
    for path in paths:
        inside = path
        if root and path.startswith(root.rstrip("/") + "/"):
            inside = path[len(root.rstrip("/")) + 1 :]
        if pattern := next((rule for rule in protected if _matches(normpath(inside), rule)), None):
            yield path, pattern


def _matches(path: str, pattern: str) -> bool:
    """Whether `pattern` names the path, or, without a leading slash, any folder's own of it."""
    name = path.removeprefix("~/")
    patterns = (pattern, f"**/{pattern}") if not pattern.startswith("/") else (pattern,)
    return any(fnmatchcase(name, each.replace("**", "*")) for each in patterns)


def _undo(fields: dict[str, Any], reach: _Reach) -> tuple[str, bool | None]:
    """The weakest link: one part that cannot be taken back makes the whole so."""
    answers = list(_undo_of_parts(fields, reach))
    for verdict in (False, None, True):
        for words, is_reversible in answers:
            if is_reversible is verdict:
                return words, is_reversible
    return "not told by the payload", None


def _undo_of_parts(fields: dict[str, Any], reach: _Reach) -> Iterator[tuple[str, bool | None]]:
    if isinstance(fields.get("files"), list):
        yield "git restore, where the files are committed", True
    if isinstance(fields.get("sql"), str):
        yield _undo_of_sql(fields["sql"])
    http = fields.get("http")
    if isinstance(http, dict):
        yield _undo_of_request(str(http.get("method") or "GET").upper())
    if fields.get("command"):
        yield _undo_of_commands(reach.commands)


def _undo_of_sql(sql: str) -> tuple[str, bool | None]:
    kinds = {statement.kind for statement in statements(sql)}
    if kinds and kinds <= {"SELECT", "EXPLAIN", "SHOW", "WITH"}:
        return "nothing to undo: it reads", True
    for kind in ("DROP", "TRUNCATE", "DELETE", "UPDATE"):
        if kind in kinds:
            return f"no: after {kind} the rows are gone once it is committed", False
    return "only inside a transaction that is not committed", None


def _undo_of_request(method: str) -> tuple[str, bool | None]:
    if method in ("GET", "HEAD", "OPTIONS"):
        return f"nothing to undo: {method} reads", True
    return f"no: what {clean(method, 20)} sends cannot be called back", False


def _undo_of_commands(commands: list[shell.Command]) -> tuple[str, bool | None]:
    for command in commands:
        if why := _lost_by(command):
            return why, False
    if commands and all(command.program in _READING and not command.writes for command in commands):
        return "nothing to undo: it reads", True
    return "not told by the command", None


_READING = frozenset(
    {"ls", "cat", "head", "tail", "grep", "rg", "wc", "pwd", "echo", "stat", "du", "df", "file"}
)


def _lost_by(command: shell.Command) -> str:
    """Why a command cannot be taken back; "" where nothing says so."""
    program, words = command.program, command.arguments
    if program in ("rm", "rmdir", "unlink", "shred", "dd", "mkfs", "truncate"):
        return f"no: what {program} removes is gone"
    if program == "git":
        return _lost_by_git(words)
    if program in ("kubectl", "terraform", "docker", "aws", "gcloud", "az", "helm"):
        if {"delete", "destroy", "rm", "prune", "terminate-instances"} & set(words):
            return f"no: {program} removes it elsewhere"
    elif program == "find" and "-delete" in words:
        return "no: what find deletes is gone"
    elif program in ("npm", "twine", "cargo", "gem", "uv") and {"publish", "upload"} & set(words):
        return "no: what is published stays published"
    return ""


def _lost_by_git(words: Sequence[str]) -> str:
    if "push" in words:
        forced = any(word == "-f" or word.startswith(("--force", "+")) for word in words)
        return "no: the remote's history is replaced" if forced else ""
    if ("reset" in words and "--hard" in words) or "clean" in words:
        return "no: changes that are not committed are gone"
    return ""


def _is_a_test(name: str) -> bool:
    """`test_rotates_the_key` speaks of a key and holds none."""
    return name.lower().startswith("test_")


def _distinct(words: Sequence[str]) -> tuple[str, ...]:
    """Each word once, in order, cleaned."""
    return tuple(clean(word, 120) for word in dict.fromkeys(words) if word)


def _listed(words: Sequence[str], nothing: str) -> str:
    if not words:
        return nothing
    more = len(words) - _LISTED_MOST
    shown = ", ".join(words[:_LISTED_MOST])
    return f"{shown} and {more:,} more" if more > 0 else shown


def _secret_words(blast: Blast) -> str:
    words = _listed(blast.secrets, "no name of one in it")
    if blast.is_searched_whole:
        return words
    return f"{words}; only its first {_WHOLE_TEXT:,} characters were searched"


def _protected_words(blast: Blast) -> str:
    if not blast.protected:
        return "no protected path"
    patterns = dict.fromkeys(pattern for _, pattern in blast.protected)
    return f"{_listed(list(patterns), '')} {'is' if len(patterns) == 1 else 'are'} protected"
