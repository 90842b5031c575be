"""The models the made-up agents use, and what a call of each costs."""

from typing import NamedTuple, TypedDict

OPUS = "claude-opus-4-8"
SONNET = "claude-sonnet-5"
HAIKU = "claude-haiku-4-5"
QWEN = "local/qwen-72b"

WINDOW = 200_000
"""Tokens the context of each model holds."""


class Price(NamedTuple):
    """USD per million tokens, which is micro-dollars per token."""

    fresh: float
    cache_read: float
    cache_write: float
    out: float


PRICES = {
    OPUS: Price(5.0, 0.5, 6.25, 25.0),
    SONNET: Price(2.0, 0.2, 2.5, 10.0),
    HAIKU: Price(1.0, 0.1, 1.25, 5.0),
}
"""What the agents report; the local model has no price."""


class Use(NamedTuple):
    """Tokens of one call; `tokens_in` is the total, the cached ones are parts of it."""

    tokens_in: int
    tokens_out: int
    cache_read: int = 0
    cache_write: int = 0


class Reported(TypedDict):
    """What an agent tells the recorder when a call is done."""

    tokens_in: int
    tokens_out: int
    cache_read: int
    cache_write: int
    cost_usd: float | None


def reported(model: str, use: Use) -> Reported:
    """The call's tokens with its cost in USD, None for a model without a price."""
    micros = micro_dollars(model, use)
    cost = None if micros is None else micros / 1e6
    return {
        "tokens_in": use.tokens_in,
        "tokens_out": use.tokens_out,
        "cache_read": use.cache_read,
        "cache_write": use.cache_write,
        "cost_usd": cost,
    }


def micro_dollars(model: str, use: Use) -> int | None:
    """The call's cost in whole micro-dollars, None for a model without a price."""
    price = PRICES.get(model)
    if price is None:
        return None
    fresh = use.tokens_in - use.cache_read - use.cache_write
    return round(
        fresh * price.fresh
        + use.cache_read * price.cache_read
        + use.cache_write * price.cache_write
        + use.tokens_out * price.out
    )
