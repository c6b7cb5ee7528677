# Two commands do everything from a fresh machine with Python 3.11 or 3.12, make and a package index:
#   make evidence   set up, run the main job on the bundled corpus, show where the tables are and the first rows
#   make test       set up, run the tests
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && echo $$p && break; done)
CORPUS := corpora/rls-b12
OUT := outputs/rls-b12
REFERENCE ?= ../shared
HOSTILE := $(addprefix tests/test_,hostile.py high_rows.py doors.py bounds.py ingest_damage.py ingest_faults.py properties.py mutations.py \
	machine.py fuzz.py matrix.py)
OTHER_PYTHON ?= python3.12
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help bench evidence docs figures browser screenshots test test-faults test-hostile mutations soak matrix audit office lint format train clean

help: ## say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Provender needs Python 3.11 or 3.12; install one, or say make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Setting up $(VENV) with $(PYTHON); this takes a minute or two the first time."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable . || { rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[dev]'
	@touch $@

evidence: $(VENV)/installed ## run the main job on the bundled corpus
	@$(BIN)/provender run $(CORPUS) --out $(OUT)
	@$(BIN)/provender show $(OUT)

test: $(VENV)/installed-dev ## run the tests
	@$(BIN)/python -m pytest -n auto --dist loadfile

test-faults: $(VENV)/installed-dev ## run the tests that kill runs, fill disks and read a thousand sources (minutes)
	@timeout 1800 $(BIN)/python -m pytest -m faults

browser: ## install the browser that the tests of the desk drive (Debian's Chromium, as root)
	@command -v chromium > /dev/null && command -v chromedriver > /dev/null || { \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium chromium-driver > /dev/null; }

screenshots: $(VENV)/installed-dev ## take the screenshots of the README anew (needs a browser: make browser)
	@PROVENDER_SCREENSHOTS=$(CURDIR)/docs $(BIN)/python -m pytest tests/test_desk.py -k screenshots

office: ## install LibreOffice Calc, which one test needs (Debian and Ubuntu, as root)
	@apt-get update -qq && apt-get install -qq -y --no-install-recommends libreoffice-calc > /dev/null

test-hostile: $(VENV)/installed-dev ## run the tests of hostile ground (see SECURITY.md): damage, fuzzing, other machines (minutes)
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[fuzz]' || echo "atheris has no wheel here."
	@PROVENDER_EXAMPLES=20 PROVENDER_MUTATIONS=600 timeout 1800 $(BIN)/python -m pytest -n auto -m 'not faults and not soak' $(HOSTILE)

mutations: $(VENV)/installed-dev ## read five thousand damaged files (an hour)
	@PROVENDER_MUTATIONS=5000 $(BIN)/python -m pytest --log-cli-level=INFO tests/test_mutations.py

soak: $(VENV)/installed-dev ## two hundred nightly runs, every other one with a fault (an hour)
	@$(BIN)/python -m pytest -m soak tests/test_soak.py

matrix: $(VENV)/installed-dev ## compare the tables of this Python with those of the other (3.11 and 3.12)
	@$(OTHER_PYTHON) -c '' || { echo "Say which Python is the other: make matrix OTHER_PYTHON=/path/to/python3.12"; exit 2; }
	@test -x $(VENV)-other/bin/provender || { $(OTHER_PYTHON) -m venv --clear $(VENV)-other && \
		$(VENV)-other/bin/python -m pip install -qq --constraint constraints.txt --editable .; }
	@PROVENDER_OTHER_PYTHON=$(CURDIR)/$(VENV)-other/bin/python $(BIN)/python -m pytest -m 'not faults' tests/test_matrix.py

audit: $(VENV)/installed ## ask the database of known holes (osv.dev) about every pinned dependency
	@$(BIN)/python -m pip install -qq pip-audit==2.10.1
	@$(BIN)/python -m tools.audit

lint: $(VENV)/installed-dev ## check format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/installed-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/installed-dev ## write the pages that are made of the code anew
	@$(BIN)/python -m tools.docs

bench: $(VENV)/installed-dev ## measure the speed beside other tools (an hour; needs the reference folder: REFERENCE=../shared)
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[bench]'
	@$(BIN)/python benchmarks/bench.py $(REFERENCE)

figures: $(VENV)/installed-dev ## write the README's figures anew (needs the reference folder: REFERENCE=../shared)
	@$(BIN)/python -m tools.docs --reference $(REFERENCE)

train: $(VENV)/installed-dev ## make the bundled model anew (needs the reference folder; hours on two cores)
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[train]'
	@$(BIN)/python -m pipeline.training --reference $(REFERENCE)
	@$(BIN)/python -m pipeline.training.calibration --reference $(REFERENCE)

clean: ## remove the environment and all outputs
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	@find outputs -mindepth 1 -not -name README.md -delete
