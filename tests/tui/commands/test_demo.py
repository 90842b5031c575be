"""The demo: its console opens on the whole history."""

from contextlib import closing
from pathlib import Path

from vedette.data.recorder import Recorder
from vedette.data.simulator import write_history
from vedette.data.source import open_source
from vedette.tui.commands.demo import is_written


def test_the_console_waits_for_the_end_of_the_history(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.db")
    with Recorder(path) as recorder, recorder.run("first"):
        recorder.flush()
        with closing(open_source(path)) as source:
            assert is_written(source, whole=False)
            assert not is_written(source, whole=True)
    whole = str(tmp_path / "whole.db")
    write_history(whole, start=1795269751.0)
    with closing(open_source(whole)) as source:
        assert is_written(source, whole=True)
