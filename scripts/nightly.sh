#!/usr/bin/env bash
# Checks that take long and seldom fail, one after the other: nightly.sh. All steps run; the summary has their seconds.
#
# REVOCATIONS is how many credentials of each kind are revoked (200 unless set: seven minutes).
source "$(dirname "$0")/common.sh"
source scripts/steps.sh

export CARGO_INCREMENTAL=0

# Needed by a step that runs the program without building it.
step cargo build --locked --package immich-server
# The contract changed in one way of each kind: the compiler notices each.
step make drift
# docs/new-operation.md, followed on a copy.
step make check-docs
step make test-revocations "COUNT=${REVOCATIONS:-200}"
# Ten minutes of generated requests, from a seed of the day, so that each night sends other ones.
step env SECONDS_TO_TEST=600 make schemathesis "ARGS=--seed $(date +%Y%m%d)"
# The one quick start that compiles all its dependencies.
step scripts/test-quickstarts.sh rust
# The dependencies that are in use today may have a vulnerability that is known since yesterday.
step make deny

summary
