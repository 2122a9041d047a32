#!/usr/bin/env bash
# Prints how the contract in spec/, or the given OpenAPI document, differs from the accepted one:
# diff.sh [DOCUMENT | OLD NEW] [--breaking] [--only-known] [--severities FILE] [--markdown | --json | --sarif |
# --annotations] (docs/diff.md)
#
# Exit status: 0 no change, 1 compatible, 2 breaking, 3 error. (`make diff` exits with 2 for all but 0: a job that needs
# the status calls this script.)
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker || exit 3
exec cargo run --locked --quiet --package immich-contract-cli -- diff "$@"
