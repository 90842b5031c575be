"""The user's own price table: a TOML file, checked at the door, and the entry for a model."""

import re
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import VedetteError

_Usd = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
_KINDS = ("input", "output", "cache_read", "cache_write", "cache_write_1h")


class _Rates(BaseModel):
    # USD for a million tokens.
    model_config = ConfigDict(frozen=True, extra="forbid")

    cache_read: _Usd | None = None
    cache_write: _Usd | None = None
    cache_write_1h: _Usd | None = None


class Above(_Rates):
    """What holds for a call that sends more than `tokens`."""

    tokens: int = Field(gt=0)
    input: _Usd | None = None
    output: _Usd | None = None


class Entry(_Rates):
    """The prices of the models that a pattern matches."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    model: str = Field(min_length=1)
    """A name, with `*` and `?` as in file names."""
    since: date | None = Field(default=None, alias="from")
    input: _Usd
    output: _Usd
    above: tuple[Above, ...] = ()

    def rates(self, tokens_in: int) -> dict[str, Decimal]:
        """USD for a million tokens of each kind, in a call that sends so many."""
        values = {kind: getattr(self, kind) for kind in _KINDS}
        for tier in sorted(self.above, key=lambda tier: tier.tokens):
            if tokens_in > tier.tokens:
                given = {kind: getattr(tier, kind) for kind in _KINDS}
                values |= {kind: rate for kind, rate in given.items() if rate is not None}
        read, write, hour = (values[kind] for kind in _KINDS[2:])
        write = values["input"] if write is None else write
        return {
            "input": values["input"],
            "cache read": values["input"] if read is None else read,
            "cache write": write,
            "cache write 1h": write if hour is None else hour,
            "output": values["output"],
        }


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    price: tuple[Entry, ...] = ()


class PriceTable:
    """The entries of one file; the first that matches counts, of one model the latest `from`."""

    def __init__(self, path: str, entries: tuple[Entry, ...]) -> None:
        self.path = path
        self._entries = entries

    def entry(self, model: str, at: float) -> Entry | None:
        """What holds for a model at a moment."""
        day = datetime.fromtimestamp(at, UTC).date()
        holding = [
            entry
            for entry in self._entries
            if fnmatchcase(model, entry.model) and (entry.since is None or entry.since <= day)
        ]
        same = [entry for entry in holding if entry.model == holding[0].model]
        return max(same, key=lambda entry: entry.since or date.min, default=None)


def read(path: str) -> PriceTable:
    """The table at `path`. Raises VedetteError naming the file, the line and the reason."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        values = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise _faulty(path, error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise _faulty(path, "it is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        raise _faulty(f"{path}:{line[1]}" if line else path, reason.lower()) from None
    try:
        return PriceTable(path, _File.model_validate(values).price)
    except ValidationError as error:
        fault = error.errors()[0]
        where = _line_of(text, fault["loc"])
        keys = ".".join(str(part) for part in fault["loc"] if isinstance(part, str))
        raise _faulty(f"{path}:{where}", f"{keys}: {fault['msg'].lower()}") from None


def _faulty(place: str, reason: str) -> VedetteError:
    return VedetteError(f"price file {place}: {reason}", "mend it, or use none", kind="config")


def _line_of(text: str, location: tuple[Any, ...]) -> int:
    """The line of a key in the n-th entry; that of the entry's head where the key is missing."""
    number = next((part for part in location if isinstance(part, int)), 0)
    key, entries, head = str(location[-1]), -1, 1
    for line, content in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*price\s*\]\]", content):
            entries += 1
            head = line if entries == number else head
        if entries in (number, -1) and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", content):
            return line
    return head
