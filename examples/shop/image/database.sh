#!/bin/sh
# A PostgreSQL that is made anew each time it starts, with the shop's tables in it.
set -eu
data=/tmp/data
umask 077
echo "$DATABASE_PASSWORD" >/tmp/password
initdb --pgdata $data --username shop --pwfile /tmp/password --auth scram-sha-256 \
    --encoding UTF8 --no-locale --no-sync >/dev/null
rm /tmp/password
echo 'host all shop all scram-sha-256' >>$data/pg_hba.conf
postgres --single -D $data postgres </shop/tables.sql >/dev/null
echo "the database is made"
# Nothing that it holds outlives it, so nothing is written to disk for safety.
exec postgres -D $data -c listen_addresses='*' -c unix_socket_directories= -c fsync=off
