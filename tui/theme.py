"""The palette: every colour of the console, and how each terminal shows it."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from rich.style import Style
from textual.theme import Theme

Mode = Literal["dark", "light", "ansi-dark", "ansi-light", "mono"]
MODES: tuple[Mode, ...] = ("dark", "light", "ansi-dark", "ansi-light", "mono")


class Hue(NamedTuple):
    """One colour in the two true-colour modes."""

    dark: str
    light: str


COLOURS: dict[str, Hue] = {
    "ground": Hue("#0f1214", "#fbfaf7"),
    "ground-panel": Hue("#161c20", "#f3f1ec"),
    "ground-raised": Hue("#1e252a", "#eae7e0"),
    "ground-select": Hue("#27323a", "#d9e4ec"),
    "line": Hue("#313a40", "#d2cec5"),
    "ink-faint": Hue("#59646c", "#918d83"),
    "ink-muted": Hue("#929ca3", "#5f6367"),
    "ink-soft": Hue("#bdc3c5", "#43484d"),
    "ink": Hue("#e8e5dd", "#1d2124"),
    "ink-bright": Hue("#fffdf7", "#000000"),
    "you": Hue("#eab324", "#5e4300"),
    "you-fill": Hue("#eab324", "#f2b632"),
    "on-you": Hue("#14110a", "#1d1400"),
    "run": Hue("#5f9df5", "#1b62ad"),
    "tool": Hue("#4ccab5", "#0b6259"),
    "bad": Hue("#f8706a", "#c5124f"),
    "doubt": Hue("#f3bdff", "#6d1377"),
    "ok": Hue("#a9e59c", "#44682f"),
    "on-fill": Hue("#14110a", "#fffdf7"),
    "you-tint": Hue("#2b2210", "#fbeccb"),
    "bad-tint": Hue("#2e1815", "#fbe1dc"),
    "doubt-tint": Hue("#271d2a", "#f0e3f8"),
    "ok-tint": Hue("#13251a", "#e2f0dc"),
    "add-tint": Hue("#12241a", "#e4f2de"),
    "add-word": Hue("#1f4a31", "#b9dfae"),
    "del-tint": Hue("#2b1716", "#fbe4df"),
    "del-word": Hue("#5c2620", "#f3b9ae"),
}

IN_256: dict[str, tuple[int, int]] = {
    "ground": (233, 231),
    "ground-panel": (234, 255),
    "ground-raised": (235, 254),
    "ground-select": (236, 189),
    "line": (237, 251),
    "ink-faint": (241, 245),
    "ink-muted": (247, 240),
    "ink-soft": (250, 238),
    "ink": (254, 234),
    "ink-bright": (231, 16),
    "you": (178, 58),
    "you-fill": (178, 215),
    "on-you": (16, 16),
    "run": (75, 25),
    "tool": (79, 23),
    "bad": (210, 125),
    "doubt": (219, 54),
    "ok": (151, 22),
    "on-fill": (16, 231),
    "you-tint": (235, 230),
    "bad-tint": (52, 224),
    "doubt-tint": (53, 225),
    "ok-tint": (235, 194),
    "add-tint": (235, 194),
    "add-word": (22, 151),
    "del-tint": (235, 224),
    "del-word": (52, 217),
}
"""The colours of the 256 that stand for ours, dark and light.

The nearest ones, which Rich would take, paint panels black and the selected row a loud teal that
muted text cannot be read on. SSH rarely passes on that a terminal could do more than 256.
"""

SHORT_NAMES = {
    "bright": "ink-bright",
    "soft": "ink-soft",
    "muted": "ink-muted",
    "faint": "ink-faint",
    "panel": "ground-panel",
    "raised": "ground-raised",
    "select": "ground-select",
}

TEXT = ("ink-muted", "ink-soft", "ink", "ink-bright", "you", "run", "tool", "bad", "doubt", "ok")
"""The colours that text may have on any ground."""

GROUNDS = ("ground", "ground-panel", "ground-raised", "ground-select")

MODIFIERS = frozenset({"bold", "dim", "italic", "underline", "reverse", "strike"})

# What 16 colours and no colours make of a name, as a Rich style. A name that is
# missing is the terminal's own ink, or as a ground the terminal's own ground.
ANSI_DARK_INKS = {
    "ink-bright": "bold",
    "ink-faint": "bright_black",
    "line": "bright_black",
    "you": "yellow",
    "on-you": "black",
    "on-fill": "black",
    "run": "bright_cyan",
    "tool": "bright_green",
    "bad": "bright_red",
    "doubt": "bright_magenta",
    "ok": "bright_green",
}
ANSI_LIGHT_INKS = {
    "ink-bright": "bold",
    "ink-faint": "white",
    "line": "white",
    "you": "bold",
    "on-you": "black",
    "on-fill": "bright_white",
    "run": "blue",
    "tool": "green",
    "bad": "red",
    "doubt": "magenta",
    "ok": "green",
}
MONO_INKS = {
    "ink-bright": "bold",
    "ink-muted": "dim",
    "ink-faint": "dim",
    "line": "dim",
    "you": "bold",
    "bad": "bold",
    "doubt": "bold",
}
BADGES = frozenset({"you-fill", "bad", "doubt", "ok"})
"""The grounds that no colours make a reversed piece of text."""

ANSI_DARK_FILLS = {
    "you-fill": "yellow",
    "run": "bright_cyan",
    "tool": "bright_green",
    "bad": "bright_red",
    "doubt": "bright_magenta",
    "ok": "bright_green",
    "ink-soft": "white",
    "ink-muted": "white",
    "ink-faint": "bright_black",
}
ANSI_LIGHT_FILLS = {
    "you-fill": "yellow",
    "run": "blue",
    "tool": "green",
    "bad": "red",
    "doubt": "magenta",
    "ok": "green",
    "ink-soft": "bright_black",
    "ink-muted": "bright_black",
    "ink-faint": "white",
}
DIFF_INKS = {"add-tint": "ok", "add-word": "ok", "del-tint": "bad", "del-word": "bad"}
"""Where a diff line has no ground of its own, its text takes this ink."""

CHANGED_WORDS = frozenset({"add-word", "del-word"})


class Look(NamedTuple):
    """A token taken apart: ink, ground, modifiers; an empty name is not set."""

    ink: str
    ground: str
    modifiers: frozenset[str]


@cache
def parse(token: str) -> Look:
    """Takes a token such as `on-you bold on you-fill` apart; ValueError for an unknown name."""
    ink = ground = ""
    modifiers = set()
    words = iter(token.split())
    for word in words:
        if word == "on":
            ground = full_name(next(words, ""), token)
        elif word in MODIFIERS:
            modifiers.add(word)
        else:
            ink = full_name(word, token)
    return Look(ink, ground, frozenset(modifiers))


def full_name(name: str, token: str) -> str:
    """The palette's name for a short one; ValueError names the token it was found in."""
    name = SHORT_NAMES.get(name, name)
    if name not in COLOURS:
        raise ValueError(f"no colour is named {name!r} (in {token!r})")
    return name


class Palette:
    """Turns tokens into styles for one mode."""

    def __init__(self, mode: Mode) -> None:
        self.mode: Mode = mode
        self.is_mono = mode == "mono"
        self.has_grounds = mode in ("dark", "light")
        """False in 16 colours and mono: panes need a hairline, selection is reversed."""
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, token: str, ground: str = "") -> Style:
        """The style of a token, on a ground unless the token brings its own."""
        style = self._styles.get((token, ground))
        if style is None:
            style = self._styles[token, ground] = self._resolve(parse(token), ground)
        return style

    def colour(self, name: str) -> str:
        """The `#rrggbb` of a name; in 16 colours and mono that of the nearest true-colour mode."""
        hue = COLOURS[SHORT_NAMES.get(name, name)]
        return hue.light if self.mode in ("light", "ansi-light") else hue.dark

    def _resolve(self, look: Look, ground: str) -> Style:
        if look.ground:
            ground = look.ground
        elif ground:
            ground = full_name(ground, ground)
        if self.has_grounds:
            style = self._true_colour(look.ink or "ink", ground)
        elif self.is_mono:
            style = self._mono(look.ink, ground)
        else:
            style = self._ansi(look.ink, ground)
        modifiers = look.modifiers
        if style.color and style.color.name == "black":
            # Many terminals show bold black as grey, which no fill carries.
            modifiers -= {"bold"}
        return style + Style.parse(" ".join(sorted(modifiers)))

    def _true_colour(self, ink: str, ground: str) -> Style:
        return Style(color=self.colour(ink), bgcolor=self.colour(ground) if ground else None)

    def _ansi(self, ink: str, ground: str) -> Style:
        dark = self.mode == "ansi-dark"
        inks = ANSI_DARK_INKS if dark else ANSI_LIGHT_INKS
        fills = ANSI_DARK_FILLS if dark else ANSI_LIGHT_FILLS
        if ground in DIFF_INKS and (not ink or ink.startswith("ink")):
            ink = DIFF_INKS[ground]
        style = Style(color="default", bgcolor=fills.get(ground, "default"))
        if ground in CHANGED_WORDS:
            style += Style(underline=True)
        return style + Style.parse(inks.get(ink, ""))

    def _mono(self, ink: str, ground: str) -> Style:
        style = Style.parse(MONO_INKS.get(ink, ""))
        if ground in BADGES:
            style += Style(reverse=True)
        if ground in CHANGED_WORDS:
            style += Style(underline=True)
        return style


@cache
def numbers_in_256() -> dict[str, int]:
    """The number among 256 colours of every `#rrggbb` of the palette."""
    return {
        colour: number
        for name, hue in COLOURS.items()
        for colour, number in zip(hue, IN_256[name], strict=True)
    }


@cache
def palette(mode: Mode) -> Palette:
    """The one palette of a mode."""
    return Palette(mode)


def theme_name(mode: Mode) -> str:
    """The name of the mode's Textual theme."""
    return f"vedette-{mode}"


def mode_of(theme: Theme) -> Mode:
    """The mode that goes with a theme, for a stock theme the nearest one."""
    for mode in MODES:
        if theme.name == theme_name(mode):
            return mode
    if theme.ansi:
        return "ansi-dark" if theme.dark else "ansi-light"
    return "dark" if theme.dark else "light"


def needs_ansi(mode: Mode) -> bool:
    """Whether the app must be made with `ansi_color=True`, which it cannot learn later."""
    return mode not in ("dark", "light")


def choose_mode(env: Mapping[str, str], requested: str | None = None) -> Mode:
    """The mode for a terminal: what it can show comes first, then what was asked for.

    `requested` is a mode or a theme's name; ValueError when it is neither.
    """
    wanted = _named_mode(requested) if requested else None
    # Any NO_COLOR counts, also an empty one: Textual takes it so.
    if "NO_COLOR" in env or env.get("TERM") == "dumb" or wanted == "mono":
        return "mono"
    if wanted in ("ansi-dark", "ansi-light"):
        return wanted
    if has_many_colours(env):
        return wanted or "dark"
    if wanted == "light" or (wanted is None and _has_light_ground(env)):
        return "ansi-light"
    return "ansi-dark"


def has_many_colours(env: Mapping[str, str]) -> bool:
    """Whether the terminal shows 256 colours or more; the rule of Rich, which does the writing."""
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return True
    return env.get("TERM", "").strip().lower().rpartition("-")[2] in ("256color", "kitty")


def _has_light_ground(env: Mapping[str, str]) -> bool:
    # 16 colours stand on the terminal's own ground; some terminals say which it is.
    return env.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")


def _named_mode(requested: str) -> Mode:
    for mode in MODES:
        if requested in (mode, theme_name(mode)):
            return mode
    raise ValueError(f"no theme is named {requested!r}; there are {', '.join(MODES)}")


def themes() -> list[Theme]:
    """The Textual themes, one for each mode."""
    return [_theme(mode) for mode in MODES]


def variable_defaults() -> dict[str, str]:
    """Every variable of ours, for `App.get_theme_variable_defaults`.

    The stylesheet is read once before the theme is set, and again under a stock theme.
    """
    return _variables("dark")


def _theme(mode: Mode) -> Theme:
    name = theme_name(mode)
    values = _variables(mode)
    return Theme(
        name=name,
        primary=values["run"],
        secondary=values["tool"],
        accent=values["you"],
        warning=values["you"],
        error=values["bad"],
        success=values["ok"],
        foreground=values["ink"],
        background=values["ground"],
        surface=values["ground"],
        panel=values["ground-panel"],
        boost=values["ground-raised"],
        dark=mode not in ("light", "ansi-light"),
        ansi=needs_ansi(mode),
        variables=values,
    )


def _variables(mode: Mode) -> dict[str, str]:
    values = {name: _css_colour(mode, name) for name in COLOURS}
    if needs_ansi(mode):
        # Textual 8.2 stops with an undefined variable where an ANSI theme leaves these out.
        is_light = mode == "ansi-light"
        values["ansi-background"] = "ansi_white" if is_light else "ansi_black"
        values["ansi-foreground"] = "ansi_black" if is_light else "ansi_white"
    return values | _stock_variables(values)


def _css_colour(mode: Mode, name: str) -> str:
    if mode in ("dark", "light"):
        return palette(mode).colour(name)
    if mode == "mono":
        return "ansi_default"
    is_dark = mode == "ansi-dark"
    fills = ANSI_DARK_FILLS if is_dark else ANSI_LIGHT_FILLS
    inks = ANSI_DARK_INKS if is_dark else ANSI_LIGHT_INKS
    colour = fills[name] if name == "you-fill" else inks.get(name, "bold")
    return "ansi_default" if colour == "bold" else f"ansi_{colour}"


def _stock_variables(values: Mapping[str, str]) -> dict[str, str]:
    """Textual's own variables, so that none of its colours shows through ours."""
    return {
        "border": values["line"],
        "border-blurred": values["line"],
        "block-cursor-foreground": values["ink-bright"],
        "block-cursor-background": values["ground-select"],
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": values["ink"],
        "block-cursor-blurred-background": values["ground-select"],
        "block-cursor-blurred-text-style": "none",
        "block-hover-background": values["ground-raised"],
        "input-cursor-background": values["ink"],
        "input-cursor-foreground": values["ground"],
        "input-cursor-text-style": "reverse" if values["ink"] == "ansi_default" else "none",
        "input-selection-background": values["ground-select"],
        "input-selection-foreground": values["ink-bright"],
        "screen-selection-background": values["ground-select"],
        "screen-selection-foreground": values["ink-bright"],
        "scrollbar": values["line"],
        "scrollbar-hover": values["ink-faint"],
        "scrollbar-active": values["ink-muted"],
        "scrollbar-background": values["ground"],
        "scrollbar-background-hover": values["ground"],
        "scrollbar-background-active": values["ground"],
        "scrollbar-corner-color": values["ground"],
        "footer-background": values["ground"],
        "footer-foreground": values["ink-muted"],
        "footer-key-foreground": values["ink-bright"],
        "footer-description-foreground": values["ink-muted"],
    }
