#!/usr/bin/env bash
# Runs this server and a stand-in for upstream on one database, behind nginx and Caddy: beside-test.sh [TEST]; with a
# name, only the tests whose names contain it.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres nginx caddy

say "building and running the tests (the first build takes some minutes)"
cargo test --locked --package immich-server --test wire -- "beside::${1:-}"
