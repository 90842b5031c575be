"""How this console was asked to behave, decided before the app is made."""

from dataclasses import dataclass

from .glyphs import Glyphs
from .theme import Mode

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
