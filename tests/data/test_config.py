"""A configuration file is optional, and a faulty one is told of by file, line and reason."""

from pathlib import Path

import pytest

from vedette.data.config import Config, Loaded, load
from vedette.data.deciding.way import Api
from vedette.data.discovery import config_path
from vedette.data.notices import Policy, Quiet


def _load(tmp_path: Path, text: str) -> Loaded:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load(str(file), {})


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load(None, {"XDG_CONFIG_HOME": str(tmp_path)})
    assert loaded == Loaded(Config(), (), str(tmp_path / "vedette" / "config.toml"))


def test_the_review_asks_by_risk() -> None:
    review = Config().review
    assert review.dead_keys_ms == 400
    assert (review.low.see_all, review.low.hold_s) == (False, 3.0)
    assert (review.medium.see_all, review.medium.hash_digits) == (True, 0)
    for risk in ("high", "critical", "a new word"):
        terms = review.of(risk)
        assert (terms.see_all, terms.hash_digits, terms.hold_s) == (True, 4, 5.0)


def test_what_is_set_holds_and_the_rest_is_default(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        """
        interval_s = 1
        theme = "light"
        [review.high]
        hold_s = 8
        [budgets]
        day = 20
        projects = { web = 5.5 }
        [keys]
        approve = ["a", "f5"]
        """,
    )
    assert loaded.problems == ()
    config = loaded.config
    assert (config.interval_s, config.theme) == (1, "light")
    assert config.review.high.hold_s == 8
    assert config.budgets.day == 20
    assert config.budgets.projects == {"web": 5.5}
    assert config.keys == {"approve": ["a", "f5"]}
    assert config.alarms == Config().alarms


def test_a_faulty_value_is_default_and_the_others_hold(tmp_path: Path) -> None:
    loaded = _load(tmp_path, 'ascii = true\n\n[review.high]\nhold_s = -1\nsee_all = "no"\n')
    assert loaded.config.ascii is True
    assert loaded.config.review.high.hold_s == 3.0
    titles = [problem.title for problem in loaded.problems]
    file = tmp_path / "config.toml"
    assert titles == [
        f"{file}:5: review.high.see_all: input should be a valid boolean",
        f"{file}:4: review.high.hold_s: input should be greater than or equal to 0",
    ]
    assert loaded.problems[1].hint == "the default is used: 5.0"


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "[alarms]\nsilence = 3\n")
    assert loaded.problems[0].title.endswith(
        "config.toml:2: alarms.silence: there is no such setting"
    )
    assert loaded.problems[0].hint == "it is ignored"


@pytest.mark.parametrize(
    "text", ["review = 3", 'keys = "a"', "[keys]\na = [1]", "[budgets.projects]\nweb = 'x'"]
)
def test_a_value_of_another_shape_is_ignored_not_fatal(tmp_path: Path, text: str) -> None:
    loaded = _load(tmp_path, text)
    assert len(loaded.problems) == 1
    assert loaded.config == Config()


def test_what_is_not_toml_says_its_line(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "theme = 'dark'\ninterval_s = \n")
    assert loaded.config == Config()
    assert loaded.problems[0].title == f"{tmp_path / 'config.toml'}:2: invalid value"


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in load(str(tmp_path / "odd.toml"), {}).problems[0].title
    assert "Is a directory" in load(str(tmp_path), {}).problems[0].title


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    named = str(tmp_path / "gone.toml")
    assert config_path({"VEDETTE_CONFIG": named}) == named
    assert "No such file" in load(None, {"VEDETTE_CONFIG": named}).problems[0].title


def test_the_systems_servers_listen_where_they_do_by_default(tmp_path: Path) -> None:
    addresses = Config().systems.addresses()

    assert addresses["amelia"].url == "http://127.0.0.1:8420"
    assert addresses["dossier"].url == "http://127.0.0.1:3000"
    assert addresses["syris"].url is None, "its file is written unless a server is named"


def test_a_server_is_asked_where_the_file_says(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        """
        [systems.amelia]
        api = "https://amelia.example/base"
        [systems.syris]
        api = "http://10.0.0.7:8000"
        plain_http = true
        """,
    )

    assert loaded.problems == ()
    addresses = loaded.config.systems.addresses()
    assert addresses["amelia"] == Api("https://amelia.example/base")
    assert addresses["syris"] == Api("http://10.0.0.7:8000", plain_http=True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('api = "http://10.0.0.7:8420"', "would be asked in plain http over a network"),
        ('api = "amelia.example"', "it must begin with http:// or https://"),
    ],
)
def test_an_address_that_will_not_be_asked_is_told_and_not_replaced(
    tmp_path: Path, line: str, words: str
) -> None:
    """Its default must not be asked in its place: another server may listen there."""
    loaded = _load(tmp_path, f"theme = 'dark'\n[systems.amelia]\n{line}\n")

    [problem] = loaded.problems
    assert problem.title.startswith(f"{tmp_path}/config.toml:3: Amelia's api")
    assert words in problem.title
    assert f'"{loaded.config.systems.addresses()["amelia"].url}"' in line


# Notices


def test_notices_are_understood(tmp_path: Path) -> None:
    loaded = _load(
        tmp_path,
        """
        [notify]
        mode = "osc777"
        when = "always"
        command = ["notify-send", "-u", "critical"]
        quiet = ["22:00-07:00", "12:00-13:00"]
        regroup_s = 30
        alarms = "error"
        """,
    )
    assert loaded.problems == ()
    assert loaded.config.notify.policy() == Policy(
        mode="osc777",
        when="always",
        command=("notify-send", "-u", "critical"),
        quiet=(Quiet(22 * 60, 7 * 60), Quiet(12 * 60, 13 * 60)),
        regroup=30.0,
        alarms="error",
    )
    assert Config().notify.policy() == Policy()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('mode = "loud"', "notify.mode: input should be 'auto'"),
        ('when = "now"', "notify.when: input should be 'unfocused' or 'always'"),
        ('command = "notify-send x"', "notify.command: input should be a valid list"),
        ('command = [" "]', "notify.command: it begins with the program"),
        ('quiet = ["10pm"]', "notify.quiet: “10pm” is no span of hours: write it as 22:00-07:00"),
        ("regroup_s = 0", "notify.regroup_s: input should be greater than or equal to 1"),
        ('alarms = "all"', "notify.alarms: input should be 'critical'"),
        ("sound = true", "notify.sound: there is no such setting"),
    ],
)
def test_a_fault_in_notices_is_told_by_its_line_and_the_rest_holds(
    tmp_path: Path, line: str, said: str
) -> None:
    loaded = _load(tmp_path, f'theme = "light"\n[notify]\n{line}\n')
    (problem,) = loaded.problems
    assert problem.title.startswith(f"{tmp_path / 'config.toml'}:3: {said}")
    assert loaded.config.notify == Config().notify
    assert loaded.config.theme == "light"
