# Two commands do everything on a new machine: `make site` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: site test setup setup-test lint lock clean

site: setup  ## Build the site of this folder into site/: the sample, while dumps/ holds no dump.
	$(BIN)/daybook build

test: setup-test lint  ## All tests, after the linters.
	$(BIN)/pytest

setup: .venv/.ready

setup-test: .venv/.ready-test

.venv/.ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

.venv/.ready-test: .venv/.ready requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	./tests/install-browser.sh
	touch $@

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

lock:  ## Pin anew what is installed: versions and hashes, no addresses.
	$(BIN)/pip-compile --quiet --upgrade $(LOCK) --extra setup --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade $(LOCK) --extra setup --extra dev \
		--constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

LOCK := --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean:  ## Remove everything that a build or a test made.
	rm -rf .venv .cache site
