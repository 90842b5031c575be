"""The command `mcp`: a client that speaks MCP asks a person before it runs a tool."""

import os

import click

from .options import chosen_db, db_option


def command(_name: str) -> click.Command:
    """The command `mcp`."""
    return mcp


@click.command(short_help="Serve a permission tool over MCP: a person answers for a client.")
@click.option(
    "--risk",
    type=click.Choice(["low", "medium", "high", "critical"]),
    default="medium",
    show_default=True,
    help="How the console ranks what is asked.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0.1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Nobody answered after this: the tool does not run.",
)
@db_option
def mcp(risk: str, deadline: float, db: str | None) -> int:
    """Serve the tool `approve` over stdio, until the client closes its end.

    For Claude Code, with this command as the server `vedette` of an --mcp-config:

    \b
      claude -p "..." --mcp-config vedette.json --permission-prompt-tool mcp__vedette__approve

    The client asks only about what its own rules leave open. Whatever goes wrong here is a denial
    that the model reads. Needs the extra: pip install 'vedette[mcp]'.
    """
    from ...data.adapters.permission_tool import Terms, serve
    from ...data.discovery import recording_path

    serve(Terms(recording_path(os.getcwd(), os.environ, chosen_db(db)), risk, deadline))
    return 0
