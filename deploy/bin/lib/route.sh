# shellcheck shell=bash disable=SC2034 # snapshot.sh reads `touched`
# Which apis nginx sends requests to. Sourced, not run.

# As in deploy/nginx/upstreams/api.conf: what takes an api out for how long.
parameters="max_fails=3 fail_timeout=10s"

# Sends requests to the given apis alone, each a name and a weight.
route() {
  local text="# Written by deploy/bin: see README.md there." address common=0 at
  for ((at = 2; at <= $#; at += 2)); do common=$(common_divisor "$common" "${!at}"); done
  while [ $# -gt 0 ]; do
    address=$(address_of "$1")
    [ -n "$address" ] || fail "$1 has ended"
    text+=$'\n'"server $address weight=$(($2 / common)) $parameters;"
    shift 2
  done
  put_upstreams "$text"
}

common_divisor() {
  local a=$1 b=$2
  while [ "$b" != 0 ]; do set -- "$b" "$((a % b))" && a=$1 b=$2; done
  printf '%s' "$a"
}

# The same weight for all.
route_evenly() {
  local pairs=() name
  [ $# -gt 0 ] || fail "there is no api to send requests to"
  for name in "$@"; do pairs+=("$name" 1); done
  route "${pairs[@]}"
}

# Lets nginx read this text, and returns when nothing is under way any more to what it does not name.
#
# nginx' processes of before finish what they have, and end. Those that hold an open stream of events may stay: after
# DRAIN_WITHIN seconds this goes on, and an api that is stopped ends its streams itself.
put_upstreams() {
  local known old problem
  known=$(driver_upstreams) || fail "cannot read the upstreams of nginx"
  [ "$known" != "$1" ] || return 0
  # The first deployment could not ask before an api ran.
  : "${upstreams_before:=$known}"
  touched=yes
  old=$(driver_nginx_workers | awk '{ print $1 }') || fail "cannot ask nginx"
  printf '%s\n' "$1" | driver_write_upstreams || fail "cannot write the upstreams of nginx"
  if ! problem=$(driver_nginx -t 2>&1); then
    printf '%s\n' "$known" | driver_write_upstreams
    fail "nginx refuses the new upstreams, and keeps those of before: $problem"
  fi
  driver_nginx -s reload || fail "nginx cannot reload"
  [ -z "$old" ] || wait_until_gone "$old"
  say "nginx sends requests to $(awk '/^server/ { printf "%s ", $2 }' <<< "$1")"
}

wait_until_gone() {
  local end=$((SECONDS + ${DRAIN_WITHIN:-30})) workers left
  while :; do
    # An answer that does not come is not one that all are gone.
    workers=$(driver_nginx_workers) || fail "cannot ask nginx"
    left=$(grep --word-regexp --fixed-strings --regexp="$1" <<< "$workers") || return 0
    if [ "$SECONDS" -ge "$end" ]; then
      if grep --quiet --invert-match "shutting down" <<< "$left"; then fail "nginx has not reloaded"; fi
      say "nginx still has requests of before, such as streams of events: going on"
      return
    fi
    sleep 0.1
  done
}
