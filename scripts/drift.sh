#!/usr/bin/env bash
# Processes every mutant of the contract and compiles one of each kind, or compiles those with a text in their names:
# drift.sh [TEXT]
#
# DRIFT_SEED=n repeats a sample; without it every commit compiles another one. See docs/drift.md.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker python java
OPENAPI_GENERATOR_JAR=$(python3 scripts/fetch-tool.py openapi-generator)
export OPENAPI_GENERATOR_JAR
tests=()
if [ -n "${1-}" ]; then
    export DRIFT_ONLY=$1
    tests=(compile)
fi

exec cargo test --locked --package immich-contract-cli --test drift -- "${tests[@]}" --ignored --nocapture --test-threads 1
