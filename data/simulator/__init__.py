"""The simulator: a made-up fleet of agents, written through the public recorder."""

from .play import Summary, simulate, write_history, write_huge
from .presets import NAMES as PRESETS

__all__ = ["PRESETS", "Summary", "simulate", "write_history", "write_huge"]
