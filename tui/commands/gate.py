"""The command `gate`: a script asks a person, waits, and learns the answer by the exit code."""

import os
import shlex
import signal
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

import click

from ...data import times
from ...data.errors import UsageError, VedetteError
from .options import asked, db_option, style_options
from .output import Answer, Origin, clean, print_answer, say

if TYPE_CHECKING:
    from ...data.recording.gates import Answer as Outcome
    from ...data.recording.question import Question, Words

EXIT_CODES = {"approved": 0, "rejected": 1, "expired": 3, "withdrawn": 4}
STORE_FAILED = 5
"""No answer can be had: closed, never open."""

COLUMNS = ("id", "outcome", "by", "reason")


NOT_RUN = 126
"""What a shell answers where a program is there and cannot be run."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = "the asking program was interrupted"
_TITLE = 80


def command(_name: str) -> click.Command:
    """The command `gate`."""
    return gate


class _BeforeCommand(click.Command):
    """Keeps what stands after `--` as it is: it is somebody else's command line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            ctx.meta["vedette.command"] = args[at + 1 :]
            args = args[:at]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND ARG ...]"]


@click.command(cls=_BeforeCommand, short_help="Ask a person and wait: the exit code is the answer.")
@click.argument("title", required=False)
@click.option(
    "--payload", metavar="FILE|-", help="What is asked about, whole (default: the title)."
)
@click.option(
    "--risk",
    type=click.Choice(["low", "medium", "high", "critical"]),
    default="medium",
    show_default=True,
)
@click.option("--why", metavar="TEXT", help="The reason, as the person reads it.")
@click.option("--timeout", metavar="TIME", help="Nobody answered after 30s, 10m, 1h ...")
@click.option("--run", "run_id", metavar="ID", help="The run whose question it is.")
@click.option("--agent", "agent_id", metavar="ID", help="The agent whose question it is.")
@style_options
@db_option
@click.pass_context
def gate(context: click.Context, /, title: str | None, payload: str | None, **values: Any) -> int:
    """Ask a person whether to go on, and wait for the answer.

    With -- COMMAND the question is that command, word for word. It runs when it is approved, in
    this process's place, so the exit code is its own.

    Exit codes: 0 approved, 1 rejected, 2 wrong use, 3 nobody answered in time, 4 withdrawn or
    interrupted, 5 the store failed. Anything but 0 means: do not.
    """
    request = asked(values)
    seconds = _seconds(values["timeout"])
    to_run = _to_run(context.meta.get("vedette.command"), payload)
    title = title if title is not None or to_run is None else shlex.join(to_run.words)[:_TITLE]
    if not (title or "").strip():
        raise UsageError("the title is empty", "say in a few words what is asked")
    if to_run is not None:
        asked_about: object = to_run.payload
    else:
        asked_about = title if payload is None else _read(payload)
    try:
        # The store: only this command and the hooks ask.
        from ...data.recording.question import Words

        words = Words(
            title or "",
            asked_about,
            values["risk"],
            values["why"],
            run_id=values["run_id"],
            agent_id=values["agent_id"],
            expires_at=None if seconds is None else request.now + seconds,
        )
        return _ask(request.db, words, request.style, to_run)
    except VedetteError:
        raise
    except Exception as error:
        # Whatever broke, the caller must read it as "no": Python's own exit code is "rejected".
        raise VedetteError(f"the question could not be asked: {error!r}") from error


def _ask(db: str | None, words: "Words", style: Any, to_run: "_ToRun | None") -> int:
    from ...data.discovery import recording_path
    from ...data.recording.question import Question

    path = recording_path(os.getcwd(), os.environ, db)
    with _Interrupts() as stop:
        code = _waited(Question(path, words, "vedette gate", stop=stop.reason), style, to_run)
        if code == 0 and to_run is not None:
            return to_run.run(stop)
        return code


def _waited(question: "Question", style: Any, to_run: "_ToRun | None") -> int:
    """The exit code that the answer is, once the receipts are left."""
    with question:
        question.ask()
        say(f"asked as {question.id} in {question.path}; waiting for an answer")
        answer = question.wait()
        if to_run is None:
            _print(answer, question.path, style)
        else:
            # What is printed on stdout is the command's.
            say(_told(answer))
        if answer.approved:
            _go_on(question, is_needed=to_run is not None)
        return EXIT_CODES.get(answer.outcome, STORE_FAILED)


def _go_on(question: "Question", is_needed: bool) -> None:
    try:
        question.go_on()
    except VedetteError:
        if is_needed:
            raise


class _Interrupts:
    """Signals that mean: no longer. They are only noted, and looked at where it is safe."""

    def __init__(self) -> None:
        self._is_told = False
        # What nohup ignores stays ignored.
        self._heard = [each for each in _SIGNALS if signal.getsignal(each) != signal.SIG_IGN]
        self._before = [signal.signal(each, self._note) for each in self._heard]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in zip(self._heard, self._before, strict=True):
            signal.signal(each, handler)

    def reason(self) -> str | None:
        """Why the question must be taken back, or None."""
        return _INTERRUPTED if self._is_told else None

    def give_up(self) -> bool:
        """From here on signals do what they do to any program; True where one came before."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        if self._is_told:
            return True
        for each in self._heard:
            signal.signal(each, signal.SIG_DFL)
        # One that came in between ends the program here, before the command.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        return False

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_told = True


class _ToRun:
    """The command a person is asked about: its words, its program, its folder."""

    def __init__(self, words: list[str]) -> None:
        # Only where a command was given.
        from shutil import which

        program = which(words[0])
        if program is None:
            raise UsageError(f"there is no program “{words[0]}”", "nobody was asked")
        self.words = words
        self._program = os.path.abspath(program)
        self._folder = os.getcwd()
        self._identity = _identity(self._program)
        self.payload = {"command": words, "cwd": self._folder, "executable": self._program}
        try:
            "".join([*words, self._program, self._folder]).encode("utf-8")
        except UnicodeEncodeError:
            raise UsageError(
                "the command is not UTF-8 text", "a person must be able to read the whole of it"
            ) from None

    def run(self, interrupts: _Interrupts) -> int:
        """Puts the command in this process's place; returns only where that cannot be done."""
        if os.getcwd() != self._folder:
            raise VedetteError(f"{self._folder} was moved meanwhile", "nothing ran; ask again")
        if _identity(self._program) != self._identity:
            raise VedetteError(f"{self._program} was changed meanwhile", "nothing ran; ask again")
        sys.stdout.flush()
        if interrupts.give_up():
            return EXIT_CODES["withdrawn"]
        try:
            os.execv(self._program, self.words)
        except OSError as error:
            say(f"vedette: {self._program} cannot be run: {error.strerror}")
            return NOT_RUN


def _identity(program: str) -> tuple[int, ...] | None:
    """Which file a program is, as it is now; None where it is gone."""
    try:
        found = os.stat(program)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _to_run(words: list[str] | None, payload: str | None) -> _ToRun | None:
    if words is None:
        return None
    if not words:
        raise UsageError("there is no command after --", "vedette gate TITLE -- COMMAND ARG ...")
    if payload is not None:
        raise UsageError(
            "--payload and a command exclude each other", "the command is what is asked about"
        )
    return _ToRun(words)


def _read(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        with open(name, "rb") as file:
            return file.read().decode("utf-8")
    except OSError as error:
        raise UsageError(
            f"--payload {name}: {error.strerror}", "name a file, or - for stdin"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            f"--payload {name} is not UTF-8 text", "a person must be able to read the whole of it"
        ) from None


def _seconds(timeout: str | None) -> float | None:
    if timeout is None:
        return None
    seconds = times.duration(timeout)
    if not seconds:
        raise UsageError(f"“{timeout}” is no length of time", "say it as in 30s, 10m or 1h")
    return seconds


def _told(answer: "Outcome") -> str:
    by = f" by {answer.by}" if answer.by else ""
    return f"{answer.outcome}{by}{f': {answer.reason}' if answer.reason else ''}"


def _print(answer: "Outcome", path: str, style: Any) -> None:
    if style == "table":
        click.echo(clean(_told(answer)))
        return
    row = (answer.approval_id, answer.outcome, answer.by, answer.reason)
    print_answer(Answer(COLUMNS, [row]), Origin("vedette", "", path), time.time(), style)
