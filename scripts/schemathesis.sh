#!/usr/bin/env bash
# Sends requests that schemathesis generates from the contract, in all its phases, to a server on a new, empty database:
# schemathesis.sh [OPTION…]; options are those of `st run`, for instance --seed 2.
#
# SECONDS_TO_TEST limits the time (100 unless set). IMMICH_SERVER_PROGRAM names the program; without it, it is built.
# tests/schemathesis/waivers.toml lists the accepted failures, each with its reason.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres python venv

root=$PWD
tests=$root/tests/schemathesis
work=${CARGO_TARGET_DIR:-target}/schemathesis
mkdir -p "$work"
work=$(cd "$work" && pwd)

program=$(server_program)

venv=$work/venv
python_environment "$venv" "$tests/requirements.txt"

folder=$(mktemp -d)
# Postgres does not run as root. It runs under another account, which must be able to reach its files.
chmod o+x "$folder"
# All logins come from one address here, so they are not throttled. The log is kept to explain failures.
export IMMICH_DATA_DIR=$folder/data IMMICH_HOST=127.0.0.1 IMMICH_PORT=0 IMMICH_LOGIN_MAX_FAILURES=0
unset DB_URL DB_HOSTNAME
: >"$folder/address"
"$program" serve >"$folder/address" 2>"$work/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true; rm -rf "$folder"' EXIT
api=$(listening "$folder/address" "$server" 300) || { tail -n 20 "$work/server.log" >&2; fail "the server did not start within 30 seconds; the end of its log is above"; }

say "testing $api; the server's log is $work/server.log"
# schemathesis stores what it learns about a server in the working folder: use a temporary one.
cd "$folder"
export IMMICH_TEST_API=$api IMMICH_TEST_PROGRAM=$program
export SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$tests PYTHONDONTWRITEBYTECODE=1
"$venv/bin/st" --config-file "$tests/schemathesis.toml" run "$root/generated/openapi.json" --url "$api" \
    --seed 1 --generation-database none --max-time "${SECONDS_TO_TEST:-100}" "$@"
