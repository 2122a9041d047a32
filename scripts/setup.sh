#!/usr/bin/env bash
# Makes sure that this machine has what is named: setup.sh [rust] [linker] [postgres] [python] [java]
#
# With apt, and as root or with sudo that asks for no password, what is missing is installed. Otherwise the one command
# that installs it is printed, and the exit status is 1. Nothing missing: no output.
source "$(dirname "$0")/common.sh"

# Each `has_…` answers by use, not by name: a `cc` without the C library's headers cannot link.

has_linker() {
    local out status=0
    out=$(mktemp -d)
    printf 'int main(void) { return 0; }\n' | cc -x c - -o "$out/probe" 2>/dev/null || status=1
    rm -r "$out"
    return "$status"
}

# The server's own programs, where the server looks for them; a client package alone has neither.
has_postgres() {
    local folder
    for folder in ${PATH//:/ } "$(pg_config --bindir 2>/dev/null)" \
        /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && return 0
    done
    return 1
}

has_python() {
    python3 -m pip --version >/dev/null 2>&1
}

# The generator needs Java 11; `java -version` says `version "17.0.15"`, or `version "1.8.0_412"` before Java 9.
has_java() {
    local major
    major=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') && [ "${major:-0}" -ge 11 ]
}

# The packages that bring a need, by package manager.
packages() {
    case "$1:$2" in
    *:postgres-apt) ;;
    apt:linker) echo gcc libc6-dev ;;
    apt:postgres) echo postgresql ;;
    apt:python) echo python3 python3-pip ;;
    apt:java) echo default-jre-headless ;;
    dnf:linker | pacman:linker) echo gcc ;;
    dnf:postgres) echo postgresql-server ;;
    dnf:python) echo python3-pip ;;
    dnf:java) echo java-latest-openjdk-headless ;;
    pacman:postgres) echo postgresql ;;
    pacman:python) echo python-pip ;;
    pacman:java) echo jre-openjdk-headless ;;
    brew:linker) echo gcc ;;
    brew:postgres) echo postgresql@17 ;;
    brew:python) echo python ;;
    brew:java) echo openjdk ;;
    esac
}
