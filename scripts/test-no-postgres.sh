#!/usr/bin/env bash
# Runs the program on a machine without PostgreSQL: hides the installed one, runs the command that the program prints,
# and starts it without a network. Then the same with the package that `make run` installs.
#
# IMMICH_SERVER_PROGRAM names the program; without it, it is built.
source "$(dirname "$0")/common.sh"

[ "$(uname -s)" = Linux ] || fail "this test uses namespaces, which only Linux has"
if [ "$(id -u)" != 0 ]; then
    fail "this test hides the installed PostgreSQL with a mount: run it as root"
fi
scripts/setup.sh rust linker python iproute
if [ "${1:-}" != hidden ]; then
    program=$(server_program)
    exec env IMMICH_SERVER_PROGRAM="$program" unshare --mount --pid --fork --mount-proc --kill-child "$0" hidden
fi

# Inside: the folders that the program searches are empty, and go away with the mounts.
for folder in /usr/lib/postgresql /usr/libexec /usr/local/pgsql; do
    [ ! -d "$folder" ] || mount -t tmpfs none "$folder"
done
IFS=: read -r -a folders <<<"$PATH"
for folder in "${folders[@]}"; do
    [ ! -e "$folder/postgres" ] || mount --bind /dev/null "$folder/postgres"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# PostgreSQL runs under another account, which must be able to enter it.
chmod o+x "$work"
unset DB_URL DB_HOSTNAME IMMICH_POSTGRES_BIN_DIR

# Starts the server on a data folder, without a network, and stops it once it serves requests.
serve_offline() {
    say "starting without a network on ${1##*/}"
    # shellcheck disable=SC2016 # the inner shell expands it
    IMMICH_DATA_DIR=$1 IMMICH_PORT=2283 timeout 60 unshare --net bash -euc '
        PATH=$PATH:/usr/sbin:/sbin
        ip link set lo up
        "$IMMICH_SERVER_PROGRAM" serve >"$IMMICH_DATA_DIR.out" 2>"$IMMICH_DATA_DIR.log" &
        server=$!
        until grep -q "^Listening" "$IMMICH_DATA_DIR.out"; do
            kill -0 "$server" || { cat "$IMMICH_DATA_DIR.log" >&2; exit 1; }
            sleep 0.1
        done
        curl --silent --fail http://127.0.0.1:2283/readyz
        echo password | "$IMMICH_SERVER_PROGRAM" user create --email a@example.com --name A --password-stdin
        kill "$server"
        wait "$server"
    ' || fail "the server does not serve requests on $1"
}

data_dir=$work/by-command
if message=$(IMMICH_DATA_DIR=$data_dir "$IMMICH_SERVER_PROGRAM" serve 2>&1); then
    fail "the server started, although PostgreSQL is hidden"
fi
printf '%s\n' "$message"
command=$(sed -n 's/.*install it with `\([^`]*\)`.*/\1/p' <<<"$message")
case $command in "pip3 install "*) ;; *) fail "the message names no command: $message" ;; esac
say "$command"
bash -euc "$command"
serve_offline "$data_dir"

data_dir=$work/by-make-run
scripts/install-postgres.sh "$data_dir"
# A second time, it needs no network.
unshare --net scripts/install-postgres.sh "$data_dir"
serve_offline "$data_dir"
say "the program runs without an installed PostgreSQL"
