"""A price is the user's, else the built-in table's, else unknown; and it says which."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from genai_prices.data_snapshot import get_snapshot

from tests.builders import transcripts as made
from tests.builders.recorded import change, row, value
from tests.builders.transcripts import assert_totals_are_true
from vedette.data import times
from vedette.data.errors import VedetteError
from vedette.data.ingest import ids
from vedette.data.ingest.transcripts import Importer
from vedette.data.price_table import PriceTable, read
from vedette.data.prices import Price, Usage, own, price, pricing
from vedette.data.repricing import reprice

AT = times.parse("2026-11-02T09:30:00Z") or 0.0
MEASURED = Usage(tokens_in=60_382, tokens_out=229, cache_read=48_530, cache_write=11_800)
"""52 tokens of input, 48,530 from the cache and 11,800 to it: 0.0624 USD by Claude Code itself."""

TABLE = """
[[price]]
model = "house-*"
input = 2.0
output = 10.0
cache_read = 0.2

[[price]]
model = "house-*"
from = 2026-12-01
input = 1.0
output = 5.0

[[price]]
model = "claude-haiku-*"
input = 100
output = 100

[[price.above]]
tokens = 200_000
input = 150
"""


@pytest.fixture
def table(tmp_path: Path) -> PriceTable:
    path = tmp_path / "prices.toml"
    path.write_text(TABLE)
    return read(str(path))


def known(found: Price | None) -> Price:
    assert found is not None
    return found


def test_the_built_in_price_is_what_the_client_says_it_paid() -> None:
    assert known(price(made.SONNET, AT, MEASURED)).usd == Decimal("0.062400")


def test_the_parts_add_up_to_the_price() -> None:
    usage = Usage(300_000, 1_000, 200_000, 5_000, 1_000)
    found = known(price(made.SONNET, AT, usage))
    assert [(part.name, part.tokens) for part in found.parts] == [
        ("input", 95_000),
        ("cache read", 200_000),
        ("cache write", 4_000),
        ("cache write 1h", 1_000),
        ("output", 1_000),
    ]
    assert sum(part.usd for part in found.parts) == found.usd
    # Above 200,000 tokens another tier holds, for all of them.
    assert found.parts[0].rate == 6


def test_the_parts_of_every_providers_prices_add_up() -> None:
    usage, seen = Usage(300_000, 1_000, 100_000, 5_000, 1_000), set()
    for provider in get_snapshot().providers:
        for model in provider.models[:8]:
            found = price(f"{provider.id}/{model.id}", AT, usage)
            if found is not None:
                seen.add(provider.id)
                assert sum(part.usd for part in found.parts) == found.usd
    assert len(seen) > 20


def test_an_unknown_model_has_no_price() -> None:
    assert price("house-model-9", AT, MEASURED) is None
    assert pricing(None)("house-model-9", AT, MEASURED) is None


@pytest.mark.parametrize("usage", [Usage(), Usage(tokens_in=5, tokens_out=1, cache_read=9)])
def test_counts_that_cannot_be_have_no_price(usage: Usage, table: PriceTable) -> None:
    assert price(made.SONNET, AT, usage) is None
    assert price("house-model", AT, usage, table) is None


def test_the_users_table_stands_before_the_built_in_one(table: PriceTable) -> None:
    found = known(price(made.HAIKU, AT, Usage(1_000_000, 0), table))
    assert (found.usd, found.table, found.entry) == (150, table.path, "claude-haiku-*")
    assert known(price(made.HAIKU, AT, Usage(100_000, 0), table)).usd == 10
    assert known(price(made.SONNET, AT, MEASURED, table)).table.startswith("genai-prices ")


def test_of_several_prices_the_latest_that_holds_counts(table: PriceTable) -> None:
    usage = Usage(1_000_000, 100_000, 500_000, 100_000, 100_000)
    before = known(price("house-model", AT, usage, table))
    # 0.4 M at 2, 0.5 M at 0.2, 0.1 M written at the price of input, 0.1 M answered at 10.
    assert (before.usd, before.since) == (Decimal("2.1"), None)
    after = known(price("house-model", AT + 40 * 86_400, usage, table))
    assert (after.usd, after.since) == (Decimal("1.5"), "2026-12-01")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[price]\n", "prices.toml:1: "),
        ('[[price]]\nmodel = "a"\ninput = -1\noutput = 1\n', "prices.toml:3: price.input: "),
        ('\n[[price]]\nmodel = "a"\ninput = 1\n', "prices.toml:2: price.output: field required"),
        ('[[price]]\nmodel = "a"\ninput = 1\noutput = 1\ncached = 2\n', "prices.toml:5: price.ca"),
        ("prise = 1\n", "prices.toml:1: prise: "),
    ],
)
def test_a_faulty_table_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(VedetteError) as caught:
        read(str(path))
    assert said in caught.value.title


def test_the_configuration_names_the_table_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('prices = "mine.toml"\n')
    env = {"VEDETTE_CONFIG": str(tmp_path / "config.toml")}
    assert own(env).problem is not None
    (tmp_path / "mine.toml").write_text(TABLE)
    table = own(env).table
    assert table is not None
    assert table.path == str(tmp_path / "mine.toml")
    assert own({"VEDETTE_CONFIG": str(tmp_path / "none.toml")}) == (None, None)


def test_a_recorders_calls_are_priced_by_the_users_table_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('prices = "mine.toml"\n')
    (tmp_path / "mine.toml").write_text(TABLE)
    path = str(tmp_path / "runs.db")
    program = """
import sys
from vedette.data.recorder import Recorder
with Recorder(sys.argv[1]) as recorder, recorder.run("r") as run, run.agent("a") as agent:
    agent.prompt(model="house-model").done(tokens_in=1_000_000, tokens_out=0)
"""
    monkeypatch.setenv("VEDETTE_CONFIG", str(tmp_path / "config.toml"))
    subprocess.run([sys.executable, "-c", program, path], check=True)
    assert value(path, "SELECT cost_micros FROM prompts") in (1_000_000, 2_000_000)


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A session whose first call is reported, its others priced, and one of no known price."""
    path = str(tmp_path / "runs.db")
    home = tmp_path / "projects"
    made.shop(home)
    more = made.Claude("5e55-0002")
    more.user("hello")
    more.said("msg_r", made.text("paid"), costUSD=0.5, model=made.HAIKU)
    more.said("msg_u", made.text("unknown"), model="house-model-9", usage=made.tokens(1_000, 0))
    made.write(home / "5e55-0002.jsonl", more.lines)
    Importer(path, ids.CLAUDE_CODE, pricing(None), AT).read([str(home)], AT)
    return path


def test_repricing_touches_what_was_priced_and_keeps_the_totals(db: str, table: PriceTable) -> None:
    done = reprice(db, pricing(table), AT)
    assert (done.calls, done.changed, done.unknown) == (6, 2, 0)
    assert value(db, "SELECT cost_micros FROM prompts WHERE cost_source = 'reported'") == 500_000
    assert value(db, "SELECT cost_micros FROM prompts WHERE model LIKE 'house%'") is None
    # 10,249 tokens sent and 85 answered, each at 100 USD a million.
    haiku = "SELECT sum(cost_micros) FROM prompts WHERE model LIKE '%haiku%' AND cost_source = ?"
    assert value(db, haiku, "priced") == 1_033_400
    assert_totals_are_true(db)
    assert reprice(db, pricing(table), AT).changed == 0


def test_repricing_can_price_what_had_no_known_price(db: str, table: PriceTable) -> None:
    assert reprice(db, pricing(table), AT, unpriced=True).changed == 3
    found = row(db, "SELECT cost_micros, cost_source FROM prompts WHERE model LIKE 'house%'")
    assert found == {"cost_micros": 2_000, "cost_source": "priced"}
    assert value(db, "SELECT sum(unpriced) FROM agents") == 0
    assert_totals_are_true(db)


def test_a_dry_run_says_the_same_and_writes_nothing(db: str, table: PriceTable) -> None:
    before = value(db, "SELECT sum(cost_micros) FROM prompts")
    planned = reprice(db, pricing(table), AT, dry_run=True)
    assert value(db, "SELECT sum(cost_micros) FROM prompts") == before
    assert reprice(db, pricing(table), AT) == planned


def test_what_no_table_knows_any_more_keeps_its_price(db: str) -> None:
    change(db, "UPDATE prompts SET model = 'gone' WHERE model LIKE '%haiku%'")
    done = reprice(db, pricing(None), AT)
    assert (done.changed, done.unknown) == (0, 2)


def test_a_call_whose_cost_was_reported_meanwhile_stays(db: str, table: PriceTable) -> None:
    def meanwhile(model: str | None, at: float, usage: Usage) -> int | None:
        change(db, "UPDATE prompts SET cost_source = 'reported' WHERE cost_source = 'priced'")
        return 1

    assert reprice(db, meanwhile, AT).changed == 0
