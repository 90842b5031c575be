"""OpenAI Agents SDK: what may run, and what the model is told where it may not."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import (
    Agent,
    AgentsException,
    Model,
    ModelResponse,
    RunConfig,
    Runner,
    RunState,
    Usage,
    function_tool,
    handoff,
)
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from tests.builders.answering import answer, gate_now, waiting
from tests.builders.recorded import row, rows, value
from vedette.data.adapters.openai_agents import Gatekeeper, NotApproved
from vedette.data.recorder import Recorder, Run

QUIET = RunConfig(tracing_disabled=True)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def recorder(db: Path) -> Iterator[Recorder]:
    with Recorder(db) as recorder:
        yield recorder


@pytest.fixture
def run(recorder: Recorder) -> Iterator[Run]:
    with recorder.run("tidy up") as run:
        yield run


def call(name: str, number: int = 1, **arguments: Any) -> ResponseFunctionToolCall:
    """A call as a model makes it."""
    return ResponseFunctionToolCall(
        type="function_call", call_id=f"c-{number}", name=name, arguments=json.dumps(arguments)
    )


class Wanting(Model):
    """A model that makes these calls, then repeats what it was told."""

    def __init__(self, *calls: ResponseFunctionToolCall) -> None:
        self.calls = calls

    async def get_response(self, *_: Any, **given: Any) -> ModelResponse:
        mine = {call.call_id for call in self.calls}
        told = [item for item in given["input"] if item.get("call_id") in mine and "output" in item]
        output: list[Any] = list(self.calls)
        if told or not self.calls:
            text = " | ".join(str(item["output"]) for item in told)
            content = [ResponseOutputText(type="output_text", text=text, annotations=[])]
            output = [
                ResponseOutputMessage(
                    type="message", id="m", role="assistant", status="completed", content=content
                )
            ]
        usage = Usage(requests=1, input_tokens=120, output_tokens=20, total_tokens=140)
        return ModelResponse(output=output, usage=usage, response_id=None)

    async def stream_response(self, *given: Any, **_: Any) -> AsyncIterator[Any]:
        said = await self.get_response(input=given[1])
        response = Response(
            id="r",
            created_at=0,
            model="fake",
            object="response",
            output=said.output,
            parallel_tool_calls=True,
            tool_choice="auto",
            tools=[],
        )
        yield ResponseCompletedEvent(
            type="response.completed", response=response, sequence_number=0
        )


class Shop:
    """An agent with one tool that needs approval, and a note of what it did."""

    def __init__(self, run: Run, *calls: ResponseFunctionToolCall, **terms: Any) -> None:
        self.done: list[str] = []

        @function_tool(needs_approval=True)
        def delete(path: str) -> str:
            self.done.append(path)
            return f"{path} deleted"

        model = Wanting(*(calls or (call("delete", path="build"),)))
        self.agent = Agent(name="tidy", model=model, tools=[delete])
        self.gatekeeper = Gatekeeper(run, **terms)

    async def run(self) -> str:
        with self.gatekeeper:
            result = await self.gatekeeper.run(self.agent, "tidy up", run_config=QUIET)
            return str(result.final_output)


async def person(db: Path, outcome: str, note: str | None = None) -> dict[str, Any]:
    return await asyncio.to_thread(answer, db, outcome, note)


async def test_an_approved_call_runs_once_with_what_was_read(run: Run, db: Path) -> None:
    shop = Shop(run)
    said, gate = await asyncio.gather(shop.run(), person(db, "approved"))
    assert (said, shop.done) == ("build deleted", ["build"])
    assert gate["asks"] == {"tool": "delete", "arguments": {"path": "build"}}


async def test_calls_of_one_turn_are_asked_about_one_by_one(run: Run, db: Path) -> None:
    shop = Shop(run, call("delete", 1, path="build"), call("delete", 2, path="src"))
    saying = asyncio.create_task(shop.run())
    first = await person(db, "approved")
    second = await person(db, "rejected", "never the sources")
    said = await saying
    assert "never the sources" in said
    assert shop.done == [first["asks"]["arguments"]["path"]]
    assert second["asks"]["arguments"]["path"] not in shop.done


async def test_nobody_answered_is_a_no_that_is_not_called_one(run: Run) -> None:
    shop = Shop(run, timeout=0.2)
    assert await shop.run() == (
        "Not run. Nobody answered within 0.2 seconds; that is not a refusal."
    )
    assert shop.done == []


async def test_a_store_that_is_taken_away_closes_the_gate(run: Run, db: Path) -> None:
    shop = Shop(run)
    saying = asyncio.create_task(shop.run())
    await asyncio.to_thread(waiting, db)
    await asyncio.to_thread(db.unlink)
    assert (await saying).startswith("Not run. Nobody could be asked: ")
    assert shop.done == []


async def test_a_cancelled_run_takes_its_question_back(
    run: Run, recorder: Recorder, db: Path
) -> None:
    shop = Shop(run)
    saying = asyncio.create_task(shop.run())
    gate = await asyncio.to_thread(waiting, db)
    saying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saying
    assert recorder.flush()
    assert gate_now(db, gate["id"])["status"] == "withdrawn"
    assert value(db, "SELECT status FROM agents") == "cancelled"
    assert shop.done == []


async def test_a_streamed_run_is_answered_and_run_on(run: Run, db: Path) -> None:
    shop = Shop(run)
    with shop.gatekeeper as gatekeeper:
        streamed = Runner.run_streamed(shop.agent, "go", hooks=gatekeeper, run_config=QUIET)
        async for _ in streamed.stream_events():
            pass
        state, _ = await asyncio.gather(gatekeeper.answer(streamed), person(db, "approved"))
        result = await Runner.run(shop.agent, state, hooks=gatekeeper, run_config=QUIET)
    assert (result.final_output, shop.done) == ("build deleted", ["build"])


async def paused(shop: Shop) -> RunState[Any]:
    """The state of a run whose call somebody else approved."""
    result = await Runner.run(shop.agent, "go", run_config=QUIET)
    state = result.to_state()
    state.approve(result.interruptions[0])
    return state


async def test_an_approval_of_somebody_else_is_asked_about_here(run: Run, db: Path) -> None:
    shop = Shop(run)
    running = asyncio.create_task(
        shop.gatekeeper.run(shop.agent, await paused(shop), run_config=QUIET)
    )
    await person(db, "approved")
    await running
    assert shop.done == ["build"]


async def test_and_where_it_is_rejected_the_run_ends(
    run: Run, recorder: Recorder, db: Path
) -> None:
    shop = Shop(run)
    running = asyncio.create_task(
        shop.gatekeeper.run(shop.agent, await paused(shop), run_config=QUIET)
    )
    await person(db, "rejected", "who said so?")
    with pytest.raises(NotApproved, match="who said so"):
        await running
    assert shop.done == []
    assert recorder.flush()
    assert value(db, "SELECT status FROM tool_calls") == "cancelled"


async def test_a_state_whose_arguments_were_changed_runs_nothing(run: Run, db: Path) -> None:
    shop = Shop(run)
    result = await Runner.run(shop.agent, "go", hooks=shop.gatekeeper, run_config=QUIET)
    state, _ = await asyncio.gather(shop.gatekeeper.answer(result), person(db, "approved"))
    kept = state.to_string()
    assert '\\"build\\"' in kept
    changed = await RunState.from_string(shop.agent, kept.replace('\\"build\\"', '\\"src\\"'))
    # The framework knows the call for another one; its own word for it is not ours to hold.
    with pytest.raises(AgentsException):
        await shop.gatekeeper.run(shop.agent, changed, run_config=QUIET)
    assert shop.done == []


async def test_every_agent_is_recorded_with_its_calls_and_tokens(
    run: Run, recorder: Recorder, db: Path
) -> None:
    @function_tool
    def look() -> str:
        return "seen"

    scout = Agent(name="scout", model=Wanting(call("look", 2)), tools=[look])
    lead = Agent(name="lead", model=Wanting(call("transfer_to_scout")), handoffs=[handoff(scout)])
    with Gatekeeper(run) as gatekeeper:
        result = await gatekeeper.run(lead, "have a look", run_config=QUIET)
    assert "seen" in str(result.final_output)
    assert recorder.flush()
    agents = rows(db, "SELECT name, status FROM agents ORDER BY seq")
    assert [tuple(agent) for agent in agents] == [("lead", "completed"), ("scout", "completed")]
    first = row(db, "SELECT * FROM prompts ORDER BY seq LIMIT 1")
    assert (first["request"], first["tokens_in"], first["tokens_out"]) == ("have a look", 120, 20)
    made = row(db, "SELECT * FROM tool_calls")
    assert (made["name"], made["status"], made["output"]) == ("look", "completed", "seen")
    assert made["prompt_id"] is not None
