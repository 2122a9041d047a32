# shellcheck shell=bash
# Sourced by .ci/run and nightly.sh: runs timed steps, all of them even after a failure, and prints a summary.

# One line per step: "passed 12 make lint".
steps=$(mktemp)
beside_log=$(mktemp)
beside_job=
# An interrupted run leaves no process running.
trap '[ -z "$beside_job" ] || kill -- -"$beside_job" 2>/dev/null || true; rm -f "$steps" "$beside_log"' EXIT

# Runs a command, prints its result and its time, and continues after a failure.
step() {
    local started=$SECONDS outcome=passed
    printf '\n=== %s\n' "$*"
    "$@" || outcome=FAILED
    printf '=== %s: %s after %d s\n' "$*" "$outcome" "$((SECONDS - started))"
    printf '%s %d %s\n' "$outcome" "$((SECONDS - started))" "$*" >>"$steps"
}

# Runs a function that consists of steps in the background. `join` waits for it and prints its output.
beside() {
    # A process group, so that the trap above also ends the processes that the steps have started.
    set -m
    (
        trap - EXIT
        "$@"
    ) >"$beside_log" 2>&1 </dev/null &
    beside_job=$!
    set +m
}

join() {
    wait "$beside_job" || printf 'FAILED 0 the steps that ran beside: ended before their time\n' >>"$steps"
    beside_job=
    cat "$beside_log"
}

# Prints all steps with their seconds, and exits with 1 if one has failed.
summary() {
    printf '\nSteps, with their seconds:\n'
    awk '{ outcome = $1; seconds = $2; sub(/^[^ ]+ [^ ]+ /, ""); printf "  %-6s %5d  %s\n", outcome, seconds, $0 }' "$steps"
    if grep -q '^FAILED' "$steps"; then
        printf 'FAILED after %d s\n' "$SECONDS"
        exit 1
    fi
    printf 'All steps passed in %d s\n' "$SECONDS"
}
