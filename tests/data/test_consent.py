"""The review: keys that are dead, lines that must be seen, holds that can be undone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.data import config
from vedette.data.consent import NOT_LIVE, READ_ONLY, Gate, Intent, Review, Steps, Terms, terms_of
from vedette.data.deciding.way import Way

NOW = 1795269751.0
SHA = "9f3c" + "0" * 56 + "e21a"
OTHER = "77aa" + "1" * 60
LINES = (56, 12, 26)


def gate(risk: str = "low", **fields: object) -> Gate:
    row = Gate("g-5512", "write 3 files", risk, "pending", SHA, expires=NOW + 252)
    return row._replace(**fields)  # type: ignore[arg-type]


def opened(risk: str = "low", seen: bool = True, **fields: object) -> Review:
    """A review that has been open for a second, all its lines seen or none."""
    review = Review(gate(risk, **fields))
    review.opened(NOW - 1)
    review.laid_out(SHA, LINES, NOW - 1)
    if seen:
        review.lines_seen([(0, 94)])
    return review


def press(review: Review, keys: str, now: float = NOW) -> None:
    for key in keys:
        review.key(key, now, key)


def run(review: Review, seconds: float, start: float = NOW) -> list[Intent]:
    """Ticks ten times a second, as the screen does; the intents that came out."""
    ticks = (review.tick(start + step / 10) for step in range(round(seconds * 10) + 1))
    return [intent for intent in ticks if intent is not None]


# Risk by risk


def test_low_risk_is_approved_by_a_key_and_a_hold() -> None:
    review = opened("low", seen=False)

    press(review, "a")

    assert review.step == "hold"
    assert run(review, 2.9) == []
    [intent] = run(review, 0.1, NOW + 3)
    assert intent == Intent("g-5512", "approved", SHA, None, 1000, "low", "write 3 files")
    assert review.step == "sending"


def test_medium_risk_opens_when_every_line_has_been_on_the_screen() -> None:
    review = opened("medium", seen=False)
    review.lines_seen([(0, 24)])

    press(review, "a")
    locked = review.bar(NOW)
    review.lines_seen([(24, 60), (60, 94)])
    press(review, "a")

    assert locked.locks == ("70 lines to go",)
    assert locked.to_go == 70
    assert locked.message == "70 lines to go"
    assert locked.keys[0].is_locked
    assert review.step == "hold"


@pytest.mark.parametrize("risk", ["high", "critical", "unheard of"])
def test_high_risk_takes_four_digits_and_five_seconds(risk: str) -> None:
    review = opened(risk)

    press(review, "a")
    asked = review.bar(NOW)
    press(review, "9F3")
    typing = review.bar(NOW)
    press(review, "C")

    assert (asked.step, asked.wanted, asked.typed) == ("confirm", "9F3C", "")
    assert (typing.step, typing.typed) == ("confirm", "9F3")
    assert review.step == "hold"
    assert run(review, 4.9) == []
    assert len(run(review, 0.1, NOW + 5)) == 1


def test_high_risk_does_not_ask_for_the_hash_before_all_is_seen() -> None:
    review = opened("high", seen=False)
    review.lines_seen([(0, 93)])

    press(review, "a9f3c")

    assert review.step == "reading"
    assert run(review, 10) == []


def test_a_wrong_digit_begins_again() -> None:
    review = opened("high")

    press(review, "a9f4")

    assert review.bar(NOW).typed == ""
    assert "9F3C" in review.bar(NOW).message
    press(review, "9f3c")
    assert review.step == "hold"


def test_a_digit_can_be_taken_back() -> None:
    review = opened("high")
    press(review, "a9f")

    review.key("backspace", NOW)

    assert review.bar(NOW).typed == "9"


def test_thresholds_come_from_the_configuration() -> None:
    low = config.Consent(see_all=True, hash_digits=6, hold_s=1.5)

    terms = terms_of(config.Review(low=low, dead_keys_ms=250), pickup=30)

    assert terms.of("low") == Steps(see_all=True, digits=6, hold=1.5)
    assert (terms.dead, terms.pickup) == (0.25, 30)
    assert terms_of(config.Review()) == Terms()


# Type-ahead, enter, escape, paste


def test_keys_are_dead_just_after_opening_and_not_queued() -> None:
    review = Review(gate())
    review.key("a", NOW - 1, "a")
    review.opened(NOW)
    review.laid_out(SHA, LINES, NOW)

    for early in (0.0, 0.2, 0.399):
        assert review.key("a", NOW + early, "a")
    still_reading = review.step
    review.key("a", NOW + 0.4, "a")

    assert still_reading == "reading"
    assert review.dropped == 4
    assert review.step == "hold"


def test_keys_are_dead_again_when_the_payload_comes_on_the_screen() -> None:
    review = Review(gate())
    review.opened(NOW)
    review.laid_out(SHA, LINES, NOW + 5)

    press(review, "a", NOW + 5.3)

    assert review.step == "reading"


def test_nothing_is_approved_before_the_payload_is_on_the_screen() -> None:
    review = Review(gate())
    review.opened(NOW)

    press(review, "a", NOW + 5)
    review.laid_out(OTHER, LINES, NOW + 5)
    press(review, "a", NOW + 10)

    assert review.step == "reading"
    assert review.bar(NOW + 10).message == "the payload is not on the screen yet"


@pytest.mark.parametrize("step", ["", "a", "a9f3", "a9f3c"])
def test_enter_never_approves(step: str) -> None:
    review = opened("high")
    press(review, step)
    before = review.step

    review.key("enter", NOW)

    assert review.step == before
    assert review.step != "sending"


@pytest.mark.parametrize("step", ["", "a", "a9f3", "a9f3c", "r", "rno", "A"])
def test_escape_never_decides(step: str) -> None:
    review = opened("high")
    press(review, step)

    review.key("escape", NOW)

    assert review.step == "reading"
    assert run(review, 20) == []


def test_escape_before_any_answer_is_left_to_the_screen() -> None:
    review = opened()

    assert not review.key("escape", NOW)
    assert not review.key("pagedown", NOW)


@pytest.mark.parametrize("step", ["", "a", "a9f3", "r", "A"])
def test_a_paste_is_refused_everywhere(step: str) -> None:
    review = opened("high")
    press(review, step)
    before = review.bar(NOW)

    review.pasted(NOW)

    after = review.bar(NOW)
    assert (after.step, after.typed, after.text) == (before.step, before.typed, before.text)
    assert after.message == "a paste is refused here: type it"


# The hold


@pytest.mark.parametrize("key", ["u", "escape"])
def test_a_hold_can_be_undone_and_nothing_comes_of_it(key: str) -> None:
    review = opened()
    press(review, "a")
    run(review, 2.9)

    review.key(key, NOW + 2.95)

    assert review.bar(NOW + 3).message == "undone: nothing was written"
    assert run(review, 10, NOW + 3) == []


def test_a_hold_can_be_undone_just_after_the_lines_were_set_anew() -> None:
    review = opened()
    press(review, "a")
    review.laid_out(SHA, LINES, NOW + 1, seen=range(94))

    press(review, "u", NOW + 1.1)

    assert review.step == "reading"


def test_the_bar_of_a_hold_empties() -> None:
    review = opened()
    press(review, "a")

    bar = review.bar(NOW + 1)

    assert (bar.step, bar.outcome, bar.hold, bar.hold_left) == ("hold", "approved", 3.0, 2.0)
    assert [key.key for key in bar.keys] == ["u", "esc"]


def test_the_decision_is_asked_for_exactly_once() -> None:
    review = opened()
    press(review, "a")
    [_] = run(review, 4)

    press(review, "aaaau", NOW + 5)

    assert run(review, 10, NOW + 5) == []
    assert review.step == "sending"


def test_keys_in_a_hold_neither_shorten_nor_restart_it() -> None:
    review = opened()
    press(review, "a")
    run(review, 2)

    press(review, "aaar ", NOW + 2)
    review.key("enter", NOW + 2)

    assert review.bar(NOW + 2).hold_left == 1.0


def test_a_payload_that_changes_undoes_the_hold_and_must_be_read_again() -> None:
    review = opened("medium")
    press(review, "a")
    run(review, 1)

    review.gate_changed(gate("medium", sha256=OTHER), NOW + 1)
    at_once = review.bar(NOW + 1)
    press(review, "a", NOW + 9)
    review.laid_out(OTHER, LINES, NOW + 9)

    assert run(review, 10, NOW + 1) == []
    assert at_once.step == "reading"
    assert not at_once.is_same
    assert at_once.changed == "its payload is another one"
    assert review.bar(NOW + 9).locks == ("94 lines to go",)


def test_keys_are_dead_after_the_payload_changed() -> None:
    review = opened()
    review.gate_changed(gate(sha256=OTHER), NOW)
    review.laid_out(OTHER, LINES, NOW + 0.1)

    press(review, "a", NOW + 0.45)
    dead = review.step
    press(review, "a", NOW + 0.6)

    assert (dead, review.step) == ("reading", "hold")


def test_lines_of_the_payload_before_the_change_are_not_heard_of() -> None:
    review = opened("medium")
    review.gate_changed(gate("medium", sha256=OTHER), NOW)

    review.laid_out(SHA, LINES, NOW)
    review.lines_seen([(0, 94)])

    assert "the payload is not on the screen yet" in review.bar(NOW).locks


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"risk": "critical"}, "its risk is critical now"),
        ({"title": "write 4 files"}, "its title is another one"),
        ({"needed": 2}, "2 must approve it now"),
    ],
)
def test_what_stands_beside_the_payload_undoes_the_hold_too(
    change: dict[str, object], words: str
) -> None:
    review = opened("medium")
    press(review, "a")

    review.gate_changed(gate("medium")._replace(**change), NOW + 1)  # type: ignore[arg-type]

    assert review.bar(NOW + 1).changed == words
    assert run(review, 10, NOW + 1) == []


def test_a_signature_of_another_does_not_disturb_the_hold() -> None:
    review = opened("low", needed=2)
    press(review, "a")

    review.gate_changed(gate("low", needed=2, signed=1), NOW + 1)

    assert len(run(review, 3)) == 1


def test_a_gate_decided_elsewhere_during_the_hold_is_not_decided_here() -> None:
    review = opened()
    press(review, "a")

    decided = gate(status="rejected", decided_by="ana", decided=NOW + 1)
    review.gate_changed(decided, NOW + 1)

    bar = review.bar(NOW + 1)
    assert (bar.step, bar.ended) == ("closed", "already rejected by ana 14:02:32")
    assert bar.message == "undone, nothing of yours was written"
    assert run(review, 10, NOW + 1) == []


def test_a_gate_withdrawn_during_the_hold_is_not_decided() -> None:
    review = opened()
    press(review, "a")

    review.gate_changed(gate(status="withdrawn"), NOW + 1)

    assert review.bar(NOW + 1).ended == "withdrawn by the agent"
    assert run(review, 10, NOW + 1) == []


def test_a_gate_that_expires_during_the_hold_is_not_decided() -> None:
    review = opened(expires=NOW + 2)
    press(review, "a")

    assert run(review, 10) == []
    assert review.bar(NOW + 3).ended == "expired at 14:02:33: nobody answered"


def test_a_gate_that_expires_as_the_hold_ends_is_not_decided() -> None:
    review = opened(expires=NOW + 3)
    press(review, "a")

    assert run(review, 3) == []
    assert review.step == "closed"


def test_a_view_that_stops_being_live_undoes_the_hold() -> None:
    review = opened()
    press(review, "a")

    review.freshness(False)
    review.freshness(True)

    assert review.step == "reading"
    assert run(review, 10) == []


def test_an_agent_that_goes_during_the_hold_gets_no_answer() -> None:
    review = opened()
    press(review, "a")

    review.gate_changed(gate(requester_gone=True), NOW + 1)

    assert run(review, 10, NOW + 1) == []
    assert "the asking process is gone" in review.bar(NOW + 2).message


def test_a_gate_that_vanishes_is_closed() -> None:
    review = opened()
    press(review, "a")

    review.gate_changed(None, NOW + 1)

    assert review.bar(NOW + 1).ended == "the gate is gone from its source"
    assert run(review, 10, NOW + 1) == []


@pytest.mark.parametrize("pause", [60.0, -30.0])
def test_a_console_that_stood_still_does_not_write_when_it_wakes(pause: float) -> None:
    """Stopped with ctrl+z, a laptop asleep, a clock set: nobody could have undone it."""
    review = opened(expires=None)
    press(review, "a")
    run(review, 1)

    assert review.tick(NOW + 1 + pause) is None
    assert review.step == "reading"
    assert "stood still" in review.bar(NOW + 1 + pause).message


def test_a_link_that_is_cut_during_the_hold_writes_nothing() -> None:
    """The intent comes out of a tick at the hold's end and of nothing else."""
    review = opened()

    press(review, "a")
    review.lines_seen([(0, 94)])
    review.gate_changed(gate(), NOW + 1)
    review.freshness(True)

    assert review.step == "hold"


# Off


def test_a_stale_view_decides_nothing() -> None:
    review = opened()
    review.freshness(False)

    press(review, "a")
    press(review, "rno")

    bar = review.bar(NOW)
    assert (bar.step, bar.off, bar.message) == ("reading", NOT_LIVE, NOT_LIVE)
    assert all(key.is_locked for key in bar.keys if key.key != "esc")


def test_a_view_that_went_stale_while_a_reason_was_written_sends_nothing() -> None:
    review = opened()
    press(review, "rno")
    review.freshness(False)

    review.key("enter", NOW)

    assert review.bar(NOW).message == NOT_LIVE
    assert run(review, 10) == []


def test_a_view_that_went_stale_while_the_hash_was_typed_starts_no_hold() -> None:
    review = opened("high")
    press(review, "a9f3")
    review.freshness(False)

    press(review, "c")

    assert review.step == "reading"
    assert review.bar(NOW).message == NOT_LIVE


def test_a_console_that_only_reads_shows_no_answer_keys() -> None:
    review = Review(gate(), may_decide=False)
    review.opened(NOW - 1)
    review.laid_out(SHA, LINES, NOW - 1)

    press(review, "ar")

    assert review.step == "reading"
    assert review.bar(NOW).message == READ_ONLY
    assert [key.key for key in review.bar(NOW).keys] == ["esc"]


def test_a_gate_that_is_answered_elsewhere_can_be_read_and_not_answered() -> None:
    review = opened(way=Way("", off="answer it where Dossier asks for it"))

    press(review, "arA")

    bar = review.bar(NOW)
    assert review.step == "reading"
    assert bar.off == "deciding is off: answer it where Dossier asks for it"
    assert [key.key for key in bar.keys] == ["esc"]


BY_HTTP = Way("http", says="by Amelia's HTTP interface at 127.0.0.1:8420", hears=False)


def sent_away(**fields: object) -> Review:
    """A review whose approval was sent and has no answer."""
    review = opened(way=BY_HTTP._replace(**fields))  # type: ignore[arg-type]
    press(review, "a")
    run(review, 3.5)
    review.written("sent", NOW + 3, 1, 1)
    return review


def test_what_was_sent_is_not_confirmed_until_its_row_shows_it() -> None:
    review = sent_away()
    review.gate_changed(review.gate, NOW + 4)
    before = review.bar(NOW + 4)

    review.gate_changed(review.gate._replace(status="approved", decided=NOW + 5), NOW + 6)

    after = review.bar(NOW + 6)
    assert (before.step, before.is_confirmed) == ("receipt", False)
    assert (after.step, after.is_confirmed, after.confirmed) == ("receipt", True, NOW + 5)
    assert not review.bar(NOW + 100).is_late, "its file tells of no pick-up"


def test_what_vanishes_once_it_is_answered_is_confirmed_by_being_gone() -> None:
    review = sent_away(vanishes=True)

    review.gate_changed(None, NOW + 5)

    assert review.bar(NOW + 5).is_confirmed
    assert review.step == "receipt"


def test_what_was_sent_and_whose_gate_is_gone_is_not_called_taken() -> None:
    review = sent_away()

    review.gate_changed(None, NOW + 5)

    assert review.bar(NOW + 5).ended == "it was sent, and the gate is gone from its source"


def test_what_was_sent_when_another_answer_was_first_did_not_count() -> None:
    review = sent_away()

    review.gate_changed(review.gate._replace(status="rejected", decided_by="ben"), NOW + 5)

    bar = review.bar(NOW + 5)
    assert bar.step == "closed"
    assert bar.ended == "yours was sent and did not count: already rejected by ben"


@pytest.mark.parametrize("kind", ["no_server", "not_found", "server_error", "forbidden"])
def test_a_server_that_did_not_take_it_leaves_the_gate_open(kind: str) -> None:
    review = opened(way=BY_HTTP)
    press(review, "a")
    run(review, 3.5)

    review.refused(kind, "no server of Amelia's")

    assert (review.step, review.bar(NOW).message) == ("reading", "no server of Amelia's")


def test_what_cannot_be_rejected_is_not_and_says_why() -> None:
    review = opened(way=BY_HTTP._replace(no_reject="it can be resumed, not rejected"))

    press(review, "r")
    review.given_reason("written in an editor")

    bar = review.bar(NOW)
    assert (bar.step, bar.message) == ("reading", "it can be resumed, not rejected")
    assert [key.key for key in bar.keys] == ["a", "A", "esc"]


def test_a_note_that_has_no_place_is_not_asked_for() -> None:
    review = opened(way=BY_HTTP._replace(takes_note=False))

    press(review, "A")

    assert review.step == "reading"
    assert "A" not in [key.key for key in review.bar(NOW).keys]


def test_where_no_gate_expires_one_past_its_time_is_answered() -> None:
    review = opened(expires=NOW - 1, expires_itself=False)

    press(review, "a")

    assert review.step == "hold"
    assert len(run(review, 3.5)) == 1


def test_an_agent_that_is_gone_can_only_be_refused() -> None:
    review = opened(requester_gone=True)

    press(review, "a")
    approving = review.step
    press(review, "rno")
    review.key("enter", NOW)

    assert approving == "reading"
    assert review.step == "hold"


def test_who_may_not_sign_is_told_why() -> None:
    review = opened(barred="you asked for this yourself: others must approve it")

    press(review, "a")

    assert review.bar(NOW).message == "you asked for this yourself: others must approve it"


@pytest.mark.parametrize("status", ["approved", "rejected", "expired", "withdrawn"])
def test_a_gate_that_is_over_opens_closed(status: str) -> None:
    review = opened(status=status)

    press(review, "ar")

    assert review.step == "closed"
    assert review.bar(NOW).ended != ""
    assert run(review, 10) == []


# Rejecting, and notes


def test_a_rejection_takes_a_reason_and_a_hold() -> None:
    review = opened("critical", seen=False)

    press(review, "rnot on a Friday")
    review.key("enter", NOW)
    held = review.bar(NOW)
    [intent] = run(review, 3)

    assert (held.step, held.outcome, held.hold) == ("hold", "rejected", 3.0)
    assert (intent.outcome, intent.note, intent.sha) == ("rejected", "not on a Friday", SHA)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_rejection_without_a_reason_is_not_sent(reason: str) -> None:
    review = opened()
    press(review, "r" + reason)

    review.key("enter", NOW)

    assert review.step == "reason"
    assert review.bar(NOW).message.startswith("a rejection needs a reason")


def test_a_reason_is_edited_as_a_line_is() -> None:
    review = opened()
    press(review, "rnop")

    review.key("backspace", NOW)
    review.key("space", NOW, " ")
    review.key("left", NOW)
    press(review, "u")

    assert review.bar(NOW).text == "no u"
    review.key("ctrl+u", NOW)
    assert review.bar(NOW).text == ""


def test_a_reason_from_an_editor_only_stands_in_the_field() -> None:
    review = opened()

    review.given_reason("use the\n  staging key\n")

    assert review.step == "reason"
    assert review.bar(NOW).text == "use the staging key"
    assert run(review, 10) == []


def test_a_rejection_can_be_chosen_while_the_hash_is_asked_for() -> None:
    review = opened("high")

    press(review, "a9r")

    assert review.step == "reason"


def test_a_note_goes_with_the_approval_and_enter_does_not_send_it() -> None:
    review = opened()
    press(review, "A")
    press(review, "checked with ben")

    review.key("enter", NOW)
    kept = review.step
    press(review, "a")
    [intent] = run(review, 3)

    assert kept == "reading"
    assert intent.note == "checked with ben"


def test_a_note_that_is_left_by_escape_is_not_kept() -> None:
    review = opened()
    press(review, "A")
    press(review, "hm")

    review.key("escape", NOW)

    assert review.bar(NOW).note == ""


# What comes of it


def sent(risk: str = "low", **fields: object) -> Review:
    review = opened(risk, **fields)
    press(review, "a")
    assert len(run(review, 3)) == 1
    return review


def test_the_receipt_follows_the_answer_to_its_agent() -> None:
    review = sent()

    review.written("decided", NOW + 3, 1, 1)
    just_sent = review.bar(NOW + 4)
    there = gate(status="approved", decided_by="you", decided=NOW + 3, picked_up=NOW + 4)
    review.gate_changed(there, NOW + 5)
    review.gate_changed(there._replace(moved_on=NOW + 4.2), NOW + 6)

    bar = review.bar(NOW + 20)
    assert (just_sent.step, just_sent.sent, just_sent.picked_up) == ("receipt", NOW + 3, None)
    assert (bar.step, bar.picked_up, bar.moved_on) == ("receipt", NOW + 4, NOW + 4.2)
    assert not bar.is_late


def test_an_answer_nobody_picks_up_is_late_after_ten_seconds() -> None:
    review = sent()
    review.written("decided", NOW + 3, 1, 1)

    assert not review.bar(NOW + 13).is_late
    assert review.bar(NOW + 13.1).is_late


def test_a_first_signature_is_no_decision_and_never_late() -> None:
    review = sent(needed=2)

    review.written("signed", NOW + 3, 1, 2)

    bar = review.bar(NOW + 60)
    assert bar.message == "signed, 1 of 2: it is not decided yet"
    assert not bar.is_late


def test_our_own_decision_seen_in_the_file_first_is_not_anothers() -> None:
    review = sent()

    review.gate_changed(gate(status="approved", decided_by="you"), NOW + 3.1)
    review.written("decided", NOW + 3, 1, 1)

    assert review.step == "receipt"


def test_who_comes_too_late_is_told_who_won() -> None:
    review = sent()

    review.refused("already_decided", "already rejected by ana 14:02:40")

    assert review.bar(NOW + 4).ended == "already rejected by ana 14:02:40"
    assert review.step == "closed"


def test_after_a_locked_file_one_can_try_again() -> None:
    review = sent()

    review.refused("locked", "runs.db is locked by another process")
    press(review, "a", NOW + 9)

    assert review.step == "hold"


def test_a_refusal_that_nobody_waits_for_changes_nothing() -> None:
    review = opened()

    review.refused("locked", "x")
    review.written("decided", NOW, 1, 1)

    assert review.step == "reading"


# What has been seen


def test_seen_is_counted_by_line_and_by_file() -> None:
    review = opened("medium", seen=False)

    review.lines_seen([(0, 14)])
    first = review.bar(NOW)
    review.lines_seen([(10, 20), (55, 58)])
    second = review.bar(NOW)

    assert (first.seen, first.lines, first.sections_seen, first.sections) == (14, 94, 1, 3)
    assert first.percent == 14
    assert (second.seen, second.sections_seen) == (23, 2)
    assert review.is_seen(57)
    assert not review.is_seen(58)
    assert review.seen_between(0, 30) == 20


def test_a_hundred_percent_is_said_only_of_all_lines() -> None:
    review = opened("medium", seen=False)
    review.laid_out(SHA, (100_000,), NOW - 1)

    review.lines_seen([(0, 99_999)])

    assert review.bar(NOW).percent == 99


def test_lines_that_do_not_exist_are_not_seen() -> None:
    review = opened("medium", seen=False)

    review.lines_seen([(-5, 3), (90, 400), (500, 400)])

    assert review.bar(NOW).seen == 7


def test_what_was_seen_stays_seen_at_another_width() -> None:
    review = opened("medium")

    review.laid_out(SHA, (60, 12, 26), NOW, seen=range(60))

    assert (review.bar(NOW).seen, review.bar(NOW).to_go) == (60, 38)


def test_how_long_it_was_on_the_screen_begins_with_this_payload() -> None:
    review = opened()
    review.gate_changed(gate(sha256=OTHER), NOW)
    review.laid_out(OTHER, LINES, NOW + 10)

    press(review, "a", NOW + 22.5)
    [intent] = run(review, 3, NOW + 22.5)

    assert (intent.shown_ms, intent.sha) == (12_500, OTHER)


def test_the_hash_is_shown_by_its_ends() -> None:
    assert opened().bar(NOW).sha == ("9f3c", "e21a")


def test_a_payload_the_agent_itself_changed_is_said_to_be_changed() -> None:
    bar = opened(is_as_asked=False).bar(NOW)

    assert (bar.is_same, bar.changed) == (False, "the agent has changed it since it first asked")


def test_a_payload_somebody_else_changed_can_only_be_rejected() -> None:
    review = opened(is_as_stored=False)
    bar = review.bar(NOW)

    words = "its payload is not the one the agent asked about"
    assert (bar.is_same, bar.changed) == (False, words)
    assert words in bar.locks

    press(review, "a", NOW + 20)
    assert review.bar(NOW + 20).message == words
    press(review, "r", NOW + 20)
    assert review.bar(NOW + 20).step == "reason"


# Any order of events

EVENTS = st.one_of(
    st.sampled_from(["a", "A", "r", "u", "9", "f", "3", "c", "enter", "escape", "backspace"]),
    st.sampled_from(["paste", "stale", "live", "change", "lay out", "see all", "decided", "gone"]),
    st.floats(0.05, 1.9).map(lambda seconds: f"wait {seconds}"),
    # What people do, so that most examples come to an answer.
    st.sampled_from(["reads", "approves", "rejects", "waits"]),
    st.sampled_from(["reads", "approves", "rejects", "waits"]),
)
HABITS = {
    "reads": ("lay out", "see all", "wait 0.5"),
    "rejects": ("r", "n", "o", "enter"),
    "waits": ("wait 1.3", "wait 1.9", "wait 1.9"),
}


@settings(max_examples=300, deadline=None)
@given(
    events=st.lists(EVENTS, max_size=60),
    risk=st.sampled_from(["low", "medium", "high", "critical"]),
)
def test_no_order_of_events_sends_what_the_terms_forbid(events: list[str], risk: str) -> None:
    world = World(risk)
    for event in ["reads", *events]:
        world.happen(event)


class World:
    """A review and what a bystander knows of it; checks each intent as it comes out."""

    def __init__(self, risk: str) -> None:
        self.now = NOW
        self.gate = gate(risk, expires=NOW + 30)
        self.review = Review(self.gate)
        self.review.opened(self.now)
        self.shas = [SHA, OTHER]
        self.laid_out = ""
        self.seen_all = False
        self.live = True
        self.quiet_since = NOW
        """Since when nothing has happened that should undo a hold."""
        self.intents = 0

    def happen(self, event: str) -> None:
        if event in HABITS:
            for part in HABITS[event]:
                self.happen(part)
        elif event == "approves":
            for key in ("a", *self.gate.sha256[: Terms().of(self.gate.risk).digits]):
                self.review.key(key, self.now, key)
        elif event.startswith("wait "):
            self.wait(float(event.split()[1]))
        elif event == "paste":
            self.review.pasted(self.now)
        elif event in ("stale", "live"):
            self.live = event == "live"
            self.disturb(not self.live)
            self.review.freshness(self.live)
        elif event == "change":
            self.shas.reverse()
            self.row(sha256=self.shas[0])
        elif event == "decided":
            self.row(status="rejected", decided_by="ana")
        elif event == "gone":
            # It bars an approval; a rejection on hold goes on.
            self.gate = self.gate._replace(requester_gone=True)
            self.review.gate_changed(self.gate, self.now)
        elif event == "lay out":
            self.review.laid_out(self.gate.sha256, LINES, self.now)
            self.laid_out, self.seen_all = self.gate.sha256, False
        elif event == "see all":
            self.review.lines_seen([(0, 94)])
            self.seen_all = self.laid_out == self.gate.sha256
        else:
            if event in ("u", "escape") and self.review.step == "hold":
                self.disturb(True)
            self.review.key(event, self.now, event if len(event) == 1 else None)

    def row(self, **fields: object) -> None:
        self.gate = self.gate._replace(**fields)  # type: ignore[arg-type]
        self.disturb(True)
        self.review.gate_changed(self.gate, self.now)

    def disturb(self, is_disturbed: bool) -> None:
        if is_disturbed:
            self.quiet_since = self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds
        intent = self.review.tick(self.now)
        if intent is None:
            return
        self.intents += 1
        assert self.intents == 1, "sent twice"
        assert self.live, "sent from a view that is not live"
        assert self.now < NOW + 30, "sent after its time"
        assert self.gate.status == "pending", "sent though it was decided"
        assert intent.sha == self.laid_out == self.gate.sha256, "sent for another payload"
        steps = Terms().of(self.gate.risk)
        hold = steps.hold if intent.outcome == "approved" else Terms().reject_hold
        assert self.now - self.quiet_since >= hold - 1e-6, "sent before the hold was over"
        if intent.outcome == "approved":
            assert not self.gate.requester_gone, "sent to an agent that is gone"
            assert self.seen_all or not steps.see_all, "sent before all was seen"
        else:
            assert intent.note, "rejected without a reason"
