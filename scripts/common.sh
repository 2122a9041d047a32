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

# Waits until a program that starts in the background has written its address into a file, for so many tenths of a second,
# and prints the address: `http://127.0.0.1:2283/api`. Create the file first: the background process may not have done so
# yet. Fails if the program ends before, or is too slow.
listening() {
    local file=$1 process=$2 tenths=$3 address
    for _ in $(seq "$tenths"); do
        address=$(sed -n 's|^Listening on \(http://.*/api\)$|\1|p' "$file")
        if [ -n "$address" ]; then
            printf '%s\n' "$address"
            return
        fi
        kill -0 "$process" 2>/dev/null || break
        sleep 0.1
    done
    return 1
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
