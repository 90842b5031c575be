"""The one error a person sees: what happened, to what, and what to do next."""


class VedetteError(Exception):
    """Something a person must know about. `data/` raises it; only commands and screens show it."""

    exit_code = 5
    """What a command exits with: 5, the source cannot be used (see the README's table)."""

    def __init__(self, title: str, hint: str = "", *, kind: str = "error") -> None:
        super().__init__(title)
        self.title = title
        """What happened, and to what, in one line."""
        self.hint = hint
        """What to do next, in one line."""
        self.kind = kind
        """A word for the fault that does not change with its wording: `missing`, `locked`, ..."""

    def __str__(self) -> str:
        return f"{self.title}\n{self.hint}" if self.hint else self.title


class SourceError(VedetteError):
    """A source cannot be used."""


class UsageError(VedetteError):
    """What was asked for makes no sense: an unknown field, an id no row has."""

    exit_code = 2


class DecisionRefused(VedetteError):
    """A decision was not written, and why: too late, twice, changed, withdrawn."""

    exit_code = 1
