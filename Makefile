# Everything a newcomer types. Needs python3 (3.11 to 3.14) and nothing else: the first target to run prepares .venv.
PYTHON ?= python3
# how many processes the tests run in
JOBS ?= 2
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup demo serve test torture check bench format clean

setup: $(READY)

$(READY): pyproject.toml .constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
		|| { echo "hookcell needs Python 3.11 to 3.14; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	PIP_CONSTRAINT=.constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/hookcell demo

serve: $(READY)
	@$(BIN)/hookcell serve

test: $(READY)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

# Long runs, not part of the tests.
torture: $(READY)
	$(BIN)/python -m tests.sandbox.torture
	$(BIN)/python -m tests.torture $(TORTURE)
	HOOKCELL_TEST_EXAMPLES=100 $(BIN)/python -m pytest tests/api/test_openapi.py

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The numbers to hold, beside their floors (tests/bench/README.md); PEERS=<folder> times those engines along.
bench: $(READY)
	@$(BIN)/python -m tests.bench $(if $(PEERS),--peers $(PEERS)) $(BENCH)

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache data
