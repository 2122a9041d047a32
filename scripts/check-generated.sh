#!/usr/bin/env bash
# Generates generated/ and tests/second-contract/ again, and fails if a file differs, is new or is missing.
source "$(dirname "$0")/common.sh"

scripts/generate.sh
folders=(generated tests/second-contract/{src,openapi.json,contract.stamp})
changed=$(git status --porcelain --untracked-files=all -- "${folders[@]}")
if [ -n "$changed" ]; then
    git --no-pager diff -- "${folders[@]}"
    printf '%s\n' "$changed"
    fail "generated code differs from what its contract generates: run make generate and commit the result"
fi
say "generated/ and tests/second-contract/ are exactly what their contracts generate"
