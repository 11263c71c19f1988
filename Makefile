# Everything a developer runs. `make` alone lists it; CONTRIBUTING.md explains it.
#
# Each target does the set-up that it needs, says what it does, and takes no time for what is
# done already. Nothing is installed outside this folder but by apt, and only if it is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# One build at a time: they share the target folder's lock anyway.
.NOTPARALLEL:
.PHONY: help setup build build-tests demo forecasts forecasts-web test check check-rust check-python check-web web chaos simulate bench
.PHONY: clean suites suite-rust suite-sdk suite-web suite-forecasts-web suite-dashboard suite-examples suite-e2e
.PHONY: postgres network screenshots bench-dashboard

VENV := .venv
PYTHON := $(abspath $(VENV)/bin/python)
# Where cargo puts what it builds: the environment decides, else it is here.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
DEMO_FLAGS ?=
DEMO_PROFILE ?= dev
BENCH_FLAGS ?=
EXAMPLES := $(patsubst %/tests,%,$(wildcard examples/*/tests))

# Tests with the real binary look at the time: .config/nextest.toml says which may run beside others.
# Every run names the whole workspace, so that cargo builds one set of features only.
ifeq ($(shell cargo nextest --version >/dev/null 2>&1 && echo yes),yes)
NEXTEST := cargo nextest run --locked --workspace --no-fail-fast
TEST_CRATES := $(NEXTEST) -E 'not package(paceline-e2e)'
TEST_E2E := $(NEXTEST) -E 'package(paceline-e2e)' --test-threads=2 --success-output=final
else
CARGO_TEST := cargo test --locked --workspace --no-fail-fast
TEST_CRATES := $(CARGO_TEST) --exclude paceline-e2e
TEST_E2E := $(CARGO_TEST) --test e2e -- --test-threads=1 --nocapture
endif

say = @printf '\n== %s\n' "$(1)"

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  DEMO_FLAGS="--once --force" and BENCH_FLAGS="t1 --quick" are passed on.\n'

setup: ## checks the tools and makes the Python environment (.venv)
	@scripts/setup.sh

build: setup web ## the debug binary, with the dashboard in it
	$(call say,building (debug))
	cargo build --locked --workspace --bins

# Together with the tests: what only they need of the dependencies would have most of these built a
# second time.
build-tests: setup web
	$(call say,building (debug$(comma) with the tests))
	cargo build --locked --workspace --bins --tests

# The debug build serves the demo as well as any (the handlers do the work, in Python), and it is
# the one that the tests use: DEMO_PROFILE=release for one to measure.
demo: setup web ## a node, the races example and a live bar
	$(call say,building the node: minutes the first time$(comma) then seconds)
	cargo build --locked --profile $(DEMO_PROFILE) --package paceline --bin paceline
	$(call say,the demo)
	PACELINE_PYTHON=$(PYTHON) $(TARGET)/$(DEMO_PROFILE:dev=debug)/paceline demo $(DEMO_FLAGS)

# FORECASTS_FLAGS="--skus 10 --once" for a short one.
FORECASTS_FLAGS ?=
forecasts: build ## a node and a batch of 720 searches for the best forecasts
	$(call say,the forecasts example)
	cd examples/forecasts && CARGO_TARGET_DIR=$(TARGET) $(PYTHON) -m forecasts demo $(FORECASTS_FLAGS)

test: check suites ## every check and every suite: what .ci/run calls
	$(call say,all checks and suites passed)

check: setup check-rust check-python check-web ## formatting, lints, types, spelling, the project's own rules

check-rust: setup
	$(call say,rustfmt)
	cargo fmt --all --check
	$(call say,xtask tidy: the project's own rules)
	cargo run --locked --quiet --package xtask -- tidy
	$(call say,clippy)
	cargo clippy --locked --workspace --all-targets --quiet -- --deny warnings
	$(call say,licences and sources of dependencies)
	@if cargo deny --version >/dev/null 2>&1; then \
	    cargo deny --offline --log-level error check bans licenses sources; \
	else \
	    echo 'not checked: cargo-deny is not installed (cargo install cargo-deny)'; \
	fi

check-python: setup
	$(call say,typos)
	$(VENV)/bin/typos
	$(call say,ruff)
	$(VENV)/bin/ruff check sdk/python examples
	$(VENV)/bin/ruff format --check sdk/python examples
	$(VENV)/bin/ruff check --config sdk/python/pyproject.toml tests/e2e web/e2e
	$(VENV)/bin/ruff format --check --config sdk/python/pyproject.toml tests/e2e web/e2e
	$(call say,mypy --strict)
	cd sdk/python && $(PYTHON) -m mypy

# What the dashboard is made of, as its lock says; made anew only when that has changed.
WEB_MODULES := web/node_modules/.package-lock.json
WEB_SOURCES := $(shell find web \( -name node_modules -o -name dist -o -path web/e2e -o -path web/screenshots \) -prune -o -type f -print)

$(WEB_MODULES): web/package-lock.json web/.npmrc
	@scripts/node.sh
	$(call say,installing what the dashboard is made of)
	cd web && npm ci --no-progress
	@touch $@

web/dist/index.html: $(WEB_MODULES) $(WEB_SOURCES)
	$(call say,building the dashboard)
	cd web && npm run --silent build

web: web/dist/index.html ## the dashboard, built into web/dist

# The forecasts example has an app of its own, which uses the React library as others do: built,
# packed and installed.
FORECASTS_WEB := examples/forecasts/web
FORECASTS_MODULES := $(FORECASTS_WEB)/node_modules/.package-lock.json
REACT_SOURCES := $(filter web/packages/react/%,$(WEB_SOURCES))

$(FORECASTS_MODULES): $(WEB_MODULES) $(REACT_SOURCES) $(addprefix $(FORECASTS_WEB)/,package-lock.json .npmrc)
	$(call say,packing the React library for the forecasts example)
	cd web && npm run --silent build:react
	cd $(FORECASTS_WEB) && npm ci --no-progress
	@touch $@

forecasts-web: $(FORECASTS_MODULES) ## the forecasts example's page, beside its node
	cd $(FORECASTS_WEB) && npm run --silent build && npm run --silent preview

check-web: $(WEB_MODULES)
	$(call say,biome)
	cd web && npm run --silent lint
	web/node_modules/.bin/biome check --config-path=web $(FORECASTS_WEB)
	$(call say,types of the API are those of its document)
	cd web && npm run --silent api:check
	$(call say,tsc --strict)
	cd web && npm run --silent types

# Each stands by itself, so that `make --keep-going test` goes on after a failure.
suites: suite-rust suite-sdk suite-web suite-forecasts-web suite-examples suite-dashboard suite-e2e

# The programs of a PostgreSQL server, for tests that start one.
postgres:
	@scripts/postgres.sh

# For tests that give each node a network namespace of its own.
network:
	@scripts/network.sh

suite-rust: build-tests postgres
	$(call say,Rust suites)
	PACELINE_PYTHON=$(PYTHON) $(TEST_CRATES)
	$(call say,Rust examples in the docs)
	cargo test --locked --quiet --doc --workspace

suite-sdk: setup
	$(call say,Python SDK)
	cd sdk/python && $(PYTHON) -m pytest

suite-web: web
	$(call say,dashboard and React components)
	cd web && npm run --silent test
	cd web && npm run --silent build:react

suite-forecasts-web: $(FORECASTS_MODULES)
	$(call say,the forecasts example's page)
	cd $(FORECASTS_WEB) && npm run --silent test && npm run --silent build

# In Chromium, against the debug binary with its own workers, on SQLite and on PostgreSQL.
DASHBOARD := PACELINE_PYTHON=$(PYTHON) PACELINE_BIN=$(TARGET)/debug/paceline

suite-dashboard: build-tests postgres
	$(call say,dashboard: the real pages in a browser)
	cd web && $(DASHBOARD) PACELINE_CHROMIUM=$$(../scripts/chromium.sh) npm run --silent test:e2e

screenshots: build $(FORECASTS_MODULES) ## pictures of every page of the dashboard and of the forecasts example
	$(call say,pictures of every page)
	cd web && $(DASHBOARD) PACELINE_CHROMIUM=$$(../scripts/chromium.sh) npm run --silent screenshots
	@echo "look into web/screenshots"

suite-examples: build-tests
	@for example in $(EXAMPLES); do \
	    printf '\n== example %s\n' "$$example"; \
	    (cd "$$example" && PACELINE_BIN=$(TARGET)/debug/paceline $(PYTHON) -m pytest); \
	done

suite-e2e: build-tests postgres network
	$(call say,end to end: the real binary$(comma) killed and restarted)
	PACELINE_PYTHON=$(PYTHON) PACELINE_BIN=$(TARGET)/debug/paceline $(TEST_E2E)

# CHAOS_SECONDS=3600 for an hour; PACELINE_E2E_SEED repeats a run.
CHAOS_SECONDS ?= 300
chaos: build postgres network ## three nodes on one database in trouble, for five minutes
	$(call say,$(CHAOS_SECONDS) s of nodes killed$(comma) stopped$(comma) halted and cut off)
	PACELINE_PYTHON=$(PYTHON) PACELINE_BIN=$(TARGET)/debug/paceline \
	    PACELINE_CHAOS_SECONDS=$(CHAOS_SECONDS) \
	    cargo test --locked --package paceline-e2e --test e2e chaos -- --nocapture

# SEEDS=1000 FROM=5000 for a part; a seed that fails is printed, and PACELINE_SIM_SEED repeats it.
SEEDS ?= 10000
FROM ?= 0
simulate: setup ## ten thousand simulated histories of the engine, each step checked
	$(call say,building the simulation with optimisation (minutes the first time))
	cargo test --locked --profile simulation --package paceline-engine --test simulation --no-run
	$(call say,$(SEEDS) seeds from $(FROM) on)
	PACELINE_SIM_FROM=$(FROM) PACELINE_SIM_SEEDS=$(SEEDS) cargo test --locked --profile simulation \
	    --package paceline-engine --test simulation -- --test-threads=1 faults quiet

bench: setup web ## measures this machine against the targets
	$(call say,building the release binary (several minutes the first time))
	cargo build --locked --release --package paceline --bin paceline
	PACELINE_PYTHON=$(PYTHON) $(TARGET)/release/paceline bench $(BENCH_FLAGS)

# BENCH_DASHBOARD_FLAGS="--jobs 100000 --pages overview,jobs --why" for a part, and what was to blame.
BENCH_DASHBOARD_FLAGS ?=
bench-dashboard: setup web ## the browser's main thread, with a million jobs and changes all the time
	$(call say,building the release binary (several minutes the first time))
	cargo build --locked --release --package paceline --bin paceline
	cd web && PACELINE_PYTHON=$(PYTHON) PACELINE_BIN=$(TARGET)/release/paceline \
	    PACELINE_CHROMIUM=$$(../scripts/chromium.sh) npm run --silent bench -- $(BENCH_DASHBOARD_FLAGS)

clean: ## removes what was built, the Python environment and the demo's store
	rm -rf target $(VENV) examples/*/build web/dist web/node_modules web/packages/*/dist \
	    $(FORECASTS_WEB)/dist $(FORECASTS_WEB)/node_modules
	find sdk examples -name __pycache__ -type d -prune -exec rm -rf {} +

comma := ,
