#!/bin/sh
# Patroni runs this once, on the first leader, with the superuser's connection string as the argument.
set -eu
psql "$1" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$IMMICH_DB_PASSWORD" <<'SQL'
create role immich login password :'password';
create database immich owner immich;
SQL
