# Everything a newcomer types (`make help`). Needs Linux and python3 (3.11 to 3.14) and nothing else: the first target to
# run prepares .venv.
PYTHON ?= python3
# how many processes the tests run in
JOBS ?= 2
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help setup demo serve test torture check bench format clean

help: ## these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

setup: $(READY) ## prepare .venv, which every other target does by itself

$(READY): pyproject.toml .constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
		|| { echo "hookcell needs Python 3.11 to 3.14; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	PIP_CONSTRAINT=.constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(READY) ## the main job on real input, told step by step; ends by itself
	@$(BIN)/hookcell demo

serve: $(READY) ## the same server, staying up: http://127.0.0.1:3000
	@$(BIN)/hookcell serve

test: $(READY) ## the tests, in JOBS processes
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

torture: $(READY) ## long runs, not part of the tests
	$(BIN)/python -m tests.sandbox.torture
	$(BIN)/python -m tests.torture $(TORTURE)
	HOOKCELL_TEST_EXAMPLES=100 $(BIN)/python -m pytest tests/api/test_openapi.py

check: $(READY) ## the gates: style, types, who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# tests/bench/README.md; PEERS=<folder> times those engines along
bench: $(READY) ## the numbers to hold, beside their floors
	@$(BIN)/python -m tests.bench $(if $(PEERS),--peers $(PEERS)) $(BENCH)

format: $(READY) ## write the code in the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove .venv, the tools' caches and the data of make serve
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache data
