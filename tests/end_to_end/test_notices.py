"""The real program in a terminal that loses the focus: what it writes there, and what it runs."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders.gates import GateFile
from tests.end_to_end.terminal import PATIENCE, Terminal
from vedette.data import times

BLUR, FOCUS = "\x1b[O", "\x1b[I"

NOTICE = re.compile(rb"\x1b\](?:99|777|9);[^\x07\x1b]*(?:\x07|\x1b\\)|\x07")
"""Any of the codes, or a bell that ends none ..."""
OTHERS = re.compile(rb"\x1b\](?!(?:99|777|9);)[^\x07\x1b]*(?:\x07|\x1b\\)")
"""... once the codes that are something else are gone."""


class Console:
    """The console in its terminal, on a file that a test asks in."""

    def __init__(self, terminal: Terminal, file: GateFile) -> None:
        self.terminal = terminal
        self.file = file
        self._asked = 0
        self._rows = 24

    def ask(self, title: str, **columns: object) -> None:
        """One more gate; seen by the console when this returns."""
        self._asked += 1
        now = times.text(time.time())
        gate_id = f"asked-{self._asked}"
        self.file.ask(gate_id, title=title, requested_at=now, updated_at=now, **columns)
        count = self._asked
        self.terminal.until(f"{count} approval{'' if count == 1 else 's'}")

    def blur(self) -> None:
        """The terminal loses the focus, and the program has heard so."""
        self._hears(BLUR)

    def focus(self) -> None:
        """The terminal gets it back, and the program has heard so."""
        self._hears(FOCUS)

    def _hears(self, told: str) -> None:
        """What shows that it was heard is another height, told in the same breath."""
        self._rows = 49 - self._rows
        self.terminal._screen.resize(self._rows, 80)
        self.terminal.keys(f"{told}\x1b[48;{self._rows};80;0;0t")
        self.terminal.until_true(lambda screen: "all keys" in screen.split("\n")[self._rows - 1])

    def until_written(self, wanted: bytes) -> None:
        """Waits for these bytes."""
        self.terminal.until_true(lambda _: wanted in self.terminal.raw, repr(wanted))

    def notices(self) -> list[bytes]:
        """Every notice written so far."""
        return NOTICE.findall(OTHERS.sub(b"", bytes(self.terminal.raw)))

    def answered(self) -> None:
        """What was typed before has been heard: a help page is opened and left."""
        self.terminal.keys("?")
        self.terminal.until("Help")
        self.terminal.keys("q")
        self.terminal.until("Fleet")


@contextmanager
def console(
    tmp_path: Path, notify: str = "", env: Mapping[str, str | None] | None = None
) -> Iterator[Console]:
    """The console on an empty file, configured so, in a terminal with this environment."""
    file = GateFile(tmp_path / "runs.db")
    configuration = tmp_path / "config.toml"
    configuration.write_text(f"[notify]\n{notify}\n")
    plain = dict.fromkeys(
        ("KITTY_WINDOW_ID", "WEZTERM_PANE", "TERM_PROGRAM", "LC_TERMINAL", "TMUX", "STY")
    )
    named = {"VEDETTE_CONFIG": str(configuration), "XDG_STATE_HOME": str(tmp_path / "state")}
    command = [sys.executable, "-m", "vedette.tui", file.path]
    with Terminal(command, env={**plain, **named, **(env or {})}) as terminal:
        terminal.until("LIVE")
        yield Console(terminal, file)


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("osc777", rb"\x1b\]777;notify;vedette: gate waits: deploy;low\x1b\\"),
        ("osc9", rb"\x1b\]9;vedette: gate waits: deploy \(low\)\x1b\\"),
        (
            "osc99",
            rb"\x1b\]99;i=vedette-\d+:d=0;vedette: gate waits: deploy\x1b\\"
            rb"\x1b\]99;i=vedette-\d+:d=1:p=body;low\x1b\\",
        ),
        ("bell", rb"\x07"),
    ],
)
def test_a_new_gate_is_told_in_the_code_that_is_set(
    tmp_path: Path, mode: str, wanted: bytes
) -> None:
    with console(tmp_path, f'mode = "{mode}"') as found:
        assert found.notices() == []
        found.blur()
        found.ask("deploy")
        found.terminal.until_true(lambda _: bool(found.notices()), "a notice")
        assert re.fullmatch(wanted, b"".join(found.notices()))


def test_the_code_is_the_one_the_terminal_takes(tmp_path: Path) -> None:
    with console(tmp_path, env={"TERM_PROGRAM": "WezTerm"}) as found:
        found.blur()
        found.ask("deploy")
        found.until_written(b"\x1b]777;notify;vedette: gate waits: deploy;low\x1b\\")


def test_nothing_is_told_to_somebody_who_looks(tmp_path: Path) -> None:
    with console(tmp_path, 'mode = "osc9"\nregroup_s = 1') as found:
        found.ask("seen")
        found.blur()
        found.focus()
        found.ask("seen as well")
        found.blur()
        found.ask("not seen")
        found.until_written(b"not seen")
        (told,) = found.notices()
        assert b"gate waits: not seen" in told


def test_always_needs_no_focus_to_be_told_of(tmp_path: Path) -> None:
    with console(tmp_path, 'mode = "osc9"\nwhen = "always"') as found:
        found.ask("deploy")
        found.until_written(b"gate waits: deploy")


def test_what_was_there_at_the_start_is_not_told(tmp_path: Path) -> None:
    file = GateFile(tmp_path / "runs.db")
    file.ask("old", title="from before", requested_at=times.text(time.time() - 60))
    with console(tmp_path, 'mode = "osc9"\nwhen = "always"') as found:
        found.terminal.until("1 approval")
        found._asked = 1
        found.ask("new")
        found.until_written(b"gate waits: new")
        assert b"from before" not in b"".join(found.notices())


def test_several_within_the_window_are_told_together(tmp_path: Path) -> None:
    with console(tmp_path, 'mode = "osc9"\nregroup_s = 2') as found:
        found.blur()
        found.ask("first")
        found.until_written(b"gate waits: first")
        # In one commit: however slow the machine is, no look falls between them.
        ends = times.text(time.time() + 3600)
        with found.file.writing() as connection:
            connection.executemany(
                "INSERT INTO approvals (id, title, payload, payload_sha256, requested_at, "
                "expires_at, updated_at, requested_by) VALUES (?, ?, 'x', ?, ?, ?, ?, 'ana')",
                [
                    (name, name, "0" * 64, times.text(time.time()), ends, times.text(time.time()))
                    for name in ("second", "third")
                ],
            )
        found.until_written(b"3 gates wait (first expires ")
        assert len(found.notices()) == 2


def test_a_critical_alarm_is_told(tmp_path: Path) -> None:
    with console(tmp_path, 'mode = "osc777"') as found:
        found.blur()
        found.file.raise_alarm()
        found.until_written(b"\x1b]777;notify;vedette: alarm: burn rate;CRITICAL\x1b\\")


def test_quiet_hours_are_quiet(tmp_path: Path) -> None:
    now = time.gmtime()
    from_now = f"{now.tm_hour:02}:00-{(now.tm_hour + 2) % 24:02}:00"
    with console(tmp_path, f'mode = "osc9"\nquiet = ["{from_now}"]') as found:
        found.blur()
        found.ask("deploy")
        found.focus()
        found.answered()
        assert found.notices() == []
        # A test notice is asked for, whatever the hour.
        found.terminal.keys(*":notify test", "enter")
        found.until_written(b"vedette: test notice")
        found.terminal.until("sent a test notice by OSC 9")


def test_a_hostile_title_ends_no_code(tmp_path: Path) -> None:
    title = "a\x1b\\b\x07c\x9cd\x1b]52;c;ZXZpbA==\x07;e"
    with console(tmp_path, 'mode = "osc777"') as found:
        found.blur()
        found.ask(title)
        found.terminal.until_true(lambda _: bool(found.notices()), "a notice")
        (told,) = found.notices()
        assert told.startswith(b"\x1b]777;notify;vedette: gate waits: a")
        assert told.endswith(b",e;low\x1b\\")
        assert b"\x1b]52" not in found.terminal.raw


def test_off_writes_nothing(tmp_path: Path) -> None:
    with console(tmp_path, 'mode = "off"') as found:
        found.blur()
        found.ask("deploy")
        found.focus()
        found.answered()
        assert found.notices() == []


TELL = """
import json, os, sys
facts = {k: v for k, v in os.environ.items() if k.startswith("VEDETTE_NOTICE")}
json.dump([sys.argv[2:], facts], open(sys.argv[1] + ".new", "w"))
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""


def _command(*words: object) -> str:
    return f"command = {json.dumps([str(word) for word in words])}"


def test_a_command_of_the_users_is_run_with_the_facts(tmp_path: Path) -> None:
    out = tmp_path / "told"
    command = _command(sys.executable, "-c", TELL, out, "a b", "$(touch x)")
    with console(tmp_path, f'mode = "off"\n{command}') as found:
        found.blur()
        found.ask("deploy; touch y", risk="critical")
        found.terminal.until_true(lambda _: out.exists(), "the command to run")
        arguments, facts = json.loads(out.read_text())
    assert arguments == ["a b", "$(touch x)"]
    assert facts["VEDETTE_NOTICE_KIND"] == "gate"
    assert facts["VEDETTE_NOTICE_TITLE"] == "deploy; touch y"
    assert facts["VEDETTE_NOTICE_RISK"] == "critical"
    assert facts["VEDETTE_NOTICE_ID"] == "asked-1"
    assert facts["VEDETTE_NOTICE_DB"] == str(tmp_path / "runs.db")


def test_a_command_that_hangs_holds_nothing_up_and_ends_with_the_console(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 600"
    command = _command("/bin/sh", "-c", script)
    with console(tmp_path, f'mode = "osc9"\n{command}') as found:
        found.blur()
        found.ask("deploy")
        found.terminal.until_true(lambda _: pid.exists(), "the command to run")
        found.focus()
        found.answered()
        found.ask("another")
        found.terminal.keys("ctrl+q")
        assert found.terminal.until_ended() == 0
    until = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid.read_text().strip()}").exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_command_that_cannot_be_run_is_said(tmp_path: Path) -> None:
    with console(tmp_path, f'mode = "osc9"\n{_command("/none/such")}') as found:
        found.blur()
        found.ask("deploy")
        found.terminal.until("notify.command /none/such cannot be run: No such file or directory")
        assert len(found.notices()) == 1


def test_a_command_that_fails_is_told_of_once(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    fails = _command("/bin/sh", "-c", f"echo x >> {runs}; exit 3")
    with console(tmp_path, f'mode = "off"\nregroup_s = 1\n{fails}') as found:
        found.blur()
        found.ask("deploy")
        found.terminal.until("notify.command /bin/sh ended with exit code 3")
        found.terminal.keys(*":notify", "enter")
        found.terminal.until(":notify test   sends one as a new gate would")
        found.blur()
        found.ask("another")
        found.terminal.until_true(lambda _: len(runs.read_text()) == 4, "a second run")
        found.focus()
        found.answered()
        found.terminal.until(":notify test   sends one")


# Through tmux itself


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """A tmux server of the test's own."""
    program = shutil.which("tmux")
    if program is None:
        pytest.skip("tmux is not installed")
    command = [program, "-S", str(tmp_path / "tmux.sock"), "-f", str(tmp_path / "tmux.conf")]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True, check=False)


@pytest.mark.parametrize(
    ("passthrough", "mode", "wanted"),
    [
        ("on", "osc777", b"\x1b]777;notify;vedette: gate waits: deploy;low\x1b\\"),
        # A terminal that nobody knows: the bell, which tmux hands on as its own.
        ("off", "auto", b"\x07"),
    ],
)
def test_a_notice_goes_through_tmux_where_it_passes_codes_on(
    tmp_path: Path, tmux: list[str], passthrough: str, mode: str, wanted: bytes
) -> None:
    (tmp_path / "tmux.conf").write_text(
        f"set -g allow-passthrough {passthrough}\nset -g status off\n"
    )
    file = GateFile(tmp_path / "runs.db")
    (tmp_path / "config.toml").write_text(f'[notify]\nmode = "{mode}"\nwhen = "always"\n')
    env = {
        "TMUX": None,
        "TMUX_PANE": None,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "VEDETTE_CONFIG": str(tmp_path / "config.toml"),
    }
    command = [*tmux, "new-session", sys.executable, "-m", "vedette.tui", file.path]
    with Terminal(command, env=env) as terminal:
        terminal.until("LIVE")
        found = Console(terminal, file)
        found.ask("deploy")
        terminal.until_true(lambda _: bool(found.notices()), "a notice")
        assert found.notices() == [wanted]
