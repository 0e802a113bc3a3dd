# `make demo` evaluates AlexNet on Eyeriss; `make test` runs everything that CI runs.
# Both set up .venv first, once: all they need is Python 3.11 or newer.

# The command of the demo; the README shows its output and a test compares the two.
DEMO := octant evaluate alexnet --on eyeriss

# An interpreter of your choice: make demo PYTHON=/path/to/python3.13
PYTHON ?=
# Used where it is installed; `make test UV=` does without it.
UV ?= $(shell command -v uv 2>/dev/null)

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip install --quiet --quiet --disable-pip-version-check
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
MODULES := $(if $(UV),venv,venv, ensurepip)

# The stamps hold the folder that .venv was made in: one that was moved, copied, or whose
# interpreter is gone is made anew; one without stamps is used as it is.
$(shell for stamp in $(VENV)/.demo $(VENV)/.test; do \
    if [ -f $$stamp ] && ! { [ -x $(PY) ] && grep -qsxF '$(CURDIR)' $$stamp; }; then \
        rm -f $(VENV)/.demo $(VENV)/.test $(PY); \
    fi; \
done)

.PHONY: help demo test format lint types imports tests bench hunt validate readme clean

help:
	@echo "make demo      evaluate AlexNet on Eyeriss"
	@echo "make test      format, lint, types, import contracts, tests: what CI runs"
	@echo "make bench     time the commands and the searches, against their bars"
	@echo "make hunt      draw searches for ten minutes, against all of their mappings"
	@echo "make validate  write docs/explanation/validation.md anew"
	@echo "make readme    write the outputs shown in README.md anew"
	@echo "make clean     remove .venv and the caches"

demo: $(VENV)/.demo
	@$(BIN)/$(DEMO)

test: format lint types imports tests

format: $(VENV)/.test
	$(BIN)/ruff format --check

lint: $(VENV)/.test
	$(BIN)/ruff check

types: $(VENV)/.test
	$(BIN)/mypy

imports: $(VENV)/.test
	$(BIN)/lint-imports

tests: $(VENV)/.test
	$(PY) -m pytest -q -n 2 --dist worksteal -rs

# Some groups, or sooner: make bench BENCH="eyeriss growth --quick"
BENCH ?=

bench: $(VENV)/.demo
	@$(PY) -m benchmarks $(BENCH)

# For another time, or other searches: make hunt SECONDS=3600 SEED=7
SECONDS ?= 600
SEED ?= 0

hunt: $(VENV)/.test
	@$(PY) -m tests.properties.hunt --seconds $(SECONDS) --seed $(SEED)

validate: $(VENV)/.test
	@$(PY) -m tests.published.validate

readme: $(VENV)/.test
	@$(PY) -m tests.docs.readme

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist

# The stamps: newer than pyproject.toml means installed as it says. What `make test` installs
# contains what `make demo` installs.
$(VENV)/.demo: pyproject.toml | $(PY)
	@echo "installing octant into $(VENV)" >&2
ifneq ($(UV),)
	@$(UV) pip install --quiet --python $(PY) --editable .
else
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	@$(PIP) --editable .
endif
	@echo "compiling the search, once" >&2
	@$(PY) -m octant.mapper
	@echo "$(CURDIR)" > $@

$(VENV)/.test: pyproject.toml | $(PY)
	@echo "installing octant and its test tools into $(VENV)" >&2
ifneq ($(UV),)
	@$(UV) pip install --quiet --python $(PY) --editable . --group test
else
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	@# Dependency groups need pip 25.1; Python 3.11 to 3.13 may bring an older one.
	@$(PY) -m pip install --help | grep -q -e --group || $(PIP) --upgrade "pip>=25.1"
	@$(PIP) --editable . --group test
endif
	@echo "$(CURDIR)" | tee $(VENV)/.demo > $@

# The first interpreter that runs, is new enough and can make an environment. Each is run to find
# out: a version manager's stand-in may be there for a version that is not.
$(PY):
	@old=; bare=; \
	for candidate in $(or $(PYTHON),$(PYTHONS)); do \
	    "$$candidate" -c "" >/dev/null 2>&1 || continue; \
	    if ! "$$candidate" -c "$(NEW_ENOUGH)"; then \
	        old="$$old $$candidate is $$("$$candidate" -V 2>&1);"; continue; \
	    fi; \
	    if ! "$$candidate" -c "import $(MODULES)" >/dev/null 2>&1; then \
	        bare="$$bare $$candidate"; continue; \
	    fi; \
	    echo "making $(VENV) with $$("$$candidate" -V)" >&2; \
	    $(if $(UV),$(UV) venv --quiet --clear --python "$$candidate" $(VENV),"$$candidate" -m venv --clear $(VENV)); \
	    exit $$?; \
	done; \
	if [ -n "$$bare" ]; then \
	    echo "error: Python is here ($${bare# }) but not its module ensurepip, which makes" \
	        "environments." >&2; \
	    echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	elif [ -n "$(PYTHON)" ]; then \
	    echo "error: PYTHON=$(PYTHON) is no Python 3.11 or newer.$$old" >&2; \
	else \
	    echo "error: no Python 3.11 or newer is on PATH.$$old" >&2; \
	    echo "Install one, or name it: make demo PYTHON=/path/to/python3.13" >&2; \
	fi; \
	exit 1
