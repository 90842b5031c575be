"""What a recorded call costs by the price tables: micro-dollars, or None where nobody knows."""

import os
from functools import cache

from ..prices import Pricing, Usage, own, pricing


def price_micros(
    model: str | None,
    at: float,
    tokens_in: int | None,
    tokens_out: int | None,
    cache_read: int | None,
    cache_write: int | None,
) -> int | None:
    """The price of one call at the moment `at`, in micro-dollars; None: no model, no price.

    `tokens_in` includes what was read from and written to the cache.
    """
    return _pricing()(model, at, Usage(tokens_in, tokens_out, cache_read, cache_write))


@cache
def _pricing() -> Pricing:
    # A faulty table of the user's is told by `vedette prices`; an agent is not disturbed by it.
    return pricing(own(os.environ).table)
