"""How one gate of a system is answered: by a row in its file, by its HTTP interface, or not here.

What a screen says before an answer and what `decide` does then come from the same place.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import DecisionRefused
from ..rows import Approval, Task
from ..systems import System
from ..text import clean

if TYPE_CHECKING:
    from urllib.parse import SplitResult

By = Literal["own", "file", "http", ""]

RESUMED = "blocked_assignment"
"""A Dossier gate of this kind is no request for an approval: it is resumed, and then gone."""


class Api(NamedTuple):
    """Where a system's HTTP interface is."""

    url: str | None
    """None: it is not asked."""
    plain_http: bool = False
    """Whether http without TLS may leave this machine: somebody has said yes to that."""


Apis = Mapping[str, Api]
Addresses = Callable[[], Apis]
"""Reads the configuration only when an address is needed."""

DEFAULTS: Apis = {
    "amelia": Api("http://127.0.0.1:8420"),
    "dossier": Api("http://127.0.0.1:3000"),
    "syris": Api(None),
}
"""The systems' own defaults. SYRIS has one too, but its engine also notices what its server would
write: it is asked over HTTP only where that was configured."""


def default_addresses() -> Apis:
    """The addresses that hold where nothing is configured."""
    return DEFAULTS


class Way(NamedTuple):
    """How a gate is answered."""

    by: By = "own"
    off: str = ""
    """Why it is not answered from here; "" where it can be."""
    hint: str = ""
    """What to do about that ..."""
    kind: str = "not_decidable"
    """... and the word for it."""
    no_reject: str = ""
    """Why it can only be approved; "" where both answers are offered."""
    short: str = ""
    """Two words for it: `by HTTP`."""
    says: str = ""
    """The whole of it, as it goes: `by Amelia's HTTP interface at 127.0.0.1:8420`."""
    place: str = ""
    """The server, where there is one: `127.0.0.1:8420`."""
    takes_note: bool = True
    """Whether a note has a place beside an approval."""
    vanishes: bool = False
    """Whether the gate is gone from the file once it is answered, rather than marked."""
    hears: bool = True
    """Whether the file will show that the answer was picked up."""


OWN = Way()


def way_of(system: System, gate: Approval, step: Task | None, apis: Apis) -> Way:
    """How this gate is answered. `step` is the step that waits for it, where the system has one."""
    if system.answers == "vedette":
        return OWN
    if not system.answers:
        why = system.lacks.get("approval", f"{system.label} is answered elsewhere")
        return Way("", off=f"not decidable here: {why}", hint=_ELSEWHERE.format(system.label))
    waiting = "blocked" if _is_blocked(system, gate) else "pending"
    if gate.status == "pending" and gate.source_status != waiting:
        word = clean(gate.source_status or "", 40)
        off = f"its status is {word!r}: what an answer would do to it is not known"
        return Way("", off=off, hint=_ELSEWHERE.format(system.label))
    return _WAYS[system.answers](gate, step, apis)._replace(hears=system.tells_pickup)


_ELSEWHERE = "answer it where {} asks for it"


def _is_blocked(system: System, gate: Approval) -> bool:
    """Whether it is no request of its own but something that is blocked."""
    return system.answers == "amelia" or gate.kind == RESUMED


def _syris_design(gate: Approval, step: Task | None, apis: Apis) -> Way:
    says = "to SYRIS's file, where its engine looks every 5 s"
    return Way("file", short="in its file", says=says)


def _syris_coded(gate: Approval, step: Task | None, apis: Apis) -> Way:
    api = apis.get("syris", DEFAULTS["syris"])
    has_step = step is not None and step.kind == "step"
    if api.url is not None:
        way = _http("SYRIS", api)
        return way if has_step or way.off else way._replace(says=f"{way.says} (no step waits)")
    if step is None or not has_step:
        off = "no step waits for it, so an answer changes nothing"
        hint = "its call was refused at once: ask SYRIS for it again, or let it be"
        return Way("", off=off, hint=hint)
    if step.source_status != "gated":
        word = clean(step.source_status or "", 40)
        off = f"its step is {word} and waits no longer: an answer changes nothing"
        return Way("", off=off, hint="let it be: SYRIS went on without an answer")
    says = "to SYRIS's file (no api is set): approval, step and task"
    return Way("file", short="in its file", says=says)


def _amelia(gate: Approval, step: Task | None, apis: Apis) -> Way:
    way = _http("Amelia", apis.get("amelia", DEFAULTS["amelia"]))
    return way._replace(takes_note=False)


def _dossier(gate: Approval, step: Task | None, apis: Apis) -> Way:
    if gate.kind != RESUMED:
        says = "to Dossier's file; nothing in Dossier waits for it"
        return Way("file", short="in its file", says=says)
    way = _http("Dossier", apis.get("dossier", DEFAULTS["dossier"]))
    no_reject = "what is blocked can be resumed, not rejected: cancel it in Dossier"
    return way._replace(takes_note=False, vanishes=True, no_reject=no_reject)


_WAYS = {
    "syris_design": _syris_design,
    "syris_coded": _syris_coded,
    "amelia": _amelia,
    "dossier": _dossier,
}


def _http(name: str, api: Api) -> Way:
    try:
        place = checked_place(name, api)
    except DecisionRefused as refused:
        return Way("", off=refused.title, hint=refused.hint, kind=refused.kind)
    says = f"by {name}'s HTTP interface at {place}"
    return Way("http", short="by HTTP", says=says, place=place)


# --- addresses


def checked_place(name: str, api: Api) -> str:
    """`host:port` of an interface. Raises DecisionRefused for an address that is not to be used."""
    url = api.url or ""
    if fault := address_fault(url):
        raise DecisionRefused(
            f"{name}'s api is no address that can be asked: {fault}",
            f'write [systems.{name.lower()}] api = "http://127.0.0.1:PORT" in the configuration',
            kind="bad_address",
        )
    if needs_yes(api):
        raise DecisionRefused(
            f"{name}'s api {place_of(api)} would be asked in plain http over a network",
            f"use https, or say plain_http = true under [systems.{name.lower()}]",
            kind="plain_http",
        )
    return place_of(api)


def needs_yes(api: Api) -> bool:
    """Whether it is plain http over a network, and nobody has said yes to that."""
    parts = _split(api.url or "")
    is_plain = parts.scheme == "http" and not is_loopback(parts.hostname or "")
    return is_plain and not api.plain_http


def place_of(api: Api) -> str:
    """`127.0.0.1:8420`."""
    return clean(_split(api.url or "").netloc, 80)


def address_fault(url: str) -> str:
    """Why this is no address of an interface; "" for one that is."""
    try:
        parts = _split(url)
        port = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https"):
        return "it must begin with http:// or https://"
    if not parts.hostname or re.search(r"[\s\x00-\x20\x7f]", url) or port == 0:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "a name or a password has no place in it"
    # Of an empty query there is nothing in its parts, and yet what is put behind it is one.
    return "nothing may follow its path" if "?" in url or "#" in url else ""


def _split(url: str) -> "SplitResult":
    from urllib.parse import urlsplit  # 4 ms, and most sources are asked nothing

    return urlsplit(url)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself: by its number or as `localhost`, no other name."""
    if host.lower() == "localhost":
        return True
    import ipaddress  # only an address of a system's interface is looked at

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
