# Two commands do everything on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(PYTHON) -m pip

# The tests start some thousand Python processes: none should compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long kill-matrix full-product docs lint lock clean

demo: $(VENV)/.demo
	$(BIN)/httptpc check --matrix -n 2

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest tests -n 4 --dist loadgroup --timeout 1500

test-long: $(VENV)/.dev
	$(BIN)/python -m pytest tests -n 4 --dist loadgroup --timeout 1500 -m "long or not long"

docs: $(VENV)/.demo
	$(BIN)/httptpc list requirements --markdown > docs/requirements.md
	$(BIN)/httptpc list deviations --markdown > docs/deviations.md
	$(BIN)/httptpc list prior --markdown > docs/prior-suites.md

# Renews the kept result that every report shows.
kill-matrix: $(VENV)/.dev
	rm -rf build/kill
	HTTPTPC_KILL_OUT=$(CURDIR)/build/kill $(BIN)/python -m pytest tests/meta/test_kill_matrix.py -n 4 --dist loadgroup -m "long or not long" -k "not kept"
	$(BIN)/python -m tests.meta.keep build/kill

# Every deviation with every MUST: 45 minutes on two cores. What ends in build/product stays, so
# an interrupted one goes on; its result is docs/results/full-product.json.
full-product: $(VENV)/.dev
	$(BIN)/python -m tests.meta.product build/product

lint: $(VENV)/.dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy harness fixtures suites reports reference_server benchmarks tests
	$(BIN)/lint-imports --no-cache

# Debian's Python may come without ensurepip: the environment is made without pip, and the
# machine's own pip fills it. Every package is pinned by hash; nothing else is fetched.
$(BIN)/python:
	$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.demo: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --python $(BIN)/python install --quiet --require-hashes -r requirements.lock
	$(PIP) --python $(BIN)/python install --quiet --no-deps --no-build-isolation -e .
	touch $@

# gssapi has to be compiled: where libkrb5-dev is missing, the tests of Kerberos are left out.
$(VENV)/.dev: requirements-dev.lock requirements-kerberos.lock $(VENV)/.demo
	$(PIP) --python $(BIN)/python install --quiet --require-hashes -r requirements-dev.lock
	! krb5-config --version >/dev/null 2>&1 || $(PIP) --python $(BIN)/python install --quiet --require-hashes -r requirements-kerberos.lock
	touch $@

# Needs uv; hashes and no index address, for every supported Python.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --group dev -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --group kerberos -o requirements-kerberos.lock

clean:
	rm -rf $(VENV) results build *.egg-info
