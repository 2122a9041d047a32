#!/usr/bin/env bash
# Generates clients and follows their QUICKSTART.md on the mock; fails unless the output is the one shown there:
# test-quickstarts.sh [typescript-fetch] [python] [rust]; without a name, the first two.
source "$(dirname "$0")/common.sh"

targets=("$@")
[ "$#" -gt 0 ] || targets=(typescript-fetch python)

scripts/setup.sh rust linker python venv java node
program=$(server_program)
scripts/clients.sh "${targets[@]}"

root=$PWD
folder=$(mktemp -d)
: >"$folder/address"
IMMICH_PORT=0 "$program" mock >"$folder/address" 2>"$folder/log" &
mock=$!
trap 'kill "$mock" 2>/dev/null || true; rm -rf "$folder"' EXIT
api=$(listening "$folder/address" "$mock" 100) || { cat "$folder/log" >&2; fail "the mock did not start within 10 seconds; its log is above"; }
address=${api#http://}
address=${address%/api}

# Prints the code block in this language, with the address of the mock above.
code() {
    awk -v language="$2" '$0 == "```" language { inside = 1; next } /^```/ { inside = 0 } inside' \
        "$root/clients/$1/QUICKSTART.md" | sed "s|127\.0\.0\.1:2283|$address|"
}

# Prints the output that is shown below the last command.
expected() {
    awk '/^```/ { inside = $0 == "```console"; text = inside ? "" : text; next }
         inside && !/^\$ / { text = text $0 "\n" } END { printf "%s", text }' "$root/clients/$1/QUICKSTART.md"
}

# Follows the quick start in the current folder, and prints the output of its last command.
follow() {
    case $1 in
    typescript-fetch)
        npm --prefix "$root/clients/$1" install --silent --no-audit --no-fund >&2
        npm init -y >/dev/null
        npm install --silent --no-audit --no-fund "$root/clients/$1" >&2
        code "$1" js >first-call.mjs
        node first-call.mjs
        ;;
    python)
        python3 -m venv venv
        venv/bin/pip install --quiet --disable-pip-version-check "$root/clients/$1" >&2
        code "$1" python >first_call.py
        venv/bin/python first_call.py
        ;;
    rust)
        cargo init --quiet --name first-call . 2>&1
        cargo add --quiet --path "$root/clients/$1" --no-default-features >&2
        cargo add --quiet tokio --features macros,rt-multi-thread >&2
        code "$1" rust >src/main.rs
        CARGO_TARGET_DIR=$folder/target cargo run --quiet
        ;;
    *) fail "there is no way to follow the quick start of '$1': use typescript-fetch, python or rust" ;;
    esac
}

for target in "${targets[@]}"; do
    say "following clients/$target/QUICKSTART.md"
    mkdir "$folder/$target"
    came=$(cd "$folder/$target" && follow "$target")
    if ! difference=$(diff <(expected "$target") - <<<"$came"); then
        printf '%s\n' "$difference" >&2
        fail "clients/$target/QUICKSTART.md shows (<) another output than the commands print (>)"
    fi
done
say "every quick start prints what it shows"
