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

# Prints the path of the program: the one that IMMICH_SERVER_PROGRAM names, or one that is built now.
server_program() {
    if [ -z "${IMMICH_SERVER_PROGRAM:-}" ]; then
        say "building (the first build takes some minutes)"
        cargo build --locked --package immich-server || return
    fi
    realpath "${IMMICH_SERVER_PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/immich-server}"
}

# Creates a Python environment in a folder, with exactly the packages of a requirements file.
python_environment() {
    local venv=$1 requirements=$2
    if ! cmp -s "$requirements" "$venv/requirements.txt"; then
        say "installing Python packages"
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-virtualenv --no-deps \
            --requirement "$requirements"
        cp "$requirements" "$venv/requirements.txt"
    fi
}

# Prints the browser for the tests, or nothing: the one named in CHROMIUM, or the first that is installed.
browser() {
    local name
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome-stable google-chrome; do
        if command -v "$name"; then
            return
        fi
    done
}
