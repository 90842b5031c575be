"""What every drawing function may know besides its row: the time, and whether it is true now."""

from dataclasses import dataclass

from .glyphs import Glyphs
from .theme import Mode


@dataclass(frozen=True)
class View:
    """The circumstances of one drawing; a new one each second."""

    now: float
    """Epoch seconds that ages are counted to."""
    is_live: bool
    """False: states are what they last were, and get a `?`."""
    glyphs: Glyphs
    mode: Mode
    """The palette's mode: dark, light, ansi-dark, ansi-light, mono."""

    @property
    def has_grounds(self) -> bool:
        """Whether panes can be told apart by background; else a hairline does it."""
        return self.mode in ("dark", "light")
