"""The simulator: a made-up fleet of agents, written through the public recorder."""

from .play import Summary, simulate, write_history

__all__ = ["Summary", "simulate", "write_history"]
