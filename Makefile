# Plinth needs Node.js 20 or newer, npm and make. Everything else is fetched into this directory.
# `make` alone explains the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

PNPM := npx -y pnpm@10.34.9
BIN := node_modules/.bin
PLINTH := packages/app/bin/plinth.js
RESULTS := .plinth/test-results
MANIFESTS := package.json pnpm-lock.yaml pnpm-workspace.yaml $(wildcard packages/*/package.json examples/*/package.json)
INSTALLED := node_modules/.plinth-installed
POSTGRES_15 := /usr/lib/postgresql/15/bin

# The oldest supported PostgreSQL where Debian's is installed, else the embedded one again.
STRICT_SERVER := $(if $(wildcard $(POSTGRES_15)/postgres),PLINTH_PG_BIN=$(POSTGRES_15))
STRICT_NAME := $(if $(STRICT_SERVER),postgresql-15,postgresql-18)

# $(call vitest,PROJECT,REPORT): the report is what the closing lines are added up from.
vitest = $(BIN)/vitest run --project $(1) --reporter=default --reporter=json --outputFile.json=$(RESULTS)/$(2).json
title = @printf '\n== %s\n' '$(1)'

.PHONY: help
help:
	@echo 'Plinth, a double-entry core-banking ledger. Needs Node.js 20 or newer, npm and make.'
	@echo ''
	@echo '  make start    set up, start PostgreSQL and the service with a demo tenant; Ctrl-C stops both'
	@echo '  make test     set up and run all checks and tests, also on the embedded PostgreSQL'
	@echo '  make check    format, lint, types, architecture, unused code and unit tests; no PostgreSQL'
	@echo '  make bench    measure how many postings a second this machine does (ARGS="--json" for numbers only)'
	@echo '  make format   put every file into the house format'
	@echo '  make openapi  write openapi.json, event-schemas and the types of the client anew, after a change of the API'
	@echo '  make build    compile what changed'
	@echo '  make clean    remove what was compiled and the test reports; the data in .plinth stay'
	@echo '  make help     print this'

.PHONY: start
start: build
	@exec $(PLINTH) start

.PHONY: bench
bench: build
	@exec $(PLINTH) bench $(ARGS)

# One inner make, so that the first failure ends it and the closing lines are still printed.
.PHONY: test
test: node-version
	@rm -rf $(RESULTS) && mkdir -p $(RESULTS)
	@$(MAKE) --no-print-directory check integration integration-strict; status=$$?; \
	node test/support/closing-lines.mjs $$status $(RESULTS)

.PHONY: check
check: lint types architecture unused unit

.PHONY: lint
lint: $(INSTALLED)
	$(call title,format and lint)
	@$(BIN)/biome check --error-on-warnings .

.PHONY: types
types: build
	$(call title,types of the tests)
	@$(BIN)/tsc -p test/tsconfig.json

.PHONY: architecture
architecture: $(INSTALLED)
	$(call title,dependency rules)
	@$(BIN)/depcruise packages --config .dependency-cruiser.js

.PHONY: unused
unused: $(INSTALLED)
	$(call title,unused code)
	@$(BIN)/knip

.PHONY: unit
unit: $(INSTALLED)
	$(call title,unit tests)
	@$(call vitest,unit,1-unit)

# The broker that the tests publish events to: Debian's, unpacked beside the other data where it is not installed, so that nothing of
# it starts by itself. Where it cannot be had the tests that need it say so and are skipped.
NATS := .plinth/nats
.PHONY: broker
broker:
	@command -v nats-server >/dev/null 2>&1 || [ -x /usr/sbin/nats-server ] || [ -x $(NATS)/usr/sbin/nats-server ] || { \
	  mkdir -p $(NATS) && cd $(NATS) && { apt-get download -qq nats-server || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq nats-server; }; } >/dev/null 2>&1 && \
	  dpkg-deb -x nats-server_*.deb . ; } || echo 'nats-server could not be had: the tests that need it are skipped.'

.PHONY: integration
integration: build broker
	$(call title,integration tests on the embedded PostgreSQL 18)
	@$(call vitest,integration,2-integration-postgresql-18)

.PHONY: integration-strict
integration-strict: build broker
	$(call title,integration tests$(if $(WHOLE),, of statements) under the role of each module ($(STRICT_NAME)))
	@PLINTH_STRICT_ROLES=1 $(if $(WHOLE),,PLINTH_STATEMENTS_ONLY=1) $(STRICT_SERVER) $(call vitest,integration,3-integration-strict-roles-$(STRICT_NAME))

.PHONY: format
format: $(INSTALLED)
	@$(BIN)/biome check --write .

# The tests that compare the files with the code also write them: there is one place that says how it is made.
.PHONY: openapi
openapi: $(INSTALLED)
	@$(BIN)/vitest run --project unit packages/http/src/openapi.test.ts packages/http/src/event-schemas.test.ts --update
	@$(BIN)/vitest run --project unit packages/client/src/openapi-types.test.ts --update

# tsc keeps its own record of what changed.
.PHONY: build
build: $(INSTALLED)
	@$(BIN)/tsc -b

.PHONY: clean
clean:
	@rm -rf packages/*/dist examples/*/dist coverage $(RESULTS)

.PHONY: node-version
node-version:
	@command -v node >/dev/null 2>&1 || { \
	  echo 'Plinth needs Node.js 20.11 or newer, and there is no `node` on the PATH. See https://nodejs.org.' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 11) ? 0 : 1)' || { \
	  echo "Plinth needs Node.js 20.11 or newer; this is $$(node --version). See https://nodejs.org." >&2; exit 1; }
	@command -v npx >/dev/null 2>&1 || { \
	  echo 'Plinth needs npm, which brings npx, and there is none on the PATH (Debian: apt-get install npm).' >&2; exit 1; }

# Again whenever a package.json or the lockfile is newer. Where the home directory cannot be written, as for a system
# user, npm and pnpm keep their caches in .plinth instead.
$(INSTALLED): $(MANIFESTS) | node-version
	$(call title,installing packages)
	@home=$${HOME:-/nonexistent}; mkdir -p "$$home/.npm/_npx" 2>/dev/null; \
	if ! [ -w "$$home" ] || ! [ -w "$$home/.npm/_npx" ]; then \
	  HOME="$(CURDIR)/.plinth/home"; export HOME; mkdir -p "$$HOME"; \
	  unset npm_config_cache XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CONFIG_HOME; \
	fi; \
	CI=true $(PNPM) install --frozen-lockfile </dev/null
	@touch $@
