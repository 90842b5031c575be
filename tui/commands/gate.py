"""The command `gate`: a script asks a person, waits, and learns the answer by the exit code."""

import os
import signal
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ...data import times
from ...data.errors import UsageError, VedetteError
from .options import asked, db_option, style_options
from .output import Answer, Origin, print_answer, say

if TYPE_CHECKING:
    from ...data.recorder import Answer as Outcome

EXIT_CODES = {"approved": 0, "rejected": 1, "expired": 3, "withdrawn": 4}
STORE_FAILED = 5
"""No answer can be had: closed, never open."""

COLUMNS = ("id", "outcome", "by", "reason")


def command(_name: str) -> click.Command:
    """The command `gate`."""
    return gate


@click.command(short_help="Ask a person and wait: the exit code is the answer.")
@click.argument("title")
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
def gate(title: str, payload: str | None, timeout: str | None, **values: Any) -> int:
    """Ask a person whether to go on, and wait for the answer.

    Exit codes: 0 approved, 1 rejected, 2 wrong use, 3 nobody answered in time, 4 withdrawn or
    interrupted, 5 the store failed. Anything but 0 means: do not.
    """
    request = asked(values)
    terms = {
        "risk": values["risk"],
        "why": values["why"],
        "timeout": _seconds(timeout),
        "run_id": values["run_id"],
        "agent_id": values["agent_id"],
    }
    if not title.strip():
        raise UsageError("the title is empty", "say in a few words what is asked")
    asked_about = title if payload is None else _read(payload)
    try:
        path, answer = _ask(request.db, title, asked_about, terms)
    except (VedetteError, KeyboardInterrupt):
        raise
    except Exception as error:
        # Whatever broke, the caller must read it as "no": Python's own exit code is "rejected".
        raise VedetteError(f"the question could not be asked: {error!r}") from error
    _print(answer, path, request.style)
    return EXIT_CODES.get(answer.outcome, STORE_FAILED)


def _ask(db: str | None, title: str, payload: str, terms: dict[str, Any]) -> tuple[str, "Outcome"]:
    # The recorder and its threads: only this command and the demo write.
    from ...data.discovery import recording_path
    from ...data.recorder import Recorder

    path = recording_path(os.getcwd(), os.environ, db)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    with Recorder(path, program="vedette gate") as recorder:
        question = recorder.gate(title, payload, **terms)
        say(f"asked as {question.id} in {path}; waiting for an answer")
        return path, question.wait()


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """As ctrl+c does: the question is withdrawn before the program ends."""
    raise KeyboardInterrupt


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


def _print(answer: "Outcome", path: str, style: Any) -> None:
    if style == "table":
        by = f" by {answer.by}" if answer.by else ""
        click.echo(f"{answer.outcome}{by}{f': {answer.reason}' if answer.reason else ''}")
        return
    row = (answer.approval_id, answer.outcome, answer.by, answer.reason)
    print_answer(Answer(COLUMNS, [row]), Origin("vedette", "", path), time.time(), style)
