"""Runs an example as a program of its own, on a database of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


@contextmanager
def running(name: str, db: Path, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """The example while it runs; ended at the end, if it has not ended itself."""
    program = subprocess.Popen(
        [sys.executable, str(EXAMPLES / f"{name}.py")],
        env={**os.environ, "VEDETTE_DB": str(db), "TMPDIR": str(db.parent), **environment},
        cwd=db.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def said(program: "subprocess.Popen[str]") -> str:
    """What the example printed, once it has ended by itself."""
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    return out
