"""Five questions of a real hook become a rule; pasted where it says, the sixth is not asked."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.builders.hooked import UNDISTURBED, Hook, calls
from tests.builders.recorded import decide, until, value
from vedette.data.approvals import read_approvals
from vedette.data.migrations import migrate
from vedette.data.source import open_source
from vedette.data.suggestions import Suggestion, read_suggestions

ASKS = """
[[rule]]
name = "every command"
tools = ["Bash"]
risk = "low"
"""


def _hook(project: Path, number: int, command: str) -> Hook:
    told: dict[str, Any] = calls("PreToolUse", "Bash", f"t{number}", command=command)
    return Hook("claude-code", {**told, "cwd": str(project)}, cwd=project)


def _suggested(db: Path) -> tuple[Suggestion, ...]:
    with closing(open_source(str(db))) as source:
        return read_suggestions(source, read_approvals(source, 0.0, "closed").rows)


def test_a_suggested_rule_spares_the_next_question_and_no_other(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    (project / ".vedette").mkdir(parents=True)
    file, db = project / ".vedette" / "rules.toml", project / ".vedette" / "runs.db"
    file.write_text(ASKS)
    migrate(str(db), time.time())
    pending = "SELECT count(*) FROM approvals WHERE status = 'pending'"
    for number in range(5):
        hook = _hook(project, number, "git status")
        until(lambda: value(db, pending))
        decide(db, "approved")
        assert hook.end().answer["permissionDecision"] == "allow"

    (found,) = _suggested(db)
    assert (len(found.approvals), found.commands) == (5, ("git status",))
    assert f"It ran in {project};" in found.text
    file.write_text(f"{found.text}\n{ASKS}")

    assert _hook(project, 6, "git status").end() == UNDISTURBED
    assert value(db, pending) == 0
    another = _hook(project, 7, "git push")
    until(lambda: value(db, pending))
    decide(db, "rejected", reason="not now")
    assert another.end().answer["permissionDecision"] == "deny"
