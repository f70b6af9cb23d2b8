/**
 * A Redis process of its own for the current scope: a server, a node of a Cluster, or a Sentinel.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { redisCommand, type RedisReply } from "./redisCommand.ts"
import { type RedisProgram, redisProgram } from "./redisProgram.ts"
import {
  argsOf,
  configFile,
  type RedisServer,
  startRedis,
  type TestRedisOptions,
  urlOf,
} from "./redisServer.ts"
import { freePort } from "./watched.ts"

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

/** Sends a command to the server of this URL; dies if Redis returns an error. */
export const command =
  (url: string) =>
  (...args: ReadonlyArray<string>) =>
    Effect.promise(() => redisCommand(url, args))

/** Starts a process; `mode` has flags such as `--sentinel`. */
export const ownRedis = (
  options: TestRedisOptions,
  mode: ReadonlyArray<string> = [],
): Effect.Effect<TestRedis, never, Scope.Scope> =>
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
