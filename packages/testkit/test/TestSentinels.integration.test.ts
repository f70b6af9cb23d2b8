import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestSentinels } from "../src/index.ts"

describe("TestSentinels", () => {
  it.live(
    "replaces a master that is killed, and another one by command",
    () =>
      Effect.gen(function* () {
        const group = yield* TestSentinels.make({ password: "p" })
        const first = yield* group.master
        assert.strictEqual(first, group.servers[0])
        yield* first.command("SET", "key", "value")
        yield* first.command("WAIT", "2", "5000")
        yield* first.kill
        const second = yield* group.promoted(first)
        assert.strictEqual(yield* second.command("GET", "key"), "value")
        assert.strictEqual(yield* group.master, second)
        const third = yield* group.failover
        assert.notStrictEqual(third, second)
        assert.strictEqual(yield* third.command("GET", "key"), "value")
      }).pipe(Effect.scoped),
    120_000,
  )
})
