import { assert, describe, it } from "@effect/vitest"
import { TestSentinels } from "@lead-gateway/testkit"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import { afterAll, beforeAll } from "vitest"
import { conforms, ids, idsOf, long, take } from "./conformance.ts"
import { connected, settles, works } from "./redisWorld.ts"

/** All tests share it, since it takes seconds to start. They may replace its master. */
let group: TestSentinels
const scope = Scope.makeUnsafe()
beforeAll(async () => {
  group = await Effect.runPromise(Scope.provide(TestSentinels.make({ password: "p" }), scope))
}, 120_000)
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const emptied = Effect.gen(function* () {
  const master = yield* group.master
  yield* master.command("FLUSHALL")
  return { group, master }
})

conforms("RedisLeadQueue over Sentinels", {
  givesIds: true,
  fillsTakes: true,
  world: Effect.map(emptied, ({ group, master }) => ({
    process: ({ takes }) => connected(group.url, takes),
    down: master.kill,
    up: Effect.andThen(group.promoted(master), master.start),
  })),
})

const test = (sentence: string, run: Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(sentence, () => Effect.scoped(run), 120_000)

describe("RedisLeadQueue and Sentinels with faults", () => {
  test(
    "follows a failover while a Sentinel is away, one does not answer, and one is wrong about the master",
    Effect.gen(function* () {
      const lonely = yield* TestSentinels.make({ replicas: 0, sentinels: 1 })
      yield* (yield* lonely.master).kill
      const { master } = yield* emptied
      const [first, second] = group.sentinels
      const hosts = [1, ...lonely.sentinels.map(({ port }) => port), first?.port, second?.port]
      const url = `redis+sentinel://:p@${hosts.map((port) => `127.0.0.1:${port}`).join(",")}/main`
      const queue = yield* connected(url)
      yield* works(queue)
      yield* master.kill
      yield* group.promoted(master)
      yield* settles(queue, 7)
      yield* master.start
    }),
  )

  test(
    "leaves a master that was frozen and replaced meanwhile, though it waited there in silence",
    Effect.gen(function* () {
      const { master } = yield* emptied
      const worker = yield* connected(group.url)
      const waiting = yield* Effect.forkChild(takesUntil(worker, 1), { startImmediately: true })
      yield* Effect.sleep("200 millis")
      yield* master.pause
      yield* group.promoted(master)
      yield* master.resume
      const api = yield* connected(group.url, false)
      yield* api.offer(ids(1))
      const [waited] = yield* Effect.timed(Fiber.join(waiting))
      assert.isBelow(Duration.toMillis(waited), 6000)
    }),
  )

  test(
    "announces to the new master what the old one did not confirm",
    Effect.gen(function* () {
      const { master } = yield* emptied
      const [api, worker] = [yield* connected(group.url, false), yield* connected(group.url)]
      yield* master.pause
      yield* api.offer(ids(1))
      yield* Effect.sleep("20 millis")
      yield* api.offer(ids(2, 3))
      yield* group.promoted(master)
      yield* takesUntil(worker, 3)
      yield* master.resume
    }),
  )

  test(
    "follows a failover that an operator asks for",
    Effect.gen(function* () {
      yield* emptied
      const queue = yield* connected(group.url)
      yield* works(queue)
      yield* group.failover
      yield* settles(queue, 8)
    }),
  )
})

/** Takes until it gets this lead. */
const takesUntil = (worker: Parameters<typeof take>[0], id: number) =>
  Effect.asVoid(Effect.repeat(take(worker, long), { until: (hint) => idsOf(hint).some((one) => one === id) }))
