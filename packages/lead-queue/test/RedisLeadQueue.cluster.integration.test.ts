import { assert, describe, it } from "@effect/vitest"
import { TestCluster } from "@lead-gateway/testkit"
import { Duration, Effect, Exit, Scope } from "effect"
import { afterAll, beforeAll } from "vitest"
import { RedisLeadQueue } from "../src/index.ts"
import { conforms, depthOf, ids, take, takeAll } from "./conformance.ts"
import { connected, settles, works } from "./redisWorld.ts"

/** All tests share it, since it takes seconds to start. They may replace a master. */
let cluster: TestCluster
const scope = Scope.makeUnsafe()
beforeAll(async () => {
  cluster = await Effect.runPromise(Scope.provide(TestCluster.make({ masters: 3, replicas: 1 }), scope))
}, 120_000)
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const { key } = RedisLeadQueue

const emptied = Effect.gen(function* () {
  const owner = yield* cluster.ownerOf(key)
  yield* owner.command("FLUSHALL")
  return { cluster, owner }
})

conforms("RedisLeadQueue over a Cluster", {
  givesIds: true,
  fillsTakes: true,
  world: Effect.map(emptied, ({ cluster, owner }) => ({
    process: ({ takes }) => connected(cluster.url, takes),
    down: owner.kill,
    up: cluster.promoted(key, owner).pipe(Effect.andThen(owner.start), Effect.andThen(cluster.isComplete)),
  })),
})

const test = (sentence: string, run: Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(sentence, () => Effect.scoped(run), 120_000)

const urlOf = (...ports: ReadonlyArray<number | undefined>) =>
  `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(",")}`

describe("RedisLeadQueue and a Cluster with faults", () => {
  test(
    "finds the list from any node, also when one is away",
    Effect.gen(function* () {
      yield* emptied
      for (const { port } of cluster.nodes) yield* works(yield* connected(urlOf(1, port)))
      const single = yield* TestCluster.make({ masters: 1 })
      yield* works(yield* connected(single.url))
    }),
  )

  test(
    "finds the list though the first node that it asks names one that is gone",
    Effect.gen(function* () {
      yield* emptied
      const other = yield* TestCluster.make({ masters: 2 })
      const gone = yield* other.ownerOf(key)
      yield* gone.kill
      const wrong = other.nodes.find((node) => node !== gone)
      yield* works(yield* connected(urlOf(wrong?.port, cluster.nodes[0]?.port)))
    }),
  )

  test(
    "keeps what is in the list while its slot migrates, and takes it from its new node",
    Effect.gen(function* () {
      yield* emptied
      const [api, worker] = [yield* connected(cluster.url, false), yield* connected(cluster.url)]
      const { begin, end, moveKeys, to } = yield* cluster.migration(key)
      yield* api.offer(ids(1, 2))
      yield* depthOf(api, 2)
      yield* begin
      yield* api.offer(ids(3))
      yield* depthOf(api, 3)
      assert.deepStrictEqual(yield* take(worker, "1 second", 1), { _tag: "Leads", ids: ids(1) })
      yield* moveKeys
      yield* end
      yield* api.offer(ids(4))
      assert.deepStrictEqual(yield* takeAll(worker, 3), ids(2, 3, 4))
      yield* settles(worker, 5)
      assert.strictEqual(yield* cluster.ownerOf(key), to)
    }),
  )

  test(
    "is there while the slot of an empty list migrates, and does not report that leads were lost",
    Effect.gen(function* () {
      yield* emptied
      const [api, worker] = [yield* connected(cluster.url, false), yield* connected(cluster.url)]
      yield* works(worker)
      const { begin, end, moveKeys } = yield* cluster.migration(key)
      yield* worker.forgot
      const forgotten = yield* Effect.forkChild(worker.forgot)
      yield* begin
      yield* moveKeys
      const [waited] = yield* Effect.timed(settles(worker, 9, api))
      assert.isBelow(Duration.toMillis(waited), 6000)
      yield* moveKeys
      yield* end
      yield* settles(worker, 10, api)
      assert.isUndefined(forgotten.pollUnsafe())
    }),
  )

  test(
    "works again soon after the Cluster was down",
    Effect.gen(function* () {
      const { owner } = yield* emptied
      const queue = yield* connected(cluster.url)
      const others = (yield* cluster.masters).filter((node) => node !== owner)
      yield* Effect.forEach(others, (node) => node.pause)
      while (!String(yield* owner.command("CLUSTER", "INFO")).includes("cluster_state:fail"))
        yield* Effect.sleep("50 millis")
      yield* queue.offer(ids(1))
      assert.deepStrictEqual(yield* take(queue, "300 millis"), { _tag: "AnyDue" })
      yield* Effect.forEach(others, (node) => node.resume)
      yield* cluster.isComplete
      yield* settles(queue, 5)
    }),
  )
})
