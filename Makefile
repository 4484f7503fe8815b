# `make` lists the targets. Python 3.11 or later, make and git are all that is needed.
# The first Python from 3.11 on that is here and can make environments, or the one that is named: make PYTHON=/opt/python3.13
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$each -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$each; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Where it is set (in images for containers it often is), every process would compile all modules anew: one to two seconds each.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install demo docs test test-slow test-postgres test-remote test-spark check format mutants bench attack shippers sample-site soak lock wheels clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml setup.py src/seatwise/logs/compiling.py $(wildcard src/seatwise/logs/kernel/*.[ch] src/seatwise/logs/kernel/*.lock)
	@command -v "$(PYTHON)" >/dev/null || { echo "No Python was found$(PYTHON:%= as %). Install 3.11 or later with its venv module (on Debian python3-venv), or name one: make PYTHON=/path/to/python3.13"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

install: $(READY) ## make .venv and install everything into it
	@$(BIN)/python -c "from seatwise.site import translations; translations.compile_if_stale()" # the site may not write here

demo: $(READY) ## a populated site on this machine, ready to sign in to; on another port than 8000: make demo PORT=8100
	@$(BIN)/seatwise demo $(if $(PORT),--bind 127.0.0.1:$(PORT))

docs: ## the documentation as a site in build/docs, with every link checked
	@test -n "$(PYTHON)" && test -x .venv-docs/bin/python || $(PYTHON) -m venv .venv-docs
	@.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@NO_MKDOCS_2_WARNING=true .venv-docs/bin/python -m mkdocs build --quiet --strict
	@echo "The documentation is in build/docs: open index.html there."

# Tests that start browsers, servers or compilers.
SLOW := tests/browser tests/gate tests/server tests/attack src/seatwise/commands/tests/processes src/seatwise/logs/tests/test_two_readers.py \
	src/seatwise/reviews/tests/test_many_items.py

test: $(READY) ## all tests but the slow ones, on SQLite
	@$(BIN)/python -m pytest -q -n 2 $(addprefix --ignore=,$(SLOW))

test-slow: $(READY) ## the tests that start browsers, servers or compilers
	@$(BIN)/python -m pytest -q -n 2 $(SLOW)

# Tests of records and whole pages in every role, which ask the database nothing that others do not.
SQLITE_ONLY := tests/browser tests/gate tests/server tests/attack src/seatwise/reviews/tests/test_many_items.py tests/test_every_page.py \
	tests/test_every_link.py tests/test_one_value_for_one_meaning.py \
	src/seatwise/reviews/tests/test_permissions.py src/seatwise/reviews/tests/test_execution_pages.py \
	src/seatwise/reviews/tests/test_deciding_pages.py src/seatwise/reviews/tests/test_approval.py \
	src/seatwise/reviews/tests/test_execution.py src/seatwise/commands/tests/test_five_surfaces.py

test-postgres: $(READY) ## the tests that use a database, on a PostgreSQL server of their own
	@$(BIN)/python tools/test_postgres.py -q -n 3 $(addprefix --ignore=,$(SQLITE_ONLY)) src/seatwise/audit src/seatwise/directory \
		src/seatwise/letters src/seatwise/accounts src/seatwise/ledger src/seatwise/licenses src/seatwise/gate src/seatwise/monitoring src/seatwise/enquiries \
		src/seatwise/seat_requests src/seatwise/reviews src/seatwise/site src/seatwise/diagnostics src/seatwise/commands tests

# What is too large for every machine has an environment of its own (needs uv: pip takes very long to resolve it).
BESIDE = @test -x $(1)/bin/python || uv venv --quiet --python $(PYTHON) $(1); \
	uv pip install --quiet --python $(1)/bin/python --require-hashes -r requirements.lock && \
	uv pip install --quiet --python $(1)/bin/python --editable . $(2)

test-remote: ## the tests of logs in object stores, with an S3 server (moto) on this machine
	$(call BESIDE,.venv-remote,'fsspec[http]' 'fsspec[s3]' 'moto[server]>=5.1')
	@.venv-remote/bin/python -m pytest -q src/seatwise/logs/tests/test_s3.py src/seatwise/logs/tests/test_remote.py

test-spark: ## the test of a Spark cluster on this machine that loses an executor (needs Java 17)
	@command -v java >/dev/null || { echo "java was not found: install Java 17 or later"; exit 1; }
	$(call BESIDE,.venv-spark,'pyspark>=3.5')
	@.venv-spark/bin/python -m pytest -q tests/spark

check: $(READY) ## what CI runs: format, lint, types, imports, lock, migrations, tests (translations among them) on both databases
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@! grep -nE 'index-url|find-links|file://|https?://' requirements.lock requirements-docs.lock || { echo "a lock names an address"; exit 1; }
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(MAKE) --no-print-directory test
	$(MAKE) --no-print-directory test-slow
	$(MAKE) --no-print-directory test-postgres

format: $(READY) ## put the code into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

mutants: $(READY) ## change what decides most, one thing at a time, and see whether tests notice: make mutants ARGS=reviews/rules
	@$(BIN)/python -m tools.mutants $(ARGS)

bench: $(READY) ## side by side with the peers; writes benchmarks/README.md
	$(BIN)/python -m benchmarks

attack: $(READY) ## attack real sites on this machine for about half an hour: make attack ARGS="--seed 11 roles"
	@$(BIN)/python -W ignore -m tools.attack $(ARGS)

shippers: $(READY) ## real servers and shippers by every way into one ledger: make shippers ARGS="nginx traefik"
	@$(BIN)/python -W ignore -m tools.shippers $(ARGS)

sample-site: $(READY) ## write a small site of this version for the tests of upgrades, before a release
	@$(BIN)/python -W ignore tools/sample_site.py

soak: attack ## the whole attack, and every hostile value to every address
	@EVERY_HOSTILE_VALUE=1 $(BIN)/python -m pytest -q tests/test_hostile_requests.py

lock: $(READY) ## resolve requirements.lock and requirements-docs.lock again (needs uv)
	uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev --quiet --no-header pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --python-version 3.11 --group docs --quiet --no-header -o requirements-docs.lock

wheels: $(READY) ## build wheels for Linux, musl, macOS and Windows in dist/, all on this machine
	@$(BIN)/python tools/wheels.py

clean: ## remove what was made here
	rm -rf $(VENV) .venv-* demo-data .mypy_cache .ruff_cache .hypothesis
