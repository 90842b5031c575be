"""Gates that a system's own server answers: the right request, its words, and a file only read."""

import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.builders.asked import (
    BLOCKED,
    CARD,
    GATE,
    NOW,
    PROJECT,
    REQUEST,
    WORKFLOW,
    ask_amelia,
    ask_dossier,
    ask_syris,
    change,
    everything,
    seen,
)
from tests.builders.fake_api import FakeApi, serving
from vedette.data.approvals import read_review
from vedette.data.deciding import http
from vedette.data.deciding.way import Api
from vedette.data.decisions import Decision, decide
from vedette.data.errors import DecisionRefused, UsageError
from vedette.data.source import open_source


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.3)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with serving() as found:
        yield found


@pytest.fixture
def amelia(tmp_path: Path) -> Path:
    path = tmp_path / "amelia.db"
    ask_amelia(path)
    return path


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    path = tmp_path / "dossier.db"
    ask_dossier(path)
    return path


@pytest.fixture
def syris(tmp_path: Path) -> Path:
    path = tmp_path / "syris.db"
    ask_syris(path, "coded")
    return path


def answer(path: Path, gate: str, outcome: str, url: str | None, **more: Any) -> Decision:
    """An answer to a gate that was just read, where every system listens at one address."""
    plain_http = more.pop("plain_http", False)
    sha = more.pop("sha", None) or seen(path, gate)
    facts: dict[str, Any] = {"sha": sha, "actor": "ana", "now": NOW, **more}
    apis = dict.fromkeys(("amelia", "dossier", "syris"), Api(url, plain_http))
    return decide(str(path), gate, outcome, addresses=lambda: apis, **facts)  # type: ignore[arg-type]


def refused(path: Path, gate: str, url: str | None, **more: Any) -> DecisionRefused:
    with pytest.raises(DecisionRefused) as caught:
        answer(path, gate, "approved", url, **more)
    return caught.value


def log(
    path: Path, kind: str, agent: str, message: str, status: str, table: str = "events"
) -> None:
    """What Amelia's server does to its file: an event, and the workflow's status."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"INSERT INTO {table} (id, workflow_id, sequence, timestamp, agent, "  # noqa: S608
            "event_type, level, message) "
            "VALUES ('new', ?, 9000, '2026-11-21T14:02:31+00:00', ?, ?, 'info', ?)",
            (WORKFLOW, agent, kind, message),
        )
        connection.execute("UPDATE workflows SET status = ? WHERE id = ?", (status, WORKFLOW))


def granted(path: Path) -> Callable[[], None]:
    return partial(log, path, "approval_granted", "human_approval", "Plan approved", "in_progress")


def lies(path: Path) -> dict[str, bytes]:
    """Every file in the folder, byte for byte."""
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


# The request


def test_amelia_is_asked_to_approve_without_a_body(amelia: Path, api: FakeApi) -> None:
    api.answer = {"status": "approved", "workflow_id": WORKFLOW}
    api.before = granted(amelia)

    decision = answer(amelia, WORKFLOW, "approved", api.url)

    assert decision == Decision("approved", "decided", NOW, needed=1, signed=1)
    [asked] = api.asked
    assert (asked.method, asked.path) == ("POST", f"/api/workflows/{WORKFLOW}/approve")
    assert asked.body == b""
    assert "content-type" not in asked.headers
    assert asked.headers["host"] == api.place


@pytest.mark.parametrize("form", ["workflow_log", "upgraded", "state_json"])
@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_every_form_of_amelias_file_shows_what_came_of_it(
    tmp_path: Path, api: FakeApi, form: str, outcome: str
) -> None:
    path = tmp_path / f"{form}.db"
    ask_amelia(path, form)
    table = "events" if form == "state_json" else "workflow_log"
    kind, status = {
        "approved": ("approval_granted", "in_progress"),
        "rejected": ("approval_rejected", "failed"),
    }[outcome]
    api.before = partial(log, path, kind, "system", "Plan rejected: too wide", status, table)

    decision = answer(path, WORKFLOW, outcome, api.url, **_reason(outcome))

    assert (decision.outcome, decision.status) == (outcome, "decided")


def test_amelia_is_told_why_it_is_rejected(amelia: Path, api: FakeApi) -> None:
    api.before = partial(
        log, amelia, "approval_rejected", "system", "Plan rejected: too wide", "failed"
    )

    decision = answer(amelia, WORKFLOW, "rejected", api.url, note="too wide")

    assert (decision.outcome, decision.status) == ("rejected", "decided")
    [asked] = api.asked
    assert (asked.method, asked.path) == ("POST", f"/api/workflows/{WORKFLOW}/reject")
    assert asked.json == {"feedback": "too wide"}
    assert asked.headers["content-type"] == "application/json"


def test_what_dossier_blocked_is_resumed_by_its_card(dossier: Path, api: FakeApi) -> None:
    api.status = 202
    api.before = partial(change, dossier, "UPDATE card_assignment SET status = 'queued'")

    decision = answer(dossier, BLOCKED, "approved", api.url)

    assert decision.status == "decided"
    [asked] = api.asked
    assert asked.method == "POST"
    assert asked.path == f"/api/projects/{PROJECT}/orchestration/resume-blocked"
    assert asked.json == {"card_id": CARD, "actor": "ana"}


@pytest.mark.parametrize(
    ("outcome", "verb", "note", "body"),
    [
        ("approved", "approve", None, {}),
        ("approved", "approve", "go", {"reason": "go"}),
        ("rejected", "deny", "not today", {"reason": "not today"}),
    ],
)
def test_syris_is_asked_where_its_server_is_configured(
    syris: Path, api: FakeApi, outcome: str, verb: str, note: str | None, body: object
) -> None:
    api.status = 204
    status = "approved" if outcome == "approved" else "denied"
    api.before = partial(change, syris, f"UPDATE approvals SET status = '{status}'")  # noqa: S608

    decision = answer(syris, GATE, outcome, api.url, note=note)

    assert (decision.outcome, decision.status) == (outcome, "decided")
    [asked] = api.asked
    assert (asked.method, asked.path) == ("POST", f"/approvals/{GATE}/{verb}")
    assert asked.json == body


def test_syris_without_a_step_is_answered_by_its_server(tmp_path: Path, api: FakeApi) -> None:
    path = tmp_path / "coded.db"
    ask_syris(path, "coded", has_step=False)
    api.before = partial(change, path, "UPDATE approvals SET status = 'approved'")

    assert answer(path, GATE, "approved", api.url).status == "decided"


def test_what_no_step_waits_for_is_said_before_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "coded.db"
    ask_syris(path, "coded", has_step=False)
    with closing(open_source(str(path))) as source:
        facts = read_review(source, GATE, NOW)

    assert facts is not None
    way = facts.way({"syris": Api("http://127.0.0.1:8000")})
    assert way.says == "by SYRIS's HTTP interface at 127.0.0.1:8000 (no step waits)"


def test_an_address_may_have_a_path(syris: Path, api: FakeApi) -> None:
    answer(syris, GATE, "approved", f"{api.url}/syris/")

    assert api.asked[0].path == f"/syris/approvals/{GATE}/approve"


def test_what_dossier_only_keeps_is_written_as_a_row_and_not_sent(
    dossier: Path, api: FakeApi
) -> None:
    answer(dossier, REQUEST, "approved", api.url)

    assert api.asked == []
    assert everything(dossier)["approval_request"][0]["status"] == "approved"


# The file is only read


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_amelias_file_is_byte_for_byte_what_it_was(
    amelia: Path, api: FakeApi, outcome: str
) -> None:
    sha = seen(amelia, WORKFLOW)
    for side in ("-wal", "-shm"):
        Path(f"{amelia}{side}").unlink()
    before = lies(amelia)
    assert list(before) == ["amelia.db"]

    decision = answer(amelia, WORKFLOW, outcome, api.url, sha=sha, **_reason(outcome))

    assert decision.status == "sent"
    assert lies(amelia) == before


def _reason(outcome: str) -> dict[str, str]:
    return {"note": "too wide"} if outcome == "rejected" else {}


def test_a_file_that_is_being_written_is_read_with_its_newest_rows(
    amelia: Path, api: FakeApi
) -> None:
    sha = seen(amelia, WORKFLOW)
    with closing(sqlite3.connect(amelia)) as writer:
        writer.execute("UPDATE workflows SET status = 'cancelled' WHERE id = ?", (WORKFLOW,))
        writer.commit()

        error = refused(amelia, WORKFLOW, api.url, sha=sha)

    assert error.kind == "missing"
    assert api.asked == []


# What is refused before anything is sent


def test_another_plan_than_was_read_is_not_approved(amelia: Path, api: FakeApi) -> None:
    sha = seen(amelia, WORKFLOW)
    change(amelia, 'UPDATE workflows SET plan_cache = \'{"plan_markdown": "rm -rf"}\'')

    assert refused(amelia, WORKFLOW, api.url, sha=sha).kind == "changed"
    assert api.asked == []


def test_a_plan_that_was_answered_meanwhile_is_not_sent_again(amelia: Path, api: FakeApi) -> None:
    sha = seen(amelia, WORKFLOW)
    granted(amelia)()

    error = refused(amelia, WORKFLOW, api.url, sha=sha)

    assert error.kind == "already_decided"
    assert api.asked == []


def test_amelia_takes_no_rejection_without_a_reason(amelia: Path, api: FakeApi) -> None:
    with pytest.raises(UsageError) as caught:
        answer(amelia, WORKFLOW, "rejected", api.url, note=" ")

    assert caught.value.kind == "no_reason"
    assert api.asked == []


def test_a_note_that_nobody_would_keep_is_not_taken(amelia: Path, api: FakeApi) -> None:
    with pytest.raises(UsageError) as caught:
        answer(amelia, WORKFLOW, "approved", api.url, note="go")

    assert caught.value.kind == "no_place"
    assert api.asked == []


def test_what_is_blocked_cannot_be_rejected(dossier: Path, api: FakeApi) -> None:
    with pytest.raises(DecisionRefused) as caught:
        answer(dossier, BLOCKED, "rejected", api.url, note="no")

    assert "can be resumed, not rejected" in caught.value.title
    assert api.asked == []


@pytest.mark.parametrize("gate", ["..", "."])
def test_an_id_that_would_lead_elsewhere_is_not_sent(amelia: Path, api: FakeApi, gate: str) -> None:
    with closing(sqlite3.connect(amelia)) as connection, connection:
        connection.execute("UPDATE workflows SET id = ? WHERE id = ?", (gate, WORKFLOW))

    assert refused(amelia, gate, api.url).kind == "not_decidable"
    assert api.asked == []


def test_an_id_is_one_part_of_the_path_whatever_it_holds(amelia: Path, api: FakeApi) -> None:
    with closing(sqlite3.connect(amelia)) as connection, connection:
        connection.execute("UPDATE workflows SET id = 'a/../b?c#d' WHERE id = ?", (WORKFLOW,))

    answer(amelia, "a/../b?c#d", "approved", api.url)

    assert api.asked[0].path == "/api/workflows/a%2F..%2Fb%3Fc%23d/approve"


# Addresses


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://127.0.0.1", "it must begin with http:// or https://"),
        ("127.0.0.1:8420", "it must begin with http:// or https://"),
        ("http://", "it names no host"),
        ("http://127.0.0.1:99999", "Port out of range"),
        ("http://ana:secret@127.0.0.1", "a name or a password has no place in it"),
        ("http://127.0.0.1/?x=1", "nothing may follow its path"),
        ("http://127.0.0.1/?", "nothing may follow its path"),
        ("http://127.0.0.1/#", "nothing may follow its path"),
    ],
)
def test_an_address_that_is_none_is_not_asked(amelia: Path, url: str, words: str) -> None:
    error = refused(amelia, WORKFLOW, url)

    assert error.kind == "bad_address"
    assert words in error.title
    assert "secret" not in str(error)
    assert "[systems.amelia] api" in error.hint


@pytest.mark.parametrize("host", ["10.1.2.3", "amelia.example", "0.0.0.0", "[2001:db8::1]"])
def test_plain_http_over_a_network_needs_a_yes(amelia: Path, host: str) -> None:
    error = refused(amelia, WORKFLOW, f"http://{host}:8420")

    assert error.kind == "plain_http"
    assert "plain_http = true under [systems.amelia]" in error.hint


def test_with_the_yes_it_is_asked(
    amelia: Path, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is no loopback by its letters, though it leads there."""
    ask = socket.getaddrinfo

    def lead_here(host: Any, *args: Any, **more: Any) -> Any:
        return ask("127.0.0.1" if host in ("amelia.test", b"amelia.test") else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lead_here)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    url = api.url.replace("127.0.0.1", "amelia.test")

    answer(amelia, WORKFLOW, "approved", url, plain_http=True)

    assert api.asked[0].headers["host"].startswith("amelia.test:")


def test_no_proxy_stands_between_this_machine_and_itself(
    amelia: Path, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)

        answer(amelia, WORKFLOW, "approved", api.url)

        assert (len(api.asked), proxy.asked) == (1, [])


# What came of it


def test_a_server_that_is_slow_leaves_it_sent_and_not_confirmed(amelia: Path, api: FakeApi) -> None:
    api.is_slow = True
    began = time.monotonic()

    decision = answer(amelia, WORKFLOW, "approved", api.url)

    assert decision.status == "sent"
    assert time.monotonic() - began < 15, "the server would have taken 20 s"
    assert len(api.asked) == 1


def test_a_slow_server_whose_row_shows_it_has_decided(amelia: Path, api: FakeApi) -> None:
    """Amelia answers when the whole run is over, and writes its event before it begins."""
    api.is_slow, api.before = True, granted(amelia)

    assert answer(amelia, WORKFLOW, "approved", api.url).status == "decided"


def test_a_connection_that_breaks_leaves_it_sent_and_not_confirmed(
    amelia: Path, api: FakeApi
) -> None:
    api.hangs_up = True

    assert answer(amelia, WORKFLOW, "approved", api.url).status == "sent"
    assert len(api.asked) == 1, "it is never sent twice"


def test_an_answer_whose_row_does_not_show_it_is_not_confirmed(amelia: Path, api: FakeApi) -> None:
    assert answer(amelia, WORKFLOW, "approved", api.url).status == "sent"


def test_a_server_that_failed_after_it_took_the_answer_has_decided(
    amelia: Path, api: FakeApi
) -> None:
    api.status, api.before = 500, granted(amelia)

    assert answer(amelia, WORKFLOW, "approved", api.url).status == "decided"


@pytest.mark.parametrize(
    ("status", "reply", "kind", "words"),
    [
        (404, {"detail": "no such workflow"}, "not_found", "Amelia does not know wf-9"),
        (409, {"detail": "in another state"}, "already_decided", "it was decided already"),
        (422, {"detail": "not blocked"}, "not_waiting", "it waits for no answer now: not blocked"),
        (400, {"error": "bad body"}, "not_taken", "does not take the answer as it is: bad body"),
        (401, None, "forbidden", "let nobody in (401)"),
        (403, "<html>no</html>", "forbidden", "let nobody in (403): <html>no</html>"),
        (500, {"detail": "boom"}, "server_error", "server failed (500), its row still waits: boom"),
        (418, None, "not_understood", "answered 418, its row still waits"),
    ],
)
def test_each_refusal_has_its_own_words(
    amelia: Path, api: FakeApi, status: int, reply: object, kind: str, words: str
) -> None:
    api.status, api.answer = status, reply

    error = refused(amelia, WORKFLOW, api.url)

    assert error.kind == kind
    assert words in error.title
    assert error.hint


def test_a_redirect_is_not_followed(amelia: Path, api: FakeApi) -> None:
    with serving() as elsewhere:
        api.status, api.headers = 307, {"location": f"{elsewhere.url}/api"}

        error = refused(amelia, WORKFLOW, api.url)

        assert (error.kind, elsewhere.asked) == ("redirected", [])
    assert "sends elsewhere (307)" in error.title


def test_what_a_hostile_server_says_is_cleaned_and_cut(amelia: Path, api: FakeApi) -> None:
    api.status, api.answer = 500, {"detail": "\x1b[2J" + "x" * 100_000}

    error = refused(amelia, WORKFLOW, api.url)

    assert "\x1b" not in error.title
    assert len(error.title) < 500


def test_a_body_without_an_end_is_let_go(amelia: Path, api: FakeApi) -> None:
    api.status, api.is_endless = 500, True

    error = refused(amelia, WORKFLOW, api.url)

    assert error.kind == "server_error"
    assert "on and on" in error.title
    assert len(error.title) < 500


def test_an_answer_that_comes_letter_by_letter_is_sent_and_not_confirmed(
    amelia: Path, api: FakeApi
) -> None:
    api.drips = True

    decision = answer(amelia, WORKFLOW, "approved", api.url)

    assert decision.status == "sent"
    assert not api.drips_ended.is_set()


def test_a_conflict_tells_who_was_first_where_the_row_does(syris: Path, api: FakeApi) -> None:
    api.status = 409
    api.before = partial(
        change, syris, "UPDATE approvals SET status = 'denied', decided_by = 'operator'"
    )

    error = refused(syris, GATE, api.url)

    assert error.kind == "already_decided"
    assert "already rejected by operator" in error.title


def test_a_server_that_is_not_there_is_told_as_one(amelia: Path) -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"

    error = refused(amelia, WORKFLOW, f"http://{place}")

    assert error.kind == "no_server"
    assert error.title == f"nothing was sent: no server of Amelia's at {place} (not running)"


def test_a_server_that_takes_no_connection_is_told_as_one(
    amelia: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket that listens and whose line is full: the kernel lets a connect wait."""
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.2)
    with closing(socket.socket()) as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        place = deaf.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(place)
        try:
            error = refused(amelia, WORKFLOW, f"http://127.0.0.1:{place[1]}")
        finally:
            for each in waiting:
                each.close()

    assert error.kind == "no_server"
    assert "took no connection" in error.title


def test_the_defaults_are_the_systems_own_on_the_loopback(
    amelia: Path, dossier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str | None] = []
    monkeypatch.setattr(
        "vedette.data.deciding.over_http.post", lambda server, request: sent.append(server.api.url)
    )
    for path, gate in ((amelia, WORKFLOW), (dossier, BLOCKED)):
        sha = seen(path, gate)
        decide(str(path), gate, "approved", sha=sha, actor="ana", now=NOW)

    assert sent == ["http://127.0.0.1:8420", "http://127.0.0.1:3000"]
