#!/usr/bin/env bash
# Lets schemathesis make up requests from the contract, in all its phases, and send them to the program, which has an
# empty database of its own for it: schemathesis.sh [OPTION…]; options are those of `st run`, for instance --seed 2.
#
# SECONDS_TO_TEST bounds the time (100 unless set). IMMICH_SERVER_PROGRAM names the program; without it, it is built.
# Which failures are accepted, and why, stands in tests/schemathesis/waivers.toml.
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
# For root's database runs as somebody else, who has to get to it.
chmod o+x "$folder"
# Logins from one address are many here. Logs are kept, so that a failure can be looked into.
export IMMICH_DATA_DIR=$folder/data IMMICH_HOST=127.0.0.1 IMMICH_PORT=0 IMMICH_LOGIN_MAX_FAILURES=0
unset DB_URL DB_HOSTNAME
"$program" serve >"$folder/address" 2>"$work/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true; rm -rf "$folder"' EXIT
api=
for _ in $(seq 300); do
    api=$(sed -n 's|^Listening on \(http://.*/api\)$|\1|p' "$folder/address")
    [ -z "$api" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[ -n "$api" ] || { tail -n 20 "$work/server.log" >&2; fail "the server does not listen"; }

say "testing $api; the server's log is $work/server.log"
# What it finds out about a server is kept in the working folder, which this one is not worth.
cd "$folder"
export IMMICH_TEST_API=$api IMMICH_TEST_PROGRAM=$program
export SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$tests PYTHONDONTWRITEBYTECODE=1
"$venv/bin/st" --config-file "$tests/schemathesis.toml" run "$root/generated/openapi.json" --url "$api" \
    --seed 1 --generation-database none --max-time "${SECONDS_TO_TEST:-100}" "$@"
