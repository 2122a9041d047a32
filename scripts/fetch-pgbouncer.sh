#!/usr/bin/env bash
# Fetches the PgBouncer of another release of Debian and prints the path of a script that runs it:
# fetch-pgbouncer.sh trixie
#
# The packages are unpacked into .tools/, with the libraries that they need; nothing is installed. They come from the
# mirror that this machine uses, signed by Debian.
source "$(dirname "$0")/common.sh"

release=$1
folder=$PWD/.tools/pgbouncer-$release
program=$folder/pgbouncer
if [ -x "$program" ]; then
    echo "$program"
    exit
fi
command -v apt-get >/dev/null || fail "the PgBouncer of Debian $release needs a machine with apt-get"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' |
    sort --unique | head --lines 1)
[ -n "$mirror" ] || fail "apt-get knows no mirror of Debian"
rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/packages" "$folder/files"
: >"$folder/apt/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $mirror $release main" >"$folder/apt/sources.list"
apt=(apt-get -q
    -o "Dir::State=$folder/apt" -o "Dir::State::status=$folder/apt/status" -o "Dir::Cache=$folder/apt"
    -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=-
    -o APT::Sandbox::User= -o Acquire::Languages=none)
say "fetching the PgBouncer of Debian $release"
"${apt[@]}" update >&2
libraries=(libc6 libevent-2.1-7t64 libcares2 libssl3t64 libsystemd0 libpam0g libcap2 libaudit1 libcap-ng0 libzstd1 zlib1g)
(cd "$folder/packages" && "${apt[@]}" download pgbouncer "${libraries[@]}" >&2)
for package in "$folder/packages/"*.deb; do
    dpkg --extract "$package" "$folder/files"
done
rm -r "$folder/apt" "$folder/packages"

# Its C library is newer than that of this machine, and comes with its own loader.
loader=$(find "$folder/files" -name 'ld-linux*' | head --lines 1)
[ -n "$loader" ] || fail "the packages of Debian $release contain no loader"
printf '#!/bin/sh\nexec "%s" --inhibit-cache --library-path "%s" "%s" "$@"\n' \
    "$loader" "$(dirname "$loader")" "$folder/files/usr/sbin/pgbouncer" >"$program"
chmod +x "$program"
"$program" --version >&2
echo "$program"
