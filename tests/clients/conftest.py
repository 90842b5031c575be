"""Only `make test-clients` runs these: each installs a client from npm before it starts."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

if not os.environ.get("VEDETTE_CLIENTS"):
    collect_ignore_glob = ["test_*.py"]

CCUSAGE = "ccusage@20.0.24"

Npm = Callable[[str], Path]
Ccusage = Callable[[str, str, Path], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Npm:
    """Installs a package of npm, as `name@version`; the folder of its programs."""
    room = tmp_path_factory.mktemp("npm")

    def install(package: str) -> Path:
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(room), package]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
        return room / "node_modules" / ".bin"

    return install


@pytest.fixture(scope="session")
def ccusage(npm: Npm) -> Ccusage:
    """The sessions ccusage finds in a client's folder, by the prices it was built with."""
    program = npm(CCUSAGE) / "ccusage"

    def sessions(client: str, variable: str, folder: Path) -> list[dict[str, Any]]:
        command = [program, client, "session", "--json", "--offline", "-z", "UTC"]
        environment = {**os.environ, variable: str(folder)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found: list[dict[str, Any]] = json.loads(done.stdout)["sessions"]
        return found

    return sessions
