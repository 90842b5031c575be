"""The fleet's judgements: what each agent does, in the words a person needs."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.vedette import NOW, build_fleet
from vedette.data import judgements, times
from vedette.data.fleet import AgentFacts, read_fleet
from vedette.data.migrations import migrate
from vedette.data.pace import MINUTES, by_minute, read_pace
from vedette.data.preview import read_preview
from vedette.data.source import Source, open_source


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the pictures' fleet, built once."""
    path = tmp_path_factory.mktemp("fleet") / "runs.db"
    build_fleet(path)
    return path


@pytest.fixture
def path(tmp_path: Path, built: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copy(built, tmp_path / "runs.db"))


@pytest.fixture
def source(path: Path) -> Iterator[Source]:
    """It, open."""
    opened = open_source(str(path))
    yield opened
    opened.close()


def _write(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def _agent(source: Source, name: str) -> AgentFacts:
    fleet = read_fleet(source, NOW)
    return next(agent for run in fleet.runs for agent in run.agents if agent.name == name)


def test_a_gate_that_wants_words_is_a_question(path: Path, source: Source) -> None:
    _write(path, "UPDATE approvals SET kind = 'question' WHERE agent_id LIKE 'planner-%'")
    status = _agent(source, "planner").status
    assert status.state == "asking"
    assert status.now.startswith("question: ")


def test_a_run_with_a_gate_and_a_question_waits(path: Path, source: Source) -> None:
    _write(path, "UPDATE approvals SET kind = 'question' WHERE agent_id LIKE 'planner-%'")
    run = next(run for run in read_fleet(source, NOW).runs if run.title == "fix-auth")
    assert (run.status.state, run.status.gates) == ("WAITING", 2)


def test_a_paused_agent_says_by_whom_from_its_newest_event(source: Source) -> None:
    assert _agent(source, "replier").status.now == "paused by ana"


def test_a_paused_agents_own_row_says_it_first(path: Path, source: Source) -> None:
    _write(path, "UPDATE agents SET error = 'paused by bo' WHERE name = 'replier'")
    assert _agent(source, "replier").status.now == "paused by bo"


def test_a_limit_ends_when_its_event_says_so(source: Source) -> None:
    status = _agent(source, "sorter").status
    assert status.state == "LIMITED"
    assert status.resets == pytest.approx(NOW + 130, abs=1)
    assert status.brief == "429, retry 3 of 8"


def test_a_limit_without_a_time_has_none() -> None:
    assert judgements.limit_ends("429, too many requests", NOW) is None


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("429, resets in 02:10, retry 1 of 8", NOW + 130),
        ('{"resets_in": "1:00:05"}', NOW + 3605),
        (f'{{"resets_at": "{times.text(NOW + 60)}"}}', NOW + 60),
    ],
)
def test_the_end_of_a_limit_is_read_from_words_and_details(text: str, ends: float) -> None:
    assert judgements.limit_ends(text, NOW) == pytest.approx(ends)


def test_what_is_said_of_a_limit_keeps_all_but_the_time() -> None:
    said = judgements.without_reset("429, resets in 02:10, retry 1 of 8")
    assert said == "429, retry 1 of 8"


def test_only_a_file_without_any_run_is_not_recorded(tmp_path: Path, source: Source) -> None:
    migrate(str(tmp_path / "new.db"), NOW)
    empty = open_source(str(tmp_path / "new.db"))
    assert not read_fleet(empty, NOW).is_recorded
    assert read_fleet(source, NOW + 1e9).is_recorded
    empty.close()


def test_the_pace_sums_tokens_by_the_minute_of_agents_at_work(source: Source) -> None:
    fleet = read_fleet(source, NOW)
    pace = read_pace(source, fleet, NOW)
    coder, scout = _agent(source, "coder"), _agent(source, "scout")
    assert sum(pace[coder.id]) > 0
    assert scout.id not in pace


def test_the_pace_reads_an_agents_calls_again_only_after_another_call(
    path: Path, source: Source
) -> None:
    fleet = read_fleet(source, NOW)
    read_pace(source, fleet, NOW)
    before = dict(source.memo["pace"])
    read_pace(source, fleet, NOW + 1)
    assert all(source.memo["pace"][key] is value for key, value in before.items())
    coder = _agent(source, "coder")
    _write(path, "UPDATE prompts SET tokens_out = 7777 WHERE agent_id = ?", coder.id)
    read_pace(source, fleet, NOW + 2)
    assert source.memo["pace"][coder.id] is not before[coder.id]


def test_amounts_outside_the_minutes_are_left_out() -> None:
    spent = [(NOW - 30, 5), (NOW - 61, 7), (NOW - 60 * MINUTES - 1, 9), (NOW + 90, 11)]
    assert by_minute(spent, MINUTES, NOW) == (0,) * (MINUTES - 2) + (7, 5)


def test_a_preview_names_the_files_a_gate_changes(source: Source) -> None:
    coder = _agent(source, "coder")
    gate = read_preview(source, coder.id, coder.run_id, NOW).gate
    assert gate is not None
    assert [change.name for change in gate.files] == [
        "auth/session.py",
        "auth/keys.py",
        "tests/test_auth.py",
    ]
    assert (gate.files[0].added, gate.files[0].removed) == (41, 7)


def test_a_preview_names_what_a_call_is_about(source: Source) -> None:
    coder = _agent(source, "coder")
    tail = read_preview(source, coder.id, coder.run_id, NOW).tail
    assert "auth/keys.py" in [line.target for line in tail]
