#!/usr/bin/env bash
# Generates generated/ from spec/ again, and the second contract's crate from its own, even if their stamps are current,
# with the pinned generator.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker python java
OPENAPI_GENERATOR_JAR=$(python3 scripts/fetch-tool.py openapi-generator)
export OPENAPI_GENERATOR_JAR

# A newer stamp makes cargo run the build script also when it did so just before, with the same settings.
touch generated/contract.stamp tests/second-contract/contract.stamp
say "regenerating generated/ from spec/, and tests/second-contract/ from its own"
IMMICH_REGENERATE=1 cargo check --locked --package immich-api --package second-contract
