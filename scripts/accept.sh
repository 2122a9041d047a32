#!/usr/bin/env bash
# Shows how the contract in spec/ differs from the one that was accepted, and accepts it: accept.sh [--yes] [--markdown]
#
# It refuses while the server does not compile with the contract as it is now. Exit status: 0 accepted, or nothing to
# accept; 1 not accepted; more: could not be compared.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker || exit 3
exec cargo run --locked --quiet --package immich-contract-cli -- accept "$@"
