# One place for every command of a developer; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# The tables, BLAS and the ranker use all cores; tests run small things, where threads only wait.
TEST_ENV := POLARS_MAX_THREADS=2 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all browser check format lint types architecture unit page \
	page-packages docs lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv with the locked versions and modiste itself

# PyTorch is in no lock: the build for the processor, where a folder of wheels offers it (pip reads
# PIP_FIND_LINKS by itself), is a file of its own, with other hashes than the public one.
TORCH := torch==2.13.0

# uv when it is there, pip otherwise; hashes are checked by both. A second run does nothing. Both
# compile what they install: transformers alone takes ten seconds in a process that has to.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "modiste needs Python 3.11 to 3.13, $(PYTHON) is %d.%d: say make PYTHON=python3.12" % v)'
	@if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then \
		set -e; \
		uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV); \
		export UV_COMPILE_BYTECODE=1; \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
		UV_FIND_LINKS="$$PIP_FIND_LINKS" uv pip install --quiet --python $(BIN)/python $(TORCH); \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		set -e; \
		$(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install --quiet $(TORCH); \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

demo: install ## make a shop, train, measure and recommend: demo-shop/report.html
	@$(BIN)/modiste demo

test: check unit ## everything that must hold before a commit

test-all: test ## the same, and the slow, real-data and browser tiers
	$(TEST_ENV) $(PYTEST) -m "slow or real_data"
	$(MAKE) browser

# Without Chromium the tests are skipped, without Node those of axe-core are; each says so.
browser: install ## the page in Chromium: every journey, state and budget
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --silent page-packages; fi
	$(TEST_ENV) $(PYTEST) -m browser tests/web

check: lint types architecture ## format, lint, types and architecture, without the tests

format: install ## rewrite the code in the house's form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lint: install ## is the code in form, without known faults?
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: install ## mypy, strict
	$(BIN)/mypy

architecture: install ## do imports run one way?
	$(BIN)/lint-imports

unit: install ## the default tier of tests
	$(TEST_ENV) $(PYTEST)

# Needs Node 20 or later; what it builds is committed, so that nobody else needs it.
page: page-packages ## build the page of web/ into the package
	cd web && npm run build

PACKAGES := web/node_modules/.package-lock.json

page-packages: $(PACKAGES)

$(PACKAGES): web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

docs: install ## write the generated pages of docs/reference anew
	$(BIN)/python -m docs.generate

# Pinned for every system and for Python 3.11 to 3.13; needs uv. No index is named in the file.
lock: ## choose versions anew and write requirements.lock
	printf "torch ; python_version < '3'\n" > $(VENV)/without-torch.txt
	uv pip compile pyproject.toml --extra report --extra vision --extra onnx --extra search \
		--extra serve --extra postgres --extra words --extra forecast --extra ensemble --extra tuning --extra feast \
		--extra tracking \
		--group dev --override $(VENV)/without-torch.txt --universal --fork-strategy fewest \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --quiet -o requirements.lock

clean: ## remove what was made: the venv, the demo shop, caches
	rm -rf $(VENV) demo-shop dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
