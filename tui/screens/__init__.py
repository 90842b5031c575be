"""The screens by name: each is imported when it is first opened, never before."""

from importlib import import_module
from typing import NamedTuple


class Place(NamedTuple):
    """A screen that can be gone to."""

    name: str
    """Its word in `:` commands, breadcrumbs and help."""
    key: str
    """The digit that opens it; "" where another screen leads there."""
    says: str
    """The question it answers, for the help and the palette."""


PLACES = (
    Place("fleet", "1", "who needs me, who is burning money, who is stuck"),
    Place("run", "2", "where one run's time went"),
    Place("stream", "3", "prompts, answers and tools as they stream"),
    Place("costs", "4", "what it costs, by whom, how fast"),
    Place("alarms", "5", "what is wrong"),
    Place("approvals", "6", "what waits for an answer"),
    Place("events", "7", "everything that happened, and the audit trail"),
    Place("operations", "8", "what around the agents is late, stuck or missed"),
    Place("tables", "9", "every table of the source as it stands"),
    Place("sources", "0", "the file, its writers, and the console's own cost"),
    Place("review", "", "one gate, to be read and decided"),
    Place("first", "", "nothing recorded yet: what now"),
    Place("pick", "", "which database, of those that were found"),
    Place("help", "?", "every key that works here"),
)

_CLASSES = {place.name: f"{place.name.capitalize()}Screen" for place in PLACES}


def screen_class(name: str) -> type:
    """The class of the screen of that name; KeyError for a name that is none."""
    return getattr(import_module(f".{name}", __name__), _CLASSES[name])  # type: ignore[no-any-return]
