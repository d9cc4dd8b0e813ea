# Two commands on a fresh machine: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
CHROMIUM ?= /usr/bin/chromium
BIN := .venv/bin
READY := .venv/ready
SOURCES := activities backfill commands digital_river doctor eligibility lifecycle local \
           milestones reference sandbox serving simulation storefront webhooks workflows \
           demo.py leaving.py receiver.py settings.py starter.py storefront_api.py \
           worker.py working.py tests benchmarks

.PHONY: demo test coverage mutate check format bench simulate reference screenshots lock clean

demo: $(READY) ## run every kind of return on this machine, with the web UI
	$(BIN)/python demo.py $(ARGS)

test: $(READY) ## every test, in two processes a core and one more
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

coverage: $(READY) ## every test, and the branches that none takes; fails where there must be none
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto --dist loadfile $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/coverage report --fail-under=100 --include='digital_river/*,eligibility/*,lifecycle/*,serving/*,webhooks/*'

mutate: $(READY) ## changes the code in thousands of small ways; which one does nothing notice?
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/mutmut run --max-children 2 $(ARGS)
	$(BIN)/python -m benchmarks.mutants

check: $(READY) ## lint, format and types
	$(BIN)/ruff check $(SOURCES) browser
	$(BIN)/ruff format --check $(SOURCES) browser
	$(BIN)/mypy $(SOURCES)

format: $(READY) ## mend what can be mended
	$(BIN)/ruff check --fix $(SOURCES) browser
	$(BIN)/ruff format $(SOURCES) browser

bench: $(READY) ## measure, in pairs, and print the tables
	$(BIN)/python -m benchmarks $(ARGS)

simulate: $(READY) ## whole returns through faults, from seeds; docs/reliability.md
	$(BIN)/python -m simulation $(ARGS)

reference: $(READY) ## write docs/reference.md from the code
	$(BIN)/python -m reference

screenshots: $(READY) ## look at Temporal's web UI in a browser: CHROMIUM=/path/to/chromium
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-browser.lock
	$(BIN)/mypy browser
	$(BIN)/python -m browser $(CHROMIUM)

lock: $(READY) ## renew the lock files from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --group browser -o requirements-browser.lock

clean: ## forget the virtual environment
	rm -rf .venv

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Upriver needs Python 3.11 or later; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(READY)
