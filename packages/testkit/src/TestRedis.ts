/**
 * A real Redis server for the current scope, that can be killed, paused and brought back.
 *
 * Used by tests of the Redis drivers and of whole programs. The server comes from the machine, from Debian's
 * packages or from docker; a server that `REDIS_URL` names serves tests that ask for nothing special. It
 * mocks nothing, and a test without a server fails instead of being skipped.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { redisCommand, type RedisReply } from "./internal/redisCommand.ts"
import { type RedisProgram, redisProgram } from "./internal/redisProgram.ts"
import { freePort, type RedisServer, startRedis } from "./internal/redisServer.ts"

export type { RedisReply } from "./internal/redisCommand.ts"

export interface TestRedisOptions {
  /** More arguments of `redis-server`, such as `["--maxmemory", "2mb"]`. */
  readonly args?: ReadonlyArray<string>
  /** Lines of a configuration file that the server may write to. */
  readonly config?: ReadonlyArray<string>
  /** The password of the default user. */
  readonly password?: string
  /** TLS and nothing else, with these files; clients need no certificate. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** A free one by default. */
  readonly port?: number
  /** Whether what it holds survives the end of the process, as with `appendonly yes`; not by default. */
  readonly keepsData?: boolean
}

/** A running server. */
export interface TestRedis {
  /** `redis://…` or `rediss://…`, with the password; stays the same when it is started again. */
  readonly url: string
  readonly port: number
  /** Ends it by SIGKILL, also when it is paused. */
  readonly kill: Effect.Effect<void>
  /** Ends it in good order. */
  readonly stop: Effect.Effect<void>
  /** Starts it again after `kill` or `stop`: empty, unless it keeps its data. */
  readonly start: Effect.Effect<void>
  /** Holds it by SIGSTOP: connections stay, and nothing answers. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Sends one command over a connection of its own; dies when Redis refuses it. */
  readonly command: (...args: ReadonlyArray<string>) => Effect.Effect<RedisReply>
}

/** A server for the current scope. */
const make = (options: TestRedisOptions = {}): Effect.Effect<TestRedis, never, Scope.Scope> => {
  const given = process.env.REDIS_URL
  return given !== undefined && given !== "" && Object.keys(options).length === 0
    ? namedByEnvironment(given)
    : spawned(options, [])
}

/** A Sentinel that watches `master` under the name `main`, and promotes a replica when it is away for 500 ms. */
const sentinel = (options: {
  readonly master: TestRedis
  /** The password of master and replicas. */
  readonly password?: string
}): Effect.Effect<TestRedis, never, Scope.Scope> =>
  spawned(
    {
      config: [
        `sentinel monitor main 127.0.0.1 ${options.master.port} 1`,
        "sentinel down-after-milliseconds main 500",
        "sentinel failover-timeout main 2000",
        ...(options.password === undefined ? [] : [`sentinel auth-pass main ${options.password}`]),
      ],
    },
    ["--sentinel"],
  )

/** A Cluster of masters that share the slots; it is ready to be used. */
const cluster = (options: {
  readonly nodes: number
}): Effect.Effect<ReadonlyArray<TestRedis>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const nodes = yield* Effect.forEach(
      Array.from({ length: options.nodes }),
      () => make({ args: ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"] }),
      { concurrency: options.nodes },
    )
    for (const [index, node] of nodes.entries()) {
      const slots = Array.from({ length: slotCount }, (_, slot) => slot)
      const own = slots.filter((slot) => Math.floor((slot * nodes.length) / slotCount) === index)
      yield* node.command("CLUSTER", "ADDSLOTS", ...own.map(String))
      for (const { port } of nodes)
        if (port !== node.port) yield* node.command("CLUSTER", "MEET", "127.0.0.1", String(port))
    }
    const isWhole = (info: RedisReply) =>
      String(info).includes("cluster_state:ok") && String(info).includes(`cluster_size:${nodes.length}`)
    for (const node of nodes)
      while (!isWhole(yield* node.command("CLUSTER", "INFO"))) yield* Effect.promise(() => moment(20))
    return nodes
  })

const slotCount = 16_384

/** Servers of Redis as tests need them. */
export const TestRedis = { make, sentinel, cluster }

const moment = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const command =
  (url: string) =>
  (...args: ReadonlyArray<string>) =>
    Effect.promise(() => redisCommand(url, args))

const namedByEnvironment = (url: string) =>
  Effect.gen(function* () {
    const size = yield* command(url)("DBSIZE")
    if (size !== 0) return yield* Effect.die(new Error("REDIS_URL names a database that is not empty"))
    yield* Effect.addFinalizer(() => command(url)("FLUSHDB"))
    const fault = (what: string) =>
      Effect.die(new Error(`cannot ${what} the server that REDIS_URL names; unset it to run this test`))
    return {
      url,
      port: Number(new URL(url).port || 6379),
      kill: fault("kill"),
      stop: fault("stop"),
      start: fault("start"),
      pause: fault("pause"),
      resume: fault("resume"),
      command: command(url),
    }
  })

const spawned = (options: TestRedisOptions, mode: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const program = yield* Effect.promise(redisProgram)
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "lead-gateway-test-redis-"))),
      (made) => Effect.promise(() => rm(made, { recursive: true, force: true, maxRetries: 5 })),
    )
    const { port, server } = yield* Effect.promise(() => first(program, folder, options, mode))
    const url = urlOf(options, port)
    let current: RedisServer = server
    const end = (signal: NodeJS.Signals) =>
      Effect.promise(async () => {
        await current.signal(signal)
        await current.ended
      })
    const signal = (name: NodeJS.Signals) => Effect.promise(() => current.signal(name))
    yield* Effect.addFinalizer(() => end("SIGKILL"))
    return {
      url,
      port,
      kill: end("SIGKILL"),
      stop: end("SIGTERM"),
      start: Effect.promise(async () => {
        current = await startRedis({ program, folder, url, args: argsOf(options, mode, port) })
      }),
      pause: signal("SIGSTOP"),
      resume: signal("SIGCONT"),
      command: command(url),
    }
  })

/** Between the look for a free port and its use somebody else may take it: then with another. */
const first = async (
  program: RedisProgram,
  folder: string,
  options: TestRedisOptions,
  mode: ReadonlyArray<string>,
) => {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    await writeFile(join(folder, configFile), `${(options.config ?? []).join("\n")}\n`)
    try {
      const args = argsOf(options, mode, port)
      return { port, server: await startRedis({ program, folder, url: urlOf(options, port), args }) }
    } catch (error) {
      if (options.port !== undefined || attempt === 3) throw error
    }
  }
}

const configFile = "redis.conf"

const argsOf = (options: TestRedisOptions, mode: ReadonlyArray<string>, port: number) => {
  const { keepsData = false, password, tls } = options
  const settings: ReadonlyArray<readonly [name: string, value: string]> = [
    ["bind", "127.0.0.1"],
    ["dir", "."],
    ["port", tls === undefined ? String(port) : "0"],
    ...Object.entries(mode.length > 0 ? {} : { save: "", appendonly: keepsData ? "yes" : "no" }),
    ...Object.entries(keepsData ? { appendfsync: "always" } : {}),
    ...Object.entries(password === undefined ? {} : { requirepass: password }),
    ...Object.entries(tls === undefined ? {} : tlsSettings(tls, port)),
  ]
  return [
    configFile,
    ...mode,
    ...settings.flatMap(([name, value]) => [`--${name}`, value]),
    ...(options.args ?? []),
  ]
}

const tlsSettings = (files: { readonly cert: string; readonly key: string }, port: number) => ({
  "tls-port": String(port),
  "tls-auth-clients": "no",
  "tls-cert-file": files.cert,
  "tls-key-file": files.key,
  "tls-ca-cert-file": files.cert,
})

const urlOf = (options: TestRedisOptions, port: number) => {
  const user = options.password === undefined ? "" : `:${encodeURIComponent(options.password)}@`
  return `${options.tls === undefined ? "redis" : "rediss"}://${user}127.0.0.1:${port}`
}
