/** The scripts of `deploy/bin`, run with processes of this machine behind nginx. */
import { CustomerBehaviour, TestCustomer, TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { compileCacheOf } from "@lead-gateway/testkit/compile-cache"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inRepository, makeEmptyFolder, ownPort } from "../../faults/support/places.ts"
import { startNginx } from "./Nginx.ts"
import { find } from "./programs.ts"

/** How a script ended, and what it printed. */
export interface Ran {
  readonly code: number | null
  readonly printed: string
}

/** A process as `deploy/bin` knows it. */
export interface Running {
  readonly name: string
  readonly pid: number
  readonly service: string
  readonly tag: string
  readonly port: number
}

/** What a release does in place of one of its commands, such as `{ api: "exit 1" }`. */
export type Broken = Readonly<Record<string, string>>

const program = (broken: Broken) =>
  [
    "#!/bin/sh",
    'case "$1" in',
    ...Object.entries(broken).map(([command, instead]) => `${command}) ${instead} ;;`),
    ...["api", "worker"].map((name) => `${name}) export NODE_COMPILE_CACHE='${compileCacheOf([name])}' ;;`),
    `*) export NODE_COMPILE_CACHE='${compileCacheOf(undefined)}' ;;`,
    "esac",
    `exec '${process.execPath}' --conditions=@lead-gateway/source '${commandLine}' "$@"`,
    "",
  ].join("\n")

const run = (command: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv): Effect.Effect<Ran> =>
  Effect.callback((resume) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] })
    let printed = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += String(text)))
    child.on("error", (error) => resume(Effect.die(error)))
    child.on("close", (code) => resume(Effect.succeed({ code, printed })))
  })

/** A database, a queue, a customer and nginx; no release runs yet. */
export const makeDeployments = Effect.gen(function* () {
  const database = yield* TestDatabase.make()
  const redis = yield* TestRedis.make()
  const customer = yield* TestCustomer.make({ respond: CustomerBehaviour.reply() })
  const nginx = yield* startNginx([yield* ownPort])
  const folder = yield* makeEmptyFolder
  const [releases, state, launcher] = [join(folder, "releases"), join(folder, "state"), join(folder, "nginx")]
  for (const made of [releases, state]) mkdirSync(made)
  const found = yield* Effect.promise(() => find("nginx"))
  const quoted = [found.path, ...nginx.args].map((word) => `'${word}'`).join(" ")
  writeFileSync(launcher, `#!/bin/sh\nLD_LIBRARY_PATH='${found.env.LD_LIBRARY_PATH}' exec ${quoted} "$@"\n`, {
    mode: 0o755,
  })

  // Above the ports of other tests, below the ephemeral ones.
  const base = 30_100 + 50 * Math.floor(Math.random() * 50)
  const env: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    RUN_BY: "processes",
    RELEASES: releases,
    STATE: state,
    NGINX_PROGRAM: launcher,
    NGINX_PID: nginx.files.pid,
    UPSTREAMS: nginx.files.upstreams,
    LOCK: join(folder, "lock"),
    PORTS_OF_APIS: `${base}-${base + 19}`,
    PORTS_OF_WORKERS: `${base + 20}-${base + 39}`,
    READY_WITHIN: "90",
    SMOKE_WITHIN: "90",
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    CUSTOMER_API_URL: customer.url,
    CUSTOMER_API_TOKEN: "customer-token",
    TRUSTED_PROXIES: "loopback",
    RETRY_BACKOFF_BASE: "200ms",
  }

  /** Puts the program of a release where the scripts look for it. */
  const release = (tag: string, broken: Broken = {}) => {
    mkdirSync(join(releases, tag))
    for (const name of ["config", "migrations"]) symlinkSync(inRepository(name), join(releases, tag, name))
    writeFileSync(join(releases, tag, "lead-gateway"), program(broken), { mode: 0o755 })
  }

  const running = (): ReadonlyArray<Running> =>
    readdirSync(state)
      .filter((name) => name.endsWith(".process"))
      .map((file) => readFileSync(join(state, file), "utf8").trim().split(" "))
      .map(([name = "", pid, , service = "", tag = "", port]) => ({
        name,
        pid: Number(pid),
        service,
        tag,
        port: Number(port),
      }))
      .filter(({ pid }) => existsSync(`/proc/${pid}`))

  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const { pid } of running()) process.kill(pid, "SIGKILL")
    }),
  )
  return {
    customer,
    database,
    nginx,
    release,
    running,
    /** What all processes have logged. */
    logs: () => {
      const files = readdirSync(state).filter((name) => name.endsWith(".log"))
      return files.map((file) => readFileSync(join(state, file), "utf8")).join("")
    },
    /** Runs `deploy/bin/<script>`. */
    run: (script: string, args: ReadonlyArray<string>, more: NodeJS.ProcessEnv = {}) =>
      run(inRepository(`deploy/bin/${script}`), args, { ...env, ...more }),
    /** The same, ended by SIGTERM after so many seconds. */
    runFor: (seconds: number, script: string, args: ReadonlyArray<string>) =>
      run("timeout", ["--preserve-status", `${seconds}`, inRepository(`deploy/bin/${script}`), ...args], env),
    upstreams: () => readFileSync(nginx.files.upstreams, "utf8"),
  }
})

/** What `makeDeployments` makes. */
export type Deployments = Effect.Success<typeof makeDeployments>
