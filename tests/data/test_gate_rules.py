"""A rule file says which tool calls need a person; what is wrong in it closes, never opens."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.data.ingest.matching import Call
from vedette.data.ingest.rules import ITSELF, Fault, Need, Rules, find, load, load_all, need, parse

BASH = """
[[rule]]
name = "deletes"
tools = ["Bash"]
commands = ["rm *", "git push"]
risk = "high"
why = "it cannot be taken back"
"""


def rules(text: str) -> Rules:
    return parse(text, "rules.toml")


def asked(text: str, tool: str, cwd: str = "/home/ana/shop", **given: object) -> str | None:
    """The name of the rule that asks for a call, `fault`, or None."""
    found = need(rules(text), Call(tool, given, cwd))
    return "fault" if isinstance(found, Fault) else found and found.rule


def test_a_rule_says_why_and_at_which_risk() -> None:
    found = need(rules(BASH), Call("Bash", {"command": "rm -rf build/"}, "/"))
    assert found == Need("deletes", "high", "it cannot be taken back")


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf build/",
        "cd build && rm   -rf .",
        "bash -c 'rm -rf /'",
        "/bin/rm x",
        "r\\m x",
        "'rm' x",
        "git  push",
        "git push; true",
        "true\nrm x",
        "r\\\nm x",
        "rm\\\n -rf x",
        "rm$IFS-rf${IFS}x",
        "rm${IFS%?}-rf x",
        "r$@m x",
        "{rm,-rf,x}",
        "rm<x -rf y",
        "rm>x -rf y",
        "r$1m x",
        "r$()m x",
        "r``m x",
        "r$none''m x",
        "rm$none x",
    ],
)
def test_a_command_is_found_anywhere_in_the_line_however_it_is_quoted(command: str) -> None:
    assert asked(BASH, "Bash", command=command) == "deletes"


@pytest.mark.parametrize("command", ["ls", "form x", "git pushy", "rmdir x", "echo farm -rf", "rm"])
def test_a_command_that_is_another_is_only_watched(command: str) -> None:
    assert asked(BASH, "Bash", command=command) is None


def test_what_no_rule_names_is_only_watched() -> None:
    assert asked(BASH, "Read", file_path="/etc/passwd") is None
    assert asked("", "Bash", command="rm -rf /") is None


def test_a_command_in_words_is_read_as_a_line() -> None:
    assert asked(BASH, "Bash", command=["rm", "-rf", "x"]) == "deletes"


@pytest.mark.parametrize("given", [{}, {"command": 5}, {"command": None}, {"cmd": {"a": 1}}])
def test_a_shell_whose_command_cannot_be_read_asks(given: dict[str, object]) -> None:
    assert asked(BASH, "Bash", **given) == "deletes"


@pytest.mark.parametrize("given", [None, 5, ["rm"], True])
def test_an_input_that_is_no_object_asks(given: object) -> None:
    assert isinstance(need(rules(BASH), Call("Bash", given, "/")), Need)


def test_a_tool_without_a_name_may_be_any() -> None:
    found = need(rules(BASH), Call("", {"command": "rm x"}, "/"))
    assert isinstance(found, Need)


def test_tools_are_named_by_patterns_and_a_rule_without_them_means_every_tool() -> None:
    text = '[[rule]]\nname = "n"\ntools = ["mcp__*", "Web?earch"]\n'
    assert asked(text, "mcp__github__create_issue") == "n"
    assert asked(text, "WebSearch") == "n"
    assert asked(text, "xmcp__a") is None
    assert asked('[[rule]]\nname = "all"\n', "NeverSeen", anything=1) == "all"


PATHS = '[[rule]]\nname = "p"\ntools = ["Edit", "Write"]\npaths = ["migrations/**", ".env*"]\n'


@pytest.mark.parametrize(
    "path",
    [
        "migrations/001.sql",
        "/home/ana/shop/db/migrations/deep/er/001.sql",
        "./migrations/../migrations/x",
        ".env",
        "/home/ana/shop/web/.env.local",
    ],
)
def test_a_path_is_found_at_any_depth_as_it_leads(path: str) -> None:
    assert asked(PATHS, "Write", file_path=path, content="x") == "p"


@pytest.mark.parametrize("path", ["src/migrations.py", "migrations.md", "env", "a/xmigrations/y"])
def test_another_path_is_only_watched(path: str) -> None:
    assert asked(PATHS, "Write", file_path=path, content="migrations/001.sql .env") is None


@pytest.mark.parametrize("path", [".ENV", "Migrations/001.sql", "U\u0308bung/a"])
def test_a_path_that_some_disks_take_for_the_same_asks(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/Ana")
    text = '[[rule]]\nname = "home"\npaths = ["~/.profile"]\n'
    assert asked(text, "Write", file_path="~/.profile") == "home"
    text = PATHS.replace('".env*"', '".env*", "\u00fcbung/**"')
    assert asked(text, "Write", file_path=path, content="") == "p"
    assert asked(PATHS, "Write", file_path=".Claude/Settings.json") == ITSELF.name
    text = '[[rule]]\npaths = ["docs/**"]\nask = false\n[[rule]]\n'
    assert asked(text, "Write", file_path="Docs/a") == "*"


def test_a_pattern_from_the_root_holds_there_only() -> None:
    text = '[[rule]]\nname = "etc"\npaths = ["/etc/*"]\n'
    assert asked(text, "Read", file_path="/etc/passwd") == "etc"
    assert asked(text, "Read", file_path="/etc/ssh/key") is None
    assert asked(text, "Read", file_path="/home/etc/passwd") is None


def test_a_link_is_followed_to_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "innocent").symlink_to(tmp_path / "migrations")
    assert asked(PATHS, "Write", str(tmp_path), file_path="innocent/1.sql", content="") == "p"


def test_a_command_reaches_the_paths_it_names() -> None:
    text = '[[rule]]\nname = "p"\npaths = ["migrations/**"]\n'
    assert asked(text, "Bash", command="echo x >migrations/1.sql") == "p"
    assert asked(text, "Bash", command="sed -i s/a/b/ 'migrations/1.sql'") == "p"
    assert asked(text, "Bash", command="cat migra\\\ntions/1.sql") == "p"
    assert asked(text, "Bash", command="cat {migra,mig'ra'tions/1.sql}") == "p"
    assert asked(text, "Bash", command="cat ${x}migrations$@/1.sql") == "p"
    assert asked(text, "Bash", command="ls") is None


@pytest.mark.parametrize("line", ["rm 'my plans/a'", "cat My\\ Plans/b", "ls x/my\\\n\\ plans"])
def test_a_command_reaches_a_path_with_blanks_however_it_is_quoted(line: str) -> None:
    text = '[[rule]]\nname = "p"\npaths = ["~/docs/my plans/**"]\n'
    assert asked(text, "Bash", command=line) == "p"
    assert asked(text, "Bash", command="ls 'my plan'") is None


def test_a_patch_of_codex_is_an_edit_of_the_files_it_names() -> None:
    patch = "*** Begin Patch\n*** Update File: migrations/001.sql\n@@\n-a\n+b\n*** End Patch"
    assert asked(PATHS, "apply_patch", command=patch) == "p"
    assert asked(PATHS, "apply_patch", command=patch.replace("migrations", "src")) is None


def test_an_editor_that_says_no_path_asks() -> None:
    assert asked(PATHS, "Write", content="x") == "p"


def test_the_first_rule_that_matches_wins() -> None:
    text = (
        '[[rule]]\ntools = ["Bash"]\ncommands = ["rm -i *"]\nask = false\n'
        '[[rule]]\nname = "low"\ntools = ["Bash"]\ncommands = ["rm *"]\nrisk = "low"\n'
        '[[rule]]\nname = "all"\ntools = ["Bash"]\nrisk = "critical"\n'
    )
    assert asked(text, "Bash", command="rm -i x") is None
    assert asked(text, "Bash", command="rm x") == "low"
    assert asked(text, "Bash", command="ls") == "all"


EXCEPT = '[[rule]]\ntools = ["Bash"]\ncommands = ["ls*", "git status"]\nask = false\n[[rule]]\n'


@pytest.mark.parametrize(
    "command",
    [
        "ls; rm -rf /",
        "ls && rm x",
        "ls $(rm x)",
        "ls `rm x`",
        "ls > x",
        "ls | sh",
        "ls\nrm x",
        "git status -s",
        "xls",
        "ls " + "a" * 5_000,
        "ls $'\\'' ; rm -rf x ; echo ''",
        "ls # it's\nrm -rf x",
        "ls # it's\nrm -rf x # it's",
        "ls=1 rm -rf x",
        "ls+=1 rm -rf x",
        f"ls[1{'+0' * 50}]=1 rm -rf x",
        "ls/../../../bin/rm x",
        "ls =(rm x)",
        "ls (rm x)",
        "ls foo(e:'rm x':)",
        "ls '\\'' ; rm x # '",
        "ls 'a",
        "ls\rrm x",
        "ls & rm x",
        "ls <(rm x)",
        'ls "$(rm x)"',
    ],
)
def test_an_exception_holds_for_nothing_but_the_command_itself(command: str) -> None:
    assert asked(EXCEPT, "Bash", command=command) is not None


@pytest.mark.parametrize(
    "command", ['ls "a\\" ; rm x ; echo "b"', "ls '\u2019; rm x; '", "ls (rm x)", "ls `\nrm x"]
)
def test_an_exception_for_powershell_knows_no_quotes_of_other_shells(command: str) -> None:
    text = EXCEPT.replace("Bash", "PowerShell")
    assert asked(text, "PowerShell", command=command) is not None
    assert asked(text, "PowerShell", command="ls C:\\src -Recurse") is None


@pytest.mark.parametrize("command", ["ls $'\\'' ; touch ran ; echo ''", "ls # it's\ntouch ran"])
def test_what_is_no_exception_would_have_run_more_in_a_real_shell(
    command: str, tmp_path: Path
) -> None:
    subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert (tmp_path / "ran").exists()
    assert asked(EXCEPT, "Bash", command=command) is not None


@pytest.mark.parametrize(
    "command", ["ls 'a b' \"it's $\"", "ls a\\ b", "ls --sort=size ~/x@y:1,2+3%^{0}", "ls 'a;b'"]
)
def test_an_exception_takes_quoted_text_for_text(command: str) -> None:
    assert asked(EXCEPT, "Bash", command=command) is None


def test_the_fields_of_a_strangers_tool_are_all_looked_at() -> None:
    text = '[[rule]]\nname = "n"\ntools = ["mcp__*"]\ncommands = ["rm *"]\n'
    assert asked(text, "mcp__sh__run", cmdline="rm -rf x") == "n"
    assert asked(text, "mcp__sh__run", call={"argv": ["rm", "-rf", "x"]}) == "n"
    assert asked(text, "mcp__sh__run", cmdline="ls") is None
    text = '[[rule]]\ncommands = ["ls*"]\nask = false\n[[rule]]\n'
    assert asked(text, "mcp__sh__run", command="ls") is None
    assert asked(text, "mcp__sh__run", command="ls", then="rm -rf x") == "*"
    text = '[[rule]]\npaths = ["docs/**"]\nask = false\n[[rule]]\n'
    assert asked(text, "mcp__fs__move", path="docs/a", destination="/etc/b") == "*"


@pytest.mark.parametrize("path", ["x\n/../.env", "./" * 3_000 + ".env"])
def test_a_path_is_read_as_the_client_makes_it_short(path: str) -> None:
    text = '[[rule]]\nname = "p"\ntools = ["Read"]\npaths = [".env*"]\n'
    assert asked(text, "Read", file_path=path) == "p"


def test_an_exception_lets_its_own_command_by() -> None:
    assert asked(EXCEPT, "Bash", command="ls -la src") is None
    assert asked(EXCEPT, "Bash", command=" git status ") is None
    assert asked(EXCEPT, "Bash", command="git push") == "*"


def test_an_exception_for_paths_holds_only_where_all_stays_within(tmp_path: Path) -> None:
    text = '[[rule]]\npaths = ["docs/**"]\nask = false\n[[rule]]\n'
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "way-out").symlink_to("/etc")
    here = str(tmp_path)
    assert asked(text, "Write", here, file_path="docs/a.md", content="x") is None
    assert asked(text, "Write", here, file_path="docs/../src/a.py", content="x") == "*"
    assert asked(text, "Write", here, file_path="docs/way-out/passwd", content="x") == "*"
    assert asked(text, "Bash", here, command="cat docs/a.md", path="docs/a.md") == "*"
    assert asked(text, "Bash", here) == "*"


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Edit", {"file_path": "/home/ana/shop/.vedette/rules.toml"}),
        ("Write", {"file_path": ".claude/settings.local.json"}),
        ("Bash", {"command": "sqlite3 .vedette/runs.db 'UPDATE approvals'"}),
        ("Bash", {"command": "vedette approve g-1 --sha 00000000"}),
        ("Bash", {"command": "vedette init --undo"}),
        ("apply_patch", {"command": "*** Update File: .codex/hooks.json\n"}),
        ("Bash", {"command": "mv .claude old"}),
    ],
)
def test_an_agent_cannot_open_its_own_gates(tool: str, given: dict[str, object]) -> None:
    assert asked(BASH, tool, **given) == ITSELF.name
    only_watches = '[[rule]]\ntools = ["Read"]\nask = false\n'
    assert asked(only_watches, tool, **given) is None


def test_its_own_rules_may_be_read() -> None:
    assert asked(BASH, "Read", file_path=".vedette/rules.toml") is None


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[[rule]]\ntools = [\n", 2, "Invalid value"),
        ("[[rule]]\ntools = yes\n", 2, "Invalid value"),
        ("\n\nretries = 3\n", 3, "no setting “retries”"),
        ('deadline = "soon"\n', 1, "deadline is a length of time"),
        ("deadline = 30\n", 1, "deadline is a length of time"),
        ('permission_requests = "maybe"\n', 1, '"ask" or "watch"'),
        ('rule = "Bash"\n', 1, "begins with [[rule]]"),
        ('[rule]\ntools = ["Bash"]\n', 1, "begins with [[rule]]"),
    ],
)
def test_what_is_wrong_with_the_file_closes_every_tool(text: str, line: int, says: str) -> None:
    read = rules(text)
    (fault,) = read.faults
    assert (fault.line, fault.tools) == (line, ("*",))
    assert says in fault.reason
    assert str(fault).startswith(f"rules.toml:{line}: ")
    assert need(read, Call("Anything", {}, "/")) == fault
    assert read.asks


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ('risk = "huge"', "risk is one of"),
        ('command = ["rm *"]', "no setting “command”"),
        ('commands = "rm *"', "commands is a list"),
        ("commands = []", "commands is a list"),
        ("paths = [1]", "paths is a list"),
        ('ask = "no"', "ask is true or false"),
        ("why = 1", "why is a text"),
        ('ask = false\nrisk = "low"', "a rule that does not ask has no risk"),
    ],
)
def test_what_is_wrong_with_a_rule_closes_its_tools(setting: str, says: str) -> None:
    text = f'[[rule]]\ntools = ["Read"]\n\n[[rule]]\ntools = ["Bash"]\n{setting}\n'
    read = rules(text)
    (fault,) = read.faults
    assert says in fault.reason
    assert fault.line == 5 + len(setting.splitlines())
    assert fault.tools == ("Bash",)
    assert asked(text, "Bash", command="ls") == "fault"
    assert asked(text, "Glob", pattern="*") is None
    assert asked(text, "Read", file_path="x") == "Read"


def test_a_faulty_rule_whose_tools_are_unclear_closes_every_tool() -> None:
    assert asked("[[rule]]\ntools = 5\n", "Anything") == "fault"


def test_a_file_that_cannot_be_read_closes_every_tool(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "long.toml").write_text("#" * 2_000_000)
    os.mkfifo(tmp_path / "pipe")
    names = ("missing.toml", "broken.toml", "dangling", ".", "endless", "long.toml", "pipe")
    for name in names:
        read = load(str(tmp_path / name))
        assert [fault.tools for fault in read.faults] == [("*",)]
        assert read.faults[0].line == 0


def test_no_file_is_no_rule() -> None:
    assert load(None) == Rules()
    assert not load(None).asks


def test_the_settings_of_the_whole_file() -> None:
    read = rules('deadline = "9m"\npermission_requests = "watch"\n')
    assert (read.deadline, read.asks_permissions, read.asks) == (540.0, False, False)
    assert rules("").asks_permissions


def test_the_projects_file_holds_and_the_users_own(tmp_path: Path) -> None:
    project, deep = tmp_path / "shop", tmp_path / "shop" / "src" / "web"
    config = tmp_path / "config"
    for folder in (project / ".vedette", deep, config / "vedette"):
        folder.mkdir(parents=True)
    env = {"XDG_CONFIG_HOME": str(config)}
    assert find([str(deep)], env) == []
    own = config / "vedette" / "rules.toml"
    own.write_text("")
    assert find([str(deep)], env) == [str(own)]
    near = project / ".vedette" / "rules.toml"
    near.write_text("")
    assert find([str(deep)], env) == [str(near), str(own)]
    # Wherever the agent goes, the project's rules hold.
    assert find([str(project), str(tmp_path)], env) == [str(near), str(own)]
    assert find([str(tmp_path), str(project)], env) == [str(near), str(own)]


def test_a_database_in_a_folder_below_hides_no_rules(tmp_path: Path) -> None:
    (tmp_path / ".vedette").mkdir()
    (tmp_path / ".vedette" / "rules.toml").write_text("")
    (tmp_path / "web" / ".vedette").mkdir(parents=True)
    assert find([str(tmp_path / "web")], {}) == [str(tmp_path / ".vedette" / "rules.toml")]


def test_rules_that_are_hidden_are_a_fault_not_missing(tmp_path: Path) -> None:
    (tmp_path / ".vedette").symlink_to(tmp_path / "unmounted")
    assert load_all(find([str(tmp_path)], {})).faults
    (tmp_path / ".vedette").unlink()
    (tmp_path / ".vedette").symlink_to(tmp_path / ".vedette")
    assert load_all(find([str(tmp_path)], {})).faults
    (tmp_path / ".vedette").unlink()
    (tmp_path / ".vedette").write_text("a file of somebody else's")
    assert find([str(tmp_path)], {"XDG_CONFIG_HOME": str(tmp_path)}) == []


def test_rules_in_a_folder_that_was_shut_are_a_fault(tmp_path: Path) -> None:
    shut, config = tmp_path / "shop", tmp_path / "config"
    (shut / ".vedette").mkdir(parents=True)
    config.mkdir()
    is_root = os.geteuid() == 0
    for each in (shut, config):
        each.chmod(0)
    if is_root:
        # Nothing is shut to root.
        os.chown(tmp_path, 65534, 65534)
        os.seteuid(65534)
    try:
        for found in (find([str(shut)], {}), find([], {"XDG_CONFIG_HOME": str(config)})):
            assert load_all(found[:1]).faults
    finally:
        if is_root:
            os.seteuid(0)
        for each in (shut, config):
            each.chmod(0o700)


def test_a_strangers_project_silences_none_of_the_users_own_rules(tmp_path: Path) -> None:
    own, near = tmp_path / "own.toml", tmp_path / "near.toml"
    own.write_text(f'deadline = "9m"\n{BASH}')
    near.write_text(
        'deadline = "5m"\npermission_requests = "watch"\n'
        '[[rule]]\ntools = ["Bash"]\ncommands = ["rm x", "ls*"]\nask = false\n'
        '[[rule]]\nname = "all"\nrisk = "low"\n'
    )
    both = load_all([str(near), str(own)])
    assert (both.deadline, both.asks_permissions, both.asks) == (300.0, True, True)
    deletes = Need("deletes", "high", "it cannot be taken back")
    assert need(both, Call("Bash", {"command": "rm x"}, "/")) == deletes
    assert need(both, Call("Bash", {"command": "rm y"}, "/")) == deletes
    assert need(both, Call("Bash", {"command": "mv a b"}, "/")) == Need("all", "low", None)
    assert need(both, Call("Bash", {"command": "ls"}, "/")) is None
    near.write_text("")
    assert need(load_all([str(near), str(own)]), Call("Bash", {"command": "rm x"}, "/")) == deletes
    own.write_text("[[")
    both = load_all([str(near), str(own)])
    assert need(both, Call("Bash", {"command": "ls"}, "/")) == both.faults[0]


def test_a_line_of_a_million_words_is_not_slow() -> None:
    text = '[[rule]]\nname = "n"\ntools = ["Bash"]\ncommands = ["git*push*force*now"]\n'
    started = time.process_time()
    assert asked(text, "Bash", command="git push force " * 200_000) is None
    assert asked(text, "Bash", command="${" * 1_000_000) is None
    assert asked(text, "Bash", command="${IFS" * 500_000) is None
    assert asked(PATHS, "Edit", file_path="a/" * 1_500) is None
    # Nothing near the square of its length: that would be hours.
    assert time.process_time() - started < 60


def test_a_call_with_more_words_than_are_looked_at_asks() -> None:
    text = '[[rule]]\nname = "p"\npaths = ["migrations/**"]\n'
    words = [str(number) for number in range(10_001)]
    assert need(rules(text), Call("Bash", {"command": " ".join(words[:-1])}, "/")) is None
    assert isinstance(need(rules(text), Call("Bash", {"command": " ".join(words)}, "/")), Need)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(tool=st.text(), value=JSON, cwd=st.sampled_from(["/", "/home/ana", os.getcwd()]))
def test_no_input_whatever_breaks_a_rule(tool: str, value: object, cwd: str) -> None:
    text = f'{EXCEPT}commands = ["rm *"]\npaths = [".env*", "/etc/**"]\n'
    for each in (value, {"command": value}, {"file_path": value, "path": value}):
        found = need(rules(text), Call(tool, each, cwd))
        assert found is None or isinstance(found, Need)


@given(st.text())
def test_no_text_whatever_breaks_the_reading_of_rules(text: str) -> None:
    need(rules(text), Call("Bash", {"command": "ls"}, "/"))
