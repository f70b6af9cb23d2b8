/**
 * A real Redis server for the current scope, which can be killed, paused and started again.
 *
 * Used by tests of the Redis drivers and of whole programs. The server is one of the machine, of Debian's packages or of
 * docker; tests without options use the server that `REDIS_URL` names, if it is set. A test without a server fails and
 * is not skipped.
 */
import { Effect, type Scope } from "effect"
import { command, ownRedis, type TestRedis as Server } from "./internal/ownRedis.ts"
import type { TestRedisOptions } from "./internal/redisServer.ts"

export type { RedisReply } from "./internal/redisCommand.ts"
export type { TestRedisOptions } from "./internal/redisServer.ts"

/** A running server. */
export type TestRedis = Server

/** A server for the current scope. */
const make = (options: TestRedisOptions = {}): Effect.Effect<TestRedis, never, Scope.Scope> => {
  const url = process.env.REDIS_URL
  return url !== undefined && url !== "" && Object.keys(options).length === 0
    ? namedByEnvironment(url)
    : ownRedis(options)
}

/** Starts Redis servers for tests. */
export const TestRedis = { make }

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
