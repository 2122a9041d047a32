#!/usr/bin/env bash
# Changes the contract in every way, one at a time, and sees whether the compiler notices: drift.sh sample|all|only|list …
#
# Exit status: 0 all as promised, 1 a change went unnoticed or prose broke something, 2 no result.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker python java || exit 2
OPENAPI_GENERATOR_JAR=$(python3 scripts/fetch-tool.py openapi-generator) || exit 2
export OPENAPI_GENERATOR_JAR

exec cargo run --locked --quiet --package immich-drift -- "$@"
