# Two commands do everything on a new machine: `make site` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: site test screenshots setup setup-test lint lock clean

site: setup  ## Build the site of this folder into site/: the sample, while dumps/ holds no dump.
	$(BIN)/daybook build

test: setup-test lint  ## All tests, after the linters; those that install packages run in .ci/run.
	$(BIN)/pytest -n auto --dist worksteal

screenshots: site setup-test  ## The pictures of the README, of the sample.
	$(BIN)/python benchmarks/screenshots.py . docs/pictures --only 1440-light \
		"" tags/ papers/attention-is-all-you-need/
	$(BIN)/python benchmarks/screenshots.py . docs/pictures days/2025-03-04/ --only 390-dark

setup: .venv/.ready

setup-test: .venv/.ready-test

.venv/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit( \
		f"Daybook needs Python 3.11 or newer, this is {v[0]}.{v[1]}; name one: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

.venv/.ready-test: .venv/.ready requirements-dev.txt tests/install-browser.sh
	$(PIP) --require-hashes -r requirements-dev.txt
	./tests/install-browser.sh
	@touch $@

lint: setup-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

lock: setup-test  ## Pin anew what is installed: versions and hashes, no addresses.
	$(BIN)/uv pip compile $(LOCK) --extra setup --output-file requirements.txt pyproject.toml
	$(BIN)/uv pip compile $(LOCK) --extra setup --extra dev \
		--constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

# For the oldest Python that Daybook runs on: what it can install, others can.
LOCK := --quiet --upgrade --python-version 3.11.0 --generate-hashes --no-header --no-annotate

clean:  ## Remove everything that git ignores: what was installed, built or cached.
	git clean -fdXq
