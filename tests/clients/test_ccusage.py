"""An import counts what ccusage counts on the same files, tokens and cost; where not, is known."""

import random
from pathlib import Path
from typing import Any

import pytest

from tests.builders import transcripts as made
from tests.builders.recorded import rows
from tests.clients.conftest import Ccusage
from vedette.data import times
from vedette.data.ingest import ids
from vedette.data.ingest.transcripts import Importer
from vedette.data.prices import pricing

NOW = times.parse("2026-11-03T00:00:00Z") or 0.0
MODELS = (made.SONNET, made.HAIKU, "claude-opus-4-1-20250805")
TOTALS = """
    SELECT runs.id, sum(tokens_in - cache_read - coalesce(cache_write, 0)) AS sent,
           sum(tokens_out) AS out, sum(cache_read) AS read, sum(cache_write) AS written,
           sum(cost_micros) AS micros, count(*) AS calls
    FROM prompts JOIN runs ON runs.id = prompts.run_id
    GROUP BY runs.id
"""


def _import(client: str, folder: Path, db: Path) -> dict[str, dict[str, Any]]:
    Importer(str(db), client, pricing(None), NOW).read([str(folder)], NOW)
    return {each["id"]: dict(each) for each in rows(db, TOTALS)}


def _session(folder: Path, name: str, dice: random.Random) -> None:
    """A session of chance: answers in several lines, snapshots, sub-agents, tools."""
    main = made.Claude(name)
    main.user("Begin.")
    _answers(main, name, dice)
    for number in range(dice.randrange(3)):
        below = made.Claude(name, agent=f"a{number}", clock=main.clock)
        below.user("Find it.")
        _answers(below, f"{name}_{number}", dice)
        made.write(folder / name / "subagents" / f"agent-a{number}.jsonl", below.lines)
    made.write(folder / f"{name}.jsonl", main.lines)


def _answers(talk: made.Claude, name: str, dice: random.Random) -> None:
    for number in range(dice.randrange(1, 30)):
        written = dice.choice((0, dice.randrange(30_000)))
        hour = dice.choice((0, written, written // 3))
        usage = made.tokens(
            dice.randrange(2_000), dice.randrange(4_000), dice.randrange(150_000), written, hour
        )
        given = {"usage": usage, "model": dice.choice(MODELS)}
        message = f"msg_{name}_{number}"
        early = {**usage, "output_tokens": 1}
        talk.said(message, made.text("I"), usage=dice.choice((usage, early)), model=given["model"])
        for block in range(dice.randrange(3)):
            talk.said(message, made.tool(f"toolu_{name}_{number}_{block}", "Read"), **given)
        talk.said(message, made.text("I see."), **given)
        talk.user("Go on.")


def test_claude_codes_sessions_count_the_same(ccusage: Ccusage, tmp_path: Path) -> None:
    folder, dice = tmp_path / "claude" / "projects" / "-home-ana-shop", random.Random(4)
    for number in range(40):
        _session(folder, f"5e55-{number:04d}", dice)
    made.shop(folder, "5e55-shop")
    ours = _import(ids.CLAUDE_CODE, folder, tmp_path / "runs.db")
    theirs = ccusage("claude", "CLAUDE_CONFIG_DIR", tmp_path / "claude")
    assert len(ours) == len(theirs) == 41
    for their in theirs:
        our = ours[ids.run(ids.CLAUDE_CODE, their["sessionId"])]
        assert [our[name] for name in ("sent", "out", "read", "written")] == [
            their[name]
            for name in ("inputTokens", "outputTokens", "cacheReadTokens", "cacheCreationTokens")
        ]
        # Each call is rounded to a micro-dollar.
        assert our["micros"] / 1e6 == pytest.approx(their["totalCost"], abs=our["calls"] * 5e-7)


def test_above_a_tier_ccusage_prices_only_what_is_above_it(
    ccusage: Ccusage, tmp_path: Path
) -> None:
    folder = tmp_path / "claude" / "projects" / "-home-ana-shop"
    main = made.Claude("5e55-long")
    main.user("Read it all.")
    main.said("msg_1", made.text("Read."), usage=made.tokens(0, 0, 250_000))
    made.write(folder / "5e55-long.jsonl", main.lines)
    (our,) = _import(ids.CLAUDE_CODE, folder, tmp_path / "runs.db").values()
    (their,) = ccusage("claude", "CLAUDE_CONFIG_DIR", tmp_path / "claude")
    assert our["read"] == their["cacheReadTokens"] == 250_000
    # 0.3 USD a million up to 200,000 tokens sent, 0.6 for all of a call that sends more.
    assert our["micros"] == 150_000
    assert their["totalCost"] == pytest.approx(0.06 + 0.03)


def test_codex_counts_the_same_but_for_the_sub_agents_ccusage_leaves_out(
    ccusage: Ccusage, tmp_path: Path
) -> None:
    folder, db = tmp_path / "codex" / "sessions", tmp_path / "runs.db"
    made.old_rollout(folder)
    made.new_rollout(folder)
    ours = _import(ids.CODEX, folder, db)
    left_out = rows(
        db, "SELECT run_id, tokens_in, cost_micros FROM agents WHERE parent_id IS NOT NULL"
    )
    assert [tuple(each)[:2] for each in left_out] == [("codex:0190-bbbb", 3_000)]
    theirs = {
        their["sessionFile"][-9:]: their for their in ccusage("codex", "CODEX_HOME", folder.parent)
    }
    assert set(theirs) == {"0190-aaaa", "0190-bbbb"}
    for thread, their in theirs.items():
        our = ours[ids.run(ids.CODEX, thread)]
        missing = [each for each in left_out if each["run_id"] == our["id"]]
        sent = our["sent"] + our["read"] - sum(each["tokens_in"] for each in missing)
        assert sent == their["inputTokens"] + their["cacheReadTokens"]
        cost = our["micros"] - sum(each["cost_micros"] for each in missing)
        assert cost / 1e6 == pytest.approx(their["costUSD"], abs=our["calls"] * 5e-7)
