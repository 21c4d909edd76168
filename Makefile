# `make` alone prints this help. Every target creates .venv when it is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# The CUDA wheels of the two frameworks write the same files. After setup-gpu
# each half therefore runs in an environment of its own, and the parent runs in
# the one of Keras, which must hold the engine that --backend names.
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
.PHONY: help setup setup-keras setup-torch setup-gpu setup-jax new check test \
	test-quick all verify bench results report notebooks site clean

help: ## show this help
	@sed -n 's/^\([a-z0-9N-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | \
		awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## create .venv and install the lock file

# A half alone needs one framework: no harness, no proof, no comparison.
setup-keras: .venv-keras-only/.installed ## the Keras halves alone, no PyTorch

setup-torch: .venv-torch-only/.installed ## the PyTorch halves alone, no Keras

setup-gpu: .venv-keras/.installed .venv-torch/.installed ## for CUDA: one for each half

setup-jax: $(READY) ## add JAX, which --backend jax asks for
	$(RUN) -I comparisons/install.py requirements-jax.lock

$(VENV)/.installed: requirements.lock
.venv-keras-only/.installed: requirements-keras-only.lock
.venv-torch-only/.installed: requirements-torch-only.lock
.venv-keras/.installed: requirements-keras-gpu.lock
.venv-torch/.installed: requirements-torch-gpu.lock
$(VENV)/.installed: NEEDS := 9 GB of disk, 2 to 5 minutes
.venv-keras-only/.installed: NEEDS := 3 GB of disk, 1 to 3 minutes
.venv-torch-only/.installed: NEEDS := 6 GB of disk, 2 to 4 minutes
.venv-keras/.installed .venv-torch/.installed: NEEDS := \
	7 GB of disk, 2 to 5 minutes
$(VENV)/.installed .venv-keras-only/.installed .venv-torch-only/.installed \
		.venv-keras/.installed .venv-torch/.installed:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
		sys.exit(None if (3, 11) <= v < (3, 14) else "received Python %d.%d; " \
		"expected 3.11 to 3.13; run make PYTHON=python3.12" % v)'
	@echo "installing $< into $(@D): $(NEEDS)"
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -I comparisons/install.py $<
	@touch $@

new: $(READY) ## three files and a row for a pair: make new TASK=chapter13_name
	$(RUN) -m comparisons new "$(TASK)" $(ARGS)

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

# Unit tests run first and alone, because some of them measure time. Tests that
# take minutes follow in two processes. ARGS choose tests for a single process.
test: setup ## every test, including the planted faults
ifeq ($(ARGS),)
	$(BIN)/python -m pytest -m "not parity"
	$(BIN)/python -m pytest -m parity --numprocesses 2 --dist loadscope
else
	$(BIN)/python -m pytest $(ARGS)
endif

test-quick: setup ## the unit tests alone
	$(BIN)/python -m pytest -m "not parity" $(ARGS)

clean: ## remove every .venv and what runs leave behind
	rm -rf $(VENV) .venv-keras .venv-torch .venv-keras-only \
		.venv-torch-only results site notebooks .cache \
		.pytest_cache .ruff_cache .mypy_cache .hypothesis
