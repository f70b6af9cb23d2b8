#!/bin/sh
# Runs a streaming replica: copies the primary into PGDATA when that is empty, then follows it.
#   replica.sh <host of the primary> <its port> [options of postgres]
# REPLICATION_PASSWORD_FILE names the file of the password, /run/secrets/replication_password unless set.
set -eu
host=${1:?name the host of the primary} port=${2:?name its port}
shift 2
# A password in primary_conninfo would be in each backup of this folder. In this file : and \ are escaped.
passfile=${PASSFILE:-/tmp/replication.pgpass}
password=$(sed 's/[\\:]/\\&/g' "${REPLICATION_PASSWORD_FILE:-/run/secrets/replication_password}")
(umask 077 && printf '%s:%s:*:replicator:%s\n' "$host" "$port" "$password" > "$passfile")

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  copy=$PGDATA.copy
  # The name says whether a copy is whole: one that was interrupted is made again.
  until
    rm -rf "$copy"
    pg_basebackup --dbname "host=$host port=$port user=replicator passfile=$passfile application_name=replica" \
      --pgdata "$copy" --slot replica --write-recovery-conf --checkpoint fast
  do
    sleep 2
  done
  rm -rf "$PGDATA"
  mv "$copy" "$PGDATA"
fi
exec postgres -D "$PGDATA" "$@"
