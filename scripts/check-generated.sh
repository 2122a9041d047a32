#!/usr/bin/env bash
# Generates again, and fails if that changes, adds or removes a file: generated/ is exactly what spec/ generates, and the
# second contract's crate what its own contract generates.
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
