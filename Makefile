# The index of tasks, for people and CI. The work of a target is in scripts/, in a file of the same name.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Every target is a task, none is a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))
# Cargo is parallel by itself, and waits for itself.
.NOTPARALLEL:

# Not every shell has rustup's folder on its PATH.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## Set up, build and start the server, with its own database unless DB_URL or DB_HOSTNAME is set
	@scripts/run.sh

mock: ## Set up, build and start the mock: the contract answered with examples, without a database
	@scripts/mock.sh

conform: ## Check a server against the contract, e.g. make conform URL=http://127.0.0.1:2283 (ARGS="--set-up --html report.html")
	@scripts/conform.sh "$(URL)" $(ARGS)

test: ## Set up and run the whole test suite
	@scripts/test.sh

beside-test: ## Run this server beside a stand-in for upstream, on one database, behind nginx and Caddy (part of make test)
	@scripts/beside-test.sh

test-poolers: ## Run the server behind PgBouncer 1.18 and 1.24, with all recorded cases (ARGS=name: one test)
	@scripts/test-poolers.sh $(ARGS)

test-clients: ## Run real clients against the server and compare docs/clients.md (ARGS=--quick: one release of each)
	@scripts/test-clients.sh $(ARGS)

test-reports: ## Validate the reports of the conformance checker against the schemas of JUnit, SARIF and HAR
	@scripts/test-reports.sh

schemathesis: ## Send the program requests that schemathesis generates, for two minutes (ARGS="--seed 2")
	@scripts/schemathesis.sh $(ARGS)

test-revocations: ## Revoke 1,000 credentials of each kind while two processes serve requests (COUNT=n; takes 35 minutes)
	@scripts/test-revocations.sh $(or $(COUNT),1000)

test-slow: ## Run the tests that make test leaves out because they are slow (ARGS=FILTER)
	@scripts/test-slow.sh $(ARGS)

test-old-release: ## Run the operation tests of the newest commit with other migrations on the schema of today (COMMIT=c)
	@scripts/test-old-release.sh $(COMMIT)

test-hostile: ## Attack the server in many ways and measure what a bystander notices (ARGS="--list", ARGS="bomb window")
	@scripts/test-hostile.sh $(ARGS)

test-ha: ## Fail databases and servers of a highly available set-up, as root on Linux (ARGS=--list, ARGS="stop_leader")
	@scripts/test-ha.sh $(ARGS)

test-no-postgres: ## Run the program on a machine without PostgreSQL: with a package that brings it along (as root on Linux)
	@scripts/test-no-postgres.sh

fuzz: ## Fuzz what reads requests and contracts, 60 seconds each (ARGS="bodies dates", ARGS=--keep adds to the corpora)
	@scripts/fuzz.sh $(ARGS)

test-browser: ## Set up and test the documentation page in a real browser (needs Chromium and Node.js)
	@scripts/test-browser.sh

nightly: ## Run what takes long and seldom fails: mutants, documents, revocations, failover, hostile load, fuzzing (about 2 hours)
	@scripts/nightly.sh

release: ## Build the optimized server (target/release/immich-server)
	@scripts/setup.sh rust linker
	cargo build --locked --release --package immich-server

test-quickstarts: ## Generate clients and check that their quick starts work on the mock
	@scripts/test-quickstarts.sh

bench: ## Measure speed, memory and builds, and write docs/benchmarks.md (about 20 minutes; ARGS="--only login")
	@scripts/bench.sh run $(ARGS)

bench-instructions: ## Count instructions per request; fail if they have grown (PROFILE=dev; ARGS=--accept records them)
	@scripts/bench.sh instructions $(ARGS)

clients: ## Generate clients into clients/, e.g. make clients TARGETS="typescript-fetch python dart rust"
	@scripts/clients.sh $(TARGETS)

generate: ## Make generated/ again from spec/ (needs Java and Python)
	@scripts/generate.sh

check-generated: ## Fail unless generated/ is exactly what spec/ makes
	@scripts/check-generated.sh

check-docs: ## Follow docs/new-operation.md on a copy of the repository, and try make accept there (takes minutes)
	@scripts/check-docs.sh

diff: ## Show how the contract changed since it was accepted, or how SPEC=file differs (ARGS=--markdown, --json)
	@scripts/diff.sh $(if $(SPEC),"$(SPEC)") $(ARGS)

accept: ## Show how the contract changed and accept it, if the server compiles with it (ARGS=--yes: without a question)
	@scripts/accept.sh $(ARGS)

drift: ## Change the contract in one way of each kind and see that the compiler reports it (ONLY=text: mutants by name)
	@scripts/drift.sh "$(ONLY)"

docs-configuration: ## Write docs/configuration.md again from the table of settings
	UPDATE_DOCS=1 cargo test --locked --package immich-server --lib configuration_page

fmt: ## Format the Rust code
	cargo fmt --all

lint: ## Check format, clippy, documentation and dependencies
	@scripts/lint.sh

lint-contract: ## Check the contract with the recommended rules of Redocly and Spectral (needs Node.js)
	@scripts/lint-contract.sh

deny: ## Check the dependencies only: vulnerabilities, licenses, duplicates, sources
	@scripts/deny.sh

docs: ## Build the code's documentation (target/doc/immich_server/index.html)
	cargo doc --workspace --no-deps --locked

clean: ## Remove what was built and fetched (target/, .tools/, clients/); databases stay
	cargo clean
	rm -rf .tools clients tests/browser/node_modules tests/clients/node_modules tests/contract-lint/node_modules
