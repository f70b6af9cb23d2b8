import { once } from "node:events"
import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { TestProcess, TestRedis } from "../src/index.ts"

const patient = 120_000

describe("TestRedis", () => {
  it.live(
    "is a server of its own for each scope",
    () =>
      Effect.gen(function* () {
        const [one, two] = [yield* TestRedis.make(), yield* TestRedis.make({ password: "hunter 2" })]
        assert.strictEqual(yield* one.command("RPUSH", "list", "a", "b"), 2)
        assert.deepStrictEqual(yield* one.command("LRANGE", "list", "0", "-1"), ["a", "b"])
        assert.strictEqual(yield* two.command("LLEN", "list"), 0)
        assert.isNull(yield* two.command("GET", "nothing"))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(one.command("INCR", "list"))))
      }).pipe(Effect.scoped),
    patient,
  )

  it.live(
    "forgets or keeps what it held when it is killed and started again",
    () =>
      Effect.gen(function* () {
        for (const keepsData of [false, true]) {
          const redis = yield* TestRedis.make({ keepsData })
          yield* redis.command("SET", "key", "value")
          yield* redis.kill
          assert.isTrue(Exit.isFailure(yield* Effect.exit(redis.command("PING"))))
          yield* redis.start
          assert.strictEqual(yield* redis.command("GET", "key"), keepsData ? "value" : null)
        }
      }).pipe(Effect.scoped),
    patient,
  )

  it.live(
    "answers nobody while it is paused",
    () =>
      Effect.gen(function* () {
        const redis = yield* TestRedis.make({ args: ["--databases", "2"] })
        yield* redis.pause
        const asked = Effect.timeoutOption(redis.command("PING"), "300 millis")
        assert.strictEqual((yield* asked)._tag, "None")
        yield* redis.resume
        assert.strictEqual(yield* redis.command("PING"), "PONG")
        yield* redis.pause
      }).pipe(Effect.scoped),
    patient,
  )

  it.live(
    "leaves no server behind when the tests are killed",
    () =>
      Effect.gen(function* () {
        const program = new URL("fixtures/holdsRedis.ts", import.meta.url)
        const holder = yield* TestProcess.spawn({
          program,
          env: { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? "" },
        })
        const line = yield* holder.waitForLine(/^redis:/, { within: "90 seconds" })
        const isUp = Effect.promise(() => {
          const socket = connect(Number(new URL(line).port), "127.0.0.1")
          return once(socket, "connect")
            .then(() => true)
            .catch(() => false)
            .finally(() => socket.destroy())
        })
        assert.isTrue(yield* isUp)
        yield* holder.kill("SIGKILL")
        while (yield* isUp) yield* Effect.sleep("20 millis")
      }).pipe(Effect.scoped),
    patient,
  )
})
