# shellcheck shell=bash disable=SC2154 # `begun` is of common.sh
# For scripts that change nothing but what nginx sends where: what they have started is stopped when they fail. Sourced.

most() { if [ "$1" -gt "$2" ]; then printf '%s' "$1"; else printf '%s' "$2"; fi; }

# The tags of the apis that nginx sends requests to.
live_tags() {
  local upstreams
  upstreams=$(driver_upstreams)
  driver_list | while read -r _ _ tag address; do
    if grep --quiet --fixed-strings "server $address " <<< "$upstreams"; then printf '%s\n' "$tag"; fi
  done | sort -u
}

undo() {
  local code=$?
  trap - EXIT
  if [ "$code" != 0 ] && [ ${#begun[@]} -gt 0 ]; then
    say "stopping what was started"
    (stop_all "${begun[@]}") || true
    printf '%s: requests go where they went before\n' "${0##*/}" >&2
  fi
  exit "$code"
}

undo_on_failure() {
  trap undo EXIT
  trap 'exit 130' INT TERM
}
