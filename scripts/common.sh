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
