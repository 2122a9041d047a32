#!/usr/bin/env bash
# Measures the server against the limit of the machine: bench.sh run|instructions …
#
# Exit status: 0 done, 1 instructions per request have grown, 2 no result.
source "$(dirname "$0")/common.sh"

mode=${1:-run}
[ $# -eq 0 ] || shift
target=${CARGO_TARGET_DIR:-target}

# Release builds have no symbols; callgrind needs them for the names of functions.
export CARGO_PROFILE_RELEASE_STRIP=debuginfo

# A measurement opens a thousand connections, and both ends are on this machine.
ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -Hn)"
# The run starts a separate Postgres, which it pins to one core.
unset TEST_DATABASE_URL

case $mode in
run)
    profile=release
    scripts/setup.sh rust linker python java postgres wrk valgrind || exit 2
    # The build measurement runs the generator, on a copy of the repository.
    OPENAPI_GENERATOR_JAR=$(python3 scripts/fetch-tool.py openapi-generator) || exit 2
    export OPENAPI_GENERATOR_JAR
    ;;
instructions)
    profile=${PROFILE:-release}
    scripts/setup.sh rust linker postgres valgrind || exit 2
    set -- --profile "$profile" "$@"
    ;;
*) fail "bench.sh has the commands run and instructions, not '$mode'" ;;
esac

folder=$profile
[ "$profile" != dev ] || folder=debug
# The variables name programs that are already built with that profile.
server=${IMMICH_SERVER_PROGRAM:-$target/$folder/immich-server}
bench=${IMMICH_BENCH_PROGRAM:-$target/$folder/immich-bench}
if [ -z "${IMMICH_SERVER_PROGRAM:-}" ] || [ -z "${IMMICH_BENCH_PROGRAM:-}" ]; then
    say "building (the first time takes some minutes)"
    # Both in one command: one compiles while the other is linked, and shared dependencies are compiled once.
    cargo build --locked --profile "$profile" --package immich-server --package immich-bench || exit 2
fi
exec "$bench" "$mode" --server "$server" "$@"
