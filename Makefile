# `make demo` and `make test` need Python 3.11 or newer, git and make; all else they fetch into .venv themselves.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
UV ?= uv
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE = --quiet --upgrade --universal --python-version 3.11 --exclude-newer "7 days" \
	--generate-hashes --no-emit-index-url --custom-compile-command "make requirements"

.PHONY: demo test check bench soak pictures requirements clean

# Play an incident on a local Slack; e.g. `make demo ARGS=--once`
demo: .venv/runtime.stamp
	$(BIN)/python -m bot demo $(ARGS)

# Run the tests, or some of them: `make test ARGS=tests/rules`
test: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto $(ARGS)

# Lint, format, types, and which room may import which
check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Measure against a no-op Bolt command on this machine
bench: .venv/dev.stamp
	$(BIN)/python -m tests.bench $(ARGS)

# Kill the bot over and over, and count what was lost; e.g. `make soak ARGS="--minutes 10"`
soak: .venv/dev.stamp
	$(BIN)/python -m tests.soak $(ARGS)

# Photograph the demo and the pages for the README and the guide (needs a Chromium)
pictures: .venv/dev.stamp
	$(BIN)/python -m tests.browser.pictures
	$(BIN)/python -m tests.browser.guide_pictures
	$(BIN)/python -m tests.browser.page_pictures

# For maintainers: pin anew, leaving out what was released within the last week (needs uv)
requirements:
	$(UV) pip compile $(COMPILE) pyproject.toml --output-file requirements.txt
	$(UV) pip compile $(COMPILE) pyproject.toml --group dev --constraints requirements.txt \
		--output-file requirements-dev.txt

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find bot migrations tests -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Hotwash needs Python 3.11 or newer on PATH (or: make PYTHON=/path/to/python)"; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/runtime.stamp: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	@touch $@
