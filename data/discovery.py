"""Where a database is: named, near, recently used, in the user's data folder, or where known
systems keep theirs."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .errors import SourceError

FOLDER = ".vedette"
FILE = "runs.db"
RECENT_MOST = 20


class Candidate(NamedTuple):
    """One place where a database may be."""

    path: str
    found: bool
    note: str
    """Why it was looked at: `$VEDETTE_DB`, `nearest .vedette`, `recently used`, `data folder`,
    or, of another system's usual place, what names it: `Amelia`, `$SQLITE_PATH`."""
    is_foreign: bool = False
    """Whether it is another system's usual place: of several such none is taken unasked."""


def candidates(cwd: str, env: Mapping[str, str]) -> list[Candidate]:
    """Every place that is looked in, in order of preference, each once."""
    places = [(near_path(cwd), "nearest .vedette")]
    if named := env.get("VEDETTE_DB"):
        places.insert(0, (_absolute(named, cwd), "$VEDETTE_DB"))
    places += [(path, "recently used") for path in recent(env)]
    places.append((data_path(env), "data folder"))
    reasons: dict[str, tuple[str, bool]] = {}
    for path, note in places:
        reasons.setdefault(path, (note, False))
    for path, note in usual_places(cwd, env):
        reasons.setdefault(path, (note, True))
    return [
        Candidate(path, os.path.exists(path), note, is_foreign)
        for path, (note, is_foreign) in reasons.items()
    ]


def usual_places(cwd: str, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where known systems keep their files: as their own variables say, then by default.

    SYRIS has no usual place.
    """
    home = env.get("HOME") or os.path.expanduser("~")
    if folder := env.get("DOSSIER_DATA_DIR"):
        yield _absolute(os.path.join(folder, "dossier.db"), cwd), "$DOSSIER_DATA_DIR"
    for variable in (
        "AMELIA_DATABASE_PATH",
        "SQLITE_PATH",
        "DATABASE_PATH",
        "ORCHESTRATOR_DB_PATH",
    ):
        named = env.get(variable, "").removeprefix("sqlite:///")
        # Such a variable may as well hold the address of a server, or no file at all.
        if named and "://" not in named and named != ":memory:":
            yield _absolute(named, cwd), f"${variable}"
    yield os.path.join(home, ".amelia", "amelia.db"), "Amelia"
    yield os.path.join(home, ".dossier", "dossier.db"), "Dossier"
    for folder in dict.fromkeys((os.path.abspath(cwd), _project(cwd))):
        yield os.path.join(folder, "data", "orchestrator.db"), "TAC"
        yield os.path.join(folder, "orchestrator.db"), "TAC"


def _project(cwd: str) -> str:
    """The nearest folder upwards that is under version control; without one, `cwd` itself."""
    folder = os.path.abspath(cwd)
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return os.path.abspath(cwd)
        folder = above
    return folder


def default_path(cwd: str, env: Mapping[str, str], db: str | None = None) -> str:
    """The database to read when one must be chosen: as named, else the first that is there.

    Another system's usual place is taken where it is the only one. Raises SourceError kind
    `several` where there are more, `missing` where there is none, saying where it looked.
    """
    if db or env.get("VEDETTE_DB"):
        return _absolute(db or env["VEDETTE_DB"], cwd)
    # Asked before the others: where it is, the user's folders need not be found out.
    if os.path.exists(near := near_path(cwd)):
        return near
    places = candidates(cwd, env)
    found = [place for place in places if place.found]
    if found and (len(found) == 1 or not found[0].is_foreign):
        return found[0].path
    if found:
        raise SourceError(
            f"{len(found)} databases of other systems were found, and none was named",
            f"name one with --db: {', '.join(place.path for place in found)}",
            kind="several",
        )
    looked = ", ".join(place.path for place in places)
    raise SourceError(
        "no database of runs was found",
        f"looked in {looked}; name one with --db, or try: vedette demo",
        kind="missing",
    )


def recording_path(cwd: str, env: Mapping[str, str], db: str | None = None) -> str:
    """The database to write, there or not: as named, in the nearest `.vedette`, else data folder.

    Never a recently used one: what was only looked at must not be written to.
    """
    if db or env.get("VEDETTE_DB"):
        return _absolute(db or env["VEDETTE_DB"], cwd)
    near = near_path(cwd)
    return near if os.path.isdir(os.path.dirname(near)) else data_path(env)


def near_path(cwd: str) -> str:
    """`runs.db` in the nearest `.vedette` folder upwards; without one, in that of `cwd` itself."""
    folder = os.path.abspath(cwd)
    while not os.path.isdir(os.path.join(folder, FOLDER)):
        above = os.path.dirname(folder)
        if above == folder:
            return os.path.join(os.path.abspath(cwd), FOLDER, FILE)
        folder = above
    return os.path.join(folder, FOLDER, FILE)


def data_path(env: Mapping[str, str]) -> str:
    """`vedette/runs.db` in the user's data folder."""
    return os.path.join(_user_folder(env, "XDG_DATA_HOME", "user_data_dir"), FILE)


def config_path(env: Mapping[str, str]) -> str:
    """Where the configuration file is: $VEDETTE_CONFIG, else the user's own folder for it."""
    if named := env.get("VEDETTE_CONFIG"):
        return os.path.expanduser(named)
    return os.path.join(_user_folder(env, "XDG_CONFIG_HOME", "user_config_dir"), "config.toml")


def state_folder(env: Mapping[str, str]) -> str:
    """The user's folder for what Vedette remembers, there or not."""
    return _user_folder(env, "XDG_STATE_HOME", "user_state_dir")


def recent(env: Mapping[str, str]) -> list[str]:
    """Databases opened before, the latest first; none where that was never kept."""
    try:
        with open(_recent_file(env), encoding="utf-8", errors="surrogateescape") as file:
            return [line.rstrip("\n") for line in file if line.strip()][:RECENT_MOST]
    except OSError:
        return []


def remember(path: str, env: Mapping[str, str]) -> bool:
    """Puts a database first among the recently used; False where that cannot be kept."""
    path = os.path.abspath(path)
    if "\n" in path:
        return False
    others = [other for other in recent(env) if other != path]
    lines = [f"{line}\n" for line in [path, *others][:RECENT_MOST]]
    file = _recent_file(env)
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        _replace(file, "".join(lines))
    except OSError:
        return False
    return True


def _replace(file: str, content: str) -> None:
    # Written beside and moved over: two consoles must not leave half a file.
    beside = f"{file}.{os.getpid()}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8", errors="surrogateescape") as written:
        written.write(content)
    os.replace(beside, file)


def _recent_file(env: Mapping[str, str]) -> str:
    return os.path.join(state_folder(env), "recent")


def _user_folder(env: Mapping[str, str], variable: str, platform_function: str) -> str:
    if base := env.get(variable):
        return os.path.join(base, "vedette")
    # Only where no variable says it: commands with --db must not pay for the import.
    import platformdirs

    return str(getattr(platformdirs, platform_function)("vedette"))


def _absolute(path: str, cwd: str) -> str:
    return os.path.normpath(os.path.join(cwd, os.path.expanduser(path)))
