# Everything runs from a virtual environment in .venv, made on first use.
VENV := .venv
BIN  := $(VENV)/bin
PYTHON ?= python3
PIP  := $(BIN)/python -m pip --disable-pip-version-check --quiet
SEEDS := $(sort $(wildcard fixtures/seeds/*.txt))
# Exit 3 says that a person is needed (something is in quarantine or to be reviewed): a finding, no failure.
FINDING_IS_FINE := || [ $$? -eq 3 ]

.DEFAULT_GOAL := help
.PHONY: help install run test check kill-test fuzz bench bench-arxiv bench-nightly bench-dedup train clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(VENV)/.run  ## Make .venv with what variorum itself needs

$(VENV)/.run: requirements/run.txt pyproject.toml src/variorum/__init__.py
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src/variorum
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(PIP) install -r requirements/dev.txt
	@touch $@

run: $(VENV)/.run  ## Import the sample pages into variorum.db, dedup them, print the report
	@$(BIN)/variorum import $(SEEDS) $(FINDING_IS_FINE)
	@$(BIN)/variorum dedup run $(FINDING_IS_FINE)
	@$(BIN)/variorum dedup report

test: $(VENV)/.dev  ## Run all tests
	$(BIN)/python -m pytest -n 3 --dist worksteal

check: $(VENV)/.dev  ## Lint, check formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

KILLS ?= 100
kill-test: $(VENV)/.dev  ## Kill a harvest of 2,000 pages KILLS times and go on; nothing may be lost or doubled
	$(BIN)/python -m tests.kill_test --kills $(KILLS)

PAGES ?= 10000
fuzz: $(VENV)/.dev  ## Read PAGES mutated fixture pages of each source and medium; none may crash or take long
	$(BIN)/python -m tests.fuzz --pages $(PAGES)

bench: $(VENV)/.dev  ## Measure the main job against its limit
	$(BIN)/python benchmarks/import_pages.py

bench-arxiv: $(VENV)/.dev  ## Measure reading arXiv's pages beside other readers and the bare XML parse
	$(BIN)/python benchmarks/arxiv_pages.py

RECORDS ?= 100000
bench-nightly: $(VENV)/.dev  ## Measure a night on which nothing changed over RECORDS stored records
	PYTHONPATH=. $(BIN)/python benchmarks/nightly.py --records $(RECORDS)

# Each peer lives in an environment of its own: what one needs may be what another cannot bear.
PEERS := .venv-bench
$(PEERS)/%/.done: requirements/bench-%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@touch $@

train: $(VENV)/.run requirements/train.txt  ## Train the weights of dedup on the labelled sets in VARIORUM_BENCHMARKS
	$(PIP) install -r requirements/train.txt
	$(BIN)/python benchmarks/dedup/train.py

BENCH ?=
bench-dedup: $(VENV)/.dev $(PEERS)/bibdedupe/.done $(PEERS)/splink/.done  ## Measure dedup beside its peers and its limit (BENCH=options)
	$(BIN)/python -m benchmarks.dedup.run $(BENCH)

clean:  ## Remove .venv, caches and the sample database
	rm -rf $(VENV) $(PEERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis variorum.db variorum.db-* variorum.db.locks variorum.archive
