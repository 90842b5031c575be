"""Gates of other systems, answered in the console by keys: what their files show then."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.builders.asked import (
    BLOCKED,
    CARD,
    GATE,
    REQUEST,
    WORKFLOW,
    ask_amelia,
    ask_dossier,
    ask_syris,
    change,
    changes,
    everything,
    seen,
)
from tests.builders.fake_api import serving
from tests.end_to_end.terminal import Terminal

FAR = "2099-01-01T00:00:00+00:00"


@contextmanager
def console(path: Path, configuration: str = "") -> Iterator[Terminal]:
    config = path.parent / "config.toml"
    config.write_text(configuration, encoding="utf-8")
    command = [sys.executable, "-m", "vedette.tui", str(path)]
    env = {"USER": "ana", "TZ": "UTC", "VEDETTE_CONFIG": str(config)}
    with Terminal(command, env=env) as terminal:
        yield terminal


def open_review(terminal: Terminal, *moves: str) -> None:
    terminal.until("approval")
    terminal.keys("6")
    terminal.until("This list cannot decide")
    terminal.keys(*moves, "enter")
    terminal.until("1 diff")


def approve(terminal: Terminal, digits: str = "") -> None:
    """Through the whole chain; what is small enough for one page was seen with it."""
    terminal.until("is open: a")
    terminal.keys("a")
    if digits:
        terminal.until(f"type {digits.upper()}")
        terminal.keys(*digits)
    terminal.until("APPROVING")


def test_a_gate_of_syris_as_designed_changes_what_is_documented_and_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "syris.db"
    ask_syris(path, "design", expires_at=FAR)
    before = everything(path)

    with console(path) as terminal:
        open_review(terminal)
        terminal.until("your answer goes to SYRIS's file")
        approve(terminal)
        assert everything(path) == before, "nothing is written while it can be undone"
        terminal.until("approved  sent")

    changed, added, removed = changes(before, everything(path))
    assert list(changed) == ["approvals.1"]
    assert sorted(changed["approvals.1"]) == ["decided_at", "decided_by", "status"]
    assert changed["approvals.1"]["status"] == "approved"
    assert changed["approvals.1"]["decided_by"] == "ana"
    assert {table: len(rows) for table, rows in added.items()} == {"audit_events": 2}
    told = [(row["type"], row["ref_approval_id"]) for row in added["audit_events"]]
    assert told == [("gate.approved", GATE), ("operator.action.approve", GATE)]
    assert removed == 0


def test_a_request_of_dossier_changes_five_columns_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "dossier.db"
    ask_dossier(path)
    before = everything(path)

    with console(path) as terminal:
        open_review(terminal)
        approve(terminal, seen(path, REQUEST)[:4])
        terminal.until("nothing in its system waits for it")

    changed, added, removed = changes(before, everything(path))
    assert list(changed) == ["approval_request.1"]
    columns = ["resolved_at", "resolved_by", "status", "updated_at"]
    assert sorted(changed["approval_request.1"]) == columns
    assert changed["approval_request.1"]["status"] == "approved"
    assert (added, removed) == ({}, 0)


def test_a_plan_of_amelias_is_sent_and_confirmed_once_its_row_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "amelia.db"
    ask_amelia(path)
    with serving(is_slow=True) as api:
        configuration = f'[systems.amelia]\napi = "{api.url}"\n'
        with console(path, configuration) as terminal:
            open_review(terminal)
            terminal.until(f"by Amelia's HTTP interface at {api.place}")
            digits = seen(path, WORKFLOW)[:4]
            before = everything(path)
            approve(terminal, digits)
            assert api.asked == []
            terminal.until("sent, not confirmed")
            assert [asked.path for asked in api.asked] == [f"/api/workflows/{WORKFLOW}/approve"]
            assert everything(path) == before, "the file is never written"
            _grant(path)
            screen = terminal.until("approved  sent")
            assert "not confirmed" not in screen
            assert "confirmed 14:02:31" in screen, "its own time for it, in UTC as TZ has it"
    assert len(api.asked) == 1


def _grant(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO events (id, workflow_id, sequence, timestamp, agent, event_type, level, "
            "message) VALUES ('new', ?, 9000, '2026-11-21T14:02:31+00:00', 'human_approval', "
            "'approval_granted', 'info', 'Plan approved')",
            (WORKFLOW,),
        )
        connection.execute("UPDATE workflows SET status = 'in_progress' WHERE id = ?", (WORKFLOW,))


def test_what_dossier_blocked_is_resumed_and_gone_from_the_list(tmp_path: Path) -> None:
    path = tmp_path / "dossier.db"
    ask_dossier(path)

    def resume() -> None:
        change(path, "UPDATE card_assignment SET status = 'queued' WHERE id = ?", BLOCKED)

    with serving(status=202, before=resume) as api:
        configuration = f'[systems.dossier]\napi = "{api.url}"\n'
        with console(path, configuration) as terminal:
            open_review(terminal, "j")
            terminal.until("15 of 20 lines")
            terminal.until("RESUME is open")
            terminal.keys("r")
            terminal.until("can be resumed, not rejected")
            approve(terminal)
            terminal.until("confirmed by its row")
    [asked] = api.asked
    assert asked.json == {"card_id": CARD, "actor": "ana"}


def test_a_server_that_is_not_there_leaves_the_gate_to_be_answered_again(tmp_path: Path) -> None:
    path = tmp_path / "amelia.db"
    ask_amelia(path)
    with serving() as api:
        url = api.url

    with console(path, f'[systems.amelia]\napi = "{url}"\n') as terminal:
        open_review(terminal)
        approve(terminal, seen(path, WORKFLOW)[:4])
        terminal.until("no server of Amelia's")
        terminal.until("APPROVE is open")
