"""Only `make test-clients` runs these: each installs a client from npm before it starts."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

if not os.environ.get("VEDETTE_CLIENTS"):
    collect_ignore_glob = ["test_*.py"]

Npm = Callable[[str], Path]


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
