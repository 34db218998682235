# Everything is done by `make` and the Python it finds; `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first of these that is Python 3.11 or newer builds .venv; `make PYTHON=… run` overrides.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python3.14 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# What the environment says about indexes and constraints is for finding packages, not for
# choosing them: the lock's hashes do that.
PIP := PIP_CONSTRAINT= PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip -qq

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What people read, compiled from what translators write.
PO := $(wildcard locale/*/LC_MESSAGES/messages.po)
MO := $(PO:.po=.mo)
%.mo: %.po | .venv/installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.PHONY: run
run: .venv/installed $(MO) ## start everything under .matur/ and stay; Ctrl-C stops it
	@exec $(BIN)/matur up

.PHONY: test
test: .venv/installed-dev $(MO) ## run all tests on real parts of their own (ARGS=… goes to pytest)
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile -m 'not alone'
	@$(BIN)/python -m pytest -m alone
endif

.PHONY: check
check: lint types test ## lint, types and tests

.PHONY: lint
lint: .venv/installed-dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: format
format: .venv/installed-dev ## let ruff fix and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: types
types: .venv/installed-dev ## mypy --strict
	$(BIN)/mypy

.PHONY: bench
bench: .venv/installed-dev ## run every benchmark in bench/, one after the other
	@set -e; for b in bench/[a-z]*.py; do echo "== $$b"; $(BIN)/python $$b; done

.PHONY: migrate
migrate: .venv/installed ## migrate the database that MATUR_MIGRATION_URL names
	@$(BIN)/matur migrate

.PHONY: messages
messages: .venv/installed-dev ## extract, update and compile the translations in locale/
	$(BIN)/pybabel extract --mapping-file locale/babel.cfg --no-location --sort-output \
		--output-file locale/messages.pot .
	$(BIN)/pybabel update --input-file locale/messages.pot --output-dir locale --no-fuzzy-matching \
		--ignore-pot-creation-date
	$(BIN)/pybabel compile --directory locale

.PHONY: lock
lock: .venv/installed-dev ## resolve pyproject.toml again into the two lock files
	@for lock in requirements.lock requirements-dev.lock; do \
		case $$lock in *-dev.lock) more='--group dev --constraints requirements.lock';; *) more=;; esac; \
		$(BIN)/uv pip compile pyproject.toml $$more --output-file $$lock --quiet \
			--universal --python-version 3.11 --generate-hashes --no-annotate \
			--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' > /dev/null; \
	done
	@# Every line carries the platforms of [tool.uv]; said once there, it need not be said again.
	@sed -i.bak -E \
		-e "s/( ;| and) implementation_name == 'cpython' and platform_python_implementation == 'CPython' and \(sys_platform == 'darwin' or sys_platform == 'linux'\)//" \
		requirements.lock requirements-dev.lock && rm -f requirements.lock.bak requirements-dev.lock.bak

.PHONY: clean
clean: ## remove .venv and caches; the data in .matur/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer with venv was not found; try: make PYTHON=/path/to/python3 ...' >&2; exit 1; }
	@echo "Membuat .venv dengan $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

# The wheel of the project itself is built by the locked hatchling, so that nothing unlocked runs.
.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo 'Memasang paket dari requirements.lock'
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed | .venv/bin/python
	@echo 'Memasang paket pengembangan dari requirements-dev.lock'
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
