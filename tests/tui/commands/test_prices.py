"""`vedette prices` says what a call costs, by which table and why, and prices calls again."""

from pathlib import Path

from tests.builders import transcripts as made
from tests.tui.commands.conftest import Run


def _configure(tmp_path: Path, table: str) -> None:
    folder = tmp_path / "xdg_config_home" / "vedette"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('prices = "prices.toml"\n')
    (folder / "prices.toml").write_text(table)


MINE = '[[price]]\nmodel = "claude-*"\ninput = 1.0\noutput = 2.0\n'


def test_a_price_is_explained_part_by_part(run: Run) -> None:
    said = run(
        "prices",
        made.SONNET,
        "--in",
        "60382",
        "--cache-read",
        "48530",
        "--at",
        "2026-11-02",
        "--cache-write",
        "11800",
        "--out",
        "229",
    )
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == f"{made.SONNET} at 2026-11-02"
    assert lines[1].startswith("  table  genai-prices 0.2")
    assert lines[2] == "  entry  anthropic claude-sonnet-4-5"
    assert [line.split() for line in lines[4:]] == [
        ["input", "3", "USD/M", "52", "0.000156", "USD"],
        ["cache", "read", "0.3", "USD/M", "48,530", "0.014559", "USD"],
        ["cache", "write", "3.75", "USD/M", "11,800", "0.044250", "USD"],
        ["output", "15", "USD/M", "229", "0.003435", "USD"],
        ["total", "0.062400", "USD"],
    ]


def test_without_tokens_the_rates_are_told(run: Run) -> None:
    document = run("prices", made.SONNET, "--json").document
    rates = {part["name"]: part["usd_per_million"] for part in document["parts"]}
    assert rates == {
        "input": 3,
        "cache read": 0.3,
        "cache write": 3.75,
        "cache write 1h": 6,
        "output": 15,
    }
    assert document["usd"] is None


def test_an_unknown_model_is_said_and_exits_1(run: Run) -> None:
    said = run("prices", "house-model-9")
    assert (said.code, said.out) == (1, "")
    assert "no table knows a price of house-model-9" in said.err


def test_the_users_table_is_named(run: Run, tmp_path: Path) -> None:
    _configure(tmp_path, MINE)
    document = run("prices", made.SONNET, "--in", "1000000", "--json").document
    assert (document["usd"], document["entry"]) == (1.0, "claude-*")
    assert document["table"].endswith("prices.toml")


def test_a_faulty_table_is_said_and_the_built_in_prices_are_used(run: Run, tmp_path: Path) -> None:
    _configure(tmp_path, "[[price]]\nmodel = 3\n")
    said = run("prices", made.SONNET, "--json")
    assert (said.code, said.document["entry"]) == (0, "anthropic claude-sonnet-4-5")
    assert "prices.toml:2: price.model: " in said.err
    again = run("prices", "--reprice", "--db", tmp_path / "runs.db")
    assert (again.code, (tmp_path / "runs.db").exists()) == (5, False)


def test_repricing_says_how_many_calls_and_how_much(run: Run, tmp_path: Path) -> None:
    home, db = tmp_path / "projects", tmp_path / "runs.db"
    made.shop(home)
    run("import", "claude-code", home, "--db", db)
    assert run("prices", "--reprice", "--db", db).out == (
        "0 of 6 calls priced again: +0.000000 USD\n"
    )
    _configure(tmp_path, MINE)
    planned = run("prices", "--reprice", "--dry-run", "--db", db).out
    assert planned == "6 of 6 calls would be priced again: -0.030389 USD\n"
    assert run("prices", "--reprice", "--db", db).out == planned.replace("would be ", "")


def test_neither_a_model_nor_repricing_is_wrong_use(run: Run) -> None:
    assert run("prices").code == 2
    assert run("prices", "gpt-5", "--reprice").code == 2
    assert run("prices", "gpt-5", "--at", "noon-ish").code == 2
