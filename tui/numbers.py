"""How numbers are written: money, tokens, times, counts; one function for each kind.

Numbers come from strangers' files: every function takes None for "nothing there", and shows
a number that is none (NaN, infinity) as `?`, which `toned` gives the token of doubt.
"""

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo

from .glyphs import UNICODE, Glyphs
from .line import Span

Number = int | float

ODD = "?"
UNPRICED = "unpriced"
UNPRICED_NARROW = "?.??"
_FIXED_TOKENS = {
    ODD: "doubt bold",
    UNPRICED: "doubt",
    UNPRICED_NARROW: "doubt",
    "—": "faint",
    "-": "faint",
}


def toned(text: str, token: str = "soft") -> Span:
    """A written number as a span: odd and unpriced ones in doubt, nothing in faint."""
    return (text, _FIXED_TOKENS.get(text, token))


def money(usd: Number | None, glyphs: Glyphs = UNICODE, *, width: int = 0) -> str:
    """Dollars in a table, where the sign is in the head: `1,204.50`, `<0.01`, `unpriced`.

    With a width, the cents go first and then the unit grows: `12,408`, `12.4k`; and what has
    no price is `?.??` where the word does not fit.
    """
    if usd is None:
        return UNPRICED_NARROW if 0 < width < len(UNPRICED) else UNPRICED
    if not math.isfinite(usd):
        return ODD
    text = _cents(abs(usd))
    if width and len(text) + (usd < 0) > width:
        text = _narrow(abs(usd), width - (usd < 0))
    return glyphs.minus + text if usd < 0 else text


def money_floor(usd: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """A sum in a table that is at least so much, because a part has no price: `≥ 5.09`."""
    text = money(usd, glyphs)
    return text if text in (ODD, UNPRICED) else f"{glyphs.floor} {text}"


def dollars(usd: Number | None, glyphs: Glyphs = UNICODE, *, is_floor: bool = False) -> str:
    """Dollars in a sentence: `$0.31`, `≥ $5.09`, `<$0.01`."""
    text = money(usd, glyphs)
    if text in (ODD, UNPRICED):
        return text
    sign = glyphs.minus if usd is not None and usd < 0 else ""
    text = text.removeprefix(sign)
    text = f"<${text[1:]}" if text.startswith("<") else f"${text}"
    return f"{glyphs.floor} {sign}{text}" if is_floor else sign + text


def money_range(low: Number | None, high: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """A range of dollars in a table: `2.30 – 4.10`."""
    if low is None or high is None:
        return glyphs.nothing
    return f"{money(low, glyphs)} {glyphs.dash} {money(high, glyphs)}"


def tokens(value: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """Tokens in a sentence: `14`, `41.2k`, `611k`, `2.41M`."""
    number, unit = _scaled(value, glyphs)
    return number + unit


def token_cells(
    value: Number | None, token: str = "soft", glyphs: Glyphs = UNICODE
) -> tuple[Span, Span]:
    """Tokens in a table: the number, then its muted unit in a last cell of its own."""
    number, unit = _scaled(value, glyphs)
    return toned(number, token), (unit or " ", "muted")


def age(seconds: Number | None, glyphs: Glyphs = UNICODE, *, width: int = 0) -> str:
    """How long ago, or how long yet: `03:48`, `1:04:10`, `3d 04h`; a skewed clock has a minus.

    With a width, what is longer is told in larger units: `1h 04m` in 6 cells, `11d` in 3.
    """
    if seconds is None:
        return glyphs.nothing
    if not math.isfinite(seconds):
        return ODD
    sign = glyphs.minus if seconds <= -1 else ""
    whole = math.floor(abs(seconds))
    text = sign + _clock_text(whole)
    if 0 < width < len(text):
        text = sign + _duration_text(whole)
    return text.partition(" ")[0] if 0 < width < len(text) else text


def countdown(seconds: Number | None, glyphs: Glyphs = UNICODE, *, width: int = 0) -> str:
    """Time left, written like an age; what is past is `00:00`."""
    return age(None if seconds is None else max(seconds, 0), glyphs, width=width)


def duration(seconds: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """A measured time, two units at most: `412ms`, `8.4s`, `41s`, `7m 21s`, `1h 04m`."""
    if seconds is None:
        return glyphs.nothing
    if not math.isfinite(seconds):
        return ODD
    text = _duration_text(abs(seconds))
    return glyphs.minus + text if seconds < 0 else text


def percent(share: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """A share of 1 in whole percent; only all of it is `100%`, and only nothing is `0%`."""
    if share is None:
        return glyphs.nothing
    if not math.isfinite(share):
        return ODD
    if abs(share) >= 9.995:
        return f"{glyphs.minus if share < 0 else ''}>999%"
    if 0 < share < 0.005:
        return "<1%"
    if 0.99 <= share < 1:
        return "99%"
    return f"{glyphs.minus if share <= -0.005 else ''}{abs(share):.0%}"


def context(share: Number | None, glyphs: Glyphs = UNICODE, *, is_live: bool = True) -> Span:
    """The used share of a context window; from 90 percent it is amber while that is news."""
    is_full = share is not None and math.isfinite(share) and share >= 0.895
    return toned(percent(share, glyphs), "you bold" if is_full and is_live else "soft")


def count(number: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """A count with thousands commas: `12,408`."""
    if number is None:
        return glyphs.nothing
    if not math.isfinite(number):
        return ODD
    if abs(number) >= 1e15:
        return f"{number:.2e}".replace("-", glyphs.minus)
    return f"{round(number):,}".replace("-", glyphs.minus)


def times(number: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """Repeats: `×6`."""
    text = count(number, glyphs)
    return text if number is None or text == ODD else glyphs.times + text


def lines(
    added: Number | None, removed: Number | None, glyphs: Glyphs = UNICODE
) -> tuple[Span, Span]:
    """Lines of a change, each part a span: `+41` and `−7`; zeros are muted."""
    return (
        toned(f"+{count(added, glyphs)}", "ok" if added else "muted"),
        toned(f"{glyphs.minus}{count(removed, glyphs)}", "bad" if removed else "muted"),
    )


def size(number: Number | None, glyphs: Glyphs = UNICODE) -> str:
    """Bytes in decimal units: `412 B`, `4.1 kB`, `48 MB`."""
    if number is None:
        return glyphs.nothing
    if not math.isfinite(number) or number < 0:
        return ODD
    if number < 1000:
        return f"{round(number)} B"
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        number /= 1000
        if number < 9.95:
            return f"{number:.1f} {unit}"
        if number < 999.5:
            return f"{number:.0f} {unit}"
    return ">999 PB"


def time_of_day(epoch: Number | None, zone: tzinfo | None = None, glyphs: Glyphs = UNICODE) -> str:
    """The time of day with its seconds: `13:58:43`; without a zone it is the machine's own."""
    return _dated(epoch, "%H:%M:%S", zone, glyphs)


def moment(
    epoch: Number | None, now: Number, zone: tzinfo | None = None, glyphs: Glyphs = UNICODE
) -> str:
    """A time, with the date before it when that is not today: `2026-11-20 13:58:43`."""
    day = "%Y-%m-%d"
    if _dated(epoch, day, zone, glyphs) == _dated(now, day, zone, glyphs):
        return time_of_day(epoch, zone, glyphs)
    return _dated(epoch, f"{day} %H:%M:%S", zone, glyphs)


STAMP = 11
"""Cells of a column of stamps."""


def stamp(
    epoch: Number | None, now: Number, zone: tzinfo | None = None, glyphs: Glyphs = UNICODE
) -> str:
    """A time in a table: `13:58:43` of today, `11-20 13:58` of this year, else `2025-11-20`."""
    return _nearest(epoch, now, ("%H:%M:%S", "%m-%d %H:%M", "%Y-%m-%d"), zone, glyphs)


def short_stamp(
    epoch: Number | None, now: Number, zone: tzinfo | None = None, glyphs: Glyphs = UNICODE
) -> str:
    """A time in seven cells: `13:58` of today, `11-20` of this year, else `2025-11`."""
    return _nearest(epoch, now, ("%H:%M", "%m-%d", "%Y-%m"), zone, glyphs)


def stretch(
    start: Number,
    end: Number,
    now: Number,
    zone: tzinfo | None = None,
    glyphs: Glyphs = UNICODE,
) -> str:
    """From when to when: `13:58:43–14:02:31`, with the day `11-20 13:58:43–14:02:31`.

    Of several days each has its own: `11-20 13:58–11-23 09:12`.
    """
    day, time = "%Y-%m-%d", "%H:%M:%S"
    first, last = (stamp(each, now, zone, glyphs) for each in (start, end))
    if _dated(start, day, zone, glyphs) == _dated(end, day, zone, glyphs):
        last = _dated(end, time, zone, glyphs)
        if _dated(now, day, zone, glyphs) != _dated(start, day, zone, glyphs):
            of_year = _dated(now, "%Y", zone, glyphs) == _dated(start, "%Y", zone, glyphs)
            first = _dated(start, f"{'%m-%d' if of_year else day} {time}", zone, glyphs)
    elif len(last) == len("13:58:43"):
        last = _dated(end, "%m-%d %H:%M", zone, glyphs)
    return f"{first}{glyphs.dash}{last}"


def _nearest(
    epoch: Number | None,
    now: Number,
    patterns: tuple[str, str, str],
    zone: tzinfo | None,
    glyphs: Glyphs,
) -> str:
    """As told among today's, among this year's, and among all times."""
    of_day, of_year, other = patterns
    for same, pattern in (("%Y-%m-%d", of_day), ("%Y", of_year)):
        if _dated(epoch, same, zone, glyphs) == _dated(now, same, zone, glyphs):
            return _dated(epoch, pattern, zone, glyphs)
    return _dated(epoch, other, zone, glyphs)


def _dated(epoch: Number | None, pattern: str, zone: tzinfo | None, glyphs: Glyphs) -> str:
    if epoch is None:
        return glyphs.nothing
    try:
        return datetime.fromtimestamp(epoch, zone).strftime(pattern)
    except (ValueError, OverflowError, OSError):
        return ODD


def _cents(usd: Number) -> str:
    if 0 < usd < 0.01:
        return "<0.01"
    if usd >= 1e9:
        return _figures(usd, 0, ("", "k", "M", "B", "T"))
    return f"{usd:,.2f}"


def _narrow(usd: Number, width: int) -> str:
    whole = f"{usd:,.0f}"
    return whole if len(whole) <= width else _figures(usd, 1, ("", "k", "M", "B", "T"))


def _scaled(value: Number | None, glyphs: Glyphs) -> tuple[str, str]:
    if value is None:
        return glyphs.nothing, ""
    if not math.isfinite(value):
        return ODD, ""
    sign = glyphs.minus if value <= -0.5 else ""
    text = _figures(abs(value), 1, ("", "k", "M", "B", "T"))
    number = text.rstrip("kMBT")
    return sign + number, text[len(number) :]


def _figures(value: Number, thousands_decimals: int, units: Sequence[str]) -> str:
    """Three figures and a unit; thousands keep one decimal, for they are the everyday size."""
    if value < 999.5:
        return f"{value:.0f}"
    for unit in units[1:]:
        value /= 1000
        if value < 99.95 and unit == "k":
            return f"{value:.{thousands_decimals}f}{unit}"
        if value < 9.995:
            return f"{value:.2f}{unit}"
        if value < 99.95:
            return f"{value:.1f}{unit}"
        if value < 999.5:
            return f"{value:.0f}{unit}"
    return f">999{units[-1]}"


def _clock_text(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if not hours:
        return f"{minute:02}:{second:02}"
    if not days:
        return f"{hour}:{minute:02}:{second:02}"
    return _days_text(days, hour)


def _days_text(days: int, hour: int) -> str:
    if days < 100:
        return f"{days}d {hour:02}h"
    if days < 10_000:
        return f"{days}d"
    return f"{days // 365}y" if days < 365_000 else ">999y"


def _duration_text(seconds: Number) -> str:
    if seconds < 0.9995:
        return "<1ms" if 0 < seconds < 0.0005 else f"{seconds * 1000:.0f}ms"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if not minutes:
        return f"{second}s"
    if not hours:
        return f"{minute}m {second:02}s"
    return f"{hour}h {minute:02}m" if not days else _days_text(days, hour)
