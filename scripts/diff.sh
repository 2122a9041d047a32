#!/usr/bin/env bash
# Shows how the contract in spec/, or the OpenAPI document that is named, differs from the one that was accepted:
# diff.sh [SPEC] [--markdown | --json]
#
# Exit status: 0 nothing, 1 compatible, 2 breaking, more: could not be compared. (`make diff` can only pass on that it
# was not 0: make's own status for that is 2. What decides by the status calls this.)
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker || exit 3
exec cargo run --locked --quiet --package immich-contract-cli -- diff "$@"
