#!/usr/bin/env bash
# Runs the operation tests of an older commit, with the program of that commit, on databases that the program of today
# has migrated: test-old-release.sh [COMMIT]. Without a commit, it takes the newest one whose migrations differ from
# those of HEAD. migrations/README.md explains the rule that this checks.
source "$(dirname "$0")/common.sh"

# The migrations of a commit, with the hashes of their statements.
migrations() {
    git ls-tree -r "$1" -- migrations | grep '\.sql$' || true
}

# Prints the newest commit that has other migrations than HEAD.
newest_with_other_migrations() {
    local today commit other
    today=$(migrations HEAD)
    for commit in $(git rev-list HEAD); do
        other=$(migrations "$commit")
        if [ -n "$other" ] && [ "$other" != "$today" ]; then
            printf '%s\n' "$commit"
            return
        fi
    done
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        fail "this clone has only $(git rev-list --count HEAD) commits, all with the migrations of today:" \
            "fetch the history with \`git fetch --unshallow\`"
    fi
    fail "no commit has other migrations than HEAD: there is no older release to test"
}

commit=${1:-$(newest_with_other_migrations)}
scripts/setup.sh rust linker postgres

# Below target/, so that the next run builds only what has changed.
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/old-release
folder=$target/source-$(git rev-parse --short "$commit")
if [ ! -d "$folder" ]; then
    rm -rf "$target"/source-*
    mkdir -p "$target"
    unfinished=$(mktemp -d "$target/unfinished-XXXXXX")
    git archive "$commit" | tar -x -C "$unfinished"
    mv "$unfinished" "$folder"
fi
say "building the tests of $(git log -1 --format='%h (%cs, %s)' "$commit") (the first build takes some minutes)"
(cd "$folder" && CARGO_TARGET_DIR=$target cargo test --locked --package immich-server --test wire --no-run)

# Tests of databases without our tables cannot use a template that has them.
without_tables=$(find "$folder/tests/operations" -name '*.rs' -exec awk '
    /^(async )?fn / { name = $0; sub(/.*fn /, "", name); sub(/\(.*/, "", name) }
    /(of_upstream|of_release|without_tables)\(/ { print name }' {} + | sort -u | paste -sd ' ')
say "skipping tests of databases without our tables: ${without_tables:-none}"

# On a separate Postgres, whose template is changed.
say "migrating with the program of today, then running the tests"
env -u TEST_DATABASE_URL OLD_RELEASE_FOLDER="$folder" OLD_RELEASE_TARGET="$target" \
    OLD_RELEASE_SKIPPED="$without_tables" \
    cargo test --locked --package immich-server --test wire -- --ignored --nocapture old_release::
