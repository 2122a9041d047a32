#!/usr/bin/env bash
# Prints how the contract in spec/ differs from the accepted one, and accepts it: accept.sh [--yes] [--markdown]
#
# It accepts nothing if the server does not compile with the current contract. Exit status: 0 accepted, or nothing to accept;
# 1 not accepted; 3 error.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker || exit 3
exec cargo run --locked --quiet --package immich-contract-cli -- accept "$@"
