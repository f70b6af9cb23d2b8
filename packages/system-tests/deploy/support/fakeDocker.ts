/**
 * A `docker` for tests of `deploy/bin/lib/compose.sh`: containers are files, and every call is written down. It knows the commands
 * and flags that the scripts use and no others; what they do is Docker's documentation, as there is no engine here.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const program = String.raw`#!/usr/bin/env bash
set -euo pipefail
printf '%s %s\n' "VERSION=\${VERSION:-}" "$*" >> "$FAKE/calls"
unknown() { echo "docker: unknown: $*" >&2; exit 125; }
# What the engine does while the client waits, whether that lives or not.
engine() {
  if [ -z "\${FAKE_SLOW:-}" ]; then container "$@" && return; fi
  setsid bash -c 'touch "$FAKE/starting"; until [ -e "$FAKE/go" ]; do sleep 0.01; done
    echo "$1 $2 $REGISTRY/lead-gateway-$2:$3" > "$FAKE/containers/$1"; touch "$FAKE/made"' - "$@" > /dev/null 2>&1 9>&- &
  wait
}
container() { printf '%s %s %s\n' "$1" "$2" "$REGISTRY/lead-gateway-$2:$3" > "$FAKE/containers/$1"; }

up() {
  local scale='' services=()
  while [ $# -gt 0 ]; do
    case $1 in
      --detach | --no-deps | --no-recreate | --no-build | --wait) ;;
      --scale) scale=$2; shift ;;
      -*) unknown "up $1" ;;
      *) services+=("$1") ;;
    esac
    shift
  done
  [ -n "$scale" ] || return 0
  local service=\${scale%=*} number=1
  while [ "$(grep -l " $service " "$FAKE"/containers/* 2> /dev/null | wc -l)" -lt "\${scale#*=}" ]; do
    while [ -e "$FAKE/containers/lead-gateway-$service-$number" ]; do number=$((number + 1)); done
    if [ "\${FAKE_UNSTARTABLE:-}" = "$VERSION" ]; then
      container "lead-gateway-$service-$number" "$service" "$VERSION created"
      echo "no space left on device" >&2
      exit 1
    fi
    engine "lead-gateway-$service-$number" "$service" "$VERSION"
  done
}

in_nginx() {
  while [ $# -gt 0 ]; do
    case $1 in -T) ;; --user) shift ;; -*) unknown "exec $1" ;; *) break ;; esac
    shift
  done
  [ "$1" = nginx ] || unknown "exec $1"
  case "$2 \${3:-}" in
    "cat "*) cat "$FAKE/upstreams" ;;
    "stat "*) echo 1000:1000 ;;
    "nginx -t") if [ -n "\${FAKE_REFUSES:-}" ]; then echo "[emerg] host not found" >&2; exit 1; fi ;;
    "flock -w") flock -w 0.2 "$FAKE/upstreams.lock" "\${@:6}" ;;
    "nginx -s") date +%s%N > "$FAKE/generation" ;;
    "sh -c")
      case $4 in
        *api.conf.next*) cat > "$FAKE/upstreams" ;;
        *) echo "$(cut -c 1-15 "$FAKE/generation") nginx: worker process" ;;
      esac
      ;;
    *) unknown "exec $*" ;;
  esac
}

case $1 in
  compose)
    shift
    case $1 in
      up) shift; up "$@" ;;
      pull) [ "$VERSION" != 9.9.9 ] || { echo "manifest unknown" >&2; exit 1; } ;;
      config) printf '%s\n' nginx migrate api worker postgres redis ;;
      run) [ "$2 $3 $4 $5" = "--rm --no-deps -T migrate" ] || unknown "$@" ;;
      exec) shift; in_nginx "$@" ;;
      *) unknown "compose $1" ;;
    esac
    ;;
  ps) for file in "$FAKE"/containers/*; do
    [ -f "$file" ] || continue
    case "$*" in *" --all "*) ;; *) if grep -q " created\$" "$file"; then continue; fi ;; esac
    case "$*" in
      *compose.service=*) grep -q " $(sed 's/.*compose.service=\([a-z]*\).*/\1/' <<< "$*") " "$file" || continue ;;
    esac
    basename "$file"
  done ;;
  inspect) shift 3; for name in "$@"; do read -r name service image < "$FAKE/containers/$name"; echo "/$name $service $image"; done ;;
  image)
    case "$*" in *":\${FAKE_MISSING:-none}") echo "No such image: $5" >&2; exit 1 ;; esac
    echo "$REGISTRY/lead-gateway@sha256:\${FAKE_DIGEST:-0}"
    ;;
  exec)
    case "$2 $4" in
      *"-worker-"*" healthcheck") if grep -q ":\${FAKE_BROKEN:-none}\$" "$FAKE/containers/$2"; then echo "503 database"; exit 1; fi ;;
    esac
    ;;
  stop) [ "$2" = -t ] || unknown "$@" ;;
  rm) rm "$FAKE/containers/\${!#}" ;;
  *) unknown "$@" ;;
esac
`

/** Writes it into a folder; returns the environment in which scripts find it. */
export const writeFakeDocker = (folder: string): NodeJS.ProcessEnv => {
  mkdirSync(join(folder, "bin"))
  mkdirSync(join(folder, "containers"))
  writeFileSync(join(folder, "bin/docker"), program.replaceAll("\\${", "${"), { mode: 0o755 })
  writeFileSync(join(folder, "upstreams"), "server api:8080 max_fails=3 fail_timeout=10s;\n")
  writeFileSync(join(folder, "generation"), "100000000000000\n")
  writeFileSync(join(folder, "calls"), "")
  return {
    PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
    FAKE: folder,
    LOCK: join(folder, "lock"),
    REGISTRY: "registry.example/leads",
  }
}
