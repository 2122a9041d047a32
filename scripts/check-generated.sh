#!/usr/bin/env bash
# Regenerates, and fails if that changes, adds or removes a file: generated/ is exactly what spec/ makes.
source "$(dirname "$0")/common.sh"

scripts/generate.sh
changed=$(git status --porcelain --untracked-files=all -- generated)
if [ -n "$changed" ]; then
    git --no-pager diff -- generated
    printf '%s\n' "$changed"
    fail "generated/ is not what spec/ makes, or is not committed: commit what make generate writes"
fi
say "generated/ is exactly what spec/ makes"
