#!/usr/bin/env bash
# Runs every test of the workspace, continues after a failure, and ends with one line of totals.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres nginx caddy pgbouncer

results=$(mktemp)
trap 'rm -f "$results"' EXIT
color=never
[ ! -t 1 ] || color=always

say "building and running the tests (the first build takes some minutes)"
status=0
# Integration tests mostly wait: for timeouts, for other processes. Two tests per core keep the cores busy.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * $(getconf _NPROCESSORS_ONLN)))}
# --tests: libraries, programs and integration tests, without documentation tests: there are none (tests/tidy/ checks
# that), and searching for them takes longer than most tests.
# The output of cargo and of the tests goes to one stream, so that lines do not mix.
CARGO_TERM_COLOR=$color cargo test --workspace --tests --locked --no-fail-fast -- --color "$color" 2>&1 |
    tee "$results" || status=$?

# One line per test program: "test result: ok. 12 passed; 0 failed; 1 ignored; …".
read -r passed failed ignored <<<"$(awk '/^test result:/ { p += $4; f += $6; i += $8 } END { print p + 0, f + 0, i + 0 }' "$results")"
if [ "$((passed + failed))" -gt 0 ]; then
    printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$ignored"
elif [ "$status" -eq 0 ]; then
    fail "no test ran"
fi
exit "$status"
