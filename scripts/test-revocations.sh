#!/usr/bin/env bash
# Revokes COUNT credentials of each kind, in both modes of the credential cache, while two servers process requests:
# test-revocations.sh [COUNT]
source "$(dirname "$0")/common.sh"

count=${1:-1000}
scripts/setup.sh rust linker postgres

# One mode after the other: both at once leave the database no time for the commands that revoke.
say "building, then revoking $count credentials of each kind in both modes"
IMMICH_TEST_REVOCATIONS=$count cargo test --locked --package immich-server --test wire -- \
    --nocapture --test-threads 1 credential_cache::revocations
