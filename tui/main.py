"""The entry point: tells a command from the console, and ends with the documented exit code."""

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from ..data.errors import VedetteError
from .commands.options import console_options

INTERRUPTED = 4

COMMANDS = {
    "status": "status",
    **dict.fromkeys(
        (
            "runs",
            "agents",
            "prompts",
            "tools",
            "events",
            "audit",
            "alarms",
            "approvals",
            "tasks",
            "schedules",
            "watchers",
            "rules",
            "health",
            "checks",
            "routes",
        ),
        "listing",
    ),
    "costs": "costs",
    **dict.fromkeys(("approve", "reject", "ack", "resolve"), "deciding"),
    "gate": "gate",
    "mcp": "mcp",
    "hook": "hook",
    "tables": "tables",
    "doctor": "doctor",
    "keys": "keys",
    "demo": "demo",
    "migrate": "migrate",
    "prune": "prune",
    "prices": "prices",
    "import": "importing",
    "init": "init",
}
"""Each command, and the module it is imported from when it is run."""


class Vedette(click.Group):
    """The group of all commands; a first word that is none of them is a file for the console."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(f".commands.{module}", __package__).command(cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in COMMANDS:
            return super().resolve_command(ctx, args)
        _refuse_mistyped(ctx, args[0])
        from .commands.console import console

        return "vedette", console, args

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # click would end the program with 1, which here means that the answer is no.
            raise _ReaderGone from None


class _ReaderGone(Exception):
    """Whoever read the output has enough of it."""


def main() -> int:
    """Runs what the command line asks for; answers its exit code (the README has the table)."""
    if isinstance(sys.stdout, TextIOWrapper):
        # What a terminal's encoding cannot say is spelt out, and no row is lost for it.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return cli.main(prog_name="vedette", standalone_mode=False) or 0
    except VedetteError as error:
        _tell(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        print("vedette: interrupted", file=sys.stderr)
        return INTERRUPTED
    except _ReaderGone:
        # Nothing may be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _tell(error: VedetteError) -> None:
    from .commands.output import say

    say(f"vedette: {error.title}")
    if error.hint:
        say(f"  {error.hint}")


def _refuse_mistyped(context: click.Context, word: str) -> None:
    """A word that is no file and nearly a command is a slip, not a file for the console."""
    if os.sep in word or "." in word or os.path.exists(word):
        return
    # Only a slip needs it.
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1, cutoff=0.6)
    meant = f"did you mean {near[0]}?" if near else "`vedette --help` lists the commands"
    raise click.UsageError(f"there is no command or file “{word}”; {meant}", context)


def _print_version(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        # 50 ms, and only this needs it.
        from importlib.metadata import version

        click.echo(f"vedette {version('vedette')}")
        context.exit()


@click.group(
    cls=Vedette,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@console_options
@click.pass_context
def cli(context: click.Context, /, **options: Any) -> int | None:
    """The terminal console for AI-agent runs: live agent trees, prompts, costs, alarms and gates,
    read from SQLite.

    Without a command, `vedette [PATH ...]` opens the console on the databases named.

    Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 nobody answered, 4 interrupted,
    5 the source cannot be used.
    """
    context.obj = options
    if context.invoked_subcommand is not None:
        return None
    from .commands.console import open_console

    return open_console([], options)
