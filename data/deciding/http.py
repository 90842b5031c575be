"""One request to a system's own server: short times, no redirects, and a word for every failure."""

import threading
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from ..errors import DecisionRefused
from ..text import clean
from .way import Api, checked_place, is_loopback

if TYPE_CHECKING:
    # 0.12 s, and only an answer over HTTP needs it.
    import httpx

CONNECT_SECONDS = 2.0
READ_SECONDS = 3.0
"""An answer may come only when a whole run is over: no longer is it waited for here."""

_DETAIL_MOST = 300
_BODY_MOST = 20_000


class Server(NamedTuple):
    """A system's interface, as it is configured."""

    name: str
    """Amelia, Dossier or SYRIS."""
    api: Api


class Request(NamedTuple):
    """What is sent by POST."""

    path: str
    """Below the address, its parts quoted."""
    body: dict[str, str] | None
    """JSON; None: no body at all."""


class Reply(NamedTuple):
    """What the server said."""

    status: int
    detail: str
    """The words it gave for it, clean; "" for none."""


def part(text: str) -> str:
    """One part of a path. Raises DecisionRefused for an id that would lead elsewhere."""
    if text.strip(".") == "":
        raise DecisionRefused(
            f"its id {clean(text, 80)!r} cannot stand in an address",
            "look at the file: no such id is given by the system itself",
            kind="not_decidable",
        )
    return quote(text, safe="")


def post(server: Server, request: Request) -> Reply | None:
    """Sends it once. None: it was sent, and no answer came in time or at all.

    Raises DecisionRefused where nothing was sent, saying why.
    """
    came: list[Reply | None] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            came.append(_asked(server, request))
        except Exception as error:
            failed.append(error)

    # httpx bounds each read, not all of them: a head that comes letter by letter has no end.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(CONNECT_SECONDS + 3 * READ_SECONDS)
    for error in failed:
        raise error
    return came[0] if came else None


def _asked(server: Server, request: Request) -> Reply | None:
    place = checked_place(server.name, server.api)
    import httpx  # 0.12 s, and only an answer over HTTP needs it

    base = (server.api.url or "").rstrip("/")
    host = urlsplit(base).hostname or ""
    times = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        # No proxy stands between this machine and itself, whatever the environment says.
        client = httpx.Client(
            timeout=times, follow_redirects=False, trust_env=not is_loopback(host)
        )
        # json=None sends no body and no type at all.
        asked = client.stream(
            "POST", base + request.path, json=request.body, headers={"accept-encoding": "identity"}
        )
        with client, asked as answer:
            location = answer.headers.get("location")
            return Reply(answer.status_code, _detail(location, _beginning(answer)))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise _unreachable(server.name, place, error) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        raise DecisionRefused(
            f"{server.name}'s api {place} cannot be asked: {clean(str(error), 200)}",
            f"correct [systems.{server.name.lower()}] api in the configuration",
            kind="bad_address",
        ) from error
    except httpx.TransportError:
        # Read and write timeouts and a connection that broke: it may have arrived.
        return None


def _beginning(answer: "httpx.Response") -> str:
    """As much of a body as is shown; one without an end, or too slow a one, is let go."""
    import httpx

    raw, until = b"", time.monotonic() + READ_SECONDS
    try:
        for chunk in answer.iter_raw():
            raw += chunk
            if len(raw) >= _BODY_MOST or time.monotonic() > until:
                break
    except httpx.TransportError:
        # Its status has said what is to be known.
        pass
    return raw[:_BODY_MOST].decode("utf-8", "replace")


def _unreachable(name: str, place: str, error: Exception) -> DecisionRefused:
    import httpx

    configure = f"or set [systems.{name.lower()}] api in the configuration"
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        title = f"{name}'s server at {place} took no connection in {CONNECT_SECONDS:.0f} s"
        return DecisionRefused(
            f"nothing was sent: {title}", f"see whether it hangs, {configure}", kind="no_server"
        )
    why = clean(str(error), 120)
    said = "not running" if "refused" in why.lower() else why or "no reason given"
    return DecisionRefused(
        # What matters most stands first: a narrow screen cuts the end.
        f"nothing was sent: no server of {name}'s at {place} ({said})",
        f"start {name}'s server, {configure}",
        kind="no_server",
    )


def _detail(location: str | None, answer: str) -> str:
    """The server's own words: FastAPI's `detail`, an `error` or `message`, else its text."""
    import json

    if location is not None:
        return clean(f"to {location}", _DETAIL_MOST)
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return clean(" ".join(answer.split()), _DETAIL_MOST)
    if isinstance(found, dict):
        found = next((found[key] for key in ("detail", "error", "message") if key in found), "")
    said = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    return clean(said if found else "", _DETAIL_MOST)
