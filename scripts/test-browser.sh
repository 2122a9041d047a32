#!/usr/bin/env bash
# Tests the documentation page in a real browser, on the mock and on the server with its own database.
# SCREENSHOT=file.png keeps a picture of the page.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres node chromium

IMMICH_SERVER=$(server_program)
say "fetching the library that drives the browser"
npm --prefix tests/browser ci --silent --no-audit --no-fund

CHROMIUM=$(browser)
export IMMICH_SERVER CHROMIUM
say "testing in $CHROMIUM"
node --test tests/browser/*.test.mjs
