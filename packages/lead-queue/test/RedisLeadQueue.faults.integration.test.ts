import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { TestRedis } from "@lead-gateway/testkit"
import { Duration, Effect, Exit, Fiber, Logger, Scope } from "effect"
import { answering, depthOf, ids, long, range, soon, take } from "./conformance.ts"
import { connected, makeWorld, settles, starting, works } from "./redisWorld.ts"

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const tls = { cert: fixture("redis.cert.pem"), key: fixture("redis.key.pem") }

/** The lines that are logged meanwhile. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.map(Logger.formatJson, (line) => void lines.push(line))
  return Effect.as(Effect.provide(effect, Logger.layer([logger])), lines)
}

const test = (sentence: string, run: Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(sentence, () => Effect.scoped(run), 120_000)

describe("RedisLeadQueue and how it gets there", () => {
  test(
    "goes in by user name and password, to the database that is named",
    Effect.gen(function* () {
      const redis = yield* TestRedis.make({ password: "other" })
      yield* redis.command("ACL", "SETUSER", "lead", "on", ">p@ss:w/rd", "~*", "+@all")
      const url = `redis://lead:p%40ss%3Aw%2Frd@127.0.0.1:${redis.port}/3`
      yield* works(yield* connected(url))
      yield* (yield* connected(`redis://lead:p@ss:w/rd@127.0.0.1:${redis.port}/3`)).offer(ids(1))
      yield* depthOf(yield* connected(url), 1)
      yield* depthOf(yield* connected(redis.url), 0)
    }),
  )

  test(
    "warns once of a wrong password and never shows it, and costs nobody anything",
    Effect.gen(function* () {
      const redis = yield* TestRedis.make({ password: "right" })
      const lines = yield* logged(
        Effect.gen(function* () {
          const queue = yield* starting(`redis://:hunter2@127.0.0.1:${redis.port}`, true)
          yield* queue.offer(ids(1))
          assert.deepStrictEqual(yield* take(queue, "500 millis"), { _tag: "AnyDue" })
          assert.strictEqual((yield* Effect.flip(queue.depth)).message, "the lead queue is not available")
        }).pipe(Effect.scoped),
      )
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], "WRONGPASS")
      assert.notInclude(lines.join(), "hunter2")
    }),
  )

  test(
    "accepts a server that has no password",
    Effect.gen(function* () {
      const redis = yield* TestRedis.make({ args: [] })
      yield* works(yield* connected(`redis://:any@127.0.0.1:${redis.port}`))
    }),
  )

  test(
    "speaks TLS to a server whose certificate it trusts, and to no other",
    Effect.gen(function* () {
      const redis = yield* TestRedis.make({ tls, password: "secret" })
      const stranger = yield* starting(redis.url, true)
      assert.deepStrictEqual(yield* take(stranger, "300 millis"), { _tag: "AnyDue" })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(stranger.depth)))
      const before = getCACertificates("default")
      yield* Effect.acquireRelease(
        Effect.sync(() => setDefaultCACertificates([...before, readFileSync(tls.cert, "utf8")])),
        () => Effect.sync(() => setDefaultCACertificates(before)),
      )
      yield* works(yield* connected(redis.url))
    }),
  )
})

describe("RedisLeadQueue and a server with faults", () => {
  test(
    "reports to one of two takers, once, that a server came back empty, and to none if it kept its data",
    Effect.gen(function* () {
      for (const keepsData of [false, true]) {
        const redis = yield* TestRedis.make({ keepsData })
        const one = yield* connected(redis.url)
        const workers = [one, yield* connected(redis.url)]
        const reports: Array<number> = []
        yield* Effect.forEach(workers, ({ forgot }, index) =>
          Effect.forkScoped(Effect.forever(Effect.map(forgot, () => reports.push(index)))),
        )
        while (reports.length < 1) yield* Effect.sleep("10 millis")
        yield* (yield* connected(redis.url, false)).offer(ids(1))
        yield* depthOf(one, 1)
        yield* redis.kill
        yield* redis.start
        yield* Effect.forEach(workers, answering)
        yield* Effect.forEach(workers, (worker) => take(worker, "1500 millis"), { concurrency: 2 })
        yield* Effect.forEach(workers, (worker) => take(worker, "100 millis"), { concurrency: 2 })
        assert.strictEqual(reports.length, keepsData ? 1 : 2)
      }
    }),
  )

  test(
    "notices within one take that everything was flushed",
    Effect.gen(function* () {
      const { redis, process } = yield* makeWorld()
      const worker = yield* process({ takes: true })
      yield* worker.forgot
      yield* take(worker, "10 millis")
      yield* redis.command("FLUSHALL")
      const noticed = yield* Effect.forkChild(worker.forgot)
      while (noticed.pollUnsafe() === undefined) yield* take(worker, "300 millis")
    }),
  )

  test(
    "does not say that leads were lost because of a process that only offers",
    Effect.gen(function* () {
      const { process } = yield* makeWorld()
      const api = yield* process({ takes: false })
      assert.strictEqual((yield* Effect.timeoutOption(api.forgot, "200 millis"))._tag, "None")
      yield* (yield* process({ takes: true })).forgot
    }),
  )

  test(
    "trusts Redis for so long as it is there, and not at all while it is away",
    Effect.gen(function* () {
      const { redis } = yield* makeWorld()
      const queue = yield* Effect.flatMap(starting(redis.url, false, Duration.seconds(7)), answering)
      assert.strictEqual(queue.patienceMs(), 7000)
      yield* redis.kill
      while (queue.patienceMs() > 0) yield* Effect.sleep("10 millis")
    }),
  )

  test(
    "survives a server that stands still, and does not wait for one when it stops",
    Effect.gen(function* () {
      const { redis } = yield* makeWorld()
      const scope = yield* Scope.make()
      const queue = yield* Scope.provide(connected(redis.url), scope)
      yield* take(queue, "10 millis")
      yield* redis.pause
      yield* queue.offer(ids(1))
      const [waited, hint] = yield* Effect.timed(take(queue, "3 seconds"))
      assert.deepStrictEqual(hint, { _tag: "AnyDue" })
      assert.isTrue(Duration.isLessThan(waited, soon))
      yield* redis.resume
      yield* answering(queue)
      yield* settles(queue, 7)

      yield* Effect.forkIn(take(queue, long), scope)
      yield* redis.pause
      const [stopping] = yield* Effect.timed(Scope.close(scope, Exit.void))
      assert.isTrue(Duration.isLessThan(stopping, Duration.seconds(5)))
    }),
  )

  test(
    "wakes those who take again at once when Redis comes back, and when it stops, once each",
    Effect.gen(function* () {
      const { redis } = yield* makeWorld()
      const scope = yield* Scope.make()
      const queue = yield* Scope.provide(connected(redis.url), scope)
      const hints: Array<string> = []
      const worker = Effect.forever(Effect.map(take(queue, long), (hint) => hints.push(hint._tag)))
      const working = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(worker))
      yield* queue.offer(ids(1))
      while (hints.length < 1) yield* Effect.sleep("10 millis")
      yield* redis.kill
      yield* redis.start
      while (hints.length < 4) yield* Effect.sleep("10 millis")
      yield* answering(queue)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(hints.length, 7)
      yield* Fiber.interruptAll(working)
    }),
  )

  test(
    "warns once when Redis has no memory left, lets workers take what is there, and says when it is over",
    Effect.gen(function* () {
      const { redis, process } = yield* makeWorld({ args: ["--maxmemory-policy", "noeviction"] })
      const lines = yield* logged(
        Effect.gen(function* () {
          const queue = yield* process({ takes: true })
          yield* queue.offer(ids(1))
          yield* depthOf(queue, 1)
          yield* redis.command("CONFIG", "SET", "maxmemory", "1")
          for (let id = 2; id < 50; id++) {
            yield* queue.offer(ids(id))
            yield* queue.depth
          }
          assert.strictEqual(queue.patienceMs(), 0)
          assert.deepStrictEqual(yield* take(queue), { _tag: "Leads", ids: ids(1) })
          yield* redis.command("CONFIG", "SET", "maxmemory", "0")
          yield* queue.offer(ids(100))
          yield* depthOf(queue, 1)
        }).pipe(Effect.scoped),
      )
      assert.strictEqual(lines.length, 2)
      assert.include(lines[0], "OOM")
      assert.include(lines[1], "again")
    }),
  )

  test(
    "keeps nothing of a million offers while Redis is away",
    Effect.gen(function* () {
      const { redis, process } = yield* makeWorld()
      const queue = yield* process({ takes: false })
      yield* redis.kill
      while (queue.patienceMs() > 0) yield* Effect.sleep("10 millis")
      const million = range(1, 1_000_000)
      yield* Effect.forEach(range(1, 10), () => queue.offer(million), { discard: true })
      yield* redis.start
      yield* answering(queue)
      yield* queue.offer(ids(1))
      yield* depthOf(queue, 1)
    }),
  )

  test(
    "drops what is no lead's id, with one warning",
    Effect.gen(function* () {
      const { redis, process } = yield* makeWorld()
      const lines = yield* logged(
        Effect.gen(function* () {
          const queue = yield* process({ takes: true })
          yield* redis.command(
            "RPUSH",
            "queue:process_lead",
            "x",
            "-1",
            "3",
            "1e3",
            "99999999999999999999",
            "4",
          )
          assert.deepStrictEqual(yield* take(queue), { _tag: "Leads", ids: ids(3, 4) })
          yield* redis.command("RPUSH", "queue:process_lead", "", "5")
          assert.deepStrictEqual(yield* take(queue), { _tag: "Leads", ids: ids(5) })
        }).pipe(Effect.scoped),
      )
      assert.strictEqual(lines.length, 1)
    }),
  )

  test(
    "is there before Redis is",
    Effect.gen(function* () {
      const { redis } = yield* makeWorld()
      yield* redis.kill
      const queue = yield* starting(redis.url, true)
      const waiting = yield* Effect.forkChild(Effect.timed(take(queue, long)))
      yield* Effect.sleep("300 millis")
      yield* redis.start
      const [waited] = yield* Fiber.join(waiting)
      assert.isTrue(Duration.isLessThan(waited, Duration.seconds(20)))
      yield* answering(queue)
      yield* works(queue)
    }),
  )
})
