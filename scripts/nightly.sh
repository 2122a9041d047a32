#!/usr/bin/env bash
# Runs slow checks that rarely fail, one after the other: nightly.sh. All steps run; the summary has their times.
#
# REVOCATIONS is the number of credentials of each kind to revoke (default 200: seven minutes).
source "$(dirname "$0")/common.sh"
source scripts/steps.sh

export CARGO_INCREMENTAL=0

# A step below runs the program without building it.
step cargo build --locked --package immich-server
# The tests that are too slow for CI.
step make test-slow
# Changes the contract in every kind of way; the compiler must report each change.
step make drift
# Follows docs/new-operation.md on a copy.
step make check-docs
# An older release must work on the schema of today. Needs the history of the repository.
step make test-old-release
step make test-revocations "COUNT=${REVOCATIONS:-200}"
# The validators of the formats come from npm.
step make test-reports
# Every release of every client; CI runs one of each.
step make test-clients
# The versions of PgBouncer of two releases of Debian; CI runs the installed one, without the recorded cases.
step make test-poolers
# Ten minutes of generated requests. The seed is the date, so that each night sends different ones.
step env SECONDS_TO_TEST=600 make schemathesis "ARGS=--seed $(date +%Y%m%d)"
# An optimized program, as operators run it: the bounds are about time and memory.
step make test-hostile
# Databases and servers fail in turn: no acknowledged write is lost.
step make test-ha
# The package that brings PostgreSQL along may have gone.
step make test-no-postgres
# A minute for each target; what it finds is in target/fuzz/artifacts/.
step make fuzz
# This quick start is slow, because it compiles all its dependencies.
step scripts/test-quickstarts.sh rust
# A new vulnerability in a dependency may have been published.
step make deny

summary
