#!/usr/bin/env bash
# Generates clients from the effective contract with the pinned generator, into clients/: clients.sh TARGET...
#
# A target is one of the generator's client generators. If scripts/clients/ has a file for it, that file becomes the
# client's quick start.
source "$(dirname "$0")/common.sh"

[ "$#" -gt 0 ] || fail 'which clients? for instance: make clients TARGETS="typescript-fetch python dart rust"'
scripts/setup.sh python java
jar=$(python3 scripts/fetch-tool.py openapi-generator)

# The name of the package, in the options of each generator.
named() {
    case $1 in
    typescript*) echo npmName=immich-api-client,npmVersion=0.1.0,importFileExtension=.js ;;
    python) echo packageName=immich_api_client ;;
    dart*) echo pubName=immich_api_client ;;
    rust) echo packageName=immich-api-client ;;
    esac
}

for target in "$@"; do
    [[ $target =~ ^[a-z][a-z0-9-]*$ ]] || fail "'$target' is not the name of a generator"
    folder=clients/$target
    say "generating $folder"
    options=$(named "$target")
    log=$(mktemp)
    rm -rf "$folder"
    # The output is long, so it is printed only after a failure.
    if ! java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$jar" generate --input-spec generated/openapi.json \
        --generator-name "$target" --output "$folder" ${options:+--additional-properties "$options"} >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        fail "the generator failed for '$target'; java -jar $jar list prints the available generators"
    fi
    rm -f "$log"
    if [ -f "scripts/clients/$target.md" ]; then
        cp "scripts/clients/$target.md" "$folder/QUICKSTART.md"
        say "quick start: $folder/QUICKSTART.md"
    fi
done
