"""Texts too large for their column are read whole from where they are kept."""

from pathlib import Path

from vedette.data.recorder import Recorder
from vedette.data.rows import Prompt, ToolCall
from vedette.data.source import open_source

LARGE = "".join(f"line {number}\n" for number in range(20_000))


def test_a_large_prompt_and_a_large_output_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with Recorder(path) as recorder, recorder.run("r") as run, run.agent("a", model="m") as agent:
        with agent.prompt("p", request=LARGE) as prompt:
            prompt.done("short", tokens_in=1, tokens_out=1, cost_usd=0.0)
        with agent.tool("t", input={"x": 1}) as call:
            call.done(output=LARGE)
    source = open_source(str(path))
    try:
        found = Prompt._make(source.select("SELECT * FROM prompt")[0])
        called = ToolCall._make(source.select("SELECT * FROM tool_call")[0])
    finally:
        source.close()
    assert found.request == LARGE
    assert called.output is not None
    assert LARGE in called.output
