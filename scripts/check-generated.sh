#!/usr/bin/env bash
# Regenerates, and fails if that changes, adds or removes a file: generated/ is exactly what spec/ makes, and the second
# contract's crate what its own makes.
source "$(dirname "$0")/common.sh"

scripts/generate.sh
folders=(generated tests/second-contract/{src,openapi.json,contract.stamp})
changed=$(git status --porcelain --untracked-files=all -- "${folders[@]}")
if [ -n "$changed" ]; then
    git --no-pager diff -- "${folders[@]}"
    printf '%s\n' "$changed"
    fail "what is generated is not what its contract makes, or is not committed: commit what make generate writes"
fi
say "generated/ and tests/second-contract/ are exactly what their contracts make"
