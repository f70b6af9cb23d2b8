# shellcheck shell=bash disable=SC2154 # `usage` is of the script that is run
# What deploy, blue-green, canary and migrate share. Sourced, not run.
#
# How processes are started and stopped is said by a driver, a file of functions: see README.md.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }

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

# Reads the file of an environment, if one is named, and the driver.
begin() {
  cd "$root" || exit
  if [ -n "${ENVIRONMENT:-}" ]; then
    local file=${ENVIRONMENTS:-deploy/environments}/$ENVIRONMENT.env
    [ -f "$file" ] || fail "there is no $file: ENVIRONMENT=$ENVIRONMENT"
    set -a
    # shellcheck source=/dev/null
    . "$file"
    set +a
  fi
  local driver=${RUN_BY:-compose}
  case $driver in */*) ;; *) driver=deploy/bin/lib/$driver.sh ;; esac
  [ -f "$driver" ] || fail "there is no $driver: RUN_BY is compose, processes or the path of a file"
  # shellcheck source=/dev/null
  . "$driver"
}

# One at a time on this machine; what is started must not inherit descriptor 9.
lock() {
  exec 9> "${LOCK:-${TMPDIR:-/tmp}/lead-gateway-deploy.lock}"
  flock --nonblock 9 || fail "another deployment is at work"
}

# The names of running processes of a service: of one tag (`= TAG`), or of all others (`! TAG`).
names() {
  driver_list | awk -v service="$1" -v how="${2:-!}" -v tag="${3:-}" \
    '$2 == service && (how == "=") == ($3 == tag) { print $1 }'
}

address_of() { driver_list | awk -v name="$1" '$1 == name { print $4 }'; }

tags_of_others() { driver_list | awk -v tag="$1" '$3 != tag { print $3 }' | sort -u | tr '\n' ' '; }

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

# Sends a lead through one api, which a worker must bring to its end.
smoke() {
  local more=()
  if [ "${SMOKE:-yes}" = no ]; then return; fi
  read -ra more <<< "${SMOKE_ARGS:-}"
  driver_run "$1" smoke "http://$(address_of "$1")" --within "${SMOKE_WITHIN:-30}s" "${more[@]}" >&2 ||
    fail "the smoke test of $1 failed"
}

# Starts what a release lacks of so many apis and workers, each ready, and tries the first.
fill() {
  local tag=$1 service count first
  for service in api worker; do
    count=$2
    [ "$service" = api ] || count=$3
    while [ "$(names "$service" = "$tag" | wc -l)" -lt "$count" ]; do start_ready "$tag" "$service"; done
  done
  first=$(names api = "$tag" | head -n 1)
  smoke "$first"
}

stop_all() {
  local name
  for name in "$@"; do
    driver_stop "$name"
    say "$name has stopped"
  done
}
