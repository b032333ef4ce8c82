# Everything a newcomer or a build machine types. Each target does the set-up it needs by itself; a repeated run is quick.
# Tests of one file run in one process, in order, so that what a module sets up is set up once.
# PYTHON=… picks the interpreter, ARGS=… is handed to the program, JOBS=… sets how many test processes run.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

PYTHON ?=
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
ARGS ?=
BIN := .venv/bin
SOURCES := nxcrm_desktop sync ui resources
CHECKED := $(SOURCES) tests $(wildcard benchmarks)

export PYTHON
# Tests and the gates never show a window; make run and make demo do.
OFFSCREEN := QT_QPA_PLATFORM=offscreen

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

# ---------------------------------------------------------------------------------------------------------- set-up

.PHONY: setup
setup: ## what the programs need: system libraries, .venv, locked dependencies
	@.ci/setup runtime

.PHONY: setup-dev
setup-dev: ## the same plus what tests and gates need
	@.ci/setup dev

.PHONY: lock
lock: ## rewrite the lock files from pyproject.toml (UPGRADE=1 takes newer versions)
	@.ci/lock

.PHONY: clean
clean: ## remove everything that set-up, tests and builds made
	rm -rf .venv .venv-tools build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find $(CHECKED) -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------------------------------- use

.PHONY: demo
demo: setup ## a server, a sales organisation and its desktop, in one command
	@$(BIN)/nxcrm demo $(ARGS)

.PHONY: run
run: setup ## start the desktop application
	@$(BIN)/nxcrm-desktop $(ARGS)

# ----------------------------------------------------------------------------------------------------------- gates

.PHONY: check
check: lint types imports audit test ## every gate, as the build machine runs them

.PHONY: test
test: setup-dev ## all tests (ARGS="tests/unit -k name" for some of them)
	@$(OFFSCREEN) $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

.PHONY: soak
soak: setup-dev ## three laptops, two servers, faults all along, then a comparison (SECONDS=120 SEED=…)
	@$(OFFSCREEN) $(BIN)/python -m tests.soak.run $(or $(SECONDS),120) $(SEED)

.PHONY: lint
lint: setup-dev ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: format
format: setup-dev ## let ruff repair and format what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: types
types: setup-dev ## mypy --strict
	@$(BIN)/mypy $(CHECKED)

.PHONY: imports
imports: setup-dev ## import-linter: who may import whom
	@$(BIN)/lint-imports

.PHONY: audit
audit: setup-dev ## bandit: security findings in the source
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(SOURCES)

# ------------------------------------------------------------------------------------------- figures, pictures, docs

.PHONY: bench
bench: setup-dev ## measure every figure the README quotes
	@$(OFFSCREEN) $(BIN)/python -m benchmarks $(ARGS)

.PHONY: bench-sync
bench-sync: setup-dev ## measure sync alone: both databases, many rows, one row, a hundred laptops at once
	@$(OFFSCREEN) $(BIN)/python -m benchmarks sync fleet $(ARGS)

.PHONY: screenshots
screenshots: setup-dev ## redraw the pictures of the documentation
	@$(OFFSCREEN) $(BIN)/python -m tests.helpers.screenshots $(ARGS)

.PHONY: docs
docs: setup-dev ## rewrite the generated part of docs/reference
	@$(OFFSCREEN) $(BIN)/python -m tests.helpers.reference_docs $(ARGS)
