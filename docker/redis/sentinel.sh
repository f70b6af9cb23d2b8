#!/bin/sh
# Runs a Sentinel that knows servers by their names.
#   sentinel.sh <host of the master> <its port>
# It writes what it learns to a file in SENTINEL_FOLDER, /tmp unless set: the other Sentinels tell it again after a restart.
set -eu
host=${1:?name the host of the master} port=${2:?name its port}
file=${SENTINEL_FOLDER:-/tmp}/sentinel.conf
cat > "$file" << END
port ${SENTINEL_PORT:-26379}
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel monitor lead-gateway $host $port 2
sentinel down-after-milliseconds lead-gateway 5000
sentinel failover-timeout lead-gateway 15000
END
exec redis-server "$file" --sentinel
