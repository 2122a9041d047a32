#!/usr/bin/env bash
# Attacks an optimized server in many ways, one after the other, and measures what a bystander notices:
# test-hostile.sh [--list] [--seconds N] [--attempts N] [NAME…]; without a name, it runs all attacks (20 minutes).
#
# IMMICH_SERVER_PROGRAM names the program; without it, it is built. docs/hostile-load.md describes attacks and bounds.
source "$(dirname "$0")/common.sh"

[ "$(uname -s)" = Linux ] || fail "the hostile load pins processes to cores, which only Linux can do"
if [ "${1:-}" != --list ]; then
    scripts/setup.sh rust linker postgres python
    if [ -z "${IMMICH_SERVER_PROGRAM:-}" ]; then
        say "building (the first build takes some minutes)"
        cargo build --locked --release --package immich-server
    fi
    IMMICH_SERVER_PROGRAM=$(realpath "${IMMICH_SERVER_PROGRAM:-${CARGO_TARGET_DIR:-target}/release/immich-server}")
    export IMMICH_SERVER_PROGRAM
fi
exec python3 -B tests/hostile/run.py "$@"
