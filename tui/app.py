"""The console: its sources, a poller each, one screen at a time; only it reads the clock."""

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.text import Text
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ..data.errors import UsageError
from ..data.freshness import Freshness, worst
from ..data.headline import Headline, merge_headlines, read_headline
from ..data.poller import Poller
from ..data.source import Question, Source
from ..data.source_names import distinct_files, source_names
from ..data.text import clean
from . import theme as themes
from .crash import crash_report
from .frugal import FrugalDisplay
from .glyphs import choose_glyphs
from .hints import Hints
from .keys import rebind
from .leaving import leave_at_signals, leave_if_hung_up
from .line import Span
from .notifier import Notifier
from .screens import PLACES, screen_class
from .screens.base import ConsoleScreen
from .settings import Settings, configured
from .view import View
from .watched import Watched, let_go, may_write
from .widgets.prompt import Asked

if TYPE_CHECKING:
    from ..data.config import Config
    from ..data.peek import Peek


BEFORE_CHOOSING = ("first", "pick", "help")
"""Screens that need no source."""

LETTING_GO = 2.0
"""Seconds that closing the sources may take at the end."""

PATIENCE = 0.3
"""Seconds that the console waits for one of several sources before it goes on without it."""


class Visit(NamedTuple):
    """A screen and what it was opened on, to come back to."""

    name: str
    where: dict[str, Any]
    source: Watched | None = None
    """The source it is opened on; None: the one that is read now."""


class VedetteApp(FrugalDisplay):
    """The console on one source or several: one of them is read, every one is watched."""

    TITLE = "vedette"
    # Absolute: a subclass elsewhere would look beside itself.
    CSS_PATH: ClassVar = os.path.join(os.path.dirname(__file__), "console.tcss")
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(place.key, f"go('{place.name}')", place.name)
            for place in PLACES
            if place.key.isdigit()
        ),
        Binding("exclamation_mark", "next_need", "next", key_display="!"),
        # First of all, so that what is typed after it, however fast, is already the command.
        Binding("colon", "command", "jump", key_display=":", priority=True),
        Binding("question_mark", "help", "all keys", key_display="?"),
        Binding("p", "freeze", "pause"),
        Binding("L", "live", "live"),
        Binding("ctrl+r", "look_now", "look now"),
        Binding("escape,backspace", "back", "back", key_display="esc"),
        Binding("minus", "last_view", "last view", key_display="-"),
        Binding("greater_than_sign", "turn(1)", "next source", key_display=">"),
        Binding("less_than_sign", "turn(-1)", "source before", key_display="<"),
        Binding("q", "leave", "back, or quit"),
        Binding("ctrl+q", "quit", "quit", priority=True),
        Binding("ctrl+z", "suspend_process", "suspend"),
    ]

    def __init__(
        self,
        path: str,
        settings: Settings,
        *,
        others: Sequence[str] = (),
        places: "Sequence[Peek] | None" = None,
        clock: Callable[[], float] = time.time,
        polls: bool = True,
    ) -> None:
        self.settings = settings
        super().__init__(ansi_color=themes.needs_ansi(settings.mode))
        self.clock = clock
        self.interval = settings.interval
        self.now = self.started = clock()
        self.sources: list[Watched] = []
        self._never_decides = settings.read_only
        self.places = places
        """Where was looked while nothing is chosen yet; None: it was named, or is chosen."""
        self.found_in = ""
        """The place of a source that was not named but found."""
        self.watch_sources([path, *others])
        self.hints = Hints(is_wanted=settings.is_demo)
        self.notifier = Notifier(self, settings.notify)
        self.next_console: tuple[str, str] | None = None
        """What the caller begins after this console: ("demo", "") or ("open", path)."""
        self.written = 0
        """Bytes written to the terminal since start."""
        self.is_hurried = False
        """Whether the first paint waits for the answer: then only what it needs is asked for."""
        self._polls = polls
        self._is_recognised = False
        self._frozen_at: float | None = None
        self._kept: dict[tuple[str, str], ConsoleScreen] = {}
        self._visits: list[Visit] = []
        self._last: Visit | None = None
        for each in themes.themes():
            self.register_theme(each)
        rebind(self._bindings, settings.keys)
        self.theme = themes.theme_name(settings.mode)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens under any theme, a stock one included."""
        return themes.variable_defaults()

    # Starting and ending

    async def on_mount(self) -> None:
        """The terminal is ours: begins."""
        leave_at_signals(self.exit)
        self._count_bytes()
        await self.begin()

    async def begin(self) -> None:
        """Opens the first screen, then looks; the first answer paints it."""
        if self.places is not None:
            await self.choose(self.places)
        else:
            await self.go("fleet" if any(each.is_there for each in self.sources) else "first")
        if self._polls:
            self.is_hurried = True
            await self.look()
            self.is_hurried = False
            self.look_soon()
            self.set_interval(self.interval, self.look)
        self.set_interval(1.0, self.second)
        _collect_garbage()

    def _count_bytes(self) -> None:
        """Keeps count of what is written to the terminal: the Sources screen shows it."""
        driver = self._driver
        if driver is None:
            return
        write = driver.write

        def counted(data: str) -> None:
            self.written += len(data) if data.isascii() else len(data.encode("utf-8", "replace"))
            writer = getattr(driver, "_writer_thread", None)
            if writer is not None and not writer.is_alive():
                # It died of a terminal that is gone; its queue would fill up and hold us for ever.
                leave_if_hung_up()
            write(data)

        driver.write = counted  # type: ignore[method-assign]

    def _fatal_error(self) -> None:
        """Ends after an unforeseen error without showing what the rows held."""
        error = sys.exc_info()[1]
        if error is not None:
            self._exit_renderables.append(Text(crash_report(error)))
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        """Lets go of the sources."""
        await let_go(self.sources, LETTING_GO)

    # Sources

    def watch_sources(self, paths: Sequence[str]) -> None:
        """Watches these files from now on, the first of them being read."""
        names = source_names(paths)
        self.sources = [
            Watched(path, name, self.clock) for path, name in zip(paths, names, strict=True)
        ]
        self._is_recognised = False
        self.read_from(self.sources[0])

    async def choose(self, places: "Sequence[Peek]") -> None:
        """Opens what was found: the one with runs; of several a person picks; none is waited for.

        Nothing is opened before.
        """
        from ..data.peek import with_runs

        self.places = places
        found = with_runs(places)
        if len(found) == 1:
            await self.open_found([found[0].place.path])
        else:
            await self._open(Visit("pick" if found else "first", {}))

    async def open_found(self, paths: Sequence[str]) -> None:
        """Watches what was found, or picked, from now on."""
        from ..data.discovery import remember

        self.places = None
        self.watch_sources(distinct_files(paths))
        if not self.has_several:
            self.found_in = self.path
        for path in reversed(paths):
            remember(path, os.environ)
        self._visits.clear()
        await self.go("fleet")
        # There is no way back to a choice that was made.
        self._visits.clear()
        self._last = None
        self.look_soon()

    def read_from(self, source: Watched) -> None:
        """Makes a source the one that screens of one source read, and answer in."""
        self.current = source
        read_only = self._never_decides or not may_write(source.path)
        if read_only != self.settings.read_only:
            self.settings = replace(self.settings, read_only=read_only)

    @property
    def has_several(self) -> bool:
        """Whether more than one source is watched."""
        return len(self.sources) > 1

    def source_named(self, name: str) -> Watched:
        """The source of that name; the one that is read where there is none of it."""
        return next((each for each in self.sources if each.name == name), self.current)

    @property
    def path(self) -> str:
        """The file of the source that is read."""
        return self.current.path

    @property
    def poller(self) -> Poller:
        """The poller of the source that is read."""
        return self.current.poller

    @property
    def freshness(self) -> Freshness:
        """How fresh the rows of the source that is read are."""
        return self.current.freshness

    @freshness.setter
    def freshness(self, fresh: Freshness) -> None:
        self.current.freshness = fresh

    @property
    def headline(self) -> Headline:
        """What waits for a person in any source whose rows are true now; in all if none is."""
        if not self.has_several:
            return self.current.headline
        return merge_headlines([each.headline for each in self._telling()])

    @headline.setter
    def headline(self, headline: Headline) -> None:
        self.current.headline = headline

    def _telling(self) -> list[Watched]:
        return [each for each in self.sources if each.freshness.is_live] or self.sources

    @property
    def is_all_live(self) -> bool:
        """Whether the rows of every source are true now."""
        return all(each.freshness.is_live for each in self.sources)

    @property
    def overall(self) -> tuple[str, Freshness]:
        """The freshness that says most against a screen of all sources, and whose it is."""
        found = [each.freshness for each in self.sources]
        index = worst(found)
        fresh = found[index]
        if fresh.word == "FROZEN":
            fresh = replace(fresh, arrived=sum(each.arrived for each in found))
        return self.sources[index].name, fresh

    async def action_turn(self, step: int) -> None:
        """To the next source, or the one before, on the screen that is visible."""
        place = self.sources.index(self.current) + step
        await self.turn_to(self.sources[place % len(self.sources)])

    async def turn_to(self, source: Watched) -> None:
        """Reads from that source, on the screen that is visible."""
        here = self._here()
        if here.is_merged:
            self.read_from(source)
            here.source_turned()
            self.look_soon()
            return
        # Of a gate there is no other in another file: there its list is.
        await self.go("approvals" if here.name_ == "review" else here.name_, source)

    # Looking

    @property
    def view(self) -> View:
        """The circumstances everything is drawn in."""
        frozen = self._frozen_at
        now = frozen if frozen is not None else self.now
        live = self.freshness.is_live
        return View(now, live, self.settings.glyphs, self.settings.mode)

    @property
    def utc_offset(self) -> float:
        """Seconds that the clock on the wall is ahead of UTC."""
        return float(time.localtime(self.now).tm_gmtoff)

    def short_path(self, path: str) -> str:
        """A path as it is read: from the current folder where it is below that, else from home."""
        path = clean(path, 200)
        for start, shown in ((os.getcwd(), ""), (os.path.expanduser("~"), "~/")):
            if path.startswith(start.rstrip(os.sep) + os.sep):
                return shown + path[len(start.rstrip(os.sep)) + 1 :]
        return path

    @property
    def source_name(self) -> str:
        """What row 1 calls the source."""
        name = os.path.basename(self.path)
        return f"DEMO {name}" if self.settings.is_demo else name

    @property
    def _is_left(self) -> bool:
        """Whether the console was left: a timer may come once more, and there is no screen."""
        return self._exit or not self._screen_stack

    async def look(self) -> None:
        """One look at each source for the screen that is visible.

        Several are looked at side by side: a slow one holds up only what is read from it.
        """
        if self.places is not None or self._is_left:
            return
        if not self.has_several:
            await self._look_at(self.current)
            return
        looks = {each: self._look_beside(each) for each in self.sources}
        needed = looks.values() if self._is_merged(self.screen) else [looks[self.current]]
        await asyncio.wait(needed, timeout=PATIENCE)

    def _look_beside(self, source: Watched) -> asyncio.Task[None]:
        """A look of its own; while one is under way no other begins."""
        if source.looking is None or source.looking.done():
            source.looking = asyncio.create_task(self._look_on(source))
        return source.looking

    async def _look_on(self, source: Watched) -> None:
        try:
            while await self._look_at(source) and source.is_wanted:
                # Something else was asked for while it was looked at.
                pass
        except Exception as error:
            # Nobody waits for it who would: an error of ours ends the console as any other does.
            self._handle_exception(error)

    async def _look_at(self, source: Watched) -> bool:
        """One look at a source, if it is due; whether it was made."""
        if self._is_left or not source.is_due(self.clock()):
            return False
        screen = self.screen
        if isinstance(screen, ConsoleScreen) and not screen.is_mounted:
            # It is being made, and asks as soon as it is there.
            return False
        asked = self._question(screen, source) if isinstance(screen, ConsoleScreen) else None

        def question(opened: Source, now: float) -> tuple[Headline, Any]:
            wanted = asked(opened, now) if asked is not None and not self.is_frozen else None
            return read_headline(opened, now), wanted

        force, source.is_wanted = source.is_wanted, False
        # A beat that does not come moves nothing in the file: its time does.
        is_due = source.headline.turns is not None and self.clock() >= source.headline.turns
        answer = await source.poller.tick(question, force=force or is_due)
        if self._is_left:
            return False
        self.now = self.clock()
        if answer.value is not None:
            self._take(screen, source, *answer.value)
        self._judge()
        if answer.looks.fault is None and self._is_waiting_for_a_file():
            self._visits.clear()
            await self._open(Visit("fleet", {}))
        if not self._is_recognised and source.poller.source is not None:
            self._is_recognised = True
            if source.poller.source.system.name == "unknown" and not self.has_several:
                # No screen was made for such a file: it is shown as it stands.
                await self.go("tables")
        return True

    def _question(self, screen: ConsoleScreen, source: Watched) -> Question[Any] | None:
        """What the visible screen wants to know of a source; None: nothing."""
        if not self.has_several:
            return screen.question()
        if screen.is_merged:
            return screen.question_of(source.name)
        return screen.question() if source is self.current else None

    def _is_merged(self, screen: Screen[Any]) -> bool:
        return isinstance(screen, ConsoleScreen) and screen.is_merged

    def _is_waiting_for_a_file(self) -> bool:
        return isinstance(self.screen, ConsoleScreen) and self.screen.name_ == "first"

    def open_other(self, path: str) -> None:
        """Another source in place of this one; the screens begin anew."""
        self.leave_for("open", path)

    def leave_for(self, what: str, path: str = "") -> None:
        """Ends this console to begin another: the demo, or a console on another file."""
        self.next_console = (what, path)
        self.exit(0)

    def _take(self, screen: Screen[Any], source: Watched, headline: Headline, facts: Any) -> None:
        source.headline = headline
        self.notifier.heard(source.path, headline)
        if self.is_frozen or screen is not self.screen or not isinstance(screen, ConsoleScreen):
            return
        if not self.has_several or (source is self.current and not screen.is_merged):
            with self.batch_update():
                screen.receive(facts)
        elif screen.is_merged:
            with self.batch_update():
                screen.receive_from(source.name, facts)
        else:
            # Another source's gate or alarm: the frame tells of it.
            screen.draw_frame()

    def _judge(self) -> None:
        """Says anew how fresh each source is; the frame is drawn only when that changed."""
        judged = [each.judge(self.now, self.interval, self._frozen_at) for each in self.sources]
        if any(judged):
            self.redraw()

    def second(self) -> None:
        """A second passed: ages move, nothing else; a terminal that is gone ends the program."""
        leave_if_hung_up()
        if self._is_left:
            return
        self.now = self.clock()
        self._judge()
        self.redraw()
        self.notifier.second()

    def redraw(self) -> None:
        """Draws the visible screen anew where it differs."""
        if isinstance(self.screen, ConsoleScreen) and self.screen.is_mounted:
            self.screen.second()

    # Going

    async def go(self, name: str, source: Watched | None = None, /, **where: Any) -> None:
        """Opens a screen on what `where` names, in `source`, remembering where we were."""
        here = self.screen
        if self.places is not None and name not in BEFORE_CHOOSING:
            self._here().say(("no database is open yet", "muted"))
            return
        if isinstance(here, ConsoleScreen):
            self._last = Visit(here.name_, here.place(), self.current)
            self._visits = [*self._visits[-49:], self._last]
        await self._open(Visit(name, where, source))

    def visit(self, name: str, source: Watched | None = None, /, **where: Any) -> None:
        """Opens a screen from a handler that does not wait for it."""
        self.call_later(lambda: self.go(name, source, **where))

    def look_soon(self) -> None:
        """Another row, another window: the question changed, so it is asked at once."""
        self._want()
        # What has just changed on screen is painted first: reading would hold it up.
        self.call_after_refresh(self.call_later, self.look)

    def _want(self) -> None:
        """Every source that the visible screen reads is asked, whether it moved or not."""
        is_merged = self._is_merged(self.screen)
        for each in self.sources:
            each.is_wanted = each.is_wanted or is_merged or each is self.current

    async def _open(self, visit: Visit) -> None:
        if visit.source is not None and visit.source in self.sources:
            self.read_from(visit.source)
        screen = self._screen_of(visit.name)
        screen.enter(**visit.where)
        for each in self.sources:
            each.is_wanted = True
        if self.screen is not screen:
            await (self.switch_screen if self._is_on_a_screen() else self.push_screen)(screen)
        if self._polls and self._visits:
            await self.look()

    def _screen_of(self, name: str) -> ConsoleScreen:
        """The screen of that name: each source has its own, with its own place in it."""
        kind: type[ConsoleScreen] = screen_class(name)
        kept = ("" if kind.is_merged else self.current.path, name)
        screen = self._kept.get(kept)
        if screen is None:
            screen = self._kept[kept] = kind()
            screen.source = self.current
            rebind(screen._bindings, self.settings.keys)
            self.install_screen(screen, " ".join(kept).strip())
        return screen

    def _is_on_a_screen(self) -> bool:
        return isinstance(self.screen, ConsoleScreen)

    async def action_go(self, name: str) -> None:
        """A screen by its digit."""
        self.hints.learnt(next(place.key for place in PLACES if place.name == name))
        await self.go(name)

    async def action_help(self) -> None:
        """Every key of the visible screen."""
        self.hints.learnt("?")
        await self.go("help", of=self._here())

    async def action_back(self) -> None:
        """Out of this screen; at the root nothing."""
        if self._visits:
            await self._open(self._visits.pop())

    async def action_last_view(self) -> None:
        """To the screen before this one, and back again."""
        if self._last is not None:
            await self.go(self._last.name, self._last.source, **self._last.where)

    async def action_leave(self) -> None:
        """Back; at the root it asks once, naming what still waits."""
        if self._visits and self._here().name_ != "fleet":
            await self.action_back()
            return
        waiting = len(self.headline.approvals)
        said = f"{waiting} gate{'' if waiting == 1 else 's'} still wait. " if waiting else ""
        self.menu(f"{said}quit?", [("y", "yes"), ("n", "no")], self._leave_on_yes)

    def _leave_on_yes(self, key: str) -> None:
        if key in ("y", "q"):
            self.exit(0)

    async def action_next_need(self) -> None:
        """`!`: the most urgent thing that needs a person; again for the one after it."""
        self.hints.learnt("!")
        needs = sorted(
            ((need, each) for each in self._telling() for need in each.headline.needs()),
            key=lambda found: found[0][:2],
        )
        if not needs:
            self._here().say(("nothing needs you", "muted"))
            return
        shown = (self._here().name_, self._here().place().get("id"), self.current)
        ids = [("review" if n.kind == "approval" else "alarms", n.id, each) for n, each in needs]
        name, found, source = ids[(ids.index(shown) + 1) % len(ids)] if shown in ids else ids[0]
        await self.go(name, source, id=found)

    def _here(self) -> ConsoleScreen:
        assert isinstance(self.screen, ConsoleScreen)
        return self.screen

    # Time

    @property
    def is_frozen(self) -> bool:
        """Whether `p` holds the view still."""
        return self._frozen_at is not None

    async def action_freeze(self) -> None:
        """Holds the view as it is and counts what arrives; again lets go."""
        self.hints.learnt("p")
        if self.is_frozen:
            await self.action_live()
            return
        self._frozen_at = self.now
        for each in self.sources:
            each.freeze()
        self._judge()

    async def action_live(self) -> None:
        """Back to what is true now."""
        self._frozen_at = None
        self._want()
        self._judge()
        await self.look()

    async def action_look_now(self) -> None:
        """Looks at once, also while failing looks wait."""
        for each in self.sources:
            each.poller.looks = replace(each.poller.looks, next_at=0.0)
            each.is_wanted = True
        await self.look()

    # The message line

    def say(self, *spans: Span) -> None:
        """One message in the visible screen's message line."""
        self._here().say(*spans)

    def menu(
        self, title: str, options: Sequence[tuple[str, str]], take: Callable[[str], None]
    ) -> None:
        """Offers one key each in the message line."""
        self._here().prompt.menu(title, options, take)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In a question, and in the palette, `:` is text; one source has none beside it."""
        if action == "turn":
            return self.has_several
        if action == "command":
            return isinstance(self.screen, ConsoleScreen) and not self.screen.is_asking
        return super().check_action(action, parameters)

    def action_command(self) -> None:
        """`:`: a screen, a theme, or a statement, with completion."""
        from .jump import complete, run

        def submitted(text: str) -> None:
            self.run_worker(run(self, text), group="command", exclusive=True)

        self._here().prompt.ask(Asked(":", submitted, complete=lambda t: complete(self, t)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every screen, the themes, and leaving."""
        for place in PLACES:
            if place.key:
                title = f"{place.name.capitalize()} ({place.key})"
                yield SystemCommand(
                    title, place.says, lambda n=place.name: self.call_later(self.go, n)
                )
        for mode in themes.MODES:
            yield SystemCommand(f"Theme {mode}", "", lambda m=mode: self.set_mode(m))
        yield SystemCommand("Send a test notice", "as a new gate would", self.notifier.test)
        yield SystemCommand("Quit", "leave the console", self.exit)

    def set_mode(self, mode: themes.Mode) -> None:
        """Another palette; every line is drawn anew."""
        self.settings = replace(self.settings, mode=mode)
        self.theme = themes.theme_name(mode)

    # Taking away

    def get_key_display(self, binding: Binding) -> str:
        """A key as product words say it: `enter`, `ctrl+r`, `esc`."""
        return binding.key_display or _KEY_WORDS.get(binding.key, binding.key)

    def copy(self, text: str) -> None:
        """To the clipboard, over OSC 52, so that it works through SSH."""
        self.copy_to_clipboard(text)

    def export(self, name: str, rows: Sequence[Mapping[str, Any]], form: str) -> None:
        """Writes rows to `vedette-NAME-TIME.json|jsonl|csv` in the current folder."""
        writers = {"j": ("json", _json), "l": ("jsonl", _jsonl), "c": ("csv", _csv)}
        if form not in writers:
            return
        ending, write = writers[form]
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(self.now))
        path = f"vedette-{name}-{stamp}.{ending}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(write(rows))
        except OSError as error:
            self._here().say((f"cannot write {path}: {error.strerror}", "bad"))
            return
        self._here().say((f"{len(rows)} rows written to {path}", "ink"))

    def page(self, text: str) -> None:
        """Hands text to $PAGER, the console waiting behind it."""
        import shlex
        import subprocess

        command = shlex.split(os.environ.get("PAGER") or "less -R")
        try:
            with self.suspend():
                subprocess.run(command, input=text.encode("utf-8", "replace"), check=False)
        except OSError as error:
            self._here().say((f"cannot start {command[0]}: {error.strerror}", "bad"))


def run_console(
    paths: Sequence[str],
    *,
    configuration: "Config | None" = None,
    places: "Sequence[Peek] | None" = None,
    theme: str | None = None,
    use_ascii: bool = False,
    interval: float | None = None,
    read_only: bool = False,
    is_demo: bool = False,
) -> int:
    """Runs the console on the sources at `paths` until it is left; the exit code.

    Where none was named, `places` is where was looked: then nothing is opened until one is chosen.

    What is asked for goes before what is configured. Raises UsageError for a theme there is not.
    The caller has made sure of a terminal.
    """
    base = configured(configuration)
    try:
        mode = themes.choose_mode(os.environ, theme or base.theme)
    except ValueError as error:
        raise UsageError(str(error), "name one of them, or leave --theme out") from None
    encoding = getattr(sys.__stdout__, "encoding", None)
    settings = Settings(
        glyphs=choose_glyphs(encoding, os.environ, "ascii" if use_ascii else base.glyphs),
        mode=mode,
        interval=interval or base.interval,
        read_only=read_only or base.read_only,
        is_demo=is_demo,
        actor=_who(),
        keys=base.keys,
        terms=base.terms,
        limits=base.limits,
        apis=base.apis,
        # What is made up calls nobody's telephone.
        notify=replace(base.notify, command=()) if is_demo else base.notify,
    )
    app = VedetteApp(paths[0], settings, others=paths[1:], places=places)
    code = app.run()
    if app.next_console is not None:
        what, other = app.next_console
        arguments = ["demo"] if what == "demo" else ["--", other]
        # A new process: the demo, or the other file, begins as if it had been typed.
        os.execv(sys.executable, [sys.executable, "-m", "vedette.tui", *arguments])
    _say_goodbye(app)
    return code if isinstance(code, int) else app.return_code or 0


def _say_goodbye(app: VedetteApp) -> None:
    """One line in the shell: what still waits."""
    waiting = len(app.headline.approvals)
    if waiting:
        gates = "1 gate still waits" if waiting == 1 else f"{waiting} gates still wait"
        print(f"vedette: {gates}; `vedette approvals` lists them", file=sys.stderr)


def _who() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or f"uid {os.getuid()}"


_KEY_WORDS = {
    "escape": "esc",
    "question_mark": "?",
    "exclamation_mark": "!",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "equals_sign": "=",
    "at": "@",
    "minus": "-",
    "backslash": "\\",
    "full_stop": ".",
    "comma": ",",
    "slash": "/",
    "colon": ":",
}


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, indent=1, default=str) + "\n"


def _jsonl(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(dict(row), ensure_ascii=False, default=str) + "\n" for row in rows)


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _collect_garbage() -> None:
    """From here on, where loading had it put off; what is loaded by now stays to the end."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
