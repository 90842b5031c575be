# Every target sets itself up: the virtual environment is made on first use and
# renewed when pyproject.toml changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-clients check format snapshots screenshots bench clean

demo: $(READY)
	@$(BIN)/vedette demo

# Three at a time on two cores: many tests wait for a process, a key or a timer.
test: check
	$(BIN)/python -m pytest -q -n 3 --dist loadfile

# Needs npm: the clients are installed into a folder of the test's own.
test-clients: $(READY)
	VEDETTE_CLIENTS=1 $(BIN)/python -m pytest -q tests/clients

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=.src $(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

snapshots: $(READY)
	$(BIN)/python -m pytest -q tests/tui --snapshot-update

screenshots: $(READY)
	$(BIN)/python screenshots/take.py

bench: $(READY)
	$(BIN)/python -m bench

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Vedette needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11 ..." >&2; exit 1; }
	@echo "Setting up $(VENV) (once; under a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
