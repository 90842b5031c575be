"""The systems whose files are opened as they are: recognised, and shown through views."""

from .recognition import recognise
from .system import System
from .views import create_views

__all__ = ["System", "create_views", "recognise"]
