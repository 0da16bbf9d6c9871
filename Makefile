# scimforce: one command a purpose. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Tools are pinned in .ci/tools.mod, so that they stay out of the product's own module graph.
TOOL := go tool -modfile=.ci/tools.mod
BENCH ?= .
BENCHTIME ?= 1s

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: test
test: needs format vet staticcheck modules race ## everything that must hold: formatting, go vet, staticcheck, pinned modules, tests under the race detector

# The race detector needs a C compiler, the simulator is tested with Salesforce clients in Node.js and Python, the database's
# tests start a PostgreSQL server, and the pages are tested in Chromium; Go itself is the one thing that has to be there already.
.PHONY: needs
needs: ## install what the tests need and the machine lacks
	@command -v go >/dev/null || { echo "Go 1.26 or newer is needed: https://go.dev/dl/"; exit 1; }
	@if ! command -v gcc >/dev/null && ! command -v clang >/dev/null; then \
	  if command -v apt-get >/dev/null; then \
	    as=; [ "$$(id -u)" = 0 ] || as=sudo; \
	    $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends gcc libc6-dev; \
	  else \
	    echo "A C compiler is needed for the race detector: install gcc or clang with your system's package manager."; exit 1; \
	  fi; \
	fi
	@.ci/clients
	@.ci/postgresql
	@.ci/chromium

.PHONY: format
format: ## every Go file is gofumpt-ed
	@wrong=$$($(TOOL) gofumpt -l cmd oauth salesforce scim); \
	  [ -z "$$wrong" ] || { echo "not gofumpt-ed (run 'make fix'):"; echo "$$wrong"; exit 1; }

.PHONY: fix
fix: ## format the Go files in place
	@$(TOOL) gofumpt -w cmd oauth salesforce scim

.PHONY: vet
vet: ## go vet
	go vet ./...

.PHONY: staticcheck
staticcheck: ## staticcheck
	$(TOOL) staticcheck ./...

# modernc.org/sqlite works with exactly the libc it was generated against.
.PHONY: modules
modules: ## go.mod is tidy, and modernc.org/libc is the version that modernc.org/sqlite asks for
	go mod tidy -diff
	@sqlite=$$(go list -m -f '{{.GoMod}}' modernc.org/sqlite); \
	  want=$$(awk '$$1 == "modernc.org/libc" {print $$2} $$2 == "modernc.org/libc" {print $$3}' "$$sqlite"); \
	  have=$$(go list -m -f '{{.Version}}' modernc.org/libc); \
	  [ "$$want" = "$$have" ] || { echo "modernc.org/libc is $$have, but modernc.org/sqlite needs $$want"; exit 1; }

.PHONY: race
race: ## the tests, shuffled, under the race detector
	CGO_ENABLED=1 go test -race -shuffle=on -timeout 15m ./...

# Each parser gets a few seconds; a crash is kept in its package's testdata/fuzz and fails every later 'make test'.
FUZZTIME ?= 10s
.PHONY: fuzz
fuzz: ## fuzz every parser for FUZZTIME each
	@grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u | while read -r pkg; do \
	  grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$pkg/*_test.go | awk '{print $$2}' | sort -u | while read -r f; do \
	    echo "== $$pkg $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; \
	done

.PHONY: bench
bench: ## run the benchmarks and print a table: time, bytes, allocations and Salesforce API calls an operation
	@out=$$(mktemp); trap 'rm -f '$$out EXIT; \
	  go test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime $(BENCHTIME) ./... | tee $$out >&2; \
	  awk -f .ci/bench.awk $$out

.PHONY: pictures
pictures: ## make the pictures of docs/connect-salesforce.md anew
	go test ./cmd/scimforce/console -run TestTheConsoleInChromium/an_administrator -pictures

.PHONY: build
build: ## build ./bin/scimforce, static
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/scimforce ./cmd/scimforce

.PHONY: demo
demo: ## the bridge and a simulated org in one process, with a story
	go run ./cmd/scimforce demo
