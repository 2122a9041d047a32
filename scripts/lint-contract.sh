#!/usr/bin/env bash
# Checks the effective contract with the recommended rules of Redocly and Spectral. An error fails, a warning does not.
source "$(dirname "$0")/common.sh"

scripts/setup.sh node
linters=tests/contract-lint
say "fetching the linters"
# Their installation scripts only report usage.
npm --prefix "$linters" ci --silent --no-audit --no-fund --ignore-scripts

export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
say "Redocly"
"$linters/node_modules/.bin/redocly" lint generated/openapi.json --config "$linters/redocly.yaml" --format summary
say "Spectral"
"$linters/node_modules/.bin/spectral" lint generated/openapi.json --ruleset "$linters/spectral.yaml"
