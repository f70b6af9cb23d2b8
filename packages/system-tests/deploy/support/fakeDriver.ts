/**
 * A driver of `deploy/bin` for tests: processes are files, nginx is a number that grows with each reload. A script may be ended by a
 * signal where it waits, and each of its steps may fail.
 */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { pathOf } from "../../repository/repository.ts"

const driver = String.raw`
# Waits once at the step that $FAKE_WAITS names, until the test has sent its signal.
waits() {
  [ "$1" = "#{FAKE_WAITS:-}" ] && [ ! -e "$FAKE/waited" ] || return 0
  : > "$FAKE/waited"
  while [ ! -e "$FAKE/go" ]; do sleep 0.02; done
}
fails() { case " #{FAKE_FAILS:-} " in *" $1 "*) return 1 ;; esac; }
number() { local next; next=$(($(cat "$FAKE/$1") + 1)); echo "$next" > "$FAKE/$1"; printf '%s' "$next"; }

driver_lock() { :; }
driver_pull() { fails "pull-$1"; }
driver_command() { fails "migrate-$1"; }
driver_list() { cat "$FAKE"/running/* 2> /dev/null || true; }
driver_start() {
  local next
  next=$(number processes)
  echo "$2-$next $2 $1 10.0.0.$next:8080" > "$FAKE/running/$2-$next"
  waits start
  printf '%s' "$2-$next"
}
driver_run() { fails "$2-$1" && fails "$2-$(awk '{ print $2 "-" $3 }' "$FAKE/running/$1")"; }
driver_stop() {
  echo "$1" >> "$FAKE/stops"
  waits stop
  fails "stop-$1" && fails "stop-$(awk '{ print $2 "-" $3 }' "$FAKE/running/$1")" && rm "$FAKE/running/$1"
}
driver_upstreams() { cat "$FAKE/upstreams"; }
driver_write_upstreams() { cat > "$FAKE/upstreams"; }
driver_nginx() { [ "$1" = -t ] || number generation > "$FAKE/reloaded"; }
driver_nginx_workers() {
  local now; now=$(cat "$FAKE/generation")
  [ "$now" = 100 ] || fails workers || return 1
  echo "$now nginx: worker process"
  if [ "#{FAKE_WAITS:-}" = drain ] && [ "$now" -gt 101 ] && [ ! -e "$FAKE/go" ]; then
    : > "$FAKE/waited"
    echo "$((now - 1)) nginx: worker process is shutting down"
  fi
}
`

/** What a script is run with: settings, the step at which it gets SIGTERM, and the steps that fail, such as `stop-api-1.0.0`. */
export interface Circumstances {
  readonly env?: NodeJS.ProcessEnv
  readonly endedAt?: "drain" | "start" | "stop"
  readonly failing?: ReadonlyArray<string>
}

/** A host where nothing runs. */
export const makeHost = (folder: string) => {
  const at = (name: string) => join(folder, name)
  const path = at("driver.sh")
  writeFileSync(path, driver.replaceAll("#{", "${"))
  mkdirSync(at("running"))
  writeFileSync(at("upstreams"), "server api:8080 max_fails=3 fail_timeout=10s;\n")
  writeFileSync(at("processes"), "0\n")
  writeFileSync(at("generation"), "100\n")
  const processes = () =>
    readdirSync(at("running"))
      .map((name) =>
        readFileSync(at(`running/${name}`), "utf8")
          .trim()
          .split(" "),
      )
      .map(([name = "", service = "", tag = "", address = ""]) => ({ name, service, tag, address }))
  return {
    /** Runs `deploy/bin/<script>`. */
    run: async (
      script: string,
      args: ReadonlyArray<string>,
      { endedAt, env, failing = [] }: Circumstances = {},
    ) => {
      for (const name of ["waited", "go"]) rmSync(at(name), { force: true })
      const child = spawn(pathOf(`deploy/bin/${script}`), args, {
        env: {
          PATH: process.env["PATH"],
          FAKE: folder,
          FAKE_WAITS: endedAt,
          FAKE_FAILS: failing.join(" "),
          LOCK: at("lock"),
          READY_WITHIN: "0",
          RUN_BY: path,
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      })
      let printed = ""
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text) => (printed += String(text)))
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
      if (endedAt !== undefined) {
        while (!existsSync(at("waited")) && child.exitCode === null) await setTimeout(10)
        child.kill("SIGTERM")
        writeFileSync(at("go"), "")
      }
      return { code: await ended, printed }
    },
    /** How many of each service and tag run, such as `api 1.0.0`. */
    counts: () => {
      const kinds = processes().map(({ service, tag }) => `${service} ${tag}`)
      return Object.fromEntries(
        [...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]),
      )
    },
    /** The weights of the apis that nginx names, by tag; `gone` for those that do not run. */
    weights: () => {
      const shares: Record<string, Array<number>> = {}
      for (const [, address, weight] of readFileSync(at("upstreams"), "utf8").matchAll(
        /^server (\S+)(?: weight=(\d+))?/gm,
      )) {
        const tag = processes().find((one) => one.address === address)?.tag ?? "gone"
        shares[tag] = [...(shares[tag] ?? []), Number(weight ?? 1)]
      }
      return shares
    },
    upstreams: () => readFileSync(at("upstreams"), "utf8"),
    names: () => processes().map(({ name }) => name),
    lock: at("lock"),
  }
}
