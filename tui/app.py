"""The console: one source, one poller, one screen at a time; only it reads the clock."""

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
from ..data.freshness import Freshness, Looks, freshness
from ..data.headline import Headline, read_headline
from ..data.poller import Poller
from ..data.source import Source
from . import theme as themes
from .crash import crash_report
from .frugal import FrugalDisplay
from .glyphs import choose_glyphs
from .hints import Hints
from .keys import rebind
from .leaving import leave_at_signals, leave_if_hung_up
from .line import Span
from .screens import PLACES, screen_class
from .screens.base import ConsoleScreen
from .settings import Settings, configured
from .view import View
from .widgets.prompt import Asked

if TYPE_CHECKING:
    from ..data.config import Config


class Visit(NamedTuple):
    """A screen and what it was opened on, to come back to."""

    name: str
    where: dict[str, Any]


class VedetteApp(FrugalDisplay):
    """The console on one source."""

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
        Binding("q", "leave", "back, or quit"),
        Binding("ctrl+q", "quit", "quit", priority=True),
        Binding("ctrl+z", "suspend_process", "suspend"),
    ]

    def __init__(
        self,
        path: str,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        polls: bool = True,
    ) -> None:
        self.settings = settings
        super().__init__(ansi_color=themes.needs_ansi(settings.mode))
        self.clock = clock
        self.path = path
        self.poller = Poller(path, clock)
        self.headline = Headline()
        self.interval = settings.interval
        self.now = self.started = clock()
        self.freshness = Freshness("READING", 0.0, self.now)
        self.hints = Hints(is_wanted=settings.is_demo)
        self.next_console: tuple[str, str] | None = None
        """What the caller begins after this console: ("demo", "") or ("open", path)."""
        self.written = 0
        """Bytes written to the terminal since start."""
        self.is_hurried = False
        """Whether the first paint waits for the answer: then only what it needs is asked for."""
        self._polls = polls
        self._is_recognised = False
        self._frozen_at: float | None = None
        self._frozen_event = 0
        self._force = True
        self._kept: dict[str, ConsoleScreen] = {}
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
        await self.go("fleet" if self._is_there() else "first")
        if self._polls:
            self.is_hurried = True
            await self.look()
            self.is_hurried = False
            self.look_soon()
            self.set_interval(self.interval, self.look)
        self.set_interval(1.0, self.second)
        _collect_garbage()

    def _is_there(self) -> bool:
        return os.path.exists(self.path)

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
        """Lets go of the source."""
        await self.poller.close()

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

    @property
    def source_name(self) -> str:
        """What row 1 calls the source."""
        name = os.path.basename(self.path)
        return f"DEMO {name}" if self.settings.is_demo else name

    async def look(self) -> None:
        """One look at the source for the screen that is visible; a failing one waits its turn."""
        if self.poller.looks.fault is not None and self.clock() < self.poller.looks.next_at:
            return
        screen = self.screen
        if isinstance(screen, ConsoleScreen) and not screen.is_mounted:
            # It is being made, and asks as soon as it is there.
            return
        asked = screen.question() if isinstance(screen, ConsoleScreen) else None

        def question(source: Source, now: float) -> tuple[Headline, Any]:
            wanted = asked(source, now) if asked is not None and not self.is_frozen else None
            return read_headline(source, now), wanted

        force, self._force = self._force, False
        # A beat that does not come moves nothing in the file: its time does.
        is_due = self.headline.turns is not None and self.clock() >= self.headline.turns
        answer = await self.poller.tick(question, force=force or is_due)
        self.now = self.clock()
        if answer.value is not None:
            self._take(screen, *answer.value)
        self._judge(answer.looks)
        if answer.looks.fault is None and self._is_waiting_for_a_file():
            self._visits.clear()
            await self._open(Visit("fleet", {}))
        if not self._is_recognised and self.poller.source is not None:
            self._is_recognised = True
            if self.poller.source.system.name == "unknown":
                # No screen was made for such a file: it is shown as it stands.
                await self.go("tables")

    def _is_waiting_for_a_file(self) -> bool:
        return isinstance(self.screen, ConsoleScreen) and self.screen.name_ == "first"

    def open_other(self, path: str) -> None:
        """Another source in place of this one; the screens begin anew."""
        self.leave_for("open", path)

    def leave_for(self, what: str, path: str = "") -> None:
        """Ends this console to begin another: the demo, or a console on another file."""
        self.next_console = (what, path)
        self.exit(0)

    def _take(self, screen: Screen[Any], headline: Headline, facts: Any) -> None:
        self.headline = headline
        if self.is_frozen or screen is not self.screen or not isinstance(screen, ConsoleScreen):
            return
        with self.batch_update():
            screen.receive(facts)

    def _judge(self, looks: Looks) -> None:
        """Says anew how fresh the view is; the frame is drawn only when that changed."""
        before = self.freshness
        self.freshness = freshness(
            looks,
            self.now,
            interval=self.interval,
            frozen_at=self._frozen_at,
            arrived=max(0, self.headline.last_event - self._frozen_event),
            writer_heard_at=self.headline.writer_heard_at,
            heartbeat=self.headline.heartbeat,
        )
        if (before.word, before.arrived, before.attempts) != (
            self.freshness.word,
            self.freshness.arrived,
            self.freshness.attempts,
        ):
            self.redraw()

    def second(self) -> None:
        """A second passed: ages move, nothing else; a terminal that is gone ends the program."""
        leave_if_hung_up()
        self.now = self.clock()
        self._judge(self.poller.looks)
        self.redraw()

    def redraw(self) -> None:
        """Draws the visible screen anew where it differs."""
        if isinstance(self.screen, ConsoleScreen) and self.screen.is_mounted:
            self.screen.second()

    # Going

    async def go(self, name: str, **where: Any) -> None:
        """Opens a screen on what `where` names, remembering where we were."""
        current = self.screen
        if isinstance(current, ConsoleScreen):
            self._last = Visit(current.name_, current.place())
            self._visits = [*self._visits[-49:], self._last]
        await self._open(Visit(name, where))

    def visit(self, name: str, **where: Any) -> None:
        """Opens a screen from a handler that does not wait for it."""
        self.call_later(lambda: self.go(name, **where))

    def look_soon(self) -> None:
        """Another row, another window: the question changed, so it is asked at once."""
        self._force = True
        # What has just changed on screen is painted first: reading would hold it up.
        self.call_after_refresh(self.call_later, self.look)

    async def _open(self, visit: Visit) -> None:
        screen = self._kept.get(visit.name)
        if screen is None:
            screen = self._kept[visit.name] = screen_class(visit.name)()
            rebind(screen._bindings, self.settings.keys)
            self.install_screen(screen, visit.name)
        screen.enter(**visit.where)
        self._force = True
        if self.screen is not screen:
            await (self.switch_screen if self._is_on_a_screen() else self.push_screen)(screen)
        if self._polls and self._visits:
            await self.look()

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
            await self.go(self._last.name, **self._last.where)

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
        needs = self.headline.needs()
        if not needs:
            self._here().say(("nothing needs you", "muted"))
            return
        shown = (self._here().name_, self._here().place().get("id"))
        ids = [("review" if n.kind == "approval" else "alarms", n.id) for n in needs]
        name, found = ids[(ids.index(shown) + 1) % len(ids)] if shown in ids else ids[0]
        await self.go(name, id=found)

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
        self._frozen_at, self._frozen_event = self.now, self.headline.last_event
        self._judge(self.poller.looks)

    async def action_live(self) -> None:
        """Back to what is true now."""
        self._frozen_at = None
        self._force = True
        self._judge(self.poller.looks)
        await self.look()

    async def action_look_now(self) -> None:
        """Looks at once, also while failing looks wait."""
        self.poller.looks = self.poller.looks.__class__(
            **{**self.poller.looks.__dict__, "next_at": 0.0}
        )
        self._force = True
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
        """In a question, and in the palette, `:` is text."""
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
    path: str,
    *,
    configuration: "Config | None" = None,
    theme: str | None = None,
    use_ascii: bool = False,
    interval: float | None = None,
    read_only: bool = False,
    is_demo: bool = False,
) -> int:
    """Runs the console on the source at `path` until it is left; the exit code.

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
        read_only=read_only or base.read_only or not _may_write(path),
        is_demo=is_demo,
        actor=_who(),
        keys=base.keys,
        terms=base.terms,
        limits=base.limits,
    )
    app = VedetteApp(path, settings)
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


def _may_write(path: str) -> bool:
    """Whether answers are offered: not for a database that is somebody else's.

    A file that is not there yet will be the user's own; root answers for everybody.
    """
    try:
        owner = os.stat(path).st_uid
    except OSError:
        return True
    return os.access(path, os.W_OK) and os.geteuid() in (0, owner)


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
