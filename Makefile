# make app   installs everything into .venv, builds the index, serves the page on 127.0.0.1:7860
# make test  installs what the tests need, then ruff, mypy --strict and pytest, two files at a time
# make eval  asks the held-out questions of each set, then of all together, and fails where these are below eval/gate.toml; in build/eval
# make test-ray  installs Ray too, which is large, and tests work spread by it

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860

VENV := .venv
BIN := $(VENV)/bin
QUESTION_SETS := questions questions-second questions-third questions-fourth
UV_VERSION := 0.13.9

# uv reads local wheel folders only from its own variable, parted by commas where pip parts them by spaces.
empty :=
space := $(empty) $(empty)
comma := ,
export UV_FIND_LINKS ?= $(subst $(space),$(comma),$(strip $(PIP_FIND_LINKS)))
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export GRADIO_ANALYTICS_ENABLED := False

.PHONY: app install dev test test-browser test-ray eval format screenshot clean

app: install
	$(BIN)/kangbian corpus verify
	$(BIN)/kangbian serve --host $(HOST) --port $(PORT)

install: $(VENV)/.package

dev: $(VENV)/.dev $(VENV)/.package

test: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-browser: dev
	$(BIN)/python -m pytest -m browser tests/test_browser.py

test-ray: dev $(VENV)/.ray
	$(BIN)/python -m pytest -m ray tests/test_cluster.py

eval: dev
	for set in $(QUESTION_SETS); do $(BIN)/kangbian eval lint eval/datasets/$$set.jsonl || exit; done
	for set in $(QUESTION_SETS); do \
	$(BIN)/kangbian eval run eval/datasets/$$set.jsonl -o build/eval/$$set --only-held-out || exit; \
	done
	cat $(QUESTION_SETS:%=eval/datasets/%.jsonl) > build/eval/all.jsonl
	$(BIN)/kangbian eval run build/eval/all.jsonl -o build/eval/all --only-held-out --gate eval/gate.toml

screenshot: dev
	KANGBIAN_SCREENSHOT=docs/page.png $(BIN)/python -m pytest -m browser tests/test_browser.py

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Each stamp is older than what it was made from only when that changed, so a second run installs nothing.
$(VENV)/.uv: Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.uv
	$(BIN)/uv pip install --requirements requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/uv pip install --requirements requirements-dev.txt
	touch $@

$(VENV)/.ray: requirements-ray.txt $(VENV)/.dev
	$(BIN)/uv pip install --requirements requirements-ray.txt
	touch $@

$(VENV)/.package: pyproject.toml $(VENV)/.runtime
	$(BIN)/uv pip install --no-deps --editable .
	touch $@
