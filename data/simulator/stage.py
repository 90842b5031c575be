"""Plays scripts in time: first the history at once, then on in real time, all on one thread."""

import heapq
import re
import threading
import time
from collections.abc import Callable, Generator
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from .. import decisions
from ..recorder import AgentHandle, Gate, PromptHandle, Recorder, Run, StoreFailed
from .clock import Clock, Ids
from .gates import Answer, Question, Verdict
from .models import Reported, Use, reported

Script = Generator[Any, Any, None]
"""Yields seconds to wait, a moment to wait for, or a gate whose answer it is sent."""

LOOK_SECONDS = 0.2
"""How often the answers to open gates are looked for."""

LATE_SECONDS = 0.4
"""How late things of the past happen at most: nothing real happens on the second."""

PIECES_PER_SECOND = 3.0
FINE_SECONDS = 90.0
"""Answers that end within this time before the start are streamed as finely as live ones."""


class Until(NamedTuple):
    """A moment of the play, in seconds from its start."""

    at: float


class _Asked(NamedTuple):
    """A script that waits for a person."""

    gate: Gate
    script: Script


class Stage:
    """The scripts of one play and what they act with. Moments are seconds from the start."""

    never = Until(float("inf"))

    def __init__(
        self,
        recorder: Recorder,
        clock: Clock,
        ids: Ids,
        start: float,
        seed: int,
        *,
        is_still: bool,
    ) -> None:
        self.recorder = recorder
        self.ids = ids
        self.alarms: dict[str, str] = {}
        """Ids of alarms by their key; the first counts."""
        self.random = Random(f"play/{seed}")
        self.is_still = is_still
        """Whether the play ends with its history: nobody will ever answer its gates."""
        self.now = 0.0
        self.names: dict[str, str] = {}
        """Ids of runs by title, of agents by `title/name`; the latest counts."""
        self._runs: list[Run] = []
        self._lateness = Random(f"late/{seed}")
        self._latest = 0.0
        self._clock = clock
        self._start = start
        self._due: list[tuple[float, int, Script]] = []
        self._order = 0
        self._asked: list[_Asked] = []

    @property
    def path(self) -> str:
        """The database that is written."""
        return self.recorder.path

    @property
    def moment(self) -> float:
        """The moment in epoch seconds, as it is recorded."""
        return self._clock()

    @property
    def pending(self) -> int:
        """How many gates wait for a person."""
        return len(self._asked)

    def add(self, at: float, script: Script) -> None:
        """Lets a script begin at a moment."""
        self._order += 1
        heapq.heappush(self._due, (at, self._order, script))

    def play_history(self) -> None:
        """Plays everything up to the start at once."""
        while self._due and self._due[0][0] <= 0.0:
            at, _, script = heapq.heappop(self._due)
            self.now = at
            self._set_clock(at)
            self._go_on(script, None)
        self.now = 0.0
        self._clock.set(self._start)

    def _set_clock(self, at: float) -> None:
        """A moment a little late, as real ones are, but never before the last or past the start."""
        late = self._start + at + self._lateness.uniform(0.0, LATE_SECONDS)
        self._latest = min(max(late, self._latest), self._start)
        self._clock.set(self._latest)

    def play_live(
        self, since: float, speed: float, seconds: float | None, stop: threading.Event
    ) -> None:
        """Plays on in real time from the monotonic time `since`, for `seconds` or until `stop`."""
        self._clock.run()
        end = float("inf") if seconds is None else since + seconds
        while not stop.is_set() and (moment := time.monotonic()) < end:
            self.now = (moment - since) * speed
            self._hear()
            self._play_due()
            due = since + self._due[0][0] / speed if self._due else end
            rest = min(due, end, moment + LOOK_SECONDS) - time.monotonic()
            stop.wait(max(0.0, rest))

    def _play_due(self) -> None:
        while self._due and self._due[0][0] <= self.now:
            _, _, script = heapq.heappop(self._due)
            self._go_on(script, None)

    def _hear(self) -> None:
        for asked in list(self._asked):
            answer = heard(asked.gate)
            if answer is not None:
                self._asked.remove(asked)
                self._go_on(asked.script, answer)

    def _go_on(self, script: Script, answer: Answer | None) -> None:
        """Lets a script act until it waits again."""
        try:
            wish = script.send(answer)
        except StopIteration:
            return
        if isinstance(wish, Gate):
            self._asked.append(_Asked(wish, script))
        elif isinstance(wish, Until):
            self.add(max(wish.at, self.now), script)
        else:
            self.add(self.now + wish, script)

    def until(self, at: float) -> Until:
        """A moment to wait for; one that has passed does not wait."""
        return Until(at)

    def run(self, title: str, *, short: str = "", **facts: Any) -> Run:
        """Starts a run; `short` is what its id begins with."""
        new_id = f"{short}{self.random.getrandbits(32):08x}" if short else None
        run = self.recorder.run(title, id=new_id, **facts)
        self.names[title] = run.id
        self._runs.append(run)
        return run

    def agent(self, parent: Run | AgentHandle, name: str, model: str) -> AgentHandle:
        """Starts an agent of a run or below another agent."""
        agent = parent.agent(name, model=model)
        self.names[f"{agent.run.name}/{name}"] = agent.id
        return agent

    def end(self) -> None:
        """Ends what is still open: the play is over, and nothing in it failed."""
        for run in self._runs:
            run.cancel("the demo ended")

    def leave(self, run: Run) -> None:
        """Ends the run when the last of its agents has ended."""
        if not run.children:
            run.done()

    def think(
        self,
        agent: AgentHandle,
        name: str,
        seconds: float,
        use: Use,
        request: str,
        text: str,
        *,
        thinking: str = "",
        context: float | None = None,
    ) -> Script:
        """One call of the agent's model, its answer streamed over `seconds`."""
        prompt = agent.prompt(name, request=request)
        yield from self._stream(prompt, thinking, text, seconds)
        if context is not None:
            agent.context(context)
        prompt.done(**self.reported(agent.model or "", use))

    def _stream(self, prompt: PromptHandle, thinking: str, text: str, seconds: float) -> Script:
        first = min(1.5, seconds * 0.2)
        thoughts = seconds * 0.35 if thinking else 0.0
        yield first
        yield from self._write(prompt.think, thinking, thoughts)
        yield from self._write(prompt.write, text, seconds - first - thoughts)

    def _write(self, put: Callable[[str], None], text: str, seconds: float) -> Script:
        is_fine = self.now + seconds > -FINE_SECONDS
        most = round(seconds * PIECES_PER_SECOND) if is_fine else 2
        pieces = in_pieces(text, max(1, min(most, len(text) // 4)))
        for piece in pieces:
            put(piece)
            yield seconds / len(pieces)

    def tool(
        self,
        agent: AgentHandle,
        name: str,
        seconds: float,
        given: object,
        output: str | None,
        *,
        error: str | None = None,
        risk: str | None = None,
    ) -> Script:
        """One call of a tool; with `error` it fails, and keeps its output all the same."""
        call = agent.tool(name, input=given, risk=risk)
        yield seconds
        if error is None:
            call.done(output)
        else:
            call.fail(error, output)

    def ask(
        self, agent: AgentHandle, question: Question, *, gate_id: str | None = None
    ) -> Generator[Any, Any, Answer]:
        """Opens a gate and waits for what comes of it."""
        gate = self.gate(agent, question, gate_id=gate_id)
        answer: Answer = yield gate
        # A moment to take the answer in: the receipt shows both clocks.
        yield 0.8
        return answer

    def answered(
        self, agent: AgentHandle, question: Question, verdict: Verdict
    ) -> Generator[Any, Any, Answer]:
        """Opens a gate of the past and lets it come to what came of it."""
        gate = self.gate(agent, question)
        answer = verdict.answer
        if answer.outcome == "expired":
            yield (question.timeout or 0.0) + 0.2
        elif answer.outcome == "withdrawn":
            yield verdict.after
            gate.withdraw(answer.reason or "")
            return answer
        else:
            yield verdict.after
            self._decide(gate, question, verdict)
            yield 0.4
        gate.look()
        return answer

    def _decide(self, gate: Gate, question: Question, verdict: Verdict) -> None:
        decisions.decide(
            self.recorder.path,
            gate.id,
            "approved" if verdict.answer.approved else "rejected",
            sha=question.sha256,
            actor=verdict.answer.by or "",
            now=self.moment,
            note=verdict.answer.reason,
            shown_ms=round(verdict.shown * 1000),
            asker_may_be_gone=True,
        )

    def gate(self, agent: AgentHandle, question: Question, *, gate_id: str | None = None) -> Gate:
        """Opens a gate."""
        return agent.gate(
            question.title,
            question.payload,
            risk=question.risk,
            why=question.why,
            timeout=question.timeout,
            needed=question.needed,
            requested_by=f"{agent.run.name}/{agent.name}",
            id=gate_id,
        )

    def alarm(
        self,
        kind: str,
        title: str,
        where: str,
        *,
        agent: str | None = None,
        severity: str = "warning",
        message: str | None = None,
    ) -> None:
        """Raises an alarm about the run titled `where`, or one of its agents."""
        key = f"{kind}:{where}"
        self.recorder.alarm(
            kind,
            title,
            severity=severity,
            key=key,
            message=message,
            run=self.names.get(where),
            agent=self.names.get(f"{where}/{agent}"),
        )
        self.alarms.setdefault(key, self.ids.latest["alarm"])

    def reported(self, model: str, use: Use) -> Reported:
        """What an agent reports of a call."""
        return reported(model, use)


def heard(gate: Gate) -> Answer | None:
    """What came of a gate, or None while it waits; a store that fails is never a yes."""
    try:
        answer = gate.look()
    except StoreFailed as error:
        return Answer("withdrawn", None, error.title)
    return None if answer is None else Answer(answer.outcome, answer.by, answer.reason)


def in_pieces(text: str, count: int) -> list[str]:
    """The text in at most `count` pieces, cut between words."""
    words = re.findall(r"\s*\S+|\s+$", text)
    bounds = [len(words) * step // count for step in range(count + 1)]
    pieces = ["".join(words[begin:end]) for begin, end in pairwise(bounds)]
    return [piece for piece in pieces if piece]
