# `make` alone prints this help. Every target creates .venv when it is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup check test test-quick all verify bench results report clean

help: ## show this help
	@sed -n 's/^\([a-z0-9N-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | \
		awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## create .venv and install the lock file

$(VENV)/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
		sys.exit(None if (3, 11) <= v < (3, 14) else "received Python %d.%d; " \
		"expected 3.11 to 3.13; run make PYTHON=python3.12" % v)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	@touch $@

chapterN: ## prove and compare the tasks of a chapter, as in make chapter8

chapter%: setup
	$(BIN)/python -m comparisons run $@ $(ARGS)

all: setup ## prove and compare every task
	$(BIN)/python -m comparisons run all $(ARGS)

verify: setup ## the proof alone, for every task
	$(BIN)/python -m comparisons verify all $(ARGS)

bench: setup ## speed and memory alone, for every task
	$(BIN)/python -m comparisons bench all $(ARGS)

results: setup ## make the committed results anew
	$(BIN)/python -m comparisons run all --out comparisons/results $(ARGS)
	$(MAKE) report

report: setup ## reports, picture and README table from committed results
	$(BIN)/python -m comparisons report --readme \
		--out comparisons/results $(ARGS)

check: setup ## format, lint and types: what CI checks before the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

test: setup ## every test: structure, units, the ladder, planted faults
	$(BIN)/python -m pytest $(ARGS)

test-quick: setup ## without the ladder and the planted faults
	$(BIN)/python -m pytest -m "not parity" $(ARGS)

clean: ## remove .venv and what runs leave behind
	rm -rf $(VENV) results .cache .pytest_cache .ruff_cache .mypy_cache \
		.hypothesis
