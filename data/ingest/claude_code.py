"""Reads a transcript of Claude Code: a session's own, or that of one of its sub-agents.

One answer of the model stands in several lines, one a block, each with the usage of all of it;
its last line counts. Sub-agents have files of their own; in old transcripts their lines stand
among the session's and hang together by `parentUuid`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..prices import Usage
from . import ids
from .records import (
    ERROR,
    Record,
    amount,
    as_json,
    content_text,
    count,
    items,
    mapping,
    record,
    stamp,
    word,
)
from .told import Call, Note, Session, Thread, ThreadEnd, Told, ToolEnd, ToolStart, TurnEnd

SUBAGENT = "subagent"
_SPAWNS = ("Task", "Agent")
_NO_CALL = "<synthetic>"
_INTERRUPTED = "[Request interrupted"
_LAST_ANSWERS = ("end_turn", "stop_sequence", "refusal")
_REMEMBERED = 400
"""Lines of old sub-agents, and calls that started one, that are remembered."""


class Meta(NamedTuple):
    """What stands beside a sub-agent's transcript."""

    agent_type: str | None = None
    tool_use_id: str | None = None


@dataclass
class _Message:
    """One answer of the model, as far as it was read."""

    id: str
    start: int
    """Where its first line starts."""
    began: str
    completed: str
    model: str | None
    request: str | None
    texts: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    tools: list[ToolStart] = field(default_factory=list)
    usage: Mapping[str, Any] = field(default_factory=dict)
    cost_usd: float | None = None
    stop_reason: str | None = None
    is_told: bool = False


@dataclass
class _Talk:
    """What one agent says and hears."""

    agent_id: str
    is_main: bool
    heard: str | None = None
    request: str | None = None
    request_start: int | None = None
    message: _Message | None = None


class ClaudeCodeReader:
    """Reads one file from where another reader of it has stopped."""

    def __init__(self, session: str, state: str, meta: Meta = Meta()) -> None:  # noqa: B008
        """`session` and `meta` are what the file's place says, for lines that do not."""
        self.run_id: str | None = None
        self.reported: str | None = None
        self.unreadable = 0
        self._session = session
        self._meta = meta
        self._talks: dict[str, _Talk] = {}
        self._sessions: dict[str, bool] = {}
        """The sessions told of, and whether with their title."""
        self._spawned: dict[str, tuple[str, str]] = {}
        """The type of sub-agent that a tool call starts, and when."""
        remembered = mapping(json.loads(state))
        self._chains: dict[str, str] = dict(remembered.get("chains", {}))
        """Lines of old sub-agents by uuid: the line each begins with."""
        self._tasks: dict[str, list[str]] = dict(remembered.get("tasks", {}))
        """What an old sub-agent was asked: the tool call, and the type."""
        self._heard: dict[str, str] = dict(remembered.get("heard", {}))

    def read(self, content: bytes, start: int) -> list[Told]:
        """What a line tells, and what lines before it told that is complete only now."""
        line = record(content)
        if line is None:
            self.unreadable += 1
            return []
        if line.get("type") == "cost-state":
            self.reported = json.dumps(mapping(line.get("modelUsage")))
            return []
        if line.get("type") not in ("user", "assistant"):
            return []
        return list(self._read(line, start))

    def rest(self) -> list[Told]:
        """What is known of what may still go on."""
        return [told for talk in self._talks.values() for told in self._tell(talk)]

    def hold(self) -> int | None:
        """Where the first line starts that is not yet fully told; None: all are."""
        starts = [talk.request_start for talk in self._talks.values()]
        starts += [talk.message.start for talk in self._talks.values() if talk.message]
        return min((start for start in starts if start is not None), default=None)

    def state(self) -> str:
        """What the next reader of this file must know, as JSON."""
        heard = {talk.agent_id: talk.heard for talk in self._talks.values() if talk.heard}
        return json.dumps(
            {
                "chains": _last(self._chains),
                "tasks": _last(self._tasks),
                "heard": _last(self._heard | heard),
            }
        )

    def _read(self, line: Record, start: int) -> Iterator[Told]:
        session = word(line.get("sessionId")) or self._session
        at = stamp(line.get("timestamp"))
        agent_key = word(line.get("agentId")) or self._chain(line)
        agent_id = ids.agent(ids.CLAUDE_CODE, session, agent_key)
        talk = self._talks.get(agent_id)
        at = at or (talk.heard if talk else None)
        if at is None:
            self.unreadable += 1
            return
        if session not in self._sessions:
            yield self._session_told(session, line, None, at)
        if talk is None:
            talk = _Talk(agent_id, agent_key is None, heard=self._heard.get(agent_id))
            self._talks[agent_id] = talk
            yield self._thread(session, agent_key, line, agent_id, at)
        if line["type"] == "assistant":
            yield from self._assistant(line, session, talk, at, start)
        else:
            yield from self._user(line, session, talk, at, start)
        talk.heard = at

    def _session_told(self, session: str, line: Record, prompt: str | None, at: str) -> Session:
        run_id = ids.run(ids.CLAUDE_CODE, session)
        self.run_id = self.run_id or run_id
        self._sessions[session] = prompt is not None
        project = ids.project(word(line.get("cwd")))
        return Session(run_id, session, project, ids.title(prompt, project, session), at)

    def _thread(
        self, session: str, agent_key: str | None, line: Record, agent_id: str, at: str
    ) -> Thread:
        main = ids.agent(ids.CLAUDE_CODE, session, None)
        run_id = ids.run(ids.CLAUDE_CODE, session)
        if agent_key is None:
            name = ids.CLAUDE_CODE
            return Thread(agent_id, run_id, name, name, "agent", None, None, None, at)
        asked = content_text(mapping(line.get("message")).get("content"))
        tool_use_id, agent_type = self._tasks.get(_brief(asked), [None, None])
        tool_use_id = self._meta.tool_use_id or tool_use_id
        name = self._meta.agent_type or agent_type or SUBAGENT
        tool = tool_use_id and ids.tool_call(ids.CLAUDE_CODE, session, tool_use_id)
        return Thread(agent_id, run_id, name, SUBAGENT, SUBAGENT, None, main, tool, at)

    def _chain(self, line: Record) -> str | None:
        """The first line of the old sub-agent that a line belongs to; None: the main thread."""
        if not line.get("isSidechain"):
            return None
        uuid, parent = word(line.get("uuid")) or "", word(line.get("parentUuid")) or ""
        first = self._chains.get(parent) or self._chains.get(uuid) or uuid
        self._chains[uuid] = first
        if len(self._chains) > 2 * _REMEMBERED:
            self._chains = _last(self._chains)
        return first or SUBAGENT

    def _user(self, line: Record, session: str, talk: _Talk, at: str, start: int) -> Iterator[Told]:
        content = mapping(line.get("message")).get("content")
        results = [block for block in items(content) if block.get("type") == "tool_result"]
        if results:
            # What it answers must be there first, even where the answer still goes on.
            yield from self._tell(talk)
        for result in results:
            yield from self._result(line, result, session, at)
        if line.get("isMeta") or line.get("isCompactSummary"):
            return
        text = content_text(content).strip()
        if not text or (results and not isinstance(content, str) and text == ""):
            return
        if text.startswith(_INTERRUPTED):
            run_id = ids.run(ids.CLAUDE_CODE, session)
            yield Note(run_id, talk.agent_id, "warn", "interrupted", text[:ERROR], at)
            yield _over(talk, at)
            return
        if not results:
            yield from self._asked(line, session, talk, text, at, start)

    def _asked(
        self, line: Record, session: str, talk: _Talk, text: str, at: str, start: int
    ) -> Iterator[Told]:
        yield from self._close(talk)
        talk.request = text if talk.request is None else f"{talk.request}\n\n{text}"
        if talk.request_start is None:
            talk.request_start = start
        if talk.is_main and not self._sessions[session]:
            yield self._session_told(session, line, text, at)

    def _result(
        self, line: Record, result: Mapping[str, Any], session: str, at: str
    ) -> Iterator[Told]:
        tool_use_id = word(result.get("tool_use_id"))
        if tool_use_id is None:
            return
        run_id = ids.run(ids.CLAUDE_CODE, session)
        tool_id = ids.tool_call(ids.CLAUDE_CODE, session, tool_use_id)
        output = content_text(result.get("content"))
        error = (output[:ERROR] or "failed") if result.get("is_error") is True else None
        yield ToolEnd(tool_id, run_id, output, error, at)
        started = word(mapping(line.get("toolUseResult")).get("agentId"))
        if started is not None and tool_use_id in self._spawned:
            agent_id = ids.agent(ids.CLAUDE_CODE, session, started)
            main = ids.agent(ids.CLAUDE_CODE, session, None)
            name, since = self._spawned.pop(tool_use_id)
            yield Thread(agent_id, run_id, name, SUBAGENT, SUBAGENT, None, main, tool_id, since)

    def _assistant(
        self, line: Record, session: str, talk: _Talk, at: str, start: int
    ) -> Iterator[Told]:
        said = mapping(line.get("message"))
        if said.get("model") == _NO_CALL:
            yield from self._not_a_call(line, said, session, talk, at)
            return
        message_id = word(said.get("id")) or word(line.get("uuid"))
        if message_id is None:
            self.unreadable += 1
            return
        prompt_id = ids.prompt(ids.CLAUDE_CODE, session, message_id, word(line.get("requestId")))
        if talk.message is None or talk.message.id != prompt_id:
            yield from self._close(talk)
            talk.message = _Message(
                prompt_id, start, talk.heard or at, at, word(said.get("model")), talk.request
            )
            talk.request, talk.request_start = None, None
        self._extend(talk.message, line, said, session, talk, at)

    def _extend(
        self,
        message: _Message,
        line: Record,
        said: Mapping[str, Any],
        session: str,
        talk: _Talk,
        at: str,
    ) -> None:
        message.is_told = False
        message.completed = max(message.completed, at)
        message.usage = mapping(said.get("usage")) or message.usage
        message.stop_reason = word(said.get("stop_reason")) or message.stop_reason
        cost = amount(line.get("costUSD"))
        message.cost_usd = message.cost_usd if cost is None else cost
        for block in items(said.get("content")):
            match block.get("type"):
                case "text":
                    _add(message.texts, word(block.get("text")))
                case "thinking":
                    _add(message.thinking, word(block.get("thinking")))
                case "tool_use" | "server_tool_use":
                    self._add_tool(message, block, session, talk, at)

    def _add_tool(
        self, message: _Message, block: Mapping[str, Any], session: str, talk: _Talk, at: str
    ) -> None:
        tool_use_id, name = word(block.get("id")), word(block.get("name")) or "tool"
        if tool_use_id is None:
            return
        given = block.get("input")
        tool_id = ids.tool_call(ids.CLAUDE_CODE, session, tool_use_id)
        if any(tool.id == tool_id for tool in message.tools):
            return
        run_id = ids.run(ids.CLAUDE_CODE, session)
        message.tools.append(
            ToolStart(tool_id, run_id, talk.agent_id, message.id, name, as_json(given), at)
        )
        if name in _SPAWNS:
            agent_type = word(mapping(given).get("subagent_type")) or SUBAGENT
            self._spawned[tool_use_id] = (agent_type, at)
            if asked := word(mapping(given).get("prompt")):
                self._tasks[_brief(asked)] = [tool_use_id, agent_type]

    def _not_a_call(
        self, line: Record, said: Mapping[str, Any], session: str, talk: _Talk, at: str
    ) -> Iterator[Told]:
        """The client's own words in the model's place: an error it met."""
        if line.get("isApiErrorMessage"):
            text = content_text(said.get("content"))
            run_id = ids.run(ids.CLAUDE_CODE, session)
            yield Note(run_id, talk.agent_id, "error", "api.error", text, at)
            yield _over(talk, at)

    def _close(self, talk: _Talk) -> Iterator[Told]:
        yield from self._tell(talk)
        talk.message = None

    def _tell(self, talk: _Talk) -> Iterator[Told]:
        """An answer as far as it goes, once for each time it has grown."""
        message = talk.message
        if message is None or message.is_told:
            return
        message.is_told = True
        run_id = talk.agent_id.rpartition(":")[0]
        yield Call(
            message.id,
            run_id,
            talk.agent_id,
            message.model,
            message.request,
            "\n\n".join(message.texts) or None,
            "\n\n".join(message.thinking) or None,
            usage(message.usage),
            message.cost_usd,
            message.began,
            message.completed,
        )
        yield from message.tools
        if message.stop_reason in _LAST_ANSWERS:
            yield _over(talk, message.completed)


def _over(talk: _Talk, at: str) -> Told:
    """A sub-agent is done with its last answer; the main agent waits for the next word."""
    if talk.is_main:
        return TurnEnd(talk.agent_id, talk.agent_id.rpartition(":")[0], at)
    return ThreadEnd(talk.agent_id, at)


def usage(given: Mapping[str, Any]) -> Usage:
    """The tokens of an answer: Anthropic tells what was sent without what the cache held."""
    read = count(given.get("cache_read_input_tokens"))
    write = count(given.get("cache_creation_input_tokens"))
    hour = count(mapping(given.get("cache_creation")).get("ephemeral_1h_input_tokens"))
    plain, out = count(given.get("input_tokens")), count(given.get("output_tokens"))
    if plain is None and out is None:
        return Usage()
    sent = (plain or 0) + (read or 0) + (write or 0)
    return Usage(sent, out, read, write, min(hour, write or 0) if hour else None)


def _add(texts: list[str], text: str | None) -> None:
    # A streaming snapshot repeats what it had, and more.
    if text is None or text in texts[-1:]:
        return
    if texts and text.startswith(texts[-1]):
        texts[-1] = text
    else:
        texts.append(text)


def _brief(text: str) -> str:
    """Enough of a prompt to know it again."""
    return text.strip()[:500]


def _last(remembered: dict[str, Any]) -> dict[str, Any]:
    return dict(list(remembered.items())[-_REMEMBERED:])
