"""Takes an answer to the way its gate is answered: the row, the server, or a word why not."""

from ..errors import DecisionRefused
from . import dossier, own, syris
from .door import Door, look
from .foreign import File, as_file, held_at_once
from .verdict import Decision, Verdict
from .way import Addresses, Apis, Way, way_of


def answer(there: Door, verdict: Verdict, addresses: Addresses) -> Decision:
    """Writes or sends one answer. Raises DecisionRefused with the reason it did neither."""
    if there.system.answers == "vedette":
        return own.decide(there.own(), verdict)
    if not there.system.answers:
        raise _not_decidable(there)
    apis = addresses()
    way = _way(there, verdict, apis)
    if way.off:
        raise DecisionRefused(way.off, way.hint, kind=way.kind)
    if way.by == "http":
        # urllib and, in it, httpx: only where a server answers.
        from . import over_http

        return over_http.decide(there.path, there.system, verdict, apis)
    file = as_file(there.foreign(), there.system)
    return _by_row(file, verdict)


def _by_row(file: File, verdict: Verdict) -> Decision:
    if file.system.answers == "dossier":
        return dossier.decide(file, verdict)
    if file.system.answers == "syris_coded":
        return syris.decide_coded(file, verdict)
    return syris.decide_design(file, verdict)


def _way(there: Door, verdict: Verdict, apis: Apis) -> Way:
    """How this very gate is answered, which only its row says."""
    found = look(there.path, lambda opened: held_at_once(opened, there.system, verdict))
    return way_of(there.system, found.gate, found.step, apis)


def _not_decidable(there: Door) -> DecisionRefused:
    why = there.system.lacks.get("approval", f"{there.path} is of no system that is answered here")
    return DecisionRefused(
        f"not decidable here: {why}",
        f"answer it where {there.system.label} asks for it",
        kind="not_decidable",
    )
