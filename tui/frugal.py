"""Writes screen updates in fewer bytes: only the cells asked for, only the codes that change.

It is the last door before the terminal, for our widgets and Textual's own: no control character
passes, and where the terminal knows only ASCII nothing else does.
Where there are 256 colours, the palette's own choice of them is written (see `theme.IN_256`).
Textual starts each update at the left edge of a widget and gives every piece all its codes and a
reset. Over a slow line that is the difference between a screen that ticks and one that stutters.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

from .theme import numbers_in_256
from .widgets.strips import CONTROL, glyphs_of

RESET = "\x1b[0m"

Piece = tuple[int, int, Strip]
"""Column, row, and what is written from there."""


class FrugalDisplay(App[int]):
    """An app that writes its updates frugally, and in the palette's 256 colours where it must.

    Its result is an exit code.
    """

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, frugal(renderable, is_ascii=glyphs_of(self).is_ascii))


def frugal(update: Any, *, is_ascii: bool = False) -> Any:
    """The update in its short form; one of an unknown kind stays as it is."""
    if isinstance(update, ChopsUpdate):
        return FrugalUpdate(list(_chops(update)), is_ascii=is_ascii)
    if isinstance(update, LayoutUpdate):
        return FrugalUpdate(list(_lines(update)), is_ascii=is_ascii)
    return update


class FrugalUpdate(CompositorUpdate):
    """Strips and where they belong."""

    def __init__(self, pieces: Sequence[Piece], *, is_ascii: bool = False) -> None:
        self.pieces = pieces
        self.is_ascii = is_ascii

    def __rich_console__(self, console: Console, options: Any) -> Iterator[Segment]:
        yield Segment(self.render_segments(console), control=[])

    def render_segments(self, console: Console) -> str:
        """The update as it goes to the terminal."""
        system = console._color_system or ColorSystem.TRUECOLOR
        return encode(self.pieces, system, is_ascii=self.is_ascii)


def encode(pieces: Iterable[Piece], system: ColorSystem, *, is_ascii: bool = False) -> str:
    """Text and codes for a terminal; it is left with no attributes set."""
    written: list[str] = []
    current = PLAIN
    for x, y, strip in pieces:
        # Always, even side by side: a terminal may have taken a character to be wider.
        written.append(f"\x1b[{y + 1};{x + 1}H")
        for segment in strip:
            if not segment.text or segment.control:
                continue
            wanted = codes(segment.style, system) if segment.style else PLAIN
            text = harmless(segment.text, is_ascii=is_ascii)
            written += (transition(current, wanted), wanted.opened, text, wanted.closed)
            current = wanted
    written.append(transition(current, PLAIN))
    return "".join(written)


_NEAR = {
    "×": "x",
    "…": "~",
    "–": "-",
    "—": "-",
    "−": "-",
    "·": ".",
    "→": ">",
    "›": ">",
    "≥": ">",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
}
"""Signs of one cell that stand in words, and what ASCII has in their place."""


def harmless(text: str, *, is_ascii: bool = False) -> str:
    """The text in as many cells, without what would act on a terminal.

    With `is_ascii` the sign nearest to it, or a `?`, takes the place of each cell that ASCII cannot
    show.
    """
    if not text.isprintable():
        text = CONTROL.sub("?" if is_ascii else "\ufffd", text)
    if not is_ascii or text.isascii():
        return text
    cells = "".join(c if c.isascii() else _NEAR.get(c) or "?" * cell_len(c) for c in text)
    return cells[: cell_len(text)]


class Codes(NamedTuple):
    """A style as a terminal's codes."""

    attributes: str
    ink: str
    ground: str
    opened: str = ""
    closed: str = ""


PLAIN = Codes("", "39", "49")


@lru_cache(maxsize=4096)
def codes(style: Style, system: ColorSystem) -> Codes:
    """The codes of a style."""
    attributes = [
        code
        for name, code in (
            ("bold", "1"),
            ("dim", "2"),
            ("italic", "3"),
            ("underline", "4"),
            ("blink", "5"),
            ("reverse", "7"),
            ("strike", "9"),
            ("underline2", "21"),
        )
        if getattr(style, name)
    ]
    opened = f"\x1b]8;id={style.link_id};{style.link}\x1b\\" if style.link else ""
    return Codes(
        ";".join(attributes),
        _colour_codes(style, system, is_ground=False),
        _colour_codes(style, system, is_ground=True),
        opened,
        "\x1b]8;;\x1b\\" if opened else "",
    )


def _colour_codes(style: Style, system: ColorSystem, *, is_ground: bool) -> str:
    colour = style.bgcolor if is_ground else style.color
    if colour is None:
        return PLAIN.ground if is_ground else PLAIN.ink
    if system is ColorSystem.EIGHT_BIT and colour.triplet is not None:
        number = numbers_in_256().get(colour.triplet.hex)
        colour = colour if number is None else Color.from_ansi(number)
    return ";".join(colour.downgrade(system).get_ansi_codes(foreground=not is_ground))


@lru_cache(maxsize=4096)
def transition(current: Codes, wanted: Codes) -> str:
    """The shortest code that leads from one style to another."""
    changes: list[str] = []
    if current.attributes != wanted.attributes:
        if current.attributes:
            # There is no code that takes away one attribute everywhere.
            changes.append("0")
            current = PLAIN
        changes.append(wanted.attributes)
    if current.ink != wanted.ink:
        changes.append(wanted.ink)
    if current.ground != wanted.ground:
        changes.append(wanted.ground)
    if wanted[:3] == PLAIN[:3]:
        return RESET if changes else ""
    changes = [change for change in changes if change]
    return f"\x1b[{';'.join(changes)}m" if changes else ""


def _chops(update: ChopsUpdate) -> Iterator[Piece]:
    """The cells of each span, cut at both ends."""
    for y, first, end in update.spans:
        for chop_end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x >= end or chop_end <= first:
                continue
            start, stop = max(x, first), min(chop_end, end)
            yield start, y, strip.crop(start - x, stop - x)


def _lines(update: LayoutUpdate) -> Iterator[Piece]:
    """All strips of a region, side by side in each row."""
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield x, y, strip
            x += strip.cell_length
