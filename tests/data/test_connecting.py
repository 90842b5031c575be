"""Vedette's hooks go into a client's settings beside others, and come out without a trace."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.data.connecting import changes, connections, json_text
from vedette.data.connecting.clients import CLIENTS, Scope, client, program
from vedette.data.connecting.connections import Place
from vedette.data.errors import UsageError, VedetteError

PROGRAM = ("vedette",)
OTHERS: dict[str, Any] = {
    "matcher": "Bash",
    "hooks": [{"type": "command", "command": "lint --fix"}],
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Claude Code's settings of a project."""
    return _place(tmp_path)


def _place(room: Path, name: str = "claude-code", scope: Scope = "project") -> Place:
    project = room / "shop"
    (project / ".git").mkdir(parents=True, exist_ok=True)
    env = {
        "HOME": str(room / "home"),
        **{f"XDG_{kind}_HOME": str(room / kind.lower()) for kind in ("STATE", "CONFIG", "DATA")},
    }
    return Place(client(name), scope, str(project), env)


def _settings(place: Place, text: str) -> Path:
    path = Path(place.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def _connect(place: Place, *, is_gating: bool = True, words: tuple[str, ...] = PROGRAM) -> bool:
    change = connections.connect(place, words, is_gating=is_gating)
    if change:
        changes.write(change, place.env)
    return change is not None


def _disconnect(place: Place) -> bool:
    change = connections.disconnect(place)
    if change:
        changes.write(change, place.env)
    return change is not None


def _hooks(place: Place) -> dict[str, Any]:
    hooks: dict[str, Any] = json.loads(Path(place.settings).read_bytes())["hooks"]
    return hooks


def _state(place: Place) -> str:
    return connections.connection(place, PROGRAM).state


def test_what_gates_fails_closed_and_what_watches_disturbs_nothing(place: Place) -> None:
    _connect(place)
    for event, (group,) in _hooks(place).items():
        (handler,) = group["hooks"]
        is_gate = event in ("PreToolUse", "PermissionRequest")
        assert ("onFailure" in handler) is is_gate
        assert handler["timeout"] == (3600 if is_gate else 10)
        # Who sits in the client's own terminal sees why it waits.
        assert handler.get("statusMessage") == (
            "at Vedette's gate; to answer, run vedette" if is_gate else None
        )
        assert handler["command"].startswith("vedette hook claude-code")
        # Whatever went wrong would keep a prompt from being sent.
        assert handler["command"].endswith(" || true") is not is_gate
        # Killed or gone, the shell says no in its place, in words: without them Codex runs it.
        assert handler["command"].endswith(">&2; exit 2; }") is (event == "PreToolUse")
        # The hook itself gives up before the client stops waiting for it.
        assert ("--deadline 3540" in handler["command"]) is is_gate


def test_only_watching_makes_nothing_wait(place: Place) -> None:
    _connect(place, is_gating=False)
    hooks = _hooks(place)
    assert "PermissionRequest" not in hooks
    assert "onFailure" not in json.dumps(hooks)
    assert "exit 2" not in json.dumps(hooks)
    # Rules that are there, or come later, hold nothing up either.
    (handler,) = hooks["PreToolUse"][0]["hooks"]
    assert handler["command"] == "vedette hook claude-code --watch || true"
    assert {each["hooks"][0]["timeout"] for (each,) in hooks.values()} == {10}
    assert _state(place) == "watching"


def test_codex_has_no_word_for_a_failure_that_blocks(tmp_path: Path) -> None:
    place = _place(tmp_path, "codex", "user")
    _connect(place)
    assert place.settings == str(tmp_path / "home" / ".codex" / "hooks.json")
    # Codex refuses a file with anything else at its top.
    assert list(json.loads(Path(place.settings).read_bytes())) == ["hooks"]
    assert "onFailure" not in json.dumps(_hooks(place))
    assert "exit 2" in _hooks(place)["PreToolUse"][0]["hooks"][0]["command"]


def test_other_hooks_keys_and_their_order_stay(place: Place) -> None:
    before = {"zeta": 1, "hooks": {"Stop": [OTHERS], "Future": [OTHERS]}, "alpha": {"x": None}}
    _settings(place, json.dumps(before, indent=2))
    _connect(place)
    after = json.loads(Path(place.settings).read_bytes())
    assert list(after) == ["zeta", "hooks", "alpha"]
    assert (after["zeta"], after["alpha"]) == (1, {"x": None})
    assert after["hooks"]["Stop"][0] == OTHERS
    assert len(after["hooks"]["Stop"]) == 2
    assert after["hooks"]["Future"] == [OTHERS]


def test_it_is_laid_out_as_the_rest_is(place: Place) -> None:
    tabs = '{\r\n\t"model": "opus",\r\n\t"hooks": {\r\n\t\t"Stop": []\r\n\t}\r\n}'
    text = _settings(place, tabs)
    _connect(place)
    after = text.read_bytes().decode()
    assert after.replace("\r\n", "").count("\n") == 0
    assert ',\r\n\t\t"PreToolUse": [{"hooks": [' in after
    assert '"Stop": [\r\n\t\t\t{"hooks": [{' in after
    assert after.endswith("]}]\r\n\t}\r\n}")


def test_on_one_line_it_stays_on_one_line(place: Place) -> None:
    text = _settings(place, '{"model": "opus"}')
    _connect(place)
    assert text.read_bytes().startswith(b'{"model": "opus", "hooks": {"SessionStart": [{"hooks": [')
    assert b"\n" not in text.read_bytes()


def test_the_second_time_there_is_nothing_to_do(place: Place) -> None:
    assert _connect(place)
    before = Path(place.settings).read_bytes()
    assert not _connect(place)
    assert Path(place.settings).read_bytes() == before
    assert _state(place) == "connected"


def test_a_formatter_in_between_changes_nothing_about_that(place: Place) -> None:
    _connect(place)
    path = Path(place.settings)
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=8, sort_keys=True))
    assert not _connect(place)
    assert _state(place) == "connected"


def test_another_form_is_changed_and_undo_still_leads_back(place: Place) -> None:
    before = '{ "a" : 1 ,\n\n "b":[ ] }  \n'
    path = _settings(place, before)
    _connect(place, is_gating=False)
    assert _connect(place, words=("/opt/vedette",))
    assert connections.connection(place, PROGRAM).state == "other"
    assert len(_hooks(place)["PreToolUse"]) == 1
    assert _disconnect(place)
    assert path.read_text() == before


def test_undo_after_an_edit_takes_only_what_was_put_in(place: Place) -> None:
    path = _settings(place, '{\n  "hooks": {\n    "Stop": [],\n    "SessionEnd": []\n  }\n}\n')
    _connect(place)
    edited = json.loads(path.read_bytes())
    edited["model"] = "opus"
    edited["hooks"]["PostToolUse"].append(OTHERS)
    edited["hooks"]["PreToolUse"][0]["hooks"].insert(0, OTHERS["hooks"][0])
    path.write_text(json.dumps(edited, indent=4))
    assert _disconnect(place)
    assert json.loads(path.read_bytes()) == {
        "model": "opus",
        "hooks": {
            # They were empty before, and are again.
            "Stop": [],
            "SessionEnd": [],
            "PreToolUse": [{"hooks": OTHERS["hooks"]}],
            "PostToolUse": [OTHERS],
        },
    }
    assert not _disconnect(place)


def test_undo_without_a_memory_takes_what_is_empty_too(place: Place) -> None:
    path = _settings(place, '{\n    "model": "opus"\n}\n')
    _connect(place)
    for each in Path(place.env["XDG_STATE_HOME"]).rglob("*.json"):
        each.unlink()
    _disconnect(place)
    assert path.read_text() == '{\n    "model": "opus"\n}\n'


def test_a_file_that_was_not_there_goes_again_with_its_folder(place: Place) -> None:
    _connect(place)
    _disconnect(place)
    assert not Path(place.settings).parent.exists()


def test_a_new_file_that_somebody_filled_stays(place: Place) -> None:
    _connect(place)
    path = Path(place.settings)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "model": "opus"}))
    _disconnect(place)
    assert json.loads(path.read_bytes()) == {"model": "opus"}


def test_a_new_file_left_with_nothing_after_an_edit_goes(place: Place) -> None:
    _connect(place)
    path = Path(place.settings)
    path.write_text(json.dumps(json.loads(path.read_bytes())))
    _disconnect(place)
    assert not path.exists()


def test_what_is_remembered_holds_nobodys_settings(place: Place) -> None:
    _settings(place, '{"env": {"TOKEN": "s3cret"}}')
    _connect(place)
    kept = list(Path(place.env["XDG_STATE_HOME"]).rglob("*.json"))
    assert len(kept) == 1
    assert "s3cret" not in kept[0].read_text()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_the_files_mode_stays(place: Place, mode: int) -> None:
    path = _settings(place, "{}")
    path.chmod(mode)
    _connect(place)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_a_link_stays_a_link_and_its_file_is_changed(place: Place, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}\n")
    path = Path(place.settings)
    path.parent.mkdir(parents=True)
    path.symlink_to(real)
    _connect(place)
    assert path.is_symlink()
    assert "hooks" in json.loads(real.read_bytes())
    _disconnect(place)
    assert path.is_symlink()
    assert real.read_text() == "{}\n"


def test_a_link_that_leads_nowhere_is_refused(place: Place, tmp_path: Path) -> None:
    path = Path(place.settings)
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "gone.json")
    with pytest.raises(UsageError, match="leads nowhere"):
        connections.connect(place, PROGRAM, is_gating=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', ":3: this is not JSON"),
        ('{\n  // mine\n  "a": 1\n}', ":2: a comment, which JSON does not have"),
        ('{\n  "a": 1 /* mine */\n}', ":2: a comment"),
        ('{\n  "a": 1,\n}', ":3: a comma before the closing }"),
        ('{\n  "a": [1,\n  ]\n}', ":3: a comma before the closing ]"),
        ("[]", ":1: the settings are no JSON object"),
        ('{\n "hooks": []}', ':2: "hooks" is no object'),
        ('{\n "hooks": {\n  "Stop": {}}}', ':3: "Stop" is no list'),
        ('{"a": NaN}', "NaN is no JSON value"),
        ('{"a": ' + "[" * 100_000, "is not JSON"),
        ("\ufeff{\n x}", ":2: this is not JSON"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(place: Place, text: str, told: str) -> None:
    path = _settings(place, text)
    for does in (
        lambda: connections.connect(place, PROGRAM, is_gating=True),
        lambda: connections.disconnect(place),
    ):
        with pytest.raises(UsageError) as caught:
            does()
        assert told in caught.value.title
        assert str(path) in caught.value.title
        assert "nothing was changed" in caught.value.hint
    assert path.read_bytes() == text.encode()
    assert _state(place) == "broken"


def test_what_is_no_text_is_refused(place: Place) -> None:
    path = _settings(place, "")
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(UsageError, match="UTF-8"):
        connections.connect(place, PROGRAM, is_gating=True)


def test_a_file_that_was_changed_meanwhile_is_left_alone(place: Place) -> None:
    path = _settings(place, "{}")
    change = connections.connect(place, PROGRAM, is_gating=True)
    assert change is not None
    path.write_text('{"new": 1}')
    with pytest.raises(VedetteError, match="changed meanwhile"):
        changes.write(change, place.env)
    assert path.read_text() == '{"new": 1}'


def test_where_nothing_can_be_written_nothing_is_left(place: Place) -> None:
    path = _settings(place, "{}")
    change = connections.connect(place, PROGRAM, is_gating=True)
    assert change is not None
    # A folder of that name stands where the file would be moved to.
    path.unlink()
    path.mkdir()
    with pytest.raises(VedetteError):
        changes.write(change, place.env)
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_a_bom_and_the_last_of_two_keys_are_as_the_client_reads_them(place: Place) -> None:
    text = '\ufeff{"hooks": {"Stop": []}, "hooks": {"Stop": [ ]}}'
    path = _settings(place, text)
    _connect(place)
    assert len(json.loads(path.read_text("utf-8-sig"))["hooks"]["Stop"]) == 1
    _disconnect(place)
    assert path.read_bytes() == text.encode()


def test_the_diff_says_what_is_put_in(place: Place) -> None:
    _settings(place, '{\n  "model": "opus"\n}\n')
    change = connections.connect(place, PROGRAM, is_gating=True)
    assert change is not None
    lines = changes.diff(change)
    assert lines[0] == f"--- a{place.settings}"
    assert '-  "model": "opus"' in lines
    assert '+  "model": "opus",' in lines
    assert sum(line.startswith("-") for line in lines) == 2


# The rules to begin with


def test_the_rules_to_begin_with_come_and_go(place: Place) -> None:
    change = connections.start_rules(place)
    assert change is not None
    changes.write(change, place.env)
    rules = Path(place.rules)
    assert stat.S_IMODE(rules.parent.stat().st_mode) == 0o700
    assert connections.start_rules(place) is None
    ended = connections.end_rules(place)
    assert ended.change is not None
    changes.write(ended.change, place.env)
    assert not rules.parent.exists()


def test_rules_that_were_changed_or_are_needed_stay(place: Place, tmp_path: Path) -> None:
    change = connections.start_rules(place)
    assert change is not None
    changes.write(change, place.env)
    codex = _place(tmp_path, "codex")
    _connect(codex)
    assert connections.end_rules(place) == (None, f"{place.rules} stays: Codex uses it")
    _disconnect(codex)
    with open(place.rules, "a") as file:
        file.write("# mine\n")
    assert "changed since" in connections.end_rules(place).kept


def test_rules_of_somebody_elses_are_never_removed(place: Place) -> None:
    Path(place.rules).parent.mkdir()
    Path(place.rules).write_text("")
    assert connections.start_rules(place) is None
    assert connections.end_rules(place) == (None, "")


# Where


def test_the_project_is_the_nearest_with_settings_or_under_version_control(place: Place) -> None:
    below = Path(place.cwd) / "src" / "deep"
    below.mkdir(parents=True)
    assert place._replace(cwd=str(below)).settings == place.settings
    (below.parent / ".claude").mkdir()
    assert place._replace(cwd=str(below)).settings.endswith("/shop/src/.claude/settings.json")


def test_the_homes_own_settings_make_it_no_project(place: Place) -> None:
    home = Path(place.env["HOME"])
    (home / ".claude").mkdir(parents=True)
    work = home / "notes"
    work.mkdir()
    assert place._replace(cwd=str(work)).settings == str(work / ".claude" / "settings.json")


def test_the_users_settings_are_where_the_client_was_told(place: Place) -> None:
    user = place._replace(scope="user", env={**place.env, "CLAUDE_CONFIG_DIR": "/etc/cc"})
    assert user.settings == "/etc/cc/settings.json"


def test_the_program_goes_by_its_name_only_where_that_is_found(tmp_path: Path) -> None:
    own = tmp_path / "bin" / "vedette"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert program({"PATH": str(own.parent)}, ["/elsewhere/vedette"]) == ["vedette"]
    assert program({"PATH": "/nowhere"}, [str(own)]) == [str(own)]
    assert program({"PATH": "/nowhere"}, ["-m"])[1:] == ["-m", "vedette.tui"]


@pytest.mark.parametrize("name", ["a b/vedette", "it's/vedette", "vedette.tui"])
def test_its_hooks_are_known_again_wherever_it_is(place: Place, name: str) -> None:
    _connect(place, words=(f"/opt/{name}",))
    assert _state(place) == "other"
    _disconnect(place)
    assert _state(place) == "not connected"


def test_somebody_elses_hook_is_not_taken_for_ours(place: Place) -> None:
    others = ["vedette hook claude-code-x", "echo vedette; hook claude-code", "vedette hook codex"]
    handlers = [{"type": "command", "command": each} for each in others]
    _settings(place, json.dumps({"hooks": {"Stop": [{"hooks": handlers}, 7, {"hooks": 1}]}}))
    assert _state(place) == "not connected"
    assert not _disconnect(place)


# Any settings

_NAMES = st.sampled_from(["hooks", "Stop", "PreToolUse", "SessionEnd", "env", "a b", 'q"', "ü"])
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)
_EVENTS = st.dictionaries(
    _NAMES,
    st.lists(st.just(OTHERS) | st.just({}) | st.just({"hooks": []}), max_size=2),
    max_size=4,
)
_BLANKS = st.text(" \t\n\r", max_size=3)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Valid settings, laid out anyhow."""
    value = draw(st.dictionaries(_NAMES.filter(lambda name: name != "hooks"), _VALUES, max_size=3))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(value)))
        items = list(value.items())
        value = dict([*items[:at], ("hooks", draw(_EVENTS)), *items[at:]])
    if draw(st.booleans()):
        ends = draw(st.sampled_from(["\n", "\r\n"]))
        text = json.dumps(value, indent=draw(st.sampled_from([None, 1, 2, 4, "\t"])))
        return text.replace("\n", ends) + draw(_BLANKS)
    return _loosely(draw, value)


def _loosely(draw: st.DrawFn, value: Any) -> str:
    """The value with blanks of chance wherever JSON allows them."""
    if isinstance(value, dict):
        pairs = [
            f"{draw(_BLANKS)}{json.dumps(key)}{draw(_BLANKS)}:{_loosely(draw, each)}"
            for key, each in value.items()
        ]
        body = "{" + (",".join(pairs) or draw(_BLANKS)) + "}"
    elif isinstance(value, list):
        body = "[" + (",".join(_loosely(draw, each) for each in value) or draw(_BLANKS)) + "]"
    else:
        body = json.dumps(value)
    return draw(_BLANKS) + body + draw(_BLANKS)


@given(text=_texts() | _BLANKS, name=st.sampled_from([each.name for each in CLIENTS]))
def test_undo_gives_back_the_same_bytes_for_any_settings(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    place = _place(tmp_path_factory.mktemp("any"), name)
    path = _settings(place, text)
    before = json.loads(text) if text.strip() else {}
    assert _connect(place)
    after = json.loads(path.read_bytes())
    assert {k: v for k, v in after.items() if k != "hooks"} == {
        k: v for k, v in before.items() if k != "hooks"
    }
    for event, groups in before.get("hooks", {}).items():
        assert after["hooks"][event][: len(groups)] == groups
    assert not _connect(place)
    assert _disconnect(place)
    assert path.read_bytes() == text.encode()


@given(text=_texts(), indent=st.sampled_from([None, 3, "\t"]))
def test_undo_after_any_reformatting_gives_back_the_same_settings(
    tmp_path_factory: pytest.TempPathFactory, text: str, indent: int | str | None
) -> None:
    place = _place(tmp_path_factory.mktemp("any"))
    path = _settings(place, text)
    _connect(place)
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=indent))
    _disconnect(place)
    assert json.loads(path.read_bytes()) == json.loads(text)


@given(text=_texts())
def test_every_value_is_read_where_it_stands(text: str) -> None:
    root = json_text.parse(text, "x")
    assert root.value == json.loads(text)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        assert json.loads(text[node.start : node.end]) == node.value
        waiting += [item.node for item in node.items]


def test_the_home_is_asked_for_where_no_variable_says_it(place: Place) -> None:
    user = place._replace(scope="user", env={})
    assert user.settings == os.path.join(os.path.expanduser("~"), ".claude", "settings.json")
