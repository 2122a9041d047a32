#!/usr/bin/env bash
# Runs every test of the workspace, goes on after a failure, and closes with one line of totals.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres nginx

results=$(mktemp)
trap 'rm -f "$results"' EXIT
color=never
[ ! -t 1 ] || color=always

say "building and running the tests (the first build takes some minutes)"
status=0
# Integration tests wait most of the time: for timeouts, for other processes. Twice the cores keep the cores busy.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * $(getconf _NPROCESSORS_ONLN)))}
# --tests: libraries, programs and integration tests. No documentation holds an example to run (tests/tidy/ checks that),
# and looking for them takes longer than most of the tests.
# Cargo's lines and the tests' lines go to one stream, or they would be printed inside one another.
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
