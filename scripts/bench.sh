#!/usr/bin/env bash
# Measures how near the server is to what the machine can do: bench.sh run|instructions|builds|report …
#
# Exit status: 0 done, 1 instructions per request have grown, 2 no result.
source "$(dirname "$0")/common.sh"

mode=${1:-run}
[ $# -eq 0 ] || shift
target=${CARGO_TARGET_DIR:-target}

# A release is shipped without symbols; callgrind names functions by them.
export CARGO_PROFILE_RELEASE_STRIP=debuginfo

# A thousand connections, on both sides.
ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -Hn)"
# The run's own cluster is the one that is pinned to a core.
unset TEST_DATABASE_URL

case $mode in
run)
    scripts/setup.sh rust linker postgres wrk valgrind || exit 2
    say "building (from nothing this takes some minutes)"
    # Together: one compiles while the other is linked, and what both use is compiled once.
    cargo build --locked --release --package immich-server --package immich-bench || exit 2
    exec "$target/release/immich-bench" run --server "$target/release/immich-server" "$@"
    ;;
instructions)
    # Who has built the programs with that profile already names them.
    profile=${PROFILE:-release}
    folder=$profile
    [ "$profile" != dev ] || folder=debug
    server=${IMMICH_SERVER_PROGRAM:-$target/$folder/immich-server}
    bench=${IMMICH_BENCH_PROGRAM:-$target/$folder/immich-bench}
    scripts/setup.sh rust linker postgres valgrind || exit 2
    if [ -z "${IMMICH_SERVER_PROGRAM:-}" ] || [ -z "${IMMICH_BENCH_PROGRAM:-}" ]; then
        say "building (from nothing this takes some minutes)"
        cargo build --locked --profile "$profile" --package immich-server --package immich-bench || exit 2
    fi
    exec "$bench" instructions --profile "$profile" --server "$server" "$@"
    ;;
builds)
    scripts/setup.sh rust linker python java || exit 2
    OPENAPI_GENERATOR_JAR=$(python3 scripts/fetch-tool.py openapi-generator) || exit 2
    export OPENAPI_GENERATOR_JAR
    exec cargo run --locked --quiet --package immich-bench -- builds "$@"
    ;;
report)
    exec cargo run --locked --quiet --package immich-bench -- report "$@"
    ;;
*) fail "bench.sh knows run, instructions, builds and report, not '$mode'" ;;
esac
