"""The marks of the console in Unicode and in ASCII, and the mark and look of every state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .line import Span


@dataclass(frozen=True)
class Glyphs:
    """One set of marks; each is one cell unless its field says so."""

    waiting: str
    asking: str
    running: str
    tool: str
    idle: str
    """Also: ok, info, loading, nothing yet."""
    paused: str
    alarm: str
    """Also: SILENT, LOOP?, LIMITED, lost."""
    failed: str
    """Also: rejected."""
    done: str
    """Also: approved."""
    unknown: str
    cursor: str
    marked: str
    cut: str
    path: str
    """Between the parts of a path, and at the end of what goes on."""
    nothing: str
    times: str
    minus: str
    dash: str
    """In a range."""
    floor: str
    """Before a sum that is at least so much; may be two cells."""
    down: str
    up: str
    seen: str
    here: str
    strip: str
    branch: str
    """Two cells, as are `last` and `trunk`."""
    last: str
    trunk: str
    fold: str
    """Three cells, before the number of lines folded away."""
    bar: str
    bar_half: str
    """Half a cell of a bar; in ASCII a bar ends at a whole cell and this is empty."""
    track: str
    hairline: str
    solid: str
    shade: str
    left_eighths: str
    """From one eighth of a cell to seven; in ASCII empty."""
    wait: str
    levels: str
    """From the lowest column to the highest."""
    steps: str
    """The four steps of the risk meter."""
    step_off: str
    grid: str
    threshold: str
    limit: str
    bullet: str
    open_quote: str
    close_quote: str
    is_ascii: bool


UNICODE = Glyphs(
    waiting="◆",
    asking="◇",
    running="●",
    tool="■",
    idle="·",
    paused="□",
    alarm="▲",
    failed="×",
    done="✓",
    unknown="?",
    cursor="▌",
    marked="+",
    cut="…",
    path="›",
    nothing="—",
    times="×",
    minus="−",
    dash="–",
    floor="≥",
    down="↓",
    up="↑",
    seen="▎",
    here="█",
    strip="▐",
    branch="├─",
    last="└─",
    trunk="│ ",
    fold="···",
    bar="━",
    bar_half="╸",
    track="─",
    hairline="─",
    solid="█",
    shade="▒",
    left_eighths="▏▎▍▌▋▊▉",
    wait="╱",
    levels="▁▂▃▄▅▆▇█",
    steps="▂▄▆█",
    step_off="·",
    grid="┆",
    threshold="╌",
    limit="┃",
    bullet="·",
    open_quote="“",
    close_quote="”",
    is_ascii=False,
)

ASCII = Glyphs(
    waiting="!",
    asking="?",
    running="*",
    tool="#",
    idle=".",
    paused="=",
    alarm="^",
    failed="x",
    done="+",
    unknown="?",
    cursor=">",
    marked="+",
    cut="~",
    path=">",
    nothing="-",
    times="x",
    minus="-",
    dash="-",
    floor=">=",
    down="v",
    up="^",
    seen="|",
    here="#",
    strip="|",
    branch="|-",
    last="`-",
    trunk="| ",
    fold="...",
    bar="=",
    bar_half="",
    track="-",
    hairline="-",
    solid="#",
    shade="%",
    left_eighths="",
    wait="/",
    levels="_.:-=+*#",
    steps="||||",
    step_off=".",
    grid=":",
    threshold="-",
    limit="|",
    bullet=".",
    open_quote='"',
    close_quote='"',
    is_ascii=True,
)


def choose_glyphs(
    encoding: str | None, env: Mapping[str, str], requested: str | None = None
) -> Glyphs:
    """The set for a terminal: ASCII where UTF-8 would not arrive, or where it was asked for.

    `encoding` is the output stream's; `requested` is `ascii`, `unicode` or nothing.
    """
    if requested == "ascii" or env.get("TERM") == "dumb":
        return ASCII
    if (encoding or "").lower().replace("-", "").replace("_", "") not in ("utf8", "utf8sig"):
        return ASCII
    if requested != "unicode" and _asks_for_another_charset(env):
        return ASCII
    return UNICODE


def _asks_for_another_charset(env: Mapping[str, str]) -> bool:
    # Python writes UTF-8 under LC_ALL=C, whether or not the terminal reads it.
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    _, dot, charset = locale.partition(".")
    if not dot:
        return locale in ("C", "POSIX")
    return charset.partition("@")[0].lower().replace("-", "") != "utf8"


class State(NamedTuple):
    """How a state is shown: two pieces, because they stand in columns of their own."""

    mark: Span
    word: Span


_MARKS = {
    "WAITING": ("waiting", "you bold"),
    "asking": ("asking", "you bold"),
    "running": ("running", "run"),
    "tool": ("tool", "tool"),
    "idle": ("idle", "muted"),
    "paused": ("paused", "muted"),
    "SILENT": ("alarm", "doubt bold"),
    "LOOP?": ("alarm", "doubt bold"),
    "LIMITED": ("alarm", "doubt bold"),
    "FAILED": ("failed", "bad bold"),
    "done": ("done", "muted"),
    "lost": ("alarm", "doubt bold"),
    "pending": ("idle", "muted"),
    "cancelled": ("failed", "muted"),
}
STATES = tuple(_MARKS)
"""Every state's word, as it is written on screen."""

FINAL_STATES = frozenset({"FAILED", "done", "cancelled"})
"""States that stay true when nobody looks."""

FINISHED_STATES = frozenset({"done", "cancelled"})
"""States whose whole row steps back to muted."""


def state(word: str, glyphs: Glyphs, *, is_live: bool = True, is_new: bool = False) -> State:
    """The mark and word of a state; a new one has its mark in reverse.

    When the console is not live, what may have changed since is shown as not known.
    """
    field, token = _MARKS.get(word, ("unknown", "muted"))
    mark = str(getattr(glyphs, field))
    if is_live:
        return State((mark, f"{token} reverse" if is_new else token), (word, token))
    if word in FINAL_STATES:
        token = "soft bold" if word == "FAILED" else "muted"
        return State((mark, token), (word, token))
    return State((glyphs.unknown, "muted"), (word.lower().rstrip("?"), "muted"))
