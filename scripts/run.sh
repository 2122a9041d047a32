#!/usr/bin/env bash
# Builds the server and starts it; without a configured database, on an embedded one. Settings come from the
# environment. The build is not optimized: it is ready sooner, and the tests use the same build.
source "$(dirname "$0")/common.sh"

needs=(rust linker)
[ -n "${DB_URL:-}${DB_HOSTNAME:-}" ] || needs+=(postgres)
scripts/setup.sh "${needs[@]}"

say "building (the first build takes some minutes)"
cargo build --locked --package immich-server

host=${IMMICH_HOST:-127.0.0.1}
case $host in
0.0.0.0 | ::) host=127.0.0.1 ;; # listens on every address, so on this one, too
*:*) host="[$host]" ;;
esac
say "starting; stop it with Ctrl-C. Once it listens, try from another terminal:"
say "    curl http://$host:${IMMICH_PORT:-2283}/api/server/ping"
exec cargo run --locked --quiet --package immich-server -- serve
