"""Opens the console: which file, which look, and only in a terminal."""

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ...data.errors import SourceError, UsageError, VedetteError
from .options import console_options

if TYPE_CHECKING:
    from ...data.peek import Peek


@click.command("vedette")
@click.argument("paths", nargs=-1, metavar="[PATH ...]")
@console_options
@click.pass_obj
def console(before: dict[str, Any], /, paths: tuple[str, ...], **after: Any) -> int:
    """Opens the console on the databases named, or on the one that is found."""
    return open_console(list(paths), {**before, **{k: v for k, v in after.items() if v}})


def open_console(paths: list[str], options: dict[str, Any]) -> int:
    """Runs the console until it is left; the exit code.

    Raises UsageError where there is no terminal.
    """
    need_terminal()
    named = paths or ([_found(options["db"])] if options.get("db") else [])
    places = None if named or os.environ.get("VEDETTE_DB") else _survey()
    opened = _usable(named) if named else [_found(None) if places is None else _first(places)]
    if places is None:
        for path in reversed(opened):
            _remember(path)
    # Looking for garbage among what is only being loaded finds none; the first frame ends this.
    gc.disable()
    # Textual takes 0.2 s: only the console itself pays for it.
    from ..app import run_console

    return run_console(opened, configuration=_configuration(), places=places, **_asked(options))


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    wanted = ("theme", "use_ascii", "interval", "read_only", "is_demo")
    return {name: options[name] for name in wanted if options.get(name)}


def _configuration() -> Any:
    """What the configuration file says; None where there is none, which costs no import."""
    from ...data.discovery import config_path

    if not os.environ.get("VEDETTE_CONFIG") and not os.path.exists(config_path(os.environ)):
        return None
    from ...data.config import load

    loaded = load(None, os.environ)
    for problem in loaded.problems:
        click.echo(f"vedette: {problem}", err=True)
    return loaded.config


def need_terminal() -> None:
    """Raises UsageError unless input and output are a terminal."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise UsageError(
            "the console needs a terminal for its input and output",
            "`vedette status` prints the same facts; `vedette --help` lists every command",
        )


def _found(db: str | None) -> str:
    from ...data.discovery import data_path, default_path

    try:
        return default_path(os.getcwd(), os.environ, db)
    except VedetteError:
        # Nothing there yet: the console waits for the file that a recorder would make.
        return data_path(os.environ)


def _survey() -> list["Peek"]:
    """What is found where nothing was named."""
    from ...data.peek import survey

    return survey(os.getcwd(), os.environ)


def _first(places: list["Peek"]) -> str:
    """The database to begin with; where none has a run, the one that a recorder would make."""
    from ...data.discovery import data_path
    from ...data.peek import with_runs

    found = with_runs(places)
    return found[0].place.path if found else data_path(os.environ)


def _usable(named: list[str]) -> list[str]:
    """The files that were named, each once, however often it was named.

    Raises SourceError where none can be read, saying why not now. One of several that cannot is
    watched like the others, and keeps none of them from being shown.
    """
    from ...data.source_names import distinct_files

    paths = distinct_files(named)
    refused = [error for error in map(_try, paths) if error is not None]
    if len(refused) == len(paths):
        raise refused[0]
    return paths


def _try(path: str) -> SourceError | None:
    """Why a file cannot be read now; None for one that can, or whose lock will end by itself."""
    from ...data.source import open_source

    try:
        open_source(path).close()
    except SourceError as error:
        # A lock ends by itself: the console looks again.
        return None if error.kind == "locked" else error
    return None


def _remember(path: str) -> None:
    from ...data.discovery import remember

    if os.path.exists(path):
        remember(path, os.environ)
