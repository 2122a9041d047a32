#!/usr/bin/env bash
# Builds the program and starts the mock. Settings come from the environment (IMMICH_HOST, IMMICH_PORT, IMMICH_SEED).
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker

say "building (the first build takes some minutes)"
cargo build --locked --package immich-server
say "starting; stop it with Ctrl-C"
exec cargo run --locked --quiet --package immich-server -- mock
