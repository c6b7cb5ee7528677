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
HOSTILE := tests/test_hostile.py tests/test_doors.py tests/test_bounds.py tests/test_ingest_damage.py \
	tests/test_ingest_faults.py tests/test_properties.py tests/test_mutations.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help evidence docs figures browser screenshots test test-faults test-hostile office lint format train clean

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

test-hostile: $(VENV)/installed-dev ## run the tests of hostile names, files, texts and servers (see SECURITY.md)
	@PROVENDER_EXAMPLES=20 PROVENDER_MUTATIONS=600 timeout 600 $(BIN)/python -m pytest -n auto --dist loadfile \
		-m 'not faults' $(HOSTILE)

lint: $(VENV)/installed-dev ## check format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/installed-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/installed-dev ## write the pages that are made of the code anew
	@$(BIN)/python -m tools.docs

figures: $(VENV)/installed-dev ## write the README's figures anew (needs the reference folder: REFERENCE=../shared)
	@$(BIN)/python -m tools.docs --reference $(REFERENCE)

train: $(VENV)/installed-dev ## make the bundled model anew (needs the reference folder; hours on two cores)
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[train]'
	@$(BIN)/python -m pipeline.training --reference $(REFERENCE)
	@$(BIN)/python -m pipeline.training.calibration --reference $(REFERENCE)

clean: ## remove the environment and all outputs
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	@find outputs -mindepth 1 -not -name README.md -delete
