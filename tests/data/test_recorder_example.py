"""The examples people copy are run as they are printed."""

import inspect
import re
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from tests.builders.recorded import decide, row, value
from vedette.data import recorder

README = Path(__file__).parents[2] / "README.md"


def docstring_example() -> str:
    """The indented lines of the module's docstring, from its first import on."""
    lines = (inspect.getdoc(recorder) or "").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("    from "))
    last = max(at for at, line in enumerate(lines) if line.startswith("    "))
    return textwrap.dedent("\n".join(lines[first : last + 1]))


def readme_example() -> str:
    """The README's first Python block about the recorder; the docstring's until it has one."""
    text = README.read_text(encoding="utf-8") if README.exists() else ""
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    about = [block for block in blocks if recorder.__name__ in block]
    return about[0] if about else docstring_example()


def play(example: str, path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str) -> None:
    """Runs an example as a program of its own would, and answers the gate it asks at."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("VEDETTE_DB", str(path))
    program = threading.Thread(target=exec, args=(compile(example, "example", "exec"), {}))
    program.start()
    decide(path, outcome)
    program.join(30)
    assert not program.is_alive()


@pytest.mark.parametrize("example", [docstring_example, readme_example])
def test_the_example_records_a_run_and_goes_on_when_approved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: object
) -> None:
    path = tmp_path / "runs.db"
    recorder.Recorder(path).close()
    assert callable(example)
    play(example(), path, monkeypatch, "approved")
    assert value(path, "SELECT count(*) FROM runs WHERE status = 'completed'") == 1
    assert value(path, "SELECT count(*) FROM agents WHERE status = 'completed'") >= 1
    assert value(path, "SELECT group_concat(text, '') FROM prompt_chunks") != ""
    assert value(path, "SELECT count(*) FROM prompts WHERE cost_micros > 0") == 1
    assert value(path, "SELECT count(*) FROM tool_calls WHERE status = 'completed'") == 1
    receipt = row(path, "SELECT status, picked_up_at, moved_on_at FROM approvals")
    assert receipt["status"] == "approved"
    assert receipt["picked_up_at"] is not None
    assert receipt["moved_on_at"] is not None
    assert value(path, "SELECT count(*) FROM events WHERE kind = 'milestone'") == 1
    assert value(path, "SELECT ending FROM processes ORDER BY seq DESC LIMIT 1") == "closed"


def test_the_example_stops_where_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "runs.db"
    recorder.Recorder(path).close()
    play(readme_example(), path, monkeypatch, "rejected")
    assert value(path, "SELECT count(*) FROM runs WHERE status = 'completed'") == 1
    assert value(path, "SELECT count(*) FROM events WHERE kind = 'milestone'") == 0
    assert value(path, "SELECT status FROM approvals") == "rejected"


def test_recording_needs_nothing_of_the_console(tmp_path: Path) -> None:
    code = (
        "import sys; from vedette.data.recorder import Recorder; Recorder(sys.argv[1]).close();"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "runs.db")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    heavy = {"textual", "rich", "plotext", "pydantic", "genai_prices", "asyncio"}
    assert heavy.isdisjoint(said)
