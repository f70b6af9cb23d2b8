# shellcheck shell=bash disable=SC2154 # `tag` and `started` are of the script and of common.sh
# What runs, and what nginx sends where, before anything changes: a script that fails makes it again. Sourced, not run.

running_before='' # as driver_list prints it
upstreams_before='' # the file of nginx
live_before='' # the apis that it names: name, weight, tag
touched='' # set when something may have changed
moved='' # what is true when there is no way back any more
stopping='' # the process that driver_stop is at work on
stopped=()

# Of the running processes $1, the apis that the file $2 sends requests to: name, weight and tag, in its order. A file that
# names none of them, such as the one that is shipped, means all.
live() {
  awk '
    FNR == NR { if ($2 == "api") { names[++count] = $1; tags[count] = $3; at[$4] = count } next }
    $1 == "server" && !/[ \t]down[ \t;]/ {
      sub(/;.*/, "")
      weight = match($0, / weight=[0-9]+/) ? substr($0, RSTART + 8, RLENGTH - 8) : 1
      if ($2 in at) { found = 1; print names[at[$2]], weight, tags[at[$2]] }
    }
    END { for (i = 1; !found && i <= count; i++) print names[i], 1, tags[i] }
  ' <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}

# The tags of what has requests, but this one: - for all.
live_tags() { awk -v other="$1" '$1 && $3 "" != other { print $3 }' <<< "$live_before" | sort -u | xargs; }

# In the same way the apis that have requests, and the workers of their releases.
live_apis() { awk -v other="$1" '$1 && $3 "" != other { print $1 }' <<< "$live_before"; }
live_workers() {
  awk -v other="$1" -v live=" $(live_tags -) " '
    $2 == "worker" && $3 "" != other && (live == "  " || index(live, " " $3 " ")) { print $1 }
  ' <<< "$running_before"
}

look() {
  running_before=$(driver_list)
  # Without an api nginx may not run.
  if grep --quiet '^[^ ]* api ' <<< "$running_before"; then
    upstreams_before=$(driver_upstreams)
    live_before=$(live "$running_before" "$upstreams_before")
  fi
}

keep_snapshot() {
  look
  trap back EXIT
}

# Whether a process that ran before still does.
is_left() {
  case " ${stopped[*]} $stopping " in *" $1 "*) return 1 ;; esac
  grep --quiet "^$1 $2 $3 " <<< "$now"
}

# Starts again what has stopped, lets nginx send requests where it did, and stops what was started.
restore() {
  local now name service of weight pairs=() surplus=("${begun[@]}") failed=0
  local -A instead=()
  # May be in the middle of it, or done: the next list shows that.
  [ -z "$stopping" ] || driver_stop "$stopping" > /dev/null 2>&1 || true
  now=$(driver_list)
  while read -r name service of _ <&3; do
    if [ -z "$name" ]; then continue; fi
    if [ "$name" = "$stopping" ]; then failed=1; fi
    grep --quiet "^$name $service $of " <<< "$running_before" || surplus+=("$name")
  done 3<<< "$now"

  while read -r name service of _ <&3; do
    if [ -z "$name" ] || is_left "$name" "$service" "$of"; then continue; fi
    start_ready "$of" "$service"
    instead[$name]=$started
  done 3<<< "$running_before"

  if [ -z "$live_before" ]; then
    # nginx cannot look up the name of an api where none runs; it must find the file of before when it starts.
    [ -z "$upstreams_before" ] || (put_upstreams "$upstreams_before") ||
      printf '%s\n' "$upstreams_before" | driver_write_upstreams
  elif [ ${#instead[@]} -gt 0 ] || [ "$(driver_upstreams)" != "$upstreams_before" ]; then
    while read -r name weight _; do pairs+=("${instead[$name]:-$name}" "$weight"); done <<< "$live_before"
    route "${pairs[@]}"
  fi

  while read -r name <&3; do
    if [ -z "$name" ]; then continue; fi
    if driver_stop "$name"; then say "$name has stopped"; else failed=1; fi
  done 3< <(printf '%s\n' "${surplus[@]}" | sort -u)
  return "$failed"
}

back() {
  local code=$? before
  trap - EXIT
  # A second signal must end neither this nor a command in it. A driver starts processes that heed signals again.
  trap '' HUP INT TERM
  if [ "$code" = 0 ]; then exit 0; fi
  if [ -n "$moved" ]; then
    printf '%s: %s, but not all of the others have stopped: see which processes run\n' "${0##*/}" "$moved" >&2
    exit 3
  fi
  if [ -z "$touched" ]; then exit 1; fi
  before=$(awk '$3 { print $3 }' <<< "$running_before" | sort -u | xargs)
  say "going back to ${before:-nothing}"
  # In a shell of its own, since `fail` ends that; and not in a condition, where bash does not stop at an error.
  set +e
  (
    set -e
    restore
  )
  code=$?
  if [ "$code" != 0 ]; then
    printf '%s: %s failed, and going back to %s as well: see which processes run\n' "${0##*/}" "$tag" "${before:-nothing}" >&2
    exit 3
  fi
  printf '%s: %s was rolled back; %s\n' "${0##*/}" "$tag" "${before:-nothing} runs as before" >&2
  exit 1
}
