/**
 * A real Redis server for the current scope, which can be killed, paused and started again.
 *
 * Used by tests of the Redis drivers and of whole programs. The server is one of the machine, of Debian's packages or of
 * docker; tests without options use the server that `REDIS_URL` names, if it is set. A test without a server fails and
 * is not skipped.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { redisCommand, type RedisReply } from "./internal/redisCommand.ts"
import { type RedisProgram, redisProgram } from "./internal/redisProgram.ts"
import {
  argsOf,
  configFile,
  freePort,
  type RedisServer,
  startRedis,
  type TestRedisOptions,
  urlOf,
} from "./internal/redisServer.ts"

export type { RedisReply } from "./internal/redisCommand.ts"
export type { TestRedisOptions } from "./internal/redisServer.ts"

/** A running server. */
export interface TestRedis {
  /** `redis://…` or `rediss://…`, with the password; the same after a restart. */
  readonly url: string
  readonly port: number
  /** Ends it by SIGKILL, even if it is paused. */
  readonly kill: Effect.Effect<void>
  /** Ends it by SIGTERM. */
  readonly stop: Effect.Effect<void>
  /** Starts it again after `kill` or `stop`; without data unless `keepsData`. */
  readonly start: Effect.Effect<void>
  /** Suspends it by SIGSTOP: connections stay open, and no command is answered. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Sends one command over a new connection; dies if Redis returns an error. */
  readonly command: (...args: ReadonlyArray<string>) => Effect.Effect<RedisReply>
}

/** A server for the current scope. */
const make = (options: TestRedisOptions = {}): Effect.Effect<TestRedis, never, Scope.Scope> => {
  const url = process.env.REDIS_URL
  return url !== undefined && url !== "" && Object.keys(options).length === 0
    ? namedByEnvironment(url)
    : spawned(options, [])
}

/** A Sentinel that watches `master` under the name `main`, and promotes a replica after it was unavailable for 500 ms. */
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

/** A Redis Cluster of masters that share the slots; it is ready for use. */
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
    const isComplete = (info: RedisReply) =>
      String(info).includes("cluster_state:ok") && String(info).includes(`cluster_size:${nodes.length}`)
    for (const node of nodes)
      while (!isComplete(yield* node.command("CLUSTER", "INFO"))) yield* Effect.promise(() => sleep(20))
    return nodes
  })

const slotCount = 16_384

/** Starts Redis servers for tests. */
export const TestRedis = { make, sentinel, cluster }

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const command =
  (url: string) =>
  (...args: ReadonlyArray<string>) =>
    Effect.promise(() => redisCommand(url, args))

const namedByEnvironment = (url: string) =>
  Effect.gen(function* () {
    const size = yield* command(url)("DBSIZE")
    if (size !== 0) return yield* Effect.die(new Error("REDIS_URL names a database that is not empty"))
    yield* Effect.addFinalizer(() => command(url)("FLUSHDB"))
    const unsupported = (what: string) =>
      Effect.die(new Error(`cannot ${what} the server that REDIS_URL names; unset it to run this test`))
    return {
      url,
      port: Number(new URL(url).port || 6379),
      kill: unsupported("kill"),
      stop: unsupported("stop"),
      start: unsupported("start"),
      pause: unsupported("pause"),
      resume: unsupported("resume"),
      command: command(url),
    }
  })

const spawned = (options: TestRedisOptions, mode: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const program = yield* Effect.promise(redisProgram)
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "lead-gateway-test-redis-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 5 })),
    )
    const { port, server } = yield* Effect.promise(() => startFirst(program, folder, options, mode))
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

/** Starts it for the first time; with another port if a free one was taken before the server bound it. */
const startFirst = async (
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
