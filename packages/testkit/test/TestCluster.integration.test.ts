import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { TestCluster } from "../src/index.ts"

const patient = 120_000

/** The error of a command that Redis refuses. */
const refusal = <A>(command: Effect.Effect<A>) =>
  Effect.map(Effect.exit(command), (exit) => (Exit.isSuccess(exit) ? "no error" : String(exit.cause)))

describe("TestCluster", () => {
  it.live(
    "has an owner for each key, and promotes the replica of one that is killed",
    () =>
      Effect.gen(function* () {
        const cluster = yield* TestCluster.make({ masters: 3, replicas: 1 })
        const owner = yield* cluster.ownerOf("key")
        yield* owner.command("SET", "key", "value")
        yield* owner.command("WAIT", "1", "5000")
        const masters = yield* cluster.masters
        assert.strictEqual(masters.length, 3)
        for (const node of masters.filter((one) => one !== owner))
          assert.include(yield* refusal(node.command("GET", "key")), "MOVED")
        yield* owner.kill
        const next = yield* cluster.promoted("key", owner)
        assert.strictEqual(yield* next.command("GET", "key"), "value")
        yield* owner.start
        yield* cluster.isComplete
        assert.include(yield* refusal(owner.command("SET", "key", "other")), "MOVED")
      }).pipe(Effect.scoped),
    patient,
  )

  it.live(
    "migrates a slot step by step",
    () =>
      Effect.gen(function* () {
        const cluster = yield* TestCluster.make({ masters: 2 })
        const { begin, end, from, moveKeys, to } = yield* cluster.migration("key")
        yield* from.command("SET", "key", "value")
        yield* begin
        assert.strictEqual(yield* from.command("GET", "key"), "value")
        assert.include(yield* refusal(from.command("GET", "{key}:other")), "ASK")
        assert.include(yield* refusal(from.command("MGET", "key", "{key}:other")), "TRYAGAIN")
        yield* moveKeys
        assert.include(yield* refusal(from.command("GET", "key")), "ASK")
        yield* end
        assert.include(yield* refusal(from.command("GET", "key")), "MOVED")
        assert.strictEqual(yield* to.command("GET", "key"), "value")
        assert.strictEqual(yield* cluster.ownerOf("key"), to)
      }).pipe(Effect.scoped),
    patient,
  )
})
