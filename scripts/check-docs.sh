#!/usr/bin/env bash
# Follows docs/new-operation.md on a copy of the repository, step by step: every command must print what the document
# shows. Tests make accept there, too.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres python java
OPENAPI_GENERATOR_JAR=$(python3 scripts/fetch-tool.py openapi-generator)
export OPENAPI_GENERATOR_JAR

say "following the documents on a copy (the first time takes some minutes)"
cargo test --locked --package immich-contract-cli --test accept --test documents -- --ignored --test-threads 1
