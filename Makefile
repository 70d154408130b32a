# LLMTrading. `make` lists the targets; each installs what it lacks (Debian 12, Swift 6.3).
SHELL := /bin/bash
.DEFAULT_GOAL := help
RECORDINGS ?= ../shared/okx-data
export RECORDINGS
SPEED ?= recorded
FUZZ_SECONDS ?= 60
PACKAGES := libssl-dev liburing-dev libsqlite3-dev libjemalloc-dev pkg-config
TEST_PACKAGES := python3 python3-venv openssl chromium
DEMO_FLAGS := $(if $(RECORDING),--recording $(RECORDING) --speed $(SPEED))

.PHONY: help deps test-deps build demo test lint bench fuzz tsan clean

help:  ## list the targets
	@echo "LLMTrading: a trading core for OKX"; echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20
	@echo; echo "Variables: RECORDINGS=$(RECORDINGS) RECORDING=FILE SPEED=recorded|max FUZZ_SECONDS=$(FUZZ_SECONDS)"

deps:
	@.ci/install-packages.sh $(PACKAGES)

test-deps: deps
	@.ci/install-packages.sh $(TEST_PACKAGES)
	@Tests/make-venv.sh

build: deps  ## the release binary, .build/release/llmtrading
	@echo "Building the release binary (the first build takes several minutes on 2 cores)…"
	swift build -c release --product llmtrading

demo: build  ## watch frames become orders: exchange, core, console and page on this machine
	@.build/release/llmtrading demo $(DEMO_FLAGS)

test: test-deps  ## every test, gate and lint; prints seconds per suite
	@Tests/run.sh

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
