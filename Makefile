# `make` alone prints this help. Every target creates .venv when it is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# The CUDA wheels of the two frameworks write the same files: once somebody has
# asked for setup-gpu, each half runs in an environment of its own. The parent
# runs in that of Keras, where the engine that --backend names has to be.
ifneq ($(wildcard .venv-keras .venv-torch)$(filter setup-gpu,$(MAKECMDGOALS)),)
export KERAS_PYTHON ?= $(CURDIR)/.venv-keras/bin/python
export TORCH_PYTHON ?= $(CURDIR)/.venv-torch/bin/python
READY := setup-gpu
RUN := .venv-keras/bin/python
else
READY := setup
RUN := $(BIN)/python
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-gpu setup-jax check test test-quick all verify bench \
	results report notebooks site clean

help: ## show this help
	@sed -n 's/^\([a-z0-9N-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | \
		awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## create .venv and install the lock file

setup-gpu: .venv-keras/.installed .venv-torch/.installed ## for CUDA: one for each half

setup-jax: $(READY) ## add JAX, which --backend jax asks for
	$(RUN) -m pip install --quiet --requirement requirements-jax.lock

$(VENV)/.installed: requirements.lock
.venv-keras/.installed: requirements-keras-gpu.lock
.venv-torch/.installed: requirements-torch-gpu.lock
$(VENV)/.installed .venv-keras/.installed .venv-torch/.installed:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
		sys.exit(None if (3, 11) <= v < (3, 14) else "received Python %d.%d; " \
		"expected 3.11 to 3.13; run make PYTHON=python3.12" % v)'
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --requirement $<
	@touch $@

chapterN: ## prove and compare the tasks of a chapter, as in make chapter8

chapter%: $(READY)
	$(RUN) -m comparisons run $@ $(ARGS)

all: $(READY) ## prove and compare every task
	$(RUN) -m comparisons run all $(ARGS)

verify: $(READY) ## the proof alone, for every task
	$(RUN) -m comparisons verify all $(ARGS)

bench: $(READY) ## speed and memory alone, for every task
	$(RUN) -m comparisons bench all $(ARGS)

# Options and tasks: make results ARGS="--only proof chapter8". Finished tasks
# are kept if it is interrupted; `report` then says what is out of date.
results: $(READY) ## make the committed results again, or some of them
	$(RUN) -m comparisons run $(if $(filter chapter% all,$(ARGS)),,all) \
		--out comparisons/results $(ARGS)
	$(MAKE) report ARGS=

report: $(READY) ## reports, pictures, tables and figures from committed results
	$(RUN) -m comparisons report --readme \
		--out comparisons/results $(ARGS)

site: setup ## pages to read pairs, atlas and results in: site/index.html
	$(BIN)/python -m comparisons site $(ARGS)

notebooks: setup ## each half as a notebook, in notebooks/
	$(BIN)/python -m comparisons notebooks $(ARGS)

check: setup ## format, lint, types and results: what CI checks before the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m comparisons report --check

# Units go first and alone, for some measure time. What takes minutes follows in
# two processes, each with both frameworks. What ARGS choose is in one.
test: setup ## every test: structure, units, the ladder, planted faults
ifeq ($(ARGS),)
	$(BIN)/python -m pytest -m "not parity"
	$(BIN)/python -m pytest -m parity --numprocesses 2 --dist loadscope
else
	$(BIN)/python -m pytest $(ARGS)
endif

test-quick: setup ## without the ladder and the planted faults
	$(BIN)/python -m pytest -m "not parity" $(ARGS)

clean: ## remove every .venv and what runs leave behind
	rm -rf $(VENV) .venv-keras .venv-torch results site notebooks .cache \
		.pytest_cache .ruff_cache .mypy_cache .hypothesis
