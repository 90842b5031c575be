"""How this console was asked to behave, decided before the app is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..data.consent import Terms, terms_of
from ..data.deciding.way import DEFAULTS, Apis
from ..data.notices import Policy
from .glyphs import Glyphs
from .theme import Mode

if TYPE_CHECKING:
    # pydantic takes 0.1 s: it is imported only where there is a configuration file.
    from ..data.budgets import Limits
    from ..data.config import Budgets, Config

DEFAULT_INTERVAL = 0.5


@dataclass(frozen=True)
class Settings:
    """Options, environment and configuration, settled into one value."""

    glyphs: Glyphs
    mode: Mode
    """The palette's mode; ansi and mono modes need `App(ansi_color=True)`."""
    interval: float = DEFAULT_INTERVAL
    """Seconds between two looks at the source."""
    read_only: bool = False
    """Nothing can be decided from this console."""
    is_demo: bool = False
    """The source is made up by the simulator: row 1 says so."""
    actor: str = ""
    """Who decides, as the audit trail will say it."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys of an action by its name, several separated by commas, in place of its own."""
    terms: Terms = field(default_factory=Terms)
    """The consent chain's thresholds."""
    limits: Limits | None = None
    """Budgets that hold where the source has none of its own."""
    apis: Apis = field(default_factory=lambda: DEFAULTS)
    """Where the systems' own servers listen, by the system's name."""
    notify: Policy = field(default_factory=Policy)
    """How a person is told of what waits while they look elsewhere."""


class Configured(NamedTuple):
    """What the configuration file says, in the console's own terms."""

    theme: str | None = None
    glyphs: str | None = None
    """`ascii`, `unicode`, or as the terminal allows."""
    interval: float = DEFAULT_INTERVAL
    read_only: bool = False
    keys: Mapping[str, str] = {}
    terms: Terms = Terms()
    limits: Limits | None = None
    apis: Apis = DEFAULTS
    notify: Policy = Policy()


def configured(config: Config | None) -> Configured:
    """The configuration's values; the defaults where there is no file."""
    if config is None:
        return Configured()
    wanted = {True: "ascii", False: "unicode", None: None}
    return Configured(
        theme=None if config.theme == "auto" else config.theme,
        glyphs=wanted[config.ascii],
        interval=config.interval_s,
        read_only=config.read_only,
        keys={action: ",".join(keys) for action, keys in config.keys.items()},
        terms=terms_of(config.review),
        limits=_limits(config.budgets),
        apis=config.systems.addresses(),
        notify=config.notify.policy(),
    )


def _limits(budgets: Budgets) -> Limits:
    # Only a configuration file names any: without one this is never imported at start.
    from ..data.budgets import Limits

    return Limits(budgets.day, budgets.run, budgets.agent, budgets.projects)
