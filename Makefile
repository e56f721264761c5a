# Every target makes its own environment: the first command typed in a fresh clone works.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SIZES ?= 100,1000,10000,50000
PYTEST := $(BIN)/python -m pytest
QUICK := -n 4 --dist worksteal -m "not slow and not e2e"
# What a person's shell may hold; none of it may reach a test. The locale itself need not be installed.
ELSEWHERE := LANG=zh_CN.UTF-8 LANGUAGE=zh_CN QR_TUI_LANG=zh_CN TZ=Asia/Shanghai TERM=dumb NO_COLOR=1 \
  HTTP_PROXY=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 \
  QUICKROUTER_API_KEY=sk-not-for-tests QUICKROUTER_BASE_URL=http://127.0.0.1:1

.DEFAULT_GOAL := help
.PHONY: help demo run test test-fast test-zh test-pythons test-lowest torture lint format typecheck screenshots snapshots bench messages docs constraints clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-13s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "qr-tui needs Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) (only when the pins change) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP) ## the whole app on an embedded simulator: no key, nothing is billed
	@$(BIN)/qr-tui --demo

run: $(STAMP) ## the app itself
	@$(BIN)/qr-tui

test: $(STAMP) lint typecheck ## everything that must hold, as CI runs it
	@$(PYTEST) -n 4 --dist worksteal

test-fast: $(STAMP) ## without the tests that need a real terminal or several seconds
	@$(PYTEST) $(QUICK)

test-zh: $(STAMP) ## the quick tests on a Chinese machine with variables of a person's own
	@env $(ELSEWHERE) $(PYTEST) $(QUICK)

test-pythons: $(STAMP) ## tests below the screens on every further Python that is on PATH
	@.ci/test-pythons $(BIN)/python

test-lowest: $(STAMP) ## the quick tests with the lowest versions that pyproject.toml allows
	@.ci/test-lowest $(BIN)/python

torture: $(STAMP) ## 200 kills at random instants, and thousands of changes from several processes
	@QR_TUI_TORTURE=200 $(PYTEST) tests/services/test_kill.py tests/services/films/test_download_kill.py tests/services/test_together.py tests/store/test_processes.py

lint: $(STAMP) ## ruff, and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

format: $(STAMP) ## put the code in shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

typecheck: $(STAMP) ## mypy, strict
	@$(BIN)/mypy

screenshots: $(STAMP) ## draw screenshots/ anew from the real app on the simulator
	@$(BIN)/python -m tests.support.tools.screenshots

snapshots: $(STAMP) ## accept how the screens look now (look at them first)
	@$(PYTEST) tests/ui/test_snapshots.py --snapshot-update

bench: $(STAMP) ## measure, and write bench.json: ROWS=save,paint SIZES=100,1000 for less
	@$(BIN)/python -m tests.bench --rows "$(ROWS)" --sizes "$(SIZES)"

messages: $(STAMP) ## collect the messages for translators and compile the catalogues
	@$(BIN)/python -m tests.support.tools.messages update
	@$(BIN)/python -m tests.support.tools.messages compile

docs: $(STAMP) ## write the tables of the README anew from the program
	@$(BIN)/python -m tests.support.tools.readme

constraints: $(STAMP) ## pin every package anew, with hashes (needs uv)
	@(echo '# Versions and hashes of every package, for all platforms; `make constraints` writes it anew.'; \
	  uv pip compile pyproject.toml --extra dev --extra keyring --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet) > constraints.tmp && mv constraints.tmp constraints.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) build dist bench.json .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
