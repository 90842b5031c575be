"""Transcripts as the clients write them, made of our own words: Claude Code's and Codex's."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.builders.recorded import rows

BEGIN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SONNET = "claude-sonnet-4-5-20250929"
HAIKU = "claude-haiku-4-5-20251001"
CODEX_MODEL = "gpt-5.1-codex"

Line = dict[str, Any]


class Clock:
    """A second further with each line."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self.now = begin

    def tick(self, seconds: float = 1.0) -> str:
        """The time of the next line."""
        self.now += timedelta(seconds=seconds)
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write(path: Path, lines: list[Line]) -> Path:
    """Writes a transcript."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(map(as_line, lines)), encoding="utf-8")
    return path


def append(path: Path, lines: list[Line]) -> None:
    """Goes on with a transcript."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(map(as_line, lines))


def as_line(line: Line) -> str:
    """A line as the clients write it: without room between its parts."""
    return f"{json.dumps(line, separators=(',', ':'))}\n"


class Claude:
    """Writes the lines of one Claude Code session, or of one of its sub-agents."""

    def __init__(
        self,
        session: str = "5e55-0001",
        *,
        agent: str | None = None,
        clock: Clock | None = None,
        cwd: str = "/home/ana/shop",
        sidechain: bool = False,
    ) -> None:
        self.session = session
        self.lines: list[Line] = []
        self.clock = clock or Clock()
        self._agent = agent
        self._cwd = cwd
        self._sidechain = sidechain or agent is not None
        self._uuid: str | None = None

    def line(self, kind: str, **fields: Any) -> Line:
        """One line of any kind."""
        uuid = (
            f"{self.session}-{self._agent or ''}{'s' if self._sidechain else ''}{len(self.lines)}"
        )
        line: Line = {
            "parentUuid": self._uuid,
            "isSidechain": self._sidechain,
            "type": kind,
            "uuid": uuid,
            "timestamp": self.clock.tick(),
            "sessionId": self.session,
            "cwd": self._cwd,
            "version": "2.1.329",
            **fields,
        }
        if self._agent:
            line["agentId"] = self._agent
        self._uuid = uuid
        self.lines.append(line)
        return line

    def user(self, text: str, **fields: Any) -> Line:
        """What a person asks, or an agent its sub-agent."""
        return self.line("user", message={"role": "user", "content": text}, **fields)

    def said(
        self,
        message: str,
        *blocks: Line,
        usage: Line | None = None,
        model: str = SONNET,
        stop: str | None = None,
        request: str | None = "",
        **fields: Any,
    ) -> Line:
        """One line of an answer: `blocks` of the message, with the usage of all of it."""
        body = {
            "id": message,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": list(blocks),
            "stop_reason": stop,
            "usage": usage or tokens(100, 10),
        }
        if request is not None:
            fields["requestId"] = request or f"req_{message}"
        return self.line("assistant", message=body, **fields)

    def result(self, tool: str, output: Any, *, failed: bool = False, **fields: Any) -> Line:
        """What a tool gives back."""
        block = {"type": "tool_result", "tool_use_id": tool, "content": output}
        if failed:
            block["is_error"] = True
        return self.line("user", message={"role": "user", "content": [block]}, **fields)


def tokens(sent: int, out: int, read: int = 0, write: int = 0, hour: int = 0) -> Line:
    """A usage as Anthropic tells it: `sent` without what the cache held."""
    return {
        "input_tokens": sent,
        "output_tokens": out,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": write,
        "cache_creation": {
            "ephemeral_5m_input_tokens": write - hour,
            "ephemeral_1h_input_tokens": hour,
        },
    }


def text(words: str) -> Line:
    """A block of text."""
    return {"type": "text", "text": words}


def thinking(words: str) -> Line:
    """A block of thought."""
    return {"type": "thinking", "thinking": words, "signature": "c2ln"}


def tool(tool_id: str, name: str, **given: Any) -> Line:
    """A block that calls a tool."""
    return {"type": "tool_use", "id": tool_id, "name": name, "input": given}


def shop(folder: Path, session: str = "5e55-0001") -> Path:
    """A whole session with a sub-agent: four calls of its own, two of the sub-agent's.

    The first answer stands in three lines; one tool fails; strange lines lie between.
    """
    main = Claude(session)
    main.line("queue-operation", operation="enqueue")
    main.user("Make the cart survive a restart.\nIt lives in memory now.")
    first = tokens(12, 340, 0, 18_000, hour=4_000)
    main.said(f"msg_{session}_1", thinking("Where is the cart kept?"), usage=first)
    main.said(f"msg_{session}_1", text("I will look at the cart first."), usage=first)
    main.said(f"msg_{session}_1", tool("toolu_1", "Read", file_path="cart.py"), usage=first)
    main.result("toolu_1", "class Cart:\n    items = []\n")
    main.line("hologram", payload={"unknown": True})
    task = {
        "description": "find callers",
        "prompt": "Find who uses Cart.",
        "subagent_type": "Explore",
    }
    main.said(
        f"msg_{session}_2", tool("toolu_2", "Task", **task), usage=tokens(30, 120, 18_000, 900)
    )
    spawned = main.clock
    sub = Claude(session, agent="a1b2c3d4", clock=spawned)
    sub.user("Find who uses Cart.")
    sub.said(
        f"msg_{session}_s1",
        tool("toolu_s1", "Grep", pattern="Cart"),
        usage=tokens(40, 60, 0, 5_000),
        model=HAIKU,
    )
    sub.result("toolu_s1", "web.py:4\napi.py:9")
    sub.said(
        f"msg_{session}_s2",
        text("web.py and api.py use it."),
        usage=tokens(9, 25, 5_000, 200),
        model=HAIKU,
        stop="end_turn",
    )
    main.result(
        "toolu_2",
        [text("web.py and api.py use it.")],
        toolUseResult={"status": "completed", "agentId": "a1b2c3d4"},
    )
    main.said(
        f"msg_{session}_3",
        tool("toolu_3", "Bash", command="pytest -q"),
        usage=tokens(20, 80, 18_900, 400),
    )
    main.result("toolu_3", "2 failed, 27 passed", failed=True, toolUseResult="Error: exit 1")
    main.said(
        f"msg_{session}_4",
        text("Two tests still fail."),
        usage=tokens(15, 200, 19_300, 300),
        stop="end_turn",
    )
    below = folder / session / "subagents"
    write(below / "agent-a1b2c3d4.jsonl", sub.lines)
    meta = {"agentType": "Explore", "description": "find callers", "toolUseId": "toolu_2"}
    (below / "agent-a1b2c3d4.meta.json").write_text(json.dumps(meta | {"spawnDepth": 1}))
    return write(folder / f"{session}.jsonl", main.lines)


class Codex:
    """Writes the lines of one rollout of Codex."""

    def __init__(
        self,
        thread: str = "0190-aaaa",
        *,
        session: str | None = None,
        parent: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.lines: list[Line] = []
        self.clock = clock or Clock()
        self.thread = thread
        self._is_new = session is not None
        self.total = dict.fromkeys(("input_tokens", "cached_input_tokens", "output_tokens"), 0)
        meta: Line = {"id": thread, "cwd": "/home/ana/shop", "cli_version": "0.169.0"}
        if session:
            meta["session_id"] = session
        if parent:
            spawn = {"parent_thread_id": parent, "depth": 1, "agent_nickname": "scout"}
            meta |= {"parent_thread_id": parent, "source": {"subagent": {"thread_spawn": spawn}}}
        self.line("session_meta", **meta)
        self.line("turn_context", model=CODEX_MODEL, approval_policy="never")

    def line(self, kind: str, **payload: Any) -> Line:
        """One line of any kind."""
        line = {"timestamp": self.clock.tick(), "type": kind, "payload": payload}
        self.lines.append(line)
        return line

    def event(self, kind: str, **payload: Any) -> Line:
        """An event; many say what an item says, too."""
        return self.line("event_msg", **{"type": kind, **payload})

    def item(self, kind: str, **payload: Any) -> Line:
        """A part of what the model reads or writes."""
        return self.line("response_item", **{"type": kind, **payload})

    def user(self, words: str) -> None:
        """What a person asks, told twice as it is."""
        content = [{"type": "input_text", "text": words}]
        self.item("message", role="user", content=content)
        if self._is_new:
            self.event("item_completed", item={"type": "UserMessage", "content": content})
        else:
            self.event("user_message", message=words)

    def says(self, words: str) -> None:
        """An answer, told twice as it is."""
        content = [{"type": "output_text", "text": words}]
        self.item("message", role="assistant", content=content)
        self.event("item_completed", item={"type": "AgentMessage", "content": content})

    def calls(self, call: str, command: str) -> None:
        """A call of the shell."""
        given = json.dumps({"command": ["bash", "-lc", command]})
        self.item("function_call", name="shell", arguments=given, call_id=call)

    def gives(self, call: str, output: str, code: int = 0) -> None:
        """What the shell gave back, as old clients wrap it."""
        wrapped = json.dumps({"output": output, "metadata": {"exit_code": code}})
        self.item("function_call_output", call_id=call, output=wrapped)

    def used(self, response: str, sent: int, read: int, out: int) -> None:
        """The usage of one call, as new clients tell it."""
        self._add(sent, read, out)
        usage = _codex_usage(sent, read, out)
        self.line("token_usage_record", response_id=response, usage=usage)

    def counted(self, sent: int, read: int, out: int, *, repeat: bool = False) -> None:
        """The sums up to here, as every client tells them; a `repeat` adds nothing."""
        if not repeat:
            self._add(sent, read, out)
        info = {
            "total_token_usage": _codex_usage(*self.total.values()),
            "last_token_usage": _codex_usage(sent, read, out),
        }
        self.event("token_count", info=info, rate_limits=None)

    def _add(self, sent: int, read: int, out: int) -> None:
        for name, count in zip(self.total, (sent, read, out), strict=True):
            self.total[name] += count


def _codex_usage(sent: int, read: int, out: int) -> Line:
    return {
        "input_tokens": sent,
        "cached_input_tokens": read,
        "output_tokens": out,
        "reasoning_output_tokens": 0,
        "total_tokens": sent + out,
    }


def old_rollout(folder: Path, thread: str = "0190-aaaa") -> Path:
    """Two calls of a client that tells sums only, one of them twice."""
    rollout = Codex(thread)
    rollout.user("Rename the column.")
    rollout.event("token_count", info=None, rate_limits={})
    rollout.calls("call_1", "grep -rn colour .")
    rollout.counted(9_000, 6_000, 150)
    rollout.gives("call_1", "a.sql:3", code=0)
    rollout.counted(9_000, 6_000, 150, repeat=True)
    rollout.says("It is in a.sql.")
    rollout.counted(9_400, 9_000, 60)
    return write(
        folder / "2026" / "11" / "02" / f"rollout-2026-11-02T09-30-00-{thread}.jsonl", rollout.lines
    )


def new_rollout(folder: Path, thread: str = "0190-bbbb", child: str = "0190-cccc") -> Path:
    """A thread of two calls and its sub-agent's of one, with the usage of each told by itself."""
    rollout = Codex(thread, session=thread)
    rollout.user("Rename the column.")
    rollout.item("reasoning", summary=[{"type": "summary_text", "text": "A scout is cheaper."}])
    rollout.item("function_call", name="spawn_agent", arguments="{}", call_id="call_1")
    rollout.used("resp_1", 8_000, 2_000, 90)
    rollout.counted(8_000, 2_000, 90, repeat=True)
    below = Codex(child, session=thread, parent=thread, clock=rollout.clock)
    below.user("Find the column.")
    below.says("a.sql, line 3.")
    below.used("resp_2", 3_000, 1_000, 30)
    below.event("task_complete", last_agent_message="a.sql, line 3.")
    rollout.item("function_call_output", call_id="call_1", output="a.sql, line 3.")
    rollout.says("It is in a.sql.")
    rollout.used("resp_3", 8_300, 8_000, 40)
    rollout.counted(8_300, 8_000, 40, repeat=True)
    day = folder / "2026" / "11" / "02"
    write(day / f"rollout-2026-11-02T09-31-00-{child}.jsonl", below.lines)
    return write(day / f"rollout-2026-11-02T09-30-00-{thread}.jsonl", rollout.lines)


_OF_CALLS = """
    SELECT count(*), sum(cost_micros IS NULL), sum(tokens_in), sum(tokens_out), sum(cache_read),
           sum(cache_write), sum(cost_micros)
    FROM prompts
"""
_OF_AGENTS = """
    SELECT sum(calls), sum(unpriced), sum(tokens_in), sum(tokens_out), sum(cache_read),
           sum(cache_write), sum(cost_micros)
    FROM agents
"""


def assert_totals_are_true(db: str) -> None:
    """The totals of agents and hours are what the calls add up to."""
    summed = [value or 0 for value in rows(db, _OF_CALLS)[0]]
    for totals in (_OF_AGENTS, _OF_AGENTS.replace("FROM agents", "FROM cost_rollups")):
        assert [value or 0 for value in rows(db, totals)[0]] == summed
