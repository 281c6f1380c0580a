# Everything works on a fresh clone with Python 3.11 or later and make; PYTHON= picks another interpreter.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
OLDEST = .venv-oldest
DBT = .venv-dbt
# Processes that run tests: each has its half, and takes from the other's end when it is through.
JOBS ?= 2
PARALLEL = -n $(JOBS) --dist worksteal

.PHONY: demo test test-all test-depth check lint test-engines test-oldest test-dbt bench docs clean

demo: $(VENV)/.report
	$(BIN)/crmkit demo --output report.html

# The whole surface, in minutes.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m "not spark and not deep" $(PARALLEL)

# The same with many examples per law, and the simulations, long references and repeats that only depth needs.
test-all: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m "not spark" --hypothesis-profile=deep $(PARALLEL)

# Of these only what make test does not run the same: laws, with many examples, and what is marked deep.
test-depth: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m "not spark and (deep or hypothesis)" --hypothesis-profile=deep $(PARALLEL) tests

check: lint
	$(BIN)/python -m pytest -q src tests/test_docstrings.py

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test-engines: $(VENV)/.dev
	@if java -version >/dev/null 2>&1; then \
		$(BIN)/python -m pip install --quiet --editable ".[dev,spark]" && \
		$(BIN)/python -m pytest -q -m spark tests; \
	else \
		echo "test-engines skipped: PySpark needs Java 17 or later, and 'java -version' does not run."; \
	fi

# Their outputs show missing text, which pandas 2 prints as None, later versions as NaN.
PRINTED_OTHERWISE = $(addprefix --deselect=src/crmkit/, \
	contacts/_audit.py::crmkit.contacts._audit.rejected_contacts \
	invoices/_door.py::crmkit.invoices._door.as_payments \
	loyalty/campaigns/_assignment_checks.py::crmkit.loyalty.campaigns._assignment_checks.assignment_check_table \
	loyalty/campaigns/_cuped.py::crmkit.loyalty.campaigns._cuped.cuped_table \
	loyalty/survival/_log_rank.py::crmkit.loyalty.survival._log_rank.log_rank_table \
	tickets/_audit.py::crmkit.tickets._audit.rejected_tickets)

# The examples, and what versions may do differently (tests/conftest.py says what that is).
test-oldest: $(OLDEST)/.dev
	$(OLDEST)/bin/python -m pytest -q -m "versions and not spark and (not deep or variant)" $(PRINTED_OTHERWISE) $(PARALLEL)

# dbt's parser needs older versions of what crmkit's own environment has.
test-dbt: $(DBT)/.dev
	$(DBT)/bin/python -m pytest -q tests/test_dbt.py

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

# Always from scratch: the pages show what the code does now.
docs: $(VENV)/.docs
	rm -rf docs/_build docs/api
	$(BIN)/python -m sphinx -b html -n -W --keep-going -q -d docs/_build/doctrees docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean:
	rm -rf .venv .venv-oldest .venv-dbt report.html docs/_build docs/api

# What a report needs, and no more.
$(VENV)/.report: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "crmkit needs Python 3.11 or later, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[data,report]"
	touch $@

$(VENV)/.dev: $(VENV)/.report
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	touch $@

$(VENV)/.docs: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	touch $@

$(OLDEST)/.dev: pyproject.toml tests/oldest.txt
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --editable ".[dev]" --constraint tests/oldest.txt
	touch $@

$(DBT)/.dev: pyproject.toml
	$(PYTHON) -m venv $(DBT)
	$(DBT)/bin/python -m pip install --quiet --editable ".[dev]" "dbt-semantic-interfaces==0.10.*"
	touch $@
