#!/usr/bin/env bash
# Changes the contract in many ways, one at a time, in a copy, and sees whether the compiler notices:
# drift.sh sample | all [--report FOLDER] | …
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker python java
OPENAPI_GENERATOR_JAR=$(python3 scripts/fetch-tool.py openapi-generator)
export OPENAPI_GENERATOR_JAR

exec cargo run --locked --quiet --package immich-drift -- "$@"
