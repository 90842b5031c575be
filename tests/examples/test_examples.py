"""Each example asks, is answered from another process, and does only what it was told."""

from pathlib import Path

import pytest

from tests.examples import acts

NAMES = ["plain_python", "with_pydantic_ai", "with_openai_agents", "with_langgraph"]
WITHOUT_A_MODEL = ("plain_python", "with_langgraph")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_approved_runs_and_the_trail_says_so(tmp_path: Path, name: str) -> None:
    acts.is_approved(name, tmp_path / "runs.db")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_rejected_does_not_run_and_the_model_hears_why(tmp_path: Path, name: str) -> None:
    acts.is_rejected(name, tmp_path / "runs.db", has_model=name not in WITHOUT_A_MODEL)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_can_approve_for_an_asker_that_was_stopped(tmp_path: Path, name: str) -> None:
    acts.is_interrupted(name, tmp_path / "runs.db")


@pytest.mark.parametrize("name", NAMES)
def test_the_gate_of_a_killed_asker_is_taken_back_by_the_next_to_come(
    tmp_path: Path, name: str
) -> None:
    acts.is_killed(name, tmp_path / "runs.db")
