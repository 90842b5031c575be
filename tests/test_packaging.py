"""The packages named are the folders there are, and a built wheel is the whole program."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = ("tui", "data", "sql", "pyproject.toml", "README.md", "LICENSE")


def _settings() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_is_listed() -> None:
    listed = _settings()["tool"]["setuptools"]["packages"]
    found = {
        ".".join(("vedette", *path.parent.relative_to(ROOT).parts))
        for top in ("tui", "data", "sql")
        for suffix in ("py", "sql", "tcss")
        for path in (ROOT / top).rglob(f"*.{suffix}")
    }
    assert sorted(listed) == sorted(found)


def test_the_links_for_static_tools_lead_to_the_folders() -> None:
    for top in ("tui", "data", "sql"):
        assert (ROOT / ".src" / "vedette" / top).resolve() == (ROOT / top).resolve()


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        ("import vedette.data", ("textual", "rich", "plotext")),
        ("import vedette.data.source, vedette.data.recorder", ("textual", "rich", "plotext")),
        ("import vedette.tui.main", ("textual", "rich", "plotext", "pydantic", "asyncio")),
    ],
)
def test_importing_loads_nothing_heavy(statement: str, banned: tuple[str, ...]) -> None:
    code = f"{statement}; import sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(banned)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from what git knows, so that no stale build folder is in it."""
    room = tmp_path_factory.mktemp("wheel")
    source = room / "source"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, names.decode().split("\0")):
        if name.partition("/")[0] in (
            "tui",
            "data",
            "sql",
            "pyproject.toml",
            "README.md",
            "LICENSE",
        ):
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    (source / "README.md").touch()
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(room), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(room.glob("*.whl"))


def test_the_wheel_holds_every_statement_and_stylesheet(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("vedette/")}
    wanted = {
        f"vedette/{path.relative_to(ROOT).as_posix()}"
        for top in ("tui", "data", "sql")
        for suffix in ("py", "sql", "tcss", "toml", "typed")
        for path in (ROOT / top).rglob(f"*.{suffix}")
    }
    assert wanted == inside


def test_the_wheel_runs_by_itself(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    database = tmp_path / "runs.db"
    # -P and no editable hook: what runs is what the wheel holds.
    code = (
        "import sys;"
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in str(f).lower()];"
        f"sys.path.insert(0, {str(tmp_path / 'site')!r});"
        "import vedette.sql; from vedette.tui.main import main;"
        f"assert vedette.sql.__file__.startswith({str(tmp_path)!r});"
        "sys.exit(main())"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    for arguments in (
        ["migrate", "--db", str(database)],
        ["runs", "--json", "--db", str(database)],
    ):
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == []
