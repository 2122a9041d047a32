#!/usr/bin/env bash
# Builds the server and starts it; without a configured database, on an embedded one. Settings come from the
# environment. The build is not optimized: it is ready sooner, and the tests use the same build.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker

say "building (the first build takes some minutes)"
cargo build --locked --package immich-server

# The embedded database needs PostgreSQL. Where none is installed, a package brings it along. If the configuration is
# wrong, the server reports that below.
if [ -z "${DB_URL:-}${DB_HOSTNAME:-}" ] && ! scripts/setup.sh --check postgres; then
    data_dir=$(cargo run --locked --quiet --package immich-server -- check-config 2>/dev/null |
        sed -n 's/^IMMICH_DATA_DIR  *[a-z]*  *//p') || true
    [ -z "$data_dir" ] || scripts/install-postgres.sh "$data_dir"
fi

host=${IMMICH_HOST:-127.0.0.1}
case $host in
0.0.0.0 | ::) host=127.0.0.1 ;; # listens on every address, so on this one, too
*:*) host="[$host]" ;;
esac
say "starting; stop it with Ctrl-C. Once it listens, try from another terminal:"
say "    curl http://$host:${IMMICH_PORT:-2283}/api/server/ping"
exec cargo run --locked --quiet --package immich-server -- serve
