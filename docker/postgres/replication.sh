#!/bin/sh
# Lets a replica follow this Postgres: a role, a slot that keeps the log for it, and a line in pg_hba.conf. May be repeated.
# REPLICATION_PASSWORD_FILE names the file of the password, /run/secrets/replication_password unless set.
set -eu
REPLICATION_PASSWORD_FILE=${REPLICATION_PASSWORD_FILE:-/run/secrets/replication_password}
export REPLICATION_PASSWORD_FILE
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" << 'END'
-- Not an argument of this program, which others could see.
\set password `cat "$REPLICATION_PASSWORD_FILE"`
SELECT 'CREATE ROLE replicator LOGIN REPLICATION' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replicator') \gexec
ALTER ROLE replicator PASSWORD :'password';
SELECT pg_create_physical_replication_slot('replica')
WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'replica') \g /dev/null
END
line="host replication replicator ${REPLICATION_FROM:-samenet} scram-sha-256"
grep -qxF "$line" "$PGDATA/pg_hba.conf" || echo "$line" >> "$PGDATA/pg_hba.conf"
psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --command 'SELECT pg_reload_conf()' > /dev/null
