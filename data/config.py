"""The configuration file: its model with every default, and what is said about a faulty one."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from . import notices
from .deciding.way import DEFAULTS, Api, Apis, checked_place
from .discovery import config_path
from .errors import DecisionRefused, VedetteError
from .judgements import LOOP_REPEATS, LOST_HEARTBEATS, SILENT_FACTOR, SILENT_FLOOR

Theme = Literal["auto", "dark", "light", "ansi-dark", "ansi-light", "mono"]


class _Table(BaseModel):
    # strict: "yes" is no boolean and 1 no text, so that a slip is named and not guessed at.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Consent(_Table):
    """What the review asks for before a gate of one risk can be approved."""

    see_all: bool = True
    """Every line of the payload must have been on screen."""
    hash_digits: int = Field(default=0, ge=0, le=64)
    """How many digits of the payload's hash must be typed."""
    hold_s: float = Field(default=3.0, ge=0, le=60)
    """How long an answer can be undone before it is written, in seconds."""


class Review(_Table):
    """The consent chain."""

    dead_keys_ms: int = Field(default=400, ge=0, le=5000)
    """Keys are dropped for so long after the review opens or its content changes."""
    low: Consent = Consent(see_all=False)
    medium: Consent = Consent()
    high: Consent = Consent(hash_digits=4, hold_s=5.0)
    critical: Consent = Consent(hash_digits=4, hold_s=5.0)

    def of(self, risk: str) -> Consent:
        """The terms for a risk; one that is unknown is treated as critical."""
        known = {"low": self.low, "medium": self.medium, "high": self.high}
        return known.get(risk, self.critical)


class Alarms(_Table):
    """When the console itself raises an alarm."""

    silent_factor: float = Field(default=SILENT_FACTOR, ge=1, allow_inf_nan=False)
    """An agent is silent after so many of its own usual gaps ..."""
    silent_floor_s: float = Field(default=SILENT_FLOOR, ge=0, allow_inf_nan=False)
    """... and never before so many seconds."""
    loop_repeats: int = Field(default=LOOP_REPEATS, ge=2)
    lost_heartbeats: int = Field(default=LOST_HEARTBEATS, ge=1)
    burn_short: float = Field(default=6.0, gt=0, allow_inf_nan=False)
    """The rate of five minutes burns fast above so many times the plan ..."""
    burn_long: float = Field(default=3.0, gt=0, allow_inf_nan=False)
    """... while that of the hour is above so many times."""
    context_full: float = Field(default=0.9, gt=0, le=1)
    """Share of the context window."""
    failure_rate: float = Field(default=0.5, gt=0, le=1)
    failure_least: int = Field(default=5, ge=1)
    """Calls that must have been made before their failures are a rate."""
    gate_near_s: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """A gate that expires within so many seconds is an alarm."""
    pickup_s: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """An answer that nobody picked up after so many seconds is an alarm."""
    wal_mb: float = Field(default=64.0, gt=0, allow_inf_nan=False)


class Budgets(_Table):
    """Limits in USD where the source has none of its own; None: no limit."""

    day: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    run: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    agent: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    projects: dict[str, float] = {}


class SystemTable(_Table):
    """Where one system's own server listens, for gates that are answered over HTTP."""

    api: str | None = None
    """Its address; None: its own default, or for SYRIS the file."""
    plain_http: bool = False
    """Whether http without TLS may be used over a network: yes must be said."""


class Systems(_Table):
    """The systems whose gates may be answered by their own servers."""

    amelia: SystemTable = SystemTable()
    dossier: SystemTable = SystemTable()
    syris: SystemTable = SystemTable()

    def addresses(self) -> Apis:
        """The addresses that hold, by the system's name."""
        found = {name: getattr(self, name) for name in DEFAULTS}
        return {
            name: DEFAULTS[name] if table.api is None else Api(table.api, table.plain_http)
            for name, table in found.items()
        }


class Notify(_Table):
    """How a person is told of what waits while they look elsewhere."""

    mode: notices.Mode = "auto"
    """The code the terminal gets; auto: the one it takes."""
    when: notices.When = "unfocused"
    """always: for a terminal that does not say whether it has the focus."""
    command: list[str] = []
    """A program and its arguments; no shell reads them."""
    quiet: list[str] = []
    """Hours without a notice, as in 22:00-07:00."""
    regroup_s: float = Field(default=60.0, ge=1, le=86_400, allow_inf_nan=False)
    """At most one notice goes out in so many seconds."""
    alarms: notices.Gravest = "critical"
    """Alarms from this severity on."""

    def policy(self) -> notices.Policy:
        """The same as one value, the hours understood."""
        return notices.Policy(
            mode=self.mode,
            when=self.when,
            command=tuple(self.command),
            quiet=tuple(map(notices.quiet, self.quiet)),
            regroup=self.regroup_s,
            alarms=self.alarms,
        )

    @field_validator("command")
    @classmethod
    def _can_be_run(cls, command: list[str]) -> list[str]:
        if command and (not command[0].strip() or any("\0" in each for each in command)):
            raise ValueError("it begins with the program, as in ['notify-send', 'Vedette']")
        return command

    @field_validator("quiet")
    @classmethod
    def _are_hours(cls, quiet: list[str]) -> list[str]:
        for each in quiet:
            notices.quiet(each)
        return quiet


class Config(_Table):
    """All that can be set, with the values that hold where nothing is."""

    interval_s: float = Field(default=0.5, ge=0.05, le=60)
    """Seconds between two looks at the source."""
    theme: Theme = "auto"
    ascii: bool | None = None
    """ASCII glyphs; None: as the terminal's encoding allows."""
    low_bandwidth: bool = False
    read_only: bool = False
    prices: str | None = None
    """A file of prices that stand before the built-in ones."""
    review: Review = Review()
    alarms: Alarms = Alarms()
    budgets: Budgets = Budgets()
    systems: Systems = Systems()
    notify: Notify = Notify()
    keys: dict[str, list[str]] = {}
    """Keys of an action by its name, several each."""


class Loaded(NamedTuple):
    """The configuration that holds, and what was wrong with the file; faulty values are default."""

    config: Config
    problems: tuple[VedetteError, ...]
    path: str


def load(path: str | None, env: Mapping[str, str]) -> Loaded:
    """The file at `path`, or at `config_path`. Never fails: what is wrong is told beside it.

    A file that nobody named and that is not there is no problem.
    """
    where = path or config_path(env)
    try:
        with open(where, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError as error:
        named = path or env.get("VEDETTE_CONFIG")
        return Loaded(Config(), (_unreadable(where, error),) if named else (), where)
    except (OSError, UnicodeDecodeError) as error:
        return Loaded(Config(), (_unreadable(where, error),), where)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Loaded(Config(), (_not_toml(where, error),), where)
    config, problems = _validated(values, text, where)
    problems += _address_problems(config, text, where)
    return Loaded(config, tuple(problems), where)


def _validated(values: dict[str, Any], text: str, where: str) -> tuple[Config, list[VedetteError]]:
    """The configuration without its faulty values, and each of them as a problem."""
    problems: list[VedetteError] = []
    while True:
        try:
            return Config.model_validate(values), problems
        except ValidationError as error:
            for fault in error.errors():
                key = _remove(values, fault["loc"])
                problems.append(_faulty(where, text, key, fault["type"], fault["msg"]))


def _address_problems(config: Config, text: str, where: str) -> Iterator[VedetteError]:
    """Addresses that will not be asked. They stay as they are: an answer must be refused then, and
    never go to the default in their place, where another server may listen."""
    for name, api in config.systems.addresses().items():
        try:
            if api.url is not None:
                checked_place(name.capitalize() if name != "syris" else "SYRIS", api)
        except DecisionRefused as refused:
            line = _line_of(text, ("systems", name, "api"))
            place = f"{where}:{line}" if line else where
            yield VedetteError(f"{place}: {refused.title}", refused.hint, kind="config")


def _remove(values: dict[str, Any], location: tuple[int | str, ...]) -> tuple[str, ...]:
    """Takes the value at fault out; says which key that was. A list goes as a whole."""
    table, keys = values, [part for part in location if isinstance(part, str)]
    for depth, key in enumerate(keys[:-1]):
        if not isinstance(table.get(key), dict):
            keys = keys[: depth + 1]
            break
        table = table[key]
    table.pop(keys[-1], None)
    return tuple(keys)


def _faulty(where: str, text: str, key: tuple[str, ...], kind: str, reason: str) -> VedetteError:
    line = _line_of(text, key)
    place = f"{where}:{line}" if line else where
    reason = reason.lower().removeprefix("value error, ")
    said = "there is no such setting" if kind == "extra_forbidden" else reason
    return VedetteError(f"{place}: {'.'.join(key)}: {said}", _instead(key), kind="config")


def _instead(key: tuple[str, ...]) -> str:
    """What holds in the faulty value's place."""
    value: Any = Config()
    for part in key:
        if isinstance(value, dict) or part not in type(value).model_fields:
            return "it is ignored"
        value = getattr(value, part)
    return "the default is used" if isinstance(value, _Table) else f"the default is used: {value}"


def _line_of(text: str, key: tuple[str, ...]) -> int:
    """The line that sets a key, or its table; 0 where it cannot be told."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            table = _parts(header[1])
            if table == key:
                return number
        elif setting := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            named = table + _parts(setting[1])
            if named == key[: len(named)]:
                return number
    return 0


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _unreadable(where: str, error: Exception) -> VedetteError:
    reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
    return VedetteError(f"{where}: {reason}", "defaults are used", kind="config")


def _not_toml(where: str, error: tomllib.TOMLDecodeError) -> VedetteError:
    # Python says the place in words only: "Invalid value (at line 3, column 5)".
    reason, _, place = str(error).partition(" (at ")
    line = re.search(r"line (\d+)", place)
    at = f"{where}:{line[1]}" if line else where
    return VedetteError(
        f"{at}: {reason[:1].lower()}{reason[1:]}", "defaults are used", kind="config"
    )
