"""The `:` line: a screen, a run or agent by name, a theme, a statement; with completion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from . import theme
from .screens import PLACES

if TYPE_CHECKING:
    from .app import VedetteApp

Verb = Callable[["VedetteApp", str], Awaitable[None]]


async def run(app: VedetteApp, text: str) -> None:
    """Does what was typed, or says what could have been."""
    word, _, rest = text.strip().partition(" ")
    if not word:
        return
    verbs = _verbs()
    names = [name for name in verbs if name == word] or [n for n in verbs if n.startswith(word)]
    if not names:
        app.say((f"there is no command :{word}", "bad"), ("   tab completes, ? lists", "muted"))
        return
    await verbs[names[0]](app, rest.strip())


def complete(app: VedetteApp, text: str) -> list[str]:
    """What the text so far may become, the likeliest first."""
    word, space, rest = text.partition(" ")
    if not space:
        return [name for name in _verbs() if name.startswith(word) and name != word]
    if word == "notify":
        return ["notify test"] if "test".startswith(rest) else []
    if word == "source":
        names = [each.name for each in app.sources]
        return [f"source {name}" for name in names if name.startswith(rest)]
    if word == "theme":
        return [f"theme {mode}" for mode in theme.MODES if mode.startswith(rest)]
    return []


def _verbs() -> dict[str, Verb]:
    verbs: dict[str, Verb] = {
        place.name: _go_to(place.name)
        for place in PLACES
        if place.name not in ("review", "first", "pick")
    }
    return verbs | {
        "notify": _notify,
        "review": _review,
        "source": _source,
        "sql": _sql,
        "theme": _theme,
        "run": _run,
        "quit": _quit,
    }


def _go_to(name: str) -> Verb:
    async def go(app: VedetteApp, rest: str) -> None:
        where = {"run_id": None} if name == "stream" and rest == "run" else {}
        await app.go(name, **where)

    return go


async def _run(app: VedetteApp, rest: str) -> None:
    await app.go("run", **({"run_id": rest} if rest else {}))


async def _review(app: VedetteApp, rest: str) -> None:
    if rest:
        await app.go("review", id=rest)
    else:
        await app.action_next_need()


async def _source(app: VedetteApp, rest: str) -> None:
    names = [each.name for each in app.sources]
    found = [name for name in names if name == rest] or [n for n in names if n.startswith(rest)]
    if len(found) != 1:
        app.say((f"sources: {', '.join(names)}", "muted"))
        return
    await app.turn_to(app.source_named(found[0]))


async def _sql(app: VedetteApp, rest: str) -> None:
    await app.go("tables", sql=rest)


async def _theme(app: VedetteApp, rest: str) -> None:
    for mode in theme.MODES:
        if mode == rest:
            app.set_mode(mode)
            return
    app.say((f"themes: {', '.join(theme.MODES)}", "muted"))


async def _notify(app: VedetteApp, rest: str) -> None:
    if rest == "test":
        app.notifier.test()
    else:
        app.say((":notify test", "bright bold"), ("   sends one as a new gate would", "muted"))


async def _quit(app: VedetteApp, rest: str) -> None:
    app.exit(0)
