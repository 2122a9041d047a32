#!/usr/bin/env bash
# Installs the named tools that are missing: setup.sh [rust] [linker] [cxx] [postgres] [nginx] [caddy] [pgbouncer]
# [python] [venv] [java] [node] [chromium] [wrk] [valgrind] [patroni] [etcd] [haproxy] [iproute]
#
# It installs with apt, as root or with sudo if that needs no password. Otherwise it prints the one command that
# installs what is missing, and exits with 1. It prints nothing when nothing is missing.
# setup.sh --check TOOL…: installs and prints nothing, and exits with 1 if one is missing.
source "$(dirname "$0")/common.sh"

# Each `has_…` checks what is really needed: a `cc` without the C library's files cannot link.

has_rust() {
    command -v cargo >/dev/null
}

has_linker() {
    local folder status=0
    folder=$(mktemp -d)
    printf 'int main(void) { return 0; }\n' | cc -x c - -o "$folder/probe" 2>/dev/null || status=1
    rm -r "$folder"
    return "$status"
}

has_cxx() {
    local folder status=0
    folder=$(mktemp -d)
    printf '#include <vector>\nint main() { return 0; }\n' | c++ -x c++ - -o "$folder/probe" 2>/dev/null || status=1
    rm -r "$folder"
    return "$status"
}

# The server programs of PostgreSQL, in the folders that `immich-server` searches. Client packages do not contain them.
# If the environment names the folder, the server itself reports whether it is correct.
has_postgres() {
    [ -z "${IMMICH_POSTGRES_BIN_DIR:-}" ] || return 0
    local folder
    local -a folders
    IFS=: read -r -a folders <<<"$PATH"
    folders+=("$(pg_config --bindir 2>/dev/null || true)")
    folders+=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* /usr/lib64/postgresql-*/bin)
    folders+=(/opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin /usr/local/pgsql/bin)
    folders+=(/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin /Applications/Postgres.app/Contents/Versions/*/bin)
    for folder in "${folders[@]}"; do
        [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && return 0
    done
    return 1
}

# Debian installs it in /usr/sbin, which is in the PATH of root only.
has_nginx() {
    { command -v nginx || command -v /usr/sbin/nginx; } >/dev/null && command -v openssl >/dev/null
}

has_caddy() {
    command -v caddy >/dev/null
}

# As nginx, it is in /usr/sbin.
has_pgbouncer() {
    { command -v pgbouncer || command -v /usr/sbin/pgbouncer; } >/dev/null
}

has_python() {
    python3 -m pip --version >/dev/null 2>&1
}

has_venv() {
    python3 -c 'import ensurepip, venv' 2>/dev/null
}

# The generator needs Java 11. `java -version` writes `version "17.0.15"`, before Java 9 `version "1.8.0_412"`.
has_java() {
    local major
    major=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || return 1
    [ "${major:-0}" -ge 11 ]
}

# The browser tests' library needs Node.js 18. `node --version` writes `v18.19.0`.
has_node() {
    local major
    command -v npm >/dev/null || return 1
    major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p') || return 1
    [ "${major:-0}" -ge 18 ]
}

has_chromium() {
    [ -n "$(browser)" ]
}

has_wrk() {
    command -v wrk >/dev/null && command -v taskset >/dev/null
}

has_valgrind() {
    command -v valgrind >/dev/null && command -v callgrind_control >/dev/null
}

# Patroni's packages also bring the Python library with which tests/ha/ connects to Postgres.
has_patroni() {
    command -v patroni >/dev/null && command -v patronictl >/dev/null &&
        /usr/bin/python3 -c 'import psycopg2, yaml' 2>/dev/null
}

has_etcd() {
    command -v etcd >/dev/null
}

has_haproxy() {
    command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ]
}

# `ip` creates network namespaces, `unshare` the namespaces of the whole test.
has_iproute() {
    { command -v ip || command -v /usr/sbin/ip; } >/dev/null && command -v unshare >/dev/null
}

describe() {
    case $1 in
    rust) echo "Rust (cargo)" ;;
    linker) echo "a C compiler, with which Rust links" ;;
    cxx) echo "a C++ compiler, with which libFuzzer is built" ;;
    postgres) echo "the PostgreSQL server programs" ;;
    nginx) echo "nginx, a proxy to test behind, and openssl, which makes its certificate" ;;
    caddy) echo "Caddy, another proxy to test behind" ;;
    pgbouncer) echo "PgBouncer, a connection pooler to test behind" ;;
    python) echo "Python 3 with pip, which fetches the pinned tools" ;;
    venv) echo "Python's virtual environments" ;;
    java) echo "Java 11 or later, in which the generator is written" ;;
    node) echo "Node.js 18 or later with npm" ;;
    chromium) echo "the browser Chromium (or name one in CHROMIUM)" ;;
    wrk) echo "wrk, which makes load, and taskset, which keeps it to a core" ;;
    valgrind) echo "valgrind, which counts instructions" ;;
    patroni) echo "Patroni, which makes a cluster of Postgres servers" ;;
    etcd) echo "etcd, in which Patroni elects a leader" ;;
    haproxy) echo "HAProxy, which shares requests between two servers" ;;
    iproute) echo "ip and unshare, which create network namespaces" ;;
    *) fail "setup.sh does not know '$1'" ;;
    esac
}

# The package manager of this machine, or nothing.
manager() {
    local name
    for name in apt-get dnf pacman brew; do
        if command -v "$name" >/dev/null; then
            echo "$name"
            return
        fi
    done
}

# The packages that provide one need, or nothing if no package does.
packages() {
    case $1:$2 in
    apt-get:linker) echo gcc libc6-dev ;;
    apt-get:cxx) echo g++ libc6-dev ;;
    apt-get:postgres) echo postgresql ;;
    apt-get:nginx) echo nginx openssl ;;
    apt-get:python) echo python3 python3-pip ;;
    apt-get:venv) echo python3-venv ;;
    apt-get:java) echo default-jre-headless ;;
    apt-get:node) echo nodejs npm ;;
    *:caddy) echo caddy ;;
    *:pgbouncer) echo pgbouncer ;;
    *:chromium) echo chromium ;;
    *:valgrind) echo valgrind ;;
    apt-get:patroni) echo patroni python3-psycopg2 python3-yaml ;;
    apt-get:etcd) echo etcd-server ;;
    *:haproxy) echo haproxy ;;
    apt-get:iproute) echo iproute2 util-linux ;;
    apt-get:wrk | dnf:wrk | pacman:wrk | brew:wrk) echo wrk ;;
    dnf:cxx) echo gcc-c++ ;;
    dnf:linker | pacman:linker | pacman:cxx) echo gcc ;;
    dnf:postgres) echo postgresql-server ;;
    dnf:nginx | pacman:nginx) echo nginx openssl ;;
    dnf:python) echo python3-pip ;;
    dnf:java) echo java-latest-openjdk-headless ;;
    dnf:node | pacman:node) echo nodejs npm ;;
    pacman:postgres) echo postgresql ;;
    pacman:python) echo python-pip ;;
    pacman:java) echo jre-openjdk-headless ;;
    brew:postgres) echo postgresql@17 ;;
    brew:nginx) echo nginx openssl ;;
    brew:python) echo python ;;
    brew:java) echo openjdk ;;
    brew:node) echo node ;;
    esac
}

# The command that a person types to install packages.
install_command() {
    local manager=$1 command
    shift
    case $manager in
    apt-get) command="apt-get update && apt-get install -y --no-install-recommends $*" ;;
    dnf) command="dnf install -y $*" ;;
    pacman) command="pacman -S --needed $*" ;;
    brew) command="brew install $*" ;;
    esac
    if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then
        echo "$command"
    elif command -v sudo >/dev/null; then
        echo "sudo sh -c '$command'"
    else
        echo "su - -c '$command'"
    fi
}

may_install() {
    [ "$1" = apt-get ] && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Debian's packages create and start a database, a pooler and a web server on installation. That is not wanted here, so these two
# files prevent it while the packages are installed, and only then.
no_main_cluster=/etc/postgresql-common/createcluster.d/immich-api.conf
no_services=/usr/sbin/policy-rc.d

apt_install() {
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q)
    # Not local: the trap removes them at exit, when the function has returned.
    ours=("$no_main_cluster")
    # A machine that already has such a policy keeps it.
    [ -e "$no_services" ] || ours+=("$no_services")
    trap 'as_root rm -f "${ours[@]}"' EXIT
    as_root mkdir -p "${no_main_cluster%/*}"
    echo "create_main_cluster = false" | as_root tee "$no_main_cluster" >/dev/null
    if [ "${#ours[@]}" -gt 1 ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$no_services" >/dev/null
        as_root chmod +x "$no_services"
    fi
    as_root "${apt[@]}" update
    as_root "${apt[@]}" install -y --no-upgrade --no-install-recommends "$@"
    # Prevents that the services start when the machine boots.
    local service
    for service in nginx caddy pgbouncer etcd haproxy patroni; do
        case " $* " in *" $service"[-\ ]*) as_root systemctl disable --quiet "$service" 2>/dev/null || true ;; esac
    done
}

# Prints the named needs that are missing on this machine.
missing_of() {
    local need
    for need in "$@"; do
        "has_$need" || echo "$need"
    done
}

check=
if [ "${1:-}" = --check ]; then
    check=yes
    shift
fi
for need in "$@"; do describe "$need" >/dev/null; done

read -r -a missing <<<"$(missing_of "$@" | tr '\n' ' ')"
[ "${#missing[@]}" -gt 0 ] || exit 0
[ -z "$check" ] || exit 1

manager=$(manager)
wanted=()
by_hand=()
for need in "${missing[@]}"; do
    say "missing: $(describe "$need")"
    read -r -a found <<<"$(packages "$manager" "$need")"
    if [ "${#found[@]}" -gt 0 ]; then
        wanted+=("${found[@]}")
    elif [ "$need" = rust ]; then
        by_hand+=("Rust with rustup (https://rustup.rs)")
    else
        by_hand+=("$(describe "$need")")
    fi
done

for what in ${by_hand[@]+"${by_hand[@]}"}; do
    say "please install $what"
done
if [ "${#wanted[@]}" -gt 0 ]; then
    may_install "$manager" || fail "please run: $(install_command "$manager" "${wanted[@]}")"
    say "installing ${wanted[*]}"
    apt_install "${wanted[@]}" >&2 || fail "apt-get could not install ${wanted[*]}: see its message above"
fi
[ "${#by_hand[@]}" -eq 0 ] || exit 1

read -r -a missing <<<"$(missing_of "${missing[@]}" | tr '\n' ' ')"
[ "${#missing[@]}" -eq 0 ] || fail "installed ${wanted[*]}, but these are still missing: ${missing[*]}"
