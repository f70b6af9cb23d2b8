# shellcheck shell=bash
# Processes of this machine. $RELEASES/TAG/lead-gateway is the program of a release; it must become the process (`exec`).
# Settings come from the environment and from the file .env in the release's folder. Nothing starts a process again that
# dies: a host with systemd has a driver of its own. Logs are $STATE/SERVICE-PORT.log.

: "${RELEASES:=/opt/lead-gateway/releases}" "${STATE:=/var/lib/lead-gateway/processes}"
: "${UPSTREAMS:=deploy/nginx/upstreams/api.conf}" "${NGINX_PROGRAM:=nginx}" "${NGINX_PID:=/tmp/nginx.pid}"
: "${PORTS_OF_APIS:=8081-8099}" "${PORTS_OF_WORKERS:=8101-8119}"
mkdir -p "$STATE"
# What runs here is the same for every user and TMPDIR.
: "${LOCK:=$STATE/lock}"

# $LOCK is on the same machine.
driver_lock() { :; }

driver_pull() { [ -x "$RELEASES/$1/lead-gateway" ] || fail "there is no program $RELEASES/$1/lead-gateway"; }

driver_command() {
  local tag=$1
  shift
  (cd "$RELEASES/$tag" && exec ./lead-gateway "$@")
}

# When a process began, which tells it from another with its number; nothing for one that has ended.
began() {
  local stat
  stat=$(cat "/proc/$1/stat" 2> /dev/null) || return 0
  awk '$1 != "Z" && $1 != "X" { print $20 }' <<< "${stat##*) }"
}

# Those that have ended are forgotten.
driver_list() {
  local file name pid start service tag port
  for file in "$STATE"/*.process; do
    [ -f "$file" ] || continue
    read -r name pid start service tag port < "$file"
    if [ "$(began "$pid")" = "$start" ]; then
      printf '%s %s %s 127.0.0.1:%s\n' "$name" "$service" "$tag" "$port"
    else
      rm "$file"
    fi
  done
}

is_free() { ! (: > "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

free_port() {
  local port used
  used=$(driver_list | awk '{ sub(/.*:/, "", $4); print $4 }')
  for port in $(seq "${1%-*}" "${1#*-}"); do
    if ! grep --quiet --line-regexp "$port" <<< "$used" && is_free "$port"; then
      printf '%s' "$port"
      return
    fi
  done
  fail "none of the ports $1 is free"
}

# A log that has grown is put aside when its port is used again.
rotate() { [ ! -f "$1" ] || [ "$(stat --format %s "$1")" -lt "${LOG_BYTES:-20000000}" ] || mv "$1" "$1.1"; }

driver_start() {
  local tag=$1 service=$2 port pid start ports=$PORTS_OF_APIS
  # Ctrl-C reaches this shell too: what is started must be noted. It is a shell of its own, so no trap has to be put back.
  trap '' HUP INT TERM
  [ "$service" = api ] || ports=$PORTS_OF_WORKERS
  port=$(free_port "$ports") || return 1
  rotate "$STATE/$service-$port.log"
  pid=$(
    trap - HUP INT TERM
    cd "$RELEASES/$tag" || exit
    export API_HOST=127.0.0.1 WORKER_HOST=127.0.0.1 API_PORT="$port" WORKER_PORT="$port" MIGRATE_ON_START=false
    setsid ./lead-gateway "$service" < /dev/null >> "$STATE/$service-$port.log" 2>&1 9>&- &
    printf '%s' "$!"
  )
  # Never the name of one that has ended.
  local name=$service-$port-$pid
  start=$(began "$pid")
  # One that has ended already is one that never gets ready.
  printf '%s %s %s %s %s %s\n' "$name" "$pid" "${start:-ended}" "$service" "$tag" "$port" > "$STATE/$name.process"
  printf '%s' "$name"
}

# `lead-gateway …` of the release of a process.
driver_run() {
  local tag
  tag=$(awk '{ print $5 }' "$STATE/$1.process")
  shift
  driver_command "$tag" "$@"
}

driver_stop() {
  local pid start end=$((SECONDS + ${STOP_WITHIN:-40}))
  [ -f "$STATE/$1.process" ] || return 0
  read -r _ pid start _ < "$STATE/$1.process"
  if [ "$(began "$pid")" = "$start" ]; then
    kill -TERM "$pid" || true
    while [ "$(began "$pid")" = "$start" ]; do
      [ "$SECONDS" -lt "$end" ] || kill -KILL "$pid" || true
      sleep 0.05
    done
  fi
  rm "$STATE/$1.process"
}

driver_upstreams() { cat "$UPSTREAMS"; }

driver_write_upstreams() {
  cat > "$UPSTREAMS.next"
  mv "$UPSTREAMS.next" "$UPSTREAMS"
}

driver_nginx() { "$NGINX_PROGRAM" "$@"; }

# nginx' worker processes: the number of each and what it calls itself.
driver_nginx_workers() {
  local master status pid
  master=$(cat "$NGINX_PID") || fail "nginx does not run: there is no $NGINX_PID"
  # A process may end while it is looked at.
  { grep --files-with-matches --no-messages "^PPid:[[:space:]]*$master\$" /proc/[0-9]*/status || true; } |
    while read -r status; do
      pid=${status#/proc/}
      pid=${pid%/status}
      { printf '%s %s\n' "$pid" "$(tr '\0' ' ' < "/proc/$pid/cmdline")"; } 2> /dev/null || true
    done
}
