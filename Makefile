# LLMTrading. `make` lists the targets; each installs what it lacks (Debian 12, Swift 6.3).
SHELL := /bin/bash
.DEFAULT_GOAL := help
# A folder of recordings is optional; by convention it is called okx-data and lies beside the checkout.
RECORDINGS ?= $(abspath $(firstword $(wildcard ../okx-data ../*/okx-data)))
export RECORDINGS
SPEED ?= recorded
PACKAGES := libssl-dev liburing-dev libsqlite3-dev libjemalloc-dev pkg-config
TEST_PACKAGES := python3 python3-venv openssl chromium microsocks tinyproxy
DEMO_FLAGS := $(if $(RECORDING),--recording $(RECORDING) --speed $(SPEED))
TEST_FLAGS := $(if $(TEST),--test '$(TEST)',$(if $(SUITE),--suite '$(SUITE)'))

.PHONY: help deps test-deps recordings build demo test peers check proofs mutants lint bench fuzz tsan clean

help:  ## list the targets
	@echo "LLMTrading: a trading core for OKX"; echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20
	@echo; echo "Variables"
	@echo "  SUITE=NAME        make test: one suite, BookTests or Book"
	@echo "  TEST=SUITE/NAME   make test: one test, BookTests/barsEqualANaiveAggregation"
	@echo "  CONFIG=debug      make test with SUITE or TEST, make check: the debug build"
	@echo "  RECORDINGS=FOLDER $(if $(RECORDINGS),$(RECORDINGS),none here: tests that need recordings are disabled)"
	@echo "  RECORDING=FILE SPEED=recorded|max   make demo: play a recording"
	@echo "  HISTORIES=100000 KILL_ROUNDS=100 MODEL_REPLIES=300 FUZZ_SECONDS=60 LEDGER_RECORDS=1000000"
	@echo "                    how long proofs and make fuzz run"
	@echo; echo "How to work on it: HACKING.md"

deps:
	@.ci/install-packages.sh $(PACKAGES)

test-deps: deps
	@.ci/install-packages.sh $(TEST_PACKAGES)
	@Tests/make-venv.sh

recordings:
	@echo $(RECORDINGS)

build: deps  ## the release binary, .build/release/llmtrading
	@echo "Building the release binary (the first build takes several minutes on 2 cores)…"
	swift build -c release --product llmtrading

demo: build  ## watch frames become orders: exchange, core, console and page on this machine
	@.build/release/llmtrading demo $(DEMO_FLAGS)

test: test-deps  ## every test, gate and lint, with seconds; or SUITE=NAME, or TEST=SUITE/NAME
	@Tests/run.sh $(TEST_FLAGS)

peers: build test-deps  ## other people's clients against the exchange; writes and prints docs/CLIENTS.md's table
	@Tests/peers.sh

check: deps  ## gates and lint alone
	@Tests/run.sh --check

proofs: test-deps  ## the long proofs: histories, deaths, model replies, races, fuzzing, a ledger of a million records
	@Tests/run.sh --proofs

mutants: deps  ## plant each bug of Tests/Mutants in a copy; a test must catch it
	@Tests/mutants.sh

lint:  ## swift format lint --strict
	swift format lint --strict --recursive Sources Tests Benchmarks Package.swift

bench: deps  ## benchmarks (timings live here, not in tests)
	@perf/bench.sh
	@perf/ledger-bench.sh

fuzz: deps  ## libFuzzer over Wire and the OKX decoders, FUZZ_SECONDS each
	@Tests/Fuzz/run.sh $(FUZZ_SECONDS)

tsan: deps  ## ThreadSanitizer over the rings; a broken copy must be caught
	@Tests/Race/run.sh

clean:  ## remove everything that was built
	rm -rf .build Tests/Race/.build Tests/Fuzz/.build Benchmarks/.build
