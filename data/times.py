"""Time as text and back: the one reader of every source's time formats, the one writer of ours."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache

_EPOCH = datetime(1970, 1, 1)
_DAY = 86_400.0
_MILLISECONDS_FROM = 1e11
"""A bare number from here on counts thousandths: as seconds it would be the year 5138."""

_WRITTEN = (
    r"(\d{4}-\d\d-\d\d)"
    r"(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_NUMBER = r"[+-]?\d{1,20}(?:\.\d*)?(?:e[+-]?\d{1,2})?"
_DURATION = r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)"
_CLOCK = r"(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": _DAY, "w": 7 * _DAY}


def parse(text: str | None) -> float | None:
    """The moment a source wrote, in epoch seconds; None for what is no time.

    Knows ISO 8601 with T or space, with Z, an offset or nothing (then UTC), with or without a
    fraction, a bare date, and epoch numbers in seconds, or thousandths where that is likelier.
    """
    if not text:
        return None
    if len(text) == 27 and text[26] == "Z" and text[10] == "T" and text[7] == "-":
        try:
            return datetime.fromisoformat(text).timestamp()
        except ValueError:
            return None
    return _parse_any(text.strip())


def text(epoch: float) -> str:
    """UTC text of one fixed width, `2026-11-21T14:02:31.123456Z`: text order is time order.

    Raises OverflowError or ValueError outside the years 1 to 9999.
    """
    # Whole microseconds first: fromtimestamp would round the binary fraction its own way.
    moment = _EPOCH + timedelta(microseconds=round(epoch * 1e6))
    return f"{moment.isoformat(timespec='microseconds')}Z"


def hour(epoch: float) -> str:
    """The hour a moment falls in, `2026-11-21T14`: the key of cost totals."""
    return text(epoch)[:13]


def duration(text: str) -> float | None:
    """Seconds of `15m`, `1h`, `24h`, `7d`, `250ms`, `1h 30m` or `04:12`; None for anything else."""
    rest = text.strip()
    if clock := _pattern(_CLOCK).fullmatch(rest):
        return _clock_duration(clock)
    seconds, end = 0.0, 0
    for part in _pattern(_DURATION).finditer(rest):
        if rest[end : part.start()].strip():
            return None
        seconds += float(part[1]) * _SECONDS[part[2].lower()]
        end = part.end()
    return seconds if end and end == len(rest) else None


def moment(text: str, now: float, utc_offset: float = 0.0) -> float | None:
    """The moment a person names: a clock word (`14:01:58`, the last one not after `now`),
    a time ago (`-15m`), or any time `parse` knows. `utc_offset` is the clock's zone in seconds.
    """
    word = text.strip()
    if word.startswith("-") and (ago := duration(word[1:])) is not None:
        return now - ago
    if clock := _pattern(_CLOCK).fullmatch(word):
        return _last_clock(clock, now, utc_offset)
    return parse(word)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Compiled on first use: every command imports this module, few read a stranger's time.
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


def _parse_any(text: str) -> float | None:
    if match := _pattern(_WRITTEN).fullmatch(text):
        day, clock, zone = match.groups()
        return _written(f"{day}T{clock or '00:00'}", zone)
    if _pattern(_NUMBER).fullmatch(text):
        return _counted(float(text))
    return None


def _written(day_and_clock: str, zone: str | None) -> float | None:
    try:
        moment = datetime.fromisoformat(day_and_clock + (zone or "").upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return None


def _counted(number: float) -> float | None:
    while abs(number) >= _MILLISECONDS_FROM:
        number /= 1000.0
    return number


def _clock_duration(clock: re.Match[str]) -> float:
    first, second, third = clock.groups()
    if third is None:
        return int(first) * 60.0 + int(second)
    return int(first) * 3600.0 + int(second) * 60.0 + float(third)


def _last_clock(clock: re.Match[str], now: float, utc_offset: float) -> float | None:
    hours, minutes, seconds = int(clock[1]), int(clock[2]), float(clock[3] or 0)
    if hours > 23 or minutes > 59 or seconds >= 60:
        return None
    midnight = (now + utc_offset) // _DAY * _DAY - utc_offset
    today = midnight + hours * 3600.0 + minutes * 60.0 + seconds
    return today if today <= now else today - _DAY
