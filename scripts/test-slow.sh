#!/usr/bin/env bash
# Runs the tests that `make test` leaves out because they are slow (#[ignore]): test-slow.sh [FILTER…]
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres nginx caddy pgbouncer

# Two tests per core keep the cores busy, as in test.sh. The tests of an older release need its source.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * $(getconf _NPROCESSORS_ONLN)))}
cargo test --locked --package immich-server --test wire -- --ignored --skip old_release:: "$@"
