# shellcheck shell=bash disable=SC2034,SC2154 # `usage` is of the script that is run; snapshot.sh reads what has been done
# What deploy, blue-green, canary and migrate share. Sourced, not run.
#
# How processes are started and stopped is said by a driver, a file of functions: see README.md.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

# Also where nobody listens any more: a lost terminal must not end what goes back.
say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2 || true; }

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Prints the text of the script that is run, `usage`, and ends with 2.
wrong() {
  printf '%s: %s\n\n%s\n' "${0##*/}" "$*" "$usage" >&2
  exit 2
}

# Answers --help. Everything else that begins with a dash is wrong unless the script knows it.
help_or_wrong() {
  case $1 in
    -h | --help)
      printf '%s\n' "$usage"
      exit 0
      ;;
    *) wrong "there is no option $1" ;;
  esac
}

check_tag() {
  [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || wrong "$1 is no tag, such as 1.2.3"
}

# A wrong number must not be found in the middle of the work.
check_settings() {
  local name
  for name in APIS WORKERS; do
    [[ ${!name:-1} =~ ^[1-9][0-9]{0,2}$ ]] || wrong "$name=${!name} is no whole number from 1 to 999"
  done
  for name in READY_WITHIN SMOKE_WITHIN DRAIN_WITHIN STOP_WITHIN; do
    [[ ${!name:-0} =~ ^(0|[1-9][0-9]{0,4})$ ]] || wrong "$name=${!name} is no whole number of seconds, such as 30"
  done
  [[ ${SMOKE:-yes} =~ ^(yes|no)$ ]] || wrong "SMOKE=$SMOKE is neither yes nor no"
}

# Reads the file of an environment, if one is named, and the driver.
begin() {
  trap 'say "ended by a signal"; exit 1' HUP INT TERM
  cd "$root" || exit
  if [ -n "${ENVIRONMENT:-}" ]; then
    local file=${ENVIRONMENTS:-deploy/environments}/$ENVIRONMENT.env
    [ -f "$file" ] || wrong "there is no $file: ENVIRONMENT=$ENVIRONMENT"
    set -a
    # shellcheck source=/dev/null
    . "$file"
    set +a
  fi
  check_settings
  local driver=${RUN_BY:-compose}
  case $driver in */*) ;; *) driver=deploy/bin/lib/$driver.sh ;; esac
  [ -f "$driver" ] || wrong "there is no $driver: RUN_BY is compose, processes or the path of a file"
  # shellcheck source=/dev/null
  . "$driver"
}

# One at a time; what is started must not inherit descriptor 9. Another user may not write to the file, but reading is enough.
lock() {
  local file=${LOCK:-/tmp/lead-gateway-deploy.lock}
  [ -e "$file" ] || (umask 022 && : >> "$file")
  [ -r "$file" ] || fail "cannot read the lock $file"
  exec 9< "$file"
  flock --nonblock 9 || fail "another deployment is at work, which holds $file"
  driver_lock || fail "another deployment is at work from another machine, or nginx cannot be asked"
}

# The names of running processes of a service: of one tag (`= TAG`), or of all others (`! TAG`).
names() {
  driver_list | awk -v service="$1" -v how="${2:-!}" -v tag="${3:-}" \
    '$2 == service && (how == "=") == ($3 "" == tag) { print $1 }'
}

address_of() { driver_list | awk -v name="$1" '$1 == name { print $4 }'; }

# Gets a release, and brings the schema to it. Migrations only add: the release before runs on.
prepare() {
  say "release $1"
  driver_pull "$1" || fail "release $1 is not there"
  driver_command "$1" migrate up >&2 || fail "the migrations of $1 failed; nothing was started"
}

# What this run has started.
begun=()

# Starts one more process of a release and waits until it is ready. Its name is in `started`.
start_ready() {
  local within=${READY_WITHIN:-60} address printed
  local end=$((SECONDS + within))
  touched=yes
  started=$(driver_start "$1" "$2") || fail "$2 of $1 does not start"
  begun+=("$started")
  while :; do
    address=$(address_of "$started")
    [ -n "$address" ] || fail "$2 of $1 ended before it was ready"
    if printed=$(driver_run "$started" healthcheck "http://$address" --within 5s 2>&1); then break; fi
    if [ "$SECONDS" -ge "$end" ]; then
      printf '%s\n' "$printed" >&2
      fail "$2 of $1 was not ready within $within s"
    fi
    sleep 1
  done
  say "$started of $1 is ready"
}

# Sends a lead to one api, which some worker must bring to its end: of which release is chance.
smoke() {
  local more=()
  if [ "${SMOKE:-yes}" = no ]; then return; fi
  read -ra more <<< "${SMOKE_ARGS:-}"
  driver_run "$1" smoke "http://$(address_of "$1")" --within "${SMOKE_WITHIN:-30}s" "${more[@]}" >&2 ||
    fail "the smoke test of $1 failed"
}

# Starts what a release lacks of so many apis and workers, each ready, and tries the first api.
fill() {
  local tag=$1 service count have at
  for service in api worker; do
    count=$2
    [ "$service" = api ] || count=$3
    have=$(names "$service" = "$tag")
    for ((at = $(grep --count . <<< "$have"); at < count; at++)); do start_ready "$tag" "$service"; done
  done
  have=$(names api = "$tag")
  smoke "${have%%$'\n'*}"
}

# What is not stopped completely has no successor yet, or needs one when this goes back.
stop_all() {
  touched=yes
  for stopping in "$@"; do
    driver_stop "$stopping"
    stopped+=("$stopping")
    say "$stopping has stopped"
    stopping=''
  done
}

most() { if [ "$1" -gt "$2" ]; then printf '%s' "$1"; else printf '%s' "$2"; fi; }
