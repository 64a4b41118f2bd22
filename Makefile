# specloop: `make demo` shows it at work, `make test` checks all of it; both set up first.
#
# Needs Python 3.11 to 3.14 with pip, git, and a network connection for the first set-up. Another Python is named with
# `make setup PYTHON=/path/to/python`, after `make clean` where there is an environment already.

PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python
UV_VERSION = 0.13.9
WORKERS ?= 2

FIT = import sys; (3, 11) <= sys.version_info[:2] < (3, 15) or sys.exit(1); print(sys.executable)
FOUND = $(shell for each in $(PYTHON); do "$$each" -c '$(FIT)' 2>/dev/null && break; done)
FIND = python="$(FOUND)"; test -n "$$python" || { echo "setup: none of these is a Python 3.11 to 3.14: $(PYTHON)." \
  "Install one, or name it: make setup PYTHON=/path/to/python" >&2; exit 1; }

PIP = $(shell for each in $(PYTHON); do "$$each" -m pip --version >/dev/null 2>&1 && echo "$$each" && break; done)

UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .tools/bin/uv)
GET_UV = $(filter .tools/%,$(UV))

# An environment that was moved or copied, or whose Python is gone, is set up again.
OURS = .venv/bin/python -c '$(FIT)' && grep -qF '$(CURDIR)/.venv' .venv/bin/activate
$(shell { $(OURS); } >/dev/null 2>&1 || rm -f .venv/.setup)

export UV_PYTHON_DOWNLOADS = never
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.PHONY: help setup demo studio test lint ruff format mypy imports browser pytest cassettes corpus bench scale fuzz lock clean
.NOTPARALLEL:

help:
	@echo 'make setup      the environment (.venv), the OpenSpec CLI and the npm MCP server (in the cache)'
	@echo 'make demo       the main job, on a small repository made for it'
	@echo 'make studio     the graph in LangGraph Studio'
	@echo 'make test       ruff, mypy, import rules and every test; stops at the first red stage'
	@echo 'make lint       the same without the tests'
	@echo 'make cassettes  records the answers of the embedded model again'
	@echo 'make corpus     plays and records the scenarios of tests/corpus again, in real agent frameworks (an hour)'
	@echo 'make bench      the benchmarks of tests/benchmarks (two hours, most of it the proof of self-improvement)'
	@echo 'make scale      what a server of runs bears (Linux, PostgreSQL, Redis and an environment with Aegra; two hours)'
	@echo 'make fuzz       a million inputs for the reader of trace files (Linux; 20 minutes)'
	@echo 'make lock       requirements.lock from pyproject.toml'
	@echo 'make clean      removes what set-up and tests made in this folder'

setup: .venv/.setup
	@said=$$(PATH="$(CURDIR)/.tools/bin:$$PATH" .venv/bin/python -m systems.node) || exit $$?; echo "setup: $$said"

.venv/.setup: requirements.lock pyproject.toml systems/npm/package-lock.json | $(GET_UV)
	@{ $(OURS); } >/dev/null 2>&1 || { $(FIND); \
	  echo "setup: .venv with $$python"; \
	  rm -rf .venv; $(UV) venv --quiet --no-project --python "$$python" .venv; }
	@echo "setup: $$(grep -c '^[a-z]' requirements.lock) packages of requirements.lock"
	@$(UV) pip sync --quiet --require-hashes --python .venv/bin/python requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python --editable .
	@echo 'setup: the OpenSpec CLI and the npm MCP server'
	@touch $@

.tools/bin/uv:
	@python="$(PIP)"; test -n "$$python" || { echo "setup: none of these is a Python with pip: $(PYTHON)." \
	  "Install pip (Debian, Ubuntu: apt install python3-pip), or install uv." >&2; exit 1; }; \
	echo "setup: uv $(UV_VERSION) in .tools"; \
	"$$python" -m pip install --quiet --upgrade --target .tools "uv==$(UV_VERSION)"

demo: setup
	@.venv/bin/specloop demo

studio: setup
	@LANGGRAPH_CLI_NO_ANALYTICS=1 .venv/bin/langgraph dev --no-browser --no-reload --allow-blocking

test: lint pytest

lint: setup ruff format mypy imports

ruff:
	@echo '== ruff check'; .venv/bin/ruff check --quiet

format:
	@echo '== ruff format --check'; .venv/bin/ruff format --quiet --check

mypy:
	@echo '== mypy'; .venv/bin/mypy --no-error-summary

imports:
	@echo '== lint-imports'; said=$$(.venv/bin/lint-imports --no-logo) || { echo "$$said"; exit 1; }

# Pages are tested in a real browser; where it can be installed without asking anybody, it is.
browser:
	@for each in chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v $$each >/dev/null && exit; done; \
	test "$$(id -u)" = 0 && command -v apt-get >/dev/null || exit 0; echo 'setup: Chromium'; \
	apt-get -qq install --yes chromium >/dev/null 2>&1 || \
	{ apt-get -qq update && apt-get -qq install --yes chromium; } >/dev/null || true

pytest: browser
	@echo '== pytest'; .venv/bin/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

cassettes: setup
	@SPECLOOP_RECORD=1 .venv/bin/python -m pytest -q tests/systems/test_models.py

bench: setup
	@for each in tests/benchmarks/[a-z]*.py; do \
	  echo "== $$each"; .venv/bin/python -m "tests.benchmarks.$$(basename "$$each" .py)" || exit 1; done

scale: setup
	@.venv/bin/python -m tests.benchmarks.scale

corpus: setup
	@PATH="$(CURDIR)/.tools/bin:$$PATH" .venv/bin/python -m tests.corpus.record_all

fuzz: setup
	@$(UV) pip install --quiet --python .venv/bin/python --group fuzz
	@.venv/bin/python -m tests.fuzz.otlp -runs=1000000 -max_len=4096

lock: | $(GET_UV)
	@$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --all-extras --group dev \
	  pyproject.toml -o requirements.lock >/dev/null

clean:
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .langgraph_api
	find graph nodes systems tests -type d -name __pycache__ -prune -exec rm -rf {} +
