#!/usr/bin/env bash
# Lets a highly available set-up fail in many ways, and measures what its clients notice: test-ha.sh [--list] [FAULT…]
# Three database nodes with Patroni and etcd, two servers of each mode of the credential cache, HAProxy, and clients.
#
# IMMICH_SERVER_PROGRAM names the program; without it, an optimized one is built. IMMICH_OTHER_PROGRAM names another
# release to run beside it; without it, the same program runs twice. docs/high-availability.md describes the set-up.
source "$(dirname "$0")/common.sh"

here=$PWD
if [ "${1:-}" = --list ]; then
    exec /usr/bin/python3 -B tests/ha/run.py --list
fi
[ "$(uname -s)" = Linux ] || fail "this test uses network namespaces, which only Linux has"
[ "$(id -u)" = 0 ] || fail "this test creates network namespaces: run it as root"
scripts/setup.sh rust linker postgres patroni etcd haproxy iproute
if [ -z "${IMMICH_SERVER_PROGRAM:-}" ]; then
    say "building (the first build takes some minutes)"
    cargo build --locked --release --package immich-server
fi
PATH=$PATH:/usr/sbin:/sbin
folder=$(mktemp -d)
chmod o+x "$folder"
logs=$here/${CARGO_TARGET_DIR:-target}/ha
trap 'rm -rf "$folder"' EXIT
IMMICH_SERVER_PROGRAM=$(realpath "${IMMICH_SERVER_PROGRAM:-${CARGO_TARGET_DIR:-target}/release/immich-server}")
export IMMICH_SERVER_PROGRAM IMMICH_OTHER_PROGRAM=${IMMICH_OTHER_PROGRAM:+$(realpath "$IMMICH_OTHER_PROGRAM")}
export HA_FOLDER=$folder
POSTGRES_BIN_DIR=$(pg_config --bindir)
export POSTGRES_BIN_DIR

# Everything runs in separate namespaces, for at most fifteen minutes. The processes and networks end with the first
# process, and that one ends with this script, however it ends. The first process is a shell, because it must reap the
# processes whose parents were killed.
status=0
setpriv --pdeathsig KILL unshare --net --mount --pid --fork --mount-proc --kill-child bash -euc '
    mkdir -p /run/netns
    mount -t tmpfs none /run/netns
    mount --bind "$1/docs/high-availability" /etc/patroni
    # Patroni writes a file into the home of its account.
    mount -t tmpfs none /var/lib/postgresql
    chown postgres: /var/lib/postgresql
    # The names of the hosts.
    cp /etc/hosts "$HA_FOLDER/hosts"
    mount --bind "$HA_FOLDER/hosts" /etc/hosts
    shift
    timeout 900 /usr/bin/python3 -B "$@" &
    wait "$!"
' bash "$here" "$here/tests/ha/run.py" "$@" &
# A signal ends `wait`, but it would not end a command in the foreground.
trap 'exit 1' INT TERM HUP
wait "$!" || status=$?
rm -rf "$logs"
mkdir -p "$logs"
cp "$folder"/*.log "$logs"
say "the logs are in $logs"
exit "$status"
