#!/usr/bin/env bash
# Checks the dependencies against deny.toml: known vulnerabilities, licenses, duplicates, sources.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust python
deny=$(python3 scripts/fetch-tool.py cargo-deny)

# The list of known vulnerabilities is in a Git repository, which some machines cannot reach.
checks=(advisories bans licenses sources)
say "dependencies"
if ! why=$("$deny" --locked fetch db 2>&1); then
    printf '%s\n' "$why" >&2
    say "NOT CHECKED: known vulnerabilities, because their list could not be fetched (see above)"
    checks=(bans licenses sources)
fi
"$deny" --locked check --hide-inclusion-graph --deny warnings "${checks[@]}"
