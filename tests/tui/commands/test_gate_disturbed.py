"""A gate under kills, signals, locks and races: never open without exactly one approved row."""

from pathlib import Path

from tests.builders.disturbed import Disturbed


def test_a_disturbed_gate_is_never_open_without_an_approved_row_of_its_hash(
    tmp_path: Path,
) -> None:
    cases = Disturbed(tmp_path, seed=1).cases(36)
    assert [case.fault for case in cases if case.fault] == []
    # The test is none where nothing is ever let through.
    assert any(case.code == 0 for case in cases)
