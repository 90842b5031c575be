"""The palette can be read on every ground, and each terminal gets what it can show."""

from collections.abc import Iterator
from itertools import product

import pytest
from rich.color import Color
from rich.style import Style
from textual.app import App, ComposeResult
from textual.widgets import Static

from vedette.tui import theme
from vedette.tui.theme import COLOURS, GROUNDS, MODES, TEXT, choose_mode, needs_ansi, palette

BARS = ("you-tint", "bad-tint", "doubt-tint", "ok-tint")


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG 2 defines it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize("ground", [*GROUNDS, *BARS, "add-tint", "del-tint"])
def test_text_can_be_read_on_every_ground(mode: theme.Mode, ground: str) -> None:
    colours = palette(mode)
    hard = [text for text in TEXT if contrast(colours.colour(text), colours.colour(ground)) < 4.5]
    assert hard == []


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize(
    ("text", "fill"),
    [
        ("on-you", "you-fill"),
        ("on-fill", "bad"),
        ("on-fill", "doubt"),
        ("on-fill", "ok"),
        ("ink", "add-word"),
        ("ink", "del-word"),
        ("ink-bright", "add-word"),
        ("ink-bright", "del-word"),
    ],
)
def test_badges_and_changed_words_can_be_read(mode: theme.Mode, text: str, fill: str) -> None:
    colours = palette(mode)
    assert contrast(colours.colour(text), colours.colour(fill)) >= 4.5


def in_256(name: str, mode: theme.Mode) -> str:
    return Color.from_ansi(theme.IN_256[name][mode == "light"]).get_truecolor().hex


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize("ground", [*GROUNDS, *BARS, "add-tint", "del-tint"])
def test_text_can_be_read_in_256_colours_too(mode: theme.Mode, ground: str) -> None:
    hard = [text for text in TEXT if contrast(in_256(text, mode), in_256(ground, mode)) < 4.5]
    assert hard == []


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_hues_and_grounds_stay_apart_in_256_colours(mode: theme.Mode) -> None:
    hues = ("you", "run", "tool", "bad", "doubt", "ok")
    for names in (hues, GROUNDS):
        assert len({in_256(name, mode) for name in names}) == len(names)


def test_one_colour_has_one_number_among_256() -> None:
    pairs = {
        (colour, number)
        for name, hue in COLOURS.items()
        for colour, number in zip(hue, theme.IN_256[name], strict=True)
    }
    assert len(pairs) == len({colour for colour, _ in pairs})


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_token_is_colour_ground_and_weight() -> None:
    style = palette("dark").style("on-you bold on you-fill")
    assert str(style) == "bold #14110a on #eab324"


def test_a_token_stands_on_the_lines_ground_unless_it_brings_its_own() -> None:
    dark = palette("dark")
    assert str(dark.style("muted", "ground-panel")) == "#929ca3 on #161c20"
    assert str(dark.style("ink on add-word", "ground-panel")) == "#e8e5dd on #1f4a31"


def test_no_token_is_plain_ink() -> None:
    assert palette("light").style("").color == palette("light").style("ink").color


def test_short_and_full_names_are_the_same() -> None:
    dark = palette("dark")
    assert dark.style("muted on panel") == dark.style("ink-muted on ground-panel")


@pytest.mark.parametrize("token", ["amber", "ink on", "ink on nowhere", "bold bright-ish"])
def test_an_unknown_name_is_refused_with_its_token(token: str) -> None:
    with pytest.raises(ValueError, match=token):
        palette("dark").style(token)


def every_style(mode: theme.Mode) -> Iterator[Style]:
    for token, ground in product(COLOURS, ["", *COLOURS]):
        yield palette(mode).style(token, ground)
        yield palette(mode).style(f"{token} on {ground}" if ground else token)


def test_no_colours_means_none_at_all() -> None:
    assert all(style.color is None and style.bgcolor is None for style in every_style("mono"))


@pytest.mark.parametrize("mode", ["ansi-dark", "ansi-light"])
def test_sixteen_colours_are_the_terminals_own(mode: theme.Mode) -> None:
    colours = {colour for style in every_style(mode) for colour in (style.color, style.bgcolor)}
    assert all(c is not None and (c.is_default or (c.number or 0) < 16) for c in colours)


def test_no_fill_hides_its_text_in_sixteen_colours() -> None:
    for mode in ("ansi-dark", "ansi-light"):
        for fill in ("bad", "doubt", "ok"):
            style = palette(mode).style(f"on-fill bold on {fill}")
            assert style.color != style.bgcolor


@pytest.mark.parametrize(
    ("mode", "token", "looks"),
    [
        ("ansi-dark", "you", "yellow on default"),
        ("ansi-dark", "muted", "default on default"),
        ("ansi-dark", "bright", "bold default on default"),
        ("ansi-dark", "run", "bright_cyan on default"),
        ("ansi-dark", "doubt bold", "bold bright_magenta on default"),
        ("ansi-dark", "on-you bold on you-fill", "black on yellow"),
        ("ansi-dark", "ink on add-tint", "bright_green on default"),
        ("ansi-light", "you", "bold default on default"),
        ("ansi-light", "tool", "green on default"),
        ("ansi-light", "bad", "red on default"),
        ("ansi-light", "on-fill bold on bad", "bold bright_white on red"),
        ("mono", "you", "bold"),
        ("mono", "muted", "dim"),
        ("mono", "run", "none"),
        ("mono", "bad", "bold"),
        ("mono", "ok", "none"),
        ("mono", "on-you bold on you-fill", "bold reverse"),
        ("mono", "ink on add-word", "underline"),
    ],
)
def test_poor_terminals_follow_the_table(mode: theme.Mode, token: str, looks: str) -> None:
    assert str(palette(mode).style(token)) == looks


@pytest.mark.parametrize(
    ("env", "requested", "mode"),
    [
        ({"TERM": "xterm-256color"}, None, "dark"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, None, "dark"),
        ({"TERM": "xterm-kitty"}, None, "dark"),
        ({"TERM": "xterm-256color"}, "light", "light"),
        ({"TERM": "xterm-256color"}, "vedette-light", "light"),
        ({"TERM": "xterm-256color"}, "ansi-light", "ansi-light"),
        ({"TERM": "xterm-256color"}, "mono", "mono"),
        ({"TERM": "xterm"}, None, "ansi-dark"),
        ({"TERM": "screen"}, "light", "ansi-light"),
        ({"TERM": "linux"}, "dark", "ansi-dark"),
        ({"TERM": "vt100", "COLORFGBG": "0;15"}, None, "ansi-light"),
        ({"TERM": "vt100", "COLORFGBG": "15;0"}, None, "ansi-dark"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, None, "dark"),
        ({"TERM": ""}, None, "ansi-dark"),
        ({}, None, "ansi-dark"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "light", "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, None, "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, None, "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "dark", "mono"),
    ],
)
def test_the_mode_is_what_the_terminal_can_show(
    env: dict[str, str], requested: str | None, mode: str
) -> None:
    assert choose_mode(env, requested) == mode


def test_an_unknown_theme_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match=r"'neon'.*dark, light"):
        choose_mode({"TERM": "xterm-256color"}, "neon")


class Themed(App[None]):
    """An app with a rule for each variable of ours."""

    CSS = "\n".join(f"#{name} {{ color: ${name}; background: ${name}; }}" for name in COLOURS)

    def __init__(self, mode: theme.Mode) -> None:
        super().__init__(ansi_color=needs_ansi(mode))
        for each in theme.themes():
            self.register_theme(each)
        self.theme = theme.theme_name(mode)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.variable_defaults()

    def compose(self) -> ComposeResult:
        yield Static("", id="ok")


@pytest.mark.parametrize("mode", MODES)
async def test_every_theme_defines_every_variable(mode: theme.Mode) -> None:
    app = Themed(mode)
    async with app.run_test():
        assert theme.mode_of(app.current_theme) == mode
        assert set(COLOURS) <= set(app.get_css_variables())


@pytest.mark.parametrize(
    ("stock", "mode"),
    [("nord", "dark"), ("textual-light", "light"), ("ansi-dark", "ansi-dark")],
)
async def test_our_variables_stand_under_a_stock_theme(stock: str, mode: str) -> None:
    app = Themed("dark")
    async with app.run_test():
        app.theme = stock
        assert theme.mode_of(app.current_theme) == mode
        assert set(COLOURS) <= set(app.get_css_variables())


@pytest.mark.parametrize("mode", ["dark", "light"])
async def test_the_stylesheet_has_the_palettes_colours(mode: theme.Mode) -> None:
    app = Themed(mode)
    async with app.run_test():
        assert app.query_one("#ok").styles.color.hex.lower() == palette(mode).colour("ok")
