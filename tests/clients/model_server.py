"""A model on the loopback that says a fixed piece: enough for a client to write a transcript."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, NamedTuple

SCOUT = "Look for the scout's file."
"""What the sub-agent is asked."""
LOOK = "ls /no-such-folder"
"""A command that fails, if nothing else is wanted."""

Json = dict[str, Any]


class Model(NamedTuple):
    """A model that is there, and all it was asked."""

    address: str
    heard: list[Json]


class _Server(ThreadingHTTPServer):
    """Keeps what the handlers share."""

    def __init__(self, command: str, has_scout: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.command = command
        self.has_scout = has_scout
        self.numbers = count(1)
        self.heard: list[Json] = []


@contextmanager
def model_server(command: str = LOOK, *, has_scout: bool = True) -> Iterator[Model]:
    """A server that speaks Anthropic's messages and OpenAI's responses.

    It wants the command run, and with `has_scout` asks a sub-agent too.
    """
    server = _Server(command, has_scout)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Model(f"http://127.0.0.1:{server.server_address[1]}", server.heard)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing."""

    def do_GET(self) -> None:
        self._answer(b"{}", "application/json")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or "{}")
        path = self.path.partition("?")[0]
        number = next(self.server.numbers)
        if path.endswith("/messages"):
            self.server.heard.append(asked)
            self._stream(_messages(asked, number, self.server.command, self.server.has_scout))
        elif path.endswith("/responses"):
            self.server.heard.append(asked)
            self._stream(_responses(asked, number, self.server.command))
        else:
            self._answer(b'{"input_tokens": 1}', "application/json")

    def _stream(self, events: list[Json]) -> None:
        lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
        self._answer("".join(lines).encode(), "text/event-stream")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("request-id", f"req_{next(self.server.numbers)}")
        self.end_headers()
        self.wfile.write(body)


def _messages(asked: Json, number: int, command: str, has_scout: bool) -> list[Json]:
    """An answer of Anthropic's: a command, then a sub-agent, then the last word."""
    said, first = json.dumps(asked["messages"]), json.dumps(asked["messages"][0])
    tools = {tool.get("name") for tool in asked.get("tools", [])}
    results = said.count('"tool_result"')
    blocks: list[Json] = [{"type": "text", "text": "I look."}]
    if results == 0 and "Bash" in tools:
        blocks.append(_tool(number, "Bash", command=command))
    elif has_scout and results == 1 and "Agent" in tools and SCOUT not in first:
        given = {"description": "scout", "prompt": SCOUT, "subagent_type": "general-purpose"}
        blocks.append(_tool(number, "Agent", **given))
    stop = "tool_use" if len(blocks) > 1 else "end_turn"
    usage: Json = {"input_tokens": 10 + number, "output_tokens": 1}
    usage["cache_read_input_tokens"] = 7 * number
    written = {"ephemeral_5m_input_tokens": 50, "ephemeral_1h_input_tokens": 0}
    usage |= {"cache_creation_input_tokens": 50, "cache_creation": written}
    message = {"id": f"msg_{number}", "type": "message", "role": "assistant", "content": []}
    message |= {"model": asked["model"], "stop_reason": None, "usage": usage}
    events: list[Json] = [{"type": "message_start", "message": message}]
    for index, block in enumerate(blocks):
        events += _block(index, block)
    delta = {"stop_reason": stop, "stop_sequence": None}
    events.append(
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 20 + number}}
    )
    return [*events, {"type": "message_stop"}]


def _tool(number: int, name: str, **given: str) -> Json:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": given}


def _block(index: int, block: Json) -> list[Json]:
    if block["type"] == "text":
        empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
    else:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    return [
        {"type": "content_block_start", "index": index, "content_block": empty},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]


def _responses(asked: Json, number: int, command: str) -> list[Json]:
    """An answer of OpenAI's: a command, then the last word."""
    has_run = any("output" in str(item.get("type")) for item in asked.get("input", []))
    if has_run:
        words = [{"type": "output_text", "text": "It is not there.", "annotations": []}]
        item: Json = {"type": "message", "role": "assistant", "content": words}
    else:
        given = json.dumps({"cmd": command})
        item = {"type": "function_call", "name": "exec_command", "arguments": given}
        item["call_id"] = f"call_{number}"
    item |= {"id": f"item_{number}", "status": "completed"}
    usage = {
        "input_tokens": 1_000 * number,
        "input_tokens_details": {"cached_tokens": 400 * number},
        "output_tokens": 50 + number,
        "output_tokens_details": {"reasoning_tokens": 5},
        "total_tokens": 1_050 * number,
    }
    whole: Json = {"id": f"resp_{number}", "object": "response", "model": asked["model"]}
    begun = {**whole, "status": "in_progress", "output": []}
    ended = {**whole, "status": "completed", "output": [item], "usage": usage}
    return [
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": ended},
    ]
