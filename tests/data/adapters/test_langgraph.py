"""LangGraph: a node is answered once, for what it asked, however often it runs from its top."""

import asyncio
import operator
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from tests.builders.answering import answer, gate_now, waiting
from tests.builders.recorded import row, rows, value
from vedette.data.adapters.asking import document
from vedette.data.adapters.langgraph import Gatekeeper, NotDone, _gate_id, approval
from vedette.data.recorder import Recorder, Run

THREAD: Any = {"configurable": {"thread_id": "1"}}
NOTHING: Any = {"said": []}


class State(TypedDict):
    """What the nodes hand on."""

    said: Annotated[list[str], operator.add]


class Shop:
    """What the nodes did, and how often each began."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.begun = 0

    def delete(self, path: str) -> dict[str, list[str]]:
        """A node's work: asks, then deletes."""
        self.begun += 1
        with approval("delete", {"path": path}) as call:
            if not call.approved:
                return {"said": [call.message]}
            self.done.append(path)
            call.done(f"{path} deleted")
        return {"said": [f"{path} deleted"]}


def graph(**nodes: Any) -> Any:
    """A graph whose nodes all begin at once."""
    builder = StateGraph(State)
    for name, node in nodes.items():
        builder.add_node(name, node)
        builder.add_edge(START, name)
    return builder.compile(checkpointer=InMemorySaver(), name="tidy")


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


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def tidy(shop: Shop) -> Any:
    return graph(delete=lambda state: shop.delete("build"))


async def person(db: Path, outcome: str, note: str | None = None) -> dict[str, Any]:
    return await asyncio.to_thread(answer, db, outcome, note)


async def test_an_approved_call_runs_once_though_its_node_runs_twice(
    run: Run, db: Path, shop: Shop, tidy: Any
) -> None:
    result, gate = await asyncio.gather(
        Gatekeeper(run).ainvoke(tidy, NOTHING, THREAD), person(db, "approved")
    )
    assert (result["said"], shop.done, shop.begun) == (["build deleted"], ["build"], 2)
    assert gate["asks"] == {"tool": "delete", "arguments": {"path": "build"}}
    assert value(db, "SELECT count(*) FROM approvals") == 1


async def test_a_rejected_call_does_not_run_and_the_node_hears_why(
    run: Run, recorder: Recorder, db: Path, shop: Shop, tidy: Any
) -> None:
    result, _ = await asyncio.gather(
        Gatekeeper(run).ainvoke(tidy, NOTHING, THREAD), person(db, "rejected", "not today")
    )
    assert result["said"] == ["Not run. ana rejected this call: not today"]
    assert shop.done == []
    assert recorder.flush()
    assert value(db, "SELECT status FROM tool_calls") == "cancelled"


async def test_nobody_answered_is_a_no_that_is_not_called_one(
    run: Run, shop: Shop, tidy: Any
) -> None:
    result = await Gatekeeper(run, timeout=0.2).ainvoke(tidy, NOTHING, THREAD)
    assert result["said"] == ["Not run. Nobody answered within 0.2 seconds; that is not a refusal."]
    assert shop.done == []


async def test_a_store_that_is_taken_away_closes_the_gate(
    run: Run, db: Path, shop: Shop, tidy: Any
) -> None:
    running = asyncio.create_task(Gatekeeper(run).ainvoke(tidy, NOTHING, THREAD))
    await asyncio.to_thread(waiting, db)
    await asyncio.to_thread(db.unlink)
    assert (await running)["said"][0].startswith("Not run. Nobody could be asked: ")
    assert shop.done == []


async def test_a_cancelled_run_takes_its_question_back_and_the_next_asks_again(
    run: Run, recorder: Recorder, db: Path, shop: Shop, tidy: Any
) -> None:
    running = asyncio.create_task(Gatekeeper(run).ainvoke(tidy, NOTHING, THREAD))
    first = await asyncio.to_thread(waiting, db)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert recorder.flush()
    assert gate_now(db, first["id"])["status"] == "withdrawn"
    assert shop.begun == 1
    result, second = await asyncio.gather(
        Gatekeeper(run).ainvoke(tidy, None, THREAD), person(db, "approved")
    )
    assert second["id"] != first["id"]
    assert (result["said"], shop.done, shop.begun) == (["build deleted"], ["build"], 2)


async def test_a_decision_that_came_before_the_asker_died_is_not_asked_for_again(
    run: Run, db: Path, shop: Shop, tidy: Any
) -> None:
    stopped = tidy.invoke(NOTHING, THREAD)["__interrupt__"][0]
    payload = document("delete", {"path": "build"})
    with run.agent("the one that died") as before:
        before.gate("delete build", payload, id=_gate_id(stopped.id, payload, 1))
        await person(db, "approved")
    result = await Gatekeeper(run).ainvoke(tidy, None, THREAD)
    assert (result["said"], shop.done) == (["build deleted"], ["build"])
    assert value(db, "SELECT count(*) FROM approvals") == 1
    assert row(db, "SELECT picked_up_at FROM approvals")["picked_up_at"] is not None


async def test_what_another_process_waits_for_is_not_answered_here(
    run: Run, db: Path, shop: Shop, tidy: Any
) -> None:
    stopped = tidy.invoke(NOTHING, THREAD)["__interrupt__"][0]
    payload = document("delete", {"path": "build"})
    run.agent("another").gate("delete build", payload, id=_gate_id(stopped.id, payload, 1))
    result = await Gatekeeper(run).ainvoke(tidy, None, THREAD)
    assert "another process waits for its answer" in result["said"][0]
    assert shop.done == []


async def test_an_approval_is_not_used_again_when_the_thread_is_replayed(
    run: Run, db: Path, shop: Shop, tidy: Any
) -> None:
    await asyncio.gather(Gatekeeper(run).ainvoke(tidy, NOTHING, THREAD), person(db, "approved"))
    (before,) = [state for state in tidy.get_state_history(THREAD) if state.next == ("delete",)]
    result, _ = await asyncio.gather(
        Gatekeeper(run).ainvoke(tidy, None, before.config), person(db, "rejected", "once is enough")
    )
    assert "once is enough" in result["said"][0]
    assert shop.done == ["build"]
    assert value(db, "SELECT count(*) FROM approvals") == 2


async def test_arguments_that_are_others_when_the_node_runs_again_are_a_new_question(
    run: Run, db: Path, shop: Shop
) -> None:
    paths = iter(["build", "src", "src"])
    fickle = graph(delete=lambda state: shop.delete(next(paths)))
    running = asyncio.create_task(Gatekeeper(run).ainvoke(fickle, NOTHING, THREAD))
    assert (await person(db, "approved"))["asks"]["arguments"] == {"path": "build"}
    assert (await person(db, "rejected", "not these"))["asks"]["arguments"] == {"path": "src"}
    assert "not these" in (await running)["said"][0]
    assert shop.done == []


async def test_nodes_that_run_at_once_are_each_asked_about(run: Run, db: Path, shop: Shop) -> None:
    both = graph(one=lambda state: shop.delete("build"), two=lambda state: shop.delete("src"))
    running = asyncio.create_task(Gatekeeper(run).ainvoke(both, NOTHING, THREAD))
    yes = await person(db, "approved")
    no = await person(db, "rejected")
    await running
    assert shop.done == [yes["asks"]["arguments"]["path"]]
    assert no["asks"]["arguments"]["path"] not in shop.done


async def test_a_node_may_ask_twice_for_the_same(run: Run, db: Path) -> None:
    done = []

    def node(state: State) -> State:
        for _ in range(2):
            with approval("pay", {"amount": 5}) as call:
                done.append(call.approved)
        return NOTHING

    running = asyncio.create_task(Gatekeeper(run).ainvoke(graph(pay=node), NOTHING, THREAD))
    first, second = await person(db, "approved"), await person(db, "rejected")
    await running
    assert first["id"] != second["id"]
    assert done == [True, True, False]


async def test_what_must_happen_once_does_though_its_node_runs_three_times(
    run: Run, recorder: Recorder, db: Path
) -> None:
    done, begun = [], []

    def pay(to: str) -> str:
        done.append(to)
        return f"{to} is paid"

    def node(state: State) -> State:
        begun.append(1)
        said = []
        for to in ("ana", "bo"):
            call = approval("pay", {"to": to})
            said.append(str(call.once(lambda to=to: pay(to)) if call.approved else call.message))
        return {"said": said}

    running = asyncio.create_task(Gatekeeper(run).ainvoke(graph(pay=node), NOTHING, THREAD))
    await person(db, "approved")
    await person(db, "approved")
    assert (await running)["said"] == ["ana is paid", "bo is paid"]
    assert (done, len(begun)) == (["ana", "bo"], 3)
    assert recorder.flush()
    calls = rows(db, "SELECT status, output FROM tool_calls ORDER BY seq")
    assert [tuple(call) for call in calls] == [
        ("completed", "ana is paid"),
        ("completed", "bo is paid"),
    ]


async def test_what_failed_under_an_approval_is_not_tried_again_under_it(
    run: Run, db: Path
) -> None:
    tried = []

    def fail() -> None:
        tried.append(1)
        raise OSError("the line is cut")

    def node(state: State) -> State:
        call = approval("pay", {"to": "ana"})
        with suppress(OSError):
            call.once(fail)
        approval("then", {"what": "whatever"})
        return NOTHING

    running = asyncio.create_task(Gatekeeper(run).ainvoke(graph(pay=node), NOTHING, THREAD))
    await person(db, "approved")
    await person(db, "approved")
    with pytest.raises(NotDone, match="failed before"):
        await running
    assert tried == [1]


async def test_what_nobody_approved_is_not_done_once_either(run: Run, db: Path) -> None:
    asking = graph(pay=lambda state: approval("pay", {}).once(lambda: pytest.fail("it ran")))
    running = asyncio.create_task(Gatekeeper(run).ainvoke(asking, NOTHING, THREAD))
    await person(db, "rejected", "no")
    with pytest.raises(NotDone, match="rejected"):
        await running


async def test_interrupts_of_others_are_left_to_them(run: Run, db: Path) -> None:
    asking = graph(age=lambda state: {"said": [f"age {interrupt('your age?')}"]})
    keeper = Gatekeeper(run)
    result = await keeper.ainvoke(asking, NOTHING, THREAD)
    assert result["__interrupt__"][0].value == "your age?"
    result = await keeper.ainvoke(asking, Command(resume=7), THREAD)
    assert result["said"] == ["age 7"]
    assert value(db, "SELECT count(*) FROM approvals") == 0


async def test_an_answer_that_came_from_no_gate_is_a_no(shop: Shop, tidy: Any) -> None:
    tidy.invoke(NOTHING, THREAD)
    assert tidy.invoke(Command(resume=True), THREAD)["said"] == [
        "Not run. The answer did not come from a gate."
    ]
    assert shop.done == []


async def test_a_graph_without_an_event_loop_is_kept_too(
    run: Run, db: Path, shop: Shop, tidy: Any
) -> None:
    keeping = asyncio.to_thread(Gatekeeper(run).invoke, tidy, NOTHING, THREAD)
    result, _ = await asyncio.gather(keeping, person(db, "approved"))
    assert (result["said"], shop.done) == (["build deleted"], ["build"])


async def test_models_and_tools_in_a_graph_are_recorded(
    run: Run, recorder: Recorder, db: Path
) -> None:
    @tool
    def look(place: str) -> str:
        """Looks."""
        with approval("look", {"place": place}) as call:
            return "seen" if call.approved else call.message

    used = {"input_tokens": 120, "output_tokens": 20, "total_tokens": 140}
    said = AIMessage("I looked", usage_metadata={**used, "input_token_details": {"cache_read": 90}})
    model = GenericFakeChatModel(messages=iter([said]))

    def think(state: State) -> State:
        seen = look.invoke({"place": "cellar"})
        return {"said": [seen, str(model.invoke("What did you see?").content)]}

    result, gate = await asyncio.gather(
        Gatekeeper(run).ainvoke(graph(think=think), NOTHING, THREAD), person(db, "approved")
    )
    assert result["said"] == ["seen", "I looked"]
    assert recorder.flush()
    prompt = row(db, "SELECT * FROM prompts")
    assert (prompt["status"], prompt["request"], prompt["response"]) == (
        "completed",
        "human: What did you see?",
        "I looked",
    )
    assert (prompt["tokens_in"], prompt["cache_read"], prompt["tokens_out"]) == (120, 90, 20)
    calls = rows(db, "SELECT status, output, error FROM tool_calls ORDER BY seq")
    assert [tuple(call) for call in calls] == [
        ("cancelled", None, "it asks first"),
        ("completed", "seen", None),
    ]
    nodes = rows(db, "SELECT message FROM events WHERE kind = 'node.start'")
    assert [node["message"] for node in nodes] == ["think", "think"]
    assert gate["agent_id"] == row(db, "SELECT id FROM agents WHERE name = 'tidy'")["id"]
