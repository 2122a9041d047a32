#!/usr/bin/env bash
# Builds the program and checks a server against the contract: conform.sh URL [OPTION…]; options are those of
# `immich-server conform`. Exit status 0: it conforms; 1: it does not; 2: the check could not be completed.
source "$(dirname "$0")/common.sh"

if [ -z "${1:-}" ]; then
    say "which server? For instance: make conform URL=http://127.0.0.1:2283 ARGS=--set-up"
    exit 2
fi

scripts/setup.sh rust linker
program=$(server_program)
exec "$program" conform --url "$@"
