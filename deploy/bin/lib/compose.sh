# shellcheck shell=bash
# Containers of Docker Compose. A release is added beside the one that runs by `--scale` with `--no-recreate`: containers that
# are there stay as they are, and the new ones are made of the images of VERSION. COMPOSE_FILE names the files, REGISTRY the
# registry, COMPOSE_ENV_FILES files of settings, DOCKER_HOST another machine; all of these are Docker's own, or the files'.

# What Compose's files of settings say of a variable: those of COMPOSE_ENV_FILES, or .env.
from_files() {
  local file files
  IFS=, read -ra files <<< "${COMPOSE_ENV_FILES:-.env}"
  for file in "${files[@]}"; do
    # The last line may lack its end.
    [ ! -f "$file" ] || { cat "$file" && echo; }
  done | sed -n "s/^ *\(export \)\{0,1\} *$1 *= *//p" | tail -n 1 | tr -d "\"'"
}

# As for Compose: what the environment says, then those files.
for variable in COMPOSE_PROJECT_NAME COMPOSE_FILE REGISTRY; do
  [ -n "${!variable:-}" ] || printf -v "$variable" '%s' "$(from_files "$variable")"
done
: "${COMPOSE_PROJECT_NAME:=lead-gateway}" "${COMPOSE_FILE:=docker/compose.production.yaml}" "${REGISTRY:=lead-gateway}"
# Compose asks for it whenever it reads the files; a container that is made gets the tag that it is made of.
: "${VERSION:=0.0.0}"
export COMPOSE_PROJECT_NAME COMPOSE_FILE REGISTRY VERSION

upstreams_folder=/etc/nginx/upstreams

# Docker's client hears no Ctrl-C: the engine would go on without it, and what goes back would not learn of that. Everything but what
# takes minutes, which may be broken off: fetching images, and commands of a release.
undisturbed() { setsid --wait "$@"; }

in_nginx() { undisturbed docker compose exec -T "$@"; }

# Fetches the images, unless PULL=no says that they were built here; then they must be there, or Compose would build whatever
# this checkout has. API_DIGEST, WORKER_DIGEST and CLI_DIGEST, where set, are what the images must be: a tag may have been moved
# since somebody checked its signature.
driver_pull() {
  local target expected image digests
  [ "${PULL:-yes}" = no ] || VERSION=$1 docker compose pull --quiet api worker migrate || return 1
  for target in api worker cli; do
    image=$REGISTRY/lead-gateway-$target:$1
    digests=$(docker image inspect --format '{{join .RepoDigests " "}}' "$image") || return 1
    expected=${target^^}_DIGEST
    expected=${!expected:-}
    case " $digests " in
      *"@$expected "*) ;;
      *) [ -z "$expected" ] || fail "$image is not the image of $expected" ;;
    esac
  done
}

# What api and worker need, when it does not run yet, and then `lead-gateway …` of the release, on their network.
driver_command() {
  local tag=$1 services
  shift
  services=$(docker compose config --services | grep --invert-match --line-regexp 'api\|worker\|migrate\|nginx') || true
  # shellcheck disable=SC2086 # names of services
  [ -z "$services" ] || docker compose up --detach --no-recreate --no-deps --wait $services || return 1
  VERSION=$tag docker compose run --rm --no-deps -T migrate "$@" < /dev/null
}

containers() {
  undisturbed docker ps --quiet --no-trunc --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
    --filter label=com.docker.compose.oneoff=False "$@"
}

driver_list() {
  local ids
  ids=$(containers)
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086 # ids
  undisturbed docker inspect --format '{{.Name}} {{index .Config.Labels "com.docker.compose.service"}} {{.Config.Image}}' $ids |
    awk '$2 == "api" || $2 == "worker" {
      sub(/^\//, "", $1); sub(/.*:/, "", $3)
      print $1, $2, $3, $1 ":" ($2 == "api" ? 8080 : 8100)
    }'
}

driver_start() {
  local tag=$1 service=$2 ids before after
  # What is started must be known to who goes back. This is a shell of its own, so no trap has to be put back.
  trap '' HUP INT TERM
  # Also those that do not run at the moment: compose counts them.
  ids=$(containers --all --filter "label=com.docker.compose.service=$service" | sort) || return 1
  before=$(driver_list | awk '{ print $1 }' | sort)
  VERSION=$tag undisturbed docker compose up --detach --no-deps --no-recreate --no-build \
    --scale "$service=$(($(grep --count . <<< "$ids") + 1))" "$service" >&2 || {
    # One that was made and cannot start, which compose would count.
    containers --all --filter "label=com.docker.compose.service=$service" | sort | comm -13 <(echo "$ids") - |
      xargs --no-run-if-empty docker rm --force > /dev/null
    return 1
  }
  after=$(driver_list | awk -v service="$service" -v tag="$tag" '$2 == service && $3 == tag { print $1 }' | sort)
  comm -13 <(printf '%s\n' "$before") <(printf '%s\n' "$after") | head -n 1 | grep .
}

# The image has the whole command line, and the container the settings and secrets. It asks itself by a loopback address,
# since API_ALLOWED_HOSTS need not have its name.
driver_run() {
  local name=$1 own=http://$1:
  shift
  docker exec "$name" lead-gateway "${@/#$own/http://127.0.0.1:}"
}

# Longer than stop_grace_period, which is for a drain.
driver_stop() { undisturbed docker stop -t 40 "$1" > /dev/null && undisturbed docker rm "$1" > /dev/null; }

driver_upstreams() {
  undisturbed docker compose up --detach --no-deps --no-recreate --wait nginx >&2
  in_nginx nginx cat "$upstreams_folder/api.conf" < /dev/null
}

# nginx' container has no right to write to the folder; its owner has.
driver_write_upstreams() {
  local owner
  owner=$(in_nginx nginx stat --format %u:%g "$upstreams_folder" < /dev/null)
  # shellcheck disable=SC2016 # for the shell in the container
  in_nginx --user "$owner" nginx sh -c 'cat > "$1/api.conf.next" && mv "$1/api.conf.next" "$1/api.conf"' \
    sh "$upstreams_folder"
}

driver_nginx() { in_nginx nginx nginx "$@" < /dev/null; }

driver_nginx_workers() {
  # shellcheck disable=SC2016 # for the shell in the container
  in_nginx nginx sh -c 'for file in /proc/[0-9]*/cmdline; do
    case $(tr "\0" " " 2> /dev/null < "$file") in
      "nginx: worker process"*) pid=${file#/proc/}; echo "${pid%/cmdline} $(tr "\0" " " < "$file")" ;;
    esac
  done' < /dev/null
}

# Two machines that deploy to a third by DOCKER_HOST meet in its nginx, if that runs. The lock is free when this shell has ended,
# however it does: `cat` then reads the end. Ctrl-C does not reach it, since going back needs it too.
driver_lock() {
  local line=''
  [ -n "$(containers --filter label=com.docker.compose.service=nginx --filter status=running)" ] || return 0
  # shellcheck disable=SC2034 # shellcheck does not know the names of coprocesses
  coproc holder {
    setsid docker compose exec -T nginx flock -w 2 "$upstreams_folder" sh -c 'echo held; cat' ||
      { echo busy && cat; }
  } 9<&-
  # shellcheck disable=SC2154
  read -r line <&"${holder[0]}"
  [ "$line" = held ]
}
