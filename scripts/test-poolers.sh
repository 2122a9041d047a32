#!/usr/bin/env bash
# Tests the server behind each PgBouncer, with all recorded cases: test-poolers.sh [TEST]; with a name, only the tests
# whose names contain it.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres pgbouncer

newer=$(scripts/fetch-pgbouncer.sh trixie)
export PGBOUNCER_GOLDEN=1

# The version of this machine, and a newer one that can follow prepared statements from connection to connection.
run() {
    say "PgBouncer: $*"
    env "$@" cargo test --locked --package immich-server --test wire -- "poolers::$test"
}
test=${1:-}
run
run "PGBOUNCER=$newer" PGBOUNCER_PREPARED_STATEMENTS=0
run "PGBOUNCER=$newer" PGBOUNCER_PREPARED_STATEMENTS=200
