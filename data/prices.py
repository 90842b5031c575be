"""What a model call costs, and why: the user's own table first, then the built-in one."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from .discovery import config_path
from .errors import VedetteError

if TYPE_CHECKING:
    # Only where a price is computed: a command that shows rows does not need it.
    from decimal import Decimal

    from .price_table import Entry, PriceTable

MICROS = 1_000_000
"""Micro-dollars of a dollar, and the tokens that prices are told for."""

_BUILT_IN = (
    ("cache read", "cache_read_mtok"),
    ("cache write", "cache_write_mtok"),
    ("cache write 1h", "cache_write_1h_mtok"),
    ("output", "output_mtok"),
)


class Usage(NamedTuple):
    """The tokens of one call; None: not known."""

    tokens_in: int | None = None
    """All that was sent, with what was read from and written to the cache."""
    tokens_out: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    """The part of `cache_write` that is kept for an hour, not for five minutes."""


class Part(NamedTuple):
    """One part of a price."""

    name: str
    tokens: int
    rate: "Decimal"
    """USD for a million tokens."""
    usd: "Decimal"


class Price(NamedTuple):
    """The price of one call, and where it comes from."""

    usd: "Decimal"
    table: str
    """The user's file, or the built-in table with its version."""
    entry: str
    """The line of the table that was used."""
    since: str | None
    """From which day on that line holds, where it says so."""
    parts: tuple[Part, ...]

    @property
    def micros(self) -> int:
        """Micro-dollars, as they are stored."""
        return round(self.usd * MICROS)


class Own(NamedTuple):
    """The user's own table, if there is one, and what was wrong with it if it cannot be used."""

    table: "PriceTable | None" = None
    problem: VedetteError | None = None


Pricing = Callable[[str | None, float, Usage], int | None]
"""The micro-dollars of a call of a model at a moment; None: nobody knows."""


def own(env: Mapping[str, str]) -> Own:
    """The table that the configuration names as `prices`. Never fails."""
    # Not config.load: a recorder must not pay for its validation.
    import tomllib

    where = config_path(env)
    try:
        with open(where, "rb") as file:
            named = tomllib.load(file).get("prices")
    except (OSError, ValueError):
        # Whoever starts the console is told what is wrong with the configuration.
        return Own()
    if not isinstance(named, str) or not named:
        return Own()
    from .price_table import read

    path = os.path.join(os.path.dirname(where), os.path.expanduser(named))
    try:
        return Own(read(path))
    except VedetteError as problem:
        return Own(problem=problem)


def pricing(table: "PriceTable | None") -> Pricing:
    """Prices calls by the user's table, and by the built-in one what is not in it."""

    def micros(model: str | None, at: float, usage: Usage) -> int | None:
        found = None if model is None else price(model, at, usage, table)
        return None if found is None else found.micros

    return micros


def price(model: str, at: float, usage: Usage, table: "PriceTable | None" = None) -> Price | None:
    """The price of one call at the moment `at`; None: no model, no tokens, or no known price."""
    if not model or (usage.tokens_in is None and usage.tokens_out is None):
        return None
    if table is not None and (entry := table.entry(model, at)) is not None:
        return _own_price(table.path, entry, usage)
    return _built_in_price(model, at, usage)


def _own_price(path: str, entry: "Entry", usage: Usage) -> Price | None:
    from decimal import Decimal

    rates = entry.rates(usage.tokens_in or 0)
    if (counts := _counts(usage)) is None:
        return None
    parts = tuple(
        Part(name, tokens, rates[name], rates[name] * tokens / MICROS)
        for name, tokens in counts.items()
        if tokens
    )
    since = None if entry.since is None else entry.since.isoformat()
    return Price(sum((part.usd for part in parts), Decimal(0)), path, entry.model, since, parts)


def _counts(usage: Usage) -> dict[str, int] | None:
    """The tokens by what they cost; None for counts that cannot be."""
    read, write, hour = usage.cache_read or 0, usage.cache_write or 0, usage.cache_write_1h or 0
    counts = {
        "input": (usage.tokens_in or 0) - read - write,
        "cache read": read,
        "cache write": write - hour,
        "cache write 1h": hour,
        "output": usage.tokens_out or 0,
    }
    return None if min(counts.values()) < 0 else counts


def _built_in_price(model: str, at: float, usage: Usage) -> Price | None:
    # Only here: the table costs 0.3 s and 36 MB, and most agents report their prices.
    import genai_prices

    given = genai_prices.Usage(
        input_tokens=usage.tokens_in,
        output_tokens=usage.tokens_out,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        cache_write_1h_tokens=usage.cache_write_1h or None,
    )
    moment = datetime.fromtimestamp(at, UTC)
    for name, provider in _names(model):
        try:
            found = genai_prices.calc_price(
                given, name, provider_id=provider, genai_request_timestamp=moment
            )
        except (LookupError, ValueError):
            # Not in the table, or counts that cannot be: then the price is unknown.
            continue
        return Price(
            found.total_price,
            f"genai-prices {_version()}",
            f"{found.provider.id} {found.model.id}",
            _since(found.model, found.model_price),
            tuple(_built_in_parts(found, usage)),
        )
    return None


def _names(model: str) -> list[tuple[str, str | None]]:
    provider, _, name = model.partition("/")
    return [(model, None), (name, provider)] if name else [(model, None)]


_VERSION: list[str] = []


def _version() -> str:
    if not _VERSION:
        from importlib.metadata import version

        _VERSION.append(version("genai-prices"))
    return _VERSION[0]


def _since(model: Any, used: Any) -> str | None:
    """From which day on a price of the built-in table holds, where it has several."""
    prices = model.prices if isinstance(model.prices, list) else []
    for each in prices:
        if each.prices is used and (start := getattr(each.constraint, "start_date", None)):
            return str(start)
    return None


def _built_in_parts(found: Any, usage: Usage) -> Iterable[Part]:
    """The parts that are told apart, and the rest of the price: charges a request or a search."""
    from decimal import Decimal

    counts = _counts(usage) or {}
    plain = _rate(found.model_price.input_mtok, usage)
    rest = found.total_price
    rates = {"input": plain}
    for name, key in _BUILT_IN:
        rates[name] = _rate(getattr(found.model_price, key), usage)
    # Without a price of its own a token costs what the next wider kind costs.
    rates["cache read"] = rates["cache read"] or plain
    rates["cache write"] = rates["cache write"] or plain
    rates["cache write 1h"] = rates["cache write 1h"] or rates["cache write"]
    for name, tokens in counts.items():
        if tokens:
            rate = rates[name] or Decimal(0)
            usd = rate * tokens / MICROS
            rest -= usd
            yield Part(name, tokens, rate, usd)
    if rest:
        yield Part("other", 0, Decimal(0), rest)


def _rate(price: Any, usage: Usage) -> "Decimal | None":
    """The price of a million tokens, in the tier that a call of this size falls in."""
    rate: Decimal | None = getattr(price, "base", price)
    for tier in getattr(price, "tiers", ()):
        if (usage.tokens_in or 0) > tier.start:
            rate = tier.price
    return rate
