"""What the demo teaches, one hint at a time: each is gone once its key was pressed."""

from .line import Span

HINTS = (
    ("!", "goes to what needs you"),
    ("enter", "opens the selected row"),
    ("/", "filters: try state:waiting"),
    ("p", "holds the view still"),
    ("4", "shows what it costs"),
    ("?", "lists every key"),
)


class Hints:
    """The hints that are left; none where nothing is to be taught."""

    def __init__(self, *, is_wanted: bool) -> None:
        self._left = list(HINTS) if is_wanted else []

    def learnt(self, key: str) -> None:
        """The key was used: its hint goes."""
        self._left = [hint for hint in self._left if hint[0] != key]

    @property
    def spans(self) -> list[Span]:
        """The next hint, for the right end of the message line."""
        if not self._left:
            return []
        key, does = self._left[0]
        return [("try ", "muted"), (key, "bright bold"), (f" {does}", "muted")]
