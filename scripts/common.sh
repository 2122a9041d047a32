# shellcheck shell=bash
# Sourced by the scripts beside it: strict mode, the repository's root as the working folder, messages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Not every shell has rustup's folder on its PATH.
PATH="$PATH:${CARGO_HOME:-${HOME-}/.cargo}/bin"

say() {
    printf '==> %s\n' "$*" >&2
}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# The browser that the tests drive, or nothing: the one named in CHROMIUM, or the first that is installed.
browser() {
    local name
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome-stable google-chrome; do
        if command -v "$name"; then
            return
        fi
    done
}
