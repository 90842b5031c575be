"""A system's HTTP server on the loopback: it answers as it is told, and keeps what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Asked(NamedTuple):
    """One request, as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class FakeApi:
    """The server: every request gets the same answer, after what `before` does."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    status: int = 200
    answer: object = None
    """Sent as JSON; None: an empty body; text: as it is."""
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    """What the system does to its file before it answers."""
    is_slow: bool = False
    """Whether the answer comes only when `let_go` is set: a run that takes its time."""
    hangs_up: bool = False
    """Whether the connection breaks instead of an answer."""
    is_endless: bool = False
    """Whether the body never ends."""
    drips: bool = False
    """Whether the answer's head comes letter by letter and does not end while anybody listens."""
    drips_ended: threading.Event = field(default_factory=threading.Event)
    """Set once the dripping has come to its end though somebody listened: after some 15 s."""
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def serving(**settings: object) -> Iterator[FakeApi]:
    """The server, while it runs."""
    api = FakeApi(**settings)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            api.asked.append(Asked(self.command, self.path, headers, body))
            api.before()
            if api.is_slow:
                api.let_go.wait(20)
            if api.hangs_up:
                self.close_connection = True
                return
            self._answer()

        do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

        def _answer(self) -> None:
            text = api.answer if isinstance(api.answer, str) else json.dumps(api.answer)
            content = b"" if api.answer is None else text.encode()
            try:
                if api.drips:
                    self.wfile.write(f"HTTP/1.1 {api.status} OK\r\nx: ".encode())
                    for _ in range(150):
                        self.wfile.write(b"x")
                        if api.let_go.wait(0.1):
                            return
                    api.drips_ended.set()
                    self.wfile.write(b"\r\ncontent-length: 0\r\n\r\n")
                    return
                self.send_response(api.status)
                if api.is_endless:
                    self.end_headers()
                    while not api.let_go.is_set():
                        self.wfile.write(b"on and on " * 1000)
                    return
                for name, value in api.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                # Whoever asked did not wait.
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        api.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()
