"""Reads a shell command as its shell will: which words run, what is written, what expands."""

import re
from collections.abc import Iterator
from typing import NamedTuple

AS_ROOT = frozenset({"sudo", "doas", "su", "pkexec", "run0"})
SHELLS = frozenset(
    {"sh", "bash", "zsh", "dash", "ksh", "fish", "python", "python3", "node", "perl"}
)
_PREFIXES = AS_ROOT | {"env", "nohup", "time", "nice", "exec", "command", "xargs", "builtin"}
_PUNCTUATION = "();<>|&\n"
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")

# In the order a shell looks at them; what stands in single quotes is only text.
_PIECE = re.compile(
    r"""
    (?P<ansi>\$'(?:[^'\\]|\\.)*(?:'|\Z)) | (?P<comment>(?:(?<=[\s;&|()<>])|\A)\#)
    | (?P<quoted>'[^']*(?:'|\Z)) | (?P<escaped>\\.)
    | (?P<substitution>\$\(|`|<\(|>\() | (?P<variable>\$\{[^}]{0,80}\}?|\$\w{1,80})
    | (?P<redirect>\d?(?:>>?\|?|<<<?-?|<)(?:&\d?)?|&>>?) | (?P<pipe>\|&?(?!\|))
    | (?P<separator>\|\||&&|;|&|\n)
    | (?P<glob>[*?]|\[[^\]\s]{1,80}\]|\{[^\s{}]{0,80},[^\s{}]{0,80}\})
    | (?P<root>(?<![\w/.-])(?:sudo|doas|su|pkexec|run0)(?![\w.-]))
    | (?P<double>")
    | (?P<word>[^\s'"\\$`<>|&;*?\[{]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MARKED = frozenset(
    {"substitution", "variable", "redirect", "pipe", "separator", "glob", "root", "ansi"}
)
_NONE_IN_QUOTES = frozenset({"quoted", "ansi", "comment"})
_MARKED_IN_QUOTES = frozenset({"substitution", "variable"})


class Piece(NamedTuple):
    """Characters `start:end` of a command that do more than stand for themselves."""

    start: int
    end: int
    kind: str
    """substitution, variable, redirect, pipe, separator, glob, root, or ansi: $'...'."""


class Command(NamedTuple):
    """One simple command of a line: its words, and the files it is redirected to and from."""

    words: tuple[str, ...]
    writes: tuple[str, ...]
    reads: tuple[str, ...]
    is_piped_into: bool
    """Its input is what the command before it prints."""

    @property
    def program(self) -> str:
        """The program that runs, without its folder, sudo, env and assignments; "" for none."""
        words = _without_prefixes(self.words)
        return words[0].rpartition("/")[2] if words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the program."""
        return _without_prefixes(self.words)[1:]

    @property
    def is_as_root(self) -> bool:
        """Whether it runs with another user's rights."""
        prefixes = self.words[: len(self.words) - len(_without_prefixes(self.words))]
        return any(word.rpartition("/")[2] in AS_ROOT for word in prefixes)


def pieces(command: str) -> list[Piece]:
    """The parts of a command to mark: operators, redirects, globs, substitutions and sudo."""
    return [
        piece
        for piece, in_quotes in _tokens(command)
        if piece.kind in (_MARKED_IN_QUOTES if in_quotes else _MARKED)
    ]


def _tokens(command: str) -> Iterator[tuple[Piece, bool]]:
    """All of a command in pieces, and whether each stands in double quotes."""
    at, in_quotes = 0, False
    while at < len(command):
        match = _PIECE.match(command, at)
        assert match is not None, "every character is at least a word"
        kind, end = match.lastgroup or "word", match.end()
        if in_quotes and kind in _NONE_IN_QUOTES:
            kind, end = "word", at + 1
        if kind == "double":
            in_quotes = not in_quotes
        elif kind == "comment":
            line_end = command.find("\n", at)
            end = len(command) if line_end < 0 else line_end
        yield Piece(at, end, kind), in_quotes
        at = end


def _simpler(command: str) -> str:
    """The same command without comments, its lines joined, in quotes that every reader knows."""
    return "".join(
        _simple(piece.kind, command[piece.start : piece.end]) for piece, _ in _tokens(command)
    )


def _simple(kind: str, text: str) -> str:
    if kind == "comment" or text == "\\\n":
        return ""
    if kind == "ansi" and text.endswith("'"):
        return f"'{_ANSI.sub(_unescaped, text[2:-1])}'"
    return text


_ANSI = re.compile(r"\\(.)|'", re.DOTALL)


def _unescaped(match: re.Match[str]) -> str:
    """What an escape in $'...' stands for, in single quotes; those for letters stay as written."""
    if match[1] in ("\\", '"', "?"):
        return match[1]
    return "'\\''" if match[1] == "'" else match[0]


def read(command: str) -> list[Command]:
    """The simple commands of a command line; raises ValueError where its quotes do not balance."""
    import shlex  # only a review reads commands

    lexer = shlex.shlex(_simpler(command), posix=True, punctuation_chars=_PUNCTUATION)
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(_commands(list(lexer)))


def remarks(command: str) -> list[str]:
    """What a reader must not miss about a command, one fact each, the worst first."""
    try:
        commands = read(command)
    except ValueError:
        return ["its quotes do not balance: read it as it is written"]
    kinds = {piece.kind for piece in pieces(command)}
    return list(_remarks(commands, kinds))


def _remarks(commands: list[Command], kinds: set[str]) -> Iterator[str]:
    if any(command.is_as_root for command in commands) or "root" in kinds:
        yield "asks for root's rights"
    for command in commands:
        if command.is_piped_into and command.program in SHELLS:
            yield f"pipes what it gets into {command.program}"
    for path in [path for command in commands for path in command.writes]:
        yield f"writes {path}"
    if "substitution" in kinds:
        yield "runs another command inside it"
    if "ansi" in kinds:
        yield "has $'...', in which letters may be written as numbers"
    if "glob" in kinds:
        yield "names files by a pattern: which ones is settled when it runs"
    if len(commands) > 1:
        yield f"{len(commands)} commands"


def _commands(tokens: list[str]) -> Iterator[Command]:
    words: list[str] = []
    writes: list[str] = []
    reads: list[str] = []
    is_piped_into = False
    targets: list[str] | None = None
    for token in [*tokens, "\n"]:
        if not _is_punctuation(token):
            (words if targets is None else targets).append(token)
            targets = None
        elif ">" in token or "<" in token:
            targets = writes if ">" in token else reads
            if token.endswith("&"):
                targets = []
        else:
            if words or writes or reads:
                yield Command(tuple(words), tuple(writes), tuple(reads), is_piped_into)
            words, writes, reads, targets = [], [], [], None
            is_piped_into = token in ("|", "|&")


def _is_punctuation(token: str) -> bool:
    return bool(token) and all(letter in _PUNCTUATION for letter in token)


def _without_prefixes(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words from the program on: past `sudo -u web`, `env A=1`, `A=1`."""
    at, prefix = 0, ""
    while at < len(words):
        name = words[at].rpartition("/")[2]
        if name in _PREFIXES:
            prefix = name
        elif prefix and words[at].startswith("-"):
            at += words[at] in _TAKES_A_WORD.get(prefix, ())
        elif not _ASSIGNMENT.match(words[at]):
            break
        at += 1
    return words[at:]


_TAKES_A_WORD = {
    "sudo": ("-u", "-g", "-C", "-D", "-h", "-p", "-r", "-t"),
    "doas": ("-u", "-C"),
    "env": ("-u", "-C", "-S"),
    "nice": ("-n",),
    "xargs": ("-n", "-P", "-I", "-d", "-L", "-s"),
}
