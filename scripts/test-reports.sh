#!/usr/bin/env bash
# Checks the mock, which breaks many rules, and validates the reports against the schemas of their formats.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker node

program=$(server_program)
say "fetching the validators"
npm --prefix tests/reports ci --silent --no-audit --no-fund

folder=$(mktemp -d)
: >"$folder/address"
IMMICH_HOST=127.0.0.1 IMMICH_PORT=0 "$program" mock >"$folder/address" 2>"$folder/log" &
mock=$!
trap 'kill "$mock" 2>/dev/null || true; wait "$mock" || true; rm -rf "$folder"' EXIT
url=$(listening "$folder/address" "$mock" 100) || { cat "$folder/log" >&2; fail "the mock did not start within 10 seconds"; }

say "checking $url"
status=0
"$program" conform --url "$url" --email any@example.com --password anything --junit "$folder/report.xml" \
    --sarif "$folder/report.sarif" --har "$folder/report.har" >"$folder/printed" || status=$?
[ "$status" = 1 ] || { cat "$folder/printed" >&2; fail "the mock has findings: expected the exit status 1, not $status"; }
node tests/reports/validate.mjs "$folder"
say "the reports are valid"
